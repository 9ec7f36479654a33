"""What a roster breaks and costs, kept by person and by day, so that a change is cheap to judge.

Everything is judged by the independent checker: people's rules touch only their
own row, cover and pairings only their own day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cds.roster.check import assess
from cds.roster.problem import Assessment, Breach, Problem, Roster

Cell = tuple[int, int]
"""(employee, day)"""
Entry = tuple[int, int]
"""(option, skill); the skill is -1 on a day off."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: hard rules newly broken (or broken more), and mended; cost."""

    broken: tuple[Breach, ...]
    mended: tuple[Breach, ...]
    cost: int


class Ledger:
    """The accounts of ``roster``."""

    def __init__(self, problem: Problem, roster: Roster) -> None:
        self.problem = problem
        self.roster = roster
        self._people: dict[int, Assessment] = {}
        self._days: dict[int, Assessment] = {}
        self._staffing: dict[int, Problem] = {}

    def effect(self, cells: Mapping[Cell, Entry]) -> Effect:
        """What it does to put ``cells`` in place of what the roster has there."""
        before: list[Assessment] = []
        after: list[Assessment] = []
        for employee in sorted({employee for employee, _ in cells}):
            if employee not in self._people:
                self._people[employee] = self._person(employee, {})
            before.append(self._people[employee])
            after.append(self._person(employee, cells))
        for day in sorted({day for _, day in cells}):
            if day not in self._days:
                self._days[day] = self._day(day, {})
            before.append(self._days[day])
            after.append(self._day(day, cells))
        broken, mended = _compared(_hard(before), _hard(after))
        cost = sum(a.cost for a in after) - sum(a.cost for a in before)
        return Effect(broken, mended, cost)

    def _entry(self, employee: int, day: int, cells: Mapping[Cell, Entry]) -> Entry:
        found = cells.get((employee, day))
        if found is not None:
            return found
        return self.roster.shifts[employee][day], self.roster.skills[employee][day]

    def _person(self, employee: int, cells: Mapping[Cell, Entry]) -> Assessment:
        entries = [self._entry(employee, day, cells) for day in range(self.problem.days)]
        alone = replace(
            self.problem, employees=(self.problem.employees[employee],), covers=(), pairings=()
        )
        row = tuple(option for option, _ in entries), tuple(skill for _, skill in entries)
        found = assess(alone, Roster((row[0],), (row[1],)))
        return replace(found, breaches=tuple(replace(b, employee=employee) for b in found.breaches))

    def _day(self, day: int, cells: Mapping[Cell, Entry]) -> Assessment:
        if day not in self._staffing:
            # Skills were judged with the person: here everybody may work in any.
            everybody = tuple(
                replace(e, rules=(), skills=tuple(range(len(self.problem.skills))), skill_costs=())
                for e in self.problem.employees
            )
            self._staffing[day] = replace(
                self.problem,
                days=1,
                employees=everybody,
                covers=tuple(replace(c, day=0) for c in self.problem.covers if c.day == day),
                pairings=tuple(replace(p, day=0) for p in self.problem.pairings if p.day == day),
            )
        entries = [self._entry(e, day, cells) for e in range(len(self.problem.employees))]
        column = Roster(
            tuple((option,) for option, _ in entries), tuple((skill,) for _, skill in entries)
        )
        found = assess(self._staffing[day], column)
        kept = tuple(replace(b, day=day) for b in found.breaches)
        return replace(found, breaches=kept)


def _hard(assessments: Iterable[Assessment]) -> list[Breach]:
    return [breach for found in assessments for breach in found.hard]


def _compared(
    before: list[Breach], after: list[Breach]
) -> tuple[tuple[Breach, ...], tuple[Breach, ...]]:
    """What is broken more ``after`` than ``before``, and what less."""

    def key(breach: Breach) -> tuple[object, ...]:
        # A label of a person's rule tells the amount; a cover's, which cover it is.
        label = breach.label if breach.employee is None else ""
        return breach.rule, breach.employee, breach.day, breach.origin, label

    amounts: Counter[tuple[object, ...]] = Counter()
    for breach in before:
        amounts[key(breach)] -= breach.amount
    for breach in after:
        amounts[key(breach)] += breach.amount
    broken = {key(b): b for b in after if amounts[key(b)] > 0}
    mended = {key(b): b for b in before if amounts[key(b)] < 0}
    return tuple(broken.values()), tuple(mended.values())
