"""Weights of the models: what they earned at earlier origins, shrunk towards equal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cds.forecasting.quantiles import LEVELS, FloatArray

STEPS = 150
RATE = 0.5
PRIOR_POINTS = 300.0
"""Forecast points worth as much as the belief that all models are equally good."""
MOST_POINTS = 6000


def learn_weights(
    actual: FloatArray, quantiles: FloatArray, scale: FloatArray, prior: FloatArray, seed: int
) -> FloatArray:
    """Weights (models,) on the simplex that minimise the pinball loss of the weighted quantiles.

    ``actual`` (points,), ``quantiles`` (models, points, levels), ``scale`` (points,) divides each
    point's loss. Points where a model says nothing are left out.
    """

    def slope(y: FloatArray, mixed: FloatArray) -> FloatArray:
        return np.where(y[:, None] > mixed, -LEVELS, 1 - LEVELS)

    return _descend(actual, quantiles, scale, prior, seed, slope)


def learn_mean_weights(
    actual: FloatArray, means: FloatArray, scale: FloatArray, prior: FloatArray, seed: int
) -> FloatArray:
    """Weights (models,) that minimise the squared error of weighted ``means`` (models, points)."""

    def slope(y: FloatArray, mixed: FloatArray) -> FloatArray:
        return 2 * (mixed - y[:, None])

    return _descend(actual, means[:, :, None], scale, prior, seed, slope)


def _descend(
    actual: FloatArray,
    said: FloatArray,
    scale: FloatArray,
    prior: FloatArray,
    seed: int,
    slope: Callable[[FloatArray, FloatArray], FloatArray],
) -> FloatArray:
    """Exponentiated gradient (Kivinen and Warmuth 1997) from ``prior``, shrunk towards it."""
    usable = np.isfinite(actual) & (scale > 0) & np.isfinite(said).all(axis=(0, 2))
    count = int(usable.sum())
    if count == 0 or len(prior) == 1:
        return prior
    rows = np.flatnonzero(usable)
    if count > MOST_POINTS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_POINTS, replace=False))
    y = actual[rows] / scale[rows]
    q = said[:, rows] / scale[rows][None, :, None]
    weights, average = prior.copy(), np.zeros_like(prior)
    norm = 0.0
    for step in range(STEPS):
        gradient = (q * slope(y, np.tensordot(weights, q, 1))).mean(axis=(1, 2))
        gradient -= weights @ gradient
        norm = max(norm, float(np.abs(gradient).max()), 1e-12)
        weights = weights * np.exp(-RATE * gradient / norm / np.sqrt(1 + step / 10))
        weights /= weights.sum()
        if step >= STEPS // 2:
            average += weights
    learnt = average / average.sum()
    trust = count / (count + PRIOR_POINTS)
    return np.asarray(trust * learnt + (1 - trust) * prior)
