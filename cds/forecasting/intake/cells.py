"""Text cells as moments, numbers and shares; what cannot be read is complained of by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import polars as pl

from cds.forecasting.intake.complaints import Complaints

DATE_ORDERS = ("iso", "day-month-year", "month-day-year")
MISSING = ("na", "n/a", "nan", "null", "none")
YEARS = (1900, 2200)
LARGEST = 1e100
"""Squares and sums of larger numbers would overflow."""

_ISO = re.compile(
    r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?"
    r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)? ?(?:Z|[+-]\d{2}:?\d{2})?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_SHORT = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})(?:-?([1-7]))?")
_TRUE = ("true", "yes", "y", "t", "是", "缺货")
_FALSE = ("false", "no", "n", "f", "否", "有货")
_CENTURY = 2000


def moments(
    frame: pl.DataFrame, column: str, order: str, complaints: Complaints, *, required: bool = True
) -> pl.Series:
    """A column of dates or times as local wall-clock time, to the second; zones are dropped.

    ISO dates (also with / or 年月日, months alone, and weeks: 2026-W48); 03/04/2026 only where
    ``order`` says which number is the day.
    """
    expected = (
        "a date like 2026-11-30 or a time like 2026-11-30 14:05"
        if order == "iso"
        else f"a date as {order}"
    )
    ambiguous = (
        "a date like 2026-11-30: here it is not certain which number is the day "
        "(--dates day-month-year or month-day-year says so)"
    )

    def read(text: str) -> datetime | None:
        return moment(text, order)

    def wanted(text: str) -> str:
        return ambiguous if order == "iso" and _SHORT.fullmatch(text) else expected

    return _by_distinct(frame, column, read, wanted, complaints, pl.Datetime("us"), required)


def moment(text: str, order: str = "iso") -> datetime | None:
    """One date or time; None where it is none."""
    numbers: list[int]
    if found := _WEEK.fullmatch(text):
        return _of_week(int(found[1]), int(found[2]), int(found[3] or 1))
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        numbers = [
            int(part or default) for part, default in zip(found.groups(), "011000", strict=False)
        ]
    elif order != "iso" and (found := _SHORT.fullmatch(text)):
        first, second, year, *clock = found.groups()
        day, month = (first, second) if order == "day-month-year" else (second, first)
        full = int(year) + (_CENTURY if len(year) == 2 else 0)
        numbers = [full, int(month), int(day), *(int(part or 0) for part in clock)]
    else:
        return None
    try:
        read = datetime(*numbers)  # type: ignore[arg-type]
    except ValueError:
        return None
    return read if YEARS[0] <= read.year < YEARS[1] else None


def _of_week(year: int, week: int, day: int) -> datetime | None:
    """The day of an ISO week: 2026-W48 is its Monday, 2026-W48-3 its Wednesday."""
    if not YEARS[0] <= year < YEARS[1]:
        return None
    try:
        return datetime.fromisocalendar(year, week, day)
    except ValueError:
        return None


def numbers(
    frame: pl.DataFrame, column: str, complaints: Complaints, *, required: bool = False
) -> pl.Series:
    """A column of finite numbers below ``LARGEST``; null where empty or NA."""
    text = frame[column]
    read = text.cast(pl.Float64, strict=False)
    missing = text.is_null() | text.str.to_lowercase().is_in(MISSING)
    sound = ~missing & read.is_finite() & (read.abs() < LARGEST)
    read = pl.select(pl.when(sound).then(read)).to_series()
    wrong = frame.filter(read.is_null() & (~missing | pl.lit(required)))
    for row, value in zip(wrong["__row"], wrong[column], strict=True):
        complaints.add(row, column, value, _number_expected(value))
    return read.alias(column)


def shares(frame: pl.DataFrame, column: str, complaints: Complaints) -> pl.Series:
    """A column of shares in [0, 1], of percentages with their sign, or of true and false."""

    def read(text: str) -> float | None:
        lowered = text.casefold()
        if lowered in _TRUE or lowered in _FALSE:
            return float(lowered in _TRUE)
        try:
            value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            return None
        return value if 0 <= value <= 1 else None

    def wanted(_text: str) -> str:
        return "a share between 0 and 1, or true or false"

    return _by_distinct(frame, column, read, wanted, complaints, pl.Float64(), required=False)


def _by_distinct(
    frame: pl.DataFrame,
    column: str,
    read: Callable[[str], object],
    wanted: Callable[[str], str],
    complaints: Complaints,
    kind: pl.DataType,
    required: bool,
) -> pl.Series:
    """Understands each different cell once."""
    distinct = [cell for cell in frame[column].unique().to_list() if cell is not None]
    known = {cell: read(cell) for cell in distinct if required or cell.casefold() not in MISSING}
    bad = [cell for cell, value in known.items() if value is None]
    wrong = pl.col(column).is_in(bad)
    if required:
        wrong = wrong | pl.col(column).is_null()
    for row, value in frame.filter(wrong).select("__row", column).iter_rows():
        complaints.add(row, column, value, wanted(value or ""))
    good = {cell: value for cell, value in known.items() if value is not None}
    cells, values = list(good), pl.Series(list(good.values()), dtype=kind)
    if not cells:
        return pl.Series(column, [None] * frame.height, dtype=kind)
    return frame[column].replace_strict(
        pl.Series(cells, dtype=pl.String), values, default=None, return_dtype=kind
    )


def _number_expected(value: str | None) -> str:
    if value and re.fullmatch(r"[-+]?\d+,\d+", value):
        return "a number with a point as its decimal sign and no separator of thousands"
    if value and value.strip("+-").casefold() in ("inf", "infinity"):
        return "a finite number"
    try:
        float(value or "")
    except ValueError:
        return "a number"
    return "a number of ordinary size"
