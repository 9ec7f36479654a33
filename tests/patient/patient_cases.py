"""Small patients, built like sentences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cds.patient import PatientRecord, ReadOptions, parse_patient

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "gender": "female",
    "birthDate": "1960-02-29",
}
JANE = {"reference": "Patient/p1"}


def read(document: Any, **options: Any) -> PatientRecord:
    return parse_patient(document, "case.json", NOW, ReadOptions(**options))


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    """A bundle of the patient and these resources; each is about the patient unless it says."""
    entries = []
    for resource in (PATIENT, *resources):
        about = {} if resource["resourceType"] == "Patient" else {"subject": JANE}
        entries.append({"resource": {**about, **resource}})
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def observation(code: str = "2160-0", value: Any = None, **more: Any) -> dict[str, Any]:
    """A creatinine of 1.1 mg/dL on 10 January 2026, unless told otherwise."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-01-10T08:00:00Z",
        "valueQuantity": quantity(1.1, "mg/dL") if value is None else value,
        **more,
    }


def quantity(value: Any, unit: str | None = None, **more: Any) -> dict[str, Any]:
    coded = {} if unit is None else {"system": UCUM, "code": unit, "unit": unit}
    return {"value": value, **coded, **more}


def condition(code: str, system: str = SNOMED, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]},
        **more,
    }


def counted(record: PatientRecord) -> int:
    account = record.account
    return sum(sum(part.values()) for part in (account.used, account.ignored, account.warned))


def messages(record: PatientRecord) -> str:
    return "\n".join(
        f"{w.pointer} {w.message} [{w.value}] ({w.expected})" for w in record.account.warnings
    )
