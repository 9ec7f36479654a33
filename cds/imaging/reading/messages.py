"""Messages between processes: pickled, with the bytes of arrays beside, copied once each way."""

from __future__ import annotations

import pickle
import struct
from io import RawIOBase
from typing import Any

_COUNT = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
_PIPE_BYTES = 1 << 20
"""The most that Linux gives anybody; a whole film would take a hundred turns otherwise."""


def send(stream: RawIOBase, message: object) -> None:
    """Write one message to an unbuffered ``stream``."""
    beside: list[pickle.PickleBuffer] = []
    content = pickle.dumps(message, protocol=5, buffer_callback=beside.append)
    parts = [memoryview(content), *(one.raw() for one in beside)]
    head = _COUNT.pack(len(parts)) + b"".join(_LENGTH.pack(part.nbytes) for part in parts)
    for part in (memoryview(head), *parts):
        _write(stream, part)


def receive(stream: RawIOBase) -> Any:
    """The next message. Raises EOFError where the other side has ended."""
    (count,) = _COUNT.unpack(_read(stream, _COUNT.size))
    lengths = [_LENGTH.unpack(_read(stream, _LENGTH.size))[0] for _ in range(count)]
    content, *beside = [_read(stream, length) for length in lengths]
    # Loaded part first, by one thread while another loads the whole, it would be half loaded.
    if b"pydicom" in content:
        import pydicom  # noqa: F401
    if beside:
        import numpy  # noqa: F401
    return pickle.loads(content, buffers=beside)


def widen(descriptor: int) -> None:
    """Let more wait in a pipe, where the system can do that."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return


def _write(stream: RawIOBase, part: memoryview) -> None:
    done = 0
    while done < part.nbytes:
        done += stream.write(part[done:]) or 0


def _read(stream: RawIOBase, length: int) -> bytearray:
    found = bytearray(length)
    view, done = memoryview(found), 0
    while done < length:
        count = stream.readinto(view[done:])
        if not count:
            raise EOFError
        done += count
    return found
