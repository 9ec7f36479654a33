"""A year of weekly reviews of 300 medicines: the plan against tuned base-stock and textbook (s, S).

``python -m benchmarks.inventory_portfolio --seeds 10``

Every policy sees the same learnt forecasts (``cds.forecasting``, cheap models, refitted each
week on what the replay has seen) and the same delays seen so far; none sees the true law. The
baselines' safety factors are tuned, one a priority, on two further demand histories of the
same items, with the same forecasts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.problem import Limits
from cds.inventory.simulation.policies import BaseStock, ByPlan, MinMax
from cds.inventory.simulation.replay import Outcome, Policy, replay
from cds.inventory.simulation.world import Beliefs, Item, World

PAST: Final = 104
WEEKS: Final = 52
WARM_UP: Final = 8
HORIZON: Final = 12
PENALTIES: Final = (20.0, 8.0, 3.0)
EXPIRY: Final = 1.1
HOLDING_A_YEAR: Final = 0.25
BUDGET: Final = 1.4
TUNING_SEEDS: Final = (1001, 1002)
FIRST_WEEK: Final = date(2024, 1, 1)


class Laws:
    """The truth: the items and how their demand and delays really come about."""

    def __init__(self, items: int, seed: int, order_line: float) -> None:
        random = np.random.default_rng(seed)
        self.mean = np.exp(random.normal(2.7, 1.1, items))
        self.dispersion = random.uniform(1.0, 8.0, items)
        self.season = random.uniform(0.0, 0.3, items)
        self.phase = random.uniform(0.0, 2 * np.pi, items)
        self.usual = random.integers(1, 5, items)
        self.wobble = random.dirichlet((1.0, 4.0, 1.5), items)  # a week early, on time, late
        life = random.integers(4, 31, items)
        price = np.exp(random.normal(2.0, 1.2, items))
        priority = random.choice(3, items, p=(0.2, 0.5, 0.3))
        opening = np.ceil(self.mean * (self.usual + 1.5))
        found = []
        for i in range(items):
            pack = float(max(1, round(self.mean[i] * random.choice((0.1, 0.25, 0.5, 1.0)))))
            found.append(
                Item(
                    item=f"item{i:04d}",
                    price=float(price[i]),
                    shortage=PENALTIES[priority[i]] * float(price[i]),
                    expiry=EXPIRY * float(price[i]),
                    holding=HOLDING_A_YEAR / 52 * float(price[i]),
                    order_line=order_line,
                    life=int(life[i]),
                    pack=pack,
                    minimum_order=pack * float(random.choice((1, 1, 1, 2))),
                    priority=int(priority[i]),
                    opening=((float(opening[i]), int(max(life[i] - 1, 1))),),
                )
            )
        self.items = tuple(found)

    def demand(self, seed: int) -> NDArray[np.float64]:
        """Past and replay, (items, PAST + WEEKS)."""
        random = np.random.default_rng((seed, 1))
        week = np.arange(PAST + WEEKS)
        wave = np.sin(2 * np.pi * week / 52 + self.phase[:, None])
        mean = self.mean[:, None] * (1 + self.season[:, None] * wave)
        rate = random.gamma(self.dispersion[:, None], mean / self.dispersion[:, None])
        return random.poisson(rate).astype(np.float64)

    def delays(self, seed: int, weeks: int) -> NDArray[np.int64]:
        """Delays of orders, 1 to 5 weeks; later orders may overtake earlier ones."""
        random = np.random.default_rng((seed, 2))
        draw = random.random((len(self.items), weeks))
        edges = np.cumsum(self.wobble, axis=1)
        step = (draw > edges[:, :1]).astype(np.int64) + (draw > edges[:, 1:2]) - 1
        return np.clip(self.usual[:, None] + step, 1, 5)


class Season:
    """One demand history with the forecasts that are learnt along it."""

    def __init__(self, laws: Laws, seed: int, scenarios: int, cache: Path | None) -> None:
        demand = laws.demand(seed)
        self.past = demand[:, :PAST]
        self.world = World(laws.items, demand[:, PAST:], laws.delays(seed, WEEKS))
        self.delays_before = laws.delays(seed + 500, 30)
        self.demand = demand
        self.known: dict[int, Beliefs] = {}
        self.paths = learnt(demand, len(laws.items), scenarios, seed, cache)

    def believe(self, period: int) -> Beliefs:
        """What is known when the week opens."""
        if period not in self.known:
            self.known[period] = self.learn(period)
        return self.known[period]

    def learn(self, period: int) -> Beliefs:
        """The forecast and the delays seen so far."""
        # An order's delay is known once it has arrived: five weeks later all are.
        seen = self.world.lead_time[:, : max(period - 5, 0)]
        delays = np.concatenate([self.delays_before, seen], axis=1)
        return Beliefs(
            demand=self.paths[period].astype(np.float32),
            seen=self.demand[:, : PAST + period],
            lead_times=tuple(delays),
        )


def learnt(
    demand: NDArray[np.float64], items: int, scenarios: int, seed: int, cache: Path | None
) -> NDArray[np.uint16]:
    """Sampled futures for every week, each from a forecast of what was seen before it."""
    import polars as pl

    from cds.forecasting.engine import forecast
    from cds.forecasting.scenarios import scenarios as sample

    place = None if cache is None else cache / f"paths_{items}_{scenarios}_{seed}.npy"
    if place is not None and place.exists():
        loaded: NDArray[np.uint16] = np.load(place, mmap_mode="r")
        return loaded
    paths = np.zeros((WEEKS, items, scenarios, HORIZON), np.uint16)
    names = [f"item{index:04d}" for index in range(items)]
    for period in range(WEEKS):
        weeks = PAST + period
        starts = [FIRST_WEEK + timedelta(weeks=week) for week in range(weeks)]
        history = pl.DataFrame(
            {
                "unique_id": np.repeat(names, weeks),
                "ds": starts * items,
                "y": demand[:, :weeks].ravel(),
            }
        )
        found = forecast(history, frequency="W", horizon=HORIZON, effort="light", seed=seed)
        paths[period] = np.minimum(np.rint(sample(found, scenarios, seed)), 65535)
    if place is not None:
        np.save(place, paths)
    return paths


def tuned(kind: type, laws: Laws, seasons: Sequence[Season], budget: float) -> tuple[float, ...]:
    """The safety factors of least cost over the tuning histories, one a priority at a time."""

    def cost(safety: tuple[float, ...]) -> float:
        policy = kind(laws.items, safety, budget)
        return sum(
            replay(season.world, policy, season.believe, warm_up=WARM_UP).cost for season in seasons
        )

    best = (1.5, 1.5, 1.5)
    least = cost(best)
    for step in (0.5, 0.25, 0.125):
        moved = True
        while moved:
            moved = False
            for place in range(3):
                for change in (step, -step):
                    trial = (*best[:place], best[place] + change, *best[place + 1 :])
                    found = cost(trial)
                    if found < least:
                        best, least, moved = trial, found, True
    return best


def row(name: str, outcomes: Sequence[Outcome]) -> str:
    """Means over the seeds."""

    def mean(measure) -> float:
        return float(np.mean([measure(outcome) for outcome in outcomes]))

    parts = [f"{mean(lambda o, c=cause: o.costs()[c]) / 1000:.1f}" for cause in outcomes[0].costs()]
    fills = [f"{100 * mean(lambda o, p=p: o.fill_rate(p)):.2f}" for p in (None, 0, 1, 2)]
    return (
        f"| {name} | {mean(lambda o: o.cost) / 1000:.1f} | {' | '.join((*parts, *fills))} "
        f"| {100 * mean(lambda o: o.waste_share):.2f} "
        f"| {mean(lambda o: o.mean_stock_value) / 1000:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--portfolio", type=int, default=7, help="seed of the items themselves")
    parser.add_argument("--order-line", type=float, default=2.0)
    parser.add_argument("--capital-charge", type=float, default=0.0)
    parser.add_argument("--cache", type=Path, help="folder to keep the learnt futures in")
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    laws = Laws(arguments.items, arguments.portfolio, arguments.order_line)
    price = np.array([item.price for item in laws.items])
    budget = BUDGET * float(price @ laws.mean)

    def season(seed: int) -> Season:
        return Season(laws, seed, arguments.scenarios, arguments.cache)

    tuning = [season(seed) for seed in TUNING_SEEDS]
    base_safety = tuned(BaseStock, laws, tuning, budget)
    low_safety = tuned(MinMax, laws, tuning, budget)
    del tuning
    policies = {
        "plan": lambda: ByPlan(
            laws.items,
            Limits(budget=budget),
            workers=arguments.workers,
            capital_charge=arguments.capital_charge,
        ),
        f"base-stock, tuned {base_safety}": lambda: BaseStock(laws.items, base_safety, budget),
        f"(s, S), tuned {low_safety}": lambda: MinMax(laws.items, low_safety, budget),
        "(s, S), textbook": lambda: MinMax(laws.items, (2.05, 1.64, 1.28), budget),
    }
    outcomes: dict[str, list[Outcome]] = {name: [] for name in policies}
    spent = dict.fromkeys(policies, 0.0)
    for seed in range(1, arguments.seeds + 1):
        here = season(seed)
        for name, make in policies.items():
            policy: Policy = make()
            began = time.process_time()
            outcomes[name].append(replay(here.world, policy, here.believe, warm_up=WARM_UP))
            spent[name] += time.process_time() - began
        print(
            f"seed {seed}",
            *(row(name, outcomes[name][-1:]) for name in policies),
            sep="\n",
            flush=True,
        )
    print(f"{arguments.items} items, {arguments.seeds} seeds, {WEEKS - WARM_UP} weeks counted")
    print(
        "| policy | cost, thousand | shortage | expiry | holding | order lines "
        "| fill % | V | E | N | waste % | stock, thousand | CPU s |"
    )
    print("| --- " + "| ---: " * 12 + "|")
    for name in policies:
        print(f"{row(name, outcomes[name])} {spent[name]:.0f} |")
    plan_cost = np.array([outcome.cost for outcome in outcomes["plan"]])
    for name in list(policies)[1:]:
        ratio = plan_cost / np.array([outcome.cost for outcome in outcomes[name]])
        total = plan_cost.sum() / sum(outcome.cost for outcome in outcomes[name])
        stock = sum(o.mean_stock_value for o in outcomes["plan"])
        stock /= sum(o.mean_stock_value for o in outcomes[name])
        print(
            f"plan / {name}: cost {total:.3f} (seeds {ratio.min():.3f} to {ratio.max():.3f}), "
            f"stock {stock:.3f}"
        )


if __name__ == "__main__":
    main()
