"""Twenty ways to make a ward of 30 people x 28 days impossible, each with what must be named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchmarks.roster_wards import (
    ASSISTANT,
    EARLY,
    ICU,
    LATE,
    NIGHT,
    NURSE,
    WORK,
    ward,
    with_rules,
)
from cds.roster.problem import OFF, Count, Cover, Problem, Run, Unwanted

Name = tuple[str, int | None]
"""(rule, employee), (label of cover, day) or (origin, employee)."""

EVERY = WORK | {OFF}


@dataclass(frozen=True)
class Planted:
    """``names`` are what the conflict must hold, all of it; None where several would do."""

    title: str
    problem: Problem
    names: frozenset[Name] | None
    size: int  # of the smallest conflict


def leave(problem: Problem, employee: int, first: int, last: int, row: int = 2) -> Problem:
    origin = f"leave.csv: row {row}"
    cells = [Unwanted("leave", day, WORK, None, origin) for day in range(first, last + 1)]
    return with_rules(problem, employee, *cells)


def fixed(problem: Problem, employee: int, day: int, option: int, row: int = 2) -> Problem:
    cell = Unwanted("fixed", day, EVERY - {option}, None, f"fixed.csv: row {row}")
    return with_rules(problem, employee, cell)


def need(problem: Problem, label: str, days: Iterable[int], minimum: int) -> Problem:
    chosen = set(days)
    covers = tuple(
        replace(cover, minimum=minimum)
        if cover.rule == "cover" and cover.label == label and cover.day in chosen
        else cover
        for cover in problem.covers
    )
    return replace(problem, covers=covers)


def holders(problem: Problem, skill: int) -> list[int]:
    return [i for i, person in enumerate(problem.employees) if skill in person.skills]


def replace_rule(problem: Problem, employee: int, name: str, rule: Run | Count) -> Problem:
    people = list(problem.employees)
    rules = tuple(rule if old.rule == name else old for old in people[employee].rules)
    people[employee] = replace(people[employee], rules=rules)
    return replace(problem, employees=tuple(people))


def more_than_hold_it(base: Problem) -> Planted:
    everybody = holders(base, ICU)
    problem = need(base, "N, ICU", [12], len(everybody) + 1)
    return Planted("more ICU needed than hold it", problem, frozenset({("N, ICU", 12)}), 1)


def leave_takes_the_skill(base: Problem) -> Planted:
    away = holders(base, ICU)[:7]
    problem = need(base, "N, ICU", [10], 4)
    for row, employee in enumerate(away, start=2):
        problem = leave(problem, employee, 7, 13, row)
    names = {("N, ICU", 10), *((f"leave.csv: row {row}", e) for row, e in enumerate(away, 2))}
    return Planted("ICU holders on leave", problem, frozenset(names), 8)


def leave_rest_and_a_maximum(base: Problem) -> Planted:
    *away, tired, spent = holders(base, ICU)
    problem = base
    for row, employee in enumerate(away, start=2):
        problem = leave(problem, employee, 10, 10, row)
    problem = fixed(problem, tired, 11, EARLY)
    problem = with_rules(problem, spent, Count("no-nights", (10,), ((NIGHT, 1),), maximum=0))
    names: set[Name] = {
        ("N, ICU", 10),
        *((f"leave.csv: row {row}", e) for row, e in enumerate(away, 2)),
        ("rest", tired),
        ("fixed.csv: row 2", tired),
        ("no-nights", spent),
    }
    return Planted("leave, rest and a maximum", problem, frozenset(names), len(names))


def hours_against_leave(base: Problem) -> Planted:
    problem = leave(base, 4, 0, 23)
    names = frozenset({("hours", 4), ("leave.csv: row 2", 4)})
    return Planted("contracted hours against leave", problem, names, 2)


def fixed_closer_than_rest(base: Problem) -> Planted:
    problem = fixed(fixed(base, 7, 8, LATE, 2), 7, 9, EARLY, 3)
    names = frozenset({("rest", 7), ("fixed.csv: row 2", 7), ("fixed.csv: row 3", 7)})
    return Planted("two fixed shifts closer than rest", problem, names, 3)


def trainee_without_mentor(base: Problem) -> Planted:
    trainee = base.pairings[0].employee
    problem = leave(leave(fixed(base, trainee, 15, NIGHT, 9), 0, 14, 16, 2), 3, 14, 16, 3)
    names = frozenset(
        {
            ("trainee", trainee),
            ("fixed.csv: row 9", trainee),
            ("leave.csv: row 2", 0),
            ("leave.csv: row 3", 3),
        }
    )
    return Planted("trainee's mentors on leave", problem, names, 4)


def trainee_and_a_tired_mentor(base: Problem) -> Planted:
    trainee = base.pairings[0].employee
    problem = leave(fixed(base, trainee, 15, NIGHT, 9), 0, 14, 16, 2)
    problem = fixed(problem, 3, 16, EARLY, 3)
    names = frozenset(
        {
            ("trainee", trainee),
            ("fixed.csv: row 9", trainee),
            ("leave.csv: row 2", 0),
            ("fixed.csv: row 3", 3),
            ("rest", 3),
        }
    )
    return Planted("one mentor on leave, one without rest", problem, names, 5)


def weekends_too_full(base: Problem) -> Planted:
    saturdays_and_sundays = [day for day in range(base.days) if day % 7 >= 5]
    problem = base
    for code in "ELN":
        problem = need(problem, f"{code}, assistant", saturdays_and_sundays, 2)
    # 10 assistants, 2 weekends each: 20 Saturdays, of which 12 rows of 2 ask 24.
    return Planted("weekend limits against weekend cover", problem, None, 21)


def stretch_too_long(base: Problem) -> Planted:
    first, second, *away = holders(base, ASSISTANT)
    problem = base
    for day in range(8, 14):
        problem = need(problem, "E, assistant", [day], 2)
        for code in "LN":
            problem = need(problem, f"{code}, assistant", [day], 0)
    for row, employee in enumerate(away, start=2):
        problem = leave(problem, employee, 8, 13, row)
    return Planted("consecutive days against cover of a stretch", problem, None, 15)


def one_holder_day_and_night(base: Problem) -> Planted:
    people = list(base.employees)
    people[0] = replace(people[0], skills=(*people[0].skills, 3))
    only = frozenset({3})
    covers = (
        Cover("cover", 9, frozenset({NIGHT}), only, 1, label="N, charge"),
        Cover("cover", 10, frozenset({EARLY}), only, 1, label="E, charge"),
    )
    problem = replace(
        base,
        skills=(*base.skills, "charge"),
        employees=tuple(people),
        covers=base.covers + covers,
    )
    names = frozenset({("N, charge", 9), ("E, charge", 10), ("rest", 0)})
    return Planted("a skill held by one person", problem, names, 3)


def fixed_on_leave(base: Problem) -> Planted:
    problem = leave(fixed(base, 11, 20, LATE, 5), 11, 18, 24, 6)
    names = frozenset({("fixed.csv: row 5", 11), ("leave.csv: row 6", 11)})
    return Planted("a fixed shift during leave", problem, names, 2)


def week_too_long(base: Problem) -> Planted:
    problem = base
    for row, day in enumerate((7, 8, 9, 11, 12, 13), start=2):
        problem = fixed(problem, 2, day, NIGHT if day < 10 else LATE, row)
    names = {("week-hours", 2), *((f"fixed.csv: row {row}", 2) for row in range(2, 8))}
    return Planted("fixed shifts over the week's hours", problem, frozenset(names), 7)


def nights_on_few(base: Problem) -> Planted:
    problem = base
    for row, employee in enumerate(holders(base, ICU)[3:], start=2):
        days_only = Count("days-only", tuple(range(base.days)), ((NIGHT, 1),), maximum=0)
        problem = with_rules(problem, employee, replace(days_only, origin=f"staff.csv: row {row}"))
    return Planted("three people for every ICU night", problem, None, 0)


def closed_ward(base: Problem) -> Planted:
    closed = tuple(
        Cover("closed", day, WORK, base.every_skill, maximum=0, label="closed")
        for day in range(8, 28)
    )
    covers = tuple(cover for cover in base.covers if cover.day < 8 or cover.rule != "cover")
    problem = replace(base, covers=covers + closed)
    return Planted("a closed ward against contracted hours", problem, None, 0)


def four_nights(base: Problem) -> Planted:
    nights = [
        Unwanted("published", day, EVERY - {NIGHT}, None, "published.csv: row 8")
        for day in range(16, 20)
    ]
    problem = with_rules(base, 9, *nights)
    names = frozenset({("nights-in-row", 9), ("published.csv: row 8", 9)})
    return Planted("four published nights in a row", problem, names, 2)


def three_weekends(base: Problem) -> Planted:
    problem = base
    for row, day in enumerate((5, 13, 19), start=2):
        problem = fixed(problem, 13, day, EARLY, row)
    names = {("weekends", 13), *((f"fixed.csv: row {row}", 13) for row in (2, 3, 4))}
    return Planted("three weekends fixed, two allowed", problem, frozenset(names), 4)


def lone_day_off(base: Problem) -> Planted:
    problem = with_rules(base, 16, Run("two-off", frozenset({OFF}), minimum=2, before=None))
    for row, (day, option) in enumerate(((22, EARLY), (23, OFF), (24, EARLY)), start=2):
        problem = fixed(problem, 16, day, option, row)
    names = {("two-off", 16), *((f"fixed.csv: row {row}", 16) for row in (2, 3, 4))}
    return Planted("one day off between fixed shifts", problem, frozenset(names), 4)


def crowded_day(base: Problem) -> Planted:
    nurses = len(holders(base, NURSE))
    problem = need(base, "N, nurse", [14], nurses - 15)
    problem = need(need(problem, "E, nurse", [14], 8), "L, nurse", [14], 8)
    names = frozenset({("E, nurse", 14), ("L, nurse", 14), ("N, nurse", 14)})
    return Planted("more needed in one day than there are", problem, names, 3)


def night_then_day(base: Problem) -> Planted:
    problem = need(need(base, "N, nurse", [13], 12), "E, nurse", [14], 5)
    problem = need(problem, "L, nurse", [14], 4)
    names = {("N, nurse", 13), ("E, nurse", 14), ("L, nurse", 14)}
    names |= {("rest", nurse) for nurse in holders(base, NURSE)}
    return Planted("rest between a full night and a full day", problem, frozenset(names), 23)


def month_before(base: Problem) -> Planted:
    problem = replace_rule(base, 22, "days-in-row", Run("days-in-row", WORK, maximum=5, before=5))
    problem = fixed(problem, 22, 0, LATE, 4)
    names = frozenset({("days-in-row", 22), ("fixed.csv: row 4", 22)})
    return Planted("five days worked before the first", problem, names, 2)


PLANTS: tuple[Callable[[Problem], Planted], ...] = (
    more_than_hold_it,
    leave_takes_the_skill,
    leave_rest_and_a_maximum,
    hours_against_leave,
    fixed_closer_than_rest,
    trainee_without_mentor,
    trainee_and_a_tired_mentor,
    weekends_too_full,
    stretch_too_long,
    one_holder_day_and_night,
    fixed_on_leave,
    week_too_long,
    nights_on_few,
    closed_ward,
    four_nights,
    three_weekends,
    lone_day_off,
    crowded_day,
    night_then_day,
    month_before,
)


def planted() -> list[Planted]:
    """All of them, in a ward of 30 people x 28 days."""
    base = ward(30, 28)
    return [plant(base) for plant in PLANTS]
