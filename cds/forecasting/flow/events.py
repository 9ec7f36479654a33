"""Tables of events, one row each: arrivals, and stays with their admission and discharge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cds.errors import InputError, Place
from cds.forecasting.intake.cells import moments
from cds.forecasting.intake.complaints import Complaints, did_you_mean
from cds.forecasting.intake.findings import Finding, counted
from cds.forecasting.intake.headers import SPELLINGS, TIME, VALUE, find_columns
from cds.forecasting.intake.raw_table import RawTable

ADMITTED, DISCHARGED, BY = "admission", "discharge", "ward"

_ARRIVAL = (
    "arrival", "arrival_time", "arrival_datetime", "arrived", "registration_time",
    "到达时间", "就诊时间", "挂号时间", "到诊时间",
)  # fmt: skip
ARRIVAL_SPELLINGS = {TIME: (*SPELLINGS[TIME], *_ARRIVAL)}
STAY_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    ADMITTED: (
        "admission", "admitted", "admission_time", "admission_datetime", "admit_time",
        "admittime", "admitted_at", "in_time", "intime", "入院时间", "入院日期", "入科时间",
    ),
    DISCHARGED: (
        "discharge", "discharged", "discharge_time", "discharge_datetime", "dischtime",
        "discharged_at", "out_time", "outtime", "出院时间", "出院日期", "出科时间",
    ),
    BY: ("ward", "unit", "unique_id", "series", "病区", "科室"),
}  # fmt: skip
UNKNOWN = "unknown"
"""The series of arrivals whose column of ``by`` is empty: they came all the same."""
IDENTIFYING = 0.9
"""A column with so large a share of different cells tells one event from another."""


@dataclass(frozen=True, slots=True)
class Stays:
    """``frame``: unique_id, admitted, discharged (null: still in), sorted by admission.

    ``as_of`` is the moment up to which all is known; discharges after it are not used.
    ``source``: the file they were read from, for messages.
    """

    frame: pl.DataFrame
    as_of: datetime
    rows: int
    findings: tuple[Finding, ...]
    source: str


def is_counted(raw: RawTable, value: str | None) -> bool:
    """Whether a table counts (has a column of amounts) instead of listing events."""
    if value is not None:
        return True
    names = {name.casefold() for name in raw.frame.columns}
    return any(word in names for word in SPELLINGS[VALUE])


def are_stays(raw: RawTable) -> bool:
    """Whether a table has a column of admissions."""
    names = {name.strip().casefold().replace(" ", "_") for name in raw.frame.columns}
    return any(word in names for word in STAY_SPELLINGS[ADMITTED])


def as_counts(raw: RawTable, time: str | None, by: str | None) -> tuple[RawTable, dict[str, str]]:
    """A table of arrivals with a 1 for each of them, and how its columns are called.

    Rows equal in every cell are arrivals counted twice only where a column tells arrivals
    apart; else they are two people at one time, numbered so that both stay.
    """
    names = [name for name in raw.frame.columns if name != "__row"]
    chosen = {TIME: time} if time else {}
    found = find_columns(names, raw.source, chosen, (TIME,), ARRIVAL_SPELLINGS)
    groups = [part.strip() for part in (by or "").split(",") if part.strip()]
    for name in groups:
        if name not in names:
            raise InputError(
                f"has no column {name!r}; it has {', '.join(names)}{did_you_mean(name, names)}",
                Place(raw.source),
            )
    frame = raw.frame.with_columns(pl.lit("1").alias("__one"), pl.col(groups).fill_null(UNKNOWN))
    if not _identifying(raw.frame, names):
        frame = frame.with_columns(pl.col("__row").cast(pl.String).alias("__number"))
    columns = {TIME: found[TIME], VALUE: "__one", **({"unique_id": by} if by else {})}
    if by is None:
        # A column that merely happens to be called 'id' is the patient's, not a series.
        hidden = [name for name in names if name != found[TIME]]
        frame = frame.rename({name: f"cell {number}" for number, name in enumerate(hidden)})
    return RawTable(raw.source, frame, raw.first_row), columns


def stays_of(
    raw: RawTable,
    chosen: Mapping[str, str],
    *,
    dates: str = "iso",
    now: datetime | None = None,
    as_of: datetime | None = None,
) -> Stays:
    """The stays in a table; InputError by row for one that ends before it begins.

    ``as_of`` is the table's last moment where not given. A discharge after it means: still in.
    """
    names = [name for name in raw.frame.columns if name != "__row"]
    found = find_columns(names, raw.source, chosen, (ADMITTED, DISCHARGED), STAY_SPELLINGS)
    complaints = Complaints(raw.source)
    frame, findings = _without_repeats(raw.frame, names)
    ward = frame[found[BY]] if BY in found else pl.Series(["census"] * frame.height)
    if BY in found:
        empty = frame.filter(pl.col(found[BY]).is_null())
        complaints.add_many(found[BY], empty.select("__row", found[BY]).iter_rows(), "a ward")
    stays = pl.DataFrame(
        [
            frame["__row"].cast(pl.Int64),
            ward.alias("unique_id"),
            moments(frame, found[ADMITTED], dates, complaints).alias("admitted"),
            moments(frame, found[DISCHARGED], dates, complaints, required=False).alias(
                "discharged"
            ),
        ]
    )
    wrong = stays.filter(pl.col("discharged") < pl.col("admitted"))
    for row, start, end in wrong.select("__row", "admitted", "discharged").iter_rows():
        complaints.add(row, found[DISCHARGED], end, f"no moment before the admission, {start}")
    if now is not None:
        late = stays.filter(pl.col("admitted") > now.replace(tzinfo=None))
        for row, start in late.select("__row", "admitted").iter_rows():
            complaints.add(row, found[ADMITTED], start, f"no admission after now, {now} (--now)")
    complaints.raise_any()
    moment = as_of.replace(tzinfo=None) if as_of is not None else _last(stays, now)
    stays = stays.filter(pl.col("admitted") <= moment).with_columns(
        pl.when(pl.col("discharged") <= moment).then(pl.col("discharged"))
    )
    if stays.is_empty():
        raise InputError(f"has no admission up to {moment}", Place(raw.source))
    kept = stays.drop("__row").sort("unique_id", "admitted", "discharged")
    return Stays(kept, moment, raw.frame.height, tuple(findings), raw.source)


def _last(stays: pl.DataFrame, now: datetime | None) -> datetime:
    """The last admission or discharge; planned discharges after ``now`` do not count."""
    both = pl.concat([stays["admitted"], stays["discharged"]]).drop_nulls()
    if now is not None:
        both = both.filter(both <= now.replace(tzinfo=None))
    last = both.max()
    assert isinstance(last, datetime)
    return last


def _without_repeats(
    frame: pl.DataFrame, names: Sequence[str]
) -> tuple[pl.DataFrame, list[Finding]]:
    if not _identifying(frame, names):
        return frame, []
    kept = frame.unique(names, keep="first", maintain_order=True)
    lost = frame.height - kept.height
    if not lost:
        return frame, []
    text = counted(
        lost,
        "row equals another in every cell and was dropped",
        "rows equal others in every cell and were dropped",
    )
    return kept, [Finding("duplicates_dropped", text, values={"rows": lost})]


def _identifying(frame: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether some column that holds no times is different in nearly every row."""
    for name in names:
        cells = frame[name]
        if cells.n_unique() >= IDENTIFYING * frame.height and not _timelike(cells):
            return True
    return False


def _timelike(cells: pl.Series) -> bool:
    return bool(cells.drop_nulls().head(20).str.contains(r"\d[-/.:年]\d").all())
