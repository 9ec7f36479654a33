"""What size a compressed frame says it has, before any decoder makes room for it.

JPEG and JPEG-LS: ISO/IEC 10918-1 B.2.2, 14495-1 C.2.2 (a start-of-frame segment).
JPEG 2000: ISO/IEC 15444-1 A.5.1 (the SIZ segment).
"""

from __future__ import annotations

from typing import NamedTuple

_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}


class Size(NamedTuple):
    """Rows, columns, samples a pixel and bits a sample (of the first component)."""

    rows: int
    columns: int
    samples: int
    bits: int


def size_said(frame: bytes | memoryview) -> Size | None:
    """The size in the header of a JPEG, JPEG-LS or JPEG 2000 codestream; None where none is."""
    data = bytes(frame[: 1 << 16])
    if data.startswith(b"\x00\x00\x00\x0cjP  "):
        at = data.find(b"jp2c")
        data = data[at + 4 :] if at > 0 else b""
    if data.startswith(b"\xff\x4f\xff\x51"):
        return _jpeg_2000(data)
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    return None


def _jpeg_2000(data: bytes) -> Size | None:
    if len(data) < 43:
        return None
    right, bottom, left, top = (int.from_bytes(data[at : at + 4], "big") for at in (8, 12, 16, 20))
    samples = int.from_bytes(data[40:42], "big")
    return Size(bottom - top, right - left, samples, (data[42] & 0x7F) + 1)


def _jpeg(data: bytes) -> Size | None:
    at = 2
    while at + 10 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _JPEG_FRAMES:
            return Size(
                int.from_bytes(data[at + 5 : at + 7], "big"),
                int.from_bytes(data[at + 7 : at + 9], "big"),
                data[at + 9],
                data[at + 4],
            )
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
