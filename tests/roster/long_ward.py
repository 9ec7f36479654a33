"""A ward of many weeks whose people have hours, weekends and a cap over all of them."""

from __future__ import annotations

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Pattern,
    Problem,
    Run,
    Unwanted,
    Weekends,
)

WORK = frozenset({0, 1})


def long_ward(*, people: int, weeks: int) -> Problem:
    """Early and late shifts; each person 4 or 5 shifts a week and every other weekend at most."""
    days = 7 * weeks
    every = tuple(range(days))
    weekends = tuple((day + 5, day + 6) for day in range(0, days, 7))
    staff = []
    for number in range(people):
        rules = (
            Run("days in a row", WORK, 2, 5),
            Run("days off", frozenset({OFF}), 2, None),
            Pattern("late, early", (frozenset({1}), frozenset({0})), every[:-1], None),
            Count("hours", every, ((0, 8), (1, 8)), 8 * (4 * weeks - 2), 8 * 4 * weeks),
            Count("lates", every, ((1, 1),), None, 2 * weeks + 1),
            Weekends("weekends", weekends, WORK, maximum=(weeks + 1) // 2),
            Unwanted("leave", (5 * number + 3) % days, WORK, None),
            Unwanted("wish", (3 * number) % days, frozenset({0, OFF}), 2),
        )
        staff.append(Employee(f"e{number}", (0,), rules))
    covers = tuple(
        Cover("cover", day, frozenset({shift}), frozenset({0}), needed, needed, 100, 1)
        for day in every
        for shift, needed in ((0, max(people // 4, 1)), (1, max(people // 4, 1)))
    )
    return Problem("long ward", days, ("E", "L"), ("nurse",), tuple(staff), covers)
