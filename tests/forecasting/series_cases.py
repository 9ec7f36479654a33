"""Small invented histories for the forecasting tests."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from cds.forecasting.frequency import period_index, period_start


def history(
    series: dict[str, list[float | None]], frequency: str = "M", last: date = date(2025, 12, 1)
) -> pl.DataFrame:
    """Each series ends in the same period."""
    end = period_index(last, frequency)
    rows = [
        (name, period_start(end - len(values) + 1 + i, frequency), value)
        for name, values in series.items()
        for i, value in enumerate(values)
    ]
    return pl.DataFrame(
        rows, schema={"unique_id": pl.String, "ds": pl.Date, "y": pl.Float64}, orient="row"
    )


def pharmacy(series: int = 24, periods: int = 48, seed: int = 1) -> pl.DataFrame:
    """Seasonal, trending and intermittent monthly counts."""
    rng = np.random.default_rng(seed)
    month = np.arange(periods)
    found: dict[str, list[float | None]] = {}
    for i in range(series):
        level = float(rng.lognormal(3.5, 1))
        rate = level * (1 + 0.3 * np.sin(2 * np.pi * (month + i) / 12)) * (1 + 0.005 * month)
        values = (
            rng.poisson(rate) if i % 3 else rng.poisson(2.0, periods) * (rng.random(periods) < 0.3)
        )
        found[f"item{i:03}"] = [float(v) for v in values]
    return history(found)
