"""What any order plan must be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.inventory.ordering.check.check import check
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import ItemProblem, Limits, Substitution
from tests.inventory.ordering.random_portfolios import random_portfolio


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_a_plan_keeps_every_limit_and_a_second_simulation_gives_its_costs(seed: int) -> None:
    problems, limits = random_portfolio(seed)
    made = plan(problems, limits)
    usable = {problem.item: problem.on_hand for problem in problems}
    assert check(problems, limits, made, usable=usable, costs=True) == ()
    assert made.bound <= made.expected_cost + 1e-6 * abs(made.expected_cost)


def steady(**changes: object) -> ItemProblem:
    """Ten a week for sure, in one week, of long life."""
    shape = (16, 8)
    known: dict[str, object] = {
        "item": "a",
        "demand": np.full(shape, 10.0),
        "lead_time": np.ones(shape, np.int32),
        "life_on_arrival": 50,
        "price": 1.0,
        "shortage": 20.0,
        "expiry": 1.1,
        "holding": 0.01,
    }
    return ItemProblem(**{**known, **changes})  # type: ignore[arg-type]


CASES = [
    # what is there, what should be ordered
    ("nothing there: week 1 and nothing for week 0, which is lost", {}, 10.0),
    ("twenty there: weeks 0 and 1 are met", {"lots": np.array([[20.0, 50.0]])}, 0.0),
    ("twenty there that die after this week", {"lots": np.array([[20.0, 1.0]])}, 10.0),
    ("twenty there, expired", {"lots": np.array([[20.0, 0.0]])}, 10.0),
    ("packs of 4: three of them", {"pack": 4.0}, 12.0),
    ("packs of 4 and a maximum of 11: two, not three", {"pack": 4.0, "maximum_stock": 11.0}, 8.0),
    (
        "minimum order above the maximum: nothing",
        {"minimum_order": 20.0, "maximum_stock": 9.0},
        0.0,
    ),
    ("a quota of 7", {"quota": 7.0}, 7.0),
]


@pytest.mark.parametrize(("title", "changes", "expected"), CASES, ids=[case[0] for case in CASES])
def test_sure_demand_is_ordered_to_the_unit(
    title: str, changes: dict[str, object], expected: float
) -> None:
    assert plan([steady(**changes)]).lines[0].quantity == expected


def unsure(seed: int, **changes: object) -> ItemProblem:
    """Ten a week on the mean, in one week, of long life; fifty scenarios."""
    demand = np.random.default_rng(seed).poisson(10.0, (50, 8)).astype(np.float64)
    lead_time = np.ones(demand.shape, np.int32)
    return steady(demand=demand, lead_time=lead_time, **changes)


@pytest.mark.parametrize("seed", range(5))
def test_stock_of_what_must_not_run_out_reaches_beyond_the_worst_scenario(seed: int) -> None:
    vital, other = unsure(seed, item="vital", shortage=1000.0), unsure(seed, item="other")
    worst = vital.demand[:, 1].max()  # week 0 is lost anyway; an order of week 1 is in for week 2
    ordered = {line.item: line.quantity for line in plan([vital, other]).lines}
    assert ordered["vital"] > worst
    assert ordered["vital"] > ordered["other"]


@pytest.mark.parametrize("seed", range(5))
def test_what_can_wait_is_not_ordered_on_a_whim_of_the_scenarios(seed: int) -> None:
    lasting = unsure(seed, lots=np.array([[2.0 * 10.0 + 6.0 * np.sqrt(20.0), 40.0]]))
    (line,) = plan([lasting]).lines
    assert line.quantity == 0
    assert check([lasting], Limits(), plan([lasting]), costs=True) == ()


def test_the_budget_goes_to_what_saves_most_and_its_price_is_told() -> None:
    vital = steady(item="vital", shortage=20.0)
    other = steady(item="other", shortage=3.0)
    made = plan([vital, other], Limits(budget=10.0))
    assert {line.item: line.quantity for line in made.lines} == {"vital": 10.0, "other": 0.0}
    assert made.lines[0].item == "vital"
    assert made.multipliers[0].name == "budget"
    assert made.multipliers[0].price >= 2.0
    assert made["other"].limited_by == ("budget",)


def test_a_small_order_is_dropped_or_enlarged_to_the_suppliers_minimum() -> None:
    item = steady(supplier="s")
    for least, expected in ((8.0, 10.0), (30.0, 30.0), (1e6, 0.0)):
        made = plan([item], Limits(supplier_minimum={"s": least}))
        assert made.lines[0].quantity == pytest.approx(expected, abs=10.0 * (least == 30.0))
        assert check([item], Limits(supplier_minimum={"s": least}), made) == ()


WHY_NOT_BEST = [
    # what the supplier's minimum is, the budget, what is ordered, what it is limited by
    (30.0, 25.0, 0.0, ("minimum of s",)),  # there is money for the 10 that are best
    (30.0, 8.0, 0.0, ("budget", "minimum of s")),
    (30.0, 35.0, 30.0, ("minimum of s",)),
    (5.0, 8.0, 8.0, ("budget",)),
]


@pytest.mark.parametrize(("least", "budget", "ordered", "limits"), WHY_NOT_BEST)
def test_the_limit_that_keeps_from_the_best_is_named(
    least: float, budget: float, ordered: float, limits: tuple[str, ...]
) -> None:
    made = plan([steady(supplier="s")], Limits(budget=budget, supplier_minimum={"s": least}))
    assert (made.lines[0].quantity, made.lines[0].limited_by) == (ordered, limits)


def test_a_short_items_substitute_is_ordered_for_both() -> None:
    short = steady(item="short", lead_time=np.full((16, 8), 3, np.int32))
    spare = steady(item="spare", lots=np.array([[20.0, 50.0]]))
    alone = plan([short, spare])["spare"].quantity
    both = plan([short, spare], substitutions=[Substitution("short", "spare", 1.0)])[
        "spare"
    ].quantity
    assert (alone, both) == (0.0, 20.0)


def test_the_same_input_and_seed_give_the_same_plan_whatever_the_threads() -> None:
    problems, limits = random_portfolio(3, items=12)
    assert plan(problems, limits, seed=1) == plan(problems, limits, seed=1, workers=2)


def test_a_deadline_in_the_past_still_gives_a_plan_that_may_be_sent() -> None:
    problems, limits = random_portfolio(4)
    made = plan(problems, limits, deadline=0.0)
    assert made.status == "deadline"
    assert len(made.rough) == len(problems)
    assert check(problems, limits, made) == ()


def test_risk_is_that_of_running_out_before_the_next_order_can_come() -> None:
    line = plan([steady(lots=np.array([[10.0, 50.0]]))]).lines[0]
    assert (line.risk_until_arrival, line.risk_without, line.risk_with) == (0.0, 1.0, 0.0)


WRONG = [
    ({"lead_time": np.ones((16, 7), np.int32)}, "one shape"),
    ({"demand": np.full((16, 8), -1.0)}, "not negative"),
    ({"pack": 0.0}, "pack must be positive"),
    ({"price": float("nan")}, "price must be finite"),
    ({"waiting": 1.0}, "backlog"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG)
def test_a_description_that_makes_no_sense_is_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        steady(**changes)


def test_items_must_have_names_of_their_own_and_one_horizon() -> None:
    with pytest.raises(ValueError, match="once"):
        plan([steady(), steady()])
    with pytest.raises(ValueError, match="same scenarios"):
        plan(
            [
                steady(),
                replace(
                    steady(demand=np.ones((16, 9)), lead_time=np.ones((16, 9), np.int32)), item="b"
                ),
            ]
        )
