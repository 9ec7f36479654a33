"""After an absence: the smallest change of a roster that restores its cover."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cds.roster.check import assess
from cds.roster.explain.admit import present
from cds.roster.explain.candidates import Candidate, candidates_for
from cds.roster.explain.ledger import Ledger
from cds.roster.explain.restoring import (
    Absence,
    bound_people,
    cells_of,
    hard_only,
    is_kept,
    kept_pairings,
    restorable,
    with_cost,
    without,
)
from cds.roster.outcome import Limits
from cds.roster.problem import Assessment, Cover, Pairing, Problem, Roster

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from cds.roster.solve.compact import CompactModel

_RESTORING = 0.7  # of the time may be gone when cover is restored,
_CHEAPENING = 0.95  # and this when the cost of doing so is as low as can be


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that is no longer what it was; skills are -1 on days off."""

    employee: int
    day: int
    before: int
    after: int
    skill_before: int
    skill_after: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A cover that the absence leaves short, with everybody who might take it, best first.

    ``frozen``: its day stays as it is, so that none of them was asked.
    """

    cover: Cover
    missing: int
    candidates: tuple[Candidate, ...]
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """The roster after an absence, and what is proved of it.

    ``changes`` are the cells whose shift changed, the absence itself apart; ``new_skills``
    those that keep their shift and are worked in another skill. ``unrestored`` is the cover
    still shorter than it was, with how many are missing, and ``alone`` the pairings that
    held and no longer do. ``best_restored``: it is proved that no roster restores more.
    ``fewer_impossible``: nor as much with fewer changed shifts. ``cheapest``: nor at a lower
    soft cost with as few, and with as much in each cover.
    """

    roster: Roster
    changes: tuple[Change, ...]
    new_skills: tuple[Change, ...]
    unrestored: tuple[tuple[Cover, int], ...]
    alone: tuple[Pairing, ...]
    best_restored: bool
    fewer_impossible: bool
    cheapest: bool
    before: Assessment
    after: Assessment
    gaps: tuple[Gap, ...]
    runtime_s: float


def repair(
    problem: Problem,
    roster: Roster,
    absences: Sequence[Absence],
    *,
    limits: Limits,
    frozen_until: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Repair:
    """The smallest change of ``roster`` that restores what ``absences`` take from its cover.

    First as much of the minimum cover as can be restored without breaking a hard rule on
    people that was kept (those that the absence itself breaks, such as the absent person's
    minimum of hours, aside); then the fewest changed cells; then the least soft cost. Days
    before ``frozen_until`` stay as they are. What ``roster`` broke before may stay broken.
    Raises ValueError where an absence names a person or days that the problem has not.
    """
    began = clock()
    for employee, first, last in absences:
        if not 0 <= employee < len(problem.employees) or not 0 <= first <= last < problem.days:
            raise ValueError(f"absence ({employee}, {first}, {last}) is not of this problem")
    absent = cells_of(absences)
    left = without(roster, absent)
    task = _Task(problem, roster, left, absent, frozen_until or 0)
    wanted, pairings = restorable(problem, roster), kept_pairings(problem, roster)
    bound = bound_people(problem, left, absent, task.frozen)
    search = _Search(task, limits, began, clock)
    restored, best, fewest = search.restore(bound, wanted, pairings)
    gaps = _gaps(problem, left, wanted, absent, task.frozen)
    cheaper, cheapest = search.cheapen(
        with_cost(problem, bound, wanted, pairings, restored), restored
    )
    changed = changes_between(roster, cheaper, absent)
    return Repair(
        cheaper,
        tuple(change for change in changed if change.before != change.after),
        tuple(change for change in changed if change.before == change.after),
        _short(wanted, cheaper),
        tuple(pairing for pairing in pairings if not is_kept(pairing, cheaper)),
        best,
        fewest,
        cheapest and fewest,
        assess(problem, roster),
        assess(problem, cheaper),
        gaps,
        clock() - began,
    )


def changes_between(
    before: Roster, after: Roster, apart: frozenset[tuple[int, int]] = frozenset()
) -> tuple[Change, ...]:
    """The cells that differ, by employee and day; those of ``apart`` left out."""
    return tuple(
        Change(e, d, *shifts, *skills)
        for e, rows in enumerate(
            zip(before.shifts, after.shifts, before.skills, after.skills, strict=True)
        )
        for d, (old, new, skill, other) in enumerate(zip(*rows, strict=True))
        for shifts, skills in [((old, new), (skill, other))]
        if (e, d) not in apart and (old, skill) != (new, other)
    )


def _short(wanted: Sequence[Cover], roster: Roster) -> tuple[tuple[Cover, int], ...]:
    found = ((cover, (cover.minimum or 0) - present(cover, roster)) for cover in wanted)
    return tuple((cover, missing) for cover, missing in found if missing > 0)


def _gaps(
    problem: Problem,
    left: Roster,
    wanted: Sequence[Cover],
    absent: frozenset[tuple[int, int]],
    frozen: int,
) -> tuple[Gap, ...]:
    ledger = Ledger(problem, left)
    return tuple(
        Gap(
            cover,
            missing,
            candidates_for(ledger, cover, absent={e for e, day in absent if day == cover.day}),
            cover.day < frozen,
        )
        for cover, missing in _short(wanted, left)
    )


@dataclass(frozen=True, slots=True)
class _Task:
    problem: Problem
    roster: Roster
    left: Roster
    absent: frozenset[tuple[int, int]]
    frozen: int


class _Search:
    """The CP-SAT searches of one repair, within its time."""

    def __init__(
        self, task: _Task, limits: Limits, began: float, clock: Callable[[], float]
    ) -> None:
        self._task = task
        self._limits = limits
        self._began = began
        self._clock = clock
        self._farthest: int | None = None

    def restore(
        self, bound: Problem, wanted: Sequence[Cover], pairings: Sequence[Pairing]
    ) -> tuple[Roster, bool, bool]:
        """The nearest roster that restores most; whether both "most" and "nearest" are proved."""
        from ortools.sat.python import cp_model

        if not _short(wanted, self._task.left) and all(
            is_kept(p, self._task.left) for p in pairings
        ):
            return self._task.left, True, True
        model, distance = self._model(hard_only(bound, wanted, pairings, elastic=False))
        model.model.minimize(distance)
        found, status, _ = self._solve(model, _RESTORING)
        if found is not None:
            return found, True, status == cp_model.OPTIMAL
        model, distance = self._model(hard_only(bound, wanted, pairings, elastic=True))
        model.model.minimize(model.cost)
        most, status, value = self._solve(model, _RESTORING)
        if most is None:
            return self._task.left, False, False
        proved = status == cp_model.OPTIMAL
        model.model.add(model.cost <= value)
        model.model.minimize(distance)
        model.hint(most)
        nearest, status, _ = self._solve(model, _RESTORING)
        return nearest or most, proved, proved and status == cp_model.OPTIMAL

    def cheapen(self, problem: Problem, known: Roster) -> tuple[Roster, bool]:
        """The cheapest roster as near as ``known``; whether that is proved."""
        from ortools.sat.python import cp_model

        if known == self._task.left:
            return known, True
        model, distance = self._model(problem)
        model.model.add(distance <= self._distance(known))
        model.model.minimize(model.cost)
        model.hint(known)
        found, status, _ = self._solve(model, _CHEAPENING)
        if found is None:
            return known, False
        return found, status == cp_model.OPTIMAL

    def _model(self, problem: Problem) -> tuple[CompactModel, cp_model.LinearExpr]:
        from cds.roster.explain.changing import changes
        from cds.roster.solve.compact import CompactModel

        model = CompactModel(problem)
        task = self._task
        distance = changes(model, task.roster, free=task.absent, frozen=task.frozen)
        model.hint(task.left)
        return model, distance

    def _distance(self, roster: Roster) -> int:
        from cds.roster.explain.changing import CELL

        task = self._task
        changed = changes_between(task.roster, roster, task.absent)
        return sum(CELL if change.before != change.after else 1 for change in changed)

    def _solve(self, model: CompactModel, share: float) -> tuple[Roster | None, object, int]:
        from ortools.sat.python import cp_model

        from cds.roster.explain.changing import settled

        solver = cp_model.CpSolver()
        p = solver.parameters
        p.random_seed = self._limits.seed
        if self._limits.reproducible:
            p.num_workers = 1
            p.linearization_level = 2
            p.max_deterministic_time = share * self._limits.time_limit
        else:
            # The proof needs a worker with the whole relaxation.
            p.num_workers = max(self._limits.workers, 1)
            p.linearization_level = 2 if p.num_workers == 1 else 1
            p.subsolvers.extend(["max_lp"])
            spent = self._clock() - self._began
            p.max_time_in_seconds = max(share * self._limits.time_limit - spent, 0.05)
        status = solver.solve(model.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, status, 0
        found = settled(model, model.roster(solver.value), self._task.roster)
        return found, status, round(solver.objective_value)
