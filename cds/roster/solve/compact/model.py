"""The compact CP-SAT model of a problem: one boolean for each cell and shift."""

from __future__ import annotations

from collections.abc import Callable

from ortools.sat.python import cp_model

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)
from cds.roster.solve.compact.builder import Builder
from cds.roster.solve.compact.cells import Cells, Enforce, always
from cds.roster.solve.compact.covers import add_cover, add_pairing
from cds.roster.solve.compact.rules import (
    add_count,
    add_pattern,
    add_run,
    add_unwanted,
    add_weekends,
)


class CompactModel:
    """All of ``problem`` as constraints and a cost.

    ``works[employee, day, shift]`` is 1 where it is worked; it is absent where a
    hard rule on that day alone forbids it. ``roles[employee, day, shift, skill]``
    says in which skill: the ``works`` variable itself for who has one skill, and
    absent for who has several where it makes no difference which.

    ``cost`` is the cost of the soft rules, to be minimised by the caller: at less
    than the minimum, auxiliary variables may overstate it, never understate it.

    ``enforce(rule, employee)`` is asked once for each rule with a hard side, once
    for each hard cover and pairing (their employee is None). Where it answers with
    a literal of ``model`` the hard side binds only if that literal is true; where
    it answers None, always. Such literals are made in a model handed in as ``model``.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        enforce: Enforce | None = None,
        model: cp_model.CpModel | None = None,
    ) -> None:
        self.problem = problem
        self.model = cp_model.CpModel() if model is None else model
        self._builder = Builder(self.model)
        ask = enforce or always
        self._cells = Cells(problem, self._builder, ask)
        self.works = self._cells.works
        self.roles = self._cells.roles
        for index, employee in enumerate(problem.employees):
            for rule in employee.rules:
                self._add_rule(index, rule, ask)
        for cover in problem.covers:
            when = ask(cover, None) if _has_hard_side(cover) else None
            add_cover(self._cells, cover, when)
        for pairing in problem.pairings:
            add_pairing(
                self._cells, pairing, ask(pairing, None) if pairing.weight is None else None
            )
        self.cost = self._builder.cost

    def _add_rule(self, employee: int, rule: Rule, enforce: Enforce) -> None:
        if isinstance(rule, Unwanted):
            add_unwanted(self._cells, employee, rule)
            return
        when = enforce(rule, employee) if _has_hard_side(rule) else None
        if isinstance(rule, Count):
            add_count(self._cells, employee, rule, when)
        elif isinstance(rule, Run):
            add_run(self._cells, employee, rule, when)
        elif isinstance(rule, Pattern):
            add_pattern(self._cells, employee, rule, when)
        else:
            add_weekends(self._cells, employee, rule, when)

    @property
    def cost_offset(self) -> int:
        """The part of ``cost`` that no roster can change."""
        return self._builder.constant

    def hint(self, roster: Roster) -> None:
        """Start the search from ``roster``: every variable gets its value there.

        Cells that the model forbids count as days off; earlier hints are dropped.
        """
        values = self._values(roster)
        hint = self.model.proto.solution_hint
        hint.vars.clear()
        hint.values.clear()
        hint.vars.extend(values.keys())
        hint.values.extend(values.values())

    def cost_of(self, roster: Roster) -> int:
        """What the model charges for ``roster``, as it sees the soft rules."""
        values = self._values(roster)
        return self._builder.constant + sum(
            price * values[literal.index]
            for literal, price in zip(self._builder.charged, self._builder.prices, strict=True)
        )

    def _values(self, roster: Roster) -> dict[int, int]:
        values: dict[int, int] = {}
        for (employee, day, shift), works in self.works.items():
            values[works.index] = int(roster.shifts[employee][day] == shift)
        for (employee, day, shift, skill), role in self.roles.items():
            if len(self.problem.employees[employee].skills) > 1:
                values[role.index] = int(
                    roster.shifts[employee][day] == shift and roster.skills[employee][day] == skill
                )
        self._builder.complete(values)
        return values

    def roster(self, value: Callable[[cp_model.IntVar], int]) -> Roster:
        """The roster in a solution; ``value`` gives a variable's value in it."""
        days = self.problem.days
        shifts = [[OFF] * days for _ in self.problem.employees]
        skills = [[-1] * days for _ in self.problem.employees]
        for (employee, day, shift), works in self.works.items():
            if value(works):
                shifts[employee][day] = shift
                skills[employee][day] = self.problem.employees[employee].skills[0]
        for (employee, day, shift, skill), role in self.roles.items():
            if shifts[employee][day] == shift and value(role):
                skills[employee][day] = skill
        return Roster(tuple(map(tuple, shifts)), tuple(map(tuple, skills)))


def _has_hard_side(rule: Count | Run | Weekends | Pattern | Cover) -> bool:
    """Whether breaking the rule, in one of its ways, is forbidden."""
    if isinstance(rule, Pattern):
        return rule.weight is None
    hard = (rule.minimum is not None and rule.under is None) or (
        rule.maximum is not None and rule.over is None
    )
    if isinstance(rule, Weekends) and not hard:
        hard = (rule.minimum_in_row is not None and rule.under_in_row is None) or (
            rule.maximum_in_row is not None and rule.over_in_row is None
        )
    return hard
