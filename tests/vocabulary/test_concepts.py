"""Every row of the vocabulary is sound, and codes and drug names find their concepts."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from cds.vocabulary import Concept, code_system, known_units, load_vocabulary

VOCABULARY = load_vocabulary()
KINDS = {"demographic", "observation", "categorical", "yes_no", "condition", "medication", "stay"}

# Names other parts of the toolkit and the recipes rely on.
_FIXED_NAMES = """
age sex height weight bmi heart_rate systolic_bp diastolic_bp mean_bp pulse_pressure
systolic_bp_invasive diastolic_bp_invasive mean_bp_invasive temperature respiratory_rate
oxygen_saturation arterial_oxygen_saturation fio2 etco2 gcs_total urine_output
mechanical_ventilation waist_circumference creatinine urea_nitrogen glucose sodium potassium
chloride bicarbonate calcium ionized_calcium magnesium phosphate lactate ph_arterial pao2 paco2
base_excess albumin total_protein bilirubin_total bilirubin_direct alt ast alkaline_phosphatase
cholesterol_total hdl_cholesterol ldl_cholesterol triglycerides hba1c hemoglobin hematocrit
red_blood_cells white_blood_cells platelets troponin_i troponin_t fibrinogen ptt inr crp esr iron
tibc transferrin_saturation egfr pao2_fio2_ratio bnp nt_probnp tsh uric_acid fasting_glucose
chest_pain_type resting_ecg max_heart_rate exercise_angina st_depression st_slope major_vessels
thallium_scan fasting_glucose_above_120 care_setting icu_type hours_from_hospital_to_icu icu_hours
inpatient_stay emergency_visit outpatient_visit icu_stay disease_group comorbidity_count
support_coma_score cancer_status adl_patient adl_surrogate years_of_education days_in_hospital
admission_type admission_source discharge_disposition medical_specialty lab_procedure_count
procedure_count medication_count diagnosis_count outpatient_visits_last_year
emergency_visits_last_year inpatient_stays_last_year principal_diagnosis secondary_diagnosis
tertiary_diagnosis glucose_serum_result hba1c_result insulin_change metformin_change
diabetes_medication_changed diabetes_medication smoking_status ever_smoker physical_activity
fruit_daily vegetables_daily heavy_alcohol cholesterol_checked any_healthcare cost_barrier
difficulty_walking general_health mental_unhealthy_days physical_unhealthy_days education_level
income_band hypertension diabetes high_cholesterol coronary_heart_disease myocardial_infarction
stroke heart_failure atrial_fibrillation copd asthma chronic_kidney_disease cirrhosis dementia
cancer metastatic_cancer depression obesity sepsis antihypertensive statin insulin metformin
sulfonylurea other_antidiabetic anticoagulant antiplatelet corticosteroid opioid
"""
FIXED_NAMES = _FIXED_NAMES.split()

# Concepts that share codes on purpose: the first is a kind of the second.
NARROW_AND_BROAD = {
    ("myocardial_infarction", "coronary_heart_disease"),
    ("metastatic_cancer", "cancer"),
    ("chronic_kidney_disease", "diabetes"),
    ("chronic_kidney_disease", "hypertension"),
    ("warfarin", "anticoagulant"),
    *(
        (narrow, "antihypertensive")
        for narrow in [
            "ace_inhibitor",
            "angiotensin_receptor_blocker",
            "calcium_channel_blocker",
            "beta_blocker",
            "thiazide_diuretic",
            "mineralocorticoid_antagonist",
        ]
    ),
}
# Combined tablets belong to the classes of both ingredients.
COMBINED_TABLETS = {"597984", "597980", "1000001"}

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"


@pytest.mark.parametrize("concept", VOCABULARY, ids=lambda concept: concept.name)
def test_row_is_sound(concept: Concept) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", concept.name)
    assert concept.kind in KINDS
    assert concept.group
    assert concept.label("en") and concept.label("zh")
    assert concept.label("fr") == concept.label("en")
    if concept.kind == "observation":
        assert concept.unit in known_units()
        low, high = concept.plausible
        assert low is not None and high is not None and low < high
        for sex in ("male", "female", None):
            normal_low, normal_high = concept.normal(sex)
            assert normal_low is None or low <= normal_low
            assert normal_high is None or normal_high <= high
            if normal_low is not None and normal_high is not None:
                assert normal_low <= normal_high
    for level in concept.levels:
        assert concept.level_of(level) == level


def test_labels_tell_concepts_apart() -> None:
    for lang in ("en", "zh"):
        names = defaultdict(list)
        for concept in VOCABULARY:
            names[concept.label(lang), concept.kind].append(concept.name)
        assert {label: found for label, found in names.items() if len(found) > 1} == {}


def test_chinese_labels_are_chinese() -> None:
    assert [
        concept.name
        for concept in VOCABULARY
        if not re.search(r"[\u4e00-\u9fff]", concept.label("zh"))
    ] == []


@pytest.mark.parametrize("name", FIXED_NAMES)
def test_fixed_name_exists(name: str) -> None:
    assert VOCABULARY.concept(name).name == name


def test_no_code_has_two_meanings() -> None:
    owners: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for concept in VOCABULARY:
        for system, codes in concept.codes.items():
            assert len(set(codes)) == len(codes), concept.name
            if system in ("loinc", "snomed", "rxnorm"):
                for code in codes:
                    owners[concept.kind, system, code].append(concept.name)
    unexpected = {
        key: names
        for key, names in owners.items()
        if len(names) > 1
        and key[2] not in COMBINED_TABLETS
        and not any({narrow, broad} == set(names) for narrow, broad in NARROW_AND_BROAD)
    }
    assert unexpected == {}


def luhn(digits: str) -> int:
    """The mod-10 check digit that ends every LOINC code."""
    total = sum(
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return -total % 10


def verhoeff_holds(number: str) -> bool:
    """Whether a SNOMED CT identifier's check digit (Verhoeff, dihedral group of order 10) fits."""

    def times(left: int, right: int) -> int:
        rotation = (left + right) % 5 if left < 5 else (left - right) % 5
        return rotation + (5 if (left < 5) != (right < 5) else 0)

    step = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(reversed(number)):
        permuted = int(digit)
        for _ in range(place % 8):
            permuted = step[permuted]
        check = times(check, permuted)
    return check == 0


def test_check_digits() -> None:
    assert verhoeff_holds("38341003") and not verhoeff_holds("38341004")
    wrong = []
    for concept in VOCABULARY:
        for code in concept.codes.get("loinc", ()):
            digits, check = code.split("-")
            if luhn(digits) != int(check):
                wrong.append((concept.name, code))
        aliases = [alias for alias in concept.level_aliases if re.fullmatch(r"\d{6,18}", alias)]
        for code in (*concept.codes.get("snomed", ()), *aliases):
            if not verhoeff_holds(code):
                wrong.append((concept.name, code))
    assert wrong == []


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "2093-3", "cholesterol_total"),
        (LOINC, "14647-2", "cholesterol_total"),
        (LOINC, "38483-4", "creatinine"),
        (LOINC, "14682-9", "creatinine"),
        (LOINC, "22664-7", "urea_nitrogen"),
        ("urn:oid:2.16.840.1.113883.6.1", "8480-6", "systolic_bp"),
        ("2.16.840.1.113883.6.96", "44054006", "diabetes"),
        (LOINC, "2708-6", "oxygen_saturation"),
        (LOINC, "72166-2", "smoking_status ever_smoker"),
        (LOINC, "85354-9", ""),
        (SNOMED, "22298006", "coronary_heart_disease myocardial_infarction"),
        (SNOMED, "15777000", "prediabetes"),
        (SNOMED, "160303001", ""),  # family history is not the patient's
        ("http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "diabetes"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "E119", "diabetes"),
        ("http://hl7.org/fhir/sid/icd-10", "I25.2", "coronary_heart_disease myocardial_infarction"),
        ("http://hl7.org/fhir/sid/icd-10-nl", "I48.0", "atrial_fibrillation"),
        ("http://www.saude.gov.br/fhir/r4/CodeSystem/BRCID10", "I10", "hypertension"),
        ("urn:oid:1.3.6.1.4.1.12559.11.10.1.3.1.44.2", "C50.9", "cancer"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "C44.311", ""),  # non-melanoma skin cancer
        ("http://hl7.org/fhir/sid/icd-10-cm", "E66.3", ""),  # overweight is not obesity
        ("http://hl7.org/fhir/sid/icd-10-cm", "I110", "hypertension heart_failure"),
        ("http://hl7.org/fhir/sid/icd-9-cm", "427.31", "atrial_fibrillation"),
        (
            "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd9",
            "25000",
            "diabetes",
        ),
        ("http://www.cms.gov/Medicare/Coding/ICD10-PCS", "I10", ""),
        ("http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-procedure-icd10", "I10", ""),
        (RXNORM, "617311", "statin"),
        (RXNORM, "597984", "antihypertensive calcium_channel_blocker statin"),
        (ATC, "A10BA02", "metformin"),
        (ATC, "C10AA05", "statin"),
        ("http://example.org/local", "E11.9", ""),
        (LOINC, "0-0", ""),
    ],
)
def test_code_finds_concept(system: str, code: str, expected: str) -> None:
    assert [concept.name for concept in VOCABULARY.by_code(system, code)] == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amlodipine 5 MG / atorvastatin 40 MG Oral Tablet", "antihypertensive statin"),
        ("METFORMIN HEX FTBL 500MG", "metformin"),
        ("盐酸二甲双胍缓释片", "metformin"),
        ("Insulin glargine 100 units/mL injection", "insulin"),
        ("predniSONE (DELTASONE) tablet", "corticosteroid"),
        ("Hydrocortisone 10 MG/ML Topical Cream", ""),
        ("Acetylsalicylic acid", "antiplatelet"),
        ("dihydrocodeinone", ""),  # a part of a word is no match
        ("Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet", ""),
        ("", ""),
    ],
)
def test_text_finds_medication(text: str, expected: str) -> None:
    found = {concept.name for concept in VOCABULARY.medications_in(text)}
    assert set(expected.split()) <= found
    assert bool(found) == bool(expected)


@pytest.mark.parametrize(
    ("name", "text", "level"),
    [
        ("sex", "M", "male"),
        ("sex", "女", "female"),
        ("sex", "unknown", None),
        ("smoking_status", "266919005", "never"),
        ("smoking_status", "LA18976-3", "current"),
        ("smoking_status", "Former smoker", "former"),
        ("ever_smoker", "8517006", "true"),
        ("ever_smoker", "266919005", "false"),
        ("care_setting", "IMP", "inpatient"),
        ("hypertension", "yes", "true"),
        ("exercise_angina", "否", "false"),
        ("exercise_angina", "perhaps", None),
        ("chest_pain_type", "Typical angina", "typical_angina"),
        ("principal_diagnosis", "250.83", "250.83"),
        ("heart_rate", "fast", None),
    ],
)
def test_text_stands_for_level(name: str, text: str, level: str | None) -> None:
    assert VOCABULARY.concept(name).level_of(text) == level


def test_normal_range_by_sex() -> None:
    hemoglobin = VOCABULARY.concept("hemoglobin")
    assert hemoglobin.normal("male") == (13.5, 17.5)
    assert hemoglobin.normal("female") == (12.0, 15.5)
    assert hemoglobin.normal() == (12.0, 17.5)
    assert VOCABULARY.concept("cholesterol_total").normal("male") == (None, 200.0)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("creatinin", "creatinine"), ("Systolic BP", "systolic_bp"), ("zzz", None)],
)
def test_did_you_mean(typed: str, meant: str | None) -> None:
    assert VOCABULARY.nearest(typed) == meant


def test_unknown_name() -> None:
    assert VOCABULARY.get("no_such_thing") is None
    with pytest.raises(KeyError):
        VOCABULARY.concept("no_such_thing")


def test_versioned_system() -> None:
    assert code_system("http://snomed.info/sct/900000000000207008/version/20240101") == "snomed"
    assert code_system("urn:oid:2.16.840.1.113883.6.73") == "atc"
    assert code_system("urn:oid:1.2.3") is None
