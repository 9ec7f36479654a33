"""The rules of the first nurse rostering competition, compiled from its rows.

Nothing is known of the days before the first and after the last, and the
competition's evaluator takes them as neither worked nor free: a run that touches
an end of the horizon is judged by its days within. Skills belong to shifts and
are no role to choose, so everybody works in one skill.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from cds.roster.problem import (
    OFF,
    Count,
    Options,
    Pattern,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

WEEK: Final = 7
_FREE: Final = frozenset({OFF})
_FOUR_WEEKS: Final = 4


@dataclass(frozen=True, slots=True)
class Bound:
    """A number with its weight per unit; a weight of 0 binds nothing."""

    value: int
    weight: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract: what is bounded, by the competition's names, and what is switched on."""

    label: str
    bounds: dict[str, Bound]
    switches: dict[str, int]  # weights
    weekend: tuple[int, ...]  # weekdays, Monday 0
    patterns: tuple[UnwantedPattern, ...]


@dataclass(frozen=True, slots=True)
class UnwantedPattern:
    """Options on successive days; a weekday of None is any."""

    steps: tuple[Options, ...]
    weekdays: tuple[int | None, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """The horizon, and which shifts are worked in it."""

    days: int
    first_weekday: int
    shifts: int
    nights: Options

    @property
    def work(self) -> Options:
        """All shifts."""
        return frozenset(range(self.shifts))

    @property
    def options(self) -> Options:
        """All shifts and the day off."""
        return self.work | _FREE

    def weekday(self, day: int) -> int:
        """Monday is 0."""
        return (self.first_weekday + day) % WEEK

    def weekends(self, contract: Contract) -> tuple[tuple[int, ...], ...]:
        """The weekends that start within the horizon, without days beyond its end."""
        return tuple(
            tuple(range(day, min(day + len(contract.weekend), self.days)))
            for day in range(self.days)
            if self.weekday(day) == contract.weekend[0]
        )


def contract_rules(contract: Contract, calendar: Calendar) -> tuple[Rule, ...]:
    """Everything the contract asks of a person who has it."""
    return (
        *_totals(contract, calendar),
        *_runs(contract, calendar, "consecutive_working_days", calendar.work, "WorkingDays"),
        *_runs(contract, calendar, "consecutive_days_off", _FREE, "FreeDays"),
        *_working_weekends(contract, calendar),
        *_weekend_patterns(contract, calendar),
        *_nights(contract, calendar),
        *_unwanted_patterns(contract, calendar),
    )


def alternative_skill_rules(
    contract: Contract, calendar: Calendar, unskilled: Options
) -> Iterator[Unwanted]:
    """The cost of working a shift that requires a skill the person has not."""
    weight = contract.switches.get("AlternativeSkillCategory", 0)
    if weight and unskilled:
        for day in range(calendar.days):
            yield Unwanted("alternative_skill", day, unskilled, weight)


def _pair(contract: Contract, name: str) -> tuple[Bound | None, Bound | None]:
    """The minimum and maximum called ``Min...`` and ``Max...``, where they bind."""
    bounds = (contract.bounds.get(f"Min{name}"), contract.bounds.get(f"Max{name}"))
    least, most = (bound if bound and bound.weight else None for bound in bounds)
    return (least if least and least.value else None), most


def _totals(contract: Contract, calendar: Calendar) -> Iterator[Count]:
    least, most = _pair(contract, "NumAssignments")
    if least or most:
        yield Count(
            "total_assignments",
            tuple(range(calendar.days)),
            tuple((shift, 1) for shift in range(calendar.shifts)),
            minimum=least.value if least else None,
            maximum=most.value if most else None,
            under=least.weight if least else None,
            over=most.weight if most else None,
        )


def _runs(
    contract: Contract, calendar: Calendar, rule: str, options: Options, name: str
) -> Iterator[Rule]:
    least, most = _pair(contract, f"Consecutive{name}")
    if least and least.value == 1:
        least = None  # every run has a day
    if least or most:
        yield Run(
            rule,
            options,
            minimum=least.value if least else None,
            maximum=most.value if most else None,
            under=least.weight if least else None,
            over=most.weight if most else None,
            before=0,
        )
    # A Run that is open on the last day is never too short; here it is.
    others = calendar.options - options
    for length in range(1, min(least.value, calendar.days + 1) if least else 1):
        steps = (others, *(options for _ in range(length)))[-calendar.days :]
        start = calendar.days - len(steps)
        assert least is not None
        yield Pattern(rule, steps, (start,), (least.value - length) * least.weight)


def _working_weekends(contract: Contract, calendar: Calendar) -> Iterator[Weekends]:
    groups = calendar.weekends(contract)
    least, most = _pair(contract, "ConsecutiveWorkingWeekends")
    if least or most:
        yield Weekends(
            "consecutive_working_weekends",
            # An empty weekend is not worked: with it, a succession that is open
            # at the end ends, and may be too short.
            (*groups, ()),
            calendar.work,
            minimum_in_row=least.value if least else None,
            maximum_in_row=most.value if most else None,
            under_in_row=least.weight if least else None,
            over_in_row=most.weight if most else None,
        )
    _, most = _pair(contract, "WorkingWeekendsInFourWeeks")
    if most:
        for first in range(max(len(groups) - _FOUR_WEEKS, 0) + 1):
            yield Weekends(
                "working_weekends",
                groups[first : first + _FOUR_WEEKS],
                calendar.work,
                maximum=most.value,
                over=most.weight,
            )


def _weekend_patterns(contract: Contract, calendar: Calendar) -> Iterator[Pattern]:
    complete = contract.switches.get("CompleteWeekends", 0)
    identical = contract.switches.get("IdenticalShiftTypesDuringWeekend", 0)
    for length in range(2, len(contract.weekend) + 1):
        starts = tuple(
            weekend[0] for weekend in calendar.weekends(contract) if len(weekend) == length
        )
        if starts and complete:
            yield from _complete(calendar, length, starts, complete)
        if starts and identical:
            yield from _identical(calendar, length, starts, identical)


def _complete(
    calendar: Calendar, length: int, starts: Sequence[int], weight: int
) -> Iterator[Pattern]:
    """Each change costs the days it leaves missing on the side that is free."""
    for place in range(1, length):
        days = tuple(start + place - 1 for start in starts)
        missing_after, missing_before = (length - place) * weight, place * weight
        yield Pattern("complete_weekends", (calendar.work, _FREE), days, missing_after)
        yield Pattern("complete_weekends", (_FREE, calendar.work), days, missing_before)


def _identical(
    calendar: Calendar, length: int, starts: Sequence[int], weight: int
) -> Iterator[Pattern]:
    """Each shift worked on some days of a weekend costs the days that differ from it."""
    for shift in range(calendar.shifts):
        same = frozenset({shift})
        for steps in product((same, calendar.options - same), repeat=length):
            different = sum(step != same for step in steps)
            if 0 < different < length:
                cost = different * weight
                yield Pattern("identical_weekend_shifts", steps, tuple(starts), cost)


def _nights(contract: Contract, calendar: Calendar) -> Iterator[Pattern]:
    before = contract.switches.get("NoNightShiftBeforeFreeWeekend", 0)
    after = contract.switches.get("TwoFreeDaysAfterNightShifts", 0)
    if not calendar.nights:
        return
    if before:
        for weekend in calendar.weekends(contract):
            if weekend[0] > 0:
                steps = (calendar.nights, *(_FREE for _ in weekend))
                start = weekend[0] - 1
                yield Pattern("night_before_free_weekend", steps, (start,), before)
    if after:
        days = tuple(range(calendar.days))
        other = calendar.work - calendar.nights
        for steps in ((calendar.nights, other), (calendar.nights, _FREE, calendar.work)):
            yield Pattern("two_days_off_after_nights", steps, days[: 1 - len(steps)], after)


def _unwanted_patterns(contract: Contract, calendar: Calendar) -> Iterator[Pattern]:
    for pattern in contract.patterns:
        starts = tuple(
            day
            for day in range(calendar.days - len(pattern.steps) + 1)
            if all(
                wanted is None or calendar.weekday(day + place) == wanted
                for place, wanted in enumerate(pattern.weekdays)
            )
        )
        if pattern.weight and starts:
            yield Pattern("unwanted_patterns", pattern.steps, starts, pattern.weight)
