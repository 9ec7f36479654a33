"""Dates and times as FHIR and people write them: whole, partial, with or without a zone."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal

Precision = Literal["year", "month", "day", "time"]

# Outside these years a date is a slip of the keyboard; the bounds also keep
# every later subtraction inside what datetime can hold.
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 9000
_DAYS_PER_YEAR: Final = 365.2425


def parse_moment(text: object, zone: tzinfo | None) -> tuple[datetime, Precision] | None:
    """Read ``2019``, ``2019-05``, ``2019-05-01`` or a date with a time.

    A partial date stands for its first moment. A time without a zone is taken
    in ``zone``. Returns None for anything else.
    """
    if not isinstance(text, str) or not text.isascii():
        return None
    text = text.strip()
    precision: Precision = "time"
    if len(text) <= 10:
        if len(text) == 4 and text.isdigit():
            text, precision = f"{text}-01-01", "year"
        elif len(text) == 7 and text[4] == "-":
            text, precision = f"{text}-01", "month"
        elif len(text) == 10:
            precision = "day"
        else:
            return None
        if text[4] != "-" or text[7] != "-":
            return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment, precision


def middle(moment: datetime, precision: Precision) -> datetime:
    """The middle of a partial date: the birthday that is wrong by least."""
    if precision == "year":
        return moment.replace(month=7, day=1)
    if precision == "month":
        return moment.replace(day=15)
    return moment


def completed_years(birth: datetime, moment: datetime) -> int:
    """Age in completed years, as clinicians state it; negative before birth."""
    birthday_ahead = (moment.month, moment.day) < (birth.month, birth.day)
    return moment.year - birth.year - birthday_ahead


def after_years(birth: datetime, years: float) -> datetime | None:
    """The moment somebody born at ``birth`` reached an age in years."""
    if not 0 <= years <= 150:
        return None
    return birth + timedelta(days=years * _DAYS_PER_YEAR)
