"""What a roster leaves to the next period, and which wishes it granted."""

from __future__ import annotations

from collections.abc import Mapping

from cds.roster.problem import OFF, Roster
from cds.roster.ward.compile import Plan
from cds.roster.ward.description import Balance
from cds.roster.ward.people import WishCell

_NOTHING = Balance()


def wishes_met(plan: Plan, roster: Roster) -> tuple[tuple[WishCell, bool], ...]:
    """Every wish still open in the period, and whether ``roster`` grants it."""
    return tuple(
        (cell, roster.shifts[cell.employee][cell.day] in cell.granted) for cell in plan.wishes
    )


def balances_after(plan: Plan, roster: Roster) -> Mapping[str, Balance]:
    """Name → what the person has had so far, this period included.

    A weekend that the period before has begun counts there if it was worked
    there, and else here.
    """
    ward, last = plan.ward, plan.period.days - 1
    refused = dict.fromkeys(range(len(ward.people)), 0)
    for cell, met in wishes_met(plan, roster):
        refused[cell.employee] += not met
    holidays = plan.calendar.holiday_days
    weekends = plan.calendar.weekends(0, last)
    after = {}
    for index, person in enumerate(ward.people):
        row = roster.shifts[index]
        before = ward.balances.get(person.name, _NOTHING)

        def worked(day: int, row: tuple[int, ...] = row) -> bool:
            return 0 <= day <= last and row[day] != OFF

        after[person.name] = Balance(
            nights=before.nights + sum(s != OFF and ward.shifts[s].night for s in row),
            weekends=before.weekends
            + sum(
                any(map(worked, group)) and not _worked_before(plan, person.name, group)
                for group in weekends
            ),
            holidays=before.holidays + sum(map(worked, holidays)),
            refused_wishes=before.refused_wishes + refused[index],
            periods=before.periods + 1,
        )
    return after


def _worked_before(plan: Plan, name: str, group: tuple[int, ...]) -> bool:
    worked = plan.ward.worked
    return any(
        worked.get((name, plan.period.date_of(day)), ("off", ""))[0].lower() not in ("off", "")
        for day in group
        if day < 0
    )
