"""Rules loosened just so far that a given roster keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cds.roster.check import assess
from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)


def admitting(problem: Problem, roster: Roster) -> Problem:
    """``problem`` with the hard rules on people loosened so that ``roster`` keeps them.

    Where ``roster`` breaks a rule it may go on breaking it as much, but no more:
    bounds move to what the roster has, a broken pattern or cell is allowed where it
    stands. Hard maxima of cover move likewise. Soft rules stay as they are.
    """
    broken: set[tuple[int | None, str]] = {
        (breach.employee, breach.rule)
        for breach in assess(problem, roster).hard
        if breach.employee is not None
    }
    employees = tuple(
        _admitting(problem, index, employee, roster, broken)
        for index, employee in enumerate(problem.employees)
    )
    covers = tuple(
        replace(cover, maximum=max(cover.maximum, present(cover, roster)))
        if cover.maximum is not None and cover.over is None
        else cover
        for cover in problem.covers
    )
    return replace(problem, employees=employees, covers=covers)


def present(cover: Cover, roster: Roster) -> int:
    """How many of ``roster`` count for ``cover``."""
    asked = range(len(roster.shifts)) if cover.employees is None else cover.employees
    day = cover.day
    return sum(
        roster.shifts[e][day] in cover.shifts
        and roster.shifts[e][day] != OFF
        and roster.skills[e][day] in cover.skills
        for e in asked
    )


def _admitting(
    problem: Problem,
    index: int,
    employee: Employee,
    roster: Roster,
    broken: set[tuple[int | None, str]],
) -> Employee:
    if not any(who == index for who, _ in broken):
        return employee
    row = roster.shifts[index]
    rules: list[Rule] = []
    for rule in employee.rules:
        loose = _loosened(rule, row) if (index, rule.rule) in broken else rule
        if loose is not None:
            rules.append(loose)
    return replace(employee, rules=tuple(rules))


def _loosened(rule: Rule, row: Sequence[int]) -> Rule | None:
    match rule:
        case Unwanted():
            hard = rule.weight is None and row[rule.day] in rule.options
            if not hard:
                return rule
            options = rule.options - {row[rule.day]}
            return replace(rule, options=options) if options else None
        case Pattern():
            if rule.weight is not None:
                return rule
            starts = tuple(start for start in rule.starts if not _occurs(rule, row, start))
            return replace(rule, starts=starts)
        case Count():
            amounts = dict(rule.amounts)
            total = rule.start + sum(amounts.get(row[day], 0) for day in rule.days)
            low, high = rule.minimum, rule.maximum
            if low is not None and rule.under is None:
                low = min(low, total)
            if high is not None and rule.over is None:
                high = max(high, total)
            return replace(rule, minimum=low, maximum=high)
        case Run():
            return _loosened_run(rule, row)
        case Weekends():
            return _loosened_weekends(rule, row)


def _occurs(rule: Pattern, row: Sequence[int], start: int) -> bool:
    if start < 0 or start + len(rule.steps) > len(row):
        return False
    found = row[start : start + len(rule.steps)]
    return all(option in step for option, step in zip(found, rule.steps, strict=True))


def _loosened_run(rule: Run, row: Sequence[int]) -> Run:
    ended, last = _lengths([option in rule.options for option in row], rule.before or 0)
    if rule.before is None and row and row[0] in rule.options and ended:
        ended_known = ended[1:]  # nobody knows where the first began
    else:
        ended_known = ended
    low, high = rule.minimum, rule.maximum
    if low is not None and rule.under is None:
        low = min([low, *ended_known])
    if high is not None and rule.over is None:
        high = max([high, *ended, last])
    return replace(rule, minimum=low, maximum=high)


def _loosened_weekends(rule: Weekends, row: Sequence[int]) -> Weekends:
    worked = [any(row[day] in rule.options for day in group) for group in rule.groups]
    total = rule.start + sum(worked)
    ended, last = _lengths(worked, rule.in_row)
    low, high = rule.minimum, rule.maximum
    low_row, high_row = rule.minimum_in_row, rule.maximum_in_row
    if low is not None and rule.under is None:
        low = min(low, total)
    if high is not None and rule.over is None:
        high = max(high, total)
    if low_row is not None and rule.under_in_row is None:
        low_row = min([low_row, *ended])
    if high_row is not None and rule.over_in_row is None:
        high_row = max([high_row, *ended, last])
    return replace(rule, minimum=low, maximum=high, minimum_in_row=low_row, maximum_in_row=high_row)


def _lengths(inside: Sequence[bool], before: int) -> tuple[list[int], int]:
    """The lengths of the runs that have ended, and of the one still open (0: none)."""
    ended = []
    length = before
    for within in inside:
        if within:
            length += 1
        elif length:
            ended.append(length)
            length = 0
    return ended, length
