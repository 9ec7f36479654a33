"""What stands in a column, as the values it is meant to be; whole columns at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

DATE_ORDERS: Final = ("year-month-day", "day-month-year", "month-day-year")
YEARS: Final = (1990, 2199)
"""Years that a date of a pharmacy may lie in."""

_YES = ("yes", "y", "true", "1", "x", "✓", "√", "是")
_NO = ("no", "n", "false", "0", "否")
LARGEST: Final = 1e12
"""The largest number that a pharmacy can mean: sums of larger ones would not be exact."""

_BLANKS = ("  ", "\t", "\r", "\n")
_SHOWN = 40
_DATE = "a date such as 2026-12-25"


@dataclass(frozen=True)
class Read:
    """A column's values, null where empty or ``wrong``, and what was expected of them."""

    values: pl.Series
    wrong: pl.Series
    expected: str


def shown(value: object) -> str:
    """A value as a message quotes it."""
    text = str(value)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def text(series: pl.Series) -> Read:
    """Texts with single blanks; whole numbers of Parquet become their digits."""
    import polars as pl

    if series.dtype == pl.String:
        values = _folded(series)
        if any(values.str.contains(blank, literal=True).any() for blank in _BLANKS):
            values = values.str.replace_all(r"\s+", " ")
        return Read(values, _none(series), "a text")
    if (
        series.dtype.is_integer()
        or series.dtype in (pl.Null, pl.Categorical)
        or series.dtype == pl.Enum
    ):
        return Read(series.cast(pl.String), _none(series), "a text")
    if series.dtype.is_float():
        whole = series.cast(pl.Int64, strict=False)
        wrong = series.is_not_null() & (whole.cast(series.dtype) != series).fill_null(True)
        return Read(whole.cast(pl.String), wrong, "a text")
    return Read(
        pl.Series(series.name, [None] * len(series), dtype=pl.String),
        series.is_not_null(),
        "a text",
    )


def number(series: pl.Series, *, whole: bool = False) -> Read:
    """Numbers with a decimal point and no thousands separators."""
    import polars as pl

    wanted = "a whole number" if whole else "a number such as 37.5"
    if series.dtype == pl.String:
        values = series.cast(pl.Float64, strict=False)
        if (values.is_null() & series.is_not_null()).any():
            values = values.fill_null(_folded(series).cast(pl.Float64, strict=False))
            if not whole and series.filter(values.is_null()).str.contains(",").any():
                wanted += " (a point for decimals, no separator of thousands)"
    elif series.dtype.is_numeric():
        values = series.cast(pl.Float64)
    else:
        values = pl.Series(series.name, [None] * len(series), dtype=pl.Float64)
    fine = values.is_finite() & (values.abs() <= LARGEST)
    if whole:
        fine = fine & (values == values.round())
    wrong = series.is_not_null() & ~fine.fill_null(False)
    return Read(pl.select(pl.when(~wrong).then(values)).to_series(), wrong, wanted)


def day(series: pl.Series, order: str, zone: str) -> Read:
    """Dates with the year first, or in the ``order`` that pharmacy.toml states.

    Forms that end with the year are refused without one: nobody can tell whether
    03/04/2026 lies in March or in April.
    """
    values, wanted = _days(series, order, zone)
    return _dated(series, values, wanted)


def expiry(series: pl.Series, order: str, zone: str) -> Read:
    """As ``day``; a month, or day 00 (GS1 General Specifications 3.4.7), means its last day."""
    import polars as pl

    values, wanted = _days(series, order, zone)
    if series.dtype == pl.String and (values.is_null() & series.is_not_null()).any():
        folded = _folded(series)
        month = folded.str.extract(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:月|[-/.]00)?$", 1)
        year_first = pl.DataFrame(
            {
                "year": month,
                "month": folded.str.extract(
                    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:月|[-/.]00)?$", 2
                ),
            }
        )
        year_last = pl.DataFrame(
            {
                "year": folded.str.extract(r"^(\d{1,2})[-/.](\d{4})$", 2),
                "month": folded.str.extract(r"^(\d{1,2})[-/.](\d{4})$", 1),
            }
        )
        for parts in (year_first, year_last):
            ends = parts.select(
                (pl.col("year") + "-" + pl.col("month").str.zfill(2) + "-01")
                .str.to_date("%Y-%m-%d", strict=False)
                .dt.month_end()
            ).to_series()
            values = values.fill_null(ends)
    return _dated(series, values, wanted + ", or a month such as 2026-12")


def yes(series: pl.Series) -> Read:
    """Yes or no, in English or Chinese."""
    import polars as pl

    if series.dtype == pl.Boolean:
        return Read(series, _none(series), "yes or no")
    found = choice(series, dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no"))
    return Read(found.values == "yes", found.wrong, "yes or no")


def choice(series: pl.Series, words: Mapping[str, str]) -> Read:
    """One of ``words`` in any case."""
    found = text(series)
    values = found.values.str.to_lowercase().replace_strict(
        list(words), list(words.values()), default=None, return_dtype=found.values.dtype
    )
    wrong = series.is_not_null() & values.is_null()
    return Read(values, wrong, "one of " + ", ".join(dict.fromkeys(words.values())))


def _days(series: pl.Series, order: str, zone: str) -> tuple[pl.Series, str]:
    import polars as pl

    if series.dtype == pl.Date:
        return series, _DATE
    if isinstance(series.dtype, pl.Datetime):
        local = series.dt.convert_time_zone(zone) if series.dtype.time_zone else series
        return local.dt.date(), _DATE
    if series.dtype != pl.String:
        return pl.Series(series.name, [None] * len(series), dtype=pl.Date), _DATE
    values = series.str.to_date("%Y-%m-%d", strict=False)
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        if (values.is_null() & series.is_not_null()).any():
            values = values.fill_null(series.str.to_datetime(pattern, strict=False).dt.date())
    unread = series.filter(values.is_null() & series.is_not_null()).unique()
    if unread.is_empty():
        return values, _DATE
    # Each of the other forms is read once, however many rows have it.
    others, wanted = _other_days(unread, order, zone)
    read = pl.DataFrame({"text": unread, "other": others})
    frame = pl.DataFrame({"text": series, "found": values})
    joined = frame.join(read, on="text", how="left", maintain_order="left")
    return joined.select(pl.coalesce("found", "other")).to_series(), wanted


def _other_days(series: pl.Series, order: str, zone: str) -> tuple[pl.Series, str]:
    """Dates that are not plain ISO 8601: other separators, times, zones, the year last."""
    import polars as pl

    wanted = _DATE
    folded = _folded(series)
    tail = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?$"
    head = r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?" + tail
    frame = pl.DataFrame({"text": folded})
    zoned = (
        pl.col("text")
        .str.replace("Z$", "+00:00")
        .str.replace(" ", "T")
        .str.extract(r"^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?[+-]\d{2}:?\d{2})$", 1)
        .str.replace(r"\.\d+", "")
        .str.replace(r"T(\d{2}:\d{2})([+-])", "T$1:00$2")
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_zone="UTC")
        .dt.convert_time_zone(zone)
        .dt.date()
    )
    parts = [
        _built(head, 1, 2, 3),
        pl.col("text").str.extract(r"^(\d{8})$", 1).str.to_date("%Y%m%d", strict=False),
        zoned,
    ]
    last = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + tail
    if order == "day-month-year":
        parts.append(_built(last, 3, 2, 1))
    elif order == "month-day-year":
        parts.append(_built(last, 3, 1, 2))
    elif bool(folded.str.contains(last).any()):
        wanted = (
            'the year first, as in 2026-12-25 (or say dates = "day-month-year" under [files] '
            "in pharmacy.toml)"
        )
    return frame.select(pl.coalesce(*parts)).to_series(), wanted


def _built(pattern: str, year: int, month: int, day: int) -> pl.Expr:
    import polars as pl

    def part(group: int) -> pl.Expr:
        return pl.col("text").str.extract(pattern, group)

    joined = part(year) + "-" + part(month).str.zfill(2) + "-" + part(day).str.zfill(2)
    return joined.str.to_date("%Y-%m-%d", strict=False)


def _dated(series: pl.Series, values: pl.Series, wanted: str) -> Read:
    import polars as pl

    known = values.dt.year().is_between(*YEARS).fill_null(False)
    wrong = series.is_not_null() & ~known
    return Read(pl.select(pl.when(known).then(values)).to_series(), wrong, wanted)


def _folded(series: pl.Series) -> pl.Series:
    """Full-width digits and letters as plain ones, only where something is not ASCII."""
    if series.str.len_bytes().sum() != series.str.len_chars().sum():
        return series.str.normalize("NFKC").str.strip_chars()
    return series


def _none(series: pl.Series) -> pl.Series:
    import polars as pl

    return pl.repeat(False, len(series), eager=True)
