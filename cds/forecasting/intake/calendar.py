"""Public holidays and the days beside them, as numbers known in advance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from cds.errors import InputError
from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.complaints import did_you_mean

HOLIDAY, BESIDE = "public_holiday", "beside_holiday"


def holiday_dates(country: str, years: Sequence[int]) -> frozenset[date]:
    """The public holidays of a country (ISO 3166, ``GB-SCT`` for a part of it) in ``years``.

    Raises InputError for a country that the package ``holidays`` does not know.
    """
    import holidays

    code, _, part = country.upper().partition("-")
    known = holidays.list_supported_countries()
    if code not in known:
        raise InputError(
            f"--country is {country!r}; expected a code such as CN, GB, US, DE"
            f"{did_you_mean(code, known)}"
        )
    if part and part not in known[code]:
        raise InputError(
            f"--country is {country!r}; {code} has the parts {', '.join(known[code]) or 'none'}"
        )
    found = holidays.country_holidays(code, subdiv=part or None, years=list(years))
    return frozenset(found)


def holiday_columns(
    moments: Sequence[date], frequency: Frequency, country: str
) -> dict[str, list[float]]:
    """For each period: how many of its days are public holidays, and lie beside one.

    In weeks and months only Monday to Friday count, the others being quiet anyway.
    """
    years = sorted({year for moment in moments for year in (moment.year, moment.year + 1)})
    free = holiday_dates(country, [years[0] - 1, *years])
    spans = [_days(moment, frequency) for moment in moments]
    working = frequency in ("W", "M")

    def counts(day: date) -> bool:
        return day in free and (not working or day.weekday() < 5)

    one = timedelta(days=1)
    holiday = [float(sum(counts(day) for day in days)) for days in spans]
    if working:
        return {HOLIDAY: holiday}
    beside = [
        float(any(day not in free and (day - one in free or day + one in free) for day in days))
        for days in spans
    ]
    return {HOLIDAY: holiday, BESIDE: beside}


def with_holidays(frame: pl.DataFrame, frequency: Frequency, country: str) -> pl.DataFrame:
    """``frame`` with the holiday columns beside its ``ds``."""
    distinct = frame["ds"].unique().sort()
    columns = holiday_columns(distinct.to_list(), frequency, country)
    known = pl.DataFrame({"ds": distinct, **columns})
    return frame.join(known, on="ds", how="left")


def _days(moment: date, frequency: Frequency) -> list[date]:
    start = moment.date() if isinstance(moment, datetime) else moment
    if frequency in ("H", "D"):
        return [start]
    if frequency == "W":
        return [start + timedelta(days=number) for number in range(7)]
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return [start + timedelta(days=number) for number in range((following - start).days)]
