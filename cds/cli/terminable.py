"""A polite stop (SIGTERM: systemd, timeout, shutdown) made into an exception, so locks let go."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TerminatedError(BaseException):
    """The process was asked to end; like KeyboardInterrupt, no error of anybody's."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise ``TerminatedError`` when the process is asked to end; in the main thread only."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are none of a thread's business
        return

    def stop(number: int, frame: object) -> None:
        # Once is enough: what is being let go of must not be disturbed by a second request.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise TerminatedError

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
