"""Reads a roster back from any of the files that we write and people edit."""

from __future__ import annotations

from pathlib import Path

from cds.roster.problem import Problem, Roster
from cds.roster.sheets.assemble import Sheet
from cds.roster.sheets.content import unknown_ending


def read_roster(path: Path, problem: Problem) -> Roster:
    """The roster in ``path``, as ``read_sheet`` reads it, without who is absent."""
    return read_sheet(path, problem).roster


def read_sheet(path: Path, problem: Problem) -> Sheet:
    """The roster in ``path`` (.csv, .xlsx or .json) for the people and days of ``problem``.

    With it come the absences that a repair wrote there. Raises InputError, with the row
    and the column, for an unknown shift, skill or name, a day outside the period, a
    missing person or day, merged cells.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        from cds.roster.sheets.csv_table import read_csv

        return read_csv(path, problem)
    if ending in (".xlsx", ".xlsm"):
        from cds.roster.sheets.workbook_read import read_workbook

        return read_workbook(path, problem)
    if ending == ".json":
        from cds.roster.sheets.document import read_document

        return read_document(path, problem)
    raise unknown_ending(path)
