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
    the column ``row``), at most one an item. Returns and transfers, which are no demand, are not
    asked about."""
    import polars as pl

    given = issues.filter(~pl.col("transfer") & (pl.col("quantity") > 0))
    tops = given.group_by("item", maintain_order=True).agg(
        top=pl.col("quantity").max(),
        at=pl.col("quantity").arg_max(),
        second=pl.col("quantity").top_k(2).min(),
        total=pl.col("quantity").sum(),
        count=pl.len(),
        dates=pl.col("date"),
        rows=pl.col(row),
    )
    tops = tops.filter(
        (pl.col("count") > FEWEST_OTHERS) & (pl.col("top") > TIMES_OTHERS * pl.col("second"))
    )
    found = []
    for one in tops.iter_rows(named=True):
        days: list[date] = one["dates"]
        day = days.pop(one["at"])
        daily = (one["total"] - one["top"]) / ((max(days) - min(days)).days + 1)
        if one["top"] >= DAYS_OF_USE * daily and day > as_of - timedelta(days=LOOKED_BACK_DAYS):
            found.append(
                UnusualIssue(
                    file=file,
                    row=one["rows"][one["at"]],
                    item=one["item"],
                    day=day,
                    quantity=one["top"],
                    largest_other=one["second"],
                    usual_daily=daily,
                )
            )
    return tuple(found)
