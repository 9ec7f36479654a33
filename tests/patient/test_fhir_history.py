"""Conditions, medications, encounters, death: what was when, and what is no longer."""

import pytest
from patient_cases import JANE, NOW, PATIENT, SNOMED, bundle, condition, counted, messages, read

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
HYPERTENSION, ICD = "38341003", "http://hl7.org/fhir/sid/icd-10-cm"


def status(code):
    return {"coding": [{"code": code}]}


CONDITIONS = [
    # what the condition says, from, until (None: lasts), words of the warning
    ({"onsetDateTime": "2012-05"}, "2012-05-01", None, ""),
    ({"onsetPeriod": {"start": "2012-05-01"}}, "2012-05-01", None, ""),
    ({"onsetAge": {"value": 50, "code": "a"}}, "2010-02-28", None, ""),
    ({"recordedDate": "2013-01-01"}, "2013-01-01", None, ""),
    ({"onsetDateTime": "2012", "abatementDateTime": "2015-02-03"}, "2012-01-01", "2015-02-03", ""),
    (
        {"onsetDateTime": "2012", "clinicalStatus": status("resolved")},
        "2012-01-01",
        "2012-01-01",
        "",
    ),
    (
        {"clinicalStatus": status("resolved"), "recordedDate": "2013"},
        "2013-01-01",
        "2013-01-01",
        "",
    ),
    ({"clinicalStatus": status("inactive")}, None, "2026-01-15", ""),
    ({"onsetDateTime": "when young"}, None, None, "used without one"),
    ({"onsetString": "when young"}, None, None, ""),
    ({"verificationStatus": status("provisional")}, None, None, "not confirmed; used"),
]


@pytest.mark.parametrize(("more", "begin", "until", "words"), CONDITIONS)
def test_conditions(more, begin, until, words):
    record = read(bundle(condition(HYPERTENSION, **more)))
    found = record.observations["hypertension"][0]
    assert found.value is True
    assert (found.time and f"{found.time:%F}") == begin
    assert (found.until and f"{found.until:%F}") == until
    assert words in messages(record) and bool(words) == bool(record.account.warnings)
    assert record.complete_lists == {"condition"}


NOT_CONDITIONS = [
    (
        {"verificationStatus": status("entered-in-error")},
        "ignored",
        "Condition: entered-in-error",
        set(),
    ),
    ({"verificationStatus": status("refuted")}, "ignored", "Condition: refuted", set()),
    ({"code": status("no-problem-info")}, "ignored", "Condition: no information", set()),
    ({"code": status("no-known-problems")}, "used", "Condition", {"condition"}),
    # a code that is not ours is some other disease; words alone might be any
    (
        {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "90560007"}]}},
        "ignored",
        "Condition: code not in vocabulary",
        {"condition"},
    ),
    ({"code": {"text": "gout"}}, "warned", "Condition", set()),
    ({"verificationStatus": status("differential")}, "warned", "Condition", {"condition"}),
    ({"onsetDateTime": "2999"}, "warned", "Condition", {"condition"}),
]


@pytest.mark.parametrize(("more", "part", "name", "complete"), NOT_CONDITIONS)
def test_what_is_no_diagnosis(more, part, name, complete):
    record = read(bundle(condition(HYPERTENSION) | more))
    assert "hypertension" not in record.observations
    assert getattr(record.account, part)[name] == 1
    assert record.complete_lists == complete


def test_conditions_by_icd_code_and_by_plain_words():
    record = read(bundle(condition("E11.9", ICD), condition("x") | {"code": {"text": "Stroke"}}))
    assert "diabetes" in record.observations and "stroke" in record.observations


def medication(kind="MedicationRequest", **more):
    return {
        "resourceType": kind,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": ATC, "code": "A10BA02"}]},
        "authoredOn": "2026-01-02",
        "effectiveDateTime": "2026-01-02",
        "whenHandedOver": "2026-01-02",
        **more,
    }


MEDICATIONS = [
    # resource, value, until
    (medication(), True, None),
    (medication(status="on-hold"), True, None),
    (medication(status="stopped"), True, "2026-01-02"),
    (
        medication(status="completed", dispenseRequest={"validityPeriod": {"end": "2026-02-01"}}),
        True,
        "2026-02-01",
    ),
    (
        medication(
            dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2026-01-09"}}}}]
        ),
        True,
        "2026-01-09",
    ),
    (medication("MedicationStatement"), True, None),
    (medication("MedicationStatement", status="not-taken"), False, None),
    (
        medication(
            "MedicationStatement", effectivePeriod={"start": "2026-01-02", "end": "2026-01-04"}
        ),
        True,
        "2026-01-04",
    ),
    (medication("MedicationAdministration", status="completed"), True, "2026-01-03"),
    (
        medication("MedicationDispense", status="completed", daysSupply={"value": 30}),
        True,
        "2026-02-01",
    ),
]


@pytest.mark.parametrize(("resource", "value", "until"), MEDICATIONS)
def test_medications(resource, value, until):
    record = read(bundle(resource))
    found = record.observations["metformin"][0]
    assert found.value is value
    assert f"{found.time:%F}" == "2026-01-02"
    assert (found.until and f"{found.until:%F}") == until
    assert not record.account.warnings


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"status": "entered-in-error"}, "MedicationRequest: entered-in-error"),
        ({"status": "cancelled"}, "MedicationRequest: cancelled"),
        ({"doNotPerform": True}, "MedicationRequest: not to be given"),
        ({"intent": "proposal"}, "MedicationRequest: proposal"),
        (
            {"medicationCodeableConcept": {"text": "moon dust"}},
            "MedicationRequest: drug not in vocabulary",
        ),
    ],
)
def test_what_is_not_taken(more, name):
    record = read(bundle(medication(**more)))
    assert "metformin" not in record.observations
    assert record.account.ignored == {name: 1}
    assert not record.account.warnings


def refers(reference, **more):
    resource = medication(medicationReference={"reference": reference}, **more)
    del resource["medicationCodeableConcept"]
    return resource


def test_a_medication_contained_or_elsewhere_in_the_bundle():
    drug = {"resourceType": "Medication", "id": "m", "code": {"text": "Metformin 500 mg"}}
    record = read(bundle(refers("#m", contained=[drug])))
    assert "metformin" in record.observations
    assert record.account.used == {"Patient": 1, "MedicationRequest": 1, "Medication": 1}
    record = read(bundle(refers("Medication/m"), drug))
    assert "metformin" in record.observations and counted(record) == 3
    unused = read(bundle(medication(), {**drug, "id": "other"}))
    assert unused.account.ignored == {"Medication": 1}


def test_ingredients_that_refer_in_a_circle():
    def mixture(this, that):
        return {"resourceType": "Medication", "id": this,
                "ingredient": [{"itemReference": {"reference": f"Medication/{that}"}}]}  # fmt: skip

    record = read(bundle(refers("Medication/a"), mixture("a", "b"), mixture("b", "a")))
    assert record.account.ignored["MedicationRequest: drug not in vocabulary"] == 1


def test_a_medication_that_is_not_here_is_warned_about():
    record = read(bundle(refers("Medication/gone")))
    assert record.account.warned == {"MedicationRequest": 1}
    assert "/entry/1/resource/medicationReference refers to a Medication" in messages(record)


def encounter(kind, start, end=None, state="finished", **more):
    period = {"start": start} | ({"end": end} if end else {})
    return {
        "resourceType": "Encounter",
        "status": state,
        "class": {"code": kind},
        "period": period,
        **more,
    }


ENCOUNTERS = [
    # encounter, stay it becomes, care setting now
    (encounter("AMB", "2025-03-01", "2025-03-01T01:00:00Z"), "outpatient_visit", None),
    (encounter("EMER", "2025-03-01", "2025-03-02"), "emergency_visit", None),
    (encounter("IMP", "2025-03-01", "2025-03-09"), "inpatient_stay", None),
    (encounter("wellness", "2025-03-01"), "outpatient_visit", None),
    (encounter("IMP", "2026-01-14", state="in-progress"), "inpatient_stay", "inpatient"),
    (encounter("IMP", "2026-01-14", "2026-01-20"), "inpatient_stay", "inpatient"),
    (
        encounter("IMP", "2026-01-14", state="in-progress",
                  location=[{"location": {"display": "Medical ICU"}, "period": {"start": "2026-01-15"}}]),
        "icu_stay",
        "icu",
    ),
    (
        encounter("ACUTE", "2026-01-14", state="in-progress", type=[{"text": "重症监护"}]),
        "icu_stay",
        "icu",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "stay", "setting"), ENCOUNTERS)
def test_encounters(resource, stay, setting):
    record = read(bundle(resource))
    assert record.observations[stay][0].value is True
    found = record.observations.get("care_setting")
    assert (found[0].value if found else None) == setting
    assert not record.account.warnings


@pytest.mark.parametrize(
    ("resource", "part", "name"),
    [
        (encounter("IMP", "2025-03-01", state="cancelled"), "ignored", "Encounter: cancelled"),
        (encounter("IMP", "2025-03-01", state="planned"), "ignored", "Encounter: planned"),
        (encounter("XYZ", "2025-03-01"), "ignored", "Encounter: class not used"),
        (encounter("IMP", None), "warned", "Encounter"),
        (encounter("IMP", "2999-01-01"), "warned", "Encounter"),
    ],
)
def test_what_is_no_stay(resource, part, name):
    record = read(bundle(resource))
    assert getattr(record.account, part)[name] == 1
    assert "inpatient_stay" not in record.observations


def test_a_diagnosis_without_a_date_counts_from_its_encounter():
    stay = encounter("IMP", "2024-03-01", "2024-03-09", id="e1")
    record = read(bundle(condition(HYPERTENSION, encounter={"reference": "Encounter/e1"}), stay))
    assert f"{record.observations['hypertension'][0].time:%F}" == "2024-03-01"


def test_death():
    dead = PATIENT | {"deceasedDateTime": "2020-05-06T07:00:00Z"}
    record = read({"resourceType": "Bundle", "entry": [{"resource": dead}]})
    assert record.deceased and f"{record.as_of:%F}" == "2020-05-06"
    assert record.observations["age"][0].value == 60
    record = read({**PATIENT, "deceasedBoolean": True})
    assert record.deceased and record.as_of == NOW
    assert "unknown date" in messages(record)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"birthDate": None}, "no birth date"),
        ({"birthDate": "1960"}, "known to the year only"),
        ({"birthDate": "2031-01-01"}, "in the future"),
        ({"birthDate": "1700-01-01"}, "not a birth date"),
        ({"birthDate": "1850-01-01"}, "implausible age"),
        ({"birthDate": ["1960"]}, "not a birth date"),
        ({"gender": "other"}, "sex not stated as male or female"),
        ({"gender": ["male"]}, "sex not stated"),
    ],
)
def test_a_doubtful_patient(more, words):
    record = read({**PATIENT, **more})
    assert words in messages(record)
    assert record.account.used == {"Patient": 1}


def test_a_summary_that_says_nothing_known_is_complete():
    def summary(reason):
        section = {"code": {"coding": [{"code": "11450-4"}]},
                   "emptyReason": {"coding": [{"code": reason}]}}  # fmt: skip
        return {"resourceType": "Composition", "subject": JANE, "section": [section]}

    assert read(bundle(summary("nilknown"))).complete_lists == {"condition"}
    assert read(bundle(summary("unavailable"))).complete_lists == set()


def test_codes_of_snomed_need_their_system():
    record = read(bundle(condition(HYPERTENSION, "urn:oid:2.16.840.1.113883.6.96")))
    assert "hypertension" in record.observations
    record = read(bundle(condition(HYPERTENSION, "urn:local")))
    assert "hypertension" not in record.observations
    assert SNOMED
