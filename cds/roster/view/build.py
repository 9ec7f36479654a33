"""Joins problem, roster, assessment and outcome to the one view that outputs render."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cds.roster.outcome import Outcome
from cds.roster.problem import OFF, Assessment, Breach, Employee, Problem, Roster
from cds.roster.view.calendar import days_of, weekends_of
from cds.roster.view.coverage import coverage_of
from cds.roster.view.fairness import fairness_of
from cds.roster.view.model import (
    BreachLine,
    Cell,
    Day,
    PersonRow,
    RosterView,
    RuleCost,
    ShiftLook,
    SkillLook,
)
from cds.roster.view.skills import own_skills
from cds.roster.view.totals import totals_of
from cds.roster.view.wishes import Marks, marks_of
from cds.roster.ward.description import RuleSetting, Ward

# Told apart in print and by the colour-blind (after Okabe and Ito), for shifts without a colour.
_PALETTE = (
    "#f0e442",
    "#e69f00",
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#cc79a7",
    "#d55e00",
    "#999999",
)


def build_view(
    problem: Problem,
    roster: Roster | None,
    assessment: Assessment | None,
    outcome: Outcome | None = None,
    *,
    ward: Ward | None = None,
    previous: Roster | None = None,
    seed: int | None = None,
) -> RosterView:
    """The view of ``roster`` and its ``assessment``, both None where none was found.

    ``outcome`` is None where a roster was checked and not made. ``ward`` gives
    names, clock times, leave and wishes; without it they come from the problem's
    rules as far as these tell. ``previous`` is the roster that this one changes;
    without it the ward's published cells are taken.
    """
    assessment = assessment or Assessment(())
    days = days_of(problem, ward)
    marks = marks_of(problem, ward)
    broken = {(breach.employee, breach.day) for breach in assessment.hard}
    weekends = weekends_of(days)
    people = []
    for index, employee in enumerate(problem.employees):
        cells = tuple(
            _cell(problem, index, day, roster, marks[index], previous, (index, day) in broken)
            for day in range(problem.days)
        )
        totals = totals_of(problem, employee, index, roster, marks[index], days, weekends, ward)
        skills = tuple(problem.skills[skill] for skill in employee.skills)
        own = tuple(problem.skills[skill] for skill in own_skills(employee))
        group = _group(employee, ward)
        people.append(PersonRow(employee.name, group, skills, cells, totals, own))
    settings = _settings(ward)
    return RosterView(
        name=ward.name if ward else problem.name,
        first_date=problem.first_date,
        zone=ward.zone if ward else None,
        days=days,
        shifts=_shifts(problem, ward),
        skills=_skills(problem, ward),
        anonymous=problem.skills in ((), ("",)),
        people=tuple(people),
        coverage=coverage_of(problem, roster),
        costs=_costs(assessment, settings),
        breaches=tuple(_line(breach, problem, days, settings) for breach in assessment.breaches),
        fairness=fairness_of(people, ward) if roster else (),
        status=outcome.status if outcome else "checked",
        rostered=roster is not None,
        cost=(outcome.cost if outcome else assessment.cost) if roster else None,
        bound=outcome.bound if outcome else None,
        gap=outcome.gap if outcome else None,
        runtime_s=outcome.runtime_s if outcome else 0.0,
        seed=seed,
    )


def _cell(
    problem: Problem,
    employee: int,
    day: int,
    roster: Roster | None,
    marks: Marks,
    previous: Roster | None,
    broken: bool,
) -> Cell:
    option = roster.shifts[employee][day] if roster else OFF
    role = roster.skills[employee][day] if roster else OFF
    was = marks.before.get(day)
    if previous is not None:
        was = _code(problem, previous.shifts[employee][day])
    return Cell(
        day,
        _code(problem, option),
        problem.skills[role] if option != OFF and role >= 0 else "",
        marks.wish(day, option)[0] if roster else "",
        marks.leave.get(day),
        day in marks.fixed,
        broken,
        was,
        day in marks.absent,
    )


def _code(problem: Problem, option: int) -> str:
    return "" if option == OFF else problem.shifts[option]


def _group(employee: Employee, ward: Ward | None) -> str:
    contracts = {person.name: person.contract for person in ward.people} if ward else {}
    return contracts.get(employee.name, employee.group)


def _shifts(problem: Problem, ward: Ward | None) -> tuple[ShiftLook, ...]:
    known = {shift.code: shift for shift in ward.shifts} if ward else {}
    looks = []
    for index, code in enumerate(problem.shifts):
        colour = _PALETTE[index % len(_PALETTE)]
        shift = known.get(code)
        if shift is None:
            looks.append(ShiftLook(code, code, colour))
        else:
            looks.append(
                ShiftLook(
                    code,
                    shift.name or code,
                    shift.colour or colour,
                    shift.start,
                    shift.end,
                    shift.paid_minutes,
                    shift.night,
                )
            )
    return tuple(looks)


def _skills(problem: Problem, ward: Ward | None) -> tuple[SkillLook, ...]:
    names = {skill.code: skill.name for skill in ward.skills} if ward else {}
    return tuple(SkillLook(code, names.get(code) or code) for code in problem.skills)


def _settings(ward: Ward | None) -> dict[str, RuleSetting]:
    if ward is None:
        return {}
    rules = [*ward.rules, *(rule for contract in ward.contracts for rule in contract.rules)]
    return {rule.name: rule for rule in rules}


def _titles(rule: str, settings: Mapping[str, RuleSetting]) -> Mapping[str, str]:
    return settings[rule].title if rule in settings else {}


def _costs(assessment: Assessment, settings: Mapping[str, RuleSetting]) -> tuple[RuleCost, ...]:
    """Broken hard rules first, then the soft ones by what they cost."""
    hard = Counter(breach.rule for breach in assessment.hard)
    soft = Counter(breach.rule for breach in assessment.breaches if breach.cost is not None)
    lines = [RuleCost(rule, None, times, _titles(rule, settings)) for rule, times in hard.items()]
    ranked = sorted(assessment.costs.items(), key=lambda entry: (-entry[1], entry[0]))
    lines += [RuleCost(rule, cost, soft[rule], _titles(rule, settings)) for rule, cost in ranked]
    return tuple(lines)


def _line(
    breach: Breach,
    problem: Problem,
    days: Sequence[Day],
    settings: Mapping[str, RuleSetting],
) -> BreachLine:
    return BreachLine(
        rule=breach.rule,
        person=None if breach.employee is None else problem.employees[breach.employee].name,
        day=None if breach.day is None else days[breach.day],
        amount=breach.amount,
        cost=breach.cost,
        label=breach.label,
        citation=settings[breach.rule].citation if breach.rule in settings else "",
        origin=breach.origin,
        titles=_titles(breach.rule, settings),
    )
