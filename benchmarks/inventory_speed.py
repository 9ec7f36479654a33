"""Orders for 5,000 items: CPU time, proven gap, violations found by the independent checker.

``python -m benchmarks.inventory_speed --items 5000``
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from cds.inventory.ordering.check.check import check
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import EitherOr, ItemProblem, Limits, Outstanding, Quota


def portfolio(items: int, scenarios: int, periods: int, seed: int) -> list[ItemProblem]:
    """Items of many sizes, lives, packs and priorities; a fifth in the cold room."""
    random = np.random.default_rng(seed)
    found = []
    for index in range(items):
        mean = float(np.exp(random.normal(2.5, 1.2)))
        shape = random.uniform(1.0, 6.0)
        level = random.gamma(30, 1 / 30, (scenarios, 1))
        demand = random.poisson(random.gamma(shape, mean / shape, (scenarios, periods)) * level)
        step = random.choice((-1, 0, 0, 1), (scenarios, periods))
        life = int(random.integers(4, 31))
        lots = [[round(mean * random.uniform(0, 2)), random.integers(1, life + 1)] for _ in "ab"]
        under_way = Outstanding(
            float(round(mean * random.uniform(0.5, 3))),
            random.integers(0, 4, scenarios).astype(np.int32),
            life,
        )
        price = float(np.exp(random.normal(2.0, 1.0)))
        priority = int(random.choice(3, p=(0.2, 0.5, 0.3)))
        pack = float(random.choice((1, 1, 5, 10, 20)))
        found.append(
            ItemProblem(
                item=f"item{index:05d}",
                demand=demand.astype(np.float32),
                lead_time=np.clip(random.integers(1, 4) + step, 1, 5).astype(np.int32),
                life_on_arrival=life,
                lots=np.array(lots, np.float64),
                pipeline=(under_way,) if random.random() < 0.5 else (),
                price=price,
                shortage=(20.0, 8.0, 3.0)[priority] * price,
                expiry=1.1 * price,
                holding=0.25 / 52 * price,
                order_line=2.0,
                pack=pack,
                minimum_order=float(random.choice((0, 0, 2 * pack))),
                maximum_stock=float(random.choice((np.inf, 10 * mean + pack))),
                volume=float(random.choice((0, 0, 0, 0, 0.01))),
                supplier=f"supplier{index % 20:02d}",
                priority=priority,
            )
        )
    return found


def limits_for(problems: list[ItemProblem], tightness: float) -> Limits:
    """A budget, a cold room, supplier minima, a quota and an either-or for these items."""
    value = sum(float(p.price * p.demand[:, 0].mean()) for p in problems)
    cold = sum(float(p.volume * p.demand[:, 0].mean()) for p in problems)
    names = [problem.item for problem in problems]
    return Limits(
        budget=tightness * value,
        cold_volume=4.0 * cold,
        supplier_minimum={f"supplier{k:02d}": value / 400 for k in range(20)},
        quotas=(Quota("controlled", frozenset(names[:5]), 100.0),),
        either_or=(EitherOr("one of two", frozenset(names[5:7])),),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--scenarios", type=int, default=100)
    parser.add_argument("--periods", type=int, default=12)
    arguments = parser.parse_args()
    began = time.process_time()
    plan(portfolio(20, arguments.scenarios, arguments.periods, 1))
    print(
        f"first call, with compiling where the cache is cold: {time.process_time() - began:.1f} s"
    )
    problems = portfolio(arguments.items, arguments.scenarios, arguments.periods, 0)
    print("| limits | CPU s | wall s | lines | cost | gap % | status | violations |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |")
    for name, limits in (
        ("none", Limits()),
        ("all, budget 1.4 × demand", limits_for(problems, 1.4)),
        ("all, budget 0.8 × demand", limits_for(problems, 0.8)),
    ):
        cpu, wall = time.process_time(), time.perf_counter()
        made = plan(problems, limits)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        faults = check(problems, limits, made, usable={p.item: p.on_hand for p in problems})
        lines = sum(line.quantity > 0 for line in made.lines)
        print(
            f"| {name} | {cpu:.1f} | {wall:.1f} | {lines} | {made.expected_cost:.0f} "
            f"| {100 * made.gap:.5f} | {made.status} | {len(faults)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
