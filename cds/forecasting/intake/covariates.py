"""What is known in advance, beside a history and for the periods to be forecast."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cds.errors import InputError, Place
from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.cells import moments, numbers
from cds.forecasting.intake.complaints import Complaints
from cds.forecasting.intake.headers import SERIES, SPELLINGS, TIME, find_columns
from cds.forecasting.intake.periods import later, period_of, span
from cds.forecasting.intake.raw_table import RawTable


def covariates_of(raw: RawTable, frequency: Frequency, dates: str = "iso") -> pl.DataFrame:
    """``[unique_id,] ds`` and the file's other columns, which must be numbers; means by period."""
    names = [name for name in raw.frame.columns if name != "__row"]
    spellings = {meaning: SPELLINGS[meaning] for meaning in (SERIES, TIME)}
    found = find_columns(names, raw.source, {}, (TIME,), spellings)
    values = [name for name in names if name not in found.values()]
    if not values:
        raise InputError("has no column besides its series and dates", Place(raw.source))
    complaints = Complaints(raw.source)
    columns = [moments(raw.frame, found[TIME], dates, complaints).alias("moment")]
    keys = ["ds"]
    if SERIES in found:
        columns.append(raw.frame[found[SERIES]].alias("unique_id"))
        keys.insert(0, "unique_id")
    columns += [numbers(raw.frame, name, complaints, required=True) for name in values]
    complaints.raise_any()
    frame = pl.DataFrame(columns).with_columns(period_of(pl.col("moment"), frequency).alias("ds"))
    return frame.group_by(keys).agg(pl.col(values).mean()).sort(keys)


def future_grid(frame: pl.DataFrame, frequency: Frequency, horizon: int) -> pl.DataFrame:
    """``unique_id, ds`` of the ``horizon`` periods after each series' last."""
    last = frame.group_by("unique_id").agg(pl.col("ds").max().alias("end"))
    spans = last.select(
        "unique_id",
        later(pl.col("end"), 1, frequency).alias("first"),
        later(pl.col("end"), horizon, frequency).alias("last"),
    )
    return span(spans, frequency).sort("unique_id", "ds")


def attach(
    frame: pl.DataFrame, known: pl.DataFrame, names: Sequence[str], source: str
) -> pl.DataFrame:
    """``frame`` with the covariates of ``known``; InputError where one is not known."""
    keys = ["unique_id", "ds"] if "unique_id" in known.columns else ["ds"]
    joined = frame.join(known.select(*keys, *names), on=keys, how="left").sort("unique_id", "ds")
    for name in names:
        missing = joined.filter(pl.col(name).is_null())
        if missing.height:
            identity, start = missing.select("unique_id", "ds").row(0)
            raise InputError(
                f"has no value for series {identity!r} at {start} (and {missing.height - 1:,} "
                "more); expected one for each period of the history and of the forecast",
                Place(source, f"column {name}"),
            )
    return joined
