"""A search for a roster as its user sees it: a line while it runs, Ctrl-C to end it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cds.cli import context

if TYPE_CHECKING:
    from cds.roster.outcome import Limits, Outcome, Report, Step
    from cds.roster.problem import Problem


def search(problem: Problem, limits: Limits, *, quiet: bool) -> tuple[Outcome, bool]:
    """The best roster within ``limits``, and whether Ctrl-C ended the search."""
    from cds.roster.solve import solve

    with reporting("roster", quiet=quiet) as report, interruptible() as interrupted:
        outcome = solve(problem, limits, report=report, stop=interrupted)
    return outcome, interrupted()


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C makes the given function true instead of ending the program; a second one ends it."""
    asked = threading.Event()
    before: Any = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    in_main = threading.current_thread() is threading.main_thread()
    if before in (None, signal.SIG_IGN) or not in_main:
        yield asked.is_set  # somebody else's signal, or wanted by nobody: leave it alone
        return
    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def reporting(what: str, *, quiet: bool) -> Iterator[Report | None]:
    """A function that shows each step on one line of stderr; None where nobody watches."""
    if quiet or not context.is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    colour = context.wants_colour(sys.stderr)
    console = Console(stderr=True, no_color=not colour, highlight=False)
    columns = (
        SpinnerColumn("dots" if context.speaks_unicode(sys.stderr) else "line"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=console, transient=True) as line:
        task = line.add_task(what, total=None, state="")

        def report(step: Step) -> None:
            line.update(task, state=state_of(step))

        yield report


def state_of(step: Step) -> str:
    """``cost 412, bound 400, gap 2.9 %``, as far as known."""
    from cds.roster.outcome import Outcome

    known = Outcome("feasible", None, step.cost, step.bound, step.seconds)
    parts = [
        f"{name} {value}"
        for name, value in (("cost", step.cost), ("bound", step.bound))
        if value is not None
    ]
    if known.gap is not None:
        parts.append(f"gap {100 * known.gap:.1f} %")
    return ", ".join(parts)
