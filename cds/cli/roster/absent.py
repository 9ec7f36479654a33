"""Who cannot come: ``--absent`` as it is typed, and where it is to be kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cds.cli.output import warn
from cds.cli.roster import options as roster_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.roster.file import Loaded
    from cds.roster.ward.calendar import Period
    from cds.roster.ward.description import Ward

_KEEPING = (".xlsx", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody (by their place among the ward's people) is away from ``first`` to ``last``."""

    employee: int
    first: date
    last: date

    def within(self, period: Period) -> tuple[int, int, int]:
        """The employee, and the first and last day of it that are in the period."""
        first, last = max(self.first, period.first), min(self.last, period.last)
        return self.employee, period.day_of(first), period.day_of(last)

    def after(self, period: Period) -> set[date]:
        """The days of it that come after the period."""
        count = (self.last - period.last).days
        return {period.last + timedelta(days=day) for day in range(1, count + 1)}


def absence(text: str, loaded: Loaded) -> Absence:
    """``NAME:DATE..DATE``; at least one of the days is in the roster."""
    name, colon, dates = text.rpartition(":")
    if not colon or not name.strip():
        raise InputError(
            f"--absent is {text!r}; expected NAME:DATE or NAME:DATE..DATE, "
            '"Chen Wei:2026-12-02..2026-12-04"'
        )
    employee = loaded.person(name)
    start, _, end = dates.partition("..")
    first = roster_options.day("--absent", start)
    last = roster_options.day("--absent", end) if end else first
    period = loaded.plan.period
    if last < first:
        raise InputError(f"--absent is {text!r}; expected the first day before the last")
    if last < period.first or first > period.last:
        raise InputError(f"--absent is {text!r}; the roster is of {period.first} to {period.last}")
    return Absence(employee, first, last)


def remind(after: Loaded, absences: Sequence[Absence], targets: Sequence[str]) -> None:
    """Say where the absences are kept for the next repair, and what the next plan must be told.

    ``after`` knows of them; ``targets`` are the files to be written.
    """
    if not any(Path(target).suffix.lower() in _KEEPING for target in targets):
        warn(
            "the absence is kept nowhere: write the roster with -o FILE "
            f"({', '.join(_KEEPING)}), and the next repair will know it"
        )
    ward, period = after.plan.ward, after.plan.period
    rows = []
    for employee in dict.fromkeys(one.employee for one in absences):
        name = ward.people[employee].name
        # Days of leave that the ward has already must not come twice.
        away = {leave.first for leave in ward.leave if leave.absent and leave.person == name}
        for one in absences:
            if one.employee == employee:
                away |= {day for day in one.after(period) if not _on_leave(ward, name, day)}
        rows += [f"{name},{first},{last},absent" for first, last in _stretches(away)]
    if rows:
        warn("for the next plan, add to leave.csv: " + "; ".join(rows))


def _on_leave(ward: Ward, name: str, day: date) -> bool:
    return any(leave.person == name and leave.first <= day <= leave.last for leave in ward.leave)


def _stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    """First and last day of each stretch of ``days`` without a gap."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and (day - found[-1][1]).days == 1:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found
