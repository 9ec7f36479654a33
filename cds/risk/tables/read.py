"""Open a table of any common format and read it in batches of bounded size."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cds.errors import InputError, Place

ROW = "__row__"

_TEXT_ENDINGS = {".csv": None, ".txt": None, ".data": None, ".tsv": "\t"}
_ENDINGS = (".parquet", ".ndjson", ".jsonl", *_TEXT_ENDINGS)
_HEAD_BYTES = 1 << 16
_SEPARATORS = ",\t;|"


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table on disk: its path, its lazy reader and its columns' names."""

    path: Path
    scan: pl.LazyFrame
    columns: tuple[str, ...]

    def batches(self, rows: int, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Frames of about ``rows`` rows in the file's order, with the row's number as ``ROW``.

        Only ``columns`` are read, if given. Raises InputError where the file
        turns out to be damaged.
        """
        scan = self.scan if columns is None else self.scan.select(columns)
        first = 0
        try:
            for frame in scan.collect_batches(chunk_size=rows, maintain_order=True):
                if frame.height:
                    yield frame.with_row_index(ROW, offset=first).with_columns(
                        pl.col(ROW).cast(pl.Int64)
                    )
                    first += frame.height
        except pl.exceptions.PolarsError as error:
            raise _unreadable(self.path, error) from error


def is_table(path: Path) -> bool:
    """Whether the file's ending is one that ``open_table`` reads."""
    return _ending(path) in _ENDINGS


def open_table(path: Path, header: bool = True, columns: Sequence[str] = ()) -> TableFile:
    """The table in ``path``: Parquet, CSV (any separator), TSV, NDJSON, also gzipped text.

    Text columns stay text: what a cell means is the recipe's business (``None``
    is a value in some tables, and leading zeros are part of a code).

    Args:
        path: the file; its ending names the format.
        header: whether a text table's first line names its columns.
        columns: the columns' names where there is no header.

    Raises:
        InputError: the file is missing, of another format, or damaged.
    """
    ending = _ending(path)
    if not path.is_file():
        raise InputError("does not exist or is no file; expected a table", Place(str(path)))
    if ending not in _ENDINGS:
        raise InputError(f"expected a table ending in {', '.join(_ENDINGS)}", Place(str(path)))
    try:
        if ending == ".parquet":
            scan = pl.scan_parquet(path)
        elif ending in (".ndjson", ".jsonl"):
            scan = pl.scan_ndjson(path, infer_schema_length=10_000)
        else:
            scan = _scan_text(path, _TEXT_ENDINGS[ending], header, columns)
        names = tuple(scan.collect_schema().names())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, error) from error
    if ending not in (".parquet", ".ndjson", ".jsonl") and not header:
        names = names[: len(columns)]
    return TableFile(path, scan, names)


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _scan_text(
    path: Path, separator: str | None, header: bool, columns: Sequence[str]
) -> pl.LazyFrame:
    head = _head(path)
    if separator is None:
        line = head.splitlines()[0] if head.strip() else ""
        separator = max(_SEPARATORS, key=line.count)
    if not head.strip():
        raise InputError("is empty; expected a table", Place(str(path)))
    if not header:
        first = [cell.strip().strip('"') for cell in head.splitlines()[0].split(separator)]
        names = [name.casefold() for name in columns]
        if [cell.casefold() for cell in first] == names[: len(first)]:
            header = True  # somebody added the names
        # A table to be scored may come without its last column, most often the outcome.
        if len(first) == len(columns) - 1:
            columns = columns[:-1]
        found = len(first)
        if found != len(columns):
            raise InputError(
                f"has {found} columns; expected {len(columns)}: {', '.join(columns)}",
                Place(str(path), "line 1"),
            )
    return pl.scan_csv(
        path,
        separator=separator,
        has_header=header,
        new_columns=None if header else list(columns),
        eol_char="\r" if "\r" in head and "\n" not in head else "\n",
        infer_schema=False,
    )


def _head(path: Path) -> str:
    """The start of a text file. Raises InputError where it is not UTF-8."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        start = stream.read(_HEAD_BYTES)
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(start) == _HEAD_BYTES and error.start > len(start) - 4:  # a character cut in two
            return start[: error.start].decode("utf-8-sig")
        line = start.count(b"\n", 0, error.start) + 1
        raise InputError(
            "is not UTF-8; expected a table saved as UTF-8", Place(str(path), f"line {line}")
        ) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return InputError(f"cannot be read as a table: {reason}", Place(str(path)))
