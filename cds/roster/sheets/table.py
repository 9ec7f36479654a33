"""One table of a roster, people down and days across, read from any kind of file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter

from cds.errors import InputError, Place
from cds.roster.problem import Problem
from cds.roster.sheets.assemble import Assembly, day_name
from cds.roster.sheets.entries import parse_entry
from cds.roster.sheets.headings import day_of, looks_like_days

Rows = Sequence[Sequence[object]]
At = Callable[[int, int | None], Place]
"""The place of (row, column) counted from 0; of the whole row where the column is None."""

_HEADING_WITHIN = 12  # rows of titles above the headings, at most


def heading_row(rows: Rows, problem: Problem) -> int | None:
    """The row that names the days, among the first of the table."""
    for index, row in enumerate(rows[:_HEADING_WITHIN]):
        if looks_like_days(row, problem):
            return index
    return None


def add_table(rows: Rows, heading: int, at: At, assembly: Assembly) -> None:
    """Add every cell of a table to ``assembly``; the people end at the first empty row.

    Columns whose heading is no day (totals, skills) are left alone. Raises
    InputError with the row and the column.
    """
    problem = assembly.problem
    days: dict[int, int] = {}  # column -> day
    for column, value in enumerate(rows[heading]):
        if column == 0 or value is None:
            continue
        day = day_of(value, problem, at(heading, column))
        if day is None:
            continue
        if day in days.values():
            raise InputError(f"{_text(value)} comes twice", at(heading, column))
        days[column] = day
    _refuse_gaps(rows, heading, days, at, problem)
    for index in range(heading + 1, len(rows)):
        row = rows[index]
        name = _text(row[0]) if row else ""
        filled = [column for column in days if column < len(row) and _text(row[column])]
        if not name and not filled:
            return
        if not name:
            raise InputError(
                "shifts without a name; expected a name in the first column", at(index, 0)
            )
        employee = assembly.employee(name, at(index, 0))
        for column, day in days.items():
            place = at(index, column)
            entry = parse_entry(_text(row[column]) if column < len(row) else "", problem, place)
            assembly.add(employee, day, entry, place)


def _refuse_gaps(
    rows: Rows, heading: int, days: Mapping[int, int], at: At, problem: Problem
) -> None:
    """A table is of days that follow each other; whose column is missing is told, and where."""
    ordered = sorted(days.items(), key=itemgetter(1))
    for (left, before), (right, after) in pairwise(ordered):
        if after == before + 1:
            continue
        first, last = day_name(problem, before + 1), day_name(problem, after - 1)
        missing = first if first == last else f"{first} to {last}"
        message = (
            f"has no column for {missing}; expected it between "
            f"{day_name(problem, before)} and {day_name(problem, after)}"
        )
        strange = [
            f"'{_text(rows[heading][column])}'"
            for column in range(min(left, right) + 1, max(left, right))
            if column not in days and _text(rows[heading][column])
        ]
        if strange:
            message += f", where {' and '.join(strange)} stands, which is no date"
        raise InputError(message, at(heading, right))


def _text(value: object) -> str:
    """A cell's text; a spreadsheet's 1.0 is the shift "1"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
