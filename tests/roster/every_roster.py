"""All rosters of a tiny problem, and what each of them breaks: the truth by exhaustion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from cds.roster.check import assess
from cds.roster.problem import OFF, Assessment, Problem, Roster


def every_roster(problem: Problem) -> Iterator[Roster]:
    """Every roster in which everybody works in skills that they hold."""
    cells = [
        [(OFF, -1), *product(range(len(problem.shifts)), person.skills)]
        for person in problem.employees
        for _ in range(problem.days)
    ]
    days = problem.days
    for entries in product(*cells):
        rows = [entries[start : start + days] for start in range(0, len(entries), days)]
        yield Roster(
            tuple(tuple(option for option, _ in row) for row in rows),
            tuple(tuple(skill for _, skill in row) for row in rows),
        )


def judged(problem: Problem) -> list[tuple[Roster, Assessment]]:
    """Every roster with what the checker says of it."""
    return [(roster, assess(problem, roster)) for roster in every_roster(problem)]
