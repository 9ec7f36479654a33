"""The checker finds what is wrong with a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds.inventory.ordering.check.check import check
from cds.inventory.ordering.check.picks import check_picks
from cds.inventory.ordering.outcome import Plan
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import EitherOr, Limits, Quota
from tests.inventory.ordering.test_order_plan import steady


def changed(made: Plan, **values: Any) -> Plan:
    """The plan with its first line altered."""
    return replace(made, lines=(replace(made.lines[0], **values), *made.lines[1:]))


ITEM = {"pack": 5.0, "minimum_order": 10.0, "maximum_stock": 30.0, "quota": 25.0, "volume": 1.0}
FAULTS = [
    # what was written into the plan, under which limits, the rule that names it
    ({"quantity": 12.0, "value": 12.0}, Limits(), "packs"),
    ({"quantity": 5.0, "value": 5.0}, Limits(), "minimum order"),
    ({"quantity": 35.0, "value": 35.0}, Limits(), "maximum stock"),
    ({"quantity": 30.0, "value": 30.0}, Limits(), "quota"),
    ({"quantity": -5.0}, Limits(), "quantity"),
    ({"value": 99.0}, Limits(), "value"),
    ({}, Limits(budget=9.0), "budget"),
    ({}, Limits(cold_volume=9.0), "cold room"),
    ({}, Limits(supplier_minimum={"s": 100.0}), "supplier minimum"),
    ({}, Limits(quotas=(Quota("q", frozenset("a"), 5.0),)), "quota"),
    ({}, Limits(either_or=(EitherOr("e", frozenset("a"), 0),)), "either-or"),
    ({"expected_cost": 1e6}, Limits(), "expected cost"),
    ({"expected_cost": 1e6}, Limits(), "total cost"),
    ({"item": "b"}, Limits(), "one line an item"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "limits", "rule"), FAULTS)
def test_a_fault_is_named_by_its_rule(values: dict[str, Any], limits: Limits, rule: str) -> None:
    problem = steady(supplier="s", **ITEM)
    made = plan([problem])
    assert made.lines[0].quantity == 10.0
    assert check([problem], Limits(), made, costs=True) == ()
    found = check([problem], limits, changed(made, **values), costs=True)
    assert rule in {violation.rule for violation in found}


def test_stock_that_is_not_usable_must_not_be_counted() -> None:
    import numpy as np

    problem = steady(lots=np.array([[8.0, 5.0]]))
    made = plan([problem])
    assert check([problem], Limits(), made, usable={"a": 8.0}) == ()
    found = check([problem], Limits(), made, usable={"a": 3.0})
    assert [violation.rule for violation in found] == ["usable stock"]


PICKS = [
    ([("old", 5.0), ("new", 2.0)], set()),
    ([("new", 2.0)], {"FEFO"}),
    ([("old", 4.0), ("new", 2.0)], {"FEFO"}),
    ([("old", 6.0)], {"lot quantity"}),
    ([("dead", 1.0)], {"expired lot"}),
    ([("unknown", 1.0)], {"lot quantity"}),
]


@pytest.mark.parametrize(("picks", "rules"), PICKS)
def test_lots_are_picked_first_to_expire_first(
    picks: list[tuple[str, float]], rules: set[str]
) -> None:
    lots = {"old": (5.0, 10), "new": (5.0, 20), "dead": (5.0, 1)}
    assert {fault.rule for fault in check_picks(lots, picks, as_of=2)} == rules
