"""A forecast's frames as lists for JSON: what is not known is null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

DECIMALS = 6
SERIES_KEYS = ("unique_id", "class", "n_periods", "last_ds", "models", "weights", "notes")


def forecast_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """One entry per series and period: mean and quantiles."""
    return [_plain(row) for row in table.iter_rows(named=True)]


def series_entries(series: pl.DataFrame) -> list[dict[str, Any]]:
    """What is known of each series."""
    kept = [name for name in SERIES_KEYS if name in series.columns]
    return [_plain(row) for row in series.select(kept).iter_rows(named=True)]


def correction_entries(corrections: pl.DataFrame) -> list[dict[str, Any]]:
    """What stock-outs hid, series by series."""
    return [_plain(row) for row in corrections.iter_rows(named=True)]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS) if math.isfinite(value) else None
    if isinstance(value, list):
        return [_value(member) for member in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat()
