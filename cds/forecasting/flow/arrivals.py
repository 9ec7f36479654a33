"""Arrivals by the hour: days are forecast, and each is spread over its hours.

The day carries season, trend and holidays; the hour of the week carries the shape. Hours vary
more than a multinomial spread of the day allows, by a Dirichlet law fitted to the past.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.forecasting.quantiles import LEVELS, QUANTILE_COLUMNS

Floats = NDArray[np.float64]

PATHS = 2000
LEAST_DAYS = 14
RECENT_DAYS = 182
"""The shape of the day is learnt from so many of the last days."""
_DAY = 24


def forecast_hours(
    history: pl.DataFrame,
    horizon: int,
    *,
    future: pl.DataFrame | None = None,
    effort: Literal["full", "light"] = "full",
    seed: int = 0,
    workers: int = 1,
    source: str = "history",
) -> pl.DataFrame:
    """unique_id, ds, mean, quantiles of the ``horizon`` hours after each series' last.

    ``history``: unique_id, ds (hours), y, covariates; ``future`` those of the days ahead, a row
    a day. InputError, naming the ``source`` of the history, where a series has less than two
    weeks of whole days.
    """
    from cds.forecasting import forecast
    from cds.forecasting.scenarios import scenarios

    names = [name for name in (future.columns if future is not None else ()) if name not in _KEYS]
    daily = (
        history.group_by("unique_id", pl.col("ds").dt.date().alias("ds"), maintain_order=True)
        .agg(pl.col("y").sum(), pl.col("y").count().alias("hours"), pl.col(names).mean())
        .sort("unique_id", "ds")
    )
    whole = daily.with_columns(pl.when(pl.col("hours") == _DAY).then("y")).drop("hours")
    known = pl.col("ds").filter(pl.col("y").is_not_null())
    bounds = whole.group_by("unique_id").agg(known.min().alias("first"), known.max().alias("end"))
    days = whole.join(bounds, on="unique_id").filter(pl.col("ds").is_between("first", "end"))
    _refuse_short(days, bounds, source)
    lasts = {
        str(name): (end, last)
        for name, end, last in history.group_by("unique_id")
        .agg(pl.col("ds").max())
        .join(bounds, on="unique_id")
        .select("unique_id", "end", "ds")
        .iter_rows()
    }
    ahead = max(
        ((last + timedelta(hours=horizon)).date() - end).days for end, last in lasts.values()
    )
    found = forecast(
        days.select("unique_id", "ds", "y", *names),
        frequency="D",
        horizon=ahead,
        future=future,
        effort=effort,
        seed=seed,
        workers=workers,
    )
    tables = []
    for number, (name, paths) in enumerate(
        zip(found.ids, scenarios(found, PATHS, seed), strict=True)
    ):
        end, last = lasts[name]
        hours = history.filter(pl.col("unique_id") == name)
        shape, concentration = day_shape(hours)
        random = np.random.default_rng((seed, number))
        counts = _spread(paths, end.weekday() + 1, shape, concentration, random)
        begin = datetime(end.year, end.month, end.day) + timedelta(days=1)
        skip = int((last - begin) / timedelta(hours=1)) + 1
        moments = [last + timedelta(hours=step + 1) for step in range(horizon)]
        tables.append(_table(name, moments, counts[:, skip : skip + horizon]))
    return pl.concat(tables)


_KEYS = ("unique_id", "ds")


def day_shape(hours: pl.DataFrame) -> tuple[Floats, float]:
    """How each weekday's arrivals spread over its hours (7, 24), and how steadily.

    The second figure is the concentration of a Dirichlet law round the shape (infinite: the
    hours vary as a multinomial). Weekdays are drawn towards the spread of all days.
    """
    recent = hours.sort("ds").tail(RECENT_DAYS * _DAY).drop_nulls("y")
    table = np.zeros((7, _DAY))
    places = recent.select(
        weekday=pl.col("ds").dt.weekday() - 1, hour=pl.col("ds").dt.hour()
    ).to_numpy()
    values = recent["y"].to_numpy()
    np.add.at(table, (places[:, 0], places[:, 1]), values)
    overall = table.sum(axis=0) + 0.5
    mixed = table + _DAY * overall / overall.sum()
    shape = mixed / mixed.sum(axis=1, keepdims=True)
    totals = recent.select(pl.col("y").sum().over(pl.col("ds").dt.date())).to_series().to_numpy()
    expected = totals * shape[places[:, 0], places[:, 1]]
    share = shape[places[:, 0], places[:, 1]]
    seen = expected > 0
    scaled = (values - expected)[seen] ** 2 / (expected * (1 - share))[seen]
    excess = float(scaled.mean()) if seen.any() else 1.0
    total = float(totals.mean())
    if excess <= 1.0 or total <= excess:
        return shape, float("inf")
    return shape, (total - excess) / (excess - 1.0)


def _spread(
    paths: NDArray[np.float32],
    weekday: int,
    shape: Floats,
    concentration: float,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Days (paths, days) as hours (paths, days × 24)."""
    totals = np.maximum(np.round(paths), 0).astype(np.int64)
    hours = np.zeros((*totals.shape, _DAY), dtype=np.int64)
    for day in range(totals.shape[1]):
        share = shape[(weekday + day) % 7]
        if np.isfinite(concentration):
            share = random.dirichlet(concentration * share, size=len(totals))
        hours[:, day] = random.multinomial(totals[:, day], share)
    return hours.reshape(len(totals), -1)


def _table(name: str, moments: list[datetime], counts: NDArray[np.int64]) -> pl.DataFrame:
    levels = np.quantile(counts.astype(np.float64), LEVELS, axis=0, method="inverted_cdf")
    return pl.DataFrame(
        {
            "unique_id": [name] * len(moments),
            "ds": moments,
            "mean": counts.mean(axis=0),
            **{column: levels[place] for place, column in enumerate(QUANTILE_COLUMNS)},
        }
    )


def _refuse_short(days: pl.DataFrame, bounds: pl.DataFrame, source: str) -> None:
    counts = dict(days.group_by("unique_id").agg(pl.col("y").count()).iter_rows())
    for name in bounds["unique_id"].sort():
        known = counts.get(name, 0)
        if known < LEAST_DAYS:
            raise InputError(
                f"series {name!r} has {known} whole day{'' if known == 1 else 's'} of 24 hours; "
                f"expected {LEAST_DAYS} or more",
                Place(source),
            )
