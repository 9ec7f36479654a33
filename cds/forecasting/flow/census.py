"""A ward's census ahead: who is in now and when they leave, and who will come, by simulation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.forecasting.flow.discharge import DAY, WEEK, Discharge, fit, median_stay
from cds.forecasting.flow.events import Stays
from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.calendar import with_holidays
from cds.forecasting.intake.covariates import future_grid
from cds.forecasting.quantiles import LEVELS, QUANTILE_COLUMNS

Integers = NDArray[np.int64]
Measure = Literal["peak", "mean", "midnight"]

PATHS = 1000
LEAST_DAYS = 14
_MONDAY = datetime(1970, 1, 5)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WardCensus:
    """What is known of one ward now. ``median_days`` None: fewer than half have left."""

    unique_id: str
    present: int
    stays: int
    still_open: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Census:
    """``table``: unique_id, ds, mean, q0.025 … q0.99; ``daily``: the days' peaks, likewise."""

    table: pl.DataFrame
    daily: pl.DataFrame
    wards: tuple[WardCensus, ...]


def forecast_census(
    stays: Stays,
    *,
    frequency: Frequency,
    horizon: int,
    measure: Measure = "peak",
    beds: int | None = None,
    effort: Literal["full", "light"] = "light",
    country: str | None = None,
    seed: int = 0,
    workers: int = 1,
) -> Census:
    """The census of each ward for ``horizon`` hours or days after the stays' ``as_of``.

    Days begin with the one after ``as_of``; hours are counted at their start, beginning with the
    next. A day's figure is the peak, the mean, or the first of its 24 counts. No ward holds more
    than ``beds`` patients. InputError where a
    ward's admissions cover less than two weeks.
    """
    if frequency not in ("H", "D"):
        raise InputError(f"a census is forecast by hour or day (H, D), not {frequency}")
    origin = hours_since_monday(stays.as_of)
    first_midnight = (origin // DAY + 1) * DAY
    last = origin + horizon if frequency == "H" else first_midnight + horizon * DAY - 1
    days = last // DAY - origin // DAY + 1
    coming = _admissions(stays, days, effort, country, seed, workers)
    tables, daily, wards = [], [], []
    for number, (name, frame) in enumerate(_by_ward(stays)):
        admitted, ended, left = _hours(frame, origin)
        discharge = fit(admitted, ended, left)
        generator = np.random.default_rng((seed, number))
        # Those in at the start of the hour after ``origin``, then each hour to the last.
        paths = _simulate(
            admitted[~left], coming[name], _profile(admitted), discharge, origin, last, generator
        )
        paths = paths if beds is None else np.minimum(paths, beds)
        full_days = paths[:, first_midnight - origin - 1 :]
        full_days = full_days[:, : full_days.shape[1] // DAY * DAY].reshape(len(paths), -1, DAY)
        midnights = [
            _MONDAY + (first_midnight + DAY * k) * _HOUR for k in range(full_days.shape[1])
        ]
        dates = [moment.date() for moment in midnights]
        daily.append(_quantiles(name, dates, full_days.max(axis=2)))
        if frequency == "D":
            tables.append(_quantiles(name, dates, _of_day(full_days, measure)))
        else:
            moments = [_MONDAY + (origin + 1 + k) * _HOUR for k in range(horizon)]
            tables.append(_quantiles(name, moments, paths))
        median = median_stay((ended - admitted).astype(float), left)
        wards.append(
            WardCensus(
                name,
                int((~left).sum()),
                frame.height,
                int((~left).sum()),
                None if median is None else median / DAY,
            )
        )
    return Census(pl.concat(tables), pl.concat(daily), tuple(wards))


def hours_since_monday(moment: datetime) -> int:
    """Whole hours since the midnight that began Monday, 5 January 1970."""
    return (moment - _MONDAY) // _HOUR


def _by_ward(stays: Stays) -> list[tuple[str, pl.DataFrame]]:
    parts = stays.frame.partition_by("unique_id", as_dict=True, maintain_order=True)
    return [(str(key[0]), part) for key, part in parts.items()]


def _hours(frame: pl.DataFrame, origin: int) -> tuple[Integers, Integers, NDArray[np.bool_]]:
    def whole(column: str) -> pl.Expr:
        return (pl.col(column) - pl.lit(_MONDAY)).dt.total_hours()

    admitted = frame.select(whole("admitted")).to_series().to_numpy().astype(np.int64)
    left = frame["discharged"].is_not_null().to_numpy()
    ended = frame.select(whole("discharged").fill_null(origin)).to_series().to_numpy()
    return admitted, ended.astype(np.int64), left


def _admissions(
    stays: Stays,
    days: int,
    effort: Literal["full", "light"],
    country: str | None,
    seed: int,
    workers: int,
) -> dict[str, NDArray[np.float32]]:
    """Paths of each ward's admissions a day (PATHS, days), from the day of ``as_of`` on."""
    from cds.forecasting import forecast
    from cds.forecasting.scenarios import scenarios

    today = stays.as_of.date()
    counts = (
        stays.frame.select("unique_id", pl.col("admitted").dt.date().alias("ds"))
        .group_by("unique_id", "ds")
        .agg(pl.len().cast(pl.Float64).alias("y"))
        .filter(pl.col("ds") < today)
    )
    ends = counts.group_by("unique_id").agg(pl.col("ds").min().alias("first"))
    for name in stays.frame["unique_id"].unique().sort():
        known = ends.filter(pl.col("unique_id") == name)
        first: date | None = known["first"][0] if known.height else None
        if first is None or (today - first).days < LEAST_DAYS:
            known_days = (today - first).days if first else 0
            raise InputError(
                f"ward {name!r} has admissions of {known_days} day{'' if known_days == 1 else 's'} "
                f"before {today}; expected {LEAST_DAYS} or more",
                Place(stays.source),
            )
    last = today - timedelta(days=1)
    grid = ends.select(
        "unique_id", pl.date_ranges("first", pl.lit(last), "1d").alias("ds")
    ).explode("ds")
    history = grid.join(counts, on=["unique_id", "ds"], how="left").with_columns(
        pl.col("y").fill_null(0.0)
    )
    future = None
    if country is not None:
        history = with_holidays(history, "D", country)
        future = with_holidays(future_grid(history, "D", days), "D", country)
    found = forecast(
        history.sort("unique_id", "ds"),
        frequency="D",
        horizon=days,
        future=future,
        effort=effort,
        seed=seed,
        workers=workers,
    )
    paths = scenarios(found, PATHS, seed)
    return dict(zip(found.ids, paths, strict=True))


def _profile(admitted: Integers) -> NDArray[np.float64]:
    """How a weekday's admissions spread over its hours (7, 24), drawn towards all days' spread."""
    counts = np.bincount(admitted % WEEK, minlength=WEEK).reshape(7, DAY).astype(float)
    overall = counts.sum(axis=0) + 0.5
    mixed = counts + DAY * overall / overall.sum()
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _simulate(
    present: Integers,
    coming: NDArray[np.float32],
    profile: NDArray[np.float64],
    discharge: Discharge,
    origin: int,
    last: int,
    random: np.random.Generator,
) -> Integers:
    """Counts at the start of each hour from ``origin + 1`` to ``last`` (paths, hours)."""
    paths, hours = len(coming), last - origin
    change = np.zeros((paths, hours + 1), dtype=np.int64)
    every = np.arange(paths)
    change[:, 0] += len(present)
    clock = np.arange(origin + 1, last + 1)
    for start in present:
        leave = _leaving(discharge, start, clock, random.exponential(size=paths))
        gone = leave < hours
        np.add.at(change, (every[gone], leave[gone] + 1), -1)
    for day in range(coming.shape[1]):
        midnight = (origin // DAY + day) * DAY
        share = profile[midnight % WEEK // DAY]
        total = np.maximum(np.round(coming[:, day]), 0).astype(np.int64)
        arrived = random.multinomial(total, share)
        for hour in range(DAY):
            start = midnight + hour
            if start <= origin or start >= last:
                continue
            who = np.repeat(every, arrived[:, hour])
            ahead = np.arange(start, last + 1)
            leave = (
                start
                - origin
                - 1
                + _leaving(discharge, start, ahead, random.exponential(size=len(who)))
            )
            np.add.at(change, (who, np.full(len(who), start - origin)), 1)
            gone = leave + 1 <= hours
            np.add.at(change, (who[gone], leave[gone] + 1), -1)
    return np.asarray(np.cumsum(change, axis=1)[:, :hours])


def _leaving(
    discharge: Discharge, start: int, clock: Integers, threshold: NDArray[np.float64]
) -> Integers:
    """The place in ``clock`` of the hour in which each stay ends; its length where in none."""
    accumulated = np.cumsum(discharge.hazard(clock - start, clock))
    return np.asarray(np.searchsorted(accumulated, threshold))


def _of_day(full_days: Integers, measure: Measure) -> Integers | NDArray[np.float64]:
    if measure == "midnight":
        return full_days[:, :, 0]
    if measure == "mean":
        return np.asarray(full_days.mean(axis=2))
    return np.asarray(full_days.max(axis=2))


def _quantiles(
    name: str, moments: list[date] | list[datetime], paths: NDArray[np.generic]
) -> pl.DataFrame:
    """The table of one ward; counts have whole quantiles."""
    values = paths.astype(np.float64)
    levels = (
        np.quantile(values, LEVELS, axis=0, method="inverted_cdf")
        if np.issubdtype(paths.dtype, np.integer)
        else np.quantile(values, LEVELS, axis=0)
    )
    return pl.DataFrame(
        {
            "unique_id": [name] * len(moments),
            "ds": moments,
            "mean": values.mean(axis=0),
            **{column: levels[place] for place, column in enumerate(QUANTILE_COLUMNS)},
        }
    )
