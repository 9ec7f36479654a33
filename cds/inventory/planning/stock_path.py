"""Day by day, what stock an item has left if nothing more is ordered than what is named.

Independent of the engine, which knows periods only: risks, dates and charts come from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.inventory.compiled import compiled
from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import days_left, in_order
from cds.inventory.planning.future import ItemFuture
from cds.inventory.planning.grid import Days
from cds.inventory.planning.supply import NEVER

Units = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stocks:
    """Batches of an item: units, day on which each can be used first and no longer (scenarios)."""

    units: Units  # (batches,)
    begins: Days  # (batches, scenarios)
    ends: Days  # (batches, scenarios)


@dataclass(frozen=True, slots=True)
class StockPath:
    """``stock`` (scenarios, days): units at the end of a day. ``out`` (scenarios,): the first day
    on which not all demand is met, ``NEVER`` where all is. ``short``: units not met until each
    day's end, expected (days,); ``wasted``: units that expire until then, expected."""

    stock: Units
    out: Days
    short: Units
    wasted: Units


def stocks_of(
    pharmacy: Pharmacy, future: ItemFuture, lots: Sequence[Lot], ordered: float = 0.0
) -> Stocks:
    """Usable lots, open orders that may be counted on, and ``ordered`` units ordered today."""
    scenarios = len(future.demand)
    batches: list[tuple[float, Days, Days]] = []
    for lot in in_order(lots, pharmacy.as_of):
        ends = np.full(scenarios, days_left(lot.expiry, pharmacy.as_of), np.int64)
        batches.append((lot.quantity, np.zeros(scenarios, np.int64), ends))
    for each in future.arriving:
        batches.append((each.order.quantity, each.days, each.days + future.shelf_life))
    if ordered > 0:
        days = future.lead_days[:, 0]
        batches.append((ordered, days, days + future.shelf_life))
    empty = np.zeros((0, scenarios), np.int64)
    return Stocks(
        np.array([units for units, _, _ in batches], np.float64),
        np.array([begins for _, begins, _ in batches]) if batches else empty,
        np.array([ends for _, _, ends in batches]) if batches else empty,
    )


def stock_path(future: ItemFuture, stocks: Stocks, days: int) -> StockPath:
    """The first ``days`` days; demand of a review period is spread evenly over its days."""
    scenarios = len(future.demand)
    stock = np.zeros((scenarios, days))
    out = np.full(scenarios, NEVER, np.int64)
    short, wasted = np.zeros(days), np.zeros(days)
    _run(
        stocks.units, stocks.begins, stocks.ends, future.demand, future.grid.days,
        stock, out, short, wasted,
    )  # fmt: skip
    return StockPath(stock, out, np.cumsum(short) / scenarios, np.cumsum(wasted) / scenarios)


@compiled
def _run(
    units: Units,
    begins: Days,
    ends: Days,
    demand: NDArray[np.float32],
    review: int,
    stock: Units,
    out: Days,
    short: Units,
    wasted: Units,
) -> None:  # pragma: no cover - compiled
    """First to expire first; a batch is there from ``begins`` to before ``ends``."""
    batches = len(units)
    scenarios, days = stock.shape
    for s in range(scenarios):
        order = np.argsort(ends[:, s])
        left = units.copy()
        for day in range(days):
            period = min(day // review, demand.shape[1] - 1)
            wanted = demand[s, period] / review
            total = 0.0
            for place in range(batches):
                batch = order[place]
                if left[batch] <= 0.0 or begins[batch, s] > day:
                    continue
                if ends[batch, s] <= day:
                    wasted[day] += left[batch]
                    left[batch] = 0.0
                    continue
                taken = min(wanted, left[batch])
                wanted -= taken
                left[batch] -= taken
                total += left[batch]
            stock[s, day] = total
            # Fractions of a unit are of the spreading, not of demand.
            if wanted > 1e-6:
                short[day] += wanted
                if out[s] > day:
                    out[s] = day
