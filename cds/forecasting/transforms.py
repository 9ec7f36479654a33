"""Scales on which noise is more nearly constant: as it is, square and fourth root, logarithm.

Each is odd, so that series with negative values keep their sign, and relative to a unit of the
series (1 for counts), so that zero is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cds.forecasting.quantiles import FloatArray

ANSCOMBE = 3 / 8
"""Anscombe (1948): sqrt(x + 3/8) has nearly constant variance for Poisson counts."""
LOG_CAP = 30.0


@dataclass(frozen=True, slots=True)
class Transform:
    """``forth`` to the working scale; ``back`` to the series' units.

    ``back(z, values)`` caps results at what the history makes conceivable.
    """

    forth: Callable[[FloatArray], FloatArray]
    inverse: Callable[[FloatArray], FloatArray]

    def back(self, z: FloatArray, values: FloatArray) -> FloatArray:
        """The series' units again; never beyond ten times the largest value ever seen."""
        seen = np.where(np.isnan(values), 0.0, np.abs(values)).max(axis=1)
        limit = 10 * seen + 10
        shape = (len(limit),) + (1,) * (z.ndim - 1)
        bound = limit.reshape(shape)
        return np.clip(self.inverse(z), -bound, bound)


def _root(values: FloatArray) -> FloatArray:
    return np.asarray(np.sign(values) * (np.sqrt(np.abs(values) + ANSCOMBE) - np.sqrt(ANSCOMBE)))


def _square(z: FloatArray) -> FloatArray:
    size = (np.abs(z) + np.sqrt(ANSCOMBE)) ** 2 - ANSCOMBE
    return np.asarray(np.sign(z) * size)


def _log(values: FloatArray) -> FloatArray:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _exp(z: FloatArray) -> FloatArray:
    return np.asarray(np.sign(z) * np.expm1(np.minimum(np.abs(z), LOG_CAP)))


def _same(values: FloatArray) -> FloatArray:
    return values


def _fourth_root(values: FloatArray) -> FloatArray:
    return np.asarray(np.sign(values) * ((np.abs(values) + 1.0) ** 0.25 - 1.0))


def _fourth_power(z: FloatArray) -> FloatArray:
    return np.asarray(np.sign(z) * ((np.abs(z) + 1.0) ** 4 - 1.0))


TRANSFORMS: dict[str, Transform] = {
    "identity": Transform(_same, _same),
    "root": Transform(_root, _square),
    "log": Transform(_log, _exp),
    "fourth root": Transform(_fourth_root, _fourth_power),
}
