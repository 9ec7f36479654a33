"""Scores of quantile forecasts, written apart from the program's own."""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS

NINE = slice(2, 11)  # .1 … .9


def losses(actual, quantiles):
    """Pinball loss (…, levels)."""
    error = actual[..., None] - quantiles
    return np.where(error >= 0, LEVELS * error, (LEVELS - 1) * error)


def scores(actual, quantiles, mean, series, season):
    """All scores of one window: actual (n, h), quantiles (n, h, levels), mean (n, h)."""
    loss = losses(actual, quantiles)
    known = np.isfinite(actual)
    lagged = np.array([_scale(v, season, 1) for v in series])
    stepped = np.sqrt(np.array([_scale(v, 1, 2) for v in series]))
    mae = np.nanmean(np.abs(actual - quantiles[..., 6]), axis=1)
    rmse = np.sqrt(np.nanmean((actual - mean) ** 2, axis=1))
    good, fine = lagged > 0, stepped > 0

    def below(level):
        return float((actual <= quantiles[..., level])[known].mean())

    def within(low, high):
        inside = (actual >= quantiles[..., low]) & (actual <= quantiles[..., high])
        return float(inside[known].mean())

    return {
        "MAE": float(np.nanmean(np.abs(actual - quantiles[..., 6]))),
        "MASE": float((mae[good] / lagged[good]).mean()) if good.any() else float("nan"),
        "RMSSE": float((rmse[fine] / stepped[fine]).mean()),
        "WQL": float(2 * np.nansum(loss[..., NINE].mean(-1)) / np.nansum(np.abs(actual))),
        "pin95": float(np.nanmean(loss[..., 11])),
        "pin99": float(np.nanmean(loss[..., 13])),
        "WIS": float(np.nanmean(2 * loss.mean(-1))),
        "cov80": within(2, 10),
        "cov95": within(0, 12),
        "P<=q90": below(10),
        "P<=q97.5": below(12),
    }


def _scale(values, lag, power):
    past = values[np.isfinite(values)]
    if len(past) <= lag:
        return 0.0
    return float((np.abs(past[lag:] - past[:-lag]) ** power).mean())
