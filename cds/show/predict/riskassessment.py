"""The result of ``cds predict`` as FHIR R4 ``RiskAssessment`` resources in one Bundle.

R4: https://hl7.org/fhir/R4/riskassessment.html. Only predictions that gave a
risk become resources; the probability is a decimal between 0 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cds.show.layout import clean
from cds.show.numbers import percent
from cds.show.predict.facts import NO_FACTS, ModelFacts
from cds.show.predict.reasons import strongest
from cds.show.predict.text import warning_words
from cds.show.texts import band_words, joined, text

_PROBABILITY_SYSTEM = "http://terminology.hl7.org/CodeSystem/risk-probability"
_PROBABILITY_CODES = {
    "very_low": ("negligible", "Negligible likelihood"),
    "low": ("low", "Low likelihood"),
    "moderate": ("moderate", "Moderate likelihood"),
    "intermediate": ("moderate", "Moderate likelihood"),
    "high": ("high", "High likelihood"),
    "very_high": ("high", "High likelihood"),
}
_RESOURCE_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_HOURS = {"h": 1.0, "d": 24.0, "mo": 730.5, "a": 8766.0}


def bundle(
    document: Mapping[str, Any],
    facts: Sequence[Mapping[str, ModelFacts]],
    *,
    language: str,
    top: int = 5,
) -> dict[str, Any]:
    """A whole ``cds.predict/1`` document as a ``Bundle`` of type ``collection``.

    ``facts`` holds, for each patient in order, model name → facts.
    """
    moment = document["generated_at"]
    entries = []
    for patient, models in zip(document["patients"], facts, strict=True):
        for prediction in patient.get("predictions") or []:
            if prediction["status"] != "ok":
                continue
            known = models.get(prediction["model"], NO_FACTS)
            resource = _assessment(document, patient, prediction, known, language, top)
            entries.append({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
    result: dict[str, Any] = {"resourceType": "Bundle", "type": "collection", "timestamp": moment}
    if entries:
        result["entry"] = entries
    return result


def _assessment(
    document: Mapping[str, Any],
    patient: Mapping[str, Any],
    prediction: Mapping[str, Any],
    facts: ModelFacts,
    language: str,
    top: int,
) -> dict[str, Any]:
    moment = document["generated_at"]
    name, version = prediction["model"], prediction["version"]
    key = "|".join((str(patient["id"]), str(patient["source"]), name, version, moment))
    outcome: dict[str, Any] = {
        "outcome": {"text": clean(prediction["outcome"])},
        "probabilityDecimal": prediction["risk"],
    }
    if prediction.get("band"):
        outcome["qualitativeRisk"] = _qualitative(prediction["band"], language)
    if facts.horizon is not None:
        outcome["whenPeriod"] = _period(moment, facts.horizon)
    rationale = _rationale(prediction, facts, language, top)
    if rationale:
        outcome["rationale"] = rationale
    return {
        "resourceType": "RiskAssessment",
        "id": str(uuid5(NAMESPACE_URL, key)),
        "language": "zh" if language == "zh" else "en",
        "status": "final",
        "method": {
            "coding": [{"code": name, "version": version, "display": f"{name} {version}"}],
            "text": f"{name} {version} (cds {document['cds_version']})",
        },
        "subject": _subject(str(patient["id"])),
        "occurrenceDateTime": moment,
        "basis": [{"display": clean(patient["source"])}],
        "prediction": [outcome],
        "note": [{"text": note} for note in _notes(patient, prediction, facts, language)],
    }


def _subject(identity: str) -> dict[str, Any]:
    """A reference where the id can be one, else the id as a logical identifier."""
    if _RESOURCE_ID.fullmatch(identity):
        return {"reference": f"Patient/{identity}"}
    return {"type": "Patient", "identifier": {"value": clean(identity)}}


def _qualitative(band: str, language: str) -> dict[str, Any]:
    concept: dict[str, Any] = {"text": band_words(band, language)}
    if band in _PROBABILITY_CODES:
        code, display = _PROBABILITY_CODES[band]
        concept["coding"] = [{"system": _PROBABILITY_SYSTEM, "code": code, "display": display}]
    return concept


def _period(moment: str, horizon: tuple[float, str]) -> dict[str, str]:
    length, unit = horizon
    end = datetime.fromisoformat(moment) + timedelta(hours=length * _HOURS[unit])
    return {"start": moment, "end": end.isoformat()}


def _rationale(prediction: Mapping[str, Any], facts: ModelFacts, language: str, top: int) -> str:
    reasons, _ = strongest(prediction, facts, language, top)
    parts = [
        text("reason_up" if reason.raises else "reason_down", language, finding=reason.finding)
        for reason in reasons
    ]
    return "; ".join(parts)


def _notes(
    patient: Mapping[str, Any],
    prediction: Mapping[str, Any],
    facts: ModelFacts,
    language: str,
) -> list[str]:
    low, high = prediction["interval"]
    notes = [
        text("support", language),
        text("note_interval", language, low=percent(low, language), high=percent(high, language)),
    ]
    labels = [clean(e.get("label") or e["feature"]) for e in prediction.get("missing") or []]
    if labels:
        notes.append(text("note_missing", language, labels=joined(labels, language)))
    if facts.not_for:
        notes.append(text("not_for", language, text=clean(facts.not_for)))
    for warning in (patient.get("record") or {}).get("warnings") or []:
        notes.append(text("note_record", language, message=warning_words(warning)))
    return notes
