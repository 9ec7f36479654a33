"""The methods the forecasts are compared with, each as quantiles and mean (n, horizon, …)."""

from __future__ import annotations

import numpy as np
import polars as pl

from cds.forecasting.quantiles import LEVELS


def series_of(history: pl.DataFrame) -> list[np.ndarray]:
    """The values of each series, in order of id."""
    grouped = history.sort("unique_id", "ds").group_by("unique_id", maintain_order=True)
    return [np.array(y, float) for y in grouped.agg("y")["y"]]


def with_normal_intervals(model, history, horizon):
    """A statsforecast model with its own (normal) intervals: (quantiles, mean)."""
    from scipy.stats import norm

    found = []
    for values in series_of(history):
        said = model.forecast(_known(values), h=horizon, level=[80])
        spread = (said["hi-80"] - said["lo-80"]) / 2 / norm.ppf(0.9)
        found.append(said["mean"][:, None] + np.maximum(spread, 0)[:, None] * norm.ppf(LEVELS))
    quantiles = np.array(found)
    return quantiles, quantiles[..., 6].copy()


def with_count_quantiles(model, history, horizon):
    """A statsforecast point method with negative binomial quantiles by moments.

    Mean = its forecast; variance = the history's own, at least 1.05 × the mean.
    """
    from scipy.stats import nbinom

    quantiles, means = [], []
    for values in series_of(history):
        point = float(np.nan_to_num(model.forecast(values, h=horizon)["mean"][0]))
        mean = max(point, 1e-6)
        variance = max(float(values.var()), 1.05 * mean)
        law = nbinom(mean * mean / (variance - mean), mean / variance)
        quantiles.append(np.repeat(law.ppf(LEVELS)[None], horizon, axis=0))
        means.append(np.full(horizon, mean))
    return np.array(quantiles), np.array(means)


def empirical_quantile(history, horizon):
    """The history's own quantiles and mean."""
    series = series_of(history)
    quantiles = [np.quantile(v, LEVELS, method="inverted_cdf") for v in series]
    means = [np.full(horizon, v.mean()) for v in series]
    return np.repeat(np.array(quantiles)[:, None], horizon, axis=1), np.array(means)


def flat_baseline(history, horizon):
    """FluSight-baseline's kind: the last value, spread by sums of past one-step differences.

    The differences and their negatives are resampled, as the hub's baseline does.
    """
    rng = np.random.default_rng(0)
    found = []
    for values in series_of(history):
        known = _known(values)
        steps = np.diff(values)
        steps = steps[np.isfinite(steps)]
        both = np.concatenate([steps, -steps])
        walks = np.cumsum(rng.choice(both, (20_000, horizon)), axis=1)
        walk = np.quantile(walks, LEVELS, axis=0).T
        walk -= walk[:, 6:7]
        found.append(np.maximum(known[-1] + walk, 0))
    quantiles = np.array(found)
    return quantiles, quantiles[..., 6].copy()


def _known(values):
    """Missing values take the last known one."""
    place = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), 0))
    filled = values[place]
    return filled[np.isfinite(filled)]
