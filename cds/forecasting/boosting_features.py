"""What gradient boosting sees of a series at an origin: nothing after that origin but the calendar.

Everything is relative to the structural model's own forecast for the step, in units of its noise,
so that one set of trees serves small and large series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.frequency import calendar_positions
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import FloatArray
from cds.forecasting.structural import StructuralForecast
from cds.forecasting.transforms import Transform

ERROR_LAGS = 4
FEWEST_FOR_COMMON = 5
"""Series from which what they have in common is worth a feature."""
EXTREME = 12.0
"""Standardised features and targets are cut at ± this."""
LEAST_NOISE_OF_COUNTS = 0.25
"""Noise below which counts do not lie on the root scale: half of a Poisson law's (Anscombe 1948).

A series of zeros has next to none of its own, and its first sale would be beyond every scale.
"""


@dataclass(frozen=True, slots=True)
class FeatureSource:
    """A panel prepared for feature rows: arrays by series and column on the transformed scale.

    ``values`` (n, length) transformed; ``paths`` (n, length, horizon) the structural forecasts;
    ``scale`` (n, length) their noise; ``errors`` (n, length) one-step errors; ``rolling`` a list
    of (n, length) trailing means; ``common`` (periods, c) what the series had in common, by
    period number from ``start``.
    """

    panel: Panel
    values: FloatArray
    paths: FloatArray
    scale: FloatArray
    errors: FloatArray
    rolling: tuple[FloatArray, ...]
    quiet: FloatArray
    age: FloatArray
    common: FloatArray
    start: int


def feature_source(
    panel: Panel, reference: StructuralForecast, transform: Transform
) -> FeatureSource:
    """Prepare a panel and its structural forecasts (with paths) for feature rows."""
    values = transform.forth(panel.values)
    errors = np.full_like(values, np.nan)
    errors[:, 1:] = values[:, 1:] - reference.paths[:, :-1, 0]
    change = np.full_like(values, np.nan)
    change[:, 1:] = values[:, 1:] - values[:, :-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.where(panel.whole, LEAST_NOISE_OF_COUNTS, 0.0)[:, None]
        unit = np.where(reference.scale > 0, np.maximum(reference.scale, least), np.nan)
        standard_error = np.clip(errors / unit, -EXTREME, EXTREME)
        standard_change = np.clip(change / unit, -EXTREME, EXTREME)
    rolling = tuple(_trailing_mean(values, window) for window in panel.rhythm.windows)
    zero = np.where(np.isnan(panel.values), np.nan, (panel.values == 0).astype(float))
    quiet = _trailing_mean(zero, max(panel.rhythm.windows))
    common, start = _common(panel, [standard_error, standard_change])
    return FeatureSource(
        panel, values, reference.paths, unit, errors, rolling, quiet,
        np.cumsum(~np.isnan(values), axis=1).astype(float), common, start,
    )  # fmt: skip


def feature_rows(
    source: FeatureSource,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> FloatArray:
    """The features (rows, f) of forecasting ``steps`` + 1 periods ahead from each origin column."""
    panel, rhythm = source.panel, source.panel.rhythm
    target = columns + 1 + steps
    unit = source.scale[rows, columns]
    path = source.paths[rows, columns, steps]
    number = panel.ends[rows] - panel.length + 1 + target
    position = calendar_positions(number, rhythm.name)
    found: list[FloatArray] = [
        steps.astype(float),
        np.cos(position.year_angle), np.sin(position.year_angle),
        path, np.log(np.maximum(unit, 1e-9)),
        (path - source.paths[rows, columns, 0]) / unit,
        source.quiet[rows, columns], source.age[rows, columns],
    ]  # fmt: skip
    if rhythm.name == "M":
        found.append((number % 12).astype(float))
    if rhythm.name in "DH":
        found.append(position.weekday.astype(float))
    if rhythm.name == "H":
        found.append(position.hour.astype(float))
    for lag in range(ERROR_LAGS):
        found.append(_at(source.errors, rows, columns - lag) / unit)
    for lag in rhythm.lags:
        found.append((_at(source.values, rows, columns - lag) - path) / unit)
    for mean in source.rolling:
        found.append((mean[rows, columns] - path) / unit)
    for season in _seasons(rhythm.year, rhythm.week, rhythm.season):
        back = season * np.maximum(1, np.ceil((steps + 1) / season)).astype(np.int64)
        for turn in (1, 2):
            place = target - back - (turn - 1) * season
            found.append((_at(source.values, rows, place) - path) / unit)
    now = panel.ends[rows] - panel.length + 1 + columns - source.start
    for column in range(source.common.shape[1]):
        for lag in (0, 1):
            found.append(_at_period(source.common[:, column], now - lag))
    year = round(rhythm.year)
    if source.common.shape[1]:
        ahead = now + 1 + steps - year * np.maximum(1, np.ceil((steps + 1) / year)).astype(np.int64)
        found.append(_at_period(source.common[:, 0], ahead))
    for column in range(panel.covariates.shape[2]):
        found.append(panel.covariates[rows, target, column])
        found.append(panel.covariates[rows, np.maximum(target - 1, 0), column])
    return np.column_stack(found)


def _seasons(year: float, week: int, season: int) -> list[int]:
    """The distinct seasons longer than one period."""
    return sorted({s for s in (round(year), week, season) if s > 1})


def _at(block: FloatArray, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> FloatArray:
    """Elements of a block; NaN before its first column."""
    return np.where(columns >= 0, block[rows, np.maximum(columns, 0)], np.nan)


def _at_period(line: FloatArray, places: NDArray[np.int64]) -> FloatArray:
    """Elements of a line; NaN before its start."""
    return np.where(places >= 0, line[np.maximum(places, 0)], np.nan)


def _trailing_mean(block: FloatArray, window: int) -> FloatArray:
    """Mean of the last ``window`` known values at each column; NaN where there are none."""
    seen = ~np.isnan(block)
    total = np.cumsum(np.where(seen, block, 0.0), axis=1)
    count = np.cumsum(seen, axis=1).astype(float)
    total[:, window:] -= total[:, :-window].copy()
    count[:, window:] -= count[:, :-window].copy()
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _common(panel: Panel, blocks: list[FloatArray]) -> tuple[FloatArray, int]:
    """The mean over series of each block, by period number; no columns for few series."""
    start = int((panel.ends - panel.length + 1).min())
    periods = int(panel.ends.max()) - start + 1
    if panel.size < FEWEST_FOR_COMMON:
        return np.zeros((periods, 0)), start
    place = (panel.ends - panel.length + 1 - start)[:, None] + np.arange(panel.length)[None, :]
    found = []
    for block in blocks:
        seen = ~np.isnan(block)
        total = np.bincount(place[seen], block[seen], minlength=periods)
        count = np.bincount(place[seen], minlength=periods)
        found.append(np.where(count > 0, total / np.maximum(count, 1), np.nan))
    return np.column_stack(found), start
