"""Rows of cells from CSV files and workbooks, before anybody asks what they mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cds.encoding import decode
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SPREADSHEETS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet: ``rows[0]`` is the spreadsheet's row 1; empty cells are None or blank.

    ``merged`` are the merged ranges as (first row, last row, name), rows from 1.
    ``uncalculated`` are cells (row, column, counted from 0) with a formula whose
    value was never stored.
    """

    source: str
    sheet: str  # empty: a text file
    rows: tuple[tuple[object, ...], ...]
    merged: tuple[tuple[int, int, str], ...] = ()
    uncalculated: frozenset[tuple[int, int]] = frozenset()

    def place(self, row: int, column: str = "") -> Place:
        """A cell by row, from 1, and the text of its column's header."""
        parts = [f"sheet {self.sheet}"] if self.sheet else []
        parts += [f"row {row}"] if row else []
        parts += [f"column {column}"] if column else []
        return Place(self.source, ", ".join(parts))


def text_sheet(path: Path, source: str) -> RawSheet:
    """A file of text, its cells set off by commas, semicolons or tabs.

    Raises InputError for a file that is neither UTF-8 nor GB18030, or not CSV.
    """
    text = decode(_bytes(path, source), source)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = tuple(tuple(row) for row in reader)
    except csv.Error as error:
        raise InputError(
            f"is not CSV: {error}; expected quotes to be closed",
            Place(source, f"line {reader.line_num}"),
        ) from error
    return RawSheet(source, "", rows)


def workbook_sheets(path: Path, source: str) -> tuple[RawSheet, ...]:
    """Every sheet of a workbook; raises InputError where it cannot be opened."""
    import openpyxl

    content = _bytes(path, source)
    try:
        # The formulas first: only where there are some are their stored values fetched too.
        book = openpyxl.load_workbook(io.BytesIO(content))
        formulas = any(
            cell.data_type == "f" for sheet in book.worksheets for row in sheet for cell in row
        )
        stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True) if formulas else book
        return tuple(_sheet(sheet, stored[sheet.title], source) for sheet in book.worksheets)
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise InputError(
            f"cannot be opened as a workbook ({type(error).__name__}); expected an .xlsx file",
            Place(source),
        ) from error


def _sheet(sheet: Worksheet, stored: Worksheet, source: str) -> RawSheet:
    lost = set()
    rows: list[tuple[object, ...]] = []
    for cells, values in zip(sheet.iter_rows(), stored.iter_rows(values_only=True), strict=True):
        for index, cell in enumerate(cells):
            if cell.data_type == "f" and values[index] is None:
                lost.add((len(rows), index))
        rows.append(tuple(values))
    merged = [(r.min_row, r.max_row, r.coord) for r in _ranges(sheet)]
    return RawSheet(source, sheet.title, tuple(rows), tuple(sorted(merged)), frozenset(lost))


def _ranges(sheet: Worksheet) -> Sequence[Any]:
    return list(sheet.merged_cells.ranges)


def _bytes(path: Path, source: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read: {reason}", Place(source)) from error


def _delimiter(text: str) -> str:
    """The sign that the header holds most of."""
    lines = (line.strip() for line in text.splitlines())
    header = next((line for line in lines if line.strip(",;\t") and line[0] != "#"), "")
    outside = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=outside.count)
