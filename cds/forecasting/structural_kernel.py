"""The compiled recursion of the structural model: a Kalman filter over a grid of variances."""

from __future__ import annotations

import numpy as np
from numba import njit

from cds.forecasting.quantiles import FloatArray

DIFFUSE = 1e4
NEGLIGIBLE = 1e-6
LEAST_TO_CLIP = 10
"""Observations before which an error tells more of the model than of the day."""


@njit(cache=True, nogil=True)
def filter_series(
    observed: FloatArray,
    design: FloatArray,
    seasonal: FloatArray,
    covariate: FloatArray,
    level_drift: FloatArray,
    slope_drift: FloatArray,
    damping: FloatArray,
    slope_variance: FloatArray,
    season_scale: FloatArray,
    season_drift: FloatArray,
    prior: FloatArray,
    noise: float,
    clip: float,
    horizon: int,
    columns: FloatArray,
    mean_out: FloatArray,
    variance_out: FloatArray,
    path_out: FloatArray,
    scale_out: FloatArray,
    score: FloatArray,
    keep_paths: bool,
) -> int:
    """Filter one series under every variance setting at once and average their forecasts.

    State: level, damped slope, regression effects; noise variance unknown (conjugate), so that
    each setting's one-step predictive law is Student's t. Settings are averaged by their
    predictive likelihood so far (times ``prior``, a log probability), so that a forecast at an
    origin uses nothing later. Leaves the log weights in ``score``. Writes mean
    and variance of the next ``horizon`` values at each origin column of ``columns`` and, if
    wanted, the mean path at every column. Returns how many values were observed.
    """
    length = observed.shape[0]
    effects = design.shape[1]
    settings = level_drift.shape[0]
    size = effects + 2
    state = np.zeros((settings, size))
    spread = np.zeros((settings, size, size))
    squares = np.full(settings, 2.0 * noise)
    weight = np.full(settings, 1.0 / settings)
    for g in range(settings):
        score[g] = prior[g]
        spread[g, 0, 0] = DIFFUSE
        spread[g, 1, 1] = slope_variance[g]
        for j in range(effects):
            spread[g, 2 + j, 2 + j] = season_scale[g] * seasonal[j] + covariate[j]
    direction = np.zeros(size)
    gain = np.zeros(size)
    x = np.zeros(size)
    x[0] = 1.0
    count = 0
    for t in range(length):
        seen = not np.isnan(observed[t])
        if count == 0:
            if not seen:
                continue
            for g in range(settings):
                state[g, 0] = observed[t]
        for j in range(effects):
            x[2 + j] = design[t, j]
        if seen:
            count += 1
        best = -1e300
        for g in range(settings):
            a = state[g]
            c = spread[g]
            _advance(
                a, c, damping[g], slope_variance[g], slope_drift[g], level_drift[g],
                season_drift[g], seasonal,
            )  # fmt: skip
            if seen:
                guess = 0.0
                width = 1.0
                for i in range(size):
                    total = 0.0
                    for j in range(size):
                        total += c[i, j] * x[j]
                    direction[i] = total
                    guess += a[i] * x[i]
                    width += total * x[i]
                error = observed[t] - guess
                taken = error
                if count > LEAST_TO_CLIP:
                    most = clip * np.sqrt(width * squares[g] / count)
                    taken = min(max(error, -most), most)
                for i in range(size):
                    gain[i] = direction[i] / width
                    a[i] += gain[i] * taken
                for i in range(size):
                    for j in range(size):
                        c[i, j] -= gain[i] * direction[j]
                if count > 1:
                    freedom = float(count)
                    unit = squares[g] / freedom
                    ratio = error * error / (width * unit * freedom)
                    score[g] -= 0.5 * np.log(width * unit) + 0.5 * (freedom + 1) * np.log1p(ratio)
                    squares[g] += error * error / width
            if score[g] > best:
                best = score[g]
        total = 0.0
        for g in range(settings):
            weight[g] = np.exp(score[g] - best)
            total += weight[g]
        unit = 0.0
        for g in range(settings):
            weight[g] /= total
            unit += weight[g] * squares[g] / (count + 1.0)
        scale_out[t] = np.sqrt(unit)
        wanted = -1
        for o in range(columns.shape[0]):
            if columns[o] == t:
                wanted = o
        if not keep_paths and wanted < 0:
            continue
        for k in range(horizon):
            path_out[t, k] = 0.0
        for g in range(settings):
            if weight[g] < NEGLIGIBLE:
                continue
            reach = 0.0
            power = 1.0
            for k in range(horizon):
                power *= damping[g]
                reach += power
                guess = state[g, 0] + reach * state[g, 1]
                for j in range(effects):
                    guess += design[t + 1 + k, j] * state[g, 2 + j]
                path_out[t, k] += weight[g] * guess
        if wanted < 0:
            continue
        for k in range(horizon):
            mean_out[wanted, k] = path_out[t, k]
            variance_out[wanted, k] = 0.0
        for g in range(settings):
            if weight[g] < NEGLIGIBLE:
                continue
            a = state[g].copy()
            c = spread[g].copy()
            unit = squares[g] / (count + 1.0)
            for k in range(horizon):
                _advance(
                    a, c, damping[g], slope_variance[g], slope_drift[g], level_drift[g],
                    season_drift[g], seasonal,
                )  # fmt: skip
                for j in range(effects):
                    x[2 + j] = design[t + 1 + k, j]
                guess = 0.0
                width = 1.0
                for i in range(size):
                    total = 0.0
                    for j in range(size):
                        total += c[i, j] * x[j]
                    guess += a[i] * x[i]
                    width += total * x[i]
                away = guess - path_out[t, k]
                variance_out[wanted, k] += weight[g] * (width * unit + away * away)
    return count


@njit(cache=True, nogil=True, inline="always")
def _advance(
    a: FloatArray,
    c: FloatArray,
    damping: float,
    slope_variance: float,
    slope_drift: float,
    level_drift: float,
    season_drift: float,
    seasonal: FloatArray,
) -> None:
    """One period later: the level moves by the damped slope, everything may drift."""
    size = a.shape[0]
    if slope_variance > 0.0:
        a[0] += damping * a[1]
        a[1] *= damping
        for j in range(size):
            c[0, j] += damping * c[1, j]
        for j in range(size):
            c[1, j] *= damping
        for j in range(size):
            c[j, 0] += damping * c[j, 1]
        for j in range(size):
            c[j, 1] *= damping
        c[1, 1] += slope_drift
    c[0, 0] += level_drift
    if season_drift > 0.0:
        for j in range(size - 2):
            c[2 + j, 2 + j] += season_drift * seasonal[j]
