"""How good the forecasts would have been: rolling origins, beside seasonal naive.

Measures: MASE (Hyndman and Koehler 2006), RMSSE (M5), weighted quantile loss over .1 … .9, pinball
loss at the service levels, coverage of the 80 and 95 % intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from cds.errors import InputError
from cds.forecasting.engine import Effort, forecast
from cds.forecasting.frequency import Frequency
from cds.forecasting.metrics import pinball
from cds.forecasting.panel import Panel, panel_of
from cds.forecasting.quantiles import LEVELS, MEDIAN, QUANTILES, FloatArray

SERVICE_LEVELS = (0.9, 0.95, 0.975, 0.99)
MEASURES = (
    "MASE", "RMSSE", "WQL", *(f"pinball_{level:g}" for level in SERVICE_LEVELS),
    "coverage_80", "coverage_95",
)  # fmt: skip
BOOTSTRAPS = 500
CONFIDENCE = 0.95
NINE = slice(QUANTILES.index(0.1), QUANTILES.index(0.9) + 1)
FEWEST_PERIODS = 4


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``table``: one row per method (``cds``, ``seasonal_naive``) and measure.

    Columns ``method, measure, value, low, high``: ``low`` and ``high`` bound the measure with 95 %
    confidence, by resampling whole series (null with fewer than two). ``series`` and ``points``:
    how many series and forecast points were judged; ``windows`` and ``horizon`` as asked.
    """

    table: pl.DataFrame
    series: int
    points: int
    windows: int
    horizon: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """What one series adds, summed over windows (n,) each: numerators and their counts."""

    sums: dict[str, FloatArray]
    counts: dict[str, FloatArray]


def evaluate(
    history: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    windows: int = 1,
    covariates: tuple[str, ...] = (),
    effort: Effort = "full",
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> Evaluation:
    """Forecast the last ``windows`` stretches of ``horizon`` periods from what came before each.

    ``covariates`` name columns of the history that are known in advance. Series too short for a
    window are left out of it. InputError where no series is long enough.
    """
    if windows < 1:
        raise InputError(f"windows {windows} is not at least 1")
    ordered = history.sort("unique_id", "ds")
    judged: dict[str, list[tuple[list[str], _Judged]]] = {"cds": [], "seasonal_naive": []}
    points = 0
    for window in range(windows, 0, -1):
        if progress:
            progress(f"window {windows - window + 1} of {windows}", (windows - window) / windows)
        past, ahead = _split(ordered, window * horizon, horizon)
        if past.is_empty():
            continue
        future = ahead.drop("y") if covariates else None
        made = forecast(
            past.select("unique_id", "ds", "y", *covariates), frequency=frequency, horizon=horizon,
            future=future, effort=effort, seed=seed, workers=workers,
        )  # fmt: skip
        panel = panel_of(past, frequency, horizon)
        actual = ahead["y"].fill_null(float("nan")).to_numpy().reshape(panel.size, horizon)
        points += int(np.isfinite(actual).sum())
        naive = seasonal_naive(panel)
        ids = list(panel.ids)
        judged["cds"].append((ids, _judge(panel, actual, made.quantiles, made.mean)))
        judged["seasonal_naive"].append((ids, _judge(panel, actual, naive, naive[..., MEDIAN])))
    if points == 0:
        raise InputError(
            f"no series is long enough to evaluate: {windows} windows of {horizon} periods need "
            f"{windows * horizon + FEWEST_PERIODS} periods"
        )
    rows = [row for method, parts in judged.items() for row in _measures(method, parts, seed)]
    table = pl.DataFrame(rows, schema=["method", "measure", "value", "low", "high"], orient="row")
    series = len({identity for ids, _ in judged["cds"] for identity in ids})
    return Evaluation(table, series, points, windows, horizon)


def seasonal_naive(panel: Panel) -> FloatArray:
    """The value a season ago with normal intervals from seasonal differences (n, horizon, levels).

    A season is a year for weeks and months, a week for days and hours; the last value where the
    history is shorter.
    """
    from scipy.stats import norm

    season = _season(panel)
    found = np.zeros((panel.size, panel.horizon, len(LEVELS)))
    steps = np.arange(panel.horizon)
    for row in range(panel.size):
        values = panel.values[row]
        known = values[~np.isnan(values)]
        if len(known) == 0:
            continue
        lag = season if panel.lengths[row] > season else 1
        filled = values.copy()
        gaps = np.isnan(filled)
        filled[gaps] = known[-1] if lag == 1 else known.mean()
        centre = filled[panel.length - lag + steps % lag]
        differences = values[lag:] - values[:-lag]
        differences = differences[np.isfinite(differences)]
        spread = float(np.sqrt(np.mean(differences**2))) if len(differences) else 0.0
        width = spread * np.sqrt(steps // lag + 1.0)
        found[row] = centre[:, None] + width[:, None] * norm.ppf(LEVELS)
    return np.where(panel.non_negative[:, None, None], np.maximum(found, 0.0), found)


def _season(panel: Panel) -> int:
    """The season that naive forecasts repeat."""
    return panel.rhythm.week or round(panel.rhythm.year)


def _split(ordered: pl.DataFrame, back: int, horizon: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What was known ``back`` periods before each series' end, and the ``horizon`` after it."""
    length = pl.len().over("unique_id")
    place = pl.int_range(pl.len()).over("unique_id")
    enough = ordered.filter(length >= back + FEWEST_PERIODS)
    past = enough.filter(place < length - back)
    ahead = enough.filter((place >= length - back) & (place < length - back + horizon))
    return past, ahead


def _judge(panel: Panel, actual: FloatArray, quantiles: FloatArray, mean: FloatArray) -> _Judged:
    """Sums and counts of every measure for one window, per series."""
    known = np.isfinite(actual)
    count = known.sum(axis=1).astype(float)
    loss = np.where(known[..., None], pinball(actual, quantiles), 0.0)
    lagged, stepped = _scales(panel)
    absolute = np.where(known, np.abs(actual - quantiles[..., MEDIAN]), 0.0).sum(axis=1)
    squared = np.where(known, (actual - mean) ** 2, 0.0).sum(axis=1)
    some = np.maximum(count, 1)
    sums: dict[str, FloatArray] = {
        "MASE": np.where(lagged > 0, absolute / some / np.where(lagged > 0, lagged, 1), 0.0),
        "RMSSE": np.where(
            stepped > 0, np.sqrt(squared / some / np.where(stepped > 0, stepped, 1)), 0.0
        ),
        "WQL": 2 * loss[..., NINE].mean(axis=-1).sum(axis=1),
    }
    counts = {
        "MASE": ((lagged > 0) & (count > 0)).astype(float),
        "RMSSE": ((stepped > 0) & (count > 0)).astype(float),
        "WQL": np.where(known, np.abs(actual), 0.0).sum(axis=1),
    }
    for level in SERVICE_LEVELS:
        sums[f"pinball_{level:g}"] = loss[..., QUANTILES.index(level)].sum(axis=1)
        counts[f"pinball_{level:g}"] = count
    for name, low, high in (("80", 0.1, 0.9), ("95", 0.025, 0.975)):
        inside = (actual >= quantiles[..., QUANTILES.index(low)]) & (
            actual <= quantiles[..., QUANTILES.index(high)]
        )
        sums[f"coverage_{name}"] = (inside & known).sum(axis=1).astype(float)
        counts[f"coverage_{name}"] = count
    return _Judged(sums, counts)


def _scales(panel: Panel) -> tuple[FloatArray, FloatArray]:
    """Mean absolute seasonal difference and mean squared one-step difference of the past."""
    season = _season(panel)
    season = season if panel.length > season else 1
    with np.errstate(invalid="ignore"):
        lagged = np.abs(panel.values[:, season:] - panel.values[:, :-season])
        stepped = (panel.values[:, 1:] - panel.values[:, :-1]) ** 2
    return _row_mean(lagged), _row_mean(stepped)


def _row_mean(block: FloatArray) -> FloatArray:
    """Mean over the known elements of each row; 0 where there are none."""
    seen = np.isfinite(block)
    return np.asarray(np.where(seen, block, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))


def _measures(
    method: str, parts: list[tuple[list[str], _Judged]], seed: int
) -> list[tuple[str, str, float | None, float | None, float | None]]:
    """Every measure of a method with its confidence interval over series."""
    everyone = sorted({identity for ids, _ in parts for identity in ids})
    place = {identity: i for i, identity in enumerate(everyone)}
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(everyone), (BOOTSTRAPS, len(everyone)))
    rows: list[tuple[str, str, float | None, float | None, float | None]] = []
    for name in MEASURES:
        top, bottom = np.zeros(len(everyone)), np.zeros(len(everyone))
        for ids, part in parts:
            where = [place[identity] for identity in ids]
            top[where] += part.sums[name]
            bottom[where] += part.counts[name]
        value = float(top.sum() / bottom.sum()) if bottom.sum() > 0 else None
        low = high = None
        if value is not None and len(everyone) > 1:
            lower = bottom[draws].sum(axis=1)
            ratio = top[draws].sum(axis=1)[lower > 0] / lower[lower > 0]
            edge = (1 - CONFIDENCE) / 2
            low, high = (float(q) for q in np.quantile(ratio, (edge, 1 - edge)))
        rows.append((method, name, value, low, high))
    return rows
