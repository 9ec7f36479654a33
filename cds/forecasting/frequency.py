"""How often a series is observed: its seasons, and the arithmetic of its periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError

Frequency = Literal["H", "D", "W", "M"]

_EPOCH_MONDAY = date(1970, 1, 5)
_EPOCH_DAY = date(1970, 1, 1)
_EPOCH_HOUR = datetime(1970, 1, 1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a frequency decides: season lengths in periods and which lags are worth looking at.

    ``season`` is the short season an exponential smoothing follows (1 = none); ``week`` and
    ``year`` the lengths, in periods, of the weekly and yearly season a calendar regression
    follows (0 = does not apply).
    """

    name: Frequency
    season: int
    week: int
    year: float
    lags: tuple[int, ...]
    windows: tuple[int, ...]


RHYTHMS: dict[str, Rhythm] = {
    "M": Rhythm("M", 12, 0, 12.0, (0, 1, 2, 3, 5, 11), (3, 6, 12, 24)),
    "W": Rhythm("W", 1, 0, 365.25 / 7, (0, 1, 2, 3, 4, 7), (4, 8, 13, 26, 52)),
    "D": Rhythm("D", 7, 7, 365.25, (0, 1, 2, 3, 6, 13), (7, 14, 28, 91)),
    "H": Rhythm("H", 24, 168, 24 * 365.25, (0, 1, 2, 3, 23, 47), (6, 24, 72, 168)),
}


def rhythm_of(frequency: str) -> Rhythm:
    """The rhythm of ``H``, ``D``, ``W`` or ``M``; InputError for anything else."""
    found = RHYTHMS.get(frequency)
    if found is None:
        raise InputError(f"frequency {frequency!r} is not one of {', '.join(RHYTHMS)}")
    return found


def period_index(moment: date, frequency: str) -> int:
    """The number of the period that starts at ``moment``: consecutive periods differ by 1."""
    if frequency == "M":
        return moment.year * 12 + moment.month - 1
    if frequency == "H":
        start = moment if isinstance(moment, datetime) else datetime(*moment.timetuple()[:3])
        return (start.replace(tzinfo=None) - _EPOCH_HOUR) // _HOUR
    day = moment.date() if isinstance(moment, datetime) else moment
    if frequency == "W":
        return (day - _EPOCH_MONDAY).days // 7
    return (day - _EPOCH_DAY).days


def period_start(index: int, frequency: str) -> date:
    """The moment at which a period starts: a datetime for hours, else a date."""
    if frequency == "M":
        return date(index // 12, index % 12 + 1, 1)
    if frequency == "H":
        return _EPOCH_HOUR + index * _HOUR
    if frequency == "W":
        return _EPOCH_MONDAY + timedelta(days=7 * index)
    return _EPOCH_DAY + timedelta(days=index)


@dataclass(frozen=True, slots=True)
class CalendarPosition:
    """Where periods stand in the week and the year, one number per period.

    ``year_angle`` runs 0 … 2π over the year (by the middle of the period), ``weekday`` is 0 for
    Monday (0 throughout where periods are longer than a day), ``hour`` 0 … 23.
    """

    year_angle: NDArray[np.float64]
    weekday: NDArray[np.int64]
    hour: NDArray[np.int64]


def calendar_positions(
    indices: Sequence[int] | NDArray[np.int64], frequency: str
) -> CalendarPosition:
    """The place in week and year of each period, from its number."""
    number = np.asarray(indices, dtype=np.int64)
    zero = np.zeros_like(number)
    if frequency == "M":
        return CalendarPosition(2 * np.pi * ((number % 12) + 0.5) / 12, zero, zero)
    if frequency == "W":
        middle = number * 7.0 + (_EPOCH_MONDAY - _EPOCH_DAY).days + 3.5
        return CalendarPosition(_year_angle(middle), zero, zero)
    if frequency == "D":
        return CalendarPosition(_year_angle(number + 0.5), _weekday(number), zero)
    days, hours = number // 24, number % 24
    return CalendarPosition(_year_angle(days + 0.5), _weekday(days), hours)


def _year_angle(days: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The angle of a day in the mean tropical year, 0 on 1 January 1970 (within half a day)."""
    return np.asarray(2 * np.pi * np.mod(days / 365.2425, 1.0))


def _weekday(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """0 = Monday; 1 January 1970 was a Thursday."""
    return np.asarray((days + 3) % 7)
