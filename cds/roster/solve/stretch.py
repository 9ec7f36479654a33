"""A problem of some days in a row, cut out of a longer one whose other days are known.

What lies before the stretch is carried in as each rule's past; what lies after it
stands as it is, for as many days as can tell whether the rules hold at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from cds.roster.problem import (
    OFF,
    Count,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Days ``first`` to ``end`` (excluded) of a horizon."""

    first: int
    end: int


def memory(problem: Problem) -> int:
    """How many days after a stretch can tell whether the rules hold at its end."""
    lengths = [1]
    for employee in problem.employees:
        for rule in employee.rules:
            if isinstance(rule, Run):
                lengths.append(max(rule.minimum or 0, rule.maximum or 0) + 1)
            elif isinstance(rule, Pattern):
                lengths.append(len(rule.steps))
            elif isinstance(rule, Weekends):
                in_row = max(rule.minimum_in_row or 0, rule.maximum_in_row or 0)
                lengths.append(WEEK * (in_row + 1) if in_row else 1)
    return max(lengths)


def cut_out(problem: Problem, roster: Roster, span: Span) -> Problem:
    """``problem`` within ``span``, given what ``roster`` has outside it.

    The stretch goes on for ``memory`` days that are fixed. Two rosters that differ
    within the span differ in cost as their stretches do.
    """
    last = min(span.end + memory(problem), problem.days)
    employees = tuple(
        replace(
            employee,
            rules=tuple(cut for rule in employee.rules for cut in _cut(rule, row, span, last))
            + _fixed(row, problem, span, last),
        )
        for employee, row in zip(problem.employees, roster.shifts, strict=True)
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


def _fixed(row: Sequence[int], problem: Problem, span: Span, last: int) -> tuple[Unwanted, ...]:
    every = problem.every_shift | {OFF}
    return tuple(
        Unwanted("fixed", day - span.first, every - {row[day]}, None)
        for day in range(span.end, last)
    )


def _cut(rule: Rule, row: Sequence[int], span: Span, last: int) -> list[Rule]:
    first = span.first
    if isinstance(rule, Unwanted):
        return [replace(rule, day=rule.day - first)] if first <= rule.day < last else []
    if isinstance(rule, Count):
        return _cut_count(rule, row, first, last)
    if isinstance(rule, Run):
        return [_cut_run(rule, row, first)]
    if isinstance(rule, Pattern):
        return _cut_pattern(rule, row, first, last)
    return _cut_weekends(rule, row, first, last)


def _cut_count(rule: Count, row: Sequence[int], first: int, last: int) -> list[Rule]:
    amounts = dict(rule.amounts)
    days = tuple(day - first for day in rule.days if first <= day < last)
    if not days:
        return []
    known = [day for day in rule.days if not first <= day < last]
    start = rule.start + sum(amounts.get(row[day], 0) for day in known)
    return [_from_nothing(replace(rule, days=days, start=start))]


def _from_nothing(rule: Count) -> Count:
    """The same rule with what was counted before taken off its bounds.

    Rules that then are equal have one graph. What is over a maximum already, or
    beyond a minimum, keeps its past.
    """
    if rule.maximum is not None and rule.maximum < rule.start:
        return rule
    return replace(
        rule,
        start=0,
        minimum=None if rule.minimum is None else max(rule.minimum - rule.start, 0),
        maximum=None if rule.maximum is None else rule.maximum - rule.start,
    )


def _cut_run(rule: Run, row: Sequence[int], first: int) -> Run:
    """What went on before; of a past that is unknown, day 0 counts as the beginning."""
    if not first:
        return rule
    length = 0
    while length < first and row[first - 1 - length] in rule.options:
        length += 1
    if length == first:
        if rule.before is None and rule.minimum is not None and length < rule.minimum:
            return replace(rule, before=None)
        length += rule.before or 0
    return replace(rule, before=length)


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


def _cut_weekends(rule: Weekends, row: Sequence[int], first: int, last: int) -> list[Rule]:
    start, in_row = rule.start, rule.in_row
    groups = []
    for group in rule.groups:
        outside = [day for day in group if not first <= day < last]
        worked = any(row[day] in rule.options for day in outside)
        start += worked
        known = bool(group) and (group[-1] < first or (worked and group[0] < first))
        if known:  # also the weekend of which the stretch sees the rest
            in_row = in_row + 1 if worked else 0
        inside = tuple(day - first for day in group if first <= day < last)
        if inside and not worked:
            groups.append(inside)
    if not groups:
        return []
    return [replace(rule, groups=tuple(groups), start=start, in_row=in_row)]
