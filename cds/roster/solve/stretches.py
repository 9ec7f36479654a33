"""Horizons too long to be solved at once: person by person, then stretch by stretch.

Prices at which everybody's best rosters together nearly cover what is needed give a
bound. Everybody in turn takes the best roster at those prices, which turn into those
of what is missing beside the others, until that brings little; then some days at a
time, all people together, are solved between known ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cds.roster.problem import Problem, Roster
from cds.roster.solve.ascent import ascend
from cds.roster.solve.columns import OutOfTime, Pricing
from cds.roster.solve.graph import TooLarge
from cds.roster.solve.journal import Journal
from cds.roster.solve.part import Prices, solve_part
from cds.roster.solve.responses import Responses
from cds.roster.solve.rows import build_rows
from cds.roster.solve.stretch import Span, cut_out

Floats = npt.NDArray[np.float64]

CELLS = 14_000
"""Cells of a stretch: days x people x shifts."""

SHORTEST, LONGEST = 14, 28
"""Days of a stretch."""

LITTLE = 0.002
"""A round of answers that brings less, as a share of the cost, is followed by stretches."""

BOUND_SHARE = 0.25
"""Of the time, what the search for fair prices may take."""

BOUND_STEPS, FIRST_STEP, LAST_STEP = 400, 0.1, 0.001
"""Its steps at most, the first and the last, as a share of the dearest soft rule."""

NARROWING_SHARE = 0.6
"""Of the time, what rounds of answers take while their prices narrow."""

NARROWING_ROUNDS = 20
"""So many rounds they take in a reproducible run."""

SECONDS = (12.0, 40.0)
"""The least and the most time for a stretch."""

A_SECOND = 1
"""Stretches that a second of the time limit stands for in a reproducible run."""


class Stretches:
    """Rosters of one long problem, offered to ``journal`` until ``stop()``."""

    def __init__(self, problem: Problem, journal: Journal, stop: Callable[[], bool]) -> None:
        self._problem = problem
        self._journal = journal
        self._stop = stop
        self._prices = Prices(problem.days)
        cells = max(len(problem.employees) * len(problem.shifts), 1)
        self._solved = 0
        self._length = min(max(CELLS // cells, SHORTEST), LONGEST, problem.days)

    def run(self) -> bool:
        """False where this way found no roster: the rules are beyond it."""
        try:
            limits = self._journal.limits
            fair = self._fair_prices()
            responses = Responses(self._problem, limits.seed, limits.workers, fair)
        except OutOfTime:
            return True
        except TooLarge:
            return False
        self._narrow(responses)
        self._answers(responses)
        if self._journal.roster is None:
            return False
        while not self._over():
            before = self._journal.cost
            self._round_of_stretches()
            if self._journal.roster is not None:
                responses.take(self._journal.roster)
            self._answers(responses)
            if self._journal.cost == before and self._journal.limits.reproducible:
                break
        return True

    def _over(self) -> bool:
        limits = self._journal.limits
        return self._stop() or (
            limits.reproducible and self._solved >= A_SECOND * limits.time_limit
        )

    def _fair_prices(self) -> Floats | None:
        """Prices that give a bound; None where time ran out."""
        journal = self._journal
        pricing = Pricing(self._problem, caps_as_rows=True, stop=self._stop)
        if not all(pricing.possible(e) for e in range(len(pricing.people))):
            raise TooLarge
        found = ascend(
            pricing,
            stop=self._stop,
            steps=BOUND_STEPS,
            first=FIRST_STEP,
            last=LAST_STEP,
            kept=0.0,
            late=self._clock(BOUND_SHARE),
            threads=journal.limits.workers,
        )
        if found is None:
            return None
        journal.prove(found.bound, "bound")
        return found.prices[: build_rows(self._problem).count]

    def _clock(self, share: float) -> Callable[[], float]:
        """How much has passed of a share of the time left now; nothing in a reproducible run."""
        journal = self._journal
        if journal.limits.reproducible:
            return lambda: 0.0
        began, budget = journal.seconds(), max(share * journal.time_left, 1e-3)
        return lambda: (journal.seconds() - began) / budget

    def _narrow(self, responses: Responses) -> None:
        """Rounds of answers while prices narrow."""
        late, rounds = self._clock(NARROWING_SHARE), 0
        steps = NARROWING_ROUNDS if self._journal.limits.reproducible else math.inf
        while not self._stop() and (narrowed := max(rounds / steps, late())) < 1.0:
            responses.round(self._stop, narrowed)
            rounds += 1
            if responses.complete:
                self._journal.offer(responses.roster, "answers")

    def _answers(self, responses: Responses) -> None:
        """Rounds of answers while they bring something."""
        while not self._stop():
            before = self._journal.cost
            responses.round(self._stop, 1.0)
            if responses.complete:
                self._journal.offer(responses.roster, "answers")
            now = self._journal.cost
            if now is None or (before is not None and before - now <= LITTLE * now):
                return

    def _round_of_stretches(self) -> None:
        """Each stretch of the horizon solved once, the odd ones after the even ones."""
        last = self._problem.days - self._length
        step = max(self._length // 2, 1)
        starts = [*range(0, last, step), last]
        for first in (*starts[::2], *starts[1::2]):
            roster = self._journal.roster
            if self._over() or roster is None:
                return
            better = self._again(roster, Span(first, first + self._length), len(starts))
            if better is not None:
                self._journal.offer(better, "stretches")

    def _again(self, roster: Roster, span: Span, count: int) -> Roster | None:
        journal = self._journal
        part = cut_out(self._problem, roster, span)
        self._solved += 1
        seconds = min(max(journal.time_left / count, SECONDS[0]), SECONDS[1])
        if journal.limits.reproducible:
            seconds = math.inf
        found = solve_part(
            part,
            span.first,
            self._prices,
            seconds=journal.seconds,
            until=journal.seconds() + seconds,
            stop=self._stop,
            unit=journal.unit,
            hint=_days(roster, span.first, span.first + part.days),
        )
        return None if found is None else _put_back(roster, found, span)


def _days(roster: Roster, first: int, end: int) -> Roster:
    return Roster(
        tuple(row[first:end] for row in roster.shifts),
        tuple(row[first:end] for row in roster.skills),
    )


def _put_back(roster: Roster, part: Roster, span: Span) -> Roster:
    """``roster`` with the days of ``span`` taken from ``part``, which begins there."""
    count = span.end - span.first

    def merged(
        old: tuple[tuple[int, ...], ...], new: tuple[tuple[int, ...], ...]
    ) -> tuple[tuple[int, ...], ...]:
        return tuple(
            a[: span.first] + b[:count] + a[span.end :] for a, b in zip(old, new, strict=True)
        )

    return Roster(merged(roster.shifts, part.shifts), merged(roster.skills, part.skills))
