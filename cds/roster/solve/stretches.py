"""Horizons too long to be solved at once: a stretch at a time, then again with both ends known.

Each stretch is a problem of its own, solved as any other. The first pass goes
through the horizon, each time a week further than it keeps; after it come
stretches that lie across its seams.
"""

from __future__ import annotations

from collections.abc import Callable

from cds.roster.outcome import Limits, Outcome
from cds.roster.problem import OFF, Problem, Roster
from cds.roster.solve.journal import Journal
from cds.roster.solve.stretch import Paces, Span, cut_out, paces

KEPT = 14
"""Days that a stretch of the first pass decides."""

FURTHER = 7
"""Days beyond them that it looks at."""

PASS_SHARE = 0.75
"""Of the time, what the first pass may take."""

MENDED = 28
"""Days of a stretch that is solved again."""

GAP = 0.005

Solve = Callable[[Problem, Limits, Roster | None], Outcome]


def by_stretches(
    problem: Problem, journal: Journal, solve: Solve, stop: Callable[[], bool]
) -> None:
    """Offer ``journal`` rosters of ``problem`` until ``stop()``, once a first pass found one."""
    pace = paces(problem)
    draft = _first_pass(problem, pace, journal, solve, stop)
    if draft is None or not journal.offer(draft, "stretches"):
        return
    starts = range(0, max(problem.days - MENDED, 0) + 1, KEPT)
    turn = 0
    while not stop():
        first = starts[turn * (len(starts) // 2 + 1) % len(starts)]
        span = Span(first, min(first + MENDED, problem.days), open=False)
        part = cut_out(problem, draft, span, pace)
        limits = _limits(journal, journal.time_left / 5.0)
        outcome = solve(part, limits, _days(draft, span.first, span.first + part.days))
        if outcome.roster is not None:
            changed = _put_back(draft, outcome.roster, span.first, span.end)
            if journal.offer(changed, "stretches"):
                draft = changed
        turn += 1


def _first_pass(
    problem: Problem,
    pace: Paces,
    journal: Journal,
    solve: Solve,
    stop: Callable[[], bool],
) -> Roster | None:
    """A roster of all days, each stretch following from those before; None where it fails."""
    rows = tuple((OFF,) * problem.days for _ in problem.employees)
    draft = Roster(rows, tuple((-1,) * problem.days for _ in problem.employees))
    until = journal.seconds() + PASS_SHARE * journal.time_left
    first = 0
    while first < problem.days:
        end = first + KEPT + FURTHER
        if problem.days - end < FURTHER:
            end = problem.days
        kept = problem.days if end == problem.days else first + KEPT
        part = cut_out(problem, draft, Span(first, end, open=True), pace)
        share = (end - first) / (problem.days - first + FURTHER)
        outcome = solve(part, _limits(journal, share * (until - journal.seconds())), None)
        if outcome.roster is None or stop():
            return None
        draft = _put_back(draft, outcome.roster, first, kept)
        first = kept
    return draft


def _limits(journal: Journal, seconds: float) -> Limits:
    asked = journal.limits
    return Limits(max(seconds, 1.0), GAP, asked.workers, asked.seed, asked.reproducible)


def _days(roster: Roster, first: int, end: int) -> Roster:
    return Roster(
        tuple(row[first:end] for row in roster.shifts),
        tuple(row[first:end] for row in roster.skills),
    )


def _put_back(roster: Roster, part: Roster, first: int, end: int) -> Roster:
    """``roster`` with days ``first`` to ``end`` taken from ``part``, which begins on ``first``."""
    count = end - first

    def merged(
        old: tuple[tuple[int, ...], ...], new: tuple[tuple[int, ...], ...]
    ) -> tuple[tuple[int, ...], ...]:
        return tuple(a[:first] + b[:count] + a[end:] for a, b in zip(old, new, strict=True))

    return Roster(merged(roster.shifts, part.shifts), merged(roster.skills, part.skills))
