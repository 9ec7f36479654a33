"""The compiled recursion of the count model: smoothed negative binomials and the past itself."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cds.forecasting.quantiles import FloatArray

LOWEST_RATE = 0.01


@njit(cache=True, nogil=True)
def log_negative_binomial(k: float, rate: float, ratio: float) -> float:
    """Log probability of ``k`` under mean ``rate`` and variance ``ratio`` × mean (ratio > 1)."""
    shape = rate / (ratio - 1.0)
    return (
        math.lgamma(k + shape) - math.lgamma(shape) - math.lgamma(k + 1.0)
        - shape * math.log(ratio) + k * math.log(1.0 - 1.0 / ratio)
    )  # fmt: skip


@njit(cache=True, nogil=True)
def count_series(
    counts: NDArray[np.int64],
    gains: FloatArray,
    ratios: FloatArray,
    fade: float,
    strength: float,
    prior: FloatArray,
    score: FloatArray,
    columns: NDArray[np.int64],
    law: FloatArray,
    rates: FloatArray,
) -> None:
    """Predictive law of the next count at each origin column, from what came before it.

    ``counts`` (length,): -1 is missing. For every smoothing ``gain`` of the mean and variance
    ``ratio`` a negative binomial, averaged by their predictive likelihood so far (times
    ``prior``, a log probability; the log weights are left in ``score``); that average
    weighs as much as ``strength`` past counts against the past's own (fading) frequencies.
    Writes ``law`` (origins, top + 1) and the smoothed mean ``rates`` (origins,).
    """
    top = law.shape[1] - 1
    rate = np.zeros(gains.shape[0])
    score[:] = prior
    past = np.zeros(top + 1)
    weight = 0.0
    seen = 0
    for t in range(counts.shape[0]):
        k = counts[t]
        if k >= 0:
            for g in range(gains.shape[0]):
                if seen == 0:
                    rate[g] = max(float(k), LOWEST_RATE)
                    continue
                for r in range(ratios.shape[0]):
                    score[g, r] += log_negative_binomial(float(k), rate[g], ratios[r])
                gain = max(gains[g], 1.0 / (seen + 1.0))
                rate[g] = max(rate[g] + gain * (k - rate[g]), LOWEST_RATE)
            seen += 1
            weight = weight * fade + 1.0
            for j in range(top + 1):
                past[j] *= fade
            past[min(k, top)] += 1.0
        for o in range(columns.shape[0]):
            if columns[o] != t or seen == 0:
                continue
            best = score.max()
            total = 0.0
            for g in range(gains.shape[0]):
                for r in range(ratios.shape[0]):
                    total += math.exp(score[g, r] - best)
            mean = 0.0
            for g in range(gains.shape[0]):
                for r in range(ratios.shape[0]):
                    share = math.exp(score[g, r] - best) / total
                    if share < 1e-4:
                        continue
                    mean += share * rate[g]
                    for j in range(top + 1):
                        law[o, j] += share * math.exp(
                            log_negative_binomial(float(j), rate[g], ratios[r])
                        )
            for j in range(top + 1):
                law[o, j] = (strength * law[o, j] + past[j]) / (strength + weight)
            rates[o] = (strength * mean + weight * _mean(past, weight)) / (strength + weight)


@njit(cache=True, nogil=True)
def _mean(past: FloatArray, weight: float) -> float:
    """Mean of weighted frequencies."""
    total = 0.0
    for j in range(past.shape[0]):
        total += j * past[j]
    return total / weight
