"""Writes a roster in the format that its file's ending names."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cds import files
from cds.errors import InputError, Place
from cds.roster.sheets.wording import Wording
from cds.roster.view import RosterView

ENDINGS = (".csv", ".xlsx", ".ics")


def write_roster(
    view: RosterView, target: str, words: Wording, made_at: datetime, version: str
) -> tuple[Path, ...]:
    """Write ``view`` to ``target``; the paths written.

    ``target`` ends in .csv, .xlsx or .ics (everybody's shifts), or is a folder
    or ends in ``/``: then each person's calendar. ``made_at`` has a zone. A
    file changes as a whole or not at all. Raises InputError for another ending,
    where there is no roster, and where the file cannot be written.
    """
    path = Path(target)
    if not view.rostered:
        raise InputError("not written: there is no roster", Place(target))
    if target.endswith(("/", "\\")) or path.is_dir():
        from cds.roster.sheets.calendars import write_calendars

        return write_calendars(view, path, words, made_at)
    ending = path.suffix.lower()
    if ending == ".csv":
        from cds.roster.sheets.csv_table import csv_text

        content: str | bytes = csv_text(view)
    elif ending == ".xlsx":
        from cds.roster.sheets.workbook import workbook_bytes

        content = workbook_bytes(view, words, made_at, version)
    elif ending == ".ics":
        from cds.roster.sheets.calendars import ward_calendar

        content = ward_calendar(view, words, made_at)
    else:
        raise InputError(
            f'unknown ending "{ending}"; expected .csv, .xlsx, .ics or a folder', Place(target)
        )
    files.write(path, content)
    return (path,)
