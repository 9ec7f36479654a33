"""Who could take a shift, best first, each with what it would break and cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cds.roster.explain.ledger import Effect, Ledger
from cds.roster.problem import OFF, Cover


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person for a gap: they would work ``shift`` in ``skill`` instead of ``instead_of``.

    ``effect.broken`` are the hard rules that forbid it; empty where they may take it.
    """

    employee: int
    shift: int
    skill: int
    instead_of: int
    effect: Effect


def candidates_for(
    ledger: Ledger, cover: Cover, *, absent: Collection[int] = ()
) -> tuple[Candidate, ...]:
    """Everybody who holds the skill and is not counted yet, those who break nothing first.

    Then by cost, then in the problem's order. Who would have to leave another shift
    of that day is judged with the gap this leaves.
    """
    problem, roster, day = ledger.problem, ledger.roster, cover.day
    everybody = range(len(problem.employees)) if cover.employees is None else cover.employees
    found = []
    for employee in sorted(set(everybody).difference(absent)):
        now, skill_now = roster.shifts[employee][day], roster.skills[employee][day]
        if now != OFF and now in cover.shifts and skill_now in cover.skills:
            continue
        held = [skill for skill in problem.employees[employee].skills if skill in cover.skills]
        tried = [
            Candidate(employee, shift, skill, now, ledger.effect({(employee, day): (shift, skill)}))
            for shift in sorted(cover.shifts)
            for skill in held
        ]
        if tried:
            found.append(min(tried, key=rank))
    return tuple(sorted(found, key=rank))


def rank(candidate: Candidate) -> tuple[int, int, int]:
    """Fewest broken rules first, then least cost, then the problem's order."""
    effect = candidate.effect
    return sum(b.amount > 0 for b in effect.broken), effect.cost, candidate.employee
