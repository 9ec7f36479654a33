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
def replacing_path(target: Path) -> Iterator[Path]:
    """The path of an empty file that takes ``target``'s place when the block ends well.

    It lies beside ``target`` and is renamed, so an interrupted run leaves the
    old file as it was. Raises InputError where ``target`` cannot be written.
    """
    if target.is_dir():
        raise InputError("is a folder; expected a file's name", Place(str(target)))
    # The ending stays: some writers choose their format by it.
    temporary = target.with_name(f".{os.getpid()}.part.{target.name}")
    try:
        temporary.open("xb").close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be written: {reason}", Place(str(target))) from error
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """As ``replacing_path``, for who writes to an open binary file."""
    with replacing_path(target) as temporary, temporary.open("wb") as stream:
        yield stream


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
