"""Gradient boosting over all series at once: quantiles of what the structural model misses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.boosting_features import (
    EXTREME,
    FeatureSource,
    feature_rows,
    feature_source,
)
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, FloatArray
from cds.forecasting.structural import StructuralForecast, structural_forecast
from cds.forecasting.transforms import TRANSFORMS, Transform

TRAINED = (0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975)
"""The levels that get trees of their own; the others lie between, on normal scores."""
MOST_ROWS = 60_000
FEWEST_ROWS = 400
FEWEST_SEEN = 4
"""Observations a series must have before an origin is learnt from."""
TREES = 100
PARAMETERS: dict[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.06,
    "num_leaves": 15,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, slots=True)
class Boosted:
    """Quantiles (n, origins, horizon, levels) in the series' units."""

    quantiles: FloatArray


def boosted_forecast(
    panel: Panel,
    offsets: NDArray[np.int64],
    transform: str,
    seed: int,
    workers: int,
) -> Boosted | None:
    """Forecasts at the earlier origins and at the end (offset 0, last); None with too few rows.

    The forecasts at earlier origins come from trees that saw nothing after the earliest of them;
    the one at the end from trees that saw everything.
    """
    reference = structural_forecast(
        panel, np.zeros(1, dtype=np.int64), transform, keep_paths=True, workers=workers
    )
    shape = TRANSFORMS[transform]
    reference = better_reference(panel, reference, shape)
    source = feature_source(panel, reference, shape)
    found = np.full((panel.size, len(offsets), panel.horizon, len(LEVELS)), np.nan)
    earlier = offsets[offsets > 0]
    last = _train(source, 0, seed, workers)
    if last is None:
        return None
    found[:, -1:] = _predict(source, last, offsets[-1:], shape)
    if len(earlier):
        past = _train(source, int(earlier.max()), seed, workers)
        if past is not None:
            found[:, : len(earlier)] = _predict(source, past, earlier, shape)
    return Boosted(found)


def better_reference(
    panel: Panel, reference: StructuralForecast, shape: Transform
) -> StructuralForecast:
    """What the trees correct: the structural paths, or the last value where that was nearer.

    Where series move like a random walk (an epidemic), the last value beats a fitted level, slope
    and season; which it is, is read from all past errors at the middle of the horizon.
    """
    values = shape.forth(panel.values)
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(panel.length)), axis=1)
    last = np.take_along_axis(values, known, axis=1)
    middle = (panel.horizon + 1) // 2
    late = max(panel.length // 4, FEWEST_SEEN)
    if panel.length <= late + middle:
        return reference
    actual = values[:, late + middle :]
    origin = slice(late, panel.length - middle)
    error_structural = np.abs(actual - reference.paths[:, origin, middle - 1])
    error_last = np.abs(actual - last[:, origin])
    both = np.isfinite(error_structural) & np.isfinite(error_last)
    if not both.any() or error_last[both].mean() >= error_structural[both].mean():
        return reference
    return replace(reference, paths=np.repeat(last[:, :, None], panel.horizon, axis=2))


def _train(source: FeatureSource, offset: int, seed: int, workers: int) -> list[Any] | None:
    """One booster per trained level, from targets up to ``offset`` periods before the end."""
    import lightgbm

    panel = source.panel
    stop = panel.length - offset
    columns, steps = np.meshgrid(np.arange(stop - 1), np.arange(panel.horizon), indexing="ij")
    inside = (columns + 1 + steps) < stop
    columns, steps = columns[inside], steps[inside]
    ready = source.age >= FEWEST_SEEN
    target_known = ~np.isnan(source.values)
    usable = ready[:, columns] & target_known[:, columns + 1 + steps]
    usable &= np.isfinite(source.scale[:, columns])
    rows, pairs = np.nonzero(usable)
    if len(rows) < FEWEST_ROWS:
        return None
    if len(rows) > MOST_ROWS:
        chosen = np.random.default_rng(seed).choice(len(rows), MOST_ROWS, replace=False)
        chosen.sort()
        rows, pairs = rows[chosen], pairs[chosen]
    columns, steps = columns[pairs], steps[pairs]
    features = feature_rows(source, rows, columns, steps)
    path = source.paths[rows, columns, steps]
    target = (source.values[rows, columns + 1 + steps] - path) / source.scale[rows, columns]
    target = np.clip(target, -EXTREME, EXTREME)
    binning = {"max_bin": 63, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(features, target, params=binning).construct()

    def grown(level: float) -> Any:
        return lightgbm.train({**PARAMETERS, "alpha": level, "seed": seed}, data, TREES)

    # One thread a level: threads that share a tree wait for each other, on a busy machine for long.
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(grown, TRAINED))


def _predict(
    source: FeatureSource, boosters: list[Any], offsets: NDArray[np.int64], shape: Transform
) -> FloatArray:
    """Quantiles (n, origins, horizon, levels) from the boosters at each origin."""
    from scipy.stats import norm

    panel = source.panel
    size, origins, horizon = panel.size, len(offsets), panel.horizon
    rows = np.repeat(np.arange(size), origins * horizon)
    columns = np.tile(np.repeat(panel.length - 1 - offsets, horizon), size)
    steps = np.tile(np.arange(horizon), size * origins)
    features = feature_rows(source, rows, columns, steps)
    unit = source.scale[rows, columns]
    path = source.paths[rows, columns, steps]
    said = np.sort(np.column_stack([b.predict(features, num_threads=1) for b in boosters]), axis=1)
    known, wanted = norm.ppf(TRAINED), norm.ppf(LEVELS)
    place = np.clip(np.searchsorted(known, wanted) - 1, 0, len(known) - 2)
    share = (wanted - known[place]) / (known[place + 1] - known[place])
    z = said[:, place] + share * (said[:, place + 1] - said[:, place])
    z = path[:, None] + unit[:, None] * z
    return shape.back(z.reshape(size, origins, horizon, len(LEVELS)), panel.values)
