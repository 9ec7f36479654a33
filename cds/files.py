"""Writes files so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cds.errors import InputError, Place


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A binary file that takes ``target``'s place when the block ends without an error.

    It is written beside ``target`` and renamed, so an interrupted run leaves
    the old file as it was. Raises InputError where the folder is missing or
    may not be written to.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    if target.is_dir():
        raise InputError("is a folder; expected a file's name", Place(str(target)))
    try:
        stream = temporary.open("xb")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written: {reason}", Place(str(target))) from error
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write(target: str | Path, content: str | bytes) -> None:
    """Write ``content`` (text as UTF-8) to ``target``; ``-`` is standard output."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if str(target) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    with replacing(Path(target)) as stream:
        stream.write(data)
