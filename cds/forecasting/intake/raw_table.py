"""A file as a table of text: CSV in the encodings and with the signs that spreadsheets write."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from cds.encoding import decode
from cds.errors import InputError, Place

TEXTS = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".xlsm")
ENDINGS = (*TEXTS, ".parquet", *SPREADSHEETS)


@dataclass(frozen=True, slots=True)
class RawTable:
    """``frame``: every cell text (null where empty), columns by their trimmed headers.

    ``first_row`` is the number a spreadsheet gives the frame's first row.
    """

    source: str
    frame: pl.DataFrame
    first_row: int = 2

    def rows(self) -> pl.Expr:
        """The number of each row in the file."""
        return pl.int_range(self.first_row, pl.len() + self.first_row, dtype=pl.Int64)


def read_raw(path: Path) -> RawTable:
    """The table in a file, its kind by the ending; InputError where it cannot be read."""
    source, ending = str(path), path.suffix.lower()
    if ending not in ENDINGS:
        hint = " (save it as .xlsx)" if ending in (".xls", ".ods") else ""
        raise InputError(f"unknown ending; expected {', '.join(ENDINGS)}{hint}", Place(source))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", Place(source)) from error
    if ending == ".parquet":
        return _parquet(content, source)
    if ending in SPREADSHEETS:
        return _workbook(content, source)
    return raw_text(content, source)


def raw_text(content: bytes, source: str) -> RawTable:
    """CSV, its cells set off by commas, semicolons or tabs, in UTF-8, UTF-16 or GB18030."""
    text = decode(content, source)
    if not text.strip():
        raise InputError("is empty; expected a row of headers and rows under it", Place(source))
    header = next(line for line in text.splitlines() if line.strip())
    try:
        frame = pl.read_csv(
            text.encode("utf-8"),
            separator=max(",;\t", key=re.sub(r'"[^"]*"', "", header).count),
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"is not CSV: {reason}; expected as many cells in each row as headers", Place(source)
        ) from error
    return _tidy(frame, source)


def _parquet(content: bytes, source: str) -> RawTable:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError("cannot be read as Parquet", Place(source)) from error
    listed = [name for name, kind in frame.schema.items() if kind.is_nested()]
    if listed:
        raise InputError("holds lists; expected one value a cell", Place(source, listed[0]))
    moments = [
        pl.col(name).dt.to_string("iso:strict")
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.Datetime)
    ]
    return _tidy(frame.with_columns(moments).cast(pl.String), source, first_row=1)


def _workbook(content: bytes, source: str) -> RawTable:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise InputError(
            f"cannot be opened as a workbook ({type(error).__name__}); expected an .xlsx file",
            Place(source),
        ) from error
    if not rows or all(cell is None for cell in rows[0]):
        raise InputError("is empty; expected a row of headers on its first sheet", Place(source))
    headers = [_cell(cell) for cell in rows[0]]
    wide = len(headers)
    if None in headers:
        raise InputError("has a column without a header", Place(source, "row 1"))
    columns = {
        f"{index}": [_cell(row[index]) if index < len(row) else None for row in rows[1:]]
        for index in range(wide)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    names = [str(header) for header in headers]
    if len(set(names)) < len(names):
        raise InputError(f"has two columns of one name: {', '.join(names)}", Place(source))
    frame.columns = names
    return _tidy(frame, source)


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _tidy(frame: pl.DataFrame, source: str, first_row: int = 2) -> RawTable:
    names = [name.strip().lstrip("\ufeff") for name in frame.columns]
    double = next((name for name in names if names.count(name) > 1), None)
    # polars gives the second column of one name a suffix of its own
    repeated = next((name for name in names if re.search(r"_duplicated_\d+$", name)), None)
    if double is not None or repeated is not None:
        name = double or re.sub(r"_duplicated_\d+$", "", repeated or "")
        raise InputError(f"has two columns called {name!r}; expected one", Place(source))
    frame.columns = names
    text = pl.all().str.strip_chars()
    frame = frame.with_columns(pl.when(text != "").then(text).name.keep())
    numbered = frame.with_row_index("__row", offset=first_row)
    if frame.is_empty():
        raise InputError("has headers and no rows under them", Place(source))
    # Rows without a single cell are what spreadsheets leave behind below a table.
    blank = pl.all_horizontal(pl.exclude("__row").is_null())
    return RawTable(source, numbered.filter(~blank), first_row)
