"""Rows of a table, wherever they were read, to a roster; and the skills that cells leave open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cds.errors import InputError, Place
from cds.roster.problem import OFF, Cover, Problem, Roster
from cds.roster.sheets.entries import Entry, known
from cds.roster.view import own_skills


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a roster's file holds: the roster, and who cannot come, as (employee, day)."""

    roster: Roster
    absent: frozenset[tuple[int, int]] = frozenset()


@dataclass(slots=True)
class Assembly:
    """Entries by (employee, day) as they are read, each with its place."""

    problem: Problem
    source: str
    entries: dict[tuple[int, int], tuple[Entry, Place]] = field(default_factory=dict)
    absent: set[tuple[int, int]] = field(default_factory=set)

    def employee(self, name: str, place: Place) -> int:
        """The employee of a name. Raises InputError for a name that nobody has."""
        names = tuple(employee.name for employee in self.problem.employees)
        return known("person", name, names, place)

    def add(self, employee: int, day: int, entry: Entry, place: Place) -> None:
        """One cell. Raises InputError where it comes twice, or in a skill the person lacks."""
        person = self.problem.employees[employee]
        if (employee, day) in self.entries:
            before = self.entries[employee, day][1]
            raise InputError(f"{person.name} has this day already, in {before.pointer}", place)
        if entry.skill is not None and entry.skill not in person.skills:
            own = ", ".join(self.problem.skills[skill] or "none" for skill in person.skills)
            skill = self.problem.skills[entry.skill]
            raise InputError(f"{person.name} does not have the skill {skill}; has {own}", place)
        self.entries[employee, day] = entry, place
        if entry.absent:
            self.absent.add((employee, day))

    def sheet(self) -> Sheet:
        """Roster and absences. Raises InputError where a person or a day is missing.

        A cell without a skill is worked in the person's own skill, and by who
        has several in the one that the day's cover lacks most. Nobody stands in
        for another grade unless the cell says so.
        """
        for index, person in enumerate(self.problem.employees):
            missing = [day for day in range(self.problem.days) if (index, day) not in self.entries]
            if len(missing) == self.problem.days:
                raise InputError(
                    f"misses {person.name}; expected a row for each of the "
                    f"{len(self.problem.employees)} people",
                    Place(self.source),
                )
            if missing:
                raise InputError(
                    f"misses {day_name(self.problem, missing[0])}; expected every day of the "
                    f"period, {day_name(self.problem, 0)} to "
                    f"{day_name(self.problem, self.problem.days - 1)}",
                    Place(self.source),
                )
        entries = {key: entry for key, (entry, _) in self.entries.items()}
        return Sheet(_with_skills(self.problem, entries), frozenset(self.absent))


def day_name(problem: Problem, day: int) -> str:
    """What heads the day's column: the ISO date, else the day's number from 0."""
    if problem.first_date is None:
        return str(day)
    return (problem.first_date.fromordinal(problem.first_date.toordinal() + day)).isoformat()


def _with_skills(problem: Problem, entries: Mapping[tuple[int, int], Entry]) -> Roster:
    covers: dict[int, list[Cover]] = defaultdict(list)
    for cover in problem.covers:
        covers[cover.day].append(cover)
    shifts = [[OFF] * problem.days for _ in problem.employees]
    roles = [[OFF] * problem.days for _ in problem.employees]
    own = [own_skills(person) for person in problem.employees]
    for (employee, day), entry in entries.items():
        shifts[employee][day] = entry.option
    for day in range(problem.days):
        here: dict[int, tuple[int, int]] = {}  # employee -> (shift, skill)
        open_cells = []
        for employee, skills in enumerate(own):
            entry = entries[employee, day]
            if entry.option == OFF:
                continue
            if entry.skill is not None or len(skills) < 2:
                here[employee] = entry.option, skills[0] if entry.skill is None else entry.skill
            else:
                open_cells.append(employee)
        # Who can do least chooses first.
        for employee in sorted(open_cells, key=lambda one: len(own[one])):
            option = shifts[employee][day]
            lack = {s: _lack(covers[day], here, employee, option, s) for s in own[employee]}
            here[employee] = option, max(lack, key=lack.__getitem__)
        for employee, (_, skill) in here.items():
            roles[employee][day] = skill
    return Roster(tuple(map(tuple, shifts)), tuple(map(tuple, roles)))


def _lack(
    covers: list[Cover], here: Mapping[int, tuple[int, int]], employee: int, shift: int, skill: int
) -> tuple[int, int]:
    """What one more in this skill relieves: minimums that must be, then the cost of the others."""
    hard = soft = 0
    for cover in covers:
        counts = cover.employees is None or employee in cover.employees
        if not counts or shift not in cover.shifts or skill not in cover.skills:
            continue
        have = sum(
            at in cover.shifts
            and role in cover.skills
            and (cover.employees is None or who in cover.employees)
            for who, (at, role) in here.items()
        )
        if cover.minimum is not None and have < cover.minimum:
            hard += cover.under is None
            soft += cover.under or 0
        if cover.maximum is not None and have >= cover.maximum:
            hard -= cover.over is None
            soft -= cover.over or 0
    return hard, soft
