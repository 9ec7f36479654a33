"""A problem of some days in a row, cut out of a longer one.

What lies before the stretch is known and is carried in as each rule's past. What
lies after it is either known too, and then stands as it is, or still open, and
then every amount that is limited over the whole horizon gets its share by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, floor, gcd

import numpy as np

from cds.roster.problem import (
    OFF,
    Count,
    Employee,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)
from cds.roster.solve.person import Graphs, person
from cds.roster.solve.pricing import cheapest, shortest_path

AHEAD = 2
"""So many shifts may somebody be ahead of an even share of a range."""

AHEAD_OF_CAP = 10
"""The same for what has only a maximum: those who reach it early work other shifts later."""


BEHIND = 3
"""To be a shift behind a range costs so many times an uncovered shift: it adds up."""

SPARE = 0.6
"""Of what somebody could do beyond a minimum, what may be lost on the way."""

Pace = Mapping[Count, Sequence[int]]
"""By rule: the most of it that can be done before each day, from 0 to the last."""

Paces = tuple[Pace, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Days ``first`` to ``end`` (excluded) of a horizon, as far as they are to be decided.

    ``open``: what lies after ``end`` is not known yet.
    """

    first: int
    end: int
    open: bool


def memory(problem: Problem) -> int:
    """How many days after a stretch can tell whether the rules hold at its end."""
    lengths = [1]
    for employee in problem.employees:
        for rule in employee.rules:
            if isinstance(rule, Run):
                lengths.append(max(rule.minimum or 0, rule.maximum or 0) + 1)
            elif isinstance(rule, Pattern):
                lengths.append(len(rule.steps))
    return max(lengths)


def cut_out(problem: Problem, roster: Roster, span: Span, paces: Paces) -> Problem:
    """``problem`` within ``span``, given what ``roster`` has outside it.

    Where what follows is known, the stretch goes on for ``memory`` days that are
    fixed. A roster of the stretch costs what the whole one does, less what lies
    outside; in an open span shares of minima are charged like the dearest cover.
    """
    last = span.end if span.open else min(span.end + memory(problem), problem.days)
    dearest = BEHIND * max([1, *(cover.under or 0 for cover in problem.covers)])
    demand = _demand(problem)
    employees = tuple(
        replace(
            employee,
            rules=tuple(
                cut
                for rule in employee.rules
                for cut in _cut(rule, row, span, last, pace, demand, dearest)
            )
            + _fixed(row, problem, span, last),
        )
        for employee, row, pace in zip(problem.employees, roster.shifts, paces, strict=True)
    )
    return replace(
        problem,
        days=last - span.first,
        employees=employees,
        covers=tuple(
            replace(cover, day=cover.day - span.first)
            for cover in problem.covers
            if span.first <= cover.day < span.end
        ),
        pairings=tuple(
            replace(pairing, day=pairing.day - span.first)
            for pairing in problem.pairings
            if span.first <= pairing.day < span.end
        ),
        first_date=problem.first_date and problem.first_date + timedelta(span.first),
    )


def _demand(problem: Problem) -> list[int]:
    """How many are asked for, day by day."""
    demand = [0] * problem.days
    for cover in problem.covers:
        demand[cover.day] += max(cover.minimum or 0, 0)
    return [max(number, 1) for number in demand]


def paces(problem: Problem) -> Paces:
    """The most that can be done by each day of what a person must do at least.

    That is the longest path through the person's other rules: leave, weekends
    off and rest make it uneven.
    """
    graphs = Graphs(problem.days, len(problem.shifts))
    return tuple(
        {
            rule: _most(employee, rule, problem, graphs)
            for rule in employee.rules
            if isinstance(rule, Count) and rule.minimum is not None and rule.under is None
        }
        for employee in problem.employees
    )


def _most(employee: Employee, rule: Count, problem: Problem, graphs: Graphs) -> tuple[int, ...]:
    """What the roster with the most of ``rule`` has by each day, from 0 to the last."""
    others = tuple(
        other
        for other in employee.rules
        if not (isinstance(other, Count) and other.minimum is not None)
    )
    someone = person(problem, replace(employee, rules=others))
    graph, _ = graphs.fitting(someone.structural)
    amounts = np.zeros((problem.days, len(problem.shifts) + 1))
    for option, amount in rule.amounts:
        amounts[list(rule.days), option] = amount
    by_day = np.zeros(problem.days)
    if graph is not None:
        cells = np.where(np.isinf(someone.cells), np.inf, -amounts)
        value, options = cheapest(graph, cells, shortest_path)
        if value < np.inf:
            by_day = amounts[np.arange(problem.days), options]
    return (0, *np.cumsum(by_day).astype(int).tolist())


def _fixed(row: Sequence[int], problem: Problem, span: Span, last: int) -> tuple[Unwanted, ...]:
    every = problem.every_shift | {OFF}
    return tuple(
        Unwanted("fixed", day - span.first, every - {row[day]}, None)
        for day in range(span.end, last)
    )


def _cut(
    rule: Rule,
    row: Sequence[int],
    span: Span,
    last: int,
    pace: Pace,
    demand: Sequence[int],
    dearest: int,
) -> list[Rule]:
    first = span.first
    if isinstance(rule, Unwanted):
        return [replace(rule, day=rule.day - first)] if first <= rule.day < last else []
    if isinstance(rule, Count):
        return _cut_count(rule, row, span, last, pace.get(rule), dearest)
    if isinstance(rule, Run):
        return [replace(rule, before=_run_before(rule, row, first)) if first else rule]
    if isinstance(rule, Pattern):
        return _cut_pattern(rule, row, first, last)
    return _cut_weekends(rule, row, span, last, demand)


def _cut_count(
    rule: Count,
    row: Sequence[int],
    span: Span,
    last: int,
    most: Sequence[int] | None,
    dearest: int,
) -> list[Rule]:
    amounts = dict(rule.amounts)
    days = tuple(day - span.first for day in rule.days if span.first <= day < last)
    if not days:
        return []
    known = [day for day in rule.days if day < span.first or (day >= last and not span.open)]
    start = rule.start + sum(amounts.get(row[day], 0) for day in known)
    if not span.open or max(rule.days) < last:
        return [_from_nothing(replace(rule, days=days, start=start))]
    unit = gcd(*amounts.values()) or 1
    shift = max(amounts.values()) // unit
    minimum = maximum = None
    share = sum(day < last for day in rule.days) / len(rule.days)
    if most is not None and rule.minimum is not None and most[-1] >= rule.minimum:
        share = most[last] / max(most[-1], 1)
        minimum = floor((most[last] - SPARE * (most[-1] - rule.minimum)) / unit)
    if rule.maximum is not None:
        ahead = shift * (AHEAD_OF_CAP if most is None else AHEAD)
        maximum = ceil(rule.maximum * share / unit) + ahead
    shared = replace(
        rule,
        days=days,
        amounts=tuple((option, amount // unit) for option, amount in rule.amounts),
        minimum=minimum,
        maximum=maximum,
        under=ceil(dearest / shift) if rule.under is None else rule.under * unit,
        over=None if rule.over is None else rule.over * unit,
        start=start // unit,
    )
    return [_from_nothing(shared)]


def _from_nothing(rule: Count) -> Count:
    """The same rule with what was counted before taken off its bounds.

    Rules that then are equal have one graph. Without a past the bounds stay.
    """
    if rule.maximum is not None and rule.maximum < rule.start:
        return rule
    return replace(
        rule,
        start=0,
        minimum=None if rule.minimum is None else max(rule.minimum - rule.start, 0),
        maximum=None if rule.maximum is None else rule.maximum - rule.start,
    )


def _run_before(rule: Run, row: Sequence[int], first: int) -> int:
    length = 0
    while length < first and row[first - 1 - length] in rule.options:
        length += 1
    return length


def _cut_pattern(rule: Pattern, row: Sequence[int], first: int, last: int) -> list[Rule]:
    length = len(rule.steps)
    cut: list[Rule] = []
    starts = tuple(day - first for day in rule.starts if first <= day <= last - length)
    if starts:
        cut.append(replace(rule, starts=starts))
    for day in rule.starts:
        past = first - day
        under_way = 0 < past < length and day + length <= last
        if under_way and all(row[day + i] in rule.steps[i] for i in range(past)):
            cut.append(replace(rule, steps=rule.steps[past:], starts=(0,)))
    return cut


def _cut_weekends(
    rule: Weekends, row: Sequence[int], span: Span, last: int, demand: Sequence[int]
) -> list[Rule]:
    def known(day: int) -> bool:
        return day < span.first or (day >= last and not span.open)

    start, in_row = rule.start, rule.in_row
    groups = []
    for group in rule.groups:
        worked = any(known(day) and row[day] in rule.options for day in group)
        start += worked
        if group and group[-1] < span.first:
            in_row = in_row + 1 if worked else 0
        inside = tuple(day - span.first for day in group if span.first <= day < last)
        if inside and not worked:
            groups.append(inside)
    if not groups:
        return []
    minimum, maximum = rule.minimum, rule.maximum
    wanted = sum(demand[day] for group in rule.groups for day in group)
    so_far = sum(demand[day] for group in rule.groups for day in group if day < last)
    if span.open and so_far < wanted:
        minimum = None
        if maximum is not None:
            maximum = max(ceil(maximum * so_far / wanted), start)
    return [
        replace(
            rule,
            groups=tuple(groups),
            minimum=minimum,
            maximum=maximum,
            start=start,
            in_row=in_row,
        )
    ]
