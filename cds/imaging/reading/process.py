"""A process that reads files apart from this one: a decoder that crashes ends only that.

It starts when it is first needed, serves file after file, and is replaced when it dies or
takes too long. Frames come over a pipe, so it waits where nobody takes them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from cds.imaging.frame import Frame, Unreadable
from cds.imaging.reading.limits import CannotRead, ReadLimits
from cds.imaging.reading.messages import receive, send
from cds.imaging.reading.template import SECONDS_TO_START, Connection, Template


class DecodingProcess:
    """One reader, a copy of ``template`` (by default of its own), made when first asked for.

    Not for two threads at once.
    """

    def __init__(self, limits: ReadLimits, template: Template | None = None) -> None:
        self._limits = limits
        self._template = template
        self._own: Template | None = None
        self._connection: Connection | None = None

    def start(self) -> None:
        """Be ready for the first file; where that fails, reading a file says so."""
        try:
            self._running(threading.Event())
        except (CannotRead, EOFError, OSError):
            self._drop()

    def read(self, name: str, content: Path | bytes) -> Iterator[Frame | Unreadable]:
        """The frames of a file; where the process dies or is late, that is said."""
        late = threading.Event()
        number = 0
        try:
            reader = self._running(late)
            try:
                send(reader.requests, (name, content))
            except BrokenPipeError:  # it died of something else since the last file
                self._drop()
                reader = self._running(late)
                send(reader.requests, (name, content))
            while True:
                message = self._next(reader, late, self._limits.seconds)
                if message is None:
                    return
                number = message.number
                yield message
        except GeneratorExit:
            self._drop()  # what it still writes belongs to nobody
            raise
        except CannotRead as refusal:
            yield Unreadable(name, 0, refusal.reason)
        except (EOFError, OSError, MemoryError):
            self._drop()
            yield Unreadable(name, number + 1 if number else 0, self._what_ended(late))

    def kill(self) -> None:
        """End what the process is at, from another thread; ``close`` is still to be called."""
        reader = self._connection
        if reader is not None:
            reader.kill()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._drop()
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def _drop(self) -> None:
        reader, self._connection = self._connection, None
        if reader is not None:
            reader.close()

    def _what_ended(self, late: threading.Event) -> str:
        if late.is_set():
            return f"took more than {self._limits.seconds:g} s to decode"
        return "is damaged: it crashed its decoder"

    def _next(
        self, reader: Connection, late: threading.Event, seconds: float
    ) -> Frame | Unreadable | None:
        """The next message; the process is killed where it takes too long."""

        def kill() -> None:
            late.set()
            reader.kill()

        watch = threading.Timer(seconds, kill)
        watch.daemon = True
        watch.start()
        try:
            found = receive(reader.frames)
        finally:
            watch.cancel()
        assert found is None or isinstance(found, Frame | Unreadable)
        return found

    def _running(self, late: threading.Event) -> Connection:
        if self._connection is None:
            if self._template is None and self._own is None:
                self._own = Template()
            template = self._template or self._own
            assert template is not None
            self._connection = template.reader()
            send(self._connection.requests, self._limits)
            self._next(self._connection, late, SECONDS_TO_START)
        return self._connection
