"""Lasting jumps of a series' level: a changed unit (packs for tablets) or a shift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PACKS = (10.0, 12.0, 14.0, 20.0, 24.0, 25.0, 28.0, 30.0, 50.0, 60.0, 90.0, 100.0, 500.0, 1000.0)
"""Pack sizes in which tablets, ampoules and single doses are counted."""
LEAST = 6
"""So many periods with demand must lie on either side of a jump."""
PACK_MISMATCH = 0.2
CLEAR = 6.0
"""A jump must be so many standard errors of the difference of the two sides."""
SMALLEST_SHIFT = 1.5


@dataclass(frozen=True, slots=True)
class Jump:
    """The level from period number ``place`` on is ``ratio`` times the level before.

    ``pack`` is the pack size that the ratio (or its inverse) comes near to; None for a shift.
    """

    place: int
    ratio: float
    pack: float | None


def find_jump(values: Floats, season: int = LEAST) -> Jump | None:
    """The clearest lasting jump in one series; NaN is missing. None where there is none.

    Judged on logarithms of the positive values, the break where the sum of squares about the
    two means falls most. A unit's jump separates all but a few values of the two sides; a shift
    must have ``season`` values on either side, for half a season looks like one.
    """
    places = np.flatnonzero(np.nan_to_num(values) > 0)
    if len(places) < 2 * LEAST:
        return None
    logs = np.log(values[places])
    count = np.arange(1, len(logs))
    total, running = logs.sum(), np.cumsum(logs)[:-1]
    before, after = running / count, (total - running) / (len(logs) - count)
    gain = count * (len(logs) - count) / len(logs) * (after - before) ** 2
    gain[: LEAST - 1] = gain[len(gain) - LEAST + 1 :] = 0.0
    cut = int(np.argmax(gain))
    one, other = logs[: cut + 1], logs[cut + 1 :]
    difference = float(np.median(other) - np.median(one))
    within = np.concatenate([one - one.mean(), other - other.mean()])
    error = within.std() * np.sqrt(1 / len(one) + 1 / len(other)) + 1e-9
    if abs(difference) < max(np.log(SMALLEST_SHIFT), CLEAR * error):
        return None
    pack = _pack(one, other, difference)
    if pack is None and min(len(one), len(other)) < season:
        return None
    return Jump(int(places[cut + 1]), float(np.exp(difference)), pack)


def _pack(one: Floats, other: Floats, difference: float) -> float | None:
    size = float(np.exp(abs(difference)))
    near = min(PACKS, key=lambda pack: abs(np.log(pack / size)))
    middle = (np.median(one) + np.median(other)) / 2
    low, high = (one, other) if difference > 0 else (other, one)
    apart = min(float((low < middle).mean()), float((high > middle).mean()))
    return near if abs(size / near - 1) <= PACK_MISMATCH and apart >= 0.9 else None
