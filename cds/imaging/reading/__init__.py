"""Reads images of any kind, of anybody: frames in order, and what could not be read."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.files import files_of
from cds.imaging.reading.limits import DEFAULT_LIMITS, NeedsOwnProcess, ReadLimits
from cds.imaging.reading.one_file import read_data, read_path
from cds.imaging.reading.process import DecodingProcess

__all__ = [
    "DEFAULT_LIMITS",
    "Images",
    "ReadLimits",
    "files_of",
    "read",
    "read_bytes",
    "workers_for",
]

_MANY = 12
_ENOUGH = 6


class Images(Protocol):
    """Frames one after the other; ``close`` ends the processes that read them, if any."""

    def __iter__(self) -> Iterator[Frame | Unreadable]: ...

    def __next__(self) -> Frame | Unreadable: ...

    def close(self) -> None:
        """Nothing more is wanted."""


def workers_for(files: int, most: int) -> int:
    """How many processes so many files are worth, of ``most``: starting them costs some files."""
    return max(1, min(most, files // _ENOUGH)) if files >= _MANY else 1


def read(paths: Sequence[Path], *, limits: ReadLimits = DEFAULT_LIMITS, workers: int = 1) -> Images:
    """The frames of files and folders (whole, in the order of names), each in order.

    DICOM, PNG, JPEG, TIFF, NIfTI. A file that cannot be read gives one Unreadable, a damaged
    frame of a file another; the rest go on. ``workers`` above 1 reads that many files at a time
    in processes, ahead of the caller, within bounds; order and content are the same. They start
    at once; close what is given back where it is not used up.
    """
    files = files_of(paths)
    if workers > 1:
        from cds.imaging.reading.ahead import ReadAhead

        return ReadAhead(files, limits, workers)
    return _one_by_one(files, limits)


def _one_by_one(
    files: Iterator[Path], limits: ReadLimits
) -> Generator[Frame | Unreadable, None, None]:
    apart = DecodingProcess(limits)
    try:
        for file in files:
            try:
                yield from read_path(file, limits, isolated=False)
            except NeedsOwnProcess:
                yield from apart.read(str(file), file)
    finally:
        apart.close()


def read_bytes(
    name: str, data: bytes, limits: ReadLimits = DEFAULT_LIMITS
) -> Generator[Frame | Unreadable, None, None]:
    """As ``read``, of the bytes of one file that is called ``name``."""
    apart = DecodingProcess(limits)
    try:
        yield from read_data(name, data, limits, isolated=False)
    except NeedsOwnProcess:
        yield from apart.read(name, data)
    finally:
        apart.close()
