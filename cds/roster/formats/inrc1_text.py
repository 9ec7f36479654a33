"""The text form of INRC-I: rows that end in ``;`` under headings with their number."""

from __future__ import annotations

import re
from pathlib import Path

from cds.roster.formats.inrc1_rows import (
    BOUNDS,
    SWITCHES,
    ContractRow,
    CoverRow,
    EmployeeRow,
    Instance,
    PatternRow,
    Period,
    RequestRow,
    ShiftRow,
    Term,
)
from cds.roster.formats.source import Cursor, Line, lines_of

_HEADING = re.compile(r"([A-Z_]+)\s*=?\s*([^\s;]+)\s*;?")
_ENTRY = re.compile(r"\(([^()|]*)\|([^()|]*)\)")
_CONTRACT = (
    "ID, description, (on|weight), nine of (on|weight|value), weekend, "
    "five of (on|weight), number of patterns, patterns"
)


def is_inrc1_text(text: str) -> bool:
    """Whether ``text`` looks like this form."""
    return re.search(r"^\s*SCHEDULING_PERIOD\s*;", text, re.MULTILINE) is not None


def read_rows(path: Path, text: str) -> Instance:
    """The rows of ``text``; InputError where a section or a row is not as it should be."""
    cursor = Cursor(path, lines_of(path, text, "//"))
    cursor.heading("SCHEDULING_PERIOD")
    line = cursor.next("name, first date, last date")
    instance = Instance(Period(line, *_fields(line, "name, first date, last date", 3)))
    for line in _rows(cursor, "SKILLS"):
        instance.skills.append((line, _fields(line, "a skill", 1)[0]))
    for line in _rows(cursor, "SHIFT_TYPES"):
        fields = _fields(line, "ID, description, start, end, number of skills, skills", 6)
        skills = _words(line, fields[4], fields[5], "skills")
        instance.shifts.append(ShiftRow(line, fields[0], fields[2], fields[3], skills))
    for line in _rows(cursor, "CONTRACTS"):
        instance.contracts.append(_contract(line))
    for line in _rows(cursor, "PATTERNS"):
        instance.patterns.append(_pattern(line))
    for line in _rows(cursor, "EMPLOYEES"):
        fields = _fields(line, "ID, name, contract, number of skills, skills", 5)
        skills = _words(line, fields[3], fields[4], "skills")
        instance.employees.append(EmployeeRow(line, fields[0], fields[2], skills))
    for line in _rows(cursor, "DAY_OF_WEEK_COVER"):
        fields = _fields(line, "weekday, shift, number", 3)
        instance.weekly_covers.append(CoverRow(line, *fields))
    for line in _rows(cursor, "DATE_SPECIFIC_COVER"):
        fields = _fields(line, "date, shift, number", 3)
        instance.dated_covers.append(CoverRow(line, *fields))
    for heading in ("DAY_OFF", "DAY_ON", "SHIFT_OFF", "SHIFT_ON"):
        for line in _rows(cursor, f"{heading}_REQUESTS"):
            instance.requests.append(_request(line, heading))
    cursor.end()
    return instance


def _rows(cursor: Cursor, word: str) -> list[Line]:
    line = cursor.next(f"{word} = number")
    match = _HEADING.fullmatch(line.text)
    if match is None or match[1] != word:
        raise line.error(f"found {line.text[:60]!r}", f"{word} = number;")
    number = line.whole(match[2], "number of rows")
    return [cursor.next(f"{number} rows of {word}") for _ in range(number)]


def _fields(line: Line, expected: str, count: int) -> list[str]:
    if not line.text.endswith(";"):
        raise line.error(f"{line.text[-20:]!r} at the end of the row", "a row that ends in ';'")
    fields = [part.strip() for part in line.text[:-1].split(",")]
    if len(fields) != count:
        raise line.error(f"{len(fields)} fields", expected)
    return fields


def _words(line: Line, number: str, text: str, what: str) -> tuple[str, ...]:
    words = tuple(text.split())
    if line.whole(number, f"number of {what}") != len(words):
        raise line.error(f"{len(words)} {what}", f"{number}, as announced")
    return words


def _contract(line: Line) -> ContractRow:
    fields = _fields(line, _CONTRACT, 20)
    terms = {}
    for name, text in zip(BOUNDS, fields[3:12], strict=True):
        terms[name] = Term(line, *_parts(line, text, 3))
    for name, text in zip(SWITCHES, fields[13:18], strict=True):
        terms[name] = Term(line, *_parts(line, text, 2))
    patterns = _words(line, fields[18], fields[19], "patterns")
    return ContractRow(line, fields[0], fields[1], terms, fields[12], patterns)


def _parts(line: Line, text: str, count: int) -> list[str]:
    parts = text.removeprefix("(").removesuffix(")").split("|")
    if len(parts) != count or not (text.startswith("(") and text.endswith(")")):
        raise line.error(f"found {text!r}", "(on|weight|value)" if count == 3 else "(on|weight)")
    return [part.strip() for part in parts]


def _pattern(line: Line) -> PatternRow:
    name, weight, rest = _fields(line, "ID, weight, length (shift|day) ...", 3)
    length, _, steps = rest.partition(" ")
    entries = tuple((shift.strip(), day.strip()) for shift, day in _ENTRY.findall(steps))
    if line.whole(length, "length of the pattern", least=1) != len(entries):
        raise line.error(f"{len(entries)} of (shift|day)", f"{length}, as announced")
    return PatternRow(line, name, weight, entries)


def _request(line: Line, heading: str) -> RequestRow:
    wants_work = heading.endswith("_ON")
    if heading.startswith("DAY"):
        employee, date, weight = _fields(line, "employee, date, weight", 3)
        return RequestRow(line, wants_work, employee, date, "", weight)
    employee, date, shift, weight = _fields(line, "employee, date, shift, weight", 4)
    if not shift:
        raise line.error("no shift", "employee, date, shift, weight")
    return RequestRow(line, wants_work, employee, date, shift, weight)
