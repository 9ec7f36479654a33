"""Structural time-series model: level, damped slope, calendar effects, averaged over settings.

Harvey, Forecasting, structural time series models and the Kalman filter (1989), with the variance
ratios averaged over a grid by their predictive likelihood (West and Harrison, Bayesian
forecasting and dynamic models, 1997, chapter 12) instead of estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.calendar_design import COVARIATE_VARIANCE, design_of
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, MEDIAN, FloatArray
from cds.forecasting.structural_grid import USUAL, StructuralGrid
from cds.forecasting.transforms import TRANSFORMS, Transform

FIRST_LOOK = 8
"""Observations from which the first guess of the noise variance is made."""
PRIOR_SAMPLE = 200
"""Series from which the prior of the settings is learnt."""
PRIOR_STRENGTH = 5.0
PRIOR_STEPS = 10
SMALLEST_NOISE = 1e-9
LONGEST = 3000
"""Periods of history beyond which the past adds cost and no accuracy."""


@dataclass(frozen=True, slots=True)
class StructuralForecast:
    """What the model says at each origin.

    ``quantiles`` (n, origins, horizon, levels) and ``mean`` (n, origins, horizon) in the units of
    the series; NaN where a series had no observation yet. ``paths`` (n, length, horizon) are the
    mean forecasts made at every period and ``scale`` (n, length) the noise's standard deviation
    as estimated there, both on the transformed scale.
    """

    quantiles: FloatArray
    mean: FloatArray
    paths: FloatArray
    scale: FloatArray


def structural_forecast(
    panel: Panel,
    offsets: NDArray[np.int64],
    transform: str,
    *,
    grid: StructuralGrid = USUAL,
    keep_paths: bool = False,
    workers: int = 1,
) -> StructuralForecast:
    """Forecasts made ``offsets`` periods before each series' end, on a transformed scale."""
    shape = TRANSFORMS[transform]
    horizon, length = panel.horizon, panel.length
    origins = len(offsets)
    mean = np.full((panel.size, origins, horizon), np.nan)
    variance = np.full((panel.size, origins, horizon), np.nan)
    path_length = length if keep_paths else 0
    paths = np.full((panel.size, path_length, horizon), np.nan, dtype=np.float64)
    scale = np.full((panel.size, length), np.nan)
    freedom = np.zeros((panel.size, origins))
    work = _worker(panel, offsets, shape, grid, mean, variance, paths, scale)
    chunks = np.array_split(np.arange(panel.size), max(1, workers))
    if workers == 1:
        work(chunks[0])
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, chunks))
    seen = np.cumsum(~np.isnan(panel.values), axis=1)
    for o, offset in enumerate(offsets):
        freedom[:, o] = seen[:, length - 1 - offset] if offset < length else 0
    step = np.sqrt(variance)[..., None] * _student(freedom)[:, :, None, :]
    level = shape.back(mean[..., None] + step, panel.values)
    return StructuralForecast(level, level[..., MEDIAN].copy(), paths, scale)


def _worker(
    panel: Panel,
    offsets: NDArray[np.int64],
    shape: Transform,
    grid: StructuralGrid,
    mean: FloatArray,
    variance: FloatArray,
    paths: FloatArray,
    scale: FloatArray,
) -> Callable[[NDArray[np.int64]], None]:
    """A function that fills the rows it is given."""
    from cds.forecasting import structural_kernel

    filter_series: Callable[..., int] = structural_kernel.filter_series
    settings = grid.columns()
    calendar = design_of(panel, grid.day_harmonics)
    length, horizon = panel.length, panel.horizon
    extra = panel.covariates.shape[2]
    seasonal = np.concatenate([calendar.seasonal, np.zeros(extra)])
    covariate = np.where(seasonal > 0, 0.0, COVARIATE_VARIANCE)
    transformed = shape.forth(panel.values)
    skip = max(0, length - LONGEST)
    columns = (length - 1 - offsets - skip).astype(np.float64)

    def filtered(
        row: int,
        prior: FloatArray,
        where: FloatArray,
        results: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
        keep: bool,
    ) -> FloatArray:
        start = int(panel.ends[row]) - length + 1 - calendar.start
        matrix = calendar.rows[start + skip : start + length + horizon]
        if extra:
            matrix = np.hstack([matrix, panel.covariates[row, skip:]])
        z = transformed[row, skip:]
        score = np.zeros(len(settings[0]))
        filter_series(
            z, np.ascontiguousarray(matrix), seasonal, covariate, *settings, prior, _first_noise(z),
            grid.clip, horizon, where, *results, score, keep,
        )  # fmt: skip
        return score

    scratch = (np.zeros((1, horizon)), np.zeros((1, horizon)))
    even = np.full(len(settings[0]), -np.log(len(settings[0])))
    sample = np.unique(np.linspace(0, panel.size - 1, PRIOR_SAMPLE).astype(np.int64))
    scores = [
        filtered(
            int(row), even, np.array([-1.0]),
            (*scratch, np.zeros((length - skip, horizon)), np.zeros(length - skip)), False,
        )
        for row in sample
    ]  # fmt: skip
    prior = learn_prior(np.array(scores) - even)

    def work(rows: NDArray[np.int64]) -> None:
        unkept = np.zeros((length - skip, horizon))
        keep = paths.shape[1] > 0
        for row in rows:
            path = paths[row, skip:] if keep else unkept
            filtered(
                int(row), prior, columns,
                (mean[row], variance[row], path, scale[row, skip:]), keep,
            )  # fmt: skip

    return work


def learn_prior(scores: FloatArray) -> FloatArray:
    """Log prior of the settings (settings,) from the log likelihoods (series, settings).

    The proportions of a mixture, fitted by expectation-maximisation over the series from equal
    proportions that weigh as much as ``PRIOR_STRENGTH`` series: what is rare among many series
    is not believed of one.
    """
    settings = scores.shape[1]
    share = np.full(settings, 1 / settings)
    for _ in range(PRIOR_STEPS):
        joint = scores + np.log(share)
        weight = np.exp(joint - joint.max(axis=1, keepdims=True))
        weight /= weight.sum(axis=1, keepdims=True)
        share = weight.sum(axis=0) + PRIOR_STRENGTH / settings
        share /= share.sum()
    return np.asarray(np.log(share))


def _first_noise(z: FloatArray) -> float:
    """A first guess of the noise variance, from the first few observations only."""
    early = z[~np.isnan(z)][:FIRST_LOOK]
    if len(early) < 3:
        return max(1e-6, 0.05 * float(np.mean(early**2))) if len(early) else 1.0
    guess = float(np.var(np.diff(early)) / 2)
    return max(guess, 1e-6 * float(np.mean(early**2)), SMALLEST_NOISE)


def _student(freedom: FloatArray) -> FloatArray:
    """Student's t at the levels, by degrees of freedom (at least 2): (…, levels)."""
    from scipy.stats import t

    distinct, inverse = np.unique(np.maximum(freedom, 2), return_inverse=True)
    table = t.ppf(LEVELS[None, :], distinct[:, None])
    return np.asarray(table[inverse].reshape(*freedom.shape, len(LEVELS)))
