"""Where in the past the models are tried: the rolling origins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.panel import Panel

ENOUGH_POINTS = 6000
"""Forecast points (series × origins × steps) after which more origins teach nothing new."""
FEWEST, MOST = 4, 24
PAST_SHARE = 0.5
"""The share of the longest history in which origins may lie."""


def validation_offsets(panel: Panel) -> NDArray[np.int64]:
    """Periods before the end at which earlier forecasts are made, nearest first.

    Every origin has its whole horizon in the known past. Empty where the history is too short.
    """
    length = int(np.median(panel.lengths))
    nearest = panel.horizon
    furthest = int(min(length * PAST_SHARE, length - 3))
    if furthest < nearest:
        furthest = nearest if length >= nearest + 4 else 0
    if furthest <= 0:
        return np.zeros(0, dtype=np.int64)
    wanted = int(np.clip(np.ceil(ENOUGH_POINTS / (panel.size * panel.horizon)), FEWEST, MOST))
    places = np.linspace(nearest, furthest, wanted)
    return np.unique(np.round(places).astype(np.int64))
