"""What stands in a cell or after a key, as the value it is meant to be.

Every function takes something that is not empty and raises ``Unreadable``
saying what was found and what was expected.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time
from typing import Final

from cds.roster.ward.calendar import WEEKDAYS

DATE_ORDERS: Final = ("year-month-day", "day-month-year", "month-day-year")

_YEAR_FIRST = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]0?0:00.*)?"
)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2}|\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_LIST = re.compile(r"[;；、|]")
_YES = frozenset({"yes", "y", "true", "1", "x", "✓", "√", "是", "对"})
_NO = frozenset({"no", "n", "false", "0", "否", "不"})
_CHINESE_DAYS = {name: index for index, name in enumerate("一二三四五六日")} | {"天": 6}


class Unreadable(Exception):
    """A value that is not what it should be; the message is the end of a sentence about it."""


def empty(value: object) -> bool:
    """Nothing, or nothing but blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def text(value: object) -> str:
    """The value as text: blanks trimmed, composed letters, and 3.0 of a spreadsheet as ``3``."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(unicodedata.normalize("NFC", str(value)).split())


def folded(value: str) -> str:
    """What two spellings of one name have in common: no case, no width, single blanks."""
    return unicodedata.normalize("NFKC", text(value)).casefold()


def items(value: object) -> tuple[str, ...]:
    """A list: TOML's own, or a text whose parts are set off by ``;``, ``、`` or ``|``."""
    parts = value if isinstance(value, list | tuple) else _LIST.split(text(value))
    return tuple(text(part) for part in parts if not empty(part))


def number(value: object) -> float:
    """A number with a decimal point."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        found = float(value)
    else:
        try:
            found = float(folded(text(value)))
        except ValueError:
            raise Unreadable(f"is {shown(value)}; expected a number such as 37.5") from None
    if not math.isfinite(found):
        raise Unreadable(f"is {shown(value)}; expected a number such as 37.5")
    return found


def whole(value: object) -> int:
    """A whole number."""
    try:
        found = number(value)
    except Unreadable:
        raise Unreadable(f"is {shown(value)}; expected a whole number") from None
    if not found.is_integer():
        raise Unreadable(f"is {shown(value)}; expected a whole number")
    return int(found)


def yes(value: object) -> bool:
    """Yes or no, in English or Chinese."""
    if isinstance(value, bool):
        return value
    word = folded(text(value))
    if word in _YES or word in _NO:
        return word in _YES
    raise Unreadable(f"is {shown(value)}; expected yes or no")


def day(value: object, order: str = DATE_ORDERS[0]) -> date:
    """A date: year first, or in the ``order`` that the ward's file names.

    Forms that end with the year are refused without an ``order``: nobody can
    tell whether 03/04/2026 lies in March or in April.
    """
    if isinstance(value, datetime):
        if value.time() != time():
            raise Unreadable(f"is {value}; expected a date without a time")
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        raise Unreadable(
            f"is the number {shown(value)}; expected a date such as 2026-12-25 "
            "(in a spreadsheet, format the cell as a date)"
        )
    word = folded(text(value))
    if match := _YEAR_FIRST.fullmatch(word):
        return _date(value, match[1], match[2], match[3])
    if match := _YEAR_LAST.fullmatch(word):
        if order == "day-month-year":
            return _date(value, match[3], match[2], match[1])
        if order == "month-day-year":
            return _date(value, match[3], match[1], match[2])
        raise Unreadable(
            f"is {shown(value)}, which may be day or month first; expected the year first, as in "
            '2026-12-25 (or say dates = "day-month-year" under [files] in ward.toml)'
        )
    raise Unreadable(f"is {shown(value)}; expected a date such as 2026-12-25")


def clock(value: object) -> time:
    """A time of day such as 07:30."""
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    match = _CLOCK.fullmatch(folded(text(value)))
    if match is None or int(match[1]) > 24 or int(match[2]) > 59:
        raise Unreadable(f"is {shown(value)}; expected a time such as 07:30")
    if int(match[1]) == 24 and int(match[2]):
        raise Unreadable(f"is {shown(value)}; expected a time such as 07:30")
    return time(int(match[1]) % 24, int(match[2]))


def weekday(value: object) -> str | None:
    """The English name in small letters of a weekday in English or Chinese, else None."""
    word = folded(text(value))
    for lead in ("星期", "礼拜", "周", "週"):
        if word.startswith(lead) and word[len(lead) :] in _CHINESE_DAYS:
            return WEEKDAYS[_CHINESE_DAYS[word[len(lead) :]]]
    if len(word) < 3:
        return None
    return next((name for name in WEEKDAYS if name.startswith(word.rstrip("."))), None)


def shown(value: object) -> str:
    """The value as a message quotes it: as the user sees it, not too long."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    found = text(value)
    found = found if len(found) <= 40 else found[:39] + "…"
    return f"'{found}'" if isinstance(value, str) else found


def _date(value: object, year: str, month: str, day_of_month: str) -> date:
    try:
        century = 2000 if len(year) == 2 else 0
        return date(century + int(year), int(month), int(day_of_month))
    except ValueError:
        raise Unreadable(
            f"is {shown(value)}, a day that no calendar has; expected a date such as 2026-12-25"
        ) from None
