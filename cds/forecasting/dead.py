"""Series that have gone quiet: nothing, or now and then once more what used to be."""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS, FloatArray

LONG_QUIET = ("H", "D", "W")
"""Rhythms in which a dead series has been quiet for so many periods that models of its whole past
would still believe in it; a year of months is little, and there the models are weighed."""


def quiet_forecast(values: FloatArray) -> tuple[FloatArray, float]:
    """Quantiles (levels,) and mean of a coming period of one series (NaN is missing).

    After k quiet periods in a row, demand comes back in the next with probability 1 / (k + 2)
    (Laplace's rule of succession), as large as demands were.
    """
    known = values[~np.isnan(values)]
    times = np.flatnonzero(known)
    if len(times) == 0:
        return np.zeros(len(LEVELS)), 0.0
    sizes = known[times]
    quiet = len(known) - 1 - int(times[-1])
    chance = 1.0 / (quiet + 2.0)
    share = (LEVELS - (1.0 - chance)) / chance
    found = np.where(
        share > 0, np.quantile(sizes, np.clip(share, 0.0, 1.0), method="inverted_cdf"), 0.0
    )
    return np.asarray(found), chance * float(sizes.mean())
