"""Diagnosis codes and levels to numbers."""

from __future__ import annotations

import math

import pytest

from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.features.levels import CodeRange, level_coder

DIAGNOSIS = FeatureDeclaration(
    "d",
    "principal_diagnosis",
    levels={"diabetes": 1, "circulatory": 2, "external": 3, "kidney": 4, "N18.6": 9},
    levels_prefix={"250": "diabetes", "E11": "diabetes", "E11.2": "kidney"},
    levels_range={
        "390-459": "circulatory",
        "785": "circulatory",
        "I00-I99": "circulatory",
        "V01-V91": "external",
    },
    other=0.0,
)


@pytest.mark.parametrize(("code", "number"), [
    ("250.83", 1), ("25000", 1), ("E11", 1), ("e11.9", 1), ("E11.21", 4), ("N18.6", 9), ("N18.5", 0),
    ("414", 2), ("414.01", 2), ("41401", 2), ("390", 2), ("459.9", 2), ("460", 0), ("389.9", 0),
    ("785.5", 2), ("I21.4", 2), ("I214", 2), ("J18.9", 0), ("V45", 3), ("V92", 0), ("38", 0), ("", 0),
])  # fmt: skip
def test_codes(code: str, number: float) -> None:
    assert level_coder(DIAGNOSIS)(code) == number


def test_without_other_the_rest_is_missing() -> None:
    coder = level_coder(FeatureDeclaration("s", "sex", levels={"male": 1.0}))
    assert coder("male") == 1.0
    assert math.isnan(coder("female"))


@pytest.mark.parametrize("text", ["", "abc", "390-45", "459-390", "390-I99", "39x"])
def test_bad_ranges(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        CodeRange(text)
