"""Absences: leave that nobody planned, of people who are in the roster already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cds.errors import Place
from cds.roster.ward.calendar import Period
from cds.roster.ward.description import Assigned, Leave, Ward


def with_absences(
    ward: Ward, period: Period, cells: Collection[tuple[int, int]], place: Place
) -> Ward:
    """``ward`` in which nobody works in ``cells``: (employee, day of ``period``).

    Employees count in the order of the ward's people; ``place`` is where the
    absences were read. They are paid as leave that states no hours. A day that
    is leave already stays as it is; a shift fixed by hand on such a day is lifted.
    """
    away = {(ward.people[one].name, period.date_of(day)) for one, day in sorted(cells)}
    planned = {
        (leave.person, at)
        for leave in ward.leave
        for at in period.dates
        if leave.first <= at <= leave.last
    }
    absences = (Leave(name, at, at, "", None, place, True) for name, at in sorted(away - planned))

    def lifted(entry: Assigned) -> bool:
        works = not entry.forbidden and entry.shift.lower() != "off"
        return works and (entry.person, entry.day) in away

    return replace(
        ward,
        leave=(*ward.leave, *absences),
        assigned=tuple(entry for entry in ward.assigned if not lifted(entry)),
    )
