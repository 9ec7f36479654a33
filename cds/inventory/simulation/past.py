"""A pharmacy's own past as a world to replay, with what was known at each review."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.inventory.description import VEN_CLASSES, Pharmacy
from cds.inventory.planning.build import Unplannable
from cds.inventory.planning.chance import generator
from cds.inventory.planning.demand import horizon_for, silent_periods
from cds.inventory.planning.future import UNKNOWN_SHELF_LIFE
from cds.inventory.planning.periods import ReviewPeriods
from cds.inventory.planning.supply import Source, Sources
from cds.inventory.simulation.replay import Believe
from cds.inventory.simulation.world import Beliefs, Item, World

if TYPE_CHECKING:
    import polars as pl

LEARNING: Final = 12
"""Review periods of history before the first review replayed, at least."""
DELAYS: Final = 200
"""Delays drawn from those seen, for each item and review."""
OPENING: Final = 1.5
"""Periods of demand, beyond the usual delay, that each item begins with."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Past:
    """The last ``periods`` review periods that the feed tells of, to be replayed.

    ``world``: demand as it was asked for (issues, corrected for stock-outs) and the delays that
    orders would have met, drawn from deliveries. ``believe``: forecast and delays at a review,
    from what was seen before it alone. ``first``: the day of the first review. ``left_out``:
    items that cannot be replayed, and why.
    """

    world: World
    believe: Believe
    first: date
    review_days: int
    left_out: Mapping[str, Unplannable]

    @property
    def periods(self) -> int:
        """Reviews replayed."""
        return int(self.world.demand.shape[1])


def past(
    pharmacy: Pharmacy,
    periods: int,
    *,
    scenarios: int = 1000,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> Past:
    """The pharmacy's last review periods as a world, the last of which the feed tells the whole.

    Every item begins with the stock of its usual delay and ``OPENING`` periods. Prices and
    suppliers are today's. A delivery counts from the first review after it. InputError where
    the history is shorter than ``periods`` and ``LEARNING``.
    """
    from cds.forecasting.intake.uncensor import uncensor
    from cds.inventory.history import demand_history

    cut = ReviewPeriods(pharmacy.as_of, pharmacy.settings.review_days)
    silent = silent_periods(pharmacy)
    until = cut.monday - timedelta(weeks=silent)
    history, _ = uncensor(demand_history(cut.as_weeks(pharmacy), "W", until=until), "W")
    known = _amounts(history)
    if known.amounts.shape[1] < periods + LEARNING:
        raise InputError(
            f"tells of {known.amounts.shape[1]} whole review periods; expected "
            f"{periods + LEARNING}: {periods} to replay and {LEARNING} to learn from before them",
            Place("issues"),
        )
    start = known.amounts.shape[1] - periods
    sources = Sources(pharmacy)
    items: list[Item] = []
    rows: list[int] = []
    left_out: dict[str, Unplannable] = {}
    delays: list[NDArray[np.int64]] = []
    for code in pharmacy.items:
        row = known.rows.get(code)
        source = sources.of(code)
        if row is None or np.isnan(known.amounts[row, start - 1]):
            left_out[code] = "no_demand"  # or not until the days replayed
        elif source is None:
            price = pharmacy.prices.get(code)
            left_out[code] = "no_price" if price is None else "no_supplier"
        else:
            days = source.sample((periods,), generator(seed, code))
            delays.append(_periods(days, cut.days))
            mean = float(np.nanmean(known.amounts[row, :start]))
            items.append(_item(pharmacy, code, source, mean, cut.days))
            rows.append(row)
    if not items:
        raise InputError(
            "no item has a history, a price and a supplier, so nothing can be replayed"
        )
    amounts = np.maximum(known.amounts[rows], 0.0)
    world = World(tuple(items), amounts[:, start:], np.array(delays))
    believe = _Learner(
        pharmacy,
        cut,
        silent,
        known.weeks,
        start,
        amounts,
        world,
        scenarios,
        seed,
        workers,
        progress,
    )
    return Past(world, believe, cut.start(-silent - periods), cut.days, left_out)


@dataclass(frozen=True)
class _Amounts:
    """Demand by item (rows) and week; not a number before the item's first."""

    amounts: NDArray[np.float64]
    rows: Mapping[str, int]
    weeks: list[date]


def _amounts(history: pl.DataFrame) -> _Amounts:
    weeks = sorted(history["ds"].unique().to_list())
    codes = sorted(history["unique_id"].unique().to_list())
    rows = {code: row for row, code in enumerate(codes)}
    columns = {week: column for column, week in enumerate(weeks)}
    amounts = np.full((len(codes), len(weeks)), np.nan)
    for code, week, units in history.select("unique_id", "ds", "y").iter_rows():
        amounts[rows[code], columns[week]] = np.nan if units is None else units
    return _Amounts(amounts, rows, weeks)


def _periods(days: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Whole review periods until the review at which a delivery after so many days is there."""
    return np.maximum(-(-days // length), 0)


def _item(pharmacy: Pharmacy, code: str, source: Source, mean: float, length: int) -> Item:
    item, settings = pharmacy.items[code], pharmacy.settings
    shortage = pharmacy.shortage_cost(code)
    assert shortage is not None  # it has a price
    life = max(round((item.shelf_life_days or UNKNOWN_SHELF_LIFE) / length), 1)
    usual = float(np.median(_periods(np.array(source.days), length)))
    opening = np.ceil(mean * (usual + OPENING) / item.pack) * item.pack
    return Item(
        item=code,
        price=source.price,
        shortage=shortage,
        expiry=settings.expiry_factor * source.price,
        holding=settings.holding_rate * source.price * length / 365,
        order_line=settings.order_line_cost,
        life=life,
        pack=item.pack,
        minimum_order=source.minimum_order,
        maximum_stock=inf if item.maximum is None else item.maximum,
        supplier=source.supplier,
        priority=VEN_CLASSES.index(item.ven),
        opening=((float(opening), life),) if opening > 0 else (),
    )


class _Learner:
    """Beliefs at a review, from what was seen before it; kept, so that policies share them."""

    def __init__(
        self,
        pharmacy: Pharmacy,
        cut: ReviewPeriods,
        silent: int,
        weeks: list[date],
        start: int,
        amounts: NDArray[np.float64],
        world: World,
        scenarios: int,
        seed: int,
        workers: int,
        progress: Progress | None,
    ) -> None:
        self._pharmacy, self._cut, self._silent = pharmacy, cut, silent
        self._weeks, self._start = weeks, start
        self._amounts, self._world = amounts, world
        self._scenarios, self._seed, self._workers = scenarios, seed, workers
        self._progress = progress
        self._horizon = horizon_for(pharmacy)

    def __call__(self, period: int) -> Beliefs:
        """What was known when the period began."""
        found = self._learn(period)
        if self._progress is not None:
            self._progress("replay", (period + 1) / self._world.demand.shape[1])
        return found

    def _learn(self, period: int) -> Beliefs:
        import polars as pl

        from cds.forecasting import forecast
        from cds.forecasting.scenarios import scenarios

        end = self._start + period
        codes = [item.item for item in self._world.items]
        long = pl.DataFrame(
            {
                "unique_id": np.repeat(codes, end),
                "ds": pl.Series(self._weeks[:end] * len(codes), dtype=pl.Date),
                "y": self._amounts[:, :end].ravel(),
            }
        ).filter(pl.col("y").is_not_nan())
        found = forecast(
            long,
            frequency="W",
            horizon=self._horizon,
            effort="light",
            seed=self._seed,
            workers=self._workers,
        )
        paths = scenarios(found, self._scenarios, self._seed)
        place = {code: row for row, code in enumerate(found.ids)}
        seen = self._amounts[:, :end]
        means = np.nanmean(seen, axis=1, keepdims=True)
        return Beliefs(
            demand=np.maximum(paths[[place[code] for code in codes]], 0.0),
            seen=np.where(np.isnan(seen), means, seen),
            lead_times=self._delays(period),
        )

    def _delays(self, period: int) -> tuple[NDArray[np.int64], ...]:
        """Of deliveries that had come by then; what was promised where none had."""
        import polars as pl

        day = self._cut.start(period - self._world.demand.shape[1] - self._silent)
        known = self._pharmacy.lead_times.filter(pl.col("received") < day)
        sources = Sources(replace(self._pharmacy, lead_times=known))
        found = []
        for index, item in enumerate(self._world.items):
            source = sources.of(item.item)
            if source is None:  # nothing came so far and nothing was promised: the usual delay
                usual = int(np.median(self._world.lead_time[index]))
                found.append(np.full(DELAYS, usual, np.int64))
            else:
                days = source.sample((DELAYS,), generator(self._seed + 1, item.item))
                found.append(_periods(days, self._cut.days))
        return tuple(found)


def review_day(first: date, period: int, length: int) -> date:
    """The day of a review."""
    return first + timedelta(days=period * length)
