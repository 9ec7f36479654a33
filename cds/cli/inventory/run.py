"""``cds inventory run``: forecast and order, made for cron."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options


def run(
    folder: inventory_options.Folder = None,
    as_of: inventory_options.AsOf = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show the orders and what differs from the last run; write nothing.",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Compute again what is done already; kept beside it if it differs."
        ),
    ] = False,
    deadline: Annotated[
        float | None,
        typer.Option(
            "--deadline",
            min=1,
            max=86400,
            metavar="SECONDS",
            help="Be done by then, with the best orders found so far.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Where runs are kept. Default: runs in the pharmacy."
        ),
    ] = None,
    effort: Annotated[
        str,
        typer.Option(
            "--effort",
            metavar="auto|full|light",
            help="Forecast with every model, with the cheap ones, or every one for the items "
            "that cost most.",
            autocompletion=lambda: ["auto", "full", "light"],
        ),
    ] = "auto",
    scenarios: inventory_options.Scenarios = inventory_options.SCENARIOS,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget", min=0, metavar="MONEY", help="Money for this order. Default: budgets table."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**31 - 1, metavar="N", help="Of the futures.")
    ] = 0,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, max=64, metavar="N", help="Threads; no result depends on them."
        ),
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Forecast and order into a folder of its own, once for each day and state of the files.

    Exit codes: 0 done (or done already), 2 something is wrong with the input and the last good
    orders stay, 3 done but a person must look, 75 another run is at work.
    """
    from cds.cli.inventory.run_flow import Asked, carry_out
    from cds.errors import InputError

    if out is not None and not out.strip():
        raise InputError("--out is empty; expected a folder for runs")
    if effort not in ("auto", "full", "light"):
        raise InputError(f"--effort is {effort!r}; expected auto, full or light")
    return carry_out(
        Asked(
            folder=folder,
            as_of=as_of,
            dry_run=dry_run,
            force=force,
            deadline=deadline,
            out=None if out is None else Path(out),
            effort=effort,
            scenarios=scenarios,
            budget=budget,
            seed=seed,
            workers=workers or context.processors(),
            as_json=as_json,
            lang=lang,
            now=now,
            quiet=quiet,
        )
    )
