"""What a kind of rule refuses before it meets people and dates."""

from __future__ import annotations

import pytest

from cds.errors import InputError
from cds.roster.ward.description import Value
from cds.roster.ward.kinds import KINDS
from tests.roster.small_ward import HERE, rule

REFUSED: list[tuple[str, dict[str, Value], str]] = [
    ("rest_between_shifts", {}, "lacks 'hours'; expected a number of hours, at least 1"),
    ("rest_between_shifts", {"hours": "11"}, "hours is '11'"),
    ("rest_between_shifts", {"hours": True}, "hours is True"),
    ("rest_between_shifts", {"hours": float("nan")}, "hours is nan"),
    ("rest_between_shifts", {"hours": 11, "on_call": "works"}, "did you mean 'work'"),
    ("rest_between_shifts", {"hour": 11}, "did you mean 'hours'"),
    ("consecutive_shifts", {}, "neither of minimum, maximum"),
    ("consecutive_shifts", {"minimum": 3, "maximum": 2}, "the minimum 3 is above the maximum 2"),
    ("consecutive_shifts", {"maximum": 2.5}, "expected a whole number, at least 1"),
    ("consecutive_shifts", {"maximum": 0}, "expected a whole number, at least 1"),
    ("complete_weekends", {"maximum": 1}, "expected none"),
    ("weekly_rest", {"hours": 35, "rolling": "yes"}, "expected true or false"),
    ("forbidden_sequence", {"sequence": ("N",)}, "sequence is ['N']"),
    ("forbidden_sequence", {"sequence": "N"}, "expected a list"),
    ("consecutive_same_shift", {"shift": "", "maximum": 2}, "shift is ''"),
    ("fair_share", {"of": "night"}, "did you mean 'nights'"),
]


@pytest.mark.parametrize(("kind", "parameters", "message"), REFUSED)
def test_what_cannot_be_meant_is_named(
    kind: str, parameters: dict[str, Value], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        KINDS[kind].check(rule(kind, name="ours", weight=1, **parameters))
    assert message in caught.value.message
    assert "'ours'" in caught.value.message
    assert caught.value.place == HERE


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("rest_between_shifts", {"hours": 11, "after": ("N", "L")}),
        ("consecutive_shifts", {"minimum": 2, "maximum": 2.0}),
        ("forbidden_sequence", {"sequence": ("N", "E|L")}),
        ("complete_weekends", {}),
    ],
)
def test_what_can_be_meant_passes(kind: str, parameters: dict[str, Value]) -> None:
    KINDS[kind].check(rule(kind, **parameters))
