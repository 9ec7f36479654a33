"""CP-SAT on the whole problem while column generation works.

Where processes can be forked it has one of its own: building its model is work
for Python, of which a process does one thing at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from typing import Protocol

from cds.roster.outcome import Limits, Outcome, Stop
from cds.roster.problem import Problem, Roster
from cds.roster.solve.compact import solve_compact
from cds.roster.solve.partner import can_fork

GRACE = 0.3
"""Seconds for a process to tell what it found, once asked to end."""


class Beside(Protocol):
    """A search under way."""

    @property
    def finished(self) -> bool:
        """True once it has come to an end of its own."""

    def end(self) -> Outcome | None:
        """Stop it; what it found."""


def solve_beside(problem: Problem, limits: Limits, hint: Roster | None) -> Beside:
    """Begin to solve ``problem`` by CP-SAT with one worker."""
    own = Limits(time_limit=limits.time_limit, gap=limits.gap, workers=1, seed=limits.seed)
    kind = _Process if can_fork() else _Thread
    return kind(problem, own, hint)


class _Thread:
    def __init__(self, problem: Problem, limits: Limits, hint: Roster | None) -> None:
        self._over = threading.Event()
        self._outcome: Outcome | None = None

        def work() -> None:
            self._outcome = solve_compact(problem, limits, hint=hint, stop=self._over.is_set)

        self._thread = threading.Thread(target=work, name="compact", daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> Outcome | None:
        self._over.set()
        self._thread.join()
        return self._outcome


class _Process:
    def __init__(self, problem: Problem, limits: Limits, hint: Roster | None) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                self._pipe.close()
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
                theirs.send(solve_compact(problem, limits, hint=hint, stop=_asked(theirs.poll)))
            finally:
                os._exit(0)
        theirs.close()

    @property
    def finished(self) -> bool:
        return self._pipe.poll()

    def end(self) -> Outcome | None:
        outcome: Outcome | None = None
        try:
            if not self._pipe.poll():
                self._pipe.send(None)
            if self._pipe.poll(GRACE):
                outcome = self._pipe.recv()
        except (EOFError, OSError):  # it has died
            pass
        self._pipe.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        return outcome


def _asked(poll: Stop) -> Stop:
    """True where word has come, or nobody is there to send it."""

    def stop() -> bool:
        try:
            return poll()
        except OSError:
            return True

    return stop
