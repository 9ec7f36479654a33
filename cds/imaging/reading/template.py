"""Where reading processes come from: one process that has loaded all decoders, and its copies.

Loading them takes longer than decoding a dozen films. The template loads them once, in a process
of its own, decodes nothing, and copies itself (fork) for each reader that is wanted; that takes
milliseconds. Where the system cannot copy processes, each reader is started afresh.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO, RawIOBase
from pathlib import Path

from cds.imaging.reading.limits import CannotRead
from cds.imaging.reading.messages import widen

SECONDS_TO_START = 120.0
NUMBER = struct.Struct("<q")
NEW, FORGET = b"+", b"-"
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""}
_CAN_COPY = hasattr(os, "fork") and hasattr(socket, "send_fds")


@dataclass(frozen=True, slots=True)
class Connection:
    """One reader: ``requests`` go to it, ``frames`` come from it.

    ``kill`` may be called from any thread, at any time; ``forget`` once, by ``close``.
    """

    requests: RawIOBase
    frames: RawIOBase
    kill: Callable[[], None]
    forget: Callable[[], None]

    def close(self) -> None:
        """End the reader, whatever it does."""
        self.kill()
        for stream in (self.requests, self.frames):
            try:
                stream.close()
            except OSError:
                continue
        self.forget()


class Template:
    """The process that is copied; started when it is made, so that it loads meanwhile."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._fault = ""
        if not _CAN_COPY:
            return
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(SECONDS_TO_START)
        try:
            self._process = _started("--template", stdin=theirs.fileno())
        except OSError as error:
            self._fault = str(error)
            self._ours.close()
        finally:
            theirs.close()

    def reader(self) -> Connection:
        """A new reader, for any thread. Raises CannotRead where none starts."""
        try:
            if self._fault:
                raise OSError(self._fault)
            return _spawned() if self._process is None else self._copied()
        except OSError as error:
            raise CannotRead(
                f"needs a process to decode it, which does not start: {error}"
            ) from None

    def kill(self) -> None:
        """End it while it still loads, where nobody waits for a reader any more."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the template, and with it every reader that is left."""
        if self._process is None:
            return
        self._ours.close()  # its sign to end
        self._process.wait()
        self._process = None
        self._fault = "it was closed"

    def _copied(self) -> Connection:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        widen(ours_in)
        try:
            with self._turn:
                socket.send_fds(self._ours, [NEW], [theirs_in, theirs_out])
                answer = self._ours.recv(NUMBER.size)
            if len(answer) < NUMBER.size:
                raise OSError("it ended while it loaded its decoders")
            (number,) = NUMBER.unpack(answer)
        except OSError:
            os.close(ours_out)
            os.close(ours_in)
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)

        known = threading.Lock()
        forgotten = False

        def kill() -> None:
            # Until it is forgotten, no other process can have its number.
            with known:
                if not forgotten:
                    os.kill(number, signal.SIGKILL)

        def forget() -> None:
            nonlocal forgotten
            with known, self._turn:
                forgotten = True
                try:
                    self._ours.send(FORGET + NUMBER.pack(number))
                except OSError:
                    return  # the template has gone, and its readers with it

        return Connection(FileIO(ours_out, "wb"), FileIO(ours_in, "rb"), kill, forget)


def _spawned() -> Connection:
    process = _started(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert isinstance(process.stdin, RawIOBase) and isinstance(process.stdout, RawIOBase)

    def forget() -> None:
        process.wait()

    return Connection(process.stdin, process.stdout, process.kill, forget)


def _started(
    *arguments: str, stdin: int, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    search_path = [entry or str(Path.cwd()) for entry in sys.path]
    return subprocess.Popen(
        [sys.executable, "-m", "cds.imaging.reading.process_main", *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(search_path)},
    )
