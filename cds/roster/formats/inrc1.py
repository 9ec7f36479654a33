"""Instances of the first nurse rostering competition (2010), text and XML.

Both forms of an instance give the same problem: shifts come by their start,
people by their number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cds.roster.formats import inrc1_text, inrc1_xml
from cds.roster.formats.inrc1_rows import (
    BOUNDS,
    ContractRow,
    EmployeeRow,
    Instance,
    PatternRow,
    ShiftRow,
    Term,
)
from cds.roster.formats.inrc1_rules import (
    Bound,
    Calendar,
    Contract,
    UnwantedPattern,
    alternative_skill_rules,
    contract_rules,
)
from cds.roster.formats.source import LONGEST_HORIZON, Line, listed, read_text, whole_file
from cds.roster.problem import OFF, Cover, Employee, Options, Problem, Unwanted

_SKILL: Final = "staff"
_WEEKDAYS: Final = {
    "Monday": 0,
    "Tuesday": 1,
    "Wednesday": 2,
    "Thursday": 3,
    "Friday": 4,
    "Saturday": 5,
    "Sunday": 6,
}
_WEEKENDS: Final = {
    "SaturdaySunday": (5, 6),
    "FridaySaturdaySunday": (4, 5, 6),
    "SaturdaySundayMonday": (5, 6, 0),
    "FridaySaturdaySundayMonday": (4, 5, 6, 0),
}
_SWITCHED: Final = {"1": True, "true": True, "0": False, "false": False}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Context:
    """What names mean in this instance."""

    first: date
    calendar: Calendar
    shifts: dict[str, int]

    def day(self, line: Line, text: str) -> int:
        day = (_date(line, text) - self.first).days
        if not 0 <= day < self.calendar.days:
            raise line.error(f"{text} is outside the period", f"a date from {self.first} on")
        return day


def is_inrc1(text: str) -> bool:
    """Whether ``text`` looks like one of these instances."""
    return inrc1_text.is_inrc1_text(text) or inrc1_xml.is_inrc1_xml(text)


def read_inrc1(path: Path) -> Problem:
    """The problem in ``path``; InputError names the line that cannot be used."""
    text = read_text(path)
    rows = (inrc1_xml if text.lstrip().startswith("<") else inrc1_text).read_rows(path, text)
    for what, found in (("shift", rows.shifts), ("employee", rows.employees)):
        if not found:
            raise whole_file(path, f"no {what}", "at least one")
    skills: dict[str, int] = {}
    for line, name in rows.skills:
        skills[line.new(name, "skill", skills)] = len(skills)
    context = _context(rows)
    patterns: dict[str, UnwantedPattern] = {}
    for pattern in rows.patterns:
        name = pattern.line.new(pattern.name, "pattern", patterns)
        patterns[name] = _pattern(pattern, context)
    contracts: dict[str, Contract] = {}
    for contract in rows.contracts:
        name = contract.line.new(contract.name, "contract", contracts)
        contracts[name] = _contract(contract, patterns)
    required = _required_skills(rows.shifts, context, skills)
    people: dict[str, EmployeeRow] = {}
    for row in sorted(rows.employees, key=lambda row: _number_order(row.name)):
        people[row.line.new(row.name, "employee", people)] = row
    wishes = _wishes(rows, context, people)
    return Problem(
        name=rows.period.name,
        days=context.calendar.days,
        shifts=tuple(context.shifts),
        skills=(_SKILL,),
        employees=tuple(
            _employee(row, contracts, skills, required, context, wishes[name])
            for name, row in people.items()
        ),
        covers=_covers(rows, context),
        first_date=context.first,
    )


def _context(rows: Instance) -> _Context:
    period = rows.period
    first, last = _date(period.line, period.first), _date(period.line, period.last)
    days = (last - first).days + 1
    if not 1 <= days <= LONGEST_HORIZON:
        raise period.line.error(
            f"{days} days from {first} to {last}", f"from 1 to {LONGEST_HORIZON}"
        )
    shifts: dict[str, int] = {}
    nights = []
    for row in sorted(rows.shifts, key=lambda row: (row.start, row.name)):
        for time in (row.start, row.end):
            if not _TIME.fullmatch(time):
                raise row.line.error(f"time {time!r}", "HH:MM:SS")
        if row.name in ("Any", "None"):
            raise row.line.error(f"a shift called {row.name!r}", "another name")
        if row.end < row.start:
            nights.append(len(shifts))
        shifts[row.line.new(row.name, "shift", shifts)] = len(shifts)
    calendar = Calendar(days, first.weekday(), len(shifts), frozenset(nights))
    return _Context(first, calendar, shifts)


def _required_skills(
    rows: list[ShiftRow], context: _Context, skills: Mapping[str, int]
) -> dict[int, frozenset[str]]:
    """The skills that each shift requires."""
    required = {}
    for row in rows:
        for skill in row.skills:
            row.line.named(skill, "skill", skills)
        required[context.shifts[row.name]] = frozenset(row.skills)
    return required


def _pattern(row: PatternRow, context: _Context) -> UnwantedPattern:
    steps: list[Options] = []
    weekdays: list[int | None] = []
    for shift, day in row.entries:
        if shift == "Any":
            steps.append(context.calendar.work)
        elif shift == "None":
            steps.append(frozenset({OFF}))
        else:
            steps.append(frozenset({row.line.named(shift, "shift", context.shifts)}))
        weekdays.append(None if day == "Any" else row.line.named(day, "weekday", _WEEKDAYS))
    if not steps:
        raise row.line.error("a pattern of no days", "at least one")
    weight = row.line.whole(row.weight, "weight")
    return UnwantedPattern(tuple(steps), tuple(weekdays), weight)


def _contract(row: ContractRow, patterns: Mapping[str, UnwantedPattern]) -> Contract:
    bounds: dict[str, Bound] = {}
    switches: dict[str, int] = {}
    for name, term in row.terms.items():
        weight = _weight(term, name)
        if name in BOUNDS:
            bounds[name] = Bound(term.line.whole(term.value, name), weight)
        else:
            switches[name] = weight
    if row.weekend not in _WEEKENDS:
        raise row.line.error(f"unknown weekend {row.weekend!r}", f"one of {listed(_WEEKENDS)}")
    for name in row.patterns:
        if name not in patterns:
            raise row.line.error(f"unknown pattern {name!r}", f"one of {listed(patterns)}")
    own = tuple(patterns[name] for name in row.patterns)
    return Contract(row.label, bounds, switches, _WEEKENDS[row.weekend], own)


def _weight(term: Term, name: str) -> int:
    """The weight; 0 where the term is off."""
    if term.on not in _SWITCHED:
        raise term.line.error(f"{name} is {term.on!r}", "1 or true, 0 or false")
    weight = term.line.whole(term.weight, f"weight of {name}")
    return weight if _SWITCHED[term.on] else 0


def _employee(
    row: EmployeeRow,
    contracts: Mapping[str, Contract],
    skills: Mapping[str, int],
    required: Mapping[int, frozenset[str]],
    context: _Context,
    wishes: list[Unwanted],
) -> Employee:
    if row.contract not in contracts:
        raise row.line.error(f"unknown contract {row.contract!r}", f"one of {listed(contracts)}")
    for skill in row.skills:
        row.line.named(skill, "skill", skills)
    contract = contracts[row.contract]
    unskilled = frozenset(
        shift for shift, needed in required.items() if not needed <= set(row.skills)
    )
    rules = (
        *contract_rules(contract, context.calendar),
        *alternative_skill_rules(contract, context.calendar, unskilled),
        *wishes,
    )
    return Employee(row.name, (0,), rules, group=contract.label)


def _wishes(
    rows: Instance, context: _Context, people: Mapping[str, EmployeeRow]
) -> dict[str, list[Unwanted]]:
    wishes: dict[str, list[Unwanted]] = {name: [] for name in people}
    calendar = context.calendar
    for row in rows.requests:
        line = row.line
        if row.employee not in people:
            raise line.error(f"unknown employee {row.employee!r}", f"one of {listed(people)}")
        day = context.day(line, row.date)
        wanted = calendar.work
        if row.shift:
            wanted = frozenset({line.named(row.shift, "shift", context.shifts)})
        unwanted = calendar.options - wanted if row.wants_work else wanted
        weight = line.whole(row.weight, "weight")
        rule = f"{'shift' if row.shift else 'day'}_{'on' if row.wants_work else 'off'}_request"
        if weight:
            wishes[row.employee].append(Unwanted(rule, day, unwanted, weight, _origin(line)))
    for own in wishes.values():
        own.sort(key=lambda wish: (wish.rule, wish.day, sorted(wish.options)))
    return wishes


def _covers(rows: Instance, context: _Context) -> tuple[Cover, ...]:
    """Exactly as many as asked; a shift that no row names on a day is not worked then."""
    calendar = context.calendar
    needs: dict[tuple[int, int], tuple[int, str]] = {}
    seen: set[tuple[str, int]] = set()
    for row in (*rows.weekly_covers, *rows.dated_covers):
        line = row.line
        shift = line.named(row.shift, "shift", context.shifts)
        if (row.day, shift) in seen:
            raise line.error(f"{row.day}, {row.shift} for the second time", "each only once")
        seen.add((row.day, shift))
        number = line.whole(row.number, "number of people")
        if row in rows.dated_covers:
            days = [context.day(line, row.day)]
        else:
            weekday = line.named(row.day, "weekday", _WEEKDAYS)
            days = [day for day in range(calendar.days) if calendar.weekday(day) == weekday]
        needs.update({(day, shift): (number, _origin(line)) for day in days})
    covers = []
    for day in range(calendar.days):
        for name, shift in context.shifts.items():
            number, origin = needs.get((day, shift), (0, ""))
            covers.append(
                Cover(
                    "coverage",
                    day,
                    frozenset({shift}),
                    frozenset({0}),
                    minimum=number or None,
                    maximum=number,
                    label=name,
                    origin=origin,
                )
            )
    return tuple(covers)


def _date(line: Line, text: str) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise line.error(f"date {text!r}", "YYYY-MM-DD") from None


def _number_order(name: str) -> tuple[int, str]:
    """Numbers by size, before other names."""
    return (int(name), "") if re.fullmatch("[0-9]{1,9}", name, re.ASCII) else (10**9, name)


def _origin(line: Line) -> str:
    return f"{Path(line.source).name}: line {line.number}"
