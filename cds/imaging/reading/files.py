"""Which files a list of files and folders means, and what kind each is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

Kind = Literal["dicom", "picture", "nifti"]

_IGNORED = frozenset({"DICOMDIR", "Thumbs.db", "desktop.ini"})
_DICOM_START = (b"\x02\x00\x00\x00", b"\x02\x00\x10\x00", b"\x08\x00")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_NIFTI_SIZES = (b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c", b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c")


_NO_IMAGES = frozenset(
    (".csv", ".doc", ".docx", ".htm", ".html", ".json", ".jsonl", ".log", ".md", ".ndjson", ".pdf",
     ".py", ".rst", ".sha256", ".toml", ".tsv", ".txt", ".xls", ".xlsx", ".xml", ".yaml", ".yml")
)  # fmt: skip


def is_no_image(path: Path) -> bool:
    """Whether a file says by its ending that it is no image, and does not begin like one."""
    if path.suffix.lower() not in _NO_IMAGES:
        return False
    try:
        with path.open("rb") as stream:
            return kind_of(path.name, stream.read(132)) is None
    except OSError:
        return False  # reading it says what is the matter


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, those of folders in the order of their names; hidden ones are left out.

    A folder's index (DICOMDIR) is no image. Links to folders are not followed.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name not in _IGNORED and not name.startswith("."):
                    yield Path(folder, name)


def kind_of(name: str, data: bytes | memoryview) -> Kind | None:
    """What the first bytes say the file is; None where it is nothing that is read here."""
    start = bytes(data[:132])
    if start[128:132] == b"DICM":
        return "dicom"
    if start.startswith(_PICTURES):
        return "picture"
    lower = name.lower()
    if start.startswith(b"\x1f\x8b") or start.startswith(_NIFTI_SIZES):
        return "nifti"
    # Files without the preamble are old or were cut out of a message.
    if start.startswith(_DICOM_START) or lower.endswith((".dcm", ".dicom")):
        return "dicom"
    return None
