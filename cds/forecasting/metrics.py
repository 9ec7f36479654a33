"""How good quantile forecasts are: pinball loss, and what is made of it."""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS, FloatArray


def pinball(actual: FloatArray, quantiles: FloatArray, levels: FloatArray = LEVELS) -> FloatArray:
    """Quantile (pinball) loss, elementwise: actual (…,), quantiles (…, levels) → (…, levels).

    Koenker and Bassett (1978): τ (y − q) above the quantile, (1 − τ)(q − y) below.
    """
    error = actual[..., None] - quantiles
    return np.asarray(np.maximum(levels * error, (levels - 1) * error))
