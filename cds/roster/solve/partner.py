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
        if self._pipe.closed:
            return None
        latest, open_still = _receive(self._pipe)
        try:
            if news is not None and open_still:
                self._pipe.send(news)
        except OSError:
            open_still = False
        if not open_still:  # it has nothing left to do
            self._pipe.close()
        return latest

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

    def exchange(news: Roster | None) -> Roster | None:
        latest, open_still = _receive(pipe)
        if not open_still:
            raise EOFError
        if news is not None:
            pipe.send(news)
        return latest

    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
        work(exchange)
        pipe.close()
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)


def _receive(pipe: Connection[Any, Any]) -> tuple[Roster | None, bool]:
    """The latest roster sent, if any, and whether the other side is there still."""
    latest = None
    try:
        while pipe.poll():
            latest = pipe.recv()
    except (EOFError, OSError):
        return latest, False
    return latest, True
