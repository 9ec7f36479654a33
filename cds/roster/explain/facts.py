"""Who could work what a conflict asks for, and what stops each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cds.roster.check import assess
from cds.roster.explain.conflict import Conflict
from cds.roster.explain.items import Item, only
from cds.roster.problem import OFF, Cover, Options, Problem, Roster, Unwanted


@dataclass(frozen=True, slots=True)
class Staffing:
    """A cover of a conflict: who holds the skill, by what the conflict names.

    ``able`` could each work it (though perhaps not together); each of ``unable`` is
    stopped by the items beside them. ``minimum`` or ``maximum`` is None if not bound.
    """

    item: Item
    minimum: int | None
    maximum: int | None
    holders: tuple[int, ...]
    able: tuple[int, ...]
    unable: tuple[tuple[int, tuple[Item, ...]], ...]


def staffing_of(conflict: Conflict, problem: Problem) -> tuple[Staffing, ...]:
    """The covers that ``conflict`` names, in its order."""
    own: dict[int, list[Item]] = {}
    for item in conflict.items:
        if item.kind in ("rule", "cells") and item.employee is not None:
            own.setdefault(item.employee, []).append(item)
    found = []
    for item in conflict.items:
        covers = [part for part in item.parts if isinstance(part, Cover)]
        if not covers:
            continue
        holders = _holders(problem, covers[0])
        able, unable = [], []
        for employee in holders:
            reasons = what_stops(
                problem, employee, covers[0].day, covers[0].shifts, own.get(employee, [])
            )
            if reasons:
                unable.append((employee, reasons))
            else:
                able.append(employee)
        minimum = max((c.minimum for c in covers if c.minimum is not None), default=None)
        maximum = min((c.maximum for c in covers if c.maximum is not None), default=None)
        found.append(Staffing(item, minimum, maximum, holders, tuple(able), tuple(unable)))
    return tuple(found)


def _holders(problem: Problem, cover: Cover) -> tuple[int, ...]:
    asked = range(len(problem.employees)) if cover.employees is None else sorted(cover.employees)
    return tuple(e for e in asked if not cover.skills.isdisjoint(problem.employees[e].skills))


def what_stops(
    problem: Problem, employee: int, day: int, shifts: Options, items: Sequence[Item]
) -> tuple[Item, ...]:
    """Those of the employee's ``items`` that rule out each of ``shifts`` on ``day``.

    None of them can be left out. Empty where they do not rule it out.
    """
    # Cells go last, and are kept rather: "on leave" says more than "five days in a row".
    left = sorted(items, key=lambda item: item.kind == "cells")
    alone = replace(problem, employees=(problem.employees[employee],), covers=(), pairings=())
    if _can(alone, day, shifts, left):
        return ()
    for item in tuple(left):
        rest = [other for other in left if other is not item]
        if not _can(alone, day, shifts, rest):
            left = rest
    return tuple(left)


def _can(alone: Problem, day: int, shifts: Options, items: Sequence[Item]) -> bool:
    """Whether the only employee can work one of ``shifts`` on ``day`` and keep ``items``."""
    if not items:
        return True
    wanted = Unwanted("asked", day, (alone.every_shift | {OFF}) - shifts, None)
    asked = Item("cells", "asked", 0, None, "", "", (wanted,))
    problem = only(alone, [*(replace(item, employee=0) for item in items), asked])
    for shift in sorted(shifts):
        if not assess(problem, _bare(problem, day, shift)).hard:
            return True
    if any(set(shifts) <= part.options for part in _cells(items, day)):
        return False
    return _solvable(problem)


def _cells(items: Sequence[Item], day: int) -> list[Unwanted]:
    parts = [part for item in items for part in item.parts]
    return [part for part in parts if isinstance(part, Unwanted) and part.day == day]


def _bare(problem: Problem, day: int, shift: int) -> Roster:
    """Off on all days but ``day`` and those that are fixed to one shift."""
    person = problem.employees[0]
    row = [OFF] * problem.days
    for rule in person.rules:
        if isinstance(rule, Unwanted) and OFF in rule.options:
            options = problem.every_shift - rule.options
            if options:
                row[rule.day] = min(options)
    row[day] = shift
    skills = [-1 if option == OFF else person.skills[0] for option in row]
    return Roster((tuple(row),), (tuple(skills),))


def _solvable(problem: Problem) -> bool:
    from ortools.sat.python import cp_model

    from cds.roster.solve.compact import CompactModel

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return bool(solver.solve(CompactModel(problem).model) != cp_model.INFEASIBLE)
