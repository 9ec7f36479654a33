"""A replay adds up."""

from __future__ import annotations

import numpy as np
import pytest

from cds.inventory.ordering.problem import Limits
from cds.inventory.simulation.policies import BaseStock, ByPlan, MinMax
from cds.inventory.simulation.replay import Outcome, Policy, replay
from cds.inventory.simulation.world import Beliefs, Item, World

PERIODS = 12


def item(**changes: object) -> Item:
    known: dict[str, object] = {
        "item": "a",
        "price": 2.0,
        "shortage": 16.0,
        "expiry": 2.2,
        "holding": 0.01,
        "order_line": 1.0,
        "life": 4,
        "opening": ((20.0, 3),),
    }
    return Item(**{**known, **changes})  # type: ignore[arg-type]


def replayed(policy_of: type, items: tuple[Item, ...], *parts: object) -> Outcome:
    random = np.random.default_rng(5)
    demand = random.poisson(8, (len(items), PERIODS)).astype(float)
    world = World(items, demand, random.integers(1, 3, demand.shape))
    paths = random.poisson(8, (len(items), 40, 8)).astype(float)
    seen = random.poisson(8, (len(items), 30)).astype(float)
    beliefs = Beliefs(paths, seen, tuple(np.array([1, 1, 2]) for _ in items))
    policy: Policy = policy_of(items, *parts)
    return replay(world, policy, lambda period: beliefs)


POLICIES = [
    (ByPlan, (Limits(budget=60.0),)),
    (BaseStock, ((2.0, 2.0, 2.0), 60.0)),
    (MinMax, ((2.0, 2.0, 2.0), 60.0)),
]


@pytest.mark.parametrize(("policy", "parts"), POLICIES)
def test_what_comes_in_is_issued_wasted_or_there(policy: type, parts: tuple[object, ...]) -> None:
    items = (item(), item(item="b", pack=5.0, minimum_order=10.0, priority=0))
    found = replayed(policy, items, *parts)
    opening = np.array([sum(quantity for quantity, _ in one.opening) for one in items])
    left = (
        opening + found.received.sum(axis=1) - found.issued.sum(axis=1) - found.wasted.sum(axis=1)
    )
    assert left == pytest.approx(found.stock[:, -1])
    assert (found.issued <= found.demand).all()
    assert ((found.ordered * [[2.0], [2.0]]).sum(axis=0) <= 60.0 + 1e-9).all()
    assert (found.ordered[1] % 5 == 0).all()
    assert found.cost == pytest.approx(sum(found.costs().values()))
    assert 0 <= found.fill_rate() <= 1


def test_a_world_without_orders_runs_out_and_wastes_nothing_fresh() -> None:
    found = replayed(BaseStock, (item(maximum_stock=0.0),), (0.0, 0.0, 0.0))
    assert found.received.sum() == 0
    assert found.issued.sum() + found.wasted.sum() == 20.0


def test_a_replay_gives_the_same_twice() -> None:
    first, second = (replayed(ByPlan, (item(),)) for _ in range(2))
    assert (first.ordered == second.ordered).all()
