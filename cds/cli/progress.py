"""Progress on stderr, for a person at a terminal and nobody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cds.cli import context

Progress = Callable[[str, int, int], None]
Advance = Callable[[int], None]


@contextmanager
def counting(unit: str, *, quiet: bool) -> Iterator[Advance]:
    """A running count of ``unit``; gives the function that adds to it."""
    total = 0
    with watching(quiet=quiet) as progress:

        def advance(count: int) -> None:
            nonlocal total
            total += count
            progress(unit, total, 0)

        yield advance


@contextmanager
def watching(*, quiet: bool) -> Iterator[Progress]:
    """A function to call with (what, parts done, parts); silent where nobody watches."""
    if quiet or not context.is_terminal(sys.stderr):
        yield lambda what, done, parts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    colour = context.wants_colour(sys.stderr)
    console = Console(stderr=True, no_color=not colour, highlight=False)
    with Bars(*columns, console=console, transient=True) as bars:
        tasks = {}

        def show(what: str, done: int, parts: int) -> None:
            """``parts`` of 0 means that nobody knows how many there will be."""
            total = parts or None
            if what not in tasks:
                for task in bars.tasks:  # what came before is done, whether or not it said so
                    bars.update(task.id, total=task.total or 1, completed=task.total or 1)
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show
