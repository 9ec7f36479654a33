"""Intervals as wide as the past asks for: conformal factors learnt at earlier origins.

After Romano, Patterson and Candès, "Conformalized quantile regression" (2019), with the distance
from the median as the measure: the factor of each level is the quantile of the past errors in
units of the forecast's own distance. Both sides are judged together: what all series of a panel
did in one past stretch says which way they went then, and nothing of which way they will go.
"""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS, MEDIAN, FloatArray

NARROWEST, WIDEST = 0.6, 2.5
AVERAGED = 0.92
"""The factor believed in before any is learnt: averaging the quantiles of models that disagree
keeps their mean width, and centres it better than each of them."""
FEWEST_POINTS = 20
PRIOR_POINTS = 150.0
"""Points worth as much as that belief."""
PRIOR_WINDOWS = 20.0
"""Windows worth as much as that belief."""


def learn_factors(
    actual: FloatArray, quantiles: FloatArray, windows: float, believed: float = AVERAGED
) -> FloatArray:
    """The factor (levels,) by which each quantile's distance from the median should grow.

    ``actual`` (points,), ``quantiles`` (points, levels); ``windows`` is how many horizons of past
    they span: series share their shocks, so many points of one window say little. ``believed``: the
    factor before any is learnt.
    """
    factors = np.full(len(LEVELS), believed)
    factors[MEDIAN] = 1.0
    usable = np.isfinite(actual) & np.isfinite(quantiles).all(axis=1)
    y, q = actual[usable], quantiles[usable]
    for j, level in enumerate(LEVELS):
        if j == MEDIAN:
            continue
        mirrored = np.flatnonzero(np.isclose(LEVELS, 1 - level))
        ratio = np.concatenate([_ratios(y, q, k) for k in {j, *mirrored.tolist()}])
        count = len(ratio) / (1 + len(mirrored))
        if count < FEWEST_POINTS:
            continue
        found = float(np.quantile(ratio, max(level, 1 - level)))
        trust = count / (count + PRIOR_POINTS) * windows / (windows + PRIOR_WINDOWS)
        factors[j] += trust * (np.clip(found, NARROWEST, WIDEST) - believed)
    return factors


def _ratios(y: FloatArray, q: FloatArray, j: int) -> FloatArray:
    """How far outcomes lay from the median towards level ``j``, in units of its distance."""
    side = 1.0 if j > MEDIAN else -1.0
    distance = side * (q[:, j] - q[:, MEDIAN])
    wide = distance > 1e-9
    return np.asarray(side * (y[wide] - q[wide, MEDIAN]) / distance[wide])


def apply_factors(quantiles: FloatArray, factors: FloatArray) -> FloatArray:
    """Quantiles (…, levels) with their distance from the median multiplied."""
    median = quantiles[..., MEDIAN : MEDIAN + 1]
    return np.asarray(median + (quantiles - median) * factors)
