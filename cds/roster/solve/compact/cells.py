"""The decisions of a roster: who works which shift, and in which skill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ortools.sat.python import cp_model

from cds.roster.problem import OFF, Cover, Employee, Options, Pairing, Problem, Rule, Unwanted
from cds.roster.solve.compact.builder import Builder, Literal, negated

Enforce = Callable[[Rule | Cover | Pairing, int | None], "cp_model.IntVar | None"]
"""For a hard rule (and its employee): the literal that makes it bind; None: it always binds."""


def always(_rule: Rule | Cover | Pairing, _employee: int | None) -> None:
    """Every hard rule binds."""
    return


class Cells:
    """The variables of each cell (employee, day), and literals for sets of options."""

    def __init__(self, problem: Problem, builder: Builder, enforce: Enforce) -> None:
        self.problem = problem
        self.builder = builder
        self.works: dict[tuple[int, int, int], Any] = {}
        self.roles: dict[tuple[int, int, int, int], Any] = {}
        self.allowed: list[list[list[int]]] = []  # the shifts allowed, by employee and day
        self.may_be_off: list[list[bool]] = []
        self._working: list[list[Literal]] = []
        self._any: dict[tuple[int, int, tuple[int, ...]], Literal] = {}
        for index, employee in enumerate(problem.employees):
            self._add_employee(index, employee, enforce)
        self._add_roles()

    def working(self, employee: int, day: int) -> Literal:
        """The employee works any shift that day."""
        return self._working[employee][day]

    def any_of(self, employee: int, day: int, options: Options) -> Literal:
        """The employee has one of ``options`` that day; built once, then shared."""
        allowed = self.allowed[employee][day]
        if OFF in options and self.may_be_off[employee][day]:
            return negated(self._any_shift(employee, day, [s for s in allowed if s not in options]))
        return self._any_shift(employee, day, [s for s in allowed if s in options])

    def _any_shift(self, employee: int, day: int, shifts: list[int]) -> Literal:
        if not shifts:
            return False
        if len(shifts) == len(self.allowed[employee][day]):
            return self._working[employee][day]
        if len(shifts) == 1:
            return self.works[employee, day, shifts[0]]
        key = (employee, day, tuple(shifts))
        literal = self._any.get(key)
        if literal is None:
            literal = self.builder.exclusive_any([self.works[employee, day, s] for s in shifts])
            self._any[key] = literal
        return literal

    def _add_employee(self, index: int, employee: Employee, enforce: Enforce) -> None:
        days = self.problem.days
        shifts = range(len(self.problem.shifts)) if employee.skills else range(0)
        options = [{OFF, *shifts} for _ in range(days)]
        conditional: list[tuple[Unwanted, Literal]] = []
        for rule in employee.rules:
            if isinstance(rule, Unwanted) and rule.weight is None and 0 <= rule.day < days:
                literal = enforce(rule, index)
                if literal is None:
                    options[rule.day] -= rule.options
                else:
                    conditional.append((rule, literal))
        self.allowed.append([sorted(allowed - {OFF}) for allowed in options])
        self.may_be_off.append([OFF in allowed for allowed in options])
        self._working.append([self._add_cell(index, day) for day in range(days)])
        for rule, literal in conditional:
            self.builder.clause([negated(self.any_of(index, rule.day, rule.options))], literal)

    def _add_cell(self, employee: int, day: int) -> Literal:
        allowed = self.allowed[employee][day]
        variables = [self.builder.boolean() for _ in allowed]
        for shift, variable in zip(allowed, variables, strict=True):
            self.works[employee, day, shift] = variable
        if not self.may_be_off[employee][day]:
            self.builder.model.add_exactly_one(variables)
            return bool(variables)  # with no option left at all the model has no solution
        if len(variables) > 1:
            return self.builder.exclusive_any(variables)
        return variables[0] if variables else False

    def _add_roles(self) -> None:
        telling: dict[tuple[int, int], list[Cover]] = {}
        for cover in self.problem.covers:
            for shift in cover.shifts:
                telling.setdefault((cover.day, shift), []).append(cover)
        for (employee, day, shift), works in self.works.items():
            person = self.problem.employees[employee]
            skills = person.skills
            costs = person.skill_costs or (0,) * len(skills)
            if len(skills) > 1 and (
                len(set(costs)) > 1
                or _distinguished(employee, skills, telling.get((day, shift), ()))
            ):
                roles = [self.builder.boolean() for _ in skills]
                self.builder.model.add_exactly_one([*roles, ~works])
                for skill, cost, role in zip(skills, costs, roles, strict=True):
                    self.roles[employee, day, shift, skill] = role
                    self.builder.charge(role, cost)
            else:
                if len(skills) == 1:
                    self.roles[employee, day, shift, skills[0]] = works
                self.builder.charge(works, costs[0])


def _distinguished(employee: int, skills: tuple[int, ...], covers: Iterable[Cover]) -> bool:
    """Whether it matters to any of ``covers`` in which skill the employee works."""
    for cover in covers:
        if cover.employees is None or employee in cover.employees:
            counted = sum(skill in cover.skills for skill in skills)
            if 0 < counted < len(skills):
                return True
    return False
