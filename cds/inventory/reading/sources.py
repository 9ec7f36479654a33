"""Finds a folder's tables and reads each as a frame of cells under the columns' own names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds.encoding import decode
from cds.errors import InputError, Place
from cds.inventory.problems import Findings, Problem
from cds.inventory.reading.columns import COLUMNS, NOTES, TABLES, spellings, squeezed
from cds.inventory.reading.names import did_you_mean

if TYPE_CHECKING:
    import polars as pl

ROW: Final = "_row"
"""The column with each row's number, as a spreadsheet or a viewer of Parquet shows it."""
ENDINGS: Final = (".csv", ".tsv", ".parquet")
SPREADSHEETS: Final = (".xlsx", ".xls", ".ods")


@dataclass(frozen=True)
class RawTable:
    """A table's rows that are neither blank nor notes.

    ``frame`` has ``_row`` and the known columns under their own names: text for CSV, their
    stored types for Parquet. ``headers`` says what each column is called in the file.
    """

    name: str
    file: str
    headers: Mapping[str, str]
    frame: pl.DataFrame


def find_tables(folder: Path, findings: Findings) -> dict[str, Path]:
    """Table → its file. Two files for one table, and files that nobody reads, are told of.

    A spreadsheet is named where it stands for a table that no other file holds.
    """
    meant = {squeezed(word): table for table, words in TABLES.items() for word in (table, *words)}
    found: dict[str, Path] = {}
    spreadsheets: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SPREADSHEETS and squeezed(path.stem) in meant:
            spreadsheets[meant[squeezed(path.stem)]] = path
        if path.suffix.lower() not in ENDINGS or path.name.startswith("."):
            continue
        table = meant.get(squeezed(path.stem))
        if table is None:
            close = did_you_mean(path.stem, TABLES)
            if close:
                findings.add(
                    Problem("warning", "", path.name, 0, "", f"is not read: no such table{close}")
                )
        elif table in found:
            findings.broken(
                Place(path.name),
                f"and {found[table].name} are both the table '{table}'; expected one of them",
            )
        else:
            found[table] = path
    for table, path in spreadsheets.items():
        if table not in found:
            findings.broken(
                Place(path.name), "is a spreadsheet, which is not read: save it as .csv (UTF-8)"
            )
    return found


def read_table(name: str, path: Path, findings: Findings) -> RawTable | None:
    """The table, or None where it cannot be used at all, which ``findings`` then says."""
    import polars as pl

    try:
        content = path.read_bytes()
    except OSError as error:
        findings.broken(Place(path.name), f"cannot be read: {error.strerror or error}")
        return None
    if path.suffix.lower() == ".parquet":
        try:
            frame = pl.read_parquet(io.BytesIO(content))
        except Exception as error:  # polars raises whatever its reader raises
            findings.broken(Place(path.name), f"cannot be read as Parquet ({type(error).__name__})")
            return None
        return _named(name, path.name, list(frame.columns), frame, 1, findings)
    try:
        text = decode(content, path.name).encode()
    except InputError as error:
        findings.broken(error.place or Place(path.name), error.message)
        return None
    return _text_table(name, path.name, text, findings)


def _text_table(name: str, file: str, text: bytes, findings: Findings) -> RawTable | None:
    import polars as pl

    # Rows may end with "\r" alone in files of old programs.
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    end = text.find(b"\n")
    first = text[: end if end >= 0 else len(text)].decode(errors="replace").rstrip("\r")
    outside = re.sub(r'"[^"]*"', "", first)
    delimiter = max(",;\t", key=outside.count)
    headers = next(csv.reader([first], delimiter=delimiter), [])
    if not any(header.strip() for header in headers):
        findings.broken(
            Place(file, "row 1"), f"has no headers; expected {', '.join(COLUMNS[name])}"
        )
        return None
    if b"\0" in text:
        findings.broken(Place(file), "holds null bytes; expected text: export it again")
        return None
    try:
        frame = pl.read_csv(
            io.BytesIO(text),
            separator=delimiter,
            infer_schema=False,
            has_header=False,
            skip_rows=1,
            new_columns=[f"c{index}" for index in range(len(headers))],
            schema={f"c{index}": pl.String for index in range(len(headers))},
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError:
        slow = _uneven(name, file, text, delimiter, len(headers), findings)
        if slow is None:
            return None
        return _named(name, file, headers, slow, 0, findings)
    return _named(name, file, headers, frame, 2, findings)


def _uneven(
    name: str, file: str, text: bytes, delimiter: str, width: int, findings: Findings
) -> pl.DataFrame | None:
    """The rows of a file whose rows differ in length: the longer ones are set aside."""
    import polars as pl

    reader = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[object, ...]] = []
    too_long: list[int] = []
    try:
        for number, row in enumerate(reader, 1):
            if number == 1:
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                too_long.append(number)
                continue
            cells = [cell or None for cell in row[:width]]
            rows.append((number, *cells, *[None] * (width - len(cells))))
    except csv.Error as error:
        findings.broken(
            Place(file, f"line {reader.line_num}"),
            f"is not CSV: {error}; expected quotes to be closed",
        )
        return None
    if too_long:
        findings.add(
            Problem(
                "refused", name, file, too_long[0], "",
                f"has more cells than the {width} headers; expected {width} "
                "(a text with commas needs quotes)", len(too_long),
            )
        )  # fmt: skip
    schema = {ROW: pl.Int64, **{f"c{index}": pl.String for index in range(width)}}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _named(
    name: str, file: str, headers: list[str], frame: pl.DataFrame, first: int, findings: Findings
) -> RawTable:
    """The known columns under their own names; unknown and double ones are told of.

    ``first`` is the number of the first row; 0 where the frame has them already.
    """
    import polars as pl

    if first:
        frame = frame.with_columns(pl.int_range(first, pl.len() + first).alias(ROW))
    cells = [column for column in frame.columns if column != ROW]
    meant, kept, called = spellings(name), {}, {}
    for header, at in zip(headers, cells, strict=True):
        title = header.strip()
        if not title or title.startswith("#") or squeezed(title) in NOTES:
            continue
        column = meant.get(squeezed(title))
        place = Place(file, f"row 1, column {title}")
        if column is None:
            close = did_you_mean(title, COLUMNS[name])
            # Real exports carry more columns than anybody asked for: only slips are stopped.
            message = f"unknown column; expected {', '.join(COLUMNS[name])}{close}"
            if close:
                findings.broken(place, message + " (a column 'notes' is yours)")
            else:
                findings.add(Problem("warning", name, file, 1, title, "is not read: " + message))
        elif column in kept:
            findings.broken(place, f"is a second column for '{column}'; expected one")
        else:
            kept[column] = at
            called[column] = title
    named = frame.select(ROW, **{column: pl.col(at) for column, at in kept.items()})
    return RawTable(name, file, called, _without_blanks(named, first != 1))


def _without_blanks(frame: pl.DataFrame, text: bool) -> pl.DataFrame:
    """Without empty rows and those whose first cell begins with ``#``; empty texts are null."""
    import polars as pl
    import polars.selectors as cs

    texts = frame.select(cs.string()).columns
    stripped = {column: pl.col(column).str.strip_chars() for column in texts}
    frame = frame.with_columns(
        pl.when(cell != "").then(cell).alias(column) for column, cell in stripped.items()
    )
    columns = [column for column in frame.columns if column != ROW]
    if not columns:
        return frame.clear()
    keep = ~pl.all_horizontal(pl.col(column).is_null() for column in columns)
    if text:
        keep = keep & ~pl.col(columns[0]).str.starts_with("#").fill_null(False)
    return frame.filter(keep)
