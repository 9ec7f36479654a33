"""Moments as the starts of periods, in polars: hours, days, weeks from Monday, months."""

from __future__ import annotations

import polars as pl

from cds.forecasting.frequency import Frequency

EVERY = {"H": "1h", "D": "1d", "W": "1w", "M": "1mo"}
NAMES = {"H": "hour", "D": "day", "W": "week", "M": "month"}


def period_of(moment: pl.Expr, frequency: Frequency) -> pl.Expr:
    """The start of the period that a moment lies in: Datetime for hours, else Date."""
    start = moment.dt.truncate(EVERY[frequency])  # polars' weeks start on Monday
    return start if frequency == "H" else start.cast(pl.Date)


def later(start: pl.Expr, periods: int | pl.Expr, frequency: Frequency) -> pl.Expr:
    """The period so many after ``start``."""
    unit = EVERY[frequency].removeprefix("1")
    return start.dt.offset_by(pl.format("{}" + unit, pl.lit(periods)))


def span(frame: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """``unique_id, ds`` of every period between each row's ``first`` and ``last``, inclusive."""
    if frequency == "H":
        ranges = pl.datetime_ranges("first", "last", EVERY[frequency])
    else:
        ranges = pl.date_ranges("first", "last", EVERY[frequency])
    return frame.select("unique_id", ranges.alias("ds")).explode("ds")
