"""Sample paths of the future whose laws at each step are the forecast's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.quantiles import LEVELS, FloatArray
from cds.forecasting.result import Forecast

LOWEST_SCORE = 3.2
"""Normal scores are cut at ± this: the tails are extrapolated, not invented."""


def scenarios(forecast: Forecast, n: int, seed: int) -> NDArray[np.float32]:
    """``n`` sample paths (series, n, horizon) in the order of ``forecast.series``.

    At each step the values follow the forecast's quantiles (interpolated on normal scores, the
    tails extended with their last slope); over the steps their normal scores have the correlation
    learnt from past errors. Whole numbers where the history is whole, never below zero where it
    never was. Stratified: the ``n`` paths spread evenly over each step's law. The paths of a
    series depend on the seed and its place alone.
    """
    from scipy.stats import norm

    series, horizon = forecast.mean.shape
    paths = np.zeros((series, n, horizon), dtype=np.float32)
    nodes = norm.ppf(LEVELS)
    persistence, memory = forecast.persistence(), forecast.memory()
    whole = forecast.series["whole"].to_numpy()
    floor = forecast.series["non_negative"].to_numpy()
    roots: dict[tuple[float, float], NDArray[np.floating[Any]]] = {}
    even: FloatArray = np.asarray(norm.ppf((np.arange(n) + 0.5) / n))
    for row in range(series):
        key = (float(persistence[row]), float(memory[row]))
        if key not in roots:
            roots[key] = np.linalg.cholesky(_correlation(horizon, *key))
        noise = np.random.default_rng((seed, row)).standard_normal((n, horizon))
        raw = noise @ roots[key].T
        order = np.argsort(np.argsort(raw, axis=0, kind="stable"), axis=0, kind="stable")
        scores: FloatArray = np.asarray(np.clip(even[order], -LOWEST_SCORE, LOWEST_SCORE))
        values = _read(forecast.quantiles[row], nodes, scores)
        if floor[row]:
            values = np.maximum(values, 0.0)
        paths[row] = np.floor(values + 0.5) if whole[row] else values
    return paths


def _correlation(horizon: int, persistence: float, memory: float) -> FloatArray:
    """1 on the diagonal, else persistence × memory^(distance − 1)."""
    distance = np.abs(np.subtract.outer(np.arange(horizon), np.arange(horizon)))
    body = persistence * memory ** np.maximum(distance - 1.0, 0.0)
    return np.asarray(np.where(distance == 0, 1.0, body)) + 1e-9 * np.eye(horizon)


def _read(quantiles: FloatArray, nodes: FloatArray, scores: FloatArray) -> FloatArray:
    """Each step's quantile function, linear in the normal score, at the scores (n, horizon)."""
    place = np.clip(np.searchsorted(nodes, scores) - 1, 0, len(nodes) - 2)
    step = np.arange(scores.shape[1])[None, :]
    low, high = quantiles[step, place], quantiles[step, place + 1]
    share = (scores - nodes[place]) / (nodes[place + 1] - nodes[place])
    return np.asarray(low + share * (high - low))
