"""Intervals as wide as the past asks for: conformal factors learnt at earlier origins.

After Romano, Patterson and Candès, "Conformalized quantile regression" (2019), with the distance
from the median as the measure: the factor of each level is the quantile of the past errors in
units of the forecast's own distance.
"""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS, MEDIAN, FloatArray

NARROWEST, WIDEST = 0.6, 2.5
PRIOR_POINTS = 150.0
"""Points worth as much as the belief that the intervals are right already."""
PRIOR_WINDOWS = 6.0
"""Windows worth as much as that belief."""


def learn_factors(actual: FloatArray, quantiles: FloatArray, windows: float) -> FloatArray:
    """The factor (levels,) by which each quantile's distance from the median should grow.

    ``actual`` (points,), ``quantiles`` (points, levels); ``windows`` is how many horizons of past
    they span: series share their shocks, so many points of one window say little.
    """
    factors = np.ones(len(LEVELS))
    usable = np.isfinite(actual) & np.isfinite(quantiles).all(axis=1)
    y, q = actual[usable], quantiles[usable]
    for j, level in enumerate(LEVELS):
        if j == MEDIAN:
            continue
        side = 1.0 if j > MEDIAN else -1.0
        distance = side * (q[:, j] - q[:, MEDIAN])
        wide = distance > 1e-9
        count = int(wide.sum())
        if count < 20:
            continue
        ratio = side * (y[wide] - q[wide, MEDIAN]) / distance[wide]
        share = level if side > 0 else 1 - level
        found = float(np.quantile(ratio, share))
        trust = count / (count + PRIOR_POINTS) * windows / (windows + PRIOR_WINDOWS)
        factors[j] = 1 + trust * (np.clip(found, NARROWEST, WIDEST) - 1)
    return factors


def apply_factors(quantiles: FloatArray, factors: FloatArray) -> FloatArray:
    """Quantiles (…, levels) with their distance from the median multiplied."""
    median = quantiles[..., MEDIAN : MEDIAN + 1]
    return np.asarray(median + (quantiles - median) * factors)
