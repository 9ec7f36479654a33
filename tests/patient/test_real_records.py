"""Real and vendor-made records: all are read, and every resource is accounted for."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest
from patient_cases import NOW

from benchmarks.fuzz_reader import count_items
from cds.patient import PatientRecord, ReadFailure, read_patients
from tests.shared_data import shared_data

SETS = {"synthea-r4": 19, "ips-connectathon": 38, "synthea-r4-cql-exec-fhir": 1}


def total(record):
    account = record.account
    return sum(sum(part.values()) for part in (account.used, account.ignored, account.warned))


def types_in(document):
    """Resources of every type in a bundle, contained ones included, counted independently."""
    counts: Counter[str] = Counter()
    pending = [entry["resource"] for entry in document["entry"]]
    while pending:
        resource = pending.pop()
        counts[resource["resourceType"]] += 1
        pending += resource.get("contained", [])
    return counts


@pytest.mark.parametrize(("folder", "number"), SETS.items())
def test_every_bundle_is_read_without_a_silent_drop(folder, number):
    paths = [
        path
        for path in sorted(shared_data("fhir", folder).iterdir())
        if path.name.endswith((".json", ".json.gz"))
    ]
    assert len(paths) == number
    for path in paths:
        data = path.read_bytes()
        document = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
        (record,) = read_patients(path, now=NOW)
        assert isinstance(record, PatientRecord), record
        assert total(record) == count_items(document)
        account = record.account
        found: Counter[str] = Counter()
        for part in (account.used, account.ignored, account.warned):
            for name, count in part.items():
                found[name.partition(":")[0]] += count
        assert found == types_in(document), path.name
        assert account.used["Patient"] == 1


def test_every_adult_synthea_patient_has_what_a_clinic_knows():
    for path in sorted(shared_data("fhir", "synthea-r4").glob("*.json*")):
        (record,) = read_patients(path, now=NOW)
        assert {"age", "sex", "systolic_bp", "height", "weight", "bmi"} <= set(record.observations)
        assert record.complete_lists == {"condition", "medication"}


def test_the_document_names_its_patient_among_ten():
    (record,) = read_patients(
        shared_data("fhir", "ips-connectathon", "CY_Andreas_Ioannou_01.json"), now=NOW
    )
    assert record.id == "11463"
    assert record.account.ignored["Patient: another patient"] == 9
    assert sum("another patient" in w.message for w in record.account.warnings) == 9


def test_us_core_examples_are_read_as_one_export():
    folder = shared_data("fhir", "us-core-examples")
    found = list(read_patients(folder, now=NOW))
    failures = [entry for entry in found if isinstance(entry, ReadFailure)]
    records = {entry.id: entry for entry in found if isinstance(entry, PatientRecord)}
    assert {"example", "child-example", "infant-example"} <= set(records)
    # One line is the answer to a search for practitioners: nobody's record.
    assert [failure.source.rsplit("/")[-1] for failure in failures] == ["Bundle.ndjson:1"]
    assert {"systolic_bp", "creatinine", "sodium", "temperature"} <= set(
        records["example"].observations
    )


def test_quality_measure_cases_are_streamed_one_by_one():
    count = 0
    for path in sorted(shared_data("fhir", "ecqm-cases").glob("*.bundles.ndjson.gz")):
        with gzip.open(path) as lines:
            for line, record in zip(lines, read_patients(path, now=NOW), strict=True):
                assert isinstance(record, PatientRecord), record
                assert total(record) == count_items(json.loads(line))
                count += 1
    assert count == 381


def test_a_hospitals_bulk_export_of_a_hundred_patients():
    folder = shared_data("clinical", "mimic_iv_demo_fhir")
    # Dates of this set are shifted into the 22nd century.
    records = list(read_patients(folder, now=datetime(2215, 1, 1, tzinfo=UTC)))
    assert len(records) == 100 and all(isinstance(entry, PatientRecord) for entry in records)
    lines: Counter[str] = Counter()
    for path in folder.glob("*.ndjson.gz"):
        with gzip.open(path) as file:
            lines[path.name.removesuffix(".ndjson.gz")] = sum(1 for _ in file)
    shared = ("MimicMedication", "MimicMedicationMix", "MimicLocation", "MimicOrganization")
    nobodys = sum(lines[name] for name in shared)
    own = lines.total() - nobodys
    assert sum(map(total, records)) == own + 100 * nobodys
    assert sum(record.account.used["Patient"] for record in records) == 100
    assert sum("icu_stay" in record.observations for record in records) == 100


def test_reading_a_patient_loads_no_heavy_library():
    code = (
        "import sys, datetime; from cds.patient import parse_patient;"
        "parse_patient({'age': 63}, 'x', datetime.datetime.now(datetime.timezone.utc));"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = "numpy pandas polars sklearn scipy lightgbm shap ortools onnxruntime pydantic yaml rich"
    assert not set(run.stdout.split()) & {*heavy.split(), "gzip", "difflib", "tomllib"}
