"""Small workbooks of plain tables: headings that stay, numbers as numbers, text as text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from cds.show.layout import cells

Value = str | int | float | bool | date | None

_HEAD: Final = PatternFill("solid", fgColor="FFE7E9EC")
_WIDEST: Final = 60
_NARROWEST: Final = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines of text above, a heading, rows. ``total`` names columns to be summed."""

    title: str
    above: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    total: Sequence[int] = ()


def workbook(sheets: Sequence[Sheet], *, title: str, made_at: datetime, version: str) -> bytes:
    """The workbook as a file's bytes, the same for the same arguments."""
    book = Workbook()
    book.properties.creator = f"cds {version}"
    book.properties.title = title
    taken: set[str] = set()
    for at, sheet in enumerate(sheets):
        made = book.active if at == 0 else book.create_sheet()
        assert isinstance(made, Worksheet)
        made.title = _title(sheet.title, taken)
        _fill(made, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return _dated(stream.getvalue(), made_at)


def _title(text: str, taken: set[str]) -> str:
    """A name that Excel allows and that is not taken."""
    plain = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", text).split()).strip("'") or "-"
    found, count = plain[:31], 1
    while found.casefold() in taken:
        count += 1
        found = f"{plain[: 30 - len(str(count))]} {count}"
    taken.add(found.casefold())
    return found


def _fill(made: Worksheet, sheet: Sheet) -> None:
    row = 1
    for at, line in enumerate(sheet.above):
        _put(made, row, 1, line)
        made.cell(row, 1).font = Font(bold=at == 0, size=14 if at == 0 else 10)
        row += 1
    head = row + 1 if sheet.above else row
    widths = [cells(column) for column in sheet.columns]
    for column, name in enumerate(sheet.columns, 1):
        _put(made, head, column, name)
        cell = made.cell(head, column)
        cell.font, cell.fill = Font(bold=True), _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, values in enumerate(sheet.rows, head + 1):
        for column, value in enumerate(values, 1):
            _put(made, number, column, value)
            widths[column - 1] = max(widths[column - 1], cells(str(value or "")))
    last = head + len(sheet.rows)
    for column in sheet.total:
        name = letter(column + 1)
        total = sum(
            value for values in sheet.rows if isinstance(value := values[column], int | float)
        )
        # A value, not a formula: previewers do not calculate.
        _put(made, last + 1, column + 1, round(total, 2))
        made[f"{name}{last + 1}"].font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        made.column_dimensions[letter(column)].width = min(max(width, _NARROWEST), _WIDEST) + 2
    made.freeze_panes = f"A{head + 1}"
    if sheet.rows:
        made.auto_filter.ref = f"A{head}:{letter(len(sheet.columns))}{last}"
    made.page_setup.orientation = "landscape"
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    made.print_title_rows = f"{head}:{head}"


def _put(made: Worksheet, row: int, column: int, value: Value) -> None:
    """Write a value; text stays text even where it starts like a formula."""
    cell = made.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
        cell.data_type = "s"
    elif value is not None:
        cell.value = value


def _dated(data: bytes, made_at: datetime) -> bytes:
    """The workbook with ``made_at`` for every time inside."""
    stamp = made_at.astimezone(UTC)
    moment = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    year = min(max(stamp.year, 1980), 2107)  # what a zip archive can hold
    at = (year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second // 2 * 2)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment, content)
            info = zipfile.ZipInfo(name, at)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()
