"""Staff needed for forecast patients: a forecast table and the ward's ratios."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.ward.calendar import Calendar, shift_index
from cds.roster.ward.cover import Demand
from cds.roster.ward.description import Ratio, Ward
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.people import skill_index

Forecast = Mapping[tuple[str, date], Mapping[str, float]]
"""(series, date) → column → value, as ``read_forecast`` gives it."""

_SERIES, _TIME = "unique_id", "ds"
_EXPECTED = "a forecast of patients: .csv or .parquet with columns unique_id, ds and mean or q0.5"


def read_forecast(path: Path) -> Forecast:
    """The forecast in ``path``, CSV or Parquet with columns unique_id, ds, and mean, q0.8, ...

    Where a series has several times on a date, the highest value of each column
    stands for that date. Raises InputError naming the row and column that cannot
    be used.
    """
    rows = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    highest: dict[tuple[str, date], dict[str, float]] = {}
    for number, row in rows:
        series = str(row.get(_SERIES) or "").strip()
        if not series:
            raise InputError("is empty; expected a series' name", _at(path, number, _SERIES))
        key = (series, _date(path, number, row.get(_TIME)))
        values = highest.setdefault(key, {})
        for column, cell in row.items():
            if column in (_SERIES, _TIME) or not _is_value(column):
                continue
            value = _number(path, number, column, cell)
            values[column] = max(values.get(column, value), value)
    if not highest:
        raise InputError("has no rows; expected a forecast", Place(str(path)))
    return highest


def replace_by_forecast(
    ward: Ward, calendar: Calendar, demands: Sequence[Demand], forecast: Forecast
) -> tuple[Demand, ...]:
    """``demands``, those with a ratio replaced by what the forecast asks for.

    One person for each so many patients, rounded up, and never fewer than the
    ratio's least. Ratios for the same shift and skill add up. Raises InputError,
    at the ratio's place, for a series, a date or a column that is not there.
    """
    asked: dict[tuple[int, int, int | None], Demand] = {}
    shifts = shift_index(ward.shifts)
    for ratio in ward.ratios:
        if ratio.shift not in shifts:
            raise InputError(
                f"shift {ratio.shift!r} is not known; expected {', '.join(shifts)}"
                f"{did_you_mean(ratio.shift, shifts)}",
                ratio.place,
            )
        skill = None if not ratio.skill else skill_index(ward, ratio.skill, ratio.place)
        for day, date_ in enumerate(calendar.period.dates):
            minimum = _staff(ratio, forecast, date_, ratio.quantile)
            preferred = (
                None
                if ratio.preferred_quantile is None
                else max(_staff(ratio, forecast, date_, ratio.preferred_quantile), minimum)
            )
            key = (day, shifts[ratio.shift], skill)
            before = asked.get(key)
            if before is not None:
                least = before.minimum + minimum
                wanted = before.wanted + (minimum if preferred is None else preferred)
                minimum, preferred = least, wanted if wanted > least else None
            asked[key] = Demand(*key, minimum, preferred, None, ratio.place)
    kept = [item for item in demands if (item.day, item.shift, item.skill) not in asked]
    return tuple(
        sorted(
            (*kept, *asked.values()),
            key=lambda item: (item.day, item.shift, -1 if item.skill is None else item.skill),
        )
    )


def _staff(ratio: Ratio, forecast: Forecast, date_: date, column: str) -> int:
    values = forecast.get((ratio.series, date_))
    if values is None:
        known = sorted({series for series, _ in forecast})
        if ratio.series not in known:
            raise InputError(
                f"the forecast has no series {ratio.series!r}; it has {', '.join(known)}"
                f"{did_you_mean(ratio.series, known)}",
                ratio.place,
            )
        days = sorted(day for series, day in forecast if series == ratio.series)
        raise InputError(
            f"the forecast of {ratio.series!r} has no row for {date_}"
            f"; it has {days[0]} to {days[-1]}",
            ratio.place,
        )
    if column not in values:
        raise InputError(
            f"the forecast of {ratio.series!r} has no column {column!r}"
            f"; it has {', '.join(values)}{did_you_mean(column, values)}",
            ratio.place,
        )
    # Dust of floating point must not ask for one more person.
    return max(ratio.at_least, math.ceil(round(values[column] / ratio.per, 9)))


def _csv(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError('is not UTF-8 text; save it as "CSV UTF-8"', _at(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    reader = csv.DictReader(text.splitlines())
    _check_columns(path, list(reader.fieldnames or ()))
    for row in reader:
        if None in row:
            raise InputError("has more cells than columns", _at(path, reader.line_num))
        yield reader.line_num, dict(row)


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    import polars

    try:
        frame = polars.read_parquet(path.read_bytes())
    except polars.exceptions.PolarsError as error:
        raise InputError(f"is not Parquet; expected {_EXPECTED}", _at(path)) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    _check_columns(path, frame.columns)
    yield from enumerate(frame.iter_rows(named=True), start=1)


def _unreadable(path: Path, error: OSError) -> InputError:
    if path.is_dir():
        return InputError(f"is a folder; expected {_EXPECTED}", _at(path))
    if not path.exists():
        return InputError(f"is not there; expected {_EXPECTED}", _at(path))
    return InputError(f"cannot be read: {error.strerror or error}", _at(path))


def _check_columns(path: Path, columns: list[str]) -> None:
    for column in (_SERIES, _TIME):
        if column not in columns:
            raise InputError(
                f"has no column {column!r}; it has {', '.join(columns) or 'none'}"
                f"{did_you_mean(column, columns)}",
                _at(path),
            )
    if not any(_is_value(column) for column in columns):
        raise InputError("has no column of values; expected mean or q0.5, q0.8, ...", _at(path))


def _is_value(column: str) -> bool:
    if column == "mean":
        return True
    try:
        return column.startswith("q") and 0 < float(column[1:]) < 1
    except ValueError:
        return False


def _date(path: Path, number: int, cell: object) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return datetime.fromisoformat(str(cell or "").strip()).date()
    except ValueError:
        raise InputError(
            f"is {cell!r}; expected a date like 2026-11-30", _at(path, number, _TIME)
        ) from None


def _number(path: Path, number: int, column: str, cell: object) -> float:
    try:
        value = float(str(cell))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise InputError(f"is {cell!r}; expected a number, 0 or more", _at(path, number, column))
    return value


def _at(path: Path, row: int | None = None, column: str = "") -> Place:
    if row is None:
        return Place(str(path))
    return Place(str(path), f"row {row}, column {column}" if column else f"row {row}")
