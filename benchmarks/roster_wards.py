"""An invented ward of any size, for the benchmarks and tests of conflicts and repairs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from random import Random

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Pairing,
    Pattern,
    Problem,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

EARLY, LATE, NIGHT = 0, 1, 2
WORK = frozenset({EARLY, LATE, NIGHT})
NURSE, ICU, ASSISTANT = 0, 1, 2
GRADES = ((NURSE, ICU), (NURSE,), (ASSISTANT,), (NURSE, ICU), (NURSE,), (ASSISTANT,))
MINUTES = ((EARLY, 480), (LATE, 480), (NIGHT, 600))


def ward(staff: int = 30, days: int = 28, seed: int = 0) -> Problem:
    """A ward that can be staffed: of six people two hold ICU and two are assistants.

    The last nurse without ICU is a trainee who works nights only beside the two with
    ICU that are her mentors.
    """
    random = Random(seed)
    people = []
    for index in range(staff):
        skills = GRADES[index % 6]
        rules = [*contract(days), *_wishes(random, days)]
        people.append(Employee(f"P{index:02}", skills, tuple(rules)))
    covers = [cover for day in range(days) for cover in _needs(staff, day)]
    trainee = max(index for index in range(staff) if people[index].skills == (NURSE,))
    pairings = [
        Pairing("trainee", day, NIGHT, trainee, frozenset({0, 3}), None, "pairs.csv: row 2")
        for day in range(days)
    ]
    return Problem(
        f"ward of {staff}",
        days,
        ("E", "L", "N"),
        ("nurse", "ICU", "assistant"),
        tuple(people),
        tuple(covers),
        tuple(pairings),
        date(2026, 11, 30),
    )


def contract(days: int) -> list[Rule]:
    """The hard rules that bind everybody, and two soft ones."""
    weekends = tuple((day, day + 1) for day in range(5, days - 1, 7))
    every = tuple(range(days))
    rules: list[Rule] = [
        Pattern("rest", (frozenset({LATE}), frozenset({EARLY})), every, None),
        Pattern("rest", (frozenset({NIGHT}), frozenset({EARLY, LATE})), every, None),
        Run("days-in-row", WORK, maximum=5, before=0),
        Run("nights-in-row", frozenset({NIGHT}), maximum=3, before=0),
        Count("nights", every, ((NIGHT, 1),), maximum=2 * days // 7),
        Weekends("weekends", weekends, WORK, maximum=(len(weekends) + 1) // 2),
        Count("hours", every, MINUTES, minimum=days * 240, maximum=days * 320),
        Pattern("single-day", (frozenset({OFF}), WORK, frozenset({OFF})), every, 5),
        Run("single-off", frozenset({OFF}), minimum=2, under=3, before=None),
    ]
    for week in range(0, days - 6, 7):
        rules.append(Count("week-hours", tuple(range(week, week + 7)), MINUTES, maximum=48 * 60))
    return rules


def _wishes(random: Random, days: int) -> Iterable[Rule]:
    for day in random.sample(range(days), max(days // 9, 1)):
        yield Unwanted("wishes", day, frozenset({random.choice((EARLY, LATE, NIGHT))}), 10)


def _needs(staff: int, day: int) -> Iterable[Cover]:
    sizes = ((EARLY, "E", 7), (LATE, "L", 8), (NIGHT, "N", 12))
    for shift, code, share in sizes:
        nurses = max(staff // share - (day % 7 >= 5 and staff > 12), 1)
        shifts = frozenset({shift})
        label = f"{code}, nurse"
        grade = frozenset({NURSE, ICU})
        yield Cover("cover", day, shifts, grade, nurses, None, None, None, None, label)
        yield Cover("preferred", day, shifts, grade, nurses + 1, nurses + 2, 20, 20, None, label)
        for skill, name in ((ICU, "ICU"), (ASSISTANT, "assistant")):
            small_ward = staff < 24 and shift != (EARLY if skill == ASSISTANT else NIGHT)
            least = 0 if small_ward else max(staff // 30, 1)
            label = f"{code}, {name}"
            only = frozenset({skill})
            yield Cover("cover", day, shifts, only, least, None, None, None, None, label)


def with_rules(problem: Problem, employee: int, *rules: Rule) -> Problem:
    """The problem with further rules for one employee."""
    people = list(problem.employees)
    person = people[employee]
    people[employee] = replace(person, rules=person.rules + rules)
    return replace(problem, employees=tuple(people))
