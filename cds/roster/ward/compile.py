"""A ward and a stretch of days → a rostering problem.

Employees, shifts and skills keep the ward's order. Every rule in the problem
has the name of the setting it comes from; what is settled beforehand is named
``employment``, ``leave``, ``published``, ``contract``, ``assigned`` and
``wishes``, cover ``cover minimum``, ``cover preferred`` and ``cover maximum``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cds.errors import InputError
from cds.roster.problem import OFF, Cover, Employee, Problem, Rule
from cds.roster.ward.calendar import Calendar, Period, shift_index
from cds.roster.ward.cover import covers, demands_of_needs, together
from cds.roster.ward.description import Person, RuleSetting, Ward
from cds.roster.ward.fairness import Shares, fair_shares
from cds.roster.ward.feasible import check_reachable
from cds.roster.ward.forecast_demand import Forecast, replace_by_forecast
from cds.roster.ward.kinds import KINDS, Kind
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.people import (
    Settled,
    WishCell,
    fixed_cells,
    settle,
    skill_index,
    wish_cells,
    wish_rules,
)

__all__ = ["Period", "Plan", "compile_ward"]


@dataclass(frozen=True)
class Plan:
    """A ward's period as a problem, with what leads back from its cells to the ward.

    Day ``d`` is ``calendar.period.dates[d]``. ``wishes`` are those of days that nobody is
    away on.
    """

    ward: Ward
    period: Period
    problem: Problem
    calendar: Calendar
    wishes: tuple[WishCell, ...]

    @property
    def employees(self) -> Mapping[str, int]:
        """Name → index in the problem."""
        return {person.name: index for index, person in enumerate(self.ward.people)}


def compile_ward(ward: Ward, period: Period, *, forecast: Forecast | None = None) -> Plan:
    """The problem of rostering ``ward`` for ``period``.

    Shifts worked before the period count from their history; published days up to
    ``ward.published_until`` stay as they are. With a ``forecast`` the ward's ratios
    say how many are needed where they speak of a shift and skill, else the needs.

    Raises InputError for what refers to something that is not there, for
    settings that contradict each other, and for a contract that cannot be met.
    """
    calendar = Calendar(period, ward.zone, ward.shifts, ward.weekend, ward.holidays)
    _check_filters(ward)
    demands = demands_of_needs(ward, calendar)
    if forecast is not None:
        demands = replace_by_forecast(ward, calendar, demands, forecast)
    staff = tuple(settle(ward, period, person) for person in ward.people)
    shares = fair_shares(ward, calendar, staff, demands)
    wishes = tuple(wish_cells(ward, settled, index, period) for index, settled in enumerate(staff))
    employees = tuple(
        _employee(ward, calendar, settled, share, cells)
        for settled, share, cells in zip(staff, shares, wishes, strict=True)
    )
    names = {person.name: index for index, person in enumerate(ward.people)}
    apart, beside = together(ward, period.days, names)
    problem = Problem(
        name=ward.name,
        days=period.days,
        shifts=tuple(shift.code for shift in ward.shifts),
        skills=tuple(skill.code for skill in ward.skills),
        employees=employees,
        covers=(
            *covers(ward, demands),
            *apart,
            *_assigned_skills(ward, period, names),
            *_published_skills(ward, period, staff),
        ),
        pairings=beside,
        first_date=period.first,
    )
    return Plan(ward, period, problem, calendar, tuple(cell for cells in wishes for cell in cells))


def binds(setting: RuleSetting, person: Person) -> bool:
    """Whether every filter of ``setting`` that is given holds for ``person``."""
    return (
        (not setting.contracts or person.contract in setting.contracts)
        and (not setting.skills or not setting.skills.isdisjoint(person.skills))
        and (not setting.people or person.name in setting.people)
    )


def _employee(
    ward: Ward,
    calendar: Calendar,
    settled: Settled,
    share: Shares,
    cells: Sequence[WishCell],
) -> Employee:
    context = _context(ward, calendar, settled, share, cells)
    fixed = fixed_cells(ward, settled, calendar.period)
    rules: list[Rule] = [*fixed, *wish_rules(ward, tuple(cells))]
    hours: list[tuple[RuleSetting, Rule]] = []
    for setting in (*settled.contract.rules, *ward.rules):
        if not binds(setting, settled.person):
            continue
        made = _kind(setting).compile(setting, context)
        rules += made
        hours += [(setting, rule) for rule in made]
    # Whoever fell ill may miss hours that the contract asks for: told as broken, not refused.
    if not any(entry.absent and entry.person == settled.person.name for entry in ward.leave):
        check_reachable(context, rules, hours)
    return Employee(
        name=settled.person.name,
        skills=settled.skills,
        rules=tuple(rules),
        skill_costs=settled.skill_costs,
        group=settled.contract.name,
    )


def _context(
    ward: Ward,
    calendar: Calendar,
    settled: Settled,
    share: Shares,
    cells: Sequence[WishCell],
) -> Context:
    every = frozenset(range(len(ward.shifts))) | {OFF}
    return Context(
        ward=ward,
        period=calendar.period,
        calendar=calendar,
        person=settled.person,
        contract=settled.contract,
        allowed=settled.allowed,
        past=settled.past,
        away=settled.away,
        employed=settled.employed,
        leave_minutes=settled.leave_minutes,
        shares=share,
        wishes=tuple((cell.day, every - cell.granted) for cell in cells),
    )


def _kind(setting: RuleSetting) -> Kind:
    kind = KINDS.get(setting.kind)
    if kind is None:
        raise InputError(
            f"rule {setting.name!r} is of kind {setting.kind!r}; expected one of"
            f" {', '.join(KINDS)}{did_you_mean(setting.kind, KINDS)}",
            setting.place,
        )
    return kind


def _check_filters(ward: Ward) -> None:
    """Whom a rule binds must be there, else it would silently bind nobody."""
    contracts = [contract.name for contract in ward.contracts]
    skills = [skill.code for skill in ward.skills]
    people = [person.name for person in ward.people]
    for setting in (*ward.rules, *(rule for item in ward.contracts for rule in item.rules)):
        for what, named, known in (
            ("contract", setting.contracts, contracts),
            ("skill", setting.skills, skills),
            ("person", setting.people, people),
        ):
            for name in sorted(named.difference(known)):
                raise InputError(
                    f"rule {setting.name!r} is for {what} {name!r}, which is not known"
                    f"; expected {', '.join(known)}{did_you_mean(name, known)}",
                    setting.place,
                )


def _assigned_skills(ward: Ward, period: Period, employees: Mapping[str, int]) -> tuple[Cover, ...]:
    """A cell fixed in a skill: at least one works that shift in it, namely this person."""
    shifts = shift_index(ward.shifts)
    return tuple(
        Cover(
            "assigned",
            period.day_of(entry.day),
            frozenset({shifts[entry.shift]}),
            frozenset({skill_index(ward, entry.skill, entry.place)}),
            minimum=1,
            employees=frozenset({employees[entry.person]}),
            label=f"{entry.shift} · {entry.skill} · {entry.person}",
            origin=str(entry.place),
        )
        for entry in ward.assigned
        if entry.skill and not entry.forbidden and entry.day in period and entry.shift in shifts
    )


def _published_skills(ward: Ward, period: Period, staff: Sequence[Settled]) -> Iterator[Cover]:
    """Who leads a shift was published too: whoever still holds the skill works in it."""
    numbers = {skill.code: number for number, skill in enumerate(ward.skills)}
    for employee, settled in enumerate(staff):
        for day, shift in sorted(settled.frozen.items()):
            code, skill = ward.published[settled.person.name, period.dates[day]]
            if shift == OFF or numbers.get(skill) not in settled.skills:
                continue
            yield Cover(
                "published",
                day,
                frozenset({shift}),
                frozenset({numbers[skill]}),
                minimum=1,
                employees=frozenset({employee}),
                label=f"{code} · {skill} · {settled.person.name}",
                origin="published roster",
            )
