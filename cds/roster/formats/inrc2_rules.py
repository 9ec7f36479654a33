"""The rules of the second nurse rostering competition, with its weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Options,
    Pattern,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

WEEK: Final = 7
FORMER_STATE: Final = "Nurse assignments weekends last-shift same-shift-days working-days days-off"
_OPTIMAL_COVERAGE: Final = 30
_CONSECUTIVE_SHIFTS: Final = 15
_CONSECUTIVE_DAYS: Final = 30
_PREFERENCE: Final = 10
_COMPLETE_WEEKEND: Final = 30
_TOTAL_ASSIGNMENTS: Final = 20
_WORKING_WEEKENDS: Final = 30


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A shift: how many in a row, and what may not be worked the day after."""

    name: str
    least_in_row: int
    most_in_row: int
    not_after: Options


@dataclass(frozen=True, slots=True)
class Contract:
    """What a nurse is hired for; bounds are (minimum, maximum)."""

    name: str
    total: tuple[int, int]
    working_days: tuple[int, int]
    days_off: tuple[int, int]
    weekends: int
    complete_weekends: bool


@dataclass(frozen=True, slots=True)
class Nurse:
    """A nurse; skills by index."""

    name: str
    contract: Contract
    skills: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Former:
    """What a nurse did before day 0."""

    assignments: int
    weekends: int
    same_shift: int
    working_days: int
    days_off: int
    last_shift: int | None


@dataclass(frozen=True, slots=True)
class Demand:
    """How many are needed, and wanted, in a shift and skill on a day."""

    day: int
    shift: int
    skill: int
    least: int
    best: int
    label: str
    origin: str


@dataclass(frozen=True, slots=True)
class OffRequest:
    """A wish not to work any of ``shifts`` on a day."""

    nurse: str
    day: int
    shifts: Options
    origin: str


def compile_covers(demands: Iterable[Demand]) -> tuple[Cover, ...]:
    """H2, the hard minimum, and S1, the optimum; demand of 0 asks for nothing."""
    covers = []
    for demand in demands:
        shifts, skills = frozenset({demand.shift}), frozenset({demand.skill})
        for rule, number, weight in (
            ("minimum_coverage", demand.least, None),
            ("coverage", demand.best, _OPTIMAL_COVERAGE),
        ):
            if number:
                covers.append(
                    Cover(
                        rule,
                        demand.day,
                        shifts,
                        skills,
                        minimum=number,
                        under=weight,
                        label=demand.label,
                        origin=demand.origin,
                    )
                )
    return tuple(covers)


def compile_nurse(
    nurse: Nurse,
    former: Former,
    requests: Sequence[OffRequest],
    shift_types: Sequence[ShiftType],
    days: int,
    *,
    last: bool,
) -> tuple[Rule, ...]:
    """The rules of one nurse for ``days`` days; ``last`` where the scenario ends with them."""
    contract = nurse.contract
    work = frozenset(range(len(shift_types)))
    return (
        *_successions(shift_types, former, days),
        *_shift_runs(shift_types, former),
        _run("consecutive_working_days", work, contract.working_days, former.working_days),
        _run("consecutive_days_off", frozenset({OFF}), contract.days_off, former.days_off),
        *(
            Unwanted("preferences", request.day, request.shifts, _PREFERENCE, request.origin)
            for request in requests
        ),
        *(_complete_weekends(work, days) if contract.complete_weekends else ()),
        Count(
            "total_assignments",
            tuple(range(days)),
            tuple((shift, 1) for shift in sorted(work)),
            minimum=contract.total[0] if last else None,
            maximum=contract.total[1],
            under=_TOTAL_ASSIGNMENTS,
            over=_TOTAL_ASSIGNMENTS,
            start=former.assignments,
        ),
        Weekends(
            "working_weekends",
            tuple((saturday, saturday + 1) for saturday in range(5, days, WEEK)),
            work,
            maximum=contract.weekends,
            over=_WORKING_WEEKENDS,
            start=former.weekends,
        ),
    )


def _successions(shift_types: Sequence[ShiftType], former: Former, days: int) -> Iterable[Pattern]:
    for shift, kind in enumerate(shift_types):
        if not kind.not_after:
            continue
        if former.last_shift == shift:
            yield Pattern("shift_succession", (kind.not_after,), (0,), None)
        steps = (frozenset({shift}), kind.not_after)
        yield Pattern("shift_succession", steps, tuple(range(days - 1)), None)


def _shift_runs(shift_types: Sequence[ShiftType], former: Former) -> Iterable[Run]:
    for shift, kind in enumerate(shift_types):
        yield Run(
            "consecutive_shifts",
            frozenset({shift}),
            kind.least_in_row,
            kind.most_in_row,
            _CONSECUTIVE_SHIFTS,
            _CONSECUTIVE_SHIFTS,
            before=former.same_shift if former.last_shift == shift else 0,
        )


def _run(rule: str, options: Options, bounds: tuple[int, int], before: int) -> Run:
    return Run(rule, options, *bounds, _CONSECUTIVE_DAYS, _CONSECUTIVE_DAYS, before=before)


def _complete_weekends(work: Options, days: int) -> Iterable[Pattern]:
    saturdays = tuple(range(5, days, WEEK))
    off = frozenset({OFF})
    for steps in ((work, off), (off, work)):
        yield Pattern("complete_weekends", steps, saturdays, _COMPLETE_WEEKEND)
