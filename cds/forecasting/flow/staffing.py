"""Staff needed for so many patients, and the table that a roster reads."""

from __future__ import annotations

import math

import polars as pl

_DUST = 9
"""Decimals beyond which floating point must not ask for one more person."""


def staff_needed(patients: float, per: float, at_least: int = 0) -> int:
    """One for each ``per`` patients, rounded up, and never fewer than ``at_least``."""
    return max(at_least, math.ceil(round(patients / per, _DUST)))


def staff_column(table: pl.DataFrame, quantile: str, per: float) -> list[int]:
    """Staff for each row of a forecast, by one of its columns."""
    return [staff_needed(float(value), per) for value in table[quantile]]


def by_day(table: pl.DataFrame) -> pl.DataFrame:
    """One row a series and date, each column its highest of the date: what a roster plans for."""
    columns = [name for name in table.columns if name not in ("unique_id", "ds")]
    return (
        table.with_columns(pl.col("ds").cast(pl.Date))
        .group_by("unique_id", "ds")
        .agg(pl.col(columns).max())
        .sort("unique_id", "ds")
    )
