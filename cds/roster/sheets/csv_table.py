"""A roster as a wide CSV table: names down, ISO dates across, ``N`` or ``N/RN`` in the cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.problem import Problem
from cds.roster.sheets.assemble import Assembly, Sheet
from cds.roster.sheets.content import text_of
from cds.roster.sheets.entries import ABSENT, entry_of
from cds.roster.sheets.table import add_table, heading_row
from cds.roster.view import RosterView


def csv_text(view: RosterView) -> str:
    """The roster as CSV; a day off is ``off``, so that no cell is empty (but for a shift "off").

    Who cannot come is ``(absent)``. It is the form in which a ward's own tables give the
    last period's roster.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["name", *(day.key for day in view.days)])
    off = "" if any(shift.code == "off" for shift in view.shifts) else "off"
    for row in view.people:
        free = {True: ABSENT, False: off}
        writer.writerow([row.name, *(entry_of(row, c) or free[c.absent] for c in row.cells)])
    return stream.getvalue()


def read_csv(path: Path, problem: Problem) -> Sheet:
    """The roster of a CSV file, also as a spreadsheet saved it (``;``, tabs, other dates).

    Raises InputError with the row, as a spreadsheet counts it, and the column.
    """
    text = text_of(path)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", Place(str(path))) from error
    heading = heading_row(rows, problem)
    if heading is None:
        raise InputError(
            "has no row of days; expected name, then a column for each date as YYYY-MM-DD"
            if problem.first_date
            else "has no row of days; expected name, then the days numbered from 0",
            Place(str(path)),
        )

    def at(row: int, column: int | None) -> Place:
        if column is None:
            return Place(str(path), f"row {row + 1}")
        heads = rows[heading] if heading is not None else []
        title = heads[column].strip() if column < len(heads) else ""
        return Place(str(path), f"row {row + 1}, column {title or column + 1}")

    assembly = Assembly(problem, str(path))
    add_table(rows, heading, at, assembly)
    return assembly.sheet()


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)
