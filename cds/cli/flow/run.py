"""From a table of arrivals or stays to a delivered forecast and the staff it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cds import __version__
from cds.cli import forecast_run
from cds.cli.forecast_options import Settings
from cds.cli.output import emit, json_text, terminal, warn
from cds.cli.progress import watching
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.forecast_run import Prepared
    from cds.forecasting.flow.census import Census, Measure
    from cds.forecasting.flow.events import Stays
    from cds.forecasting.intake.raw_table import RawTable

_COMBINE = {"peak": "max", "mean": "mean", "midnight": "first"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be delivered: the files of -o and --demand-out, and staff by --per."""

    target: str | None
    demand: str | None
    per: float | None
    quantile: str


def prepare_arrivals(
    table: str,
    settings: Settings,
    names: Sequence[str],
    file: Path | None,
    country: str | None,
    *,
    time: str | None,
    value: str | None,
    by: str | None,
    dates: str,
) -> Prepared:
    """Arrivals counted by period; one row per arrival where the table has no amounts."""
    from cds.forecasting.flow.events import as_counts, is_counted
    from cds.forecasting.intake.history import Reading, history_of

    raw = forecast_run.open_table(table)
    if is_counted(raw, value):
        given = {"ds": time, "y": value, "unique_id": by}
        columns = {key: name for key, name in given.items() if name}
        gaps, listed = "auto", False
    else:
        if names:
            raise InputError("--covariates names columns; for a table of arrivals give a file")
        raw, columns = as_counts(raw, time, by)
        gaps, listed = "zero", True
    reading = Reading(
        columns=columns,
        dates=dates,
        gaps=gaps,  # type: ignore[arg-type]
        covariates=tuple(names),
        transactions=listed,
        now=settings.moment,
    )
    history = history_of(raw, settings.frequency, reading)
    frame = history.frame.with_columns(
        pl.col("unique_id").replace({"series": "arrivals"}) if by is None else pl.col("unique_id")
    )
    history = replace(history, frame=frame)
    return forecast_run.dress(raw.source, history, reading, settings, file, country)


def deliver_arrivals(prepared: Prepared, settings: Settings, wanted: Wanted) -> int:
    """Forecast, show and write."""
    table = (
        _by_hour(prepared, settings)
        if settings.frequency == "H"
        else forecast_run.predict(prepared, settings).table
    )
    history = prepared.history
    facts = {
        "kind": "arrivals",
        "rows": history.rows,
        "first": str(history.frame["ds"].min()),
        "last": str(history.frame["ds"].max()),
    }
    findings = [finding.entry() for finding in history.findings]
    document = _document("arrivals", prepared.source, settings, facts, findings, table, wanted)
    from cds.forecasting.flow.staffing import by_day

    return _deliver(document, table, by_day(table), settings, wanted)


def _by_hour(prepared: Prepared, settings: Settings) -> pl.DataFrame:
    """Days forecast and spread over their hours; covariates are taken by the day."""
    from cds.forecasting.flow.arrivals import forecast_hours

    future = prepared.future
    with watching(quiet=settings.quiet) as progress:
        progress("arrivals", 0, 0)
        return forecast_hours(
            prepared.demand,
            settings.horizon,
            future=None if future is None else _days_ahead(prepared.demand, future),
            effort=settings.effort,
            seed=settings.seed,
            workers=settings.workers,
            source=prepared.source,
        )


def _days_ahead(history: pl.DataFrame, future: pl.DataFrame) -> pl.DataFrame:
    """Covariates a day, from the first day that is not whole to the forecast's last."""
    names = [name for name in future.columns if name not in ("unique_id", "ds")]
    both = pl.concat([history.select(future.columns), future], how="vertical_relaxed")
    return (
        both.group_by("unique_id", pl.col("ds").dt.date().alias("ds"))
        .agg(pl.col(names).mean())
        .sort("unique_id", "ds")
    )


def deliver_census(
    table: str,
    settings: Settings,
    wanted: Wanted,
    chosen: Mapping[str, str],
    *,
    measure: Measure,
    beds: int | None,
    as_of: datetime | None,
    dates: str,
    country: str | None,
) -> int:
    """From stays by simulation; from counts as any other series."""
    from cds.forecasting.flow.events import are_stays, stays_of

    raw = forecast_run.open_table(table)
    if not chosen and not are_stays(raw):
        return _counted_census(raw, settings, wanted, measure, dates, country)
    from cds.forecasting.flow.census import forecast_census

    stays = stays_of(raw, chosen, dates=dates, now=settings.moment, as_of=as_of)
    _say(stays, settings)
    with watching(quiet=settings.quiet) as progress:
        progress("census", 0, 0)
        found = forecast_census(
            stays,
            frequency=settings.frequency,
            horizon=settings.horizon,
            measure=measure,
            beds=beds,
            effort=settings.effort,
            country=country,
            seed=settings.seed,
            workers=settings.workers,
        )
    facts = {
        "kind": "stays",
        "rows": stays.rows,
        "as_of": stays.as_of.isoformat(),
        "measure": measure if settings.frequency == "D" else "hour",
        "wards": _wards(found),
    }
    findings = [finding.entry() for finding in stays.findings]
    document = _document("census", raw.source, settings, facts, findings, found.table, wanted)
    return _deliver(document, found.table, found.daily, settings, wanted)


def _counted_census(
    raw: RawTable,
    settings: Settings,
    wanted: Wanted,
    measure: Measure,
    dates: str,
    country: str | None,
) -> int:
    from cds.forecasting.flow.staffing import by_day
    from cds.forecasting.intake.history import Reading, history_of

    combine: Any = _COMBINE[measure]
    reading = Reading(dates=dates, gaps="missing", combine=combine, now=settings.moment)
    history = history_of(raw, settings.frequency, reading)
    frame = history.frame.with_columns(pl.col("unique_id").replace({"series": "census"}))
    prepared = forecast_run.dress(
        raw.source, replace(history, frame=frame), reading, settings, None, country
    )
    found = forecast_run.predict(prepared, settings)
    facts = {
        "kind": "counts",
        "rows": history.rows,
        "measure": measure if settings.frequency == "D" else "hour",
        "first": str(frame["ds"].min()),
        "last": str(frame["ds"].max()),
    }
    findings = [finding.entry() for finding in history.findings]
    document = _document("census", raw.source, settings, facts, findings, found.table, wanted)
    return _deliver(document, found.table, by_day(found.table), settings, wanted)


def _deliver(
    document: dict[str, Any],
    table: pl.DataFrame,
    daily: pl.DataFrame,
    settings: Settings,
    wanted: Wanted,
) -> int:
    forecast_run.write_table(table, document, wanted.target, settings)
    forecast_run.write_table(daily, document, wanted.demand, settings)
    if "-" in (wanted.target, wanted.demand):
        return 0
    if settings.as_json:
        emit(json_text(document))
        return 0
    from cds.show.flow.text import flow_text

    emit(flow_text(document, table, settings.language, terminal(), settings.top))
    return 0


def _document(
    what: str,
    source: str,
    settings: Settings,
    facts: Mapping[str, Any],
    findings: list[dict[str, Any]],
    table: pl.DataFrame,
    wanted: Wanted,
) -> dict[str, Any]:
    from cds.forecasting.flow.staffing import staff_column
    from cds.show.forecast.document import forecast_rows

    rows = forecast_rows(table)
    staff: dict[str, Any] | None = None
    if wanted.per is not None:
        needed = staff_column(table, wanted.quantile, wanted.per)
        staff = {
            "per": wanted.per,
            "quantile": wanted.quantile,
            "needed": [
                {"unique_id": row["unique_id"], "ds": row["ds"], "staff": count}
                for row, count in zip(rows, needed, strict=True)
            ],
        }
    return {
        "schema": "cds.flow/1",
        "cds_version": __version__,
        "generated_at": settings.moment.isoformat(),
        "source": source,
        "view": what,
        **forecast_run.asked(settings),
        "table": dict(facts),
        "findings": findings,
        "forecast": rows,
        "staffing": staff,
    }


def _wards(found: Census) -> list[dict[str, Any]]:
    return [
        {
            "unique_id": ward.unique_id,
            "present": ward.present,
            "stays": ward.stays,
            "median_days": None if ward.median_days is None else round(ward.median_days, 2),
        }
        for ward in found.wards
    ]


def _say(stays: Stays, settings: Settings) -> None:
    if settings.quiet:
        return
    from cds.show.forecast.words import finding_lines

    for line in finding_lines(stays.findings, settings.language):
        warn(f"warning: {line}")
