"""What may happen to one item: demand, deliveries, on a common set of scenarios."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cds.inventory.description import OpenOrder, Pharmacy
from cds.inventory.planning.chance import generator
from cds.inventory.planning.grid import Days, Grid, grid_for
from cds.inventory.planning.supply import Source, Sources

if TYPE_CHECKING:
    from cds.inventory.planning.demand import DemandForecast

UNKNOWN_SHELF_LIFE: Final = 730
"""Days that a delivery is taken to last where the pharmacy does not say."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """An open order with the days after which it comes, one a scenario."""

    order: OpenOrder
    days: Days


@dataclass(frozen=True, slots=True)
class ItemFuture:
    """One item's scenarios.

    ``demand`` (scenarios, review periods); ``lead_days`` (scenarios, review periods): days that
    an order placed at each review takes, empty where nobody supplies it. ``missing``: open
    orders that are out for longer than any delivery took; they are not counted on.
    """

    item: str
    demand: NDArray[np.float32]
    whole: bool
    source: Source | None
    lead_days: Days
    arriving: tuple[Arriving, ...]
    missing: tuple[OpenOrder, ...]
    shelf_life: int  # days, of what is ordered now
    grid: Grid
    daily: float = field(default=0.0)  # expected units a day, over all periods

    @property
    def until_next(self) -> Days:
        """(scenarios,): days until an order of now and one of the next review have both come.

        Either may overtake the other: what nothing ordered now can shorten is never the longer.
        """
        return np.maximum(self.lead_days[:, 0], self.grid.days + self.lead_days[:, -1])


def futures(
    pharmacy: Pharmacy, forecast: DemandForecast, *, scenarios: int, seed: int
) -> dict[str, ItemFuture]:
    """The future of every item that has a forecast, in the order of the items table.

    An item that was never issued is in it where a minimum of it is kept; nobody will want it.

    An item's scenarios depend on ``seed`` and its own data alone, save those of its demand,
    which depend on its place in the forecast.
    """
    from cds.forecasting.scenarios import scenarios as sampled

    paths = sampled(forecast.forecast, scenarios, seed)
    place = {identity: row for row, identity in enumerate(forecast.forecast.ids)}
    whole = forecast.forecast.series["whole"].to_list()
    sources = Sources(pharmacy)
    orders: dict[str, list[OpenOrder]] = {}
    for order in pharmacy.orders:
        orders.setdefault(order.item, []).append(order)
    found = {}
    for code in pharmacy.items:
        row = place.get(code)
        if row is not None:
            demand, integer = np.maximum(paths[row], 0), bool(whole[row])
        elif pharmacy.items[code].minimum:
            demand, integer = np.zeros(paths.shape[1:], np.float32), True
        else:
            continue
        found[code] = _future(pharmacy, code, demand, integer, sources, orders.get(code, []), seed)
    return found


def _future(
    pharmacy: Pharmacy,
    code: str,
    demand: NDArray[np.float32],
    whole: bool,
    sources: Sources,
    orders: list[OpenOrder],
    seed: int,
) -> ItemFuture:
    chance = generator(seed, code)
    source = sources.of(code)
    review = pharmacy.settings.review_days
    lead_days: Days = np.zeros((0, 0), np.int64)
    grid = Grid(review, review)
    if source is not None:
        lead_days = source.sample(demand.shape, chance)
        grid = grid_for(lead_days, review)
    arriving, missing = [], []
    for order in orders:
        days = sources.arrivals(order, pharmacy.as_of, len(demand), chance)
        if days is None:
            missing.append(order)
        else:
            arriving.append(Arriving(order, days))
    return ItemFuture(
        item=code,
        demand=demand,
        whole=whole,
        source=source,
        lead_days=lead_days,
        arriving=tuple(arriving),
        missing=tuple(missing),
        shelf_life=pharmacy.items[code].shelf_life_days or UNKNOWN_SHELF_LIFE,
        grid=grid,
        daily=float(demand.mean()) / review,
    )
