"""The levels every forecast is given at, and the names of their columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

QUANTILES: tuple[float, ...] = (
    0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99,
)  # fmt: skip
MEDIAN = QUANTILES.index(0.5)
LEVELS: FloatArray = np.array(QUANTILES)


def column(level: float) -> str:
    """The name of a quantile's column: ``q0.025`` … ``q0.99``."""
    return f"q{level:g}"


QUANTILE_COLUMNS: tuple[str, ...] = tuple(column(level) for level in QUANTILES)
