"""Rosters as wide tables: a name, then a column for each date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import partial

from cds.roster.ward import values
from cds.roster.ward.day_tables import Staff
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.names import Names
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.raw_sheets import RawSheet
from cds.roster.ward.values import Unreadable, folded

Cells = dict[tuple[str, date], tuple[str, str]]
"""(person, date) → (shift code or "off", skill or "")."""

_OFF = frozenset({"off", ".", "-", "·", "休", "休息"})
_LIKE_A_DATE = re.compile(r"\d\s*[-/.年月]\s*\d")
_HEADING_WITHIN = 12  # rows of titles above the dates, at most


def read_grid(
    sheet: RawSheet, staff: Staff, shifts: Names, skills: Names, reading: Reading
) -> Cells:
    """A roster in the form in which ``cds roster -o`` writes it.

    Cells hold a shift's code, also with the skill worked in (``N/RN``); empty,
    ``off`` and what stands in brackets is a day off. A date without any entry is
    a day of which nothing is known. The people end at the first empty row.
    """
    complaints = reading.complaints
    heading = _heading(sheet, reading)
    if heading is None:
        complaints.add(
            sheet.place(0),
            "has no row of dates; expected a header with name, then dates such as 2026-12-25",
        )
        return {}
    days = _days(sheet, heading, reading)
    end = _end(sheet, heading)
    for first, last, cells in sheet.merged:
        if last > heading and first <= end:
            complaints.add(
                sheet.place(0), f"the cells {cells} are merged; expected every cell by itself"
            )
    found: Cells = {}
    told: set[date] = set()
    seen: dict[str, int] = {}
    for index in range(heading + 1, end):
        row = sheet.rows[index]
        content: Mapping[str, object] = {"name": row[0]} | {
            day.isoformat(): row[column] if column < len(row) else None
            for column, day in days.items()
        }
        fields = Fields(content, partial(sheet.place, index + 1), reading)
        if values.text(row[0] or "").startswith("#"):
            continue
        name = _person(fields, staff)
        if name in seen:
            fields.complain("name", f"'{name}' is already in row {seen[name]}; expected it once")
        if not name:
            continue
        seen[name] = index + 1
        for day in days.values():
            found[name, day] = _entry(fields, day.isoformat(), shifts, skills)
            if fields.has(day.isoformat()):
                told.add(day)
    return {cell: entry for cell, entry in found.items() if cell[1] in told}


def _person(fields: Fields, staff: Staff) -> str:
    name = fields.text("name", required=True)
    found = staff.names.find(name)
    if name and found is None:
        fields.complain(
            "name",
            f"unknown person '{name}'; expected names of the staff table"
            f"{did_you_mean(name, staff.names.all)} "
            "(keep those who left in it, with their last day)",
        )
    return found or ""


def _entry(fields: Fields, key: str, shifts: Names, skills: Names) -> tuple[str, str]:
    word = fields.text(key)
    if not word:
        return "off", ""
    code = shifts.find(word)
    if code is not None:
        return code, ""
    if folded(word) in _OFF or word[0] in "(（":
        return "off", ""
    head, slash, tail = word.rpartition("/")
    code = shifts.find(head.strip()) if slash else None
    if code is None:
        told = head.strip() or word
        fields.complain(
            key,
            f"unknown shift '{told}'; expected {', '.join(shifts.all)}, "
            f"or off{did_you_mean(told, shifts.all)}",
        )
        return "off", ""
    return code, fields.known(key, tail.strip(), skills)


def _heading(sheet: RawSheet, reading: Reading) -> int | None:
    for index, row in enumerate(sheet.rows[:_HEADING_WITHIN]):
        if any(_date(cell, reading) for cell in row[1:]):
            return index
        filled = [cell for cell in row if not values.empty(cell)]
        if len(filled) > 1 and folded(values.text(filled[0])) in ("name", "姓名"):
            for column, cell in enumerate(row[1:], 1):
                _complain_of_heading(sheet, index, column, cell, reading)
            return index
    return None


def _days(sheet: RawSheet, heading: int, reading: Reading) -> dict[int, date]:
    """Column → date; columns whose header is unlike a date, as totals, are left alone."""
    found: dict[int, date] = {}
    for column, cell in enumerate(sheet.rows[heading]):
        if column == 0 or values.empty(cell):
            continue
        day = _date(cell, reading)
        if day is None:
            _complain_of_heading(sheet, heading, column, cell, reading)
        elif day in found.values():
            reading.complaints.add(
                sheet.place(heading + 1, day.isoformat()), "is there twice; expected each date once"
            )
        else:
            found[column] = day
    return found


def _complain_of_heading(
    sheet: RawSheet, heading: int, column: int, cell: object, reading: Reading
) -> None:
    """Where a header was meant to be a date but is none that can be understood."""
    if values.empty(cell) or not _LIKE_A_DATE.search(values.text(cell)):
        return
    try:
        values.day(cell, reading.date_order)
    except Unreadable as error:
        reading.complaints.add(sheet.place(heading + 1, values.text(cell)), str(error))


def _date(cell: object, reading: Reading) -> date | None:
    if values.empty(cell):
        return None
    try:
        return values.day(cell, reading.date_order)
    except Unreadable:
        return None


def _end(sheet: RawSheet, heading: int) -> int:
    """The first row after the people."""
    for index in range(heading + 1, len(sheet.rows)):
        if all(values.empty(cell) for cell in sheet.rows[index]):
            return index
    return len(sheet.rows)
