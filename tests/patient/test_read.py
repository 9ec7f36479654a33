"""Files, folders, NDJSON, bulk exports, standard input."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from patient_cases import JANE, NOW, PATIENT, bundle, condition, counted, observation

from cds.errors import InputError
from cds.patient import PatientRecord, ReadFailure, ReadOptions, read_patient, read_patients

FLAT = [{"id": "a", "age": 63}, {"id": "b", "age": 70}, {"id": "c", "age": 81}]


def ndjson(*documents):
    return b"".join(
        json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents
    )


def outcome(source, stdin=None, **options):
    """Each patient's id, or the error's message, in order."""
    stream = io.BytesIO(stdin) if stdin is not None else None
    found = read_patients(source, now=NOW, stdin=stream, options=ReadOptions(**options))
    return [entry.id if isinstance(entry, PatientRecord) else str(entry.error) for entry in found]


def test_one_json_file(tmp_path):
    path = tmp_path / "王.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(FLAT[0], indent=2).encode())
    record = read_patient(path, now=NOW)
    assert (record.id, record.source) == ("a", str(path))


def test_an_ndjson_file_with_bad_lines(tmp_path):
    path = tmp_path / "patients.ndjson"
    path.write_bytes(
        b"\xef\xbb\xbf" + ndjson(FLAT[0]) + b"\n{oops}\n[1]\n" + ndjson({"age": 640}, FLAT[2])
    )
    first, *bad, last = read_patients(path, now=NOW)
    assert (first.id, last.id) == ("a", "c")
    assert last.source == f"{path}:6"
    places = [(failure.source, failure.error.place.pointer) for failure in bad]
    assert places == [
        (f"{path}:3", "line 1, column 2"), (f"{path}:4", ""), (f"{path}:5", "/age")
    ]  # fmt: skip
    assert all(isinstance(failure, ReadFailure) for failure in bad)


@pytest.mark.parametrize("name", ["p.json.gz", "p.ndjson.gz", "p.jsonl.gz"])
def test_gzip(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(ndjson(FLAT[0])))
    assert outcome(path) == ["a"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("p.json", b"", "empty"),
        ("p.ndjson", b"", "empty"),
        ("p.ndjson", b"\n\n", "empty"),
        ("p.json", ndjson(*FLAT), "name it .ndjson"),
        ("p.json", gzip.compress(b"{}"), ".gz"),
        ("p.json.gz", b"{}", "not gzip data"),
        ("p.json.gz", gzip.compress(b'{"age": 63}' * 99)[:-20], "damaged or cut off"),
        ("p.ndjson.gz", gzip.compress(b'{"age": 63}' * 99)[:-20], "damaged or cut off"),
        ("p.json.gz", gzip.compress(b" " * 10**6), "larger than the limit"),
        ("p.ndjson.gz", gzip.compress(b" " * 10**6), "larger than the limit"),
        (
            "p.json",
            b'{"age": 63, "note": "' + b"x" * 3000 + b'"}',
            "larger than the limit of 2000 bytes",
        ),
    ],
)
def test_what_cannot_be_read_is_one_failure(tmp_path, name, data, words):
    path = tmp_path / name
    path.write_bytes(data)
    (message,) = outcome(path, max_bytes=2000)
    assert words in message and name in message


def test_a_long_line_costs_only_itself(tmp_path):
    path = tmp_path / "p.ndjson"
    path.write_bytes(ndjson(FLAT[0]) + b'{"note": "' + b"x" * 9000 + b'"}\n' + ndjson(FLAT[1]))
    first, message, last = outcome(path, max_bytes=2000)
    assert (first, last) == ("a", "b") and "p.ndjson:2" in message


def test_what_is_not_there(tmp_path):
    assert "no such file" in outcome(tmp_path / "gone.json")[0]
    assert "no patient files" in outcome(tmp_path)[0]
    with pytest.raises(InputError, match="no such file"):
        read_patient(tmp_path / "gone.json", now=NOW)


def test_a_folder_of_patients_ignores_other_files(tmp_path):
    for document in FLAT[:2]:
        (tmp_path / f"{document['id']}.json").write_text(json.dumps(document))
    (tmp_path / "more.ndjson").write_bytes(ndjson(FLAT[2]))
    (tmp_path / "README.txt").write_text("not a patient")
    (tmp_path / ".hidden.json").write_text("{")
    assert outcome(tmp_path) == ["a", "b", "c"]


def test_a_file_that_holds_several_patients_is_not_one_patient(tmp_path):
    path = tmp_path / "p.ndjson"
    path.write_bytes(ndjson(*FLAT))
    with pytest.raises(InputError, match="3 patients, expected one"):
        read_patient(path, now=NOW)


STREAMS = [
    (json.dumps(FLAT[0]).encode(), ["a"]),
    (json.dumps(FLAT[0], indent=2).encode(), ["a"]),
    (b"\n\n" + json.dumps(FLAT[0], indent=2).encode() + b"\n\n", ["a"]),
    (b"\xef\xbb\xbf" + ndjson(*FLAT), ["a", "b", "c"]),
    (json.dumps(bundle(observation()), indent=1).encode(), ["p1"]),
    (ndjson(bundle(observation()), FLAT[1]), ["p1", "b"]),
    (ndjson(PATIENT, {**observation(), "subject": JANE}), ["p1"]),
]


@pytest.mark.parametrize(("data", "ids"), STREAMS)
def test_standard_input_is_a_document_or_ndjson(data, ids):
    assert outcome("-", stdin=data) == ids


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"", ["stdin: empty"]),
        (b"{oops\n" + ndjson(FLAT[1]), ["stdin:1", "b"]),
        (b"[\n" + ndjson(FLAT[0]) + b"]", ["stdin: found a list"]),
        (json.dumps(FLAT).encode(), ["stdin: found a list"]),
        (ndjson(FLAT[0]) + b"nonsense\n" + ndjson(FLAT[1]), ["a", "stdin:2", "b"]),
        (json.dumps({"age": 640}, indent=1).encode(), ["stdin: /age: age 640 is impossible"]),
    ],
)
def test_bad_standard_input(data, messages):
    found = outcome("-", stdin=data)
    assert len(found) == len(messages)
    assert all(text.startswith(start) for text, start in zip(found, messages, strict=True))


def test_ndjson_is_answered_before_the_stream_ends():
    class Slow(io.RawIOBase):
        lines = [ndjson(document) for document in FLAT]

        def readline(self, size=-1):
            assert Slow.lines, "read beyond what was needed"
            return Slow.lines.pop(0)

    found = read_patients("-", now=NOW, stdin=Slow())
    assert next(found).id == "a"
    assert len(Slow.lines) == 2
    assert next(found).id == "b"
    assert len(Slow.lines) == 1


def test_standard_input_must_be_given():
    with pytest.raises(ValueError, match="stdin"):
        next(read_patients("-", now=NOW))


def about(who, resource, **more):
    return {**resource, "subject": {"reference": f"Patient/{who}"}, **more}


def test_a_bulk_export_is_grouped_by_patient(tmp_path):
    john = {**PATIENT, "id": "p2", "gender": "male"}
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "metformin"}}
    order = {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
             "medicationReference": {"reference": "Medication/m"}}  # fmt: skip
    files = {
        "Condition": [about("p2", condition("38341003"))],
        "MedicationRequest": [about("p1", order)],
        "Medication": [drug, {**drug, "id": "never used"}],
        "Observation": [about("p1", observation()), about("p2", observation()), observation(),
                        about("p3", observation())],
        "Organization": [{"resourceType": "Organization", "id": "o"}],
        "Patient": [PATIENT, john],
        "Procedure": [about("p1", {"resourceType": "Procedure"})],
    }  # fmt: skip
    for name, resources in files.items():
        (tmp_path / f"{name}.ndjson").write_bytes(ndjson(*resources))
    failure, *records = read_patients(tmp_path, now=NOW)
    assert "1 Observation resource without a subject" in str(failure.error)
    assert "Observation.ndjson:3" in str(failure.error)
    by_id = {record.id: record for record in records}
    assert set(by_id) == {"p1", "p2", "p3"}
    jane = by_id["p1"]
    assert set(jane.observations) == {"age", "sex", "creatinine", "metformin"}
    assert jane.observations["creatinine"][0].pointer.endswith("Observation.ndjson:1/valueQuantity")
    assert jane.account.used == {
        "Patient": 1, "MedicationRequest": 1, "Observation": 1, "Medication": 1
    }  # fmt: skip
    assert jane.account.ignored == {"Medication": 1, "Organization": 1, "Procedure": 1}
    assert by_id["p2"].complete_lists == {"condition"}
    assert "age" not in by_id["p3"].observations
    assert "no Patient resource" in by_id["p3"].account.warnings[0].message
    own = {"p1": 4, "p2": 3, "p3": 1}
    assert {name: counted(record) for name, record in by_id.items()} == {
        name: count + 3 for name, count in own.items()  # + the resources of nobody
    }  # fmt: skip


def test_a_bulk_export_is_bounded(tmp_path):
    path = tmp_path / "e.ndjson"
    path.write_bytes(ndjson(*[about("p1", observation())] * 50))
    (message,) = [text for text in outcome(path, max_export_bytes=5000) if "split it" in text][:1]
    assert "e.ndjson" in message


def test_a_folder_of_single_resources_is_an_export_too(tmp_path):
    (tmp_path / "1.json").write_text(json.dumps(PATIENT))
    (tmp_path / "2.json").write_text(json.dumps(about("p1", observation())))
    (record,) = read_patients(tmp_path, now=NOW)
    assert set(record.observations) == {"age", "sex", "creatinine"}
