"""How fast each item is used lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cds.inventory.description import Pharmacy
from cds.inventory.history import known_until
from cds.inventory.stock_outs import OUT, stock_out_days

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST_DAYS: Final = 364
"""How far back a stretch of past demand may lie: whole weeks, about a year."""
_FEWEST_DAYS: Final = 28
"""Days of history below which no daily rate is given."""


@dataclass(frozen=True)
class RecentDemand:
    """Units an item was used a day.

    ``mean``: over the recent days with stock; None where there is too little history.
    ``daily``: each of the past days up to a year, the oldest first; days out of stock hold
    ``mean``, since what was asked for on them is not known.
    ``days_out``: how many of the recent days were out of stock.
    """

    mean: float | None
    daily: NDArray[np.float64]
    days_out: int


def recent_demand(pharmacy: Pharmacy) -> dict[str, RecentDemand]:
    """The recent demand of every item with issues; ``Settings.recent_days`` are recent.

    An item's days begin with its first movement, the feed's at the latest a year ago; they end
    where the feed does (``known_until``). The mean is what was issued (less returns, not below
    0) over the days on which it could be issued.
    """
    import numpy as np
    import polars as pl

    end = known_until(pharmacy)
    last = end - timedelta(days=1)
    first = end - timedelta(days=_LONGEST_DAYS)
    demand = pharmacy.issues.filter(~pl.col("transfer") & (pl.col("date") <= last))
    if demand.is_empty():
        return {}
    seen = pl.concat([demand.select("item", "date"), pharmacy.receipts.select("item", "date")])
    starts = dict(seen.group_by("item").agg(pl.col("date").min()).iter_rows())
    sums = (
        demand.filter(pl.col("date") >= first)
        .group_by("item", "date")
        .agg(pl.col("quantity").sum())
    )
    outs = stock_out_days(pharmacy)
    known = outs.days[:, : max((end - outs.first).days, 0)]
    skipped = max((first - outs.first).days, 0)
    lead = _LONGEST_DAYS - (known.shape[1] - skipped)  # days of the year before the feed
    out = known[:, skipped:] == OUT
    rows = {code: index for index, code in enumerate(outs.items)}
    issued = np.zeros((len(rows), _LONGEST_DAYS))
    at = sums["item"].replace_strict(rows, return_dtype=pl.Int64).to_numpy()
    days = (sums["date"] - first).dt.total_days().to_numpy()
    issued[at, days] = sums["quantity"].to_numpy()
    found = {}
    for code in demand["item"].unique(maintain_order=True):
        row = rows[code]
        begin = max((starts[code] - first).days, lead, 0)
        found[code] = _of_item(
            issued[row, begin:], out[row, begin - lead :], pharmacy.settings.recent_days
        )
    return found


def _of_item(issued: NDArray[np.float64], missing: NDArray[np.bool_], recent: int) -> RecentDemand:
    import numpy as np

    out = missing[-recent:]
    with_stock = int((~out).sum())
    # Too few days with stock lately: the year is asked instead.
    window = slice(-recent, None) if with_stock >= _FEWEST_DAYS else slice(None)
    counted = int((~missing[window]).sum())
    if counted < _FEWEST_DAYS:
        return RecentDemand(None, issued, int(out.sum()))
    mean = max(float(issued[window].sum()), 0.0) / counted
    daily = np.where(missing & (issued < mean), mean, issued)
    return RecentDemand(mean, daily, int(out.sum()))


def rates_by_place(pharmacy: Pharmacy) -> dict[tuple[str, str], float]:
    """Units a day that each (item, place) gave out lately, to wards and to other places.

    The mean over ``Settings.recent_days``, or since the item's first issue there where that is
    later, though not over less than four weeks. Only places with an issue are in it.
    """
    import polars as pl

    end = known_until(pharmacy)
    first = end - timedelta(days=pharmacy.settings.recent_days)
    placed = pharmacy.issues.filter(pl.col("place").is_not_null() & (pl.col("date") < end))
    recent = pl.col("date") >= first
    sums = placed.group_by("item", "place").agg(
        start=pl.col("date").min(), total=pl.col("quantity").filter(recent).sum()
    )
    found = {}
    for item, place, start, total in sums.sort("item", "place").iter_rows():
        days = max((end - max(start, first)).days, _FEWEST_DAYS)
        found[item, place] = max(total, 0.0) / days
    return found
