"""The first and the last period of a table of transactions: are they whole?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.findings import Finding
from cds.forecasting.intake.periods import NAMES, later, period_of

ENOUGH = 4
"""So many whole periods must be there before the usual last day is learnt from them."""


def incomplete_last(
    moments: pl.Series, frequency: Frequency, now: datetime | None, transactions: bool
) -> date | None:
    """The start of the last period where it had not ended when the table was made, else None.

    By ``now``, where it lies within the period; and for transactions by the table itself: its
    last moment comes earlier in the period than the last moment of any period before.
    """
    frame = moments.alias("moment").to_frame()
    starts = frame.select(period_of(pl.col("moment"), frequency).alias("ds"), "moment")
    last: date = starts["ds"].max()  # type: ignore[assignment]
    end = pl.select(later(pl.lit(last), 1, frequency)).item()
    if now is not None and now < _midnight(end):
        return last
    if not transactions:
        return None
    left = (
        starts.group_by("ds")
        .agg(pl.col("moment").max())
        .select(
            "ds", left=later(pl.col("ds"), 1, frequency).cast(pl.Datetime("us")) - pl.col("moment")
        )
        .sort("ds")
    )
    before = left.filter(pl.col("ds") < last)["left"]
    if len(before) < ENOUGH:
        return None
    usual: timedelta = before.max()  # type: ignore[assignment]
    return last if left["left"][-1] > usual else None


def late_first(moments: pl.Series, frequency: Frequency) -> date | None:
    """The start of the first period where the table begins later in it than is usual."""
    frame = moments.alias("moment").to_frame()
    into = (
        frame.select(period_of(pl.col("moment"), frequency).alias("ds"), "moment")
        .group_by("ds")
        .agg(pl.col("moment").min())
        .select("ds", into=pl.col("moment") - pl.col("ds").cast(pl.Datetime("us")))
        .sort("ds")
    )
    after = into["into"][1:]
    if len(after) < ENOUGH:
        return None
    usual: timedelta = after.max()  # type: ignore[assignment]
    first: date = into["ds"][0]
    return first if into["into"][0] > usual else None


def without_last(
    frame: pl.DataFrame, last: date, frequency: Frequency
) -> tuple[pl.DataFrame, Finding]:
    """The history without the incomplete period, and what to say of it."""
    return frame.filter(pl.col("ds") < last), Finding(
        "last_period_dropped",
        f"the {NAMES[frequency]} from {last} was not over and was left out",
        values={"ds": str(last)},
    )


def _midnight(end: date) -> datetime:
    return end if isinstance(end, datetime) else datetime(end.year, end.month, end.day)
