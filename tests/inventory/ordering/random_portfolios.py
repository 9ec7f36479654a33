"""Random items and limits for property tests."""

from __future__ import annotations

import numpy as np

from cds.inventory.ordering.problem import (
    EitherOr,
    ItemProblem,
    Limits,
    Outstanding,
    Quota,
)

SCENARIOS = 10
PERIODS = 8


def random_item(random: np.random.Generator, index: int) -> ItemProblem:
    """An item with any of the features that the engine knows."""
    shape = (SCENARIOS, PERIODS)
    mean = float(random.uniform(0.2, 30))
    price = float(random.uniform(0.5, 50))
    pack = float(random.choice([1, 1, 5, 10]))
    backlog = random.random() < 0.3
    life: int | np.ndarray = int(random.integers(1, 12))
    if random.random() < 0.3:
        life = random.integers(1, 12, SCENARIOS)
    lots = np.column_stack(
        [random.integers(0, 1 + int(2 * mean), 3), random.integers(0, 10, 3)]
    ).astype(float)
    orders = tuple(
        Outstanding(
            float(random.integers(0, 20)),
            random.integers(0, 12, SCENARIOS).astype(np.int32),
            int(random.integers(0, 10)),
        )
        for _ in range(random.integers(0, 3))
    )
    return ItemProblem(
        item=f"item {index}",
        demand=random.poisson(mean, shape).astype(np.float32),
        lead_time=random.integers(0, 4, shape).astype(np.int32),
        life_on_arrival=life,
        lots=lots,
        pipeline=orders,
        waiting=float(random.integers(0, 5)) if backlog else 0.0,
        price=price,
        shortage=float(random.choice([3, 8, 20])) * price,
        expiry=1.1 * price,
        holding=0.01 * price,
        order_line=float(random.choice([0, 5])),
        pack=pack,
        minimum_order=float(random.choice([0, 0, 15])),
        maximum_stock=float(random.choice([np.inf, 6 * mean + 10])),
        quota=float(random.choice([np.inf, np.inf, 12])),
        minimum_stock=float(random.choice([0, 0, 25])),
        volume=float(random.choice([0, 0.5])),
        supplier=f"supplier {index % 2}",
        priority=int(random.integers(0, 3)),
        issuing="lifo" if random.random() < 0.3 else "fefo",
        unmet="backlog" if backlog else "lost",
    )


def random_portfolio(seed: int, items: int = 8) -> tuple[list[ItemProblem], Limits]:
    """Items with limits that bind more often than not."""
    random = np.random.default_rng(seed)
    problems = [random_item(random, index) for index in range(items)]
    value = sum(float(p.price * p.demand[:, 0].mean()) for p in problems)
    names = [problem.item for problem in problems]
    limits = Limits(
        budget=float(random.choice([np.inf, value, 0.3 * value, 0.0])),
        cold_volume=float(random.choice([np.inf, 60.0, 5.0])),
        supplier_minimum={"supplier 0": float(random.choice([0.0, 0.5 * value, 5 * value]))},
        quotas=(Quota("controlled", frozenset(names[:3]), float(random.integers(0, 60))),),
        either_or=(EitherOr("one of", frozenset(names[2:5])),),
    )
    return problems, limits
