"""Which images are meant: files, folders, one image on stdin, or a list of paths on stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.imaging.frame import Frame, Unreadable

_MANY = 16  # files from which reading ahead in processes pays for starting them


def images_of(inputs: Sequence[str], workers: int) -> Iterator[Frame | Unreadable]:
    """The images of ``inputs`` in order. ``-`` is stdin: an image's bytes, or paths, one a line.

    Raises InputError where there is nothing to read.
    """
    from cds.imaging.reading import files_of, read, read_bytes

    if "-" in inputs:
        if len(inputs) > 1:
            raise InputError("- (stdin) stands alone; expected it or files, not both")
        data = sys.stdin.buffer.read()
        paths = listed(data)
        if paths is None:
            yield from read_bytes("-", data)
            return
    else:
        paths = [Path(name) for name in inputs]
    files = list(files_of(paths))
    if not files:
        raise InputError(f"no files in {', '.join(map(str, paths)) or 'the list on stdin'}")
    yield from read(files, workers=workers if len(files) >= _MANY else 1)


def listed(data: bytes) -> list[Path] | None:
    """The paths that ``data`` lists, one a line; None where it is an image's bytes."""
    from cds.imaging.reading.files import kind_of

    if not data.strip():
        raise InputError("stdin is empty; expected an image, or paths, one a line")
    if kind_of("-", data) is not None or b"\0" in data:
        return None
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return None
    return [Path(line.strip()) for line in lines if line.strip()]
