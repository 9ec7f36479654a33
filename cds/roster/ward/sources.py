"""Where a ward's settings and tables are: files of a folder, or sheets of one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.ward.documents import Document, finish, toml_document
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.headings import TABLES
from cds.roster.ward.raw_sheets import (
    SPREADSHEETS,
    TEXTS,
    RawSheet,
    text_sheet,
    workbook_sheets,
)
from cds.roster.ward.sheet_document import sheet_document
from cds.roster.ward.values import DATE_ORDERS, folded

WARD_FILE = "ward.toml"
_SETTING_TABLES = ("ward", "shifts", "skills", "rules", "ratios")
_ROSTERS = ("worked", "published")
DATA_TABLES = tuple(name for name in TABLES if name not in _SETTING_TABLES)


@dataclass(frozen=True)
class Source:
    """A ward's settings and its tables, found but not yet understood."""

    document: Document
    folder: Path
    place: Place
    # By table; None where there is one that cannot be read, which was complained of.
    sheets: Mapping[str, RawSheet | None] = field(default_factory=dict)


def find_source(path: Path, reading: Reading) -> Source:
    """The files or sheets of the ward at ``path``.

    Raises InputError where there is no ward, or it cannot be opened.
    """
    if path.is_dir():
        return _folder(path, path / WARD_FILE, reading)
    if not path.exists():
        raise InputError(
            f"is not there; expected a folder with {WARD_FILE}, such a file, or an .xlsx workbook",
            Place(str(path)),
        )
    if path.suffix.lower() in SPREADSHEETS:
        return _workbook(path, reading)
    if path.suffix.lower() == ".toml":
        return _folder(path.parent, path, reading)
    raise InputError(
        f"is neither a folder nor {WARD_FILE} nor an .xlsx workbook"
        + (" (save it as .xlsx)" if path.suffix.lower() in (".xls", ".ods") else ""),
        Place(str(path)),
    )


def _folder(folder: Path, settings: Path, reading: Reading) -> Source:
    if not settings.is_file():
        raise InputError(
            f"has no {settings.name}; expected the settings of a ward "
            "('cds init FOLDER' writes a sample)",
            Place(str(folder)),
        )
    document = toml_document(settings, settings.name, reading)
    files = document.section("files", reading)
    _read_date_order(files, reading)
    sheets: dict[str, RawSheet | None] = {}
    for table in DATA_TABLES:
        name = files.text(table) or _beside(folder, table, reading)
        if not name:
            continue
        try:
            sheets[table] = _file_sheet(folder / name, name, table)
        except InputError as error:
            reading.complaints.absorb(error, files.place(table), root=True)
            sheets[table] = None
    finish(files, ("dates", *DATA_TABLES))
    return Source(document, folder, Place(str(folder)), sheets)


def _read_date_order(files: Fields, reading: Reading) -> None:
    reading.date_order = files.choice("dates", DATE_ORDERS, DATE_ORDERS[0])


def _beside(folder: Path, table: str, reading: Reading) -> str:
    """The file of a table by its usual name; empty where there is none."""
    stems = {folded(name) for name in (table, *TABLES[table])}
    found = sorted(
        path.name
        for path in folder.iterdir()
        if folded(path.stem) in stems and path.suffix.lower() in (*SPREADSHEETS, *TEXTS)
    )
    if len(found) > 1:
        reading.complaints.add(
            Place(found[1]),
            f"lies beside {found[0]}; expected one file for '{table}' "
            f"(or name it under [files] in {WARD_FILE})",
        )
    return found[0] if found else ""


def _file_sheet(path: Path, name: str, table: str) -> RawSheet:
    """The sheet of a table in a file of its own; of several, the one with its name.

    A roster that ``cds roster -o`` wrote has the roster on its first sheet.
    """
    if not path.is_file():
        raise InputError(f"is not there; expected the table '{table}'", Place(name))
    suffix = path.suffix.lower()
    if suffix not in (*SPREADSHEETS, *TEXTS):
        hint = " (save it as .xlsx)" if suffix in (".xls", ".ods") else ""
        raise InputError(f"is neither CSV nor .xlsx{hint}", Place(name))
    if suffix in TEXTS:
        return text_sheet(path, name)
    sheets = workbook_sheets(path, name)
    named = _by_table(sheets).get(table)
    if named is None and len(sheets) > 1 and table not in _ROSTERS:
        titles = ", ".join(sheet.sheet for sheet in sheets)
        raise InputError(f"has the sheets {titles}; expected one called '{table}'", Place(name))
    return named or sheets[0]


def _workbook(path: Path, reading: Reading) -> Source:
    sheets = _by_table(workbook_sheets(path, path.name))
    settings = path.parent / WARD_FILE
    place = Place(str(path))
    if "ward" in sheets:
        document = sheet_document(
            {name: sheets[name] for name in _SETTING_TABLES if name in sheets}, reading
        )
    elif settings.is_file():
        document = toml_document(settings, WARD_FILE, reading)
    else:
        raise InputError(
            f"has no sheet 'ward', and there is no {WARD_FILE} beside it; "
            "expected the settings in one of the two",
            place,
        )
    files = document.section("files", reading)
    _read_date_order(files, reading)
    tables = {name: sheet for name, sheet in sheets.items() if name in DATA_TABLES}
    return Source(document, path.parent, place, tables)


def _by_table(sheets: tuple[RawSheet, ...]) -> dict[str, RawSheet]:
    """Table → its sheet; sheets with other names are the user's own."""
    known = {folded(word): name for name, words in TABLES.items() for word in (name, *words)}
    found: dict[str, RawSheet] = {}
    for sheet in sheets:
        name = known.get(folded(sheet.sheet))
        if name is not None and name in found:
            raise InputError(
                f"has the sheets {found[name].sheet} and {sheet.sheet}, "
                f"both of which mean '{name}'; expected one",
                Place(sheet.source),
            )
        if name is not None:
            found[name] = sheet
    return found
