"""Dates, weeks, weekends and clock times of a stretch of days on a ward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from cds.roster.ward.description import ShiftType

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Period:
    """The days to be planned: ``days`` of them from ``first`` on; day 0 is ``first``."""

    first: date
    days: int

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError("a period has at least one day")

    @property
    def last(self) -> date:
        """The last day planned."""
        return self.date_of(self.days - 1)

    @property
    def dates(self) -> tuple[date, ...]:
        """Every day planned, in order."""
        return tuple(self.date_of(day) for day in range(self.days))

    def date_of(self, day: int) -> date:
        """The date of a day; days before the period are negative."""
        return self.first + timedelta(days=day)

    def day_of(self, date_: date) -> int:
        """The day of a date; negative before the period."""
        return (date_ - self.first).days

    def __contains__(self, date_: date) -> bool:
        return self.first <= date_ <= self.last


@dataclass(frozen=True)
class Calendar:
    """The period in the ward's time zone.

    Minutes are elapsed minutes (UTC), so that the night on which the clock goes
    forward is an hour short. A shift belongs to the day on which it begins.
    """

    period: Period
    zone: ZoneInfo
    shifts: tuple[ShiftType, ...]
    weekend: tuple[str, ...]
    holidays: frozenset[date]

    def midnight(self, day: int) -> int:
        """The minute at which ``day`` begins."""
        return self._minute(datetime.combine(self.period.date_of(day), datetime.min.time()))

    def begins(self, shift: int, day: int) -> int:
        """The minute at which ``shift`` of ``day`` begins."""
        return self._minute(datetime.combine(self.period.date_of(day), self.shifts[shift].start))

    def ends(self, shift: int, day: int) -> int:
        """The minute at which ``shift`` of ``day`` ends, on the next day where it must."""
        kind = self.shifts[shift]
        after = day + 1 if kind.end <= kind.start else day
        return self._minute(datetime.combine(self.period.date_of(after), kind.end))

    def weekday(self, day: int) -> str:
        """The weekday's English name, small letters."""
        return WEEKDAYS[self.period.date_of(day).weekday()]

    @property
    def holiday_days(self) -> tuple[int, ...]:
        """The public holidays among the days planned."""
        return tuple(
            day for day in range(self.period.days) if self.period.date_of(day) in self.holidays
        )

    def weekends(self, first_day: int, last_day: int) -> tuple[tuple[int, ...], ...]:
        """The whole weekends that touch these days, as their days in order."""
        groups: list[tuple[int, ...]] = []
        if not self._weekend or len(self._weekend) == len(WEEKDAYS):
            return ()
        day = first_day
        while self._in_weekend(day):  # a weekend under way on the first day began earlier
            day -= 1
        while day <= last_day:
            group = []
            while self._in_weekend(day):
                group.append(day)
                day += 1
            if group:
                groups.append(tuple(group))
            else:
                day += 1
        return tuple(group for group in groups if group[-1] >= first_day)

    def weeks(self) -> tuple[tuple[int, ...], ...]:
        """The calendar weeks that touch the period, each of seven days.

        A week begins on the day after the weekend (on Monday where there is none).
        """
        day = 0
        while self.weekday(day) != self.week_start:
            day -= 1
        return tuple(tuple(range(first, first + 7)) for first in range(day, self.period.days, 7))

    @cached_property
    def week_start(self) -> str:
        """The weekday on which a week begins."""
        for index, name in enumerate(WEEKDAYS):
            if name not in self._weekend and WEEKDAYS[index - 1] in self._weekend:
                return name
        return "monday"

    @cached_property
    def _weekend(self) -> frozenset[str]:
        return frozenset(full_weekday(name) for name in self.weekend)

    def _in_weekend(self, day: int) -> bool:
        return self.weekday(day) in self._weekend

    @cached_property
    def _minutes(self) -> dict[datetime, int]:
        return {}

    def _minute(self, local: datetime) -> int:
        known = self._minutes.get(local)
        if known is None:
            moment = local.replace(tzinfo=self.zone).astimezone(UTC)
            known = self._minutes[local] = int((moment - _EPOCH).total_seconds()) // 60
        return known


def clock_minutes(shift: ShiftType) -> int:
    """Minutes from a shift's start to its end on the clock, as on an ordinary day."""
    start = shift.start.hour * 60 + shift.start.minute
    end = shift.end.hour * 60 + shift.end.minute
    return end - start if end > start else end - start + DAY_MINUTES


def full_weekday(name: str) -> str:
    """``Sat``, ``saturday`` → ``saturday``; other words come back as they are."""
    word = name.strip().lower()
    return next((day for day in WEEKDAYS if len(word) >= 3 and day.startswith(word)), word)


def shift_index(shifts: Iterable[ShiftType]) -> Mapping[str, int]:
    """Code → index."""
    return {shift.code: index for index, shift in enumerate(shifts)}
