"""The dates that head the columns of a roster, also as a spreadsheet rewrote them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from cds.errors import InputError, Place
from cds.roster.problem import Problem

_NUMBERS = re.compile(r"(\d{1,4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})日?(?:[T ]0+:00.*)?")


def looks_like_days(values: Sequence[object], problem: Problem) -> bool:
    """Whether a row is the one that names the days: most of what follows its first cell does."""
    filled = [value for value in values[1:] if not _empty(value)]
    days = [value for value in filled if _is_day(value, problem)]
    return len(days) >= max(1, min(problem.days, len(filled)) / 2)


def day_of(value: object, problem: Problem, place: Place) -> int | None:
    """The day that a heading names; None where it is no day, as the heading of a total.

    A date written with numbers in another order (``4/1/2027``) is taken where
    just one order falls into the period. Raises InputError for a day outside.
    """
    if problem.first_date is None:
        text = str(value).strip()
        if not text.isdigit():
            return None
        if int(text) >= problem.days:
            raise InputError(
                f"day {text} is not in the period; expected 0 to {problem.days - 1}", place
            )
        return int(text)
    named = _dates(value)
    if not named:
        return None
    first = problem.first_date
    last = first + timedelta(days=problem.days - 1)
    inside = sorted({day for day in named if first <= day <= last})
    if len(inside) == 1:
        return (inside[0] - first).days
    if inside:
        both = " or ".join(day.isoformat() for day in inside)
        raise InputError(f'"{value}" may be {both}; write the date as YYYY-MM-DD', place)
    shown = sorted(named)[0].isoformat() if len(named) == 1 else str(value)
    raise InputError(f"{shown} is not in the period; expected {first} to {last}", place)


def _is_day(value: object, problem: Problem) -> bool:
    if problem.first_date is None:
        text = str(value).strip()
        return text.isdigit() and int(text) < problem.days
    return bool(_dates(value))


def _dates(value: object) -> set[date]:
    """Every date that a cell may mean."""
    if isinstance(value, datetime):
        return {value.date()}
    if isinstance(value, date):
        return {value}
    match = _NUMBERS.fullmatch(str(value).strip())
    if match is None:
        return set()
    one, sign, two, three = match.groups()
    a, b, c = int(one), int(two), int(three)
    if len(one) == 4:
        orders = [(a, b, c)]
    elif sign == ".":
        orders = [(c, b, a)]
    else:
        orders = [(c, b, a), (c, a, b)]
    return {made for year, month, day in orders if (made := _date(year, month, day))}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _empty(value: object) -> bool:
    return value is None or not str(value).strip()
