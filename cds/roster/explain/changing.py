"""The cells in which one roster differs from another, counted inside a CP-SAT model."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ortools.sat.python import cp_model

from cds.roster.problem import OFF, Roster
from cds.roster.solve.compact import CompactModel

CELL = 1000
"""The size of a changed shift, where a changed skill on an unchanged shift is 1."""


def changes(
    compact: CompactModel, before: Roster, *, free: Collection[tuple[int, int]], frozen: int
) -> cp_model.LinearExpr:
    """How far a solution is from ``before``; the cells (employee, day) of ``free`` don't count.

    The skills of days before ``frozen`` are fixed in the model (their shifts are the
    problem's to fix).
    """
    literals: list[Any] = []
    prices: list[int] = []
    constant = 0
    for employee, day in _counted(compact, free):
        shift, skill = before.shifts[employee][day], before.skills[employee][day]
        stays = compact.works.get((employee, day, shift))
        if shift == OFF or stays is None:
            others = [
                compact.works[employee, day, other]
                for other in range(len(compact.problem.shifts))
                if (employee, day, other) in compact.works
            ]
            literals += others
            prices += [CELL] * len(others)
            continue
        constant += CELL
        literals.append(stays)
        prices.append(-CELL)
        if (employee, day, shift, skill) in compact.roles:
            role = compact.roles[employee, day, shift, skill]
            literals += [stays, role]
            prices += [1, -1]
            if day < frozen:
                compact.model.add_implication(stays, role)
    return cp_model.LinearExpr.weighted_sum(literals, prices) + constant


def _counted(compact: CompactModel, free: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    people, days = range(len(compact.problem.employees)), range(compact.problem.days)
    return [(e, d) for e in people for d in days if (e, d) not in free]


def settled(compact: CompactModel, found: Roster, before: Roster) -> Roster:
    """``found`` in the skills of ``before`` wherever it makes no difference to the model."""
    skills = [list(row) for row in found.skills]
    for employee, row in enumerate(found.shifts):
        held = compact.problem.employees[employee].skills
        for day, shift in enumerate(row):
            old = before.skills[employee][day]
            same = shift != OFF and shift == before.shifts[employee][day]
            if same and old in held and (employee, day, shift, old) not in compact.roles:
                skills[employee][day] = old
    return Roster(found.shifts, tuple(map(tuple, skills)))
