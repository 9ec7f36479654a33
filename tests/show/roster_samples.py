"""A small made-up ward and its roster, as solver and checker would hand them over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from cds.errors import Place
from cds.roster.outcome import Outcome, Status
from cds.roster.problem import (
    OFF,
    Assessment,
    Breach,
    Cover,
    Employee,
    Problem,
    Roster,
    Unwanted,
    Weekends,
)
from cds.roster.view import RosterView, RuleCost, build_view
from cds.roster.ward import description as ward
from cds.roster.ward.absences import with_absences
from cds.roster.ward.calendar import Period

HERE = Place("ward.toml")
FIRST = date(2027, 1, 4)  # a Monday
DAY, LATE, NIGHT = 0, 1, 2
NURSE, CHARGE, ASSISTANT = 0, 1, 2
# name, contract, skills in the order of preference
PEOPLE = (
    ("Chen Mei-ling", "full", (CHARGE, NURSE)),
    ("Okoro, Adaeze", "full", (NURSE,)),
    ("Ali Demir", "half", (NURSE,)),
    ("王芳", "full", (NURSE,)),
    ("Sørensen, Kirsten Margrethe", "night", (NURSE,)),
    ("Petra Novák", "full", (ASSISTANT,)),
    ("Tomasz Zieliński", "half", (ASSISTANT,)),
)
SKILLS = ("RN", "CN", "HCA")
TITLES = {
    "rest": {"en": "at least 11 h rest between shifts", "zh": "两班之间至少休息11小时"},
    "weekends": {"en": "at most two weekends in four", "zh": "四周内最多两个周末"},
}


def shift(code: str, name: str, start: int, end: int, colour: str, night: bool) -> ward.ShiftType:
    minutes = (end - start) % 24 * 60 - 30
    return ward.ShiftType(
        code, name, time(start), time(end), minutes, minutes, night, False, colour, HERE
    )


def rule(name: str, weight: int | None, citation: str = "") -> ward.RuleSetting:
    return ward.RuleSetting("kind", name, {}, weight, HERE, citation=citation, title=TITLES[name])


def contract(name: str, hours: float, shifts: str) -> ward.Contract:
    return ward.Contract(name, hours, frozenset(shifts), (rule("weekends", 20),), HERE)


def ward_of(days: int, first: date = FIRST) -> ward.Ward:
    """The ward; leave, wishes and holidays fall in the first week."""
    return ward.Ward(
        name="Ward 5B 内科",
        zone=ZoneInfo("Europe/Copenhagen"),
        shifts=(
            shift("D", "Day", 7, 15, "#ffe699", False),
            shift("L", "Late", 14, 22, "#9dc3e6", False),
            shift("N", "Night", 21, 7, "#1f3b73", True),
        ),
        skills=(
            ward.Skill("RN", "registered nurse", (), HERE),
            ward.Skill("CN", "charge nurse", (), HERE),
            ward.Skill("HCA", "assistant", (), HERE),
        ),
        contracts=(
            contract("full", 38, "DLN"),
            contract("half", 19, "DLN"),
            contract("night", 28, "N"),
        ),
        people=tuple(
            ward.Person(name, group, tuple(SKILLS[s] for s in skills), HERE)
            for name, group, skills in PEOPLE
        ),
        leave=(ward.Leave("Ali Demir", first, first + timedelta(2), "annual", None, HERE),),
        wishes=(
            ward.Wish("王芳", first + timedelta(1), "N", False, 5, HERE),
            ward.Wish("Okoro, Adaeze", first + timedelta(5), "off", True, 10, HERE),
            ward.Wish("Petra Novák", first + timedelta(2), "any", True, 10, HERE),
        ),
        assigned=(ward.Assigned("Chen Mei-ling", first, "D", "CN", False, HERE),),
        needs=(),
        together=(),
        rules=(rule("rest", None, "Directive 2003/88/EC, Article 3"),),
        ratios=(),
        weights={},
        holidays=frozenset({first + timedelta(2)}),
        weekend=("saturday", "sunday"),
        worked={},
        published={},
        published_until=None,
        balances={"王芳": ward.Balance(nights=3, periods=1)},
        place=HERE,
    )


def problem_of(days: int, first: date | None = FIRST) -> Problem:
    skills = {NURSE: 2, ASSISTANT: 1}
    covers = [
        Cover("minimum", day, frozenset({shift}), frozenset({skill}), count, None, 100)
        for day in range(days)
        for shift in (DAY, LATE, NIGHT)
        for skill, count in skills.items()
        if not (shift == NIGHT and skill == ASSISTANT)
    ]
    covers += [
        Cover("preferred", day, frozenset({DAY}), frozenset({NURSE}), 3, None, 1)
        for day in range(days)
    ]
    covers += [
        Cover("maximum", day, frozenset({DAY}), frozenset(range(3)), None, 3, None, 9)
        for day in range(days)
    ]
    return Problem(
        "sample",
        days,
        ("D", "L", "N"),
        SKILLS,
        tuple(Employee(name, skills, (), group=group) for name, group, skills in PEOPLE),
        tuple(covers),
        first_date=first,
    )


def roster_of(problem: Problem) -> Roster:
    """A rotation of two days, two lates, two nights, three off, each person a step later."""
    turn = (DAY, DAY, LATE, LATE, NIGHT, NIGHT, OFF, OFF, OFF)
    shifts = tuple(
        tuple(turn[(day + 2 * index) % len(turn)] for day in range(problem.days))
        for index in range(len(problem.employees))
    )
    skills = tuple(
        tuple(
            OFF if option == OFF else employee.skills[day % len(employee.skills)]
            for day, option in enumerate(row)
        )
        for employee, row in zip(problem.employees, shifts, strict=True)
    )
    return Roster(shifts, skills)


ASSESSMENT = Assessment(
    (
        Breach("rest", 1, 4, 1, None, origin="eu.toml: rest"),
        Breach("weekends", 2, 6, 1, 20),
        Breach("minimum", None, 1, 2, 200, label="D, registered nurse"),
        Breach("wish", 1, 5, 1, 10, origin="wishes.csv: line 3"),
    ),
    230,
    {"weekends": 20, "minimum": 200, "wish": 10},
)


def view_of(days: int = 7, status: Status = "feasible", first: date = FIRST) -> RosterView:
    problem = problem_of(days, first)
    roster = roster_of(problem)
    outcome = Outcome(status, roster, 230, 228, 1.26)
    return build_view(problem, roster, ASSESSMENT, outcome, ward=ward_of(days, first), seed=7)


def public_problem(days: int = 14) -> Problem:
    """As a public instance: no calendar, one skill without a name, codes for names."""
    rules = (
        Weekends("weekends", ((5, 6), (12, 13)), frozenset({0, 1}), maximum=1, over=3),
        Unwanted("days off", 2, frozenset({0, 1}), None),
        Unwanted("shift on", 3, frozenset({1, OFF}), 2),
    )
    return Problem(
        "Instance1",
        days,
        ("E", "L"),
        ("",),
        tuple(Employee(name, (0,), rules) for name in "ABC"),
        tuple(
            Cover("cover", day, frozenset({0}), frozenset({0}), 1, 1, 100, 1) for day in range(days)
        ),
    )


def public_roster(problem: Problem) -> Roster:
    turn = (0, 0, OFF, 0, 1, 1, OFF)
    shifts = tuple(
        tuple(turn[(day + 5 * index) % 7] if day != 2 else OFF for day in range(problem.days))
        for index in range(len(problem.employees))
    )
    return Roster(shifts, tuple(tuple(OFF if s == OFF else 0 for s in row) for row in shifts))


def public_view(days: int = 14) -> RosterView:
    problem = public_problem(days)
    roster = public_roster(problem)
    outcome = Outcome("optimal", roster, 607, 607, 0.6)
    return build_view(problem, roster, Assessment((), 607, {"cover": 607}), outcome)


def empty_view(status: Status = "infeasible") -> RosterView:
    outcome = Outcome(status, None, None, None, 3.0)
    return build_view(problem_of(7), None, None, outcome, ward=ward_of(7))


def with_colours(view: RosterView, colour: str) -> RosterView:
    return replace(view, shifts=tuple(replace(look, colour=colour) for look in view.shifts))


def named(view: RosterView, name: str) -> RosterView:
    """The view with another name for the first person."""
    first, *others = view.people
    return replace(view, people=(replace(first, name=name), *others))


def with_costs(view: RosterView, costs: dict[str, int]) -> RosterView:
    """The view with other costs, and nothing that must hold broken."""
    return replace(view, costs=tuple(RuleCost(rule, cost, 1) for rule, cost in costs.items()))


def absent_view() -> RosterView:
    """The first week, in which Chen Mei-ling falls ill on Monday and Tuesday."""
    problem, cells = problem_of(7), {(0, 0), (0, 1)}
    whole = roster_of(problem)

    def free(rows: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(OFF if (who, day) in cells else entry for day, entry in enumerate(row))
            for who, row in enumerate(rows)
        )

    roster = Roster(free(whole.shifts), free(whole.skills))
    absent = with_absences(ward_of(7), Period(FIRST, 7), cells, HERE)
    return build_view(problem, roster, Assessment(()), ward=absent)
