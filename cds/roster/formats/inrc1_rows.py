"""What an INRC-I instance says, row by row, the same for its text and XML forms.

Everything is still text here: ``inrc1_rules`` checks it, and names the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cds.roster.formats.source import Line

BOUNDS: Final = (
    "MaxNumAssignments",
    "MinNumAssignments",
    "MaxConsecutiveWorkingDays",
    "MinConsecutiveWorkingDays",
    "MaxConsecutiveFreeDays",
    "MinConsecutiveFreeDays",
    "MaxConsecutiveWorkingWeekends",
    "MinConsecutiveWorkingWeekends",
    "MaxWorkingWeekendsInFourWeeks",
)
"""Rows of a contract with a number, as the competition names and orders them."""

SWITCHES: Final = (
    "CompleteWeekends",
    "IdenticalShiftTypesDuringWeekend",
    "NoNightShiftBeforeFreeWeekend",
    "TwoFreeDaysAfterNightShifts",
    "AlternativeSkillCategory",
)
"""Rows of a contract that are on or off."""


@dataclass(frozen=True, slots=True)
class Period:
    """The instance's name and its first and last date."""

    line: Line
    name: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift type: its times, and the skills it requires."""

    line: Line
    name: str
    start: str
    end: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One row of a contract; ``value`` is empty for a switch."""

    line: Line
    on: str
    weight: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract: terms by the competition's names."""

    line: Line
    name: str
    label: str
    terms: dict[str, Term]
    weekend: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatternRow:
    """An unwanted pattern: (shift, weekday) of successive days."""

    line: Line
    name: str
    weight: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """A person."""

    line: Line
    name: str
    contract: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverRow:
    """How many are needed; ``day`` is a weekday or a date."""

    line: Line
    day: str
    shift: str
    number: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A wish; ``shift`` is empty for a whole day."""

    line: Line
    wants_work: bool
    employee: str
    date: str
    shift: str
    weight: str


@dataclass(slots=True)
class Instance:
    """All rows of a file."""

    period: Period
    skills: list[tuple[Line, str]] = field(default_factory=list)
    shifts: list[ShiftRow] = field(default_factory=list)
    contracts: list[ContractRow] = field(default_factory=list)
    patterns: list[PatternRow] = field(default_factory=list)
    employees: list[EmployeeRow] = field(default_factory=list)
    weekly_covers: list[CoverRow] = field(default_factory=list)
    dated_covers: list[CoverRow] = field(default_factory=list)
    requests: list[RequestRow] = field(default_factory=list)
