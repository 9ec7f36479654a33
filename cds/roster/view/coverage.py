"""What each shift, skill and day needs beside what it has."""

from __future__ import annotations

from collections import defaultdict

from cds.roster.problem import Cover, Problem, Roster
from cds.roster.view.model import CoverCell, CoverRow

_Key = tuple[frozenset[int], frozenset[int]]  # shifts, skills


def coverage_of(problem: Problem, roster: Roster | None) -> tuple[CoverRow, ...]:
    """A row for each group of shifts and skills that has a need; days without one are left out.

    Bounds on named people (who must be apart, a skill fixed by hand) are no need of the ward.
    """
    grouped: dict[_Key, dict[int, list[Cover]]] = defaultdict(lambda: defaultdict(list))
    for cover in problem.covers:
        if cover.employees is None:
            grouped[cover.shifts, cover.skills][cover.day].append(cover)
    rows = []
    for key in sorted(grouped, key=_order):
        cells = [
            _cell(day, covers, _have(roster, key, day))
            for day, covers in sorted(grouped[key].items())
        ]
        if any(cell.minimum or cell.preferred or cell.maximum is not None for cell in cells):
            rows.append(_row(problem, key, tuple(cells), grouped[key]))
    return tuple(rows)


def _order(key: _Key) -> tuple[list[int], int, list[int]]:
    # Everybody on the shift first, then its single skills.
    shifts, skills = key
    return sorted(shifts), -len(skills), sorted(skills)


def _row(
    problem: Problem, key: _Key, cells: tuple[CoverCell, ...], covers: dict[int, list[Cover]]
) -> CoverRow:
    shifts = tuple(problem.shifts[shift] for shift in sorted(key[0]))
    any_skill = key[1] == problem.every_skill
    skills = () if any_skill else tuple(problem.skills[skill] for skill in sorted(key[1]))
    labels = {cover.label for day in covers.values() for cover in day}
    own = labels.pop() if len(labels) == 1 else ""
    label = own or ", ".join(filter(None, ("/".join(shifts), "/".join(skills))))
    return CoverRow(shifts, skills, label, cells)


def _cell(day: int, covers: list[Cover], have: int) -> CoverCell:
    """Several covers of one day: the lowest minimum must be, a higher one is preferred."""
    least = sorted({cover.minimum for cover in covers if cover.minimum is not None})
    most = [cover.maximum for cover in covers if cover.maximum is not None]
    hard = [cover.minimum for cover in covers if cover.minimum is not None and cover.under is None]
    minimum = max(hard) if hard else (least[0] if least else None)
    preferred = least[-1] if least and minimum is not None and least[-1] > minimum else None
    return CoverCell(day, have, minimum, preferred, min(most) if most else None)


def _have(roster: Roster | None, key: _Key, day: int) -> int:
    if roster is None:
        return 0
    shifts, skills = key
    return sum(
        row[day] in shifts and role[day] in skills
        for row, role in zip(roster.shifts, roster.skills, strict=True)
    )
