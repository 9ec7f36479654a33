"""A second process that improves the same roster with other luck.

It is forked when the root has been solved, so it knows everything known by then;
after that the two exchange rosters only. Where processes cannot be forked there
is none, and one process does all the work.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from cds.roster.problem import Roster

Exchange = Callable[[Roster | None], Roster | None]
"""Given one's own news (or None), returns the other's latest (or None)."""


class Partner:
    """Runs ``work(exchange)`` in a process of its own until ``close``."""

    def __init__(self, work: Callable[[Exchange], None]) -> None:
        ours, theirs = multiprocessing.Pipe()
        self._pipe = ours
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            _serve(work, theirs)
        theirs.close()

    def exchange(self, news: Roster | None) -> Roster | None:
        """Send ``news``; the latest roster that the partner has found, if any."""
        return _exchange(self._pipe, news)

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def can_fork() -> bool:
    """True where a partner is possible."""
    return os.name == "posix" and hasattr(os, "fork") and os.uname().sysname == "Linux"


def _serve(work: Callable[[Exchange], None], pipe: Connection[Any, Any]) -> None:
    """In the new process: work until the other side is gone, then leave without a trace."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        work(lambda news: _exchange(pipe, news))
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)


def _exchange(pipe: Connection[Any, Any], news: Roster | None) -> Roster | None:
    latest = None
    while pipe.poll():
        latest = pipe.recv()
    if news is not None:
        pipe.send(news)
    return latest
