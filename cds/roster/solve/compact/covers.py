"""What must be covered each day, and who must be beside whom."""

from __future__ import annotations

from cds.roster.problem import Cover, Pairing
from cds.roster.solve.compact.builder import Literal, Sum, negated
from cds.roster.solve.compact.cells import Cells


def add_cover(cells: Cells, cover: Cover, when: Literal) -> None:
    """Bound how many work on a day in given shifts and skills."""
    employees = cells.problem.employees
    counted = range(len(employees)) if cover.employees is None else sorted(cover.employees)
    literals: list[Literal] = []
    certain = 0
    for employee in counted:
        shifts = [s for s in cells.allowed[employee][cover.day] if s in cover.shifts]
        skills = employees[employee].skills
        inside = [skill for skill in skills if skill in cover.skills]
        if not shifts or not inside:
            continue
        if len(inside) < len(skills):
            for shift in shifts:
                for skill in inside:
                    literals.append(cells.roles[employee, cover.day, shift, skill])
        elif len(shifts) == len(cells.allowed[employee][cover.day]):
            working = cells.working(employee, cover.day)
            if working is True:
                certain += 1
            else:
                literals.append(working)
        else:
            literals.extend(cells.works[employee, cover.day, shift] for shift in shifts)
    # Nobody is counted twice, so there cannot be more than these people.
    people = len(set(counted))
    total = Sum(
        literals, [1] * len(literals), certain, certain, certain + min(len(literals), people)
    )
    cells.builder.bound(total, cover.minimum, cover.maximum, cover.under, cover.over, when)


def add_pairing(cells: Cells, pairing: Pairing, when: Literal) -> None:
    """Somebody of the partners works beside the employee, or it costs."""
    works = cells.works.get((pairing.employee, pairing.day, pairing.shift), False)
    beside = [
        cells.works.get((partner, pairing.day, pairing.shift), False)
        for partner in sorted(pairing.partners - {pairing.employee})
    ]
    otherwise = [negated(works), *beside]
    if pairing.weight is None:
        cells.builder.clause(otherwise, when)
    else:
        cells.builder.soft_clause(otherwise, pairing.weight)
