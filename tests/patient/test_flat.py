import json
from datetime import UTC, datetime

import pytest
from patient_cases import NOW, counted, messages, read

from cds.errors import InputError

TABLE = [
    # field and value, what the record holds (None: not used), a word of the warning ("": none)
    ({"age": 63}, 63.0, ""),
    ({"age": 63.5}, 63.5, ""),
    ({"年龄": 63}, 63.0, ""),
    ({"sex": "male"}, "male", ""),
    ({"sex": "M"}, "male", ""),
    ({"性别": "女"}, "female", ""),
    ({"sex": "unsure"}, None, "one of male, female"),
    ({"sex": True}, None, "wrong type"),
    ({"systolic_bp": 145}, 145.0, ""),
    ({"systolic_bp": {"value": 145, "unit": "mm[Hg]"}}, 145.0, ""),
    ({"systolic_bp": {"value": 145, "unit": "mmHg"}}, 145.0, ""),
    ({"systolic_bp": {"value": 19.3, "unit": "kPa"}}, 144.76, ""),
    ({"systolic_bp": {"value": 145, "unit": "furlong"}}, None, "unit not known"),
    ({"systolic_bp": {"value": 145, "unit": 7}}, None, "unit is not a text"),
    ({"systolic_bp": "145 mmHg"}, 145.0, "read as the number 145"),
    ({"systolic_bp": "145"}, 145.0, "read as the number 145"),
    ({"systolic_bp": "high"}, None, "not a number"),
    ({"systolic_bp": "145 mmHg at noon"}, None, "unit not known"),
    ({"systolic_bp": True}, None, "a number in mm[Hg]"),
    ({"systolic_bp": [120, {"value": 130}, None]}, 130.0, ""),
    ({"systolic_bp": []}, None, "empty list"),
    ({"systolic_bp": {"value": 120, "site": "left"}}, 120.0, "unknown part"),
    ({"systolic_bp": {"unit": "mmHg"}}, None, "no value"),
    ({"systolic_bp": 10**400}, None, "out of range"),
    ({"systolic_bp": 1e308}, None, "implausible"),
    ({"temperature": 98.6}, None, "98.6 would be plausible in [degF]"),
    ({"temperature": {"value": 98.6, "unit": "Cel"}}, None, "implausible"),
    ({"temperature": {"value": 98.6, "unit": "[degF]"}}, 37.0, ""),
    ({"creatinine": {"value": 88.4, "unit": "umol/L"}}, 1.0, ""),
    ({"creatinine": {"value": 0.2, "unit": "mg/dL", "comparator": "<"}}, 0.2, "limit is used"),
    ({"troponin_t": "<0.01"}, 0.01, "limit is used"),
    ({"creatinine": {"value": 1.1, "time": "2026-01-10T08:00:00Z"}}, 1.1, ""),
    ({"creatinine": {"value": 1.1, "time": "2031-01-10"}}, None, "future"),
    ({"creatinine": {"value": 1.1, "time": "soon"}}, None, "not a date"),
    ({"exercise_angina": True}, True, ""),
    ({"exercise_angina": "是"}, True, ""),
    ({"exercise_angina": "no"}, False, ""),
    ({"exercise_angina": 0}, False, ""),
    ({"exercise_angina": 2}, None, "true or false"),
    ({"hypertension": False}, False, ""),
    ({"chest_pain_type": "asymptomatic"}, "asymptomatic", ""),
    ({"chest_pain_type": "stabbing"}, None, "one of typical_angina"),
]


@pytest.mark.parametrize(
    ("fields", "value", "words"), TABLE, ids=[str(row[0])[:60] for row in TABLE]
)
def test_one_field(fields, value, words):
    record = read(fields)
    series = [observation for values in record.observations.values() for observation in values]
    if value is None:
        assert not series
    elif isinstance(value, float):
        assert series[-1].value == pytest.approx(value, abs=0.01)
    else:
        assert series[-1].value == value
    assert words in messages(record)
    assert bool(words) == bool(record.account.warnings)
    assert counted(record) == len(fields)


@pytest.mark.parametrize(
    ("document", "pointer", "words"),
    [
        ({"age": 640}, "/age", "640 is impossible; expected 0 to"),
        ({"age": -3, "sex": "male"}, "/age", "impossible"),
        ({"年龄": {"value": 640}}, "/年龄", "impossible"),
        ({}, "", "empty object"),
        ({"aeg": 63, "foo": 1}, "", "no known field among 'aeg', 'foo'"),
        ([{"age": 63}], "", "found a list, expected one object"),
        (None, "", "found null"),
        (63, "", "expected one object"),
    ],
)
def test_where_nothing_can_be_right_reading_stops(document, pointer, words):
    with pytest.raises(InputError) as caught:
        read(document)
    assert words in caught.value.message
    assert caught.value.place.source == "case.json"
    assert caught.value.place.pointer == pointer


def test_an_implausible_value_is_used_only_when_asked_for():
    assert "heart_rate" not in read({"heart_rate": 900, "age": 50}).observations
    record = read({"heart_rate": 900, "age": 50}, allow_implausible=True)
    assert record.observations["heart_rate"][0].value == 900
    assert "used, as asked" in messages(record)


def test_a_misspelt_field_is_warned_about_with_the_likely_name():
    record = read({"age": 63, "systolc_bp": 145, "blood_pressure": "145/90"})
    assert (
        "/systolc_bp unknown field; not used [systolc_bp] (did you mean systolic_bp?)"
        in messages(record)
    )
    assert "systolic_bp and diastolic_bp" in messages(record)
    assert record.account.warned == {"systolc_bp": 1, "blood_pressure": 1}


def test_null_is_missing_and_silent():
    record = read({"age": 63, "creatinine": None, "sex": None, "conditions": None, "bmi": [None]})
    assert not record.account.warnings
    assert set(record.observations) == {"age"}
    assert not record.complete_lists
    assert counted(record) == 5


def test_the_lists_make_a_kind_complete_even_when_empty():
    record = read({"age": 63, "conditions": [], "medications": []})
    assert record.complete_lists == {"condition", "medication"}
    assert read({"age": 63}).complete_lists == frozenset()


def test_conditions_and_medications_by_name_label_code_and_text():
    record = read(
        {
            "conditions": ["hypertension", "糖尿病", "I48.0", {"code": "J44.9", "system": "icd10"}],
            "medications": [
                "Amlodipine 5 mg daily",
                "阿托伐他汀钙片",
                {"code": "A10BA02", "system": "ATC"},
            ],
        }
    )
    present = set(record.observations)
    assert {"hypertension", "diabetes", "atrial_fibrillation", "copd"} <= present
    assert {"antihypertensive", "statin", "metformin"} <= present
    assert not record.account.warnings


def test_a_condition_that_ended_or_never_was():
    record = read(
        {
            "conditions": [
                {"text": "asthma", "time": "2001", "until": "2010-05-01"},
                {"text": "stroke", "status": "resolved"},
                {"text": "copd", "status": "refuted"},
                {"text": "dementia", "onset": "2999"},
                "hipertension",
                7,
            ]
        }
    )
    asthma = record.observations["asthma"][0]
    assert asthma.time.year == 2001 and asthma.until.year == 2010
    assert record.observations["stroke"][0].until == NOW
    assert "copd" not in record.observations and "dementia" not in record.observations
    assert "did you mean hypertension?" in messages(record)


def test_a_series_is_sorted_and_ties_keep_the_inputs_order():
    record = read(
        {
            "creatinine": [
                {"value": 3.0, "time": "2026-01-12T08:00:00Z"},
                {"value": 1.0, "time": "2026-01-10T09:00:00+08:00"},
                {"value": 2.0, "time": "2026-01-12T08:00:00Z"},
                0.5,
            ]
        }
    )
    series = record.observations["creatinine"]
    assert [observation.value for observation in series] == [0.5, 1.0, 3.0, 2.0]
    assert series[0].time is None
    assert series[1].pointer == "/creatinine/1"


def test_observations_list_by_concept_and_by_loinc_code():
    record = read(
        {
            "observations": [
                {"concept": "heart_rate", "value": 88, "time": "2026-01-15T08:00:00Z"},
                {"code": "8867-4", "value": 90, "unit": "/min", "time": "2026-01-15T09:00:00Z"},
                {"concept": "收缩压", "value": 120},
                {"concept": "hart_rate", "value": 1},
            ]
        }
    )
    assert [o.value for o in record.observations["heart_rate"]] == [88.0, 90.0]
    assert record.observations["systolic_bp"][0].value == 120
    assert "/observations/3" in messages(record)


def test_age_comes_from_the_birth_date_and_a_contradiction_is_told():
    record = read({"birth_date": "1963-01-16", "sex": "male"})
    assert record.observations["age"][0].value == 62
    assert read({"birthDate": "1963-01-15"}).observations["age"][0].value == 63
    record = read({"birth_date": "1963", "age": 70})
    assert [o.value for o in record.observations["age"]] == [70]
    assert "disagrees" in messages(record)
    assert "in the future" in messages(read({"birth_date": "2031-01-01", "sex": "male"}))


def test_bmi_comes_from_weight_and_height_unless_given():
    record = read({"weight": 80, "height": {"value": 2, "unit": "m"}})
    bmi = record.observations["bmi"][0]
    assert bmi.value == pytest.approx(20.0)
    assert bmi.pointer == "/weight and /height"
    assert read({"weight": 80, "height": 200, "bmi": 21}).observations["bmi"][0].value == 21
    assert counted(record) == 2


def test_stays_from_admission_and_as_objects():
    record = read({"admission_time": "2026-01-14T10:00:00Z", "care_setting": "icu"})
    begin = datetime(2026, 1, 14, 10, tzinfo=UTC)
    assert record.observations["inpatient_stay"][0].time == begin
    assert record.observations["icu_stay"][0].time == begin
    record = read({"icu_stay": {"time": "2026-01-14", "until": "2026-02-01"}, "age": 50})
    stay = record.observations["icu_stay"][0]
    assert stay.value is True and stay.until > NOW


def test_death_moves_the_moment_the_record_describes():
    record = read({"birth_date": "1950-01-01", "deceased": "2020-06-01"})
    assert record.deceased and record.as_of == datetime(2020, 6, 1, tzinfo=UTC)
    assert record.observations["age"][0].value == 70
    assert "died" in messages(record)
    assert not read({"age": 60, "deceased": False}).deceased


def test_chinese_text_and_hostile_text_survive():
    record = read({"id": "王小明\x1b[2J", "姓名": "王小明", "age": 63, "\ud800\x07": 1})
    assert record.id == "王小明\ufffd[2J"
    assert record.account.ignored == {"姓名": 1}
    printed = json.dumps([w.as_json() for w in record.account.warnings], ensure_ascii=False)
    assert printed.encode() and "\x07" not in printed


def test_the_id_falls_back_to_the_files_name():
    assert read({"age": 1}).id == "case"
    assert read({"patient_id": 42, "age": 1}).id == "42"


def test_a_clock_without_a_zone_is_a_programmers_error():
    from cds.patient import parse_patient

    with pytest.raises(ValueError, match="time zone"):
        parse_patient({"age": 1}, "x", datetime(2026, 1, 1))
