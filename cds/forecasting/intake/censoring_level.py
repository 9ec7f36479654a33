"""The expected level of each period of one series, and the step in which its demand comes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BANDWIDTH = 8.0
"""Standard deviation, in periods, of the kernel that gives a period its expected level."""
_KERNEL = np.exp(-0.5 * (np.arange(-5 * BANDWIDTH, 5 * BANDWIDTH + 1) / BANDWIDTH) ** 2)
_KERNEL[len(_KERNEL) // 2] = 0.0
_SHRINKAGE = 2.0
_FINEST = 10.0
_ENOUGH = 8
"""Amounts fewer than this may share a divisor by chance."""


def level_of(
    demand: Floats, weight: Floats, local: bool, season: NDArray[np.int64] | None
) -> Floats:
    """The level round each period (or of all), itself left out, times its season; above zero."""
    index = np.ones(len(demand))
    level = _smooth(demand, weight, local)
    if season is not None:
        for place in np.unique(season):
            chosen = season == place
            got, due = demand[chosen] @ weight[chosen], level[chosen] @ weight[chosen]
            prior = _SHRINKAGE * level.mean()
            index[chosen] = (got + prior) / max(due + prior, 1e-12)
        level = _smooth(demand / index, weight * index, local)
    return np.maximum(level * index, 1e-6)


def _smooth(demand: Floats, weight: Floats, local: bool) -> Floats:
    # A little of the whole mean keeps a long outage from having no level at all.
    whole = (demand @ weight) / max(weight.sum(), 1e-12)
    around = _around if local else _others
    return np.asarray((around(demand * weight) + 0.1 * whole) / (around(weight) + 0.1))


def _around(values: Floats) -> Floats:
    """Kernel-weighted sum of the periods round each, itself left out."""
    reach = (len(_KERNEL) - 1) // 2
    return np.convolve(values, _KERNEL)[reach : reach + len(values)]


def _others(values: Floats) -> Floats:
    return np.asarray(values.sum() - values)


def step_of(stocked: Floats, every: Floats) -> tuple[float, bool]:
    """The step in which demand comes, and whether every amount asked for is a multiple of it.

    The greatest common divisor of what was issued in periods never out of stock (the last boxes
    of a shelf may be fewer than were asked for), or of ``every`` amount where those are few.
    """
    amounts = every[every > 0]
    if not np.allclose(amounts, np.round(amounts), atol=1e-9):
        return float(min(1.0, np.median(amounts) / _FINEST)), False
    asked = stocked[stocked > 0]
    chosen = asked if len(asked) >= _ENOUGH else amounts
    return float(np.gcd.reduce(np.round(chosen).astype(np.int64))), True
