"""A smaller problem in which only some people, on some days, may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cds.roster.problem import OFF, Cover, Pairing, Problem, Roster, Unwanted


def restrict(
    problem: Problem, roster: Roster, people: Sequence[int], days: range | None = None
) -> Problem:
    """``problem`` for ``people`` alone, everybody else working as in ``roster``.

    Outside ``days`` (None: nowhere) the people keep their cells too. A roster of
    the restricted problem costs what the whole one does, less what the others'
    own rules cost and the covers that nobody of ``people`` can enter.
    """
    index = {employee: number for number, employee in enumerate(people)}
    others = [e for e in range(len(problem.employees)) if e not in index]
    skills = {skill for employee in people for skill in problem.employees[employee].skills}
    covers = []
    for cover in problem.covers:
        mine = set(people) if cover.employees is None else cover.employees & set(people)
        if not mine or not (cover.skills & skills):
            continue
        working = sum(
            1
            for e in others
            if roster.shifts[e][cover.day] in cover.shifts
            and roster.skills[e][cover.day] in cover.skills
            and (cover.employees is None or e in cover.employees)
        )
        covers.append(_less(cover, working, index))
    pairings = []
    for pairing in problem.pairings:
        kept = _rest_of_pairing(pairing, roster, index, problem)
        if isinstance(kept, Pairing):
            pairings.append(kept)
        elif kept is not None:
            covers.append(kept)
    employees = []
    for e in people:
        employee = problem.employees[e]
        frozen = tuple(
            Unwanted("frozen", day, (problem.every_shift | {OFF}) - {roster.shifts[e][day]}, None)
            for day in range(problem.days)
            if days is not None and day not in days
        )
        employees.append(replace(employee, rules=(*employee.rules, *frozen)))
    return replace(
        problem, employees=tuple(employees), covers=tuple(covers), pairings=tuple(pairings)
    )


def merge(roster: Roster, people: Sequence[int], part: Roster) -> Roster:
    """``roster`` with the rows of ``people`` taken from ``part``."""
    shifts, skills = list(roster.shifts), list(roster.skills)
    for number, employee in enumerate(people):
        shifts[employee], skills[employee] = part.shifts[number], part.skills[number]
    return Roster(tuple(shifts), tuple(skills))


def _less(cover: Cover, working: int, index: dict[int, int]) -> Cover:
    """The cover that is left when ``working`` others count towards it already.

    Bounds may become negative, so that what is over already costs what it did.
    """
    return replace(
        cover,
        minimum=None if cover.minimum is None else cover.minimum - working,
        maximum=None if cover.maximum is None else cover.maximum - working,
        employees=None
        if cover.employees is None
        else frozenset(index[e] for e in cover.employees if e in index),
    )


def _rest_of_pairing(
    pairing: Pairing, roster: Roster, index: dict[int, int], problem: Problem
) -> Pairing | Cover | None:
    """What is left of a pairing; None where nobody of ``index`` can change it."""
    company = pairing.partners - {pairing.employee}  # nobody is their own partner
    partners = frozenset(index[e] for e in company if e in index)
    others = company - set(index)
    if any(roster.shifts[e][pairing.day] == pairing.shift for e in others):
        return None
    if pairing.employee in index:
        return replace(pairing, employee=index[pairing.employee], partners=partners)
    if roster.shifts[pairing.employee][pairing.day] != pairing.shift or not partners:
        return None
    # Who must not be alone is fixed on that shift: one of the partners is needed there.
    return Cover(
        pairing.rule,
        pairing.day,
        frozenset({pairing.shift}),
        problem.every_skill,
        minimum=1,
        under=pairing.weight,
        employees=partners,
    )
