"""Single issues so far above all others of their item that they look mistyped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

TIMES_OTHERS: Final = 20
"""An unusual issue is more than so many times the largest other one of its item."""
DAYS_OF_USE: Final = 60
"""It is at least what all other issues of the item come to in so many days."""
FEWEST_OTHERS: Final = 20
"""Other issues of the item below which what is usual is not known."""
COPIES: Final = 2
"""More rows of one quantity are no slip: so much is asked for at times."""
LOOKED_BACK_DAYS: Final = 364
"""An older one is asked about no more."""


@dataclass(frozen=True, slots=True)
class UnusualIssue:
    """One row of the issues; it counts as any other, until a person has mended it.

    ``row``: as a spreadsheet numbers it. ``largest_other``: units, of one row; ``usual_daily``:
    units a day, over the days from the item's first other issue to its last.
    """

    file: str
    row: int
    item: str
    day: date
    quantity: float
    largest_other: float
    usual_daily: float


def unusual_issues(
    issues: pl.DataFrame, row: str, file: str, as_of: date
) -> tuple[UnusualIssue, ...]:
    """Those of the last year of ``issues`` (as ``Pharmacy.issues``, with the number of each row in
    the column ``row``), of an item the largest, and a second one of just that quantity. Returns and
    transfers, which are no demand, are not asked about."""
    import polars as pl

    given = issues.filter(~pl.col("transfer") & (pl.col("quantity") > 0))
    top = pl.col("quantity") == pl.col("quantity").max()
    others, dates = pl.col("quantity").filter(~top), pl.col("date").filter(~top)
    tops = given.group_by("item", maintain_order=True).agg(
        top=pl.col("quantity").max(),
        second=others.max(),
        daily=others.sum() / ((dates.max() - dates.min()).dt.total_days() + 1),
        count=others.len(),
        days=pl.col("date").filter(top),
        rows=pl.col(row).filter(top),
    )
    tops = tops.filter(
        (pl.col("count") >= FEWEST_OTHERS)
        & (pl.col("rows").list.len() <= COPIES)
        & (pl.col("top") > TIMES_OTHERS * pl.col("second"))
        & (pl.col("top") >= DAYS_OF_USE * pl.col("daily"))
    ).explode("days", "rows")
    recent = tops.filter(pl.col("days") > as_of - timedelta(days=LOOKED_BACK_DAYS))
    return tuple(
        UnusualIssue(
            file=file,
            row=one["rows"],
            item=one["item"],
            day=one["days"],
            quantity=one["top"],
            largest_other=one["second"],
            usual_daily=one["daily"],
        )
        for one in recent.iter_rows(named=True)
    )
