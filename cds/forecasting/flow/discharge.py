"""How long patients stay: discharge hazards by age of the stay, hour of the day and weekday.

A piecewise-exponential model: events over hours at risk, by proportional factors. Stays that are
still open count with the hours they have lasted (right-censored), as in a Kaplan–Meier estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DAY, WEEK = 24, 168
AGES = np.array(
    [0, 3, 6, 12, 24, 48, 72, 96, 120, 144, 168, 240, 336, 504, 720, 1440], dtype=np.int64
)
"""Hours of stay at which the bands of the hazard begin."""
ROUNDS = 15
PRIOR = 5.0
"""Events by which each factor is drawn towards no effect: small wards have few of them."""


@dataclass(frozen=True, slots=True)
class Discharge:
    """Hazard of leaving in one hour = ``age[band] · hour[hour of day] · weekday[0 = Monday]``."""

    age: Floats
    hour: Floats
    weekday: Floats

    def hazard(self, age: Integers, clock: Integers) -> Floats:
        """For stays ``age`` hours old in the hours ``clock``, counted from a Monday's midnight."""
        band = np.searchsorted(AGES, age, side="right") - 1
        return np.asarray(
            self.age[band] * self.hour[clock % DAY] * self.weekday[clock % WEEK // DAY]
        )


def fit(admitted: Integers, ended: Integers, discharged: NDArray[np.bool_]) -> Discharge:
    """The hazards of stays given as hours counted from a Monday's midnight.

    ``ended`` is the hour of the discharge, or the last hour seen where not ``discharged``.
    """
    length = ended - admitted + 1
    stay = np.repeat(np.arange(len(admitted)), length)
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    clock = admitted[stay] + offset
    band = np.searchsorted(AGES, offset, side="right") - 1
    cell = (band * DAY + clock % DAY) * 7 + clock % WEEK // DAY
    shape = (len(AGES), DAY, 7)
    size = int(np.prod(shape))
    risk = np.bincount(cell, minlength=size).reshape(shape).astype(float)
    last = np.flatnonzero(offset == length[stay] - 1)
    events = np.bincount(cell[last[discharged[stay[last]]]], minlength=size).reshape(shape)
    return _proportional(events.astype(float), risk)


def _proportional(events: Floats, risk: Floats) -> Discharge:
    """Maximum likelihood of the product of three factors, each in turn, lightly shrunk."""
    overall = max(events.sum(), 0.5) / max(risk.sum(), 1.0)
    age = np.full(risk.shape[0], overall)
    hour, weekday = np.ones(DAY), np.ones(7)
    for _ in range(ROUNDS):
        due = np.einsum("abc,b,c->a", risk, hour, weekday)
        # A band that nobody reached yet leaves as the one before it does.
        got = events.sum(axis=(1, 2))
        for band in range(len(age)):
            before = age[band - 1] if band else overall
            age[band] = (got[band] + before) / (due[band] + 1.0)
        due = np.einsum("abc,a,c->b", risk, age, weekday)
        hour = (events.sum(axis=(0, 2)) + PRIOR) / (due + PRIOR)
        due = np.einsum("abc,a,b->c", risk, age, hour)
        weekday = (events.sum(axis=(0, 1)) + PRIOR) / (due + PRIOR)
    return Discharge(age, hour, weekday)


def median_stay(hours: Floats, discharged: NDArray[np.bool_]) -> float | None:
    """The median length of stay by Kaplan and Meier (1958), in hours; None where not reached."""
    order = np.lexsort((~discharged, hours))
    survival, at_risk = 1.0, len(hours)
    for place in order:
        if discharged[place]:
            survival *= 1.0 - 1.0 / at_risk
            if survival <= 0.5:
                return float(hours[place])
        at_risk -= 1
    return None
