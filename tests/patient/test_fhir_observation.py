import pytest
from patient_cases import LOINC, bundle, counted, messages, observation, quantity, read

CREATININE, HEART_RATE, TEMPERATURE, SYSTOLIC = "2160-0", "8867-4", "8310-5", "8480-6"

VALUES = [
    # code, value[x], value in the vocabulary's unit (None: not used), word of the warning
    (CREATININE, quantity(1.1, "mg/dL"), 1.1, ""),
    (CREATININE, quantity(97.24, "umol/L"), 1.1, ""),
    (CREATININE, {"value": 97.24, "unit": "µmol/L"}, 1.1, ""),
    (CREATININE, {"value": 1.1, "unit": "mg/dL", "system": "urn:local", "code": "K17"}, 1.1, ""),
    (CREATININE, {"value": 1.1, "code": "mg/dL"}, 1.1, ""),
    (CREATININE, quantity(1.1, "bushel"), None, "unit not known for creatinine"),
    (CREATININE, {"value": 1.1}, None, "without a unit"),
    (CREATININE, quantity(1.1, "kg"), None, "unit not known"),
    (CREATININE, quantity("1.1", "mg/dL"), 1.1, "read as a number"),
    (CREATININE, quantity("high", "mg/dL"), None, "not a number"),
    (CREATININE, quantity(True, "mg/dL"), None, "not a number"),
    (CREATININE, quantity(None, "mg/dL"), None, "no number in the quantity"),
    (CREATININE, quantity(0.2, "mg/dL", comparator="<"), 0.2, "limit is used [<0.2]"),
    (CREATININE, quantity(0.2, "mg/dL", comparator="about"), 0.2, "unknown comparator"),
    (CREATININE, quantity(900, "mg/dL"), None, "implausible"),
    (TEMPERATURE, quantity(98.6, "[degF]"), 37.0, ""),
    (TEMPERATURE, quantity(98.6, "Cel"), None, "implausible"),
    (HEART_RATE, quantity(72, "/min"), 72, ""),
    (HEART_RATE, quantity(72, "{beats}/min"), 72, ""),
    ("6301-6", {"value": 2.5}, 2.5, ""),
]


@pytest.mark.parametrize(("code", "value", "expected", "words"), VALUES)
def test_quantities(code, value, expected, words):
    record = read(bundle(observation(code, value)))
    found = [v for name in record.observations if name not in ("age", "sex")
             for v in record.observations[name]]  # fmt: skip
    if expected is None:
        assert not found
        assert record.account.warned == {"Observation": 1}
    else:
        assert found[0].value == pytest.approx(expected, abs=0.005)
        assert record.account.used["Observation"] == 1
    assert words in messages(record)
    assert bool(words) == bool(record.account.warnings)
    assert counted(record) == 2


def other(value_key, value, code=CREATININE):
    resource = observation(code)
    del resource["valueQuantity"]
    return resource | ({value_key: value} if value_key else {})


@pytest.mark.parametrize(
    ("resource", "used", "words"),
    [
        (other("valueString", "1.1 mg/dL"), True, "read as the number 1.1"),
        (other("valueString", "haemolysed"), False, "not a number"),
        (other("valueString", "1.1"), False, "without a unit"),
        (other("valueInteger", 72, HEART_RATE), False, "without a unit"),
        (other("valueCodeableConcept", {"text": "high"}), False, "does not fit"),
        (other("valueRange", {"low": {"value": 1}}), False, "does not fit"),
        (observation(dataAbsentReason={"text": "error"}), False, "reason for having none"),
    ],
)
def test_other_kinds_of_value(resource, used, words):
    record = read(bundle(resource))
    assert ("Observation" in record.account.used) == used
    assert words in messages(record)


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (observation(status="entered-in-error"), "Observation: entered-in-error"),
        (observation(status="cancelled"), "Observation: cancelled"),
        (observation("99999-9"), "Observation: code not in vocabulary"),
        (other("dataAbsentReason", {"text": "unknown"}), "Observation: no value"),
        (other("", None), "Observation: no value"),
    ],
)
def test_what_is_not_data_is_ignored_by_name_and_silent(resource, name):
    record = read(bundle(resource))
    assert record.account.ignored == {name: 1}
    assert not record.account.warnings


def blood_pressure(systolic, diastolic):
    part = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-01-10",
            "code": {"coding": [{"system": LOINC, "code": "85354-9"}]}}  # fmt: skip
    part["component"] = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, **value}
        for code, value in ((SYSTOLIC, systolic), ("8462-4", diastolic))
    ]
    return part


def test_blood_pressure_components():
    record = read(
        bundle(
            blood_pressure(
                {"valueQuantity": quantity(145, "mm[Hg]")},
                {"valueQuantity": quantity(88, "mm[Hg]")},
            )
        )
    )
    systolic = record.observations["systolic_bp"][0]
    assert systolic.value == 145
    assert systolic.pointer == "/entry/1/resource/component/0/valueQuantity"
    assert record.observations["diastolic_bp"][0].value == 88
    assert "mean_bp" not in record.observations
    assert counted(record) == 2


def test_one_bad_component_does_not_cost_the_other():
    record = read(
        bundle(
            blood_pressure(
                {"valueQuantity": quantity(1450, "mm[Hg]")},
                {"valueQuantity": quantity(88, "mm[Hg]")},
            )
        )
    )
    assert "systolic_bp" not in record.observations
    assert record.observations["diastolic_bp"][0].value == 88
    assert record.account.used["Observation"] == 1
    assert "/entry/1/resource/component/0/valueQuantity implausible systolic_bp" in messages(record)


def test_any_of_several_codings_may_match():
    resource = observation()
    resource["code"]["coding"][:0] = [{"system": "urn:local", "code": "KREA"}, {"display": "x"}]
    assert read(bundle(resource)).observations["creatinine"][0].value == 1.1


def test_levels_by_code_and_by_words():
    def smoking(value):
        resource = other("valueCodeableConcept", value, "72166-2")
        return read(bundle(resource)).observations["smoking_status"][0].value

    assert (
        smoking({"coding": [{"system": "http://snomed.info/sct", "code": "266919005"}]}) == "never"
    )
    assert smoking({"coding": [{"system": LOINC, "code": "LA18978-9"}]}) == "never"
    assert smoking({"text": "former"}) == "former"
    record = read(bundle(other("valueCodeableConcept", {"text": "sometimes"}, "72166-2")))
    assert "smoking_status" not in record.observations
    assert "one of never, former, current" in messages(record)


TIMES = [
    # time elements, the moment it counts as (None: not used)
    ({"effectiveDateTime": "2026-01-10T08:00:00+08:00"}, "2026-01-10T00:00:00"),
    ({"effectiveDateTime": "2025-12"}, "2025-12-01T00:00:00"),
    ({"effectiveDateTime": "2025"}, "2025-01-01T00:00:00"),
    ({"effectiveInstant": "2026-01-10T08:00:00Z"}, "2026-01-10T08:00:00"),
    ({"effectivePeriod": {"start": "2026-01-08", "end": "2026-01-09"}}, "2026-01-09T00:00:00"),
    ({"effectivePeriod": {"start": "2026-01-08"}}, "2026-01-08T00:00:00"),
    ({"effectivePeriod": {"start": "2026-01-08", "end": "2026-03-09"}}, "2026-01-08T00:00:00"),
    ({"effectiveTiming": {"event": ["2026-01-07", "2026-01-08"]}}, "2026-01-08T00:00:00"),
    ({"issued": "2026-01-08T00:00:00Z"}, "2026-01-08T00:00:00"),
    ({"effectiveDateTime": "2026-01-16T11:00:00Z"}, "2026-01-16T11:00:00"),  # a day's tolerance
    ({"effectiveDateTime": "2026-01-16T13:00:00Z"}, None),
    ({"effectiveDateTime": "2031"}, None),
    ({"effectiveDateTime": "last week"}, None),
    ({"effectivePeriod": {"end": "never"}}, None),
]


@pytest.mark.parametrize(("times", "moment"), TIMES)
def test_when_it_was(times, moment):
    resource = observation()
    del resource["effectiveDateTime"]
    record = read(bundle(resource | times))
    if moment is None:
        assert "creatinine" not in record.observations
        assert record.account.warned == {"Observation": 1}
        assert "value not used" in messages(record)
    else:
        time = record.observations["creatinine"][0].time
        assert time.isoformat() == f"{moment}+00:00" or time.utctimetuple()[:6] == tuple(
            int(part) for part in moment.replace("T", "-").replace(":", "-").split("-")
        )


def test_no_time_at_all_is_an_untimed_value():
    resource = observation()
    del resource["effectiveDateTime"]
    assert read(bundle(resource)).observations["creatinine"][0].time is None


def test_the_same_flaw_ten_thousand_times_is_summed_up():
    record = read(bundle(*[observation(value=quantity(1, "bushel"))] * 300))
    assert record.account.warned == {"Observation": 300}
    assert len(record.account.warnings) == 21
    assert record.account.warnings[-1].message.startswith("280 more: unit not known")
