"""``cds flow census``: how many will be in a ward, by hour or day."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cds.cli import context, forecast_options, options
from cds.cli.flow import options as flow_options
from cds.cli.forecast_options import frequency_of
from cds.errors import InputError


def census(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="One row per stay: admission, discharge (empty: still in), ward; or counts: ds, y "
            "(.csv .tsv .xlsx .parquet; '-' for CSV on stdin).",
        ),
    ],
    freq: flow_options.Freq = "D",
    horizon: forecast_options.Horizon = None,
    output: forecast_options.Output = None,
    per: flow_options.Per = None,
    quantile: flow_options.Quantile = "q0.8",
    demand_out: flow_options.DemandOut = None,
    measure: Annotated[
        str,
        typer.Option(
            "--measure",
            metavar="peak|mean|midnight",
            help="What stands for a day: its highest hour, its mean, its first midnight.",
        ),
    ] = "peak",
    beds: Annotated[
        int | None,
        typer.Option("--beds", min=1, metavar="N", help="Stays: no ward holds more than N."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="All is known up to then. Default: the table's last admission or discharge.",
        ),
    ] = None,
    country: forecast_options.Country = None,
    admission: Annotated[
        str | None, typer.Option("--admission", metavar="COLUMN", help="The column of admissions.")
    ] = None,
    discharge: Annotated[
        str | None, typer.Option("--discharge", metavar="COLUMN", help="The column of discharges.")
    ] = None,
    ward: Annotated[
        str | None, typer.Option("--ward", metavar="COLUMN", help="The column of wards.")
    ] = None,
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
    """Forecast the census of wards; -o FILE.csv feeds 'cds roster --demand FILE.csv'."""
    language, moment = context.language(lang), context.now(now)
    settings = forecast_options.settings(
        frequency_of(freq, ("H", "D")), horizon, effort, seed, workers, language, moment, as_json,
        quiet, verbose, top,
    )  # fmt: skip
    target = forecast_options.target_of(output, [table])
    demand = flow_options.demand_target(demand_out, [table])
    flow_options.staffing(per, quantile)
    forecast_options.one_of("--measure", measure, ("peak", "mean", "midnight"))
    forecast_options.one_of("--dates", dates, forecast_options.DATE_ORDERS)
    chosen = {"admission": admission, "discharge": discharge, "ward": ward}
    from cds.cli.flow.run import Wanted, deliver_census

    return deliver_census(
        table,
        settings,
        Wanted(target, demand, per, quantile),
        {key: name for key, name in chosen.items() if name},
        measure=measure,  # type: ignore[arg-type]
        beds=beds,
        as_of=None if as_of is None else _moment(as_of),
        dates=dates,
        country=country,
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of is {text!r}; expected a time such as 2026-11-29T23:00") from None
