"""What a roster adds up to for one person."""

from __future__ import annotations

from datetime import timedelta

from cds.roster.problem import OFF, Employee, Problem, Roster
from cds.roster.view.model import Day, Totals
from cds.roster.view.wishes import Marks
from cds.roster.ward.description import Contract, Person, Ward


def totals_of(
    problem: Problem,
    employee: Employee,
    index: int,
    roster: Roster | None,
    marks: Marks,
    days: tuple[Day, ...],
    weekends: tuple[tuple[int, ...], ...],
    ward: Ward | None,
) -> Totals:
    """The totals of one employee; hours, nights and holidays only where there is a ward."""
    row = roster.shifts[index] if roster else (OFF,) * problem.days
    worked = [day for day, option in enumerate(row) if option != OFF]
    wishes = [marks.wish(day, row[day]) for day in marks.wishes] if roster else []
    shared = Totals(
        shifts=len(worked),
        wishes=sum(asked for _, asked, _ in wishes),
        refused=sum(refused for _, _, refused in wishes),
        weekends=sum(any(day in worked for day in group) for group in weekends)
        if any(day.weekend for day in days)
        else None,
    )
    if ward is None:
        return shared
    codes = {shift.code: shift for shift in ward.shifts}
    types = [codes[problem.shifts[row[day]]] for day in worked]
    person = next((who for who in ward.people if who.name == employee.name), None)
    contract = next((c for c in ward.contracts if person and c.name == person.contract), None)
    return Totals(
        shifts=shared.shifts,
        wishes=shared.wishes,
        refused=shared.refused,
        weekends=shared.weekends,
        paid_minutes=sum(shift.paid_minutes for shift in types),
        leave_minutes=_leave_minutes(problem, ward, employee.name, contract),
        contract_minutes=_contract_minutes(days, person, contract),
        nights=sum(shift.night for shift in types),
        holidays=sum(days[day].holiday for day in worked),
    )


def _leave_minutes(problem: Problem, ward: Ward, name: str, contract: Contract | None) -> int:
    """Each day of leave counts once, as the first entry that covers it says."""
    assert problem.first_date is not None
    usual = contract.hours_per_week / 7 if contract else 0.0
    hours = 0.0
    for index in range(problem.days):
        at = problem.first_date + timedelta(days=index)
        for leave in ward.leave:
            if leave.person == name and leave.first <= at <= leave.last:
                paid = leave.paid_hours_per_day
                hours += usual if paid is None else paid
                break
    return round(hours * 60)


def _contract_minutes(
    days: tuple[Day, ...], person: Person | None, contract: Contract | None
) -> int | None:
    if contract is None or person is None:
        return None
    employed = sum(
        day.date is not None
        and (person.first_day is None or day.date >= person.first_day)
        and (person.last_day is None or day.date <= person.last_day)
        for day in days
    )
    return round(contract.hours_per_week * 60 * employed / 7)
