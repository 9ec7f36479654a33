"""How far from the truth mean demand is when 20 % of the periods ran out of stock.

    python benchmarks/forecast_censoring.py [--series 200] [--data FOLDER] [-o TABLE.md]

Simulated items whose orders arrive within the week until the shelf is empty (so that demand itself
causes the outage) or whose outages fall at random; and real series with outages planted. Each
row gives the bias of the mean over all periods, in per cent: what was issued taken as demand
(naive), only the periods never out of stock, issued by stocked share, and the correction.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.intake.censoring import correct

Floats = NDArray[np.float64]
Orders = list[tuple[Floats, Floats]]
"""For each period: times in [0, 1) in order, and units asked for."""

PERIODS = 156
TARGET = 0.20
EVERY = 8
"""Of the 767 monthly hospital series, one in so many."""
REAL = ("pharma_sales_atc/salesdaily_long.csv", "hospital_monthly/hospital.csv")


@dataclass(frozen=True)
class Replay:
    demand: Floats
    issued: Floats
    share: Floats


def orders(
    rate: float, size: Callable[[np.random.Generator, int], Floats], shape: float | None
) -> Callable[[np.random.Generator], Orders]:
    """Poisson orders; the rate of a period drawn from a gamma law of ``shape`` where given."""

    def draw(random: np.random.Generator) -> Orders:
        result = []
        for _ in range(PERIODS):
            factor = 1.0 if shape is None else random.gamma(shape, 1 / shape)
            count = int(random.poisson(rate * factor))
            result.append((np.sort(random.random(count)), size(random, count)))
        return result

    return draw


def ones(random: np.random.Generator, count: int) -> Floats:
    return np.ones(count)


def geometric(mean: float) -> Callable[[np.random.Generator, int], Floats]:
    return lambda random, count: random.geometric(1 / mean, count).astype(float)


def lognormal(mean: float, sigma: float) -> Callable[[np.random.Generator, int], Floats]:
    def draw(random: np.random.Generator, count: int) -> Floats:
        sizes = random.lognormal(np.log(mean) - sigma**2 / 2, sigma, count)
        return np.maximum(np.round(sizes), 1.0)

    return draw


def boxes(random: np.random.Generator, count: int) -> Floats:
    return 10.0 * random.geometric(0.6, count)


DEMANDS: dict[str, Callable[[np.random.Generator], Orders]] = {
    "smooth, unit orders": orders(60, ones, 30.0),
    "erratic, changing rate": orders(40, ones, 1.5),
    "erratic, batches": orders(3, geometric(13), None),
    "intermittent, few units": orders(0.5, geometric(1.5), None),
    "intermittent, boxes of 10": orders(0.4, boxes, None),
    "lumpy, geometric batches": orders(0.6, geometric(8), None),
    "lumpy, lognormal batches": orders(0.6, lognormal(10, 0.9), None),
}


def run(series: Orders, level: float, delay: int, random: np.random.Generator) -> Replay:
    """Order up to ``level`` at each period's start; deliveries after up to ``delay`` periods."""
    stock, pipeline = level, []
    demand, issued, share = (np.zeros(len(series)) for _ in range(3))
    for period, (times, sizes) in enumerate(series):
        order = level - stock - sum(amount for _, amount in pipeline)
        if order > 0:
            wait = 0.0 if delay == 0 else float(random.uniform(0.5, delay))
            pipeline.append((period + wait, order))
        events = sorted(
            [(time - period, 0, amount) for time, amount in pipeline if time < period + 1]
            + [(time, 1, size) for time, size in zip(times, sizes, strict=True)]
        )
        pipeline = [(time, amount) for time, amount in pipeline if time >= period + 1]
        now = 0.0
        for time, kind, amount in events:
            share[period] += (time - now) * (stock <= 0)
            now = time
            if kind == 0:
                stock += amount
                continue
            given = min(stock, amount)
            stock -= given
            issued[period] += given
            demand[period] += amount
        share[period] += (1.0 - now) * (stock <= 0)
    return Replay(demand, issued, share)


def out_by_demand(series: Orders, delay: int, seed: int) -> Replay:
    """The replay at the stock level that leaves 20 % of the periods out of stock at some time."""
    low, high = 0.0, 30 * max(float(np.mean([sizes.sum() for _, sizes in series])), 1.0)
    best = None
    for _ in range(18):
        middle = (low + high) / 2
        replay = run(series, np.round(middle), delay, np.random.default_rng(seed))
        best = replay if best is None or _miss(replay) < _miss(best) else best
        low, high = (middle, high) if (replay.share > 0).mean() > TARGET else (low, middle)
    assert best is not None
    return best


def _miss(replay: Replay) -> float:
    return abs(float((replay.share > 0).mean()) - TARGET)


def out_at_random(series: Orders, random: np.random.Generator) -> Replay:
    """An outage in one period of five, of a random part of it, whatever the demand."""
    demand = np.array([sizes.sum() for _, sizes in series])
    issued, share = demand.copy(), np.zeros(len(series))
    for period, (times, sizes) in enumerate(series):
        if random.random() < TARGET:
            share[period] = 1.0 if random.random() < 0.3 else random.random()
            start = random.random() * (1 - share[period])
            served = (times < start) | (times >= start + share[period])
            issued[period] = sizes[served].sum()
    return Replay(demand, issued, share)


@dataclass
class Sums:
    truth: float = 0.0
    naive: float = 0.0
    stocked: float = 0.0
    exposed: float = 0.0
    corrected: float = 0.0
    flagged: float = 0.0
    out: float = 0.0
    series: int = 0

    def add(self, replay: Replay, season: NDArray[np.int64] | None = None) -> None:
        periods = len(replay.demand)
        full = replay.share == 0
        self.truth += replay.demand.sum()
        self.naive += replay.issued.sum()
        self.stocked += replay.issued[full].mean() * periods if full.any() else 0.0
        self.exposed += replay.issued.sum() / max((1 - replay.share).sum(), 1e-9) * periods
        self.corrected += correct(replay.issued, replay.share, season).demand.sum()
        flags = (replay.share > 0).astype(float)
        self.flagged += correct(replay.issued, flags, season).demand.sum()
        self.out += float((replay.share > 0).mean())
        self.series += 1

    def row(self, name: str) -> str:
        estimates = (self.naive, self.stocked, self.exposed, self.corrected, self.flagged)
        biases = " | ".join(f"{100 * (value / self.truth - 1):+.1f}" for value in estimates)
        return f"| {name} | {self.series} | {100 * self.out / self.series:.0f} | {biases} |"


def simulated(count: int) -> Iterator[str]:
    for name, draw in DEMANDS.items():
        kinds = {
            kind: Sums() for kind in ("demand, weekly delivery", "demand, late delivery", "random")
        }
        for number in range(count):
            random = np.random.default_rng([number, len(name)])
            series = draw(random)
            if sum(sizes.sum() for _, sizes in series) <= 0:
                continue
            kinds["demand, weekly delivery"].add(out_by_demand(series, 0, number))
            kinds["demand, late delivery"].add(out_by_demand(series, 3, number))
            kinds["random"].add(out_at_random(series, random))
        for kind, sums in kinds.items():
            yield sums.row(
                f"{name}; outages by {kind}" if kind != "random" else f"{name}; at random"
            )


def real(folder: Path) -> Iterator[str]:
    for name, season in zip(REAL, (None, 12), strict=True):
        path = folder / name
        if not path.exists():
            continue
        tables = list(_real_orders(path))
        kinds = {"weekly delivery": Sums(), "late delivery": Sums(), "random": Sums()}
        for number, series in enumerate(tables):
            random = np.random.default_rng(number)
            place = None if season is None else np.arange(len(series)) % season
            kinds["weekly delivery"].add(out_by_demand(series, 0, number), place)
            kinds["late delivery"].add(out_by_demand(series, 3, number), place)
            kinds["random"].add(out_at_random(series, random), place)
        for kind, sums in kinds.items():
            yield sums.row(f"{path.parent.name}; {kind}")


def _real_orders(path: Path) -> Iterable[Orders]:
    """Orders of real series: whole weeks of days, or months with their units spread evenly."""
    from datetime import date

    amounts: dict[str, list[tuple[date, float]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            moment = date.fromisoformat(row["ds"])
            amounts.setdefault(row["unique_id"], []).append((moment, float(row["y"])))
    random = np.random.default_rng(0)
    every = 1 if "daily" in path.name else EVERY
    for rows in list(amounts.values())[::every]:
        rows.sort()
        if "daily" in path.name:
            first = next(i for i, (day, _) in enumerate(rows) if day.weekday() == 0)
            weeks = [rows[i : i + 7] for i in range(first, len(rows) - 6, 7)]
            yield [
                (
                    np.array([(i + 0.5) / 7 for i, (_, y) in enumerate(week) if y > 0]),
                    np.array([y for _, y in week if y > 0]),
                )
                for week in weeks
            ]
        else:
            yield [(np.sort(random.random(int(y))), np.ones(int(y))) for _, y in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/operations"))
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    lines = [
        "| demand and outages | series | % of periods out | naive | stocked periods only "
        "| issued / stocked share | corrected | corrected, true/false only |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    print("\n".join(lines))
    for line in chain(simulated(given.series), real(given.data)):
        lines.append(line)
        print(line, flush=True)
    if given.output:
        given.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
