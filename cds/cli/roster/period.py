"""Which days ``--week``, ``--weeks``, ``--month``, ``--days`` and ``--from`` mean."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from cds.cli.roster.options import day
from cds.errors import InputError
from cds.roster.ward.calendar import Period


def period_of(
    today: date,
    *,
    week: bool = False,
    weeks: int | None = None,
    month: bool = False,
    days: int | None = None,
    first: str | None = None,
) -> Period:
    """The days to plan.

    A week begins on the Monday after ``today``, a month on the first of the next;
    with ``first`` they begin on that date, and a month ends where its month ends.
    """
    given = [
        name
        for name, asked in (
            ("--week", week),
            ("--weeks", weeks is not None),
            ("--month", month),
            ("--days", days is not None),
        )
        if asked
    ]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} are both given; expected one of them")
    start = None if first is None else day("--from", first)
    if month:
        start = start or _next_month(today)
        last = calendar.monthrange(start.year, start.month)[1]
        return Period(start, last - start.day + 1)
    start = start or today + timedelta(days=7 - today.weekday())
    return Period(start, days if days is not None else 7 * (weeks or 1))


def _next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=31)).replace(day=1)
