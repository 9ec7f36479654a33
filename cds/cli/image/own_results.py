"""Files that an earlier run of ``cds image predict`` left in a folder that is read again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cds.imaging.documents.identity import MANUFACTURER
from cds.imaging.heatmap.mark import MARK
from cds.show.image.page_words import say

_START: Final = 4096
_NAME: Final = MANUFACTURER.encode("ascii")
_PADDED: Final = _NAME + b" " * (len(_NAME) % 2)
_BY_ENDING: Final[dict[str, tuple[bytes, ...]]] = {
    ".json": (b'"cds.image/1"', b'"urn:cds:model-sha256"'),
    ".ndjson": (b'"cds.image/1"',),
    ".jsonl": (b'"cds.image/1"',),
    ".csv": (b"file,frame,status,code,reason,label,",),
    ".html": (b'<meta name="generator" content="cds image predict">',),
    ".png": (MARK.encode("ascii"),),
    ".txt": (say("drawn_by", "zh").encode("utf-8"),),
    # Manufacturer (0008,0070), explicit VR, little endian, as our objects have it.
    ".dcm": (b"\x08\x00\x70\x00LO" + len(_PADDED).to_bytes(2, "little") + _PADDED,),
}


def is_own_result(path: Path) -> bool:
    """Whether the file's beginning says that this program made it."""
    marks = _BY_ENDING.get(path.suffix.lower())
    if marks is None or not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            start = stream.read(_START)
    except OSError:
        return False
    return any(mark in start for mark in marks)
