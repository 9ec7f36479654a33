"""The hour that a clock shows twice when it is set back."""

from __future__ import annotations

import polars as pl

from cds.forecasting.intake.findings import Finding

_OFFSET = r"[+-]\d{2}:?\d{2}$"


def merge_repeated_hours(
    rows: pl.DataFrame, written: pl.Series
) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows of one series and wall-clock time whose offsets differ, as one with their mean.

    ``written`` holds each row's time as the file has it. An hour that passes twice in autumn is
    one hour of the day, with what is usual in an hour. ``rows``: unique_id, moment, y, further.
    """
    marked = rows.with_columns(
        written.alias("__written"),
        written.str.extract(f"({_OFFSET})").alias("__offset"),
    )
    key = ["unique_id", "moment"]
    several = (pl.col("__offset").n_unique() > 1) & pl.col("__offset").is_not_null().all()
    marked = marked.with_columns(several.over(key).alias("__twice"))
    if not marked["__twice"].any():
        return rows, []
    means = [pl.col(name).mean().over(key) for name in rows.columns if name not in _KEPT]
    twice = marked.filter("__twice").with_columns(means).unique(key, keep="first")
    lost = int(marked["__twice"].sum()) - twice.height
    kept = pl.concat([marked.filter(~pl.col("__twice")), twice]).sort("__row")
    text = f"{lost:,} hours passed twice, the clock being set back, and count once, by their mean"
    return kept.select(rows.columns), [Finding("clock_set_back", text, values={"hours": lost})]


_KEPT = ("__row", "__equal", "unique_id", "moment")
