"""Which days a roster's file is of, before anything else in it is understood."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.sheets.content import file_bytes, text_of, unknown_ending
from cds.roster.sheets.headings import _dates as dates_of
from cds.roster.ward.calendar import Period

_HEADING_WITHIN = 12  # rows of titles above the headings, at most
_MOST_COLUMNS = 500


def file_period(path: Path) -> Period:
    """The days that the roster in ``path`` (.csv, .xlsx or .json) speaks of.

    A document says them; of a table they are the dates that head its columns,
    from the earliest to the latest. Raises InputError where there are none, or
    where they can be read in two ways.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        return _document(path)
    if ending == ".csv":
        rows: Iterator[Sequence[object]] = _csv_rows(path)
    elif ending in (".xlsx", ".xlsm"):
        rows = _workbook_rows(path)
    else:
        raise unknown_ending(path)
    headings = [found for row in rows if (found := _heading(row))]
    # A list of holidays on another sheet has few dates beside the roster's own.
    most = max(map(len, headings), default=0)
    days = [day for found in headings if 2 * len(found) >= most for day in found]
    if not days:
        raise InputError(
            "has no row of dates; expected name, then a column for each date as YYYY-MM-DD",
            Place(str(path)),
        )
    return Period(min(days), (max(days) - min(days)).days + 1)


def _heading(row: Sequence[object]) -> tuple[date, ...]:
    """The dates of a row in which dates follow each other; none for another.

    What stands beside them, as the headings of totals, does not count. Where their
    numbers may be read in several ways, the one that gives the most successive days
    is meant.
    """
    filled = [value for value in row[1:] if value is not None and str(value).strip()]
    read = [dates_of(value) for value in filled]
    named = [dates for dates in read if dates]
    places = [at for at, dates in enumerate(read) if dates]
    if not named or 2 * len(named) < places[-1] - places[0] + 1:
        return ()
    best: tuple[date, ...] = ()
    for first in sorted(named[0]):
        found = [first]
        for dates in named[1:]:
            following = found[-1] + timedelta(days=1)
            found.append(following if following in dates else min(dates))
        if not best or _steps(found) > _steps(best):
            best = tuple(found)
    return best


def _steps(days: Sequence[date]) -> int:
    """How many days follow the one before them."""
    return sum((b - a).days == 1 for a, b in zip(days, days[1:], strict=False))


def _document(path: Path) -> Period:
    place = Place(str(path))
    try:
        content = json.loads(file_bytes(path))
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", place) from error
    found = content if isinstance(content, dict) else {}
    first, days = found.get("from"), found.get("days")
    try:
        start = date.fromisoformat(str(first))
    except ValueError:
        raise InputError(
            f'"from" is {json.dumps(first)}; expected the first day as YYYY-MM-DD', place
        ) from None
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _MOST_COLUMNS:
        raise InputError(f'"days" is {json.dumps(days)}; expected how many days there are', place)
    return Period(start, days)


def _csv_rows(path: Path) -> Iterator[Sequence[object]]:
    text = text_of(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        yield from islice(reader, _HEADING_WITHIN)
    except csv.Error as error:
        raise InputError(f"is not CSV: {error}", Place(str(path))) from error


def _workbook_rows(path: Path) -> Iterator[Sequence[object]]:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(file_bytes(path)), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError("is not an Excel workbook (.xlsx)", Place(str(path))) from error
    for sheet in book.worksheets:
        yield from sheet.iter_rows(
            max_row=_HEADING_WITHIN, max_col=min(sheet.max_column, _MOST_COLUMNS), values_only=True
        )
