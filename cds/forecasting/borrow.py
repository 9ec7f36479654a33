"""New series: too little past of their own, so they borrow from the others of their panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.classify import (
    DEAD,
    ERRATIC,
    INTERMITTENT,
    INTERVAL_CUT,
    LUMPY,
    NEW,
    SMOOTH,
)
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, FloatArray
from cds.forecasting.shape import mean_of_quantiles

WINDOWS_PER_SERIES = 6
"""How many stretches of each older series are looked at."""
FEWEST_DONORS = 5
CUSHION = 0.05
"""Added to mean and outcome, as a share of the typical level, so that a ratio to zero exists."""
GENERIC_SPREAD = 0.8
"""Standard deviation of the logarithm of demand where there is nobody to borrow from."""


@dataclass(frozen=True, slots=True)
class BorrowedForecast:
    """``quantiles`` (rows, horizon, levels), ``mean`` (rows, horizon) and where they came from."""

    quantiles: FloatArray
    mean: FloatArray
    note: str


def borrowed_forecast(
    panel: Panel, new: NDArray[np.int64], kinds: NDArray[np.int64]
) -> BorrowedForecast:
    """Forecast series with hardly any past by what older series did after as short a look.

    For a series with ``a`` observations: the ratios of later values to the mean of ``a``
    consecutive ones, over stretches of the older series, step by step; their quantiles times the
    new series' mean. A series without observations takes the levels of the older ones.
    """
    donors = np.flatnonzero((kinds != NEW) & (kinds != DEAD))
    quantiles = np.zeros((len(new), panel.horizon, len(LEVELS)))
    levels = _levels(panel.values)
    typical = float(np.nanmedian(levels[donors])) if len(donors) else 0.0
    for place, row in enumerate(new):
        own = panel.values[row][~np.isnan(panel.values[row])]
        if len(own) == 0:
            spread = levels[donors][np.isfinite(levels[donors])] if len(donors) else np.zeros(1)
            quantiles[place] = np.quantile(spread, LEVELS)[None, :] if len(spread) else 0.0
            continue
        level = float(own.mean())
        kin = _kin(own, donors, kinds)
        ratios = _ratios(panel, kin, len(own)) if len(kin) >= FEWEST_DONORS else None
        if ratios is None:
            quantiles[place] = _generic(level, own)
            continue
        base = abs(level) + CUSHION * max(typical if level == 0 else abs(level), 1e-12)
        spread = np.nanquantile(ratios, LEVELS, axis=0).T
        quantiles[place] = np.sign(level or 1) * (spread * base - (base - abs(level)))
        if level < 0:
            quantiles[place] = quantiles[place][:, ::-1]
    note = (
        f"new: levels and spread borrowed from {len(donors)} older series"
        if len(donors) >= FEWEST_DONORS
        else "new: generic spread, no older series to borrow from"
    )
    return BorrowedForecast(quantiles, mean_of_quantiles(quantiles), note)


def _kin(own: FloatArray, donors: NDArray[np.int64], kinds: NDArray[np.int64]) -> NDArray[np.int64]:
    """The donors of the class the new series seems to belong to, by how often it sells."""
    frequent = float((own != 0).mean()) > 1 / INTERVAL_CUT
    alike = (SMOOTH, ERRATIC) if frequent else (INTERMITTENT, LUMPY)
    kin = donors[np.isin(kinds[donors], alike)]
    return kin if len(kin) >= FEWEST_DONORS else donors


def _levels(values: FloatArray) -> FloatArray:
    """Mean of the observed values of each series; NaN where there are none."""
    seen = ~np.isnan(values)
    total = np.where(seen, values, 0.0).sum(axis=1)
    count = seen.sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _ratios(panel: Panel, donors: NDArray[np.int64], age: int) -> FloatArray | None:
    """Later values over the mean of ``age`` values before, (stretches, horizon); None if too few.

    Horizons longer than the donors' past repeat the last step that is known.
    """
    values = panel.values[donors]
    reach = min(panel.horizon, panel.length - age - 1)
    if reach < 1:
        return None
    latest = panel.length - reach
    places = np.unique(np.linspace(age, latest, WINDOWS_PER_SERIES).astype(np.int64))
    found = []
    for origin in places:
        before = values[:, origin - age : origin]
        after = values[:, origin : origin + reach]
        level = before.mean(axis=1)
        size = np.abs(level) + CUSHION * np.abs(level)
        usable = np.isfinite(level) & (size > 0)
        found.append((after[usable] + CUSHION * np.abs(level[usable, None])) / size[usable, None])
    ratios = np.concatenate(found)
    if np.isfinite(ratios).sum(axis=0).min() < 20:
        return None
    tail = np.repeat(ratios[:, -1:], panel.horizon - reach, axis=1)
    return np.concatenate([ratios, tail], axis=1)


def _generic(level: float, own: FloatArray) -> FloatArray:
    """A wide log-normal round the mean of what was seen; wider the less was seen."""
    from scipy.stats import norm

    spread = GENERIC_SPREAD * np.sqrt(1 + 1 / len(own))
    if level <= 0:
        sample = np.abs(own).max()
        return np.asarray(level + sample * norm.ppf(LEVELS))
    return np.asarray(level * np.exp(spread * norm.ppf(LEVELS)))
