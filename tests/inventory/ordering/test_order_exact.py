"""Small problems with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from cds.inventory.ordering.allocation import Claim, allocate
from cds.inventory.ordering.exact import all_action_costs, shape_of
from cds.inventory.ordering.lot_sizing import BatchWork, plan_batches, sequence_batches
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import ItemProblem
from cds.inventory.ordering.textbook import (
    best_s_S,
    economic_order_quantity,
    newsvendor_discrete,
    newsvendor_normal,
    poisson_law,
    quantity_with_backorders,
    quantity_with_discounts,
    wagner_whitin,
)
from tests.shared_data import shared_data

# Snyder and Shen, Fundamentals of Supply Chain Theory: the book's own answers.
BOOK = [
    ("example 3.1, EOQ", economic_order_quantity(8, 0.225, 1300), (304.0467800264368, 68.41052550594829)),
    ("problem 3.2b, EOQ with backorders", quantity_with_backorders(40, 40.05, 60, 2080)[2], 1999.1482444152125),
    ("problem 3.12, EOQ with discounts", quantity_with_discounts(2250, 0.25, 182500, [0, 1200, 2400], [1490, 1220, 1100]), (2400, 201251093.75)),
    ("problem 3.27, Wagner–Whitin", wagner_whitin([150, 100, 80, 200], 120, 0.8), ([150, 180, 0, 200], 424)),
    ("example 4.1, newsvendor", newsvendor_normal(0.18, 0.7, 50, 8), (56.60395592743389, 1.9976051931766445)),
    ("example 4.4, base-stock with a delay of 4", newsvendor_normal(0.18, 0.7, 50, 8, 4), (264.76689437415484, 4.466781004149577)),
    ("problem 4.8a, Poisson newsvendor", newsvendor_discrete(200, 270, poisson_law(18)), (19, 786.0884409350515)),
    ("example 4.7, (s, S)", best_s_S(5, 1, 4, poisson_law(6)), (4, 10, 8.034111561471642)),
]  # fmt: skip


@pytest.mark.parametrize(("title", "found", "expected"), BOOK, ids=[case[0] for case in BOOK])
def test_textbook_answers(title: str, found: object, expected: object) -> None:
    if isinstance(expected, tuple) and isinstance(expected[0], list):
        assert found == expected
    else:
        assert found == pytest.approx(expected, rel=1e-6)


def platelets(**changes: object) -> ItemProblem:
    """Two days of life, one day's delay, demand 0 to 3: De Moor's kind of item."""
    random = np.random.default_rng(0)
    demand = random.integers(0, 4, (400, 12)).astype(float)
    known: dict[str, object] = {
        "item": "platelets",
        "demand": demand,
        "lead_time": np.ones(demand.shape, np.int32),
        "life_on_arrival": 2,
        "shortage": 5.0,
        "expiry": 7.0,
        "holding": 1.0,
        "quota": 6.0,
    }
    return ItemProblem(**{**known, **changes})  # type: ignore[arg-type]


def test_an_item_of_few_states_is_solved_exactly_and_no_worse_than_simulated() -> None:
    exact = plan([platelets()])
    assert exact.lines[0].method == "exact"
    assert exact.lines[0].quantity == plan([platelets()], exact_states=0).lines[0].quantity


def test_whether_the_horizon_is_even_does_not_matter() -> None:
    """De Moor's LIFO item of two days orders every other day: value iteration in whole steps swung
    between two answers, one of them 1.3 % dearer."""
    scores = np.quantile(np.random.default_rng(0).gamma(4.0, 1.0, 100_000), np.arange(50) / 50)
    law, random = np.rint(scores), np.random.default_rng(1)

    def orders(periods: int) -> list[int]:
        demand = np.stack([random.permutation(law) for _ in range(periods)], axis=1)
        item = platelets(
            demand=demand,
            lead_time=np.full(demand.shape, 2, np.int32),
            shortage=2.0,
            expiry=13.0,
            quota=10.0,
            issuing="lifo",
        )
        shape = shape_of(item)
        assert shape is not None
        return [int(best) for best in all_action_costs(item, shape).argmin(axis=1)]

    assert orders(12) == orders(13)


def test_a_life_drawn_for_each_unit_matters() -> None:
    def quantity(dying: float) -> float:
        item = platelets(
            lead_time=np.zeros((400, 12), np.int32), life_shares=np.array([[dying, 1 - dying]])
        )
        return plan([item]).lines[0].quantity

    assert quantity(0.0) > quantity(1.0)
    with pytest.raises(ValueError, match="no delay"):
        plan([platelets(life_shares=np.array([[0.5, 0.5]]))])


SHARES = [
    # available, claims (name, quantity, priority), given
    (10, [("icu", 8, 0), ("ward", 8, 1)], {"icu": 8, "ward": 2}),
    (10, [("a", 10, 1), ("b", 5, 1)], {"a": 7, "b": 3}),
    (0, [("a", 10, 0)], {"a": 0}),
    (100, [("a", 10, 0), ("b", 5, 2)], {"a": 10, "b": 5}),
    (1, [("b", 1, 0), ("a", 1, 0)], {"a": 1, "b": 0}),
]


@pytest.mark.parametrize(("available", "claims", "given"), SHARES)
def test_the_vital_are_served_first_and_equals_in_proportion(
    available: float, claims: list[tuple[str, float, int]], given: dict[str, float]
) -> None:
    assert allocate(available, [Claim(*claim) for claim in claims]) == given


def test_without_a_capacity_that_binds_batches_are_wagner_and_whitins() -> None:
    work = BatchWork(
        demand=np.array([[730, 580, 445, 650, 880]]),
        capacity=np.full(5, 10_000),
        unit_time=np.array([1]),
        setup_time=np.array([0]),
        setup_cost=np.array([1000]),
        holding=np.array([1]),
    )
    found = plan_batches(work, workers=1)
    assert found.status == "optimal"
    assert found.cost == pytest.approx(10 * wagner_whitin([730, 580, 445, 650, 880], 100, 0.1)[1])


def test_a_capacity_too_small_is_infeasible() -> None:
    work = BatchWork(*(np.array(value) for value in ([[5, 9]], [6, 6], [1], [1], [1], [1])))
    found = plan_batches(work, workers=1)
    assert (found.status, found.made) == ("infeasible", None)


def test_pigment_15b_is_solved_to_its_known_optimum() -> None:
    words = shared_data("operations", "dlsp_pigment", "pigment15b.psp").read_text().split()
    table = np.array(words[2:-1], np.int64)
    demand, holding, changeover = table[:75].reshape(5, 15), table[75], table[76:].reshape(5, 5)
    found = sequence_batches(demand, changeover, int(holding), workers=1)
    assert (found.status, found.cost) == ("optimal", int(words[-1]))
    assert found.made is not None
    assert found.made.sum(axis=0).max() == 1
