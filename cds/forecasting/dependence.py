"""How forecast errors hang together over the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cds.forecasting.quantiles import LEVELS, FloatArray

PRIOR_PERSISTENCE, PRIOR_MEMORY = 0.3, 0.9
PRIOR_ORIGINS = 200.0
"""Forecast origins worth as much as the prior."""
MEMORIES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Dependence:
    """Correlation of the normal scores of two steps: ``persistence × memory^distance``."""

    persistence: float = PRIOR_PERSISTENCE
    memory: float = PRIOR_MEMORY


def learn_dependence(actual: FloatArray, quantiles: FloatArray) -> Dependence:
    """Fit the two numbers to the errors of past forecasts, by least squares over distances.

    ``actual`` (n, origins, horizon), ``quantiles`` (n, origins, horizon, levels).
    """
    scores = normal_scores(actual, quantiles)
    scores = scores.reshape(-1, scores.shape[-1])
    horizon = scores.shape[1]
    if horizon < 2:
        return Dependence()
    whole = np.isfinite(scores).all(axis=1)
    count = int(whole.sum())
    if count < 8:
        return Dependence()
    z = scores[whole]
    z = z - z.mean(axis=0) * min(1.0, count / 1000)
    power = float((z * z).mean())
    if power <= 1e-9:
        return Dependence()
    distances = np.arange(1, min(horizon, 14))
    found = np.array([float((z[:, d:] * z[:, :-d]).mean()) / power for d in distances])
    best, choice = np.inf, (PRIOR_PERSISTENCE, PRIOR_MEMORY)
    for memory in MEMORIES:
        curve = memory ** (distances - 1.0)
        level = float(np.clip((curve @ found) / (curve @ curve), 0.0, 0.98))
        loss = float(((found - level * curve) ** 2).sum())
        if loss < best - 1e-12:
            best, choice = loss, (level, memory)
    trust = count / (count + PRIOR_ORIGINS)
    return Dependence(
        trust * choice[0] + (1 - trust) * PRIOR_PERSISTENCE,
        trust * choice[1] + (1 - trust) * PRIOR_MEMORY,
    )


def normal_scores(actual: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Where each outcome fell in its forecast, as a standard normal score; NaN where unknown.

    Outcomes on a step of a discrete law are given the middle of the step.
    """
    from scipy.stats import norm

    ordered = np.sort(quantiles, axis=-1)
    y = actual[..., None]
    below = (ordered < y).sum(axis=-1)
    upto = (ordered <= y).sum(axis=-1)
    padded = np.concatenate([[LEVELS[0] / 2], LEVELS, [(1 + LEVELS[-1]) / 2]])
    edge = (padded[below] + padded[np.minimum(below + 1, len(padded) - 1)]) / 2
    lower = np.where(below < upto, padded[np.minimum(below + 1, len(padded) - 1)], edge)
    upper = np.where(below < upto, padded[upto], edge)
    score = norm.ppf((lower + upper) / 2)
    return np.where(np.isfinite(actual) & np.isfinite(ordered).all(axis=-1), score, np.nan)
