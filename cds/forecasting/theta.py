"""The dynamic optimised theta method of statsforecast, series by series and origin by origin.

Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler, "Models for optimising the theta method
and their relationship to state space models", International Journal of Forecasting 32 (2016).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, FloatArray

MOST_ORIGINS = 6
"""Theta is fitted anew at each origin, so it is tried at the last and this many others at most."""
FEWEST_SEASONS = 2
FEWEST_VALUES = 5
SPREAD_LEVEL = 80


def theta_candidates_quantiles(panel: Panel, offsets: NDArray[np.int64]) -> FloatArray:
    """Quantiles (n, origins, horizon, levels); NaN where too short or not tried."""
    from scipy.stats import norm
    from statsforecast.models import DynamicOptimizedTheta

    found = np.full((panel.size, len(offsets), panel.horizon, len(LEVELS)), np.nan)
    tried = {len(offsets) - 1}
    tried.update(np.linspace(0, len(offsets) - 1, MOST_ORIGINS + 1).astype(int).tolist())
    seasonal = DynamicOptimizedTheta(season_length=panel.rhythm.season)
    plain = DynamicOptimizedTheta(season_length=1)
    scores = norm.ppf(LEVELS)
    width = norm.ppf(0.5 + SPREAD_LEVEL / 200)
    for row in range(panel.size):
        values = _filled(panel.values[row])
        for o in sorted(tried):
            past = values[: panel.length - int(offsets[o])]
            past = past[~np.isnan(past)]
            if len(past) < FEWEST_VALUES or np.ptp(past) == 0:
                continue
            model = seasonal if len(past) > FEWEST_SEASONS * panel.rhythm.season else plain
            said = model.forecast(past, h=panel.horizon, level=[SPREAD_LEVEL])
            spread = (said[f"hi-{SPREAD_LEVEL}"] - said[f"lo-{SPREAD_LEVEL}"]) / (2 * width)
            if np.isfinite(said["mean"]).all() and np.isfinite(spread).all():
                found[row, o] = said["mean"][:, None] + spread[:, None] * scores
    return found


def _filled(values: FloatArray) -> FloatArray:
    """Gaps take the last known value (theta needs a regular series); leading NaN stay."""
    known = np.where(~np.isnan(values), np.arange(len(values)), 0)
    return values[np.maximum.accumulate(known)]
