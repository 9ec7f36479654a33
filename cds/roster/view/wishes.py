"""What people asked for, what was fixed for them and when they are away, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from cds.roster.problem import OFF, Employee, Problem, Unwanted
from cds.roster.view.model import WishState
from cds.roster.ward.description import Ward, Wish


@dataclass(slots=True)
class Marks:
    """By day: wishes as (options that would meet it), reasons of leave, fixed cells, codes before.

    ``before`` holds published cells: the shift's code, empty for a day off.
    """

    wishes: dict[int, list[frozenset[int]]] = field(default_factory=dict)
    leave: dict[int, str] = field(default_factory=dict)
    absent: set[int] = field(default_factory=set)
    fixed: set[int] = field(default_factory=set)
    before: dict[int, str] = field(default_factory=dict)

    def wish(self, day: int, option: int) -> tuple[WishState, int, int]:
        """Whether the day's wishes are met by ``option``; how many there are, how many refused."""
        asked = self.wishes.get(day, [])
        refused = sum(option not in meeting for meeting in asked)
        state: WishState = "refused" if refused else "met" if asked else ""
        return state, len(asked), refused


def marks_of(problem: Problem, ward: Ward | None) -> tuple[Marks, ...]:
    """The marks of every employee: from the ward's own lists, else from the problem's rules.

    Wishes for days of leave are left out: whoever is away has been granted more.
    """
    if ward is None or problem.first_date is None:
        return tuple(_from_rules(problem, employee) for employee in problem.employees)
    return tuple(_from_ward(problem, ward, employee.name) for employee in problem.employees)


def _from_ward(problem: Problem, ward: Ward, name: str) -> Marks:
    assert problem.first_date is not None
    marks = Marks()
    dates = {problem.first_date + timedelta(days=day): day for day in range(problem.days)}
    for wish in ward.wishes:
        if wish.person == name and wish.day in dates:
            marks.wishes.setdefault(dates[wish.day], []).append(_meeting(problem, wish))
    for leave in ward.leave:
        if leave.person == name:
            away = [day for at, day in dates.items() if leave.first <= at <= leave.last]
            marks.leave |= dict.fromkeys(away, leave.reason)
            marks.absent |= set(away) if leave.absent else set()
    for cell in ward.assigned:
        if cell.person == name and cell.day in dates and not cell.forbidden:
            marks.fixed.add(dates[cell.day])
    for (person, at), (shift, _) in ward.published.items():
        if person == name and at in dates:
            marks.before[dates[at]] = "" if shift == "off" else shift
            if ward.published_until is not None and at <= ward.published_until:
                marks.fixed.add(dates[at])
    for day in marks.leave:
        marks.wishes.pop(day, None)
    return marks


def _meeting(problem: Problem, wish: Wish) -> frozenset[int]:
    every = problem.every_shift | {OFF}
    if wish.shift == "any":
        named = problem.every_shift
    elif wish.shift == "off":
        named = frozenset({OFF})
    else:
        named = frozenset({problem.shifts.index(wish.shift)})
    return named if wish.wanted else every - named


def _from_rules(problem: Problem, employee: Employee) -> Marks:
    """A soft unwanted option is a wish; a hard one that leaves nothing but a day off is leave."""
    marks = Marks()
    every = problem.every_shift | {OFF}
    barred: dict[int, frozenset[int]] = {}
    for rule in employee.rules:
        if not isinstance(rule, Unwanted):
            continue
        if rule.weight is None:
            barred[rule.day] = barred.get(rule.day, frozenset()) | rule.options
            if problem.every_shift <= rule.options:
                marks.leave[rule.day] = rule.rule
        else:
            marks.wishes.setdefault(rule.day, []).append(every - rule.options)
    marks.fixed = {
        day for day, options in barred.items() if len(every - options) == 1 and OFF in options
    }
    return marks
