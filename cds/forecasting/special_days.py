"""Days of the year that were unlike the days round them, year after year, in the data themselves.

A hospital's quiet days differ by country, and a plain table does not say where it is from: a date
(25 December) or a weekday of a month (its fourth Thursday) that stood out each year is taken to
stand out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cds.forecasting.frequency import period_start
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import FloatArray
from cds.forecasting.transforms import TRANSFORMS

FEWEST_YEARS = 2
MOST_DAYS = 10
CLEAR = 4.5
"""Standard errors by which a day must differ: some 800 dates and weekdays are looked at."""
EACH_YEAR = 0.5
"""Standard deviations by which it must differ every single year."""
MOST_SERIES = 200
NEIGHBOURS = 14
"""Days on either side whose median is what a day is compared with."""
_MAD = 1.4826
_LAST, _ANY = -1, -1


@dataclass(frozen=True, slots=True, order=True)
class SpecialDay:
    """A ``day`` of a ``month``; or, where ``weekday`` (0 = Monday) is given, the ``day``-th such
    weekday of the month, -1 for the last."""

    month: int
    day: int
    weekday: int = _ANY

    def falls_on(self, moment: date) -> bool:
        """Whether it is that day."""
        return self in labels(moment)


def labels(moment: date) -> Iterator[SpecialDay]:
    """Every special day that a date could be; a fifth weekday, not there each year, is none."""
    yield SpecialDay(moment.month, moment.day)
    if moment.day <= 28:
        yield SpecialDay(moment.month, (moment.day - 1) // 7 + 1, moment.weekday())
    if (moment + timedelta(days=7)).month != moment.month:
        yield SpecialDay(moment.month, _LAST, moment.weekday())


def special_days(panel: Panel) -> tuple[SpecialDay, ...]:
    """The clearest special days of a panel of days, at most ``MOST_DAYS``; none for other panels.

    A day needs ``FEWEST_YEARS`` occurrences, all to the same side.
    """
    if panel.rhythm.name != "D" or panel.length < FEWEST_YEARS * panel.rhythm.year:
        return ()
    start = int((panel.ends - panel.length + 1).min())
    strange = _strangeness(panel, start)
    places: dict[SpecialDay, list[int]] = {}
    for place in np.flatnonzero(np.isfinite(strange)):
        for label in labels(_day(start + int(place))):
            places.setdefault(label, []).append(int(place))
    often = {label: found for label, found in places.items() if len(found) >= FEWEST_YEARS}
    chosen: list[SpecialDay] = []
    while len(chosen) < MOST_DAYS:
        clearness = {label: _clearness(strange[found]) for label, found in often.items()}
        best = max(sorted(clearness), key=lambda label: clearness[label], default=None)
        if best is None or clearness[best] < CLEAR:
            break
        chosen.append(best)
        strange[often[best]] = 0.0
    return tuple(chosen)


def special_columns(days: tuple[SpecialDay, ...], start: int, stop: int) -> list[FloatArray]:
    """One column of 0 and 1 per special day, for the periods ``start`` … ``stop`` - 1 (days)."""
    names = [set(labels(_day(number))) for number in range(start, stop)] if days else []
    return [np.array([float(day in name) for name in names]) for day in days]


def _clearness(values: FloatArray) -> float:
    """Standard errors by which the values differ from 0; 0 where one of them hardly does."""
    middle = float(values.mean())
    if (np.sign(middle) * values).min() < EACH_YEAR:
        return 0.0
    return abs(middle) * float(np.sqrt(len(values)))


def _strangeness(panel: Panel, start: int) -> FloatArray:
    """How far each day lay from its weekday's level, in its usual deviations (days,).

    The mean over series; NaN where nothing is known.
    """
    values = TRANSFORMS["root"].forth(panel.values)
    rows = np.unique(np.linspace(0, panel.size - 1, MOST_SERIES).astype(np.int64))
    days = int(panel.ends.max()) - start + 1
    total, count = np.zeros(days), np.zeros(days)
    for row in rows:
        first = int(panel.ends[row]) - panel.length + 1 - start
        deviation = _deviation(values[row])
        seen = np.isfinite(deviation)
        total[first : first + panel.length][seen] += deviation[seen]
        count[first : first + panel.length][seen] += 1
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return _standardised(mean)


def _deviation(values: FloatArray) -> FloatArray:
    """A series less its level and its weekdays, in its usual deviations."""
    deviation = values - _running_median(values)
    for weekday in range(7):
        deviation[weekday::7] -= _median(deviation[weekday::7])
    return _standardised(deviation)


def _standardised(values: FloatArray) -> FloatArray:
    usual = _MAD * _median(np.abs(values))
    return values / usual if usual > 0 else np.full_like(values, np.nan)


def _running_median(values: FloatArray) -> FloatArray:
    padded = np.pad(values, NEIGHBOURS, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1)
    known = np.isfinite(windows).any(axis=1)
    found = np.full(len(values), np.nan)
    found[known] = np.nanmedian(windows[known], axis=1)
    return found


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _day(number: int) -> date:
    return period_start(number, "D")
