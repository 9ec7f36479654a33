"""What an absence takes away, and the problems whose solutions give it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from cds.roster.explain.admit import admitting, present
from cds.roster.explain.items import hard_side
from cds.roster.problem import OFF, Cover, Employee, Pairing, Problem, Roster, Rule, Unwanted

Absence = tuple[int, int, int]
"""(employee, first day, last day), both days away."""

_ABSENT = "absent"
_FROZEN = "frozen"
_HARD_GAPS = 1000  # a hard gap, in units of the largest weight of a soft one


def cells_of(absences: Iterable[Absence]) -> frozenset[tuple[int, int]]:
    """The cells (employee, day) of ``absences``."""
    return frozenset((e, day) for e, first, last in absences for day in range(first, last + 1))


def without(roster: Roster, cells: Iterable[tuple[int, int]]) -> Roster:
    """``roster`` with days off in ``cells``."""
    shifts, skills = [list(row) for row in roster.shifts], [list(row) for row in roster.skills]
    for employee, day in cells:
        shifts[employee][day], skills[employee][day] = OFF, -1
    return Roster(tuple(map(tuple, shifts)), tuple(map(tuple, skills)))


def restorable(problem: Problem, roster: Roster) -> tuple[Cover, ...]:
    """The cover that an absence must not leave shorter than ``roster`` does.

    Every hard minimum; where a row (day, shifts, skills, people) has only soft ones,
    the lowest of these: what is preferred beyond it is a matter of cost. Minima that
    ``roster`` does not reach are lowered to what it has; ``under`` is None where hard.
    """
    rows: dict[object, list[Cover]] = {}
    for cover in problem.covers:
        if cover.minimum and cover.under != 0:
            key = (cover.day, cover.shifts, cover.skills, cover.employees)
            rows.setdefault(key, []).append(cover)
    found = []
    for covers in rows.values():
        hard = [cover for cover in covers if cover.under is None]
        for cover in hard or [min(covers, key=lambda cover: cover.minimum or 0)]:
            target = min(cover.minimum or 0, present(cover, roster))
            if target:
                found.append(replace(cover, minimum=target, maximum=None, over=None))
    return tuple(found)


def kept_pairings(problem: Problem, roster: Roster) -> tuple[Pairing, ...]:
    """The hard pairings that ``roster`` keeps."""
    return tuple(p for p in problem.pairings if p.weight is None and is_kept(p, roster))


def is_kept(pairing: Pairing, roster: Roster) -> bool:
    """Whether the employee is not on that shift, or somebody of the partners is too."""
    day, shift = pairing.day, pairing.shift
    return roster.shifts[pairing.employee][day] != shift or any(
        roster.shifts[partner][day] == shift for partner in pairing.partners - {pairing.employee}
    )


def bound_people(
    problem: Problem, left: Roster, absent: frozenset[tuple[int, int]], frozen: int
) -> Problem:
    """``problem`` after the absence: ``left`` keeps its rules on people and maxima of cover.

    Absent cells are off, and days before ``frozen`` are as in ``left``.
    """
    admitted = admitting(problem, left)
    every = problem.every_shift | {OFF}
    people = []
    for index, employee in enumerate(admitted.employees):
        cells: list[Rule] = [
            Unwanted(_ABSENT, day, problem.every_shift, None) for e, day in absent if e == index
        ]
        for day in range(min(frozen, problem.days)):
            if (index, day) not in absent:
                cells.append(Unwanted(_FROZEN, day, every - {left.shifts[index][day]}, None))
        people.append(replace(employee, rules=(*employee.rules, *cells)))
    return replace(admitted, employees=tuple(people))


def hard_only(
    bound: Problem, wanted: Sequence[Cover], pairings: Sequence[Pairing], *, elastic: bool
) -> Problem:
    """Only what must hold: ``wanted`` cover and ``pairings``, hard, or at the price of a gap.

    A person missing costs its weight; where the minimum is hard, far more than any weight.
    """
    covers = [hard_side(replace(c, minimum=None)) for c in bound.covers]
    kept = [cover for cover in covers if isinstance(cover, Cover)]
    dearest = _HARD_GAPS * max((c.under for c in wanted if c.under), default=1)
    if elastic:
        kept += [replace(c, under=dearest if c.under is None else c.under) for c in wanted]
        pairs = tuple(replace(p, weight=dearest) for p in pairings)
    else:
        kept += [replace(c, under=None) for c in wanted]
        pairs = tuple(pairings)
    return replace(
        bound,
        employees=tuple(map(_hard_rules, bound.employees)),
        covers=tuple(kept),
        pairings=pairs,
    )


def with_cost(
    problem: Problem,
    bound: Problem,
    wanted: Sequence[Cover],
    pairings: Sequence[Pairing],
    reached: Roster,
) -> Problem:
    """``bound`` with all soft rules, in which cover must be at least as in ``reached``."""
    covers = [
        replace(c, minimum=None) if c.minimum is not None and c.under is None else c
        for c in bound.covers
    ]
    for cover in wanted:
        target = min(cover.minimum or 0, present(cover, reached))
        covers.append(replace(cover, minimum=target, under=None))
    soft = tuple(pairing for pairing in problem.pairings if pairing.weight is not None)
    kept = tuple(pairing for pairing in pairings if is_kept(pairing, reached))
    return replace(bound, covers=tuple(covers), pairings=soft + kept)


def _hard_rules(employee: Employee) -> Employee:
    rules: list[Rule] = []
    for rule in employee.rules:
        hard = hard_side(rule)
        if hard is not None and not isinstance(hard, Cover | Pairing):
            rules.append(hard)
    return replace(employee, rules=tuple(rules), skill_costs=())
