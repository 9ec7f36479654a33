"""Which days of a problem are weekends and holidays."""

from __future__ import annotations

from datetime import timedelta

from cds.roster.problem import Problem, Weekends
from cds.roster.view.model import Day
from cds.roster.ward.description import Ward

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def days_of(problem: Problem, ward: Ward | None) -> tuple[Day, ...]:
    """The days of the period; weekends are the ward's, else those that rules name."""
    named = _weekend_days(problem, ward)
    days = []
    for index in range(problem.days):
        day = problem.first_date + timedelta(days=index) if problem.first_date else None
        holiday = ward is not None and day is not None and day in ward.holidays
        days.append(Day(index, day, index in named, holiday))
    return tuple(days)


def weekends_of(days: tuple[Day, ...]) -> tuple[tuple[int, ...], ...]:
    """The days of each weekend: neighbours that are weekend days belong together."""
    groups: list[list[int]] = []
    for day in days:
        if not day.weekend:
            continue
        if groups and groups[-1][-1] == day.index - 1:
            groups[-1].append(day.index)
        else:
            groups.append([day.index])
    return tuple(map(tuple, groups))


def _weekend_days(problem: Problem, ward: Ward | None) -> frozenset[int]:
    if problem.first_date is not None:
        names = [name.casefold() for name in ward.weekend] if ward else ["saturday", "sunday"]
        first = problem.first_date.weekday()
        return frozenset(
            day for day in range(problem.days) if _WEEKDAYS[(first + day) % 7] in names
        )
    return frozenset(
        day
        for employee in problem.employees
        for rule in employee.rules
        if isinstance(rule, Weekends)
        for group in rule.groups
        for day in group
    )
