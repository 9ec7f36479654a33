"""Reads a table of series into a regular history: the one way in for ``forecast``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from cds.errors import InputError, Place
from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.cells import moments, numbers, shares
from cds.forecasting.intake.clocks import merge_repeated_hours
from cds.forecasting.intake.complaints import Complaints, did_you_mean
from cds.forecasting.intake.ends import incomplete_last, late_first, without_last
from cds.forecasting.intake.findings import Finding
from cds.forecasting.intake.headers import OUT, SERIES, TIME, VALUE, find_columns
from cds.forecasting.intake.jumps import find_jump
from cds.forecasting.intake.periods import NAMES, period_of
from cds.forecasting.intake.raw_table import RawTable, read_raw
from cds.forecasting.intake.rows import Combine, Gaps, Negatives, sum_rows

_SEASONS: Mapping[str, int] = {"H": 168, "D": 182, "W": 52, "M": 12}
"""Periods that a shift of level must last on either side; days: half a year of weeks."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is to be understood; the defaults look at the table itself.

    ``columns``: meaning (unique_id, ds, y, out_of_stock) → header; several headers of the id are
    set off by commas. ``dates``: iso, day-month-year or month-day-year. ``covariates``: headers
    of columns known in advance. ``transactions``: several rows of a period are summed, however
    few have them; ``combine``: or else combined. ``now``: nothing observed may lie after it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: str = "iso"
    gaps: Gaps = "auto"
    negatives: Negatives = "auto"
    mend_units: bool = False
    covariates: tuple[str, ...] = ()
    combine: Combine = "sum"
    transactions: bool = False
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """``frame``: unique_id, ds, y, [out_of_stock], covariates; one row per series and period.

    ``future`` holds the covariates of later rows, whose y is empty. ``rows`` were read.
    """

    frame: pl.DataFrame
    frequency: Frequency
    rows: int
    transactions: bool
    findings: tuple[Finding, ...]
    future: pl.DataFrame | None = None


def read_history(path: Path, frequency: Frequency, reading: Reading | None = None) -> History:
    """The history in a file (CSV, TSV, Parquet, xlsx).

    Raises InputError naming file, row, column, value and what was expected; no row that cannot
    be used ever enters a sum.
    """
    return history_of(read_raw(path), frequency, reading or Reading())


def history_of(raw: RawTable, frequency: Frequency, reading: Reading) -> History:
    """As ``read_history``, of a table that was read already."""
    rows, time, spare = _typed(raw, reading)
    complaints = Complaints(raw.source)
    count = rows.height
    clock: list[Finding] = []
    if frequency == "H" and not reading.transactions:
        rows, clock = merge_repeated_hours(rows, raw.frame[time])
    past, future = _split_future(rows, frequency, reading)
    if reading.now is not None:
        late = past.filter(pl.col("moment") > _naive(reading.now))
        for row, moment in late.select("__row", "moment").iter_rows():
            complaints.add(
                row, time, moment, f"no observation after now, {_naive(reading.now)} (--now)"
            )
    complaints.raise_any()
    if past["y"].null_count() == past.height:
        raise InputError("has no value in any row; expected numbers", Place(raw.source, VALUE))
    summed = sum_rows(
        past,
        frequency,
        complaints,
        time=time,
        gaps=reading.gaps,
        negatives=reading.negatives,
        combine=reading.combine,
        transactions=reading.transactions,
        other_cells=spare,
    )
    frame, findings = summed.frame, [*clock, *summed.findings]
    now = None if reading.now is None else _naive(reading.now)
    last = incomplete_last(past["moment"], frequency, now, summed.transactions)
    if last is not None:
        if not frame.filter(pl.col("ds") < last).height:
            raise InputError(
                f"holds only one {NAMES[frequency]}, from {last}, and it is not over; "
                "expected earlier ones",
                Place(raw.source),
            )
        frame, finding = without_last(frame, last, frequency)
        findings.append(finding)
    first = late_first(past["moment"], frequency) if summed.transactions else None
    if first is not None:
        text = f"the {NAMES[frequency]} from {first} may be incomplete: the table begins late in it"
        findings.append(Finding("first_period_partial", text, values={"ds": str(first)}))
    frame, jumps = _jumps(frame, frequency, mend=reading.mend_units)
    return History(frame, frequency, count, summed.transactions, (*findings, *jumps), future)


def _typed(raw: RawTable, reading: Reading) -> tuple[pl.DataFrame, str, bool]:
    """The columns that are used; the header of time; whether the file has others."""
    names = [name for name in raw.frame.columns if name != "__row"]
    several = [part.strip() for part in reading.columns.get(SERIES, "").split(",") if part.strip()]
    chosen = {
        key: name for key, name in reading.columns.items() if key != SERIES or len(several) == 1
    }
    for name in (*several, *reading.covariates):
        if name not in names:
            raise InputError(
                f"has no column {name!r}; it has {', '.join(names)}{did_you_mean(name, names)}",
                Place(raw.source),
            )
    open_names = [name for name in names if name not in (*several[1:], *reading.covariates)]
    if len(several) > 1:
        chosen[SERIES] = several[0]
    found = find_columns(open_names, raw.source, chosen, (TIME, VALUE))
    complaints = Complaints(raw.source)
    frame = raw.frame
    ids = several if len(several) > 1 else [found[SERIES]] if SERIES in found else []
    for name in ids:
        empty = frame.filter(pl.col(name).is_null())
        complaints.add_many(name, empty.select("__row", name).iter_rows(), "a series' name")
    identity = pl.concat_str(ids, separator="/") if ids else pl.lit("series")
    columns = [
        frame["__row"].cast(pl.Int64),
        (~frame.select(pl.struct(names).is_first_distinct()).to_series()).alias("__equal"),
        frame.with_columns(identity.alias("unique_id"))["unique_id"],
        moments(frame, found[TIME], reading.dates, complaints).alias("moment"),
        numbers(frame, found[VALUE], complaints).alias("y"),
    ]
    if OUT in found:
        columns.append(shares(frame, found[OUT], complaints).alias(OUT))
    columns += [numbers(frame, name, complaints) for name in reading.covariates]
    complaints.raise_any()
    used = {*ids, *found.values(), *reading.covariates}
    typed = pl.DataFrame(
        [
            column.new_from_index(0, frame.height) if len(column) != frame.height else column
            for column in columns
        ]
    )
    return typed, found[TIME], bool(set(names) - used)


def _split_future(
    rows: pl.DataFrame, frequency: Frequency, reading: Reading
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Rows up to each series' last value, and the covariates of those after it."""
    if not reading.covariates:
        return rows, None
    last = pl.col("moment").filter(pl.col("y").is_not_null()).max().over("unique_id")
    ahead = (pl.col("moment") > last).fill_null(True)
    future = (
        rows.filter(ahead)
        .with_columns(period_of(pl.col("moment"), frequency).alias("ds"))
        .group_by("unique_id", "ds")
        .agg(pl.col(list(reading.covariates)).mean())
        .sort("unique_id", "ds")
    )
    return rows.filter(~ahead), future if future.height else None


def _jumps(
    frame: pl.DataFrame, frequency: Frequency, *, mend: bool
) -> tuple[pl.DataFrame, list[Finding]]:
    findings: list[Finding] = []
    parts: list[pl.DataFrame] = []
    for (identity,), part in frame.group_by("unique_id", maintain_order=True):
        values = part["y"].fill_null(float("nan")).to_numpy()
        jump = find_jump(values, _SEASONS[frequency])
        if jump is None:
            parts.append(part)
            continue
        start = part["ds"][jump.place]
        measured: dict[str, float | str] = {"ds": str(start), "ratio": round(jump.ratio, 4)}
        if jump.pack is None:
            text = f"the level is {jump.ratio:.2g} times as high from {start} on"
            findings.append(Finding("level_shift", text, str(identity), measured))
        else:
            factor = jump.pack if jump.ratio > 1 else 1 / jump.pack
            text = (
                f"the level is {jump.ratio:.3g} times as high from {start} on, near a pack of "
                f"{jump.pack:g}: perhaps the unit changed; "
                + (
                    "earlier values were rescaled"
                    if mend
                    else "--mend-units rescales what is earlier"
                )
            )
            measured["pack"] = jump.pack
            findings.append(Finding("unit_change", text, str(identity), measured))
            if mend:
                mended = np.where(np.arange(len(values)) < jump.place, values * factor, values)
                part = part.with_columns(pl.Series("y", mended).fill_nan(None))
        parts.append(part)
    return pl.concat(parts), findings


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
