"""The independent checker: what a roster breaks, and what that costs.

It reads the rules as ``cds.roster.problem`` words them, by walking through the
roster day by day, and shares no code with any solver: a roster is believed only
when this module agrees with the solver that made it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds.roster.check.staff_rules import rule_breaches
from cds.roster.check.staffing import cover_breaches, pairing_breaches
from cds.roster.problem import (
    OFF,
    Assessment,
    Breach,
    Count,
    Cover,
    Employee,
    Pairing,
    Problem,
    Roster,
    Rule,
    Run,
    Weekends,
    Weight,
)

SKILL_RULE = "skill"
"""The rule of working in a skill that is not held, or that costs something."""


def assess(problem: Problem, roster: Roster) -> Assessment:
    """Every breach in ``roster``, and the cost of each soft rule of ``problem``.

    ``costs`` names every soft rule of the problem, with 0 where none is broken.
    Breaches come by employee, then cover by day, then pairings. Raises
    ValueError where the roster has not a row for each employee and an option
    and skill of the problem for each day.
    """
    _check_shape(problem, roster)
    breaches: list[Breach] = []
    for index, employee in enumerate(problem.employees):
        breaches += _skill_breaches(problem, index, employee, roster)
        for rule in employee.rules:
            breaches += rule_breaches(problem, index, rule, roster.shifts[index])
    breaches += cover_breaches(problem.covers, roster)
    for pairing in problem.pairings:
        breaches += pairing_breaches(problem, pairing, roster)
    costs = dict.fromkeys(_soft_rules(problem), 0)
    for breach in breaches:
        if breach.cost is not None:
            costs[breach.rule] += breach.cost
    return Assessment(tuple(breaches), sum(costs.values()), costs)


def _check_shape(problem: Problem, roster: Roster) -> None:
    tables = (
        ("shifts", roster.shifts, len(problem.shifts)),
        ("skills", roster.skills, len(problem.skills)),
    )
    for name, table, known in tables:
        if len(table) != len(problem.employees):
            raise ValueError(
                f"{name} has {len(table)} rows; expected {len(problem.employees)}, "
                "one for each employee"
            )
        for employee, row in enumerate(table):
            if len(row) != problem.days:
                raise ValueError(
                    f"{name} of employee {employee} has {len(row)} days; expected {problem.days}"
                )
            for day, entry in enumerate(row):
                if not -1 <= entry < known:
                    raise ValueError(
                        f"{name} of employee {employee} on day {day} is {entry}; "
                        f"expected -1 to {known - 1}"
                    )


def _skill_breaches(
    problem: Problem, index: int, employee: Employee, roster: Roster
) -> Iterator[Breach]:
    price = dict(zip(employee.skills, employee.skill_costs, strict=False))
    for day, (shift, skill) in enumerate(
        zip(roster.shifts[index], roster.skills[index], strict=True)
    ):
        name = problem.skills[skill] if skill >= 0 else ""
        # Work needs a skill that is held, and a day off has none.
        if (skill not in employee.skills) if shift != OFF else skill != -1:
            yield Breach(SKILL_RULE, index, day, 1, None, label=name)
        elif shift != OFF and price.get(skill, 0):
            yield Breach(SKILL_RULE, index, day, 1, price[skill], label=name)


def _soft_rules(problem: Problem) -> Iterator[str]:
    for employee in problem.employees:
        if any(employee.skill_costs):
            yield SKILL_RULE
        yield from (rule.rule for rule in employee.rules if _is_soft(rule))
    yield from (cover.rule for cover in problem.covers if _is_soft(cover))
    yield from (pairing.rule for pairing in problem.pairings if _is_soft(pairing))


def _is_soft(rule: Rule | Cover | Pairing) -> bool:
    """Whether any part of the rule has a price."""
    if not isinstance(rule, Count | Run | Weekends | Cover):
        return rule.weight is not None
    parts: list[tuple[int | None, Weight]] = [
        (rule.minimum, rule.under),
        (rule.maximum, rule.over),
    ]
    if isinstance(rule, Weekends):
        parts += [
            (rule.minimum_in_row, rule.under_in_row),
            (rule.maximum_in_row, rule.over_in_row),
        ]
    return any(bound is not None and weight is not None for bound, weight in parts)
