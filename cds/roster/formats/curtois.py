"""Instances of schedulingbenchmarks.org (Curtois and Qu), in their text form.

A single skill; every rule of a person is hard, and what is paid for are the
requests and the cover. Day 0 is a Monday. Runs that touch the start or the end
of the horizon are never too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cds.roster.formats.source import (
    LONGEST_HORIZON,
    Line,
    lines_of,
    read_text,
    whole_file,
)
from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Pattern,
    Problem,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

_PREFIX: Final = "SECTION_"
_SECTIONS: Final = (
    "SECTION_HORIZON",
    "SECTION_SHIFTS",
    "SECTION_STAFF",
    "SECTION_DAYS_OFF",
    "SECTION_SHIFT_ON_REQUESTS",
    "SECTION_SHIFT_OFF_REQUESTS",
    "SECTION_COVER",
)
_SKILL: Final = "staff"
_STAFF_ROW: Final = (
    "ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, MaxConsecutiveShifts, "
    "MinConsecutiveShifts, MinConsecutiveDaysOff, MaxWeekends"
)


@dataclass(slots=True)
class _Shifts:
    """Shift types in file order: index by id, minutes, and what may not follow."""

    index: dict[str, int] = field(default_factory=dict)
    minutes: list[int] = field(default_factory=list)
    not_after: list[frozenset[int]] = field(default_factory=list)


def is_curtois(text: str) -> bool:
    """Whether ``text`` looks like one of these instances."""
    return any(line.strip() == _SECTIONS[0] for line in text.splitlines())


def read_curtois(path: Path) -> Problem:
    """The problem in ``path``; InputError names the line that cannot be used."""
    sections = _sections(path, read_text(path))
    days = _horizon(path, sections[_SECTIONS[0]])
    shifts = _shifts(path, sections["SECTION_SHIFTS"])
    rules: dict[str, list[Rule]] = {}
    for line in sections["SECTION_STAFF"]:
        fields = line.fields(_STAFF_ROW, 8)
        name = line.new(fields[0], "employee", rules)
        rules[name] = _contract(line, fields, days, shifts)
    if not rules:
        raise whole_file(path, "nobody in SECTION_STAFF", "a line for each employee")
    people = {name: index for index, name in enumerate(rules)}
    for line in sections["SECTION_DAYS_OFF"]:
        fields = [entry for entry in line.fields("EmployeeID, days") if entry]
        line.named(fields[0] if fields else "", "employee", people)
        for entry in fields[1:]:
            day = line.whole(entry, "day", below=days)
            off = frozenset(range(len(shifts.index)))
            rules[fields[0]].append(Unwanted("day_off", day, off, None, _origin(line)))
    for kind in ("ON", "OFF"):
        for line in sections[f"SECTION_SHIFT_{kind}_REQUESTS"]:
            name, request = _request(line, kind, days, people, shifts)
            rules[name].append(request)
    return Problem(
        name=path.stem,
        days=days,
        shifts=tuple(shifts.index),
        skills=(_SKILL,),
        employees=tuple(Employee(name, (0,), tuple(own)) for name, own in rules.items()),
        covers=_covers(path, sections["SECTION_COVER"], days, shifts),
    )


def _sections(path: Path, text: str) -> dict[str, list[Line]]:
    sections: dict[str, list[Line]] = {}
    current: list[Line] | None = None
    for line in lines_of(path, text, "#"):
        if line.text.startswith(_PREFIX):
            if line.text not in _SECTIONS:
                raise line.error(f"unknown section {line.text!r}", ", ".join(_SECTIONS))
            line.new(line.text, "section", sections)
            current = sections.setdefault(line.text, [])
        elif current is None:
            raise line.error(f"{line.text[:40]!r} before any section", "SECTION_HORIZON first")
        else:
            current.append(line)
    missing = [name for name in _SECTIONS if name not in sections]
    if missing:
        raise whole_file(path, f"no {', '.join(missing)}", "all of " + ", ".join(_SECTIONS))
    return sections


def _horizon(path: Path, lines: list[Line]) -> int:
    if not lines:
        raise whole_file(path, "SECTION_HORIZON is empty", "the number of days")
    if len(lines) > 1:
        raise lines[1].error(f"{lines[1].text[:40]!r} in SECTION_HORIZON", "one number of days")
    return lines[0].whole(lines[0].text, "number of days", least=1, below=LONGEST_HORIZON + 1)


def _shifts(path: Path, lines: list[Line]) -> _Shifts:
    shifts = _Shifts()
    followers: list[tuple[Line, list[str]]] = []
    for line in lines:
        fields = line.fields("ShiftID, minutes, shifts that cannot follow (a|b)", 2, 3)
        shifts.index[line.new(fields[0], "shift", shifts.index)] = len(shifts.index)
        shifts.minutes.append(line.whole(fields[1], "length in minutes"))
        names = fields[2].split("|") if len(fields) == 3 and fields[2] else []
        followers.append((line, names))
    if not shifts.index:
        raise whole_file(path, "SECTION_SHIFTS is empty", "a line for each shift")
    shifts.not_after = [
        frozenset(line.named(name.strip(), "shift", shifts.index) for name in names)
        for line, names in followers
    ]
    return shifts


def _contract(line: Line, fields: list[str], days: int, shifts: _Shifts) -> list[Rule]:
    most, least, run_most, run_least, off_least, weekends = (
        line.whole(text, what)
        for text, what in zip(fields[2:], _STAFF_ROW.split(", ")[2:], strict=True)
    )
    every_day = tuple(range(days))
    every_shift = frozenset(range(len(shifts.index)))
    minutes = tuple(enumerate(shifts.minutes))
    origin = _origin(line)
    rules: list[Rule] = [
        Count("maximum_shifts", every_day, ((shift, 1),), maximum=maximum, origin=origin)
        for shift, maximum in _maxima(line, fields[1], shifts.index)
        if maximum < days
    ]
    rules += [
        Pattern(
            "shift_succession",
            (frozenset({shift}), not_after),
            every_day[:-1],
            None,
        )
        for shift, not_after in enumerate(shifts.not_after)
        if not_after
    ]
    rules += [
        Count("working_time", every_day, minutes, minimum=least, maximum=most, origin=origin),
        Run("consecutive_shifts", every_shift, run_least, run_most, origin=origin),
        Run("consecutive_days_off", frozenset({OFF}), off_least, origin=origin),
    ]
    saturdays = range(5, days, 7)
    groups = tuple(tuple(day for day in (first, first + 1) if day < days) for first in saturdays)
    if weekends < len(groups):
        rules.append(
            Weekends("working_weekends", groups, every_shift, maximum=weekends, origin=origin)
        )
    return rules


def _maxima(line: Line, text: str, index: Mapping[str, int]) -> list[tuple[int, int]]:
    maxima: dict[str, int] = {}
    for part in text.split("|") if text else ():
        name, equals, number = part.partition("=")
        if not equals:
            raise line.error(f"{part!r} in MaxShifts", "SHIFT=NUMBER|SHIFT=NUMBER")
        name = line.new(name.strip(), "maximum of shift", maxima)
        line.named(name, "shift", index)
        maxima[name] = line.whole(number.strip(), f"maximum of {name}")
    return [(index[name], maximum) for name, maximum in maxima.items()]


def _request(
    line: Line, kind: str, days: int, people: Mapping[str, int], shifts: _Shifts
) -> tuple[str, Unwanted]:
    name, day_text, shift_name, weight_text = line.fields("EmployeeID, Day, ShiftID, Weight", 4)
    line.named(name, "employee", people)
    day = line.whole(day_text, "day", below=days)
    options = frozenset({line.named(shift_name, "shift", shifts.index)})
    if kind == "ON":
        options = frozenset({OFF, *range(len(shifts.index))}) - options
    weight = line.whole(weight_text, "weight")
    rule = f"shift_{kind.lower()}_request"
    return name, Unwanted(rule, day, options, weight, _origin(line))


def _covers(path: Path, lines: list[Line], days: int, shifts: _Shifts) -> tuple[Cover, ...]:
    covers: dict[tuple[int, int], Cover] = {}
    for line in lines:
        fields = line.fields("Day, ShiftID, Requirement, Weight for under, Weight for over", 5)
        day = line.whole(fields[0], "day", below=days)
        shift = line.named(fields[1], "shift", shifts.index)
        needed, under, over = (
            line.whole(text, what)
            for text, what in zip(
                fields[2:], ("requirement", "weight for under", "weight for over"), strict=True
            )
        )
        if (day, shift) in covers:
            raise line.error(f"day {day}, shift {fields[1]!r} for the second time", "each once")
        covers[day, shift] = Cover(
            "coverage",
            day,
            frozenset({shift}),
            frozenset({0}),
            needed,
            needed,
            under,
            over,
            label=fields[1],
            origin=_origin(line),
        )
    for day in range(days):
        if not any((day, shift) in covers for shift in shifts.index.values()):
            raise whole_file(path, f"no line for day {day} in SECTION_COVER", "cover of each day")
    return tuple(covers.values())


def _origin(line: Line) -> str:
    return f"{Path(line.source).name}: line {line.number}"
