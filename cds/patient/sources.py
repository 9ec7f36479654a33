"""Files, folders and streams as bytes, within limits; what cannot be opened is an InputError."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from cds.errors import InputError, Place
from cds.patient.json_document import too_large
from cds.patient.options import ReadOptions

STANDARD_INPUT: Final = "stdin"
FILE_ENDINGS: Final = (".ndjson", ".jsonl", ".json", ".gz")
_KINDS: Final = (".json", ".ndjson", ".jsonl")
_BOM: Final = b"\xef\xbb\xbf"


def is_ndjson(path: Path) -> bool:
    """Whether the name says one JSON document per line."""
    return path.name.lower().removesuffix(".gz").endswith((".ndjson", ".jsonl"))


def patient_files(folder: Path) -> list[Path]:
    """The JSON and NDJSON files of a folder, sorted by name; other files are not patients.

    Raises ``InputError`` if there are none.
    """
    try:
        found = sorted(
            path
            for path in folder.iterdir()
            if not path.name.startswith(".")
            and path.name.lower().removesuffix(".gz").endswith(_KINDS)
            and path.is_file()
        )
    except OSError as error:
        raise _cannot_open(folder, error) from None
    if not found:
        kinds = ", ".join(_KINDS)
        raise InputError(f"no patient files here; expected {kinds}, also .gz", Place(str(folder)))
    return found


@contextmanager
def open_source(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, decompressed if its name ends in .gz."""
    try:
        if path.name.lower().endswith(".gz"):
            import gzip  # only when needed: it costs a cold start two milliseconds

            stream = cast("IO[bytes]", gzip.open(path, "rb"))  # noqa: SIM115
        else:
            stream = path.open("rb")
    except OSError as error:
        raise _cannot_open(path, error) from None
    try:
        yield stream
    except (EOFError, zlib.error):
        raise InputError("the gzip data is damaged or cut off", Place(str(path))) from None
    except OSError as error:
        raise _cannot_open(path, error) from None
    finally:
        stream.close()


def read_whole(path: Path, options: ReadOptions) -> bytes:
    """A whole file, decompressed, within the size limit."""
    with open_source(path) as stream:
        # One byte more than allowed tells too large without reading it all.
        data = stream.read(options.max_bytes + 1)
    if len(data) > options.max_bytes:
        raise too_large(str(path), options.max_bytes)
    return data


def lines_of(
    stream: IO[bytes], source: str, options: ReadOptions
) -> Iterator[tuple[int, bytes | InputError]]:
    """Number (from 1) and bytes of each line, read as it comes.

    A line beyond the size limit comes as an ``InputError`` in its place; the
    rest of it is skipped.
    """
    number = 0
    while line := stream.readline(options.max_bytes + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > options.max_bytes and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(options.max_bytes)
            yield number, too_large(f"{source}:{number}", options.max_bytes)
        else:
            yield number, line


def _cannot_open(path: Path, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("no such file or folder", Place(str(path)))
    if isinstance(error, PermissionError):
        return InputError("no permission to read this file", Place(str(path)))
    if type(error).__name__ == "BadGzipFile":
        return InputError("not gzip data, although its name ends in .gz", Place(str(path)))
    return InputError(f"cannot be read: {error.strerror or error}", Place(str(path)))
