"""A roster from an Excel workbook, ours or one that a person made or edited."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from cds.errors import InputError, Place
from cds.roster.problem import Problem
from cds.roster.sheets.assemble import Assembly, Sheet, day_name
from cds.roster.sheets.content import file_bytes
from cds.roster.sheets.headings import day_of
from cds.roster.sheets.table import At, Rows, add_table, heading_row

_MOST_ROWS = 5_000
_MOST_COLUMNS = 500


def read_workbook(path: Path, problem: Problem) -> Sheet:
    """The roster of every sheet that has days across and the problem's people down.

    Other sheets are left alone. Raises InputError with sheet, row and column.
    """
    source = str(path)
    try:
        book = load_workbook(io.BytesIO(file_bytes(path)), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError("is not an Excel workbook (.xlsx)", Place(source)) from error
    assembly = Assembly(problem, source)
    names = {employee.name for employee in problem.employees}
    dated = []
    for sheet in book.worksheets:
        rows = _rows(sheet)
        heading = heading_row(rows, problem)
        if heading is None:
            continue
        dated.append(sheet.title)
        if any(row and str(row[0] or "").strip() in names for row in rows[heading + 1 :]):
            _refuse_merged(sheet, rows, heading, source)
            add_table(rows, heading, _places(sheet, rows, heading, problem, source), assembly)
    if not assembly.entries:
        what = "names none of the people" if dated else "has no row of days"
        first, last = day_name(problem, 0), day_name(problem, problem.days - 1)
        raise InputError(
            f"{what}; expected names in the first column and the days {first} to {last} across",
            Place(source, f"sheet {dated[0]}" if dated else ""),
        )
    return assembly.sheet()


def _rows(sheet: Worksheet) -> Rows:
    return [
        list(row)
        for row in sheet.iter_rows(
            max_row=min(sheet.max_row, _MOST_ROWS),
            max_col=min(sheet.max_column, _MOST_COLUMNS),
            values_only=True,
        )
    ]


def _places(sheet: Worksheet, rows: Rows, heading: int, problem: Problem, source: str) -> At:
    """Places with the sheet's own letters and the day they stand for."""

    def at(row: int, column: int | None) -> Place:
        pointer = f"sheet {sheet.title}, row {row + 1}"
        if column is None:
            return Place(source, pointer)
        pointer += f", column {letter(column + 1)}"
        if row != heading and 0 < column < len(rows[heading]):
            day = day_of(rows[heading][column], problem, Place(source, pointer))
            pointer += f" ({day_name(problem, day)})" if day is not None else ""
        return Place(source, pointer)

    return at


def _refuse_merged(sheet: Worksheet, rows: Rows, heading: int, source: str) -> None:
    """Merged cells hide which day or person their content belongs to."""
    end = heading + 1
    while end < len(rows) and any(value is not None for value in rows[end]):
        end += 1
    for merged in sheet.merged_cells.ranges:
        if heading < merged.max_row and merged.min_row <= end:
            raise InputError(
                f"cells {merged.coord} are merged; expected one cell for each person and day",
                Place(
                    source,
                    f"sheet {sheet.title}, row {merged.min_row}, column {letter(merged.min_col)}",
                ),
            )
