"""Whose data it is, and that nothing in a bundle disappears."""

import pytest
from patient_cases import JANE, PATIENT, bundle, condition, counted, messages, observation, read

from cds.errors import InputError

JOHN = {"resourceType": "Patient", "id": "p2", "gender": "male", "birthDate": "1990-01-01"}


@pytest.mark.parametrize(
    "kind", ["transaction", "collection", "searchset", "batch", "document", "message", "history"]
)
def test_bundles_of_any_type(kind):
    record = read(bundle(observation(), kind=kind))
    assert record.id == "p1"
    assert record.observations["creatinine"][0].pointer == "/entry/1/resource/valueQuantity"
    assert counted(record) == 2


def test_a_bare_patient_and_a_bare_observation():
    assert read(PATIENT).observations["age"][0].value == 65
    record = read({**observation(), "subject": JANE})
    assert record.id == "p1"
    assert record.observations["creatinine"][0].pointer == "/valueQuantity"
    assert "no Patient resource" in messages(record)


def test_two_patients_are_refused_by_name():
    with pytest.raises(InputError, match="several patients: p1, p2; .*split it"):
        read(bundle(JOHN, observation()))


def test_a_document_names_its_patient_among_several():
    composition = {"resourceType": "Composition", "subject": JANE}
    record = read(
        bundle(
            composition,
            JOHN,
            observation(),
            condition("38341003", subject={"reference": "Patient/p2"}),
        )
    )
    assert record.id == "p1"
    assert "hypertension" not in record.observations
    assert record.account.ignored["Condition: another patient"] == 1
    assert record.account.ignored["Patient: another patient"] == 1
    assert "/entry/2/resource another patient than the document's (p1)" in messages(record)
    assert counted(record) == 5


def test_values_of_somebody_else_are_not_used():
    record = read(bundle(observation(subject={"reference": "Patient/p9"})))
    assert "creatinine" not in record.observations
    assert record.account.warned == {"Observation": 1}
    assert "/entry/1/resource/subject about somebody else; not used [Patient/p9]" in messages(
        record
    )


REFERENCES = [
    ("Patient/p1", True),
    ("Patient/p1/_history/3", True),
    ("https://hospital.example/fhir/Patient/p1", True),
    ("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", True),
    ("Patient?identifier=urn:mrn|12345", True),
    ("Patient?identifier=urn:mrn|99999", False),
    ("Patient/p11", False),
    ("Group/p1", False),
    ("urn:uuid:00000000-0000-0000-0000-000000000000", False),
]


@pytest.mark.parametrize(("reference", "same"), REFERENCES)
def test_the_ways_to_refer_to_the_patient(reference, same):
    jane = {**PATIENT, "identifier": [{"system": "urn:mrn", "value": "12345"}]}
    entries = [
        {"fullUrl": "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "resource": jane},
        {"resource": {**observation(), "subject": {"reference": reference}}},
    ]
    record = read({"resourceType": "Bundle", "entry": entries})
    assert ("creatinine" in record.observations) == same
    assert ("Observation" in record.account.warned) != same


def test_a_value_that_does_not_say_whose_it_is():
    record = read(bundle(observation(subject=None)))
    assert "creatinine" in record.observations
    assert "taken as the bundle's patient's" in messages(record)
    logical = {"identifier": {"system": "urn:mrn", "value": "7"}}
    assert "creatinine" in read(bundle(observation(subject=logical))).observations


def test_without_a_patient_the_references_must_agree():
    def entries(*subjects):
        return {"resourceType": "Bundle", "entry": [
            {"resource": observation(subject={"reference": subject})} for subject in subjects]}  # fmt: skip

    record = read(entries("Patient/a", "http://x/Patient/a"))
    assert record.id == "a" and record.account.used["Observation"] == 2
    assert "no Patient resource: age and sex unknown" in messages(record)
    with pytest.raises(InputError, match=r"Patient/a, Patient/b"):
        read(entries("Patient/a", "Patient/b"))
    with pytest.raises(InputError, match="no patient"):
        read({"resourceType": "Bundle"})
    with pytest.raises(InputError, match="no patient"):
        read(entries(None))


def test_everything_in_a_bundle_is_accounted_for():
    record = read(
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": PATIENT},
                {"request": {"method": "DELETE", "url": "Observation/1"}},
                {"resource": {"resourceType": "Procedure", "contained": [{"resourceType": "Device"}]}},
                {"resource": {"resourceType": "Sandwich"}},
                {"resource": {"id": "no type"}},
                {"resource": [1]},
                "not an entry",
                {"resource": {"resourceType": "Bundle", "entry": [{"resource": {**observation(), "subject": JANE}}]}},
            ],
        }
    )  # fmt: skip
    account = record.account
    assert account.used == {"Patient": 1, "Bundle": 1, "Observation": 1}
    assert account.ignored == {"entry without a resource": 1, "Procedure": 1, "Device": 1}
    assert account.warned == {"unknown resource type": 1, "not a resource": 2, "Bundle.entry": 1}
    assert (
        "/entry/3/resource/resourceType not a resource type of FHIR R4; not used [Sandwich]"
        in messages(record)
    )
    assert (
        record.observations["creatinine"][0].pointer
        == "/entry/7/resource/entry/0/resource/valueQuantity"
    )


def test_values_contained_in_a_report_belong_to_its_patient():
    report = {"resourceType": "DiagnosticReport", "contained": [observation(id="o")]}
    record = read(bundle(report))
    assert record.observations["creatinine"][0].pointer.startswith("/entry/1/resource/contained/0")
    elsewhere = read(bundle({**report, "subject": {"reference": "Patient/p9"}}))
    assert "creatinine" not in elsewhere.observations


def test_a_history_counts_each_resource_once_and_deletions_not_at_all():
    def version(value, identity, method="PUT"):
        entry = {"request": {"method": method, "url": f"Observation/{identity}"}}
        if method == "PUT":
            entry["resource"] = {**observation(id=identity), "subject": JANE}
            entry["resource"]["valueQuantity"] = {"value": value, "code": "mg/dL"}
        return entry

    entries = [{"resource": PATIENT}, version(2.0, "a"), version(1.0, "a"),
               version(None, "b", "DELETE"), version(9.0, "b")]  # fmt: skip
    record = read({"resourceType": "Bundle", "type": "history", "entry": entries})
    assert [o.value for o in record.observations["creatinine"]] == [2.0]
    assert record.account.ignored == {
        "Observation: older version": 1, "Observation: deleted": 1, "entry without a resource": 1,
    }  # fmt: skip
    assert counted(record) == 5


def test_the_same_patient_twice_is_one_patient():
    record = read(bundle(PATIENT, observation()))
    assert record.account.ignored == {"Patient: repeated": 1}
    assert "occurs again" in messages(record)


@pytest.mark.parametrize("document", [{"resourceType": "Sandwich"}, {"resourceType": 7}])
def test_what_is_no_fhir(document):
    with pytest.raises(InputError) as caught:
        read(document)
    assert caught.value.place.pointer == "/resourceType"
