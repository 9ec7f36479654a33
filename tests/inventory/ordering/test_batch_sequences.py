"""Sequences of batches and capacitated batches, against enumeration and published optima."""

from __future__ import annotations

from functools import cache
from itertools import product as every

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.inventory.ordering.lot_sizing import BatchWork, Production, plan_batches, sequence_batches
from tests.shared_data import shared_data

Whole = np.ndarray


def least_cost(demand: Whole, changeover: Whole, holding: int) -> float:
    """The optimum by recursion over what was made: no bound, no dropped state."""
    products, periods = demand.shape
    due = [[t for t in range(periods) for _ in range(demand[p, t])] for p in range(products)]

    @cache
    def rest(period: int, made: tuple[int, ...], last: int) -> float:
        if any(m < len(d) and d[m] < period for m, d in zip(made, due, strict=True)):
            return float("inf")
        if period == periods:
            return 0.0
        best = rest(period + 1, made, last)
        for p in range(products):
            if made[p] < len(due[p]):
                now = holding * (due[p][made[p]] - period)
                now += 0 if last < 0 else int(changeover[last, p])
                then = (*made[:p], made[p] + 1, *made[p + 1 :])
                best = min(best, now + rest(period + 1, then, p))
        return best

    return rest(0, (0,) * products, -1)


def cost_of(demand: Whole, changeover: Whole, holding: int, made: Whole) -> int:
    """The cost of a plan, reckoned from the plan alone; every deadline is checked."""
    stock = made.cumsum(axis=1) - demand.cumsum(axis=1)
    assert stock.min() >= 0
    assert stock[:, -1].max() == 0
    assert made.sum(axis=0).max() <= 1
    order = [int(made[:, t].argmax()) for t in range(made.shape[1]) if made[:, t].any()]
    changes = sum(int(changeover[a, b]) for a, b in zip(order[:-1], order[1:], strict=True))
    return holding * int(stock.sum()) + changes


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Whole, Whole, int]:
    products, periods = draw(st.integers(1, 4)), draw(st.integers(1, 8))
    demand = np.zeros((products, periods), np.int64)
    for _ in range(draw(st.integers(0, periods))):
        demand[draw(st.integers(0, products - 1)), draw(st.integers(0, periods - 1))] += 1
    costs = st.lists(st.integers(0, 30), min_size=products**2, max_size=products**2)
    changeover = np.array(draw(costs), np.int64).reshape(products, products)
    return demand, changeover, draw(st.integers(0, 10))


@settings(max_examples=80, deadline=None)
@given(sequences())
def test_small_sequences_are_as_cheap_as_the_cheapest_of_all(
    case: tuple[Whole, Whole, int],
) -> None:
    """Any changeover costs: not symmetric, no triangle inequality, also after oneself."""
    found = sequence_batches(*case)
    least = least_cost(*case)
    if least == float("inf"):
        assert (found.status, found.made) == ("infeasible", None)
        return
    assert (found.status, found.cost, found.bound) == ("optimal", least, least)
    assert found.made is not None
    assert cost_of(*case, found.made) == least


def pigment(name: str) -> tuple[Whole, Whole, int, str]:
    text = shared_data("operations", "dlsp_pigment", f"{name}.psp").read_text()
    lines = [line.split() for line in text.splitlines() if line.split()]
    products = int(lines[1][0])
    demand = np.array(lines[2 : 2 + products], np.int64)
    table = np.array(lines[3 + products : -1], np.int64)
    return demand, table[:products, :products], int(lines[2 + products][0]), lines[-1][-1]


@pytest.mark.parametrize(
    "name",
    ["pigment15b", "pigment15e", "pigment20a", "pigment20c", "pigment30a", "PSP_200_2"],
)
def test_published_sequences_are_solved_to_their_known_optimum(name: str) -> None:
    *case, known = pigment(name)
    found = sequence_batches(*case)
    assert (found.status, found.cost) == ("optimal", int(known))
    assert found.made is not None
    assert cost_of(*case, found.made) == int(known)


def test_pigment_30c_costs_more_than_its_file_says() -> None:
    """Its last line says 1471; the recursion, which has no bound to be wrong, finds 1707."""
    *case, known = pigment("pigment30c")
    assert known == "1471"
    assert sequence_batches(*case).cost == least_cost(*case) == 1707


def least_batches(work: BatchWork) -> float:
    """The optimum over all whole amounts, by enumeration."""
    products, periods = work.demand.shape
    most = work.demand.sum(axis=1)
    best = float("inf")
    for flat in every(*(range(int(most[p]) + 1) for p in range(products) for _ in range(periods))):
        made = np.array(flat).reshape(products, periods)
        stock = made.cumsum(axis=1) - work.demand.cumsum(axis=1)
        load = work.unit_time @ made + work.setup_time @ (made > 0)
        if stock.min() < 0 or stock[:, -1].max() > 0 or np.any(load > work.capacity):
            continue
        cost = work.holding @ stock.sum(axis=1) + work.setup_cost @ (made > 0).sum(axis=1)
        best = min(best, float(cost))
    return best


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.integers(3, 9),
    st.lists(st.integers(1, 3), min_size=2, max_size=2),
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
)
def test_small_batches_are_as_cheap_as_the_cheapest_of_all(
    demand: list[int], capacity: int, unit_time: list[int], costs: list[int]
) -> None:
    """Also where units take more than one hour, and half a unit would be cheaper."""
    work = BatchWork(
        np.array(demand).reshape(2, 3),
        np.full(3, capacity),
        np.array(unit_time),
        np.array([1, 2]),
        np.array(costs[:2]),
        np.array(costs[2:]),
    )
    found: Production = plan_batches(work, workers=1)
    least = least_batches(work)
    if least == float("inf"):
        assert found.made is None
    else:
        assert found.cost == least
        assert found.bound <= least
