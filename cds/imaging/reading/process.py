"""A process that reads files apart from this one: a decoder that crashes ends only that.

It starts when it is first needed, serves file after file, and is replaced when it dies or
takes too long. Frames come over a pipe, so it waits where nobody takes them.
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.limits import CannotRead, ReadLimits

_SECONDS_TO_START = 120.0
_LENGTH = struct.Struct("<Q")
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""}


class DecodingProcess:
    """One process, started when first asked for. Not for two threads at once."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str, content: Path | bytes) -> Iterator[Frame | Unreadable]:
        """The frames of a file; where the process dies or is late, that is said."""
        late = threading.Event()
        number = 0
        try:
            process = self._running(late)
            assert process.stdin is not None
            send(process.stdin, (name, content))
            while True:
                message = self._next(process, late, self._limits.seconds)
                if message is None:
                    return
                number = message.number
                yield message
        except GeneratorExit:
            self.close()  # what it still writes belongs to nobody
            raise
        except CannotRead as refusal:
            yield Unreadable(name, 0, refusal.reason)
        except (EOFError, OSError, MemoryError):
            self.close()
            yield Unreadable(name, number + 1 if number else 0, self._what_ended(late))

    def kill(self) -> None:
        """End what the process is at, from another thread; ``close`` is still to be called."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue

    def _what_ended(self, late: threading.Event) -> str:
        if late.is_set():
            return f"took more than {self._limits.seconds:g} s to decode"
        return "is damaged: it crashed its decoder"

    def _next(
        self, process: subprocess.Popen[bytes], late: threading.Event, seconds: float
    ) -> Frame | Unreadable | None:
        """The next message; the process is killed where it takes too long."""
        assert process.stdout is not None

        def kill() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(seconds, kill)
        watch.daemon = True
        watch.start()
        try:
            found = receive(process.stdout)
        finally:
            watch.cancel()
        assert found is None or isinstance(found, Frame | Unreadable)
        return found

    def _running(self, late: threading.Event) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _started()
            assert self._process.stdin is not None
            send(self._process.stdin, self._limits)
            self._next(self._process, late, _SECONDS_TO_START)
        return self._process


def _started() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "cds.imaging.reading.process_main"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(_search_path())},
        )
    except OSError as error:
        raise CannotRead(f"needs a process to decode it, which does not start: {error}") from None


def send(stream: IO[bytes], message: object) -> None:
    """Write one message and flush it."""
    content = pickle.dumps(message, protocol=5)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """The next message. Raises EOFError where the other side has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)


def _search_path() -> list[str]:
    return [entry or str(Path.cwd()) for entry in sys.path]
