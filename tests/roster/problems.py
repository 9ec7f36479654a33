"""Small random problems that use every rule in every way, and rosters for them.

Rule names are unique, so that a breach names its rule.
"""

from __future__ import annotations

from itertools import permutations

from hypothesis import strategies as st

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Options,
    Pairing,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

_weights = st.sampled_from((None, 1, 2, 7))
_maybe_bound = st.sampled_from((None, 0, 1, 2, 3))


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    employees: tuple[int, int] = (1, 4),
    days: tuple[int, int] = (1, 7),
    shifts: tuple[int, int] = (1, 3),
    skills: tuple[int, int] = (1, 3),
    rules: int = 3,
    hard: bool = True,
) -> Problem:
    """A problem of sizes within the ranges given; ``rules`` is the most a person has.

    Without ``hard`` all its rules are soft, so that every roster is allowed.
    """
    length = draw(st.integers(*days))
    codes = tuple("DEN"[: draw(st.integers(*shifts))])
    grades = tuple("rac"[: draw(st.integers(*skills))])
    people = draw(st.integers(*employees))
    weights = _weights if hard else _weights.map(lambda weight: weight or 3)
    drawn = _Rules(draw, length, len(codes), weights)
    staff = []
    for index in range(people):
        held = draw(st.sampled_from(_held(len(grades))))
        costs = draw(st.sampled_from(((), tuple(range(len(held))), (2,) * len(held))))
        kinds = draw(st.lists(st.sampled_from(drawn.kinds), max_size=rules))
        own = tuple(kind(f"{index}-{number}") for number, kind in enumerate(kinds))
        staff.append(Employee(f"e{index}", held, own, costs))
    covers = tuple(
        drawn.cover(f"cover {number}", len(grades), people)
        for number in range(draw(st.integers(0, 3)))
    )
    pairings = tuple(
        drawn.pairing(f"pairing {number}", people) for number in range(draw(st.integers(0, 2)))
    )
    return Problem("random", length, codes, grades, tuple(staff), covers, pairings)


def _held(skills: int) -> list[tuple[int, ...]]:
    """The skills that a person may hold, in any order, the few first."""
    return [held for size in range(1, skills + 1) for held in permutations(range(skills), size)]


@st.composite
def rosters(draw: st.DrawFn, problem: Problem) -> Roster:
    """Any roster of ``problem`` in which everybody works in skills that they hold."""
    shifts, skills = [], []
    for employee in problem.employees:
        row = _digits(draw, problem.days, len(problem.shifts) + 1)
        roles = _digits(draw, problem.days, len(employee.skills))
        shifts.append(tuple(digit - 1 for digit in row))
        skills.append(
            tuple(
                employee.skills[role] if digit else -1
                for digit, role in zip(row, roles, strict=True)
            )
        )
    return Roster(tuple(shifts), tuple(skills))


def _digits(draw: st.DrawFn, count: int, base: int) -> list[int]:
    """``count`` numbers under ``base``, drawn at once: many draws are slow."""
    number = draw(st.integers(0, base**count - 1))
    return [number // base**place % base for place in range(count)]


@st.composite
def problems_with_rosters(draw: st.DrawFn) -> tuple[Problem, Roster]:
    """A problem, and a roster of it that keeps or breaks its rules as it comes."""
    problem = draw(problems())
    return problem, draw(rosters(problem))


class _Rules:
    """Draws one rule of each kind."""

    def __init__(
        self, draw: st.DrawFn, days: int, shifts: int, weights: st.SearchStrategy[int | None]
    ) -> None:
        self.draw = draw
        self.days = days
        self.shifts = shifts
        self.weights = weights
        self.kinds = (self.unwanted, self.count, self.run, self.pattern, self.weekends)

    def subset(self, size: int, least: int = 0) -> list[int]:
        """Some of the numbers under ``size``; with ``least`` 1 at least one of them."""
        chosen = self.draw(st.integers(least, 2**size - 1))
        return [member for member in range(size) if chosen >> member & 1]

    def options(self, least: int = 0) -> Options:
        return frozenset(member - 1 for member in self.subset(self.shifts + 1, least))

    def some_days(self) -> tuple[int, ...]:
        return tuple(self.subset(self.days))

    def weight(self) -> int | None:
        return self.draw(self.weights)

    def bound(self) -> int | None:
        return self.draw(_maybe_bound)

    def bounds(self) -> tuple[int | None, int | None]:
        minimum, maximum = self.bound(), self.bound()
        if minimum is not None and maximum is not None:
            return min(minimum, maximum), max(minimum, maximum)
        return minimum, maximum

    def unwanted(self, rule: str) -> Rule:
        day = self.draw(st.integers(0, self.days - 1))
        return Unwanted(rule, day, self.options(), self.weight())

    def count(self, rule: str) -> Rule:
        # Amounts in units of 1 and of 30, where bounds fall between multiples.
        unit = self.draw(st.sampled_from((1, 1, 30)))
        amounts = {option: self.draw(st.integers(0, 3)) * unit for option in self.options(1)}
        minimum, maximum = self.bounds()
        shift = self.draw(st.integers(0, unit - 1))
        return Count(
            rule,
            self.some_days(),
            tuple(amounts.items()),
            None if minimum is None else minimum * 2 * unit - shift,
            None if maximum is None else maximum * 2 * unit + shift,
            self.weight(),
            self.weight(),
            start=self.draw(st.sampled_from((0, 0, 1, unit, 5 * unit + 1))),
        )

    def run(self, rule: str) -> Rule:
        before = self.draw(st.sampled_from((None, 0, 1, 2, 3, 5)))
        weights = self.weight(), self.weight()
        return Run(rule, self.options(), *self.bounds(), *weights, before=before)

    def pattern(self, rule: str) -> Rule:
        length = self.draw(st.integers(1, 4))
        steps = tuple(self.options(1) for _ in range(length))
        return Pattern(rule, steps, self.some_days(), self.weight())

    def weekends(self, rule: str) -> Rule:
        size = self.draw(st.integers(1, 3))
        step = self.draw(st.integers(size, size + 1))
        groups = tuple(
            tuple(range(day, min(day + size, self.days))) for day in range(0, self.days, step)
        )
        return Weekends(
            rule,
            groups,
            self.options(),
            *self.bounds(),
            self.weight(),
            self.weight(),
            self.draw(st.integers(0, 2)),
            *self.bounds(),
            self.weight(),
            self.weight(),
            self.draw(st.integers(0, 3)),
        )

    def cover(self, rule: str, skills: int, employees: int) -> Cover:
        day = self.draw(st.integers(0, self.days - 1))
        wanted = frozenset(self.subset(skills))
        team = frozenset(self.subset(employees)) if self.draw(st.booleans()) else None
        shifts = self.options() - {OFF}
        weights = self.weight(), self.weight()
        return Cover(rule, day, shifts, wanted, *self.bounds(), *weights, employees=team)

    def pairing(self, rule: str, employees: int) -> Pairing:
        day = self.draw(st.integers(0, self.days - 1))
        shift = self.draw(st.integers(0, self.shifts - 1))
        employee = self.draw(st.integers(0, employees - 1))
        partners = frozenset(self.subset(employees))
        return Pairing(rule, day, shift, employee, partners, self.weight())
