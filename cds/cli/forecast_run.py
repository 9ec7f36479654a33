"""From a table to a delivered forecast: read, correct, forecast or judge, show, write."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cds import __version__, files
from cds.cli.forecast_options import Settings
from cds.cli.output import emit, json_text, terminal, warn
from cds.cli.progress import watching
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.forecasting.intake.history import History, Reading
    from cds.forecasting.intake.raw_table import RawTable
    from cds.forecasting.result import Forecast


@dataclass(frozen=True, slots=True)
class Prepared:
    """A history ready to be forecast. ``corrections``: one row per series with stock-outs."""

    source: str
    history: History
    demand: pl.DataFrame
    future: pl.DataFrame | None
    corrections: pl.DataFrame


def open_table(name: str) -> RawTable:
    """The table in a file, or CSV on standard input."""
    from cds.forecasting.intake.raw_table import raw_text, read_raw

    if name == "-":
        return raw_text(sys.stdin.buffer.read(), "stdin")
    return read_raw(Path(name))


def prepare(
    table: str, reading: Reading, settings: Settings, covariates: Path | None, country: str | None
) -> Prepared:
    """Read the table, correct it for stock-outs, put beside it what is known in advance."""
    from cds.forecasting.intake.history import history_of

    raw = open_table(table)
    history = history_of(raw, settings.frequency, reading)
    return dress(raw.source, history, reading, settings, covariates, country)


def dress(
    source: str,
    history: History,
    reading: Reading,
    settings: Settings,
    covariates: Path | None,
    country: str | None,
) -> Prepared:
    """A history that was read, with its correction and its covariates; warnings are said."""
    from cds.forecasting.intake.calendar import with_holidays
    from cds.forecasting.intake.covariates import attach, covariates_of, future_grid
    from cds.forecasting.intake.raw_table import read_raw
    from cds.forecasting.intake.uncensor import uncensor

    say_findings(history, settings)
    demand, corrections = uncensor(history.frame, settings.frequency)
    demand = demand.drop("issued", strict=False)
    grid = future_grid(demand, settings.frequency, settings.horizon)
    future, known = grid, False
    if reading.covariates:
        names = list(reading.covariates)
        ahead = history.future
        if ahead is None:
            raise InputError(
                f"{source}: gives {', '.join(names)} for no period after the last y; expected "
                f"{settings.horizon} more rows a series with an empty y"
            )
        attach(demand.select("unique_id", "ds"), demand, names, source)
        future, known = attach(future, ahead, names, source), True
    if covariates is not None:
        table = covariates_of(read_raw(covariates), settings.frequency, reading.dates)
        names = [name for name in table.columns if name not in ("unique_id", "ds")]
        double = next((name for name in names if name in demand.columns), None)
        if double is not None:
            raise InputError(f"{covariates}: column {double!r} is in {source} too; expected one")
        demand = attach(demand, table, names, str(covariates))
        future, known = attach(future, table, names, str(covariates)), True
    if country is not None:
        demand = with_holidays(demand, settings.frequency, country)
        future, known = with_holidays(future, settings.frequency, country), True
    return Prepared(
        source, history, demand.sort("unique_id", "ds"), future if known else None, corrections
    )


def say_findings(history: History, settings: Settings) -> None:
    """On stderr, what was noticed in the table: one line a kind."""
    if settings.quiet:
        return
    from cds.show.forecast.words import finding_lines

    for line in finding_lines(history.findings, settings.language, every=settings.verbose):
        warn(f"warning: {line}")


def predict(prepared: Prepared, settings: Settings) -> Forecast:
    """The forecast, with its progress on a terminal."""
    from cds.forecasting import forecast

    with watching(quiet=settings.quiet) as progress:
        return forecast(
            prepared.demand,
            frequency=settings.frequency,
            horizon=settings.horizon,
            future=prepared.future,
            effort=settings.effort,
            seed=settings.seed,
            workers=settings.workers,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )


def deliver(prepared: Prepared, found: Forecast, settings: Settings, target: str | None) -> int:
    """Show the forecast and write the file of ``-o``."""
    document = _document(prepared, found, settings)
    write_table(found.table, document, target, settings)
    if target == "-":
        return 0
    if settings.as_json:
        emit(json_text(document))
        return 0
    from cds.show.forecast.text import forecast_text

    text = forecast_text(
        document,
        found.table,
        prepared.demand,
        language=settings.language,
        terminal=terminal(),
        top=settings.top if target is None else 3,
    )
    emit(text)
    return 0


def write_table(
    table: pl.DataFrame, document: dict[str, Any], target: str | None, settings: Settings
) -> None:
    """The forecast's table in the format of the file's ending; ``-`` is CSV on stdout."""
    if target is None:
        return
    ending = Path(target).suffix.lower()
    if target == "-":
        emit(csv_of(table))
        return
    if ending == ".json":
        files.write(target, json_text(document))
    elif ending == ".parquet":
        with files.replacing_path(Path(target)) as temporary:
            table.write_parquet(temporary)
    else:
        files.write(target, csv_of(table))
    if not settings.quiet:
        warn(f"wrote {target}")


def csv_of(table: pl.DataFrame) -> str:
    """A forecast as CSV: ISO dates, numbers to 6 decimals."""
    numbers = pl.selectors.float().round(6)
    return table.with_columns(numbers).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S")


def judge(prepared: Prepared, settings: Settings, windows: int, target: str | None) -> int:
    """Rolling origins over the table's own past, beside seasonal naive."""
    from cds.forecasting import evaluate

    future = prepared.future
    names = () if future is None else tuple(future.drop("unique_id", "ds").columns)
    with watching(quiet=settings.quiet) as progress:
        found = evaluate(
            prepared.demand.select("unique_id", "ds", "y", *names),
            frequency=settings.frequency,
            horizon=settings.horizon,
            windows=windows,
            covariates=names,
            effort=settings.effort,
            seed=settings.seed,
            workers=settings.workers,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )
    from cds.show.forecast.evaluation import evaluation_document, evaluation_text

    document = {
        "schema": "cds.evaluation/1",
        "cds_version": __version__,
        "generated_at": settings.moment.isoformat(),
        "source": prepared.source,
        **asked(settings),
        **evaluation_document(found),
    }
    if target == "-" or (settings.as_json and target is None):
        emit(json_text(document))
        return 0
    if target is not None:
        files.write(target, json_text(document))
        if not settings.quiet:
            warn(f"wrote {target}")
    emit(evaluation_text(document, settings.language, terminal()))
    return 0


def asked(settings: Settings) -> dict[str, Any]:
    """What was asked, for JSON."""
    return {
        "frequency": settings.frequency,
        "horizon": settings.horizon,
        "effort": settings.effort,
        "seed": settings.seed,
    }


def _document(prepared: Prepared, found: Forecast, settings: Settings) -> dict[str, Any]:
    from cds.show.forecast.document import correction_entries, forecast_rows, series_entries

    history = prepared.history
    return {
        "schema": "cds.forecast/1",
        "cds_version": __version__,
        "generated_at": settings.moment.isoformat(),
        "source": prepared.source,
        **asked(settings),
        "table": {
            "rows": history.rows,
            "kind": "transactions" if history.transactions else "periods",
            "series": history.frame["unique_id"].n_unique(),
            "first": str(history.frame["ds"].min()),
            "last": str(history.frame["ds"].max()),
        },
        "findings": [finding.entry() for finding in history.findings],
        "corrections": correction_entries(prepared.corrections),
        "series": series_entries(found.series),
        "forecast": forecast_rows(found.table),
    }
