"""Unpacks deflated bytes up to a bound, so that a small file cannot fill the memory."""

from __future__ import annotations

import zlib

from cds.imaging.reading.limits import CannotRead

RAW, GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
_CHUNK = 1 << 20


def inflate(data: bytes | memoryview, form: int, most: int, *, stop_at: int | None = None) -> bytes:
    """The unpacked ``data``: at most ``stop_at`` bytes of it, where given.

    Raises CannotRead where it is damaged, ends early, or gives more than ``most`` bytes.
    """
    unpacker = zlib.decompressobj(form)
    parts: list[bytes] = []
    size = 0
    rest: bytes | memoryview = data
    bound = most if stop_at is None else min(most, stop_at)
    try:
        while size <= bound and not unpacker.eof:
            part = unpacker.decompress(rest, min(_CHUNK, bound - size + 1))
            rest = unpacker.unconsumed_tail
            if not part and not rest:
                break
            parts.append(part)
            size += len(part)
    except zlib.error as error:
        raise CannotRead(f"its compressed bytes are damaged ({error})") from None
    if stop_at is not None and size >= stop_at:
        return b"".join(parts)[:stop_at]
    if size > most:
        raise CannotRead(f"unpacks to more than {most:,} bytes; no more are read")
    if not unpacker.eof:
        raise CannotRead("its compressed bytes end early: the file is cut off")
    return b"".join(parts)
