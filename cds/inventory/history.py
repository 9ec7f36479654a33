"""Demand by period as issues show it, and how much of each period the item was out of stock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, Literal

from cds.inventory.description import Pharmacy
from cds.inventory.stock_outs import OUT, UNKNOWN, stock_out_days

if TYPE_CHECKING:
    import polars as pl

Frequency = Literal["D", "W", "M"]

_TRUNCATE: Final = {"D": "1d", "W": "1w", "M": "1mo"}


def known_until(pharmacy: Pharmacy) -> date:
    """The first day whose issues are not known: ``as_of``, or where the feed is stale the day
    after its newest issue.

    Days that a late feed has not told of are missing; counted as days without use they would
    make a pharmacy believe that nobody wants anything any more.
    """
    newest = pharmacy.issues["date"].max()
    if not isinstance(newest, date):
        return pharmacy.as_of
    stale = (pharmacy.as_of - newest).days > pharmacy.settings.stale_days
    return newest + timedelta(days=1) if stale else pharmacy.as_of


def demand_history(
    pharmacy: Pharmacy,
    frequency: Frequency = "W",
    *,
    place: str | None = None,
    until: date | None = None,
) -> pl.DataFrame:
    """One row an item and whole period before ``until``, sorted; ``pharmacy.as_of`` if None.

    Columns: ``unique_id`` str (the item), ``ds`` Date (the period's first day; weeks begin on
    Monday), ``y`` f64 (units issued less units returned; transfers between places that record
    their own issues are no demand; 0 where nothing was issued), ``out_of_stock`` f64 or null
    (share of the period's days on which nothing could be issued; null: not known).

    An item begins with the period of its first issue, or of its first receipt where that is
    earlier. The first period of the feed is left out where the feed begins inside it, and so
    is the one that ``until`` lies in: neither is whole. ``place`` keeps to what one place
    gave out, transfers included, without ``out_of_stock``: balances are of the whole pharmacy.
    """
    import polars as pl

    if place is None:
        demand = pharmacy.issues.filter(~pl.col("transfer"))
    else:
        demand = pharmacy.issues.filter(pl.col("place") == place)
    span = _whole_periods(pharmacy, frequency, until or pharmacy.as_of)
    if span is None or demand.is_empty():
        return pl.DataFrame(
            schema={
                "unique_id": pl.String,
                "ds": pl.Date,
                "y": pl.Float64,
                "out_of_stock": pl.Float64,
            }
        )
    first, last = span
    starts = _starts(pharmacy, demand, frequency, first)
    every = _TRUNCATE[frequency]
    sums = (
        demand.with_columns(ds=pl.col("date").dt.truncate(every))
        .group_by("item", "ds")
        .agg(y=pl.col("quantity").sum())
    )
    periods = pl.DataFrame({"ds": pl.date_range(first, last, every, eager=True)})
    grid = starts.join(periods, how="cross").filter(pl.col("ds") >= pl.col("start"))
    history = grid.join(sums, on=["item", "ds"], how="left").with_columns(
        pl.col("y").fill_null(0.0)
    )
    if place is None:
        history = history.join(_shares(pharmacy, every), on=["item", "ds"], how="left")
    else:
        history = history.with_columns(out_of_stock=pl.lit(None, dtype=pl.Float64))
    ordered = history.sort("item", "ds")
    return ordered.select(unique_id="item", ds="ds", y="y", out_of_stock="out_of_stock")


def _shares(pharmacy: Pharmacy, every: str) -> pl.DataFrame:
    """The share of days out of stock; null where any day of the period is not known."""
    import numpy as np
    import polars as pl

    found = stock_out_days(pharmacy)
    length = found.days.shape[1]
    days = pl.date_range(found.first, pharmacy.as_of, "1d", eager=True)[:length]
    starts = days.dt.truncate(every)
    begins = np.flatnonzero(starts.is_first_distinct().to_numpy())
    lengths = np.diff([*begins, length])
    share = np.add.reduceat((found.days == OUT).astype(np.float64), begins, axis=1) / lengths
    unknown = np.logical_or.reduceat(found.days == UNKNOWN, begins, axis=1)
    items = pl.Series(found.items, dtype=pl.String)
    return pl.DataFrame(
        {
            "item": items.gather(np.repeat(np.arange(len(items)), len(begins))),
            "ds": starts.gather(np.tile(begins, len(items))),
            "out_of_stock": np.where(unknown, np.nan, share).ravel(),
        }
    ).with_columns(pl.col("out_of_stock").fill_nan(None))


def _whole_periods(
    pharmacy: Pharmacy, frequency: Frequency, until: date
) -> tuple[date, date] | None:
    """The first day of the first and of the last whole period; None where there is none."""
    import polars as pl

    earliest = pharmacy.issues["date"].min()
    if not isinstance(earliest, date):
        return None
    every = _TRUNCATE[frequency]
    days = pl.Series([earliest, until])
    first, current = days.dt.truncate(every).to_list()
    if first < earliest:
        first = pl.Series([first]).dt.offset_by(every).item()
    last = pl.Series([current]).dt.offset_by(f"-{every}").item()
    return (first, last) if first <= last else None


def _starts(
    pharmacy: Pharmacy, demand: pl.DataFrame, frequency: Frequency, first: date
) -> pl.DataFrame:
    import polars as pl

    every = _TRUNCATE[frequency]
    seen = pl.concat([demand.select("item", "date"), pharmacy.receipts.select("item", "date")])
    starts = seen.group_by("item").agg(start=pl.col("date").min().dt.truncate(every))
    issued = demand.select("item").unique()
    return starts.join(issued, on="item", how="semi").with_columns(
        pl.max_horizontal("start", pl.lit(first))
    )
