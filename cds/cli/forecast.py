"""``cds forecast``: any table of series, forecast with intervals, or judged on its past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context, forecast_options, options
from cds.cli.forecast_options import frequency_of
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.forecast_run import Prepared


def command(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="One row per series and period, or transactions: unique_id, ds, y "
            "(.csv .tsv .xlsx .parquet; '-' for CSV on stdin). A column out_of_stock (yes, no, "
            "or the share of the period) has the demand behind it reckoned.",
        ),
    ],
    freq: forecast_options.Freq,
    horizon: forecast_options.Horizon = None,
    output: forecast_options.Output = None,
    covariates: Annotated[
        str | None,
        typer.Option(
            "--covariates",
            metavar="FILE|COLUMN,...",
            help="What is known in advance: a table with ds, or columns of TABLE, whose rows "
            "then go on into the future with an empty y.",
        ),
    ] = None,
    country: forecast_options.Country = None,
    series: Annotated[
        str | None,
        typer.Option("--id", metavar="COLUMN,...", help="The column (or columns) of the series."),
    ] = None,
    time: forecast_options.TimeColumn = None,
    value: forecast_options.ValueColumn = None,
    dates: forecast_options.Dates = "iso",
    transactions: Annotated[
        bool,
        typer.Option(
            "--transactions",
            help="Several rows for a period are summed; without it, only where that is usual.",
        ),
    ] = False,
    gaps: Annotated[
        str,
        typer.Option(
            "--gaps",
            metavar="auto|zero|missing",
            help="What a period without a row is; auto: zero in transactions, else missing.",
        ),
    ] = "auto",
    negatives: Annotated[
        str,
        typer.Option(
            "--negatives",
            metavar="auto|returns|values",
            help="What a negative amount is; auto: a return where rare or in transactions.",
        ),
    ] = "auto",
    mend_units: Annotated[
        bool,
        typer.Option("--mend-units", help="Rescale what came before a jump of a pack's size."),
    ] = False,
    evaluate: Annotated[
        bool,
        typer.Option("--evaluate", help="Judge the forecast on the table's own past instead."),
    ] = False,
    windows: Annotated[
        int,
        typer.Option("--windows", min=1, max=60, metavar="K", help="With --evaluate: so many."),
    ] = 3,
    top: forecast_options.Top = 10,
    effort: forecast_options.Effort = "full",
    seed: forecast_options.Seed = 0,
    workers: forecast_options.Workers = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Forecast every series of a table."""
    language, moment = context.language(lang), context.now(now)
    frequency = frequency_of(freq)
    forecast_options.one_of("--gaps", gaps, ("auto", "zero", "missing"))
    forecast_options.one_of("--negatives", negatives, ("auto", "returns", "values"))
    settings = forecast_options.settings(
        frequency, horizon, effort, seed, workers, language, moment, as_json, quiet, verbose, top
    )
    target = forecast_options.target_of(output, [table, covariates or ""])
    if evaluate and target not in (None, "-") and not str(target).lower().endswith(".json"):
        raise InputError(f"{target}: an evaluation is written as .json", None)
    from cds.cli.forecast_run import deliver, judge, predict, prepare
    from cds.forecasting.intake.history import Reading

    columns = {"unique_id": series, "ds": time, "y": value}
    names, file = forecast_options.covariates_of(covariates)
    reading = Reading(
        columns={key: name for key, name in columns.items() if name},
        dates=forecast_options.one_of("--dates", dates, forecast_options.DATE_ORDERS),
        gaps=gaps,  # type: ignore[arg-type]
        negatives=negatives,  # type: ignore[arg-type]
        mend_units=mend_units,
        transactions=transactions,
        covariates=names,
        now=moment,
    )
    prepared: Prepared = prepare(table, reading, settings, file, country)
    if evaluate:
        return judge(prepared, settings, windows, target)
    return deliver(prepared, predict(prepared, settings), settings, target)
