"""Units: spellings, conversions against published factors, and our table against pint's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.vocabulary import (
    UnitError,
    accepted_units,
    convert,
    known_units,
    load_vocabulary,
    normalise_unit,
)

VOCABULARY = load_vocabulary()


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("mmHg", "mm[Hg]"),
        ("mm[hg]", "mm[Hg]"),
        ("cel", "Cel"),
        ("°C", "Cel"),
        ("F", "[degF]"),
        ("{beats}/min", "/min"),
        ("beats per minute", "/min"),
        ("breaths/minute", "/min"),
        ("bpm", "/min"),
        ("次/分", "/min"),
        ("K/uL", "10*3/uL"),
        ("10^3/µL", "10*3/uL"),
        ("x10^9/L", "10*9/L"),
        ("×10⁹/L", "10*9/L"),
        ("10E9/L", "10*9/L"),
        ("x10(9)/L", "10*9/L"),
        ("10*9/l", "10*9/L"),
        ("G/L", "10*9/L"),
        ("g/l", "g/L"),
        ("g/L", "g/L"),
        ("MG/DL", "mg/dL"),
        ("mg / dL", "mg/dL"),
        ("mmol/l", "mmol/L"),
        ("µg/dL", "ug/dL"),
        ("μg/dL", "ug/dL"),
        ("mcg/dL", "ug/dL"),
        ("u[IU]/mL", "mU/L"),
        ("[IU]/L", "U/L"),
        ("mEq/L", "meq/L"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"),
        ("%O2", "%"),
        ("ug/L{FEU}", "ug/L"),
        ("years", "a"),
        ("岁", "a"),
        ("lbs", "[lb_av]"),
        ("kg/m²", "kg/m2"),
        ("", None),
        ("furlong", None),
        ("mg/furlong", None),
    ],
)
def test_spelling(spelling: str, code: str | None) -> None:
    assert normalise_unit(spelling) == code


@pytest.mark.parametrize("code", known_units())
def test_code_is_its_own_spelling(code: str) -> None:
    assert normalise_unit(code) == code
    assert normalise_unit(f" {code} ") == code


# Published factors: SI conversion tables of the AMA Manual of Style and NGSP's master equation.
@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("glucose", 1.0, "mmol/L", 18.016),
        ("cholesterol_total", 1.0, "mmol/L", 38.67),
        ("hdl_cholesterol", 1.0, "mmol/L", 38.67),
        ("triglycerides", 1.0, "mmol/L", 88.57),
        ("creatinine", 88.42, "umol/L", 1.0),
        ("urea_nitrogen", 0.357, "mmol/L", 1.0),
        ("bilirubin_total", 17.1, "umol/L", 1.0),
        ("calcium", 1.0, "mmol/L", 4.008),
        ("calcium", 2.0, "mEq/L", 4.008),
        ("ionized_calcium", 4.008, "mg/dL", 1.0),
        ("magnesium", 0.4114, "mmol/L", 1.0),
        ("phosphate", 0.3229, "mmol/L", 1.0),
        ("uric_acid", 59.48, "umol/L", 1.0),
        ("iron", 0.179, "umol/L", 1.0),
        ("hemoglobin", 0.6206, "mmol/L", 1.0),
        ("hemoglobin", 140.0, "g/L", 14.0),
        ("sodium", 140.0, "mEq/L", 140.0),
        ("potassium", 4.0, "meq/L", 4.0),
        ("lactate", 9.0, "mg/dL", 1.0),
        ("albumin", 40.0, "g/L", 4.0),
        ("crp", 1.0, "mg/dL", 10.0),
        ("free_thyroxine", 12.87, "pmol/L", 1.0),
        ("bnp", 0.289, "pmol/L", 1.0),
        ("nt_probnp", 0.1182, "pmol/L", 1.0),
        ("troponin_i", 40.0, "ng/L", 0.04),
        ("hba1c", 53.0, "mmol/mol", 7.0),
        ("hba1c", 0.07, "1", 7.0),
        ("hematocrit", 0.42, "L/L", 42.0),
        ("fio2", 40.0, "%", 0.4),
        ("pao2", 10.0, "kPa", 75.0),
        ("temperature", 98.6, "[degF]", 37.0),
        ("temperature", 310.15, "K", 37.0),
        ("white_blood_cells", 7.0, "10*9/L", 7.0),
        ("white_blood_cells", 7000.0, "/uL", 7.0),
        ("red_blood_cells", 4.5, "10*12/L", 4.5),
        ("weight", 220.462, "[lb_av]", 100.0),
        ("weight", 80000.0, "g", 80.0),
        ("height", 70.0, "[in_i]", 177.8),
        ("height", 1.78, "m", 178.0),
        ("age", 18.0, "mo", 1.5),
        ("alt", 1.0, "ukat/L", 60.0),
        ("tsh", 2.5, "u[IU]/mL", 2.5),
        ("esr", 12.0, "mm", 12.0),
        ("gcs_total", 15.0, "1", 15.0),
        ("ph_arterial", 7.4, "1", 7.4),
        ("urine_albumin_creatinine_ratio", 3.39, "mg/mmol", 30.0),
    ],
)
def test_published_factor(name: str, value: float, unit: str, expected: float) -> None:
    assert convert(value, unit, VOCABULARY.concept(name)) == pytest.approx(expected, rel=2e-3)


def test_there_and_back_is_exact_enough() -> None:
    assert convert(98.6, "[degF]", VOCABULARY.concept("temperature")) == 37.0


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("temperature", "mm[Hg]"),
        ("heart_rate", "mg/dL"),
        ("total_protein", "mmol/L"),  # no molar mass: no one substance
        ("bicarbonate", "kg"),
        ("creatinine", "furlong"),
        ("hba1c", "mmol/L"),
        ("sex", "kg"),
    ],
)
def test_unit_that_does_not_fit(name: str, unit: str) -> None:
    concept = VOCABULARY.concept(name)
    with pytest.raises(UnitError) as caught:
        convert(1.0, unit, concept)
    assert unit in str(caught.value)
    if concept.unit is not None:
        assert concept.unit in str(caught.value)


CONVERSIONS = [
    (concept.name, unit)
    for concept in VOCABULARY
    for unit in accepted_units(concept)
    if concept.unit is not None
]


@given(st.sampled_from(CONVERSIONS), st.floats(1e-3, 1e6))
def test_conversion_returns(case: tuple[str, str], value: float) -> None:
    name, unit = case
    concept = VOCABULARY.concept(name)
    assert concept.unit is not None
    there = convert(value, concept.unit, concept, unit)
    assert convert(there, unit, concept) == pytest.approx(value, rel=1e-6, abs=1e-6)


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_not(text: str) -> None:
    code = normalise_unit(text)
    assert code is None or code in known_units()


# UCUM code -> what pint calls it, for the units pint knows.
PINT_NAMES = {
    "%": "percent",
    "g/L": "g/L",
    "g/dL": "g/dL",
    "mg/mL": "mg/mL",
    "mg/dL": "mg/dL",
    "mg/L": "mg/L",
    "ug/mL": "ug/mL",
    "ug/dL": "ug/dL",
    "ug/L": "ug/L",
    "ng/mL": "ng/mL",
    "ng/dL": "ng/dL",
    "ng/L": "ng/L",
    "pg/mL": "pg/mL",
    "mol/L": "mol/L",
    "mmol/dL": "mmol/dL",
    "mmol/L": "mmol/L",
    "umol/dL": "umol/dL",
    "umol/L": "umol/L",
    "nmol/L": "nmol/L",
    "pmol/L": "pmol/L",
    "mm[Hg]": "mmHg",
    "Pa": "pascal",
    "hPa": "hPa",
    "kPa": "kPa",
    "cm[H2O]": "centimeter_H2O",
    "K": "kelvin",
    "Cel": "degC",
    "[degF]": "degF",
    "/min": "1/minute",
    "/s": "1/second",
    "/h": "1/hour",
    "m": "meter",
    "cm": "cm",
    "mm": "mm",
    "[in_i]": "inch",
    "[ft_i]": "foot",
    "kg": "kg",
    "g": "g",
    "mg": "mg",
    "[lb_av]": "pound",
    "[oz_av]": "ounce",
    "/L": "1/L",
    "/uL": "1/uL",
    "uL": "uL",
    "mL": "mL",
    "dL": "dL",
    "L": "L",
    "mL/min": "mL/minute",
    "mL/h": "mL/hour",
    "L/min": "L/minute",
    "ms": "ms",
    "s": "s",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "julian_year",
    "mg/g": "mg/g",
    "mmol/mol": "mmol/mol",
}


def test_table_agrees_with_pint() -> None:
    pint = pytest.importorskip("pint", reason="pint is a development tool")
    from cds.vocabulary.units import unit

    registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    bases: dict[str, str] = {}
    compared = 0
    for code in (code for code in known_units() if code in PINT_NAMES):
        row = unit(code)
        base = bases.setdefault(row.dimension, code)
        ours = (3.0 * row.factor + row.offset - unit(base).offset) / unit(base).factor
        theirs = registry.Quantity(3.0, PINT_NAMES[code]).to(PINT_NAMES[base]).magnitude
        assert math.isclose(ours, theirs, rel_tol=1e-4), code
        compared += base != code
    assert compared >= 40
