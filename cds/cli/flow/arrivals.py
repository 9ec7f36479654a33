"""``cds flow arrivals``: how many will come, by hour, day, week or month."""

from __future__ import annotations

from typing import Annotated

import typer

from cds.cli import context, forecast_options, options
from cds.cli.flow import options as flow_options
from cds.cli.forecast_options import frequency_of


def arrivals(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="One row per arrival with its time, or counts: ds, y "
            "(.csv .tsv .xlsx .parquet; '-' for CSV on stdin).",
        ),
    ],
    freq: forecast_options.Freq = "D",
    horizon: forecast_options.Horizon = None,
    output: forecast_options.Output = None,
    per: flow_options.Per = None,
    quantile: flow_options.Quantile = "q0.8",
    demand_out: flow_options.DemandOut = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="COLUMN", help="A series for each of its values: specialty."),
    ] = None,
    covariates: Annotated[
        str | None,
        typer.Option(
            "--covariates", metavar="FILE", help="What is known in advance: a table with ds."
        ),
    ] = None,
    country: forecast_options.Country = None,
    time: forecast_options.TimeColumn = None,
    value: forecast_options.ValueColumn = None,
    dates: forecast_options.Dates = "iso",
    effort: forecast_options.Effort = "full",
    seed: forecast_options.Seed = 0,
    workers: forecast_options.Workers = None,
    top: forecast_options.Top = 10,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Forecast arrivals; with --per, the staff to see them."""
    language, moment = context.language(lang), context.now(now)
    settings = forecast_options.settings(
        frequency_of(freq), horizon, effort, seed, workers, language, moment, as_json, quiet,
        verbose, top,
    )  # fmt: skip
    names, file = forecast_options.covariates_of(covariates)
    inputs = [table, str(file or "")]
    target = forecast_options.target_of(output, inputs)
    demand = flow_options.demand_target(demand_out, inputs)
    flow_options.staffing(per, quantile)
    forecast_options.one_of("--dates", dates, forecast_options.DATE_ORDERS)
    from cds.cli.flow.run import Wanted, deliver_arrivals, prepare_arrivals

    prepared = prepare_arrivals(
        table, settings, names, file, country, time=time, value=value, by=by, dates=dates
    )
    return deliver_arrivals(prepared, settings, Wanted(target, demand, per, quantile))
