"""How numbers are written, as a table a clinician could correct."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.show.numbers import (
    frequency,
    normal_range,
    number,
    percent,
    percent_range,
    unit_text,
    value,
)
from cds.show.predict.levels import level_words
from cds.vocabulary import Concept, load_vocabulary


@pytest.mark.parametrize(
    ("risk", "english", "chinese"),
    [
        (0.231, "23 %", "23%"),
        (0.042, "4.2 %", "4.2%"),
        (0.0996, "10 %", "10%"),
        (0.001, "0.1 %", "0.1%"),
        (0.0004, "<0.1 %", "<0.1%"),
        (0.0, "<0.1 %", "<0.1%"),
        (0.993, "99.3 %", "99.3%"),
        (0.9996, ">99.9 %", ">99.9%"),
        (1.0, ">99.9 %", ">99.9%"),
    ],
)
def test_percent(risk: float, english: str, chinese: str) -> None:
    assert percent(risk) == english
    assert percent(risk, "zh") == chinese


def test_percent_range() -> None:
    assert percent_range(0.142, 0.347) == "14–35 %"
    assert percent_range(0.0002, 0.02, "zh") == "<0.1–2.0%"


@pytest.mark.parametrize(
    ("risk", "expected"),
    [
        (0.231, (23, 100)),
        (0.004, (4, 1000)),
        (0.0004, (4, 10000)),
        (0.0, (1, 10000)),
        (0.9999, (99, 100)),
        (0.005, (5, 1000)),
    ],
)
def test_frequency(risk: float, expected: tuple[int, int]) -> None:
    assert frequency(risk) == expected


@given(st.floats(0, 1))
def test_a_frequency_is_near_the_risk_and_never_certain(risk: float) -> None:
    count, size = frequency(risk)
    assert 0 < count < size
    assert abs(count / size - risk) <= 1.001 * max(1 / size, 0.01)


@pytest.mark.parametrize(
    ("content", "unit", "english", "chinese"),
    [
        (3.14159, "mg/dL", "3.14 mg/dL", "3.14 mg/dL"),
        (145.0, "mm[Hg]", "145 mmHg", "145 mmHg"),
        (71.0, "a", "71 years", "71 岁"),
        (37.25, "Cel", "37.2 °C", "37.2 °C"),
        (72.0, "/min", "72/min", "72/min"),
        (7.412, "[pH]", "7.41", "7.41"),
        (9.0, "{score}", "9", "9"),
        (0.0521, "ng/mL", "0.0521 ng/mL", "0.0521 ng/mL"),
        (1234.5, "mL", "1234 mL", "1234 mL"),
        (True, None, "yes", "是"),
        (False, None, "no", "否"),
        ("typical_angina", None, "typical angina", "典型心绞痛"),
        ("icu", None, "ICU", "重症监护"),
        ("seven_beds", None, "seven beds", "seven beds"),
        (8.2, "10*3/uL", "8.2 10³/µL", "8.2 10³/µL"),
    ],
)
def test_value(content: object, unit: str | None, english: str, chinese: str) -> None:
    assert value(content, unit) == english
    assert value(content, unit, "zh") == chinese


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.7, 1.3, "0.7–1.3"),
        (None, 5, "≤ 5"),
        (95, None, "≥ 95"),
        (None, None, ""),
        (0.0, 0.04, "0–0.04"),
    ],
)
def test_normal_range(low: float | None, high: float | None, expected: str) -> None:
    assert normal_range(low, high) == expected


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_a_number_stays_within_half_a_percent(content: float) -> None:
    assert abs(float(number(content)) - content) <= 0.0051 * abs(content) + 1e-12


def test_an_unknown_unit_is_shown_as_it_is() -> None:
    assert unit_text("furlong") == "furlong"
    assert unit_text(None) == ""


@pytest.mark.parametrize(
    "concept",
    [c for c in map(load_vocabulary().concept, load_vocabulary().names) if c.levels],
    ids=lambda c: c.name,
)
def test_every_level_of_the_vocabulary_has_its_chinese(concept: Concept) -> None:
    for level in concept.levels:
        assert re.search(r"[\u4e00-\u9fff]", level_words(level, "zh")), level
        assert "_" not in level_words(level, "en")
