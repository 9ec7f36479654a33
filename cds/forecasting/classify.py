"""What kind of demand a series shows: smooth, erratic, intermittent, lumpy, new or dead.

Cut-offs of Syntetos, Boylan and Croston, "On the categorization of demand patterns", Journal of
the Operational Research Society 56 (2005): mean interval between demands 1.32, squared
coefficient of variation of the demand sizes 0.49.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import FloatArray

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new", "dead")
SMOOTH, ERRATIC, INTERMITTENT, LUMPY, NEW, DEAD = range(6)

INTERVAL_CUT = 1.32
VARIATION_CUT = 0.49
NEW_BELOW = {"M": 6, "W": 8, "D": 14, "H": 48}
"""Observed periods below which a series is new: it has too little past of its own."""
DEAD_AFTER = {"M": 12, "W": 26, "D": 90, "H": 24 * 14}
"""Periods without demand after which a series may be dead …"""
DEAD_INTERVALS = 4.0
"""… if they are also this many of its own mean intervals between demands."""
FEW_UNITS = 30.0


def few_units(panel: Panel) -> NDArray[np.bool_]:
    """Which series count so few whole units a period, on average, that a law of counts suits."""
    seen = ~np.isnan(panel.values)
    mean = np.where(seen, panel.values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.asarray(panel.whole & panel.non_negative & (mean < FEW_UNITS))


def classify(panel: Panel) -> NDArray[np.int64]:
    """The class of each series (n,), as an index into ``CLASSES``."""
    seen = ~np.isnan(panel.values)
    values = np.where(seen, panel.values, 0.0)
    observed = seen.sum(axis=1)
    demand = (values != 0) & seen
    times = demand.sum(axis=1)
    interval = observed / np.maximum(times, 1)
    variation = _squared_variation(values, demand, times)
    frequent = interval < INTERVAL_CUT
    steady = variation < VARIATION_CUT
    kind = np.where(frequent, np.where(steady, SMOOTH, ERRATIC), INTERMITTENT)
    kind = np.where(~frequent & ~steady, LUMPY, kind)
    name = panel.rhythm.name
    silent = _periods_since(demand, seen)
    dead = (silent >= DEAD_AFTER[name]) & (silent >= DEAD_INTERVALS * interval)
    dead |= (times == 0) & (observed >= NEW_BELOW[name])
    kind = np.where(dead, DEAD, kind)
    return np.asarray(np.where(observed < NEW_BELOW[name], NEW, kind).astype(np.int64))


def _squared_variation(
    values: FloatArray, demand: NDArray[np.bool_], times: NDArray[np.int64]
) -> FloatArray:
    """Squared coefficient of variation of the values that are not zero; 0 where fewer than 2."""
    count = np.maximum(times, 1)
    mean = values.sum(axis=1) / count
    square = ((values - mean[:, None]) ** 2 * demand).sum(axis=1) / count
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = square / mean**2
    return np.where((times > 1) & np.isfinite(ratio), ratio, 0.0)


def _periods_since(demand: NDArray[np.bool_], seen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Observed periods after the last demand (n,)."""
    later = np.cumsum(demand[:, ::-1], axis=1)[:, ::-1] == 0
    return np.asarray((later & seen).sum(axis=1))
