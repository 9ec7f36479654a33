"""``cds roster solve``: a public instance, by the solver that plans wards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.cli import context, options
from cds.cli.output import warn
from cds.cli.roster import options as roster_options

LOOK, INTERRUPTED = 3, 130


def solve(
    instance: Annotated[
        Path, typer.Argument(metavar="INSTANCE", help="An instance of Curtois, INRC-I or INRC-II.")
    ],
    form: roster_options.InstanceFormat = "auto",
    history: roster_options.History = None,
    weeks: roster_options.Weeks = None,
    time_limit: roster_options.TimeLimit = 60.0,
    gap: roster_options.Gap = 0.0,
    workers: roster_options.Workers = None,
    seed: roster_options.Seed = 0,
    reproducible: roster_options.Reproducible = False,
    as_json: options.AsJson = False,
    output: roster_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Solve a public benchmark instance; its cost is the one that its authors define."""
    from cds.cli.roster.deliver import Delivery, deliver, targets_of
    from cds.cli.roster.progress import search
    from cds.roster.check import assess
    from cds.roster.view import build_view

    language, moment = context.language(lang), context.now(now)
    limits = roster_options.limits(time_limit, gap, workers, seed, reproducible)
    problem, inputs = roster_options.read_problem(instance, form, history, weeks)
    targets = targets_of(output, inputs, calendars=False)
    delivery = Delivery(language, moment, as_json, quiet, verbose, targets)
    outcome, interrupted = search(problem, limits, quiet=quiet)
    if outcome.roster is None and interrupted:
        warn("interrupted before a roster was found")
        return INTERRUPTED
    if interrupted:
        warn("interrupted: this is the best roster so far")
    found = None if outcome.roster is None else assess(problem, outcome.roster)
    view = build_view(problem, outcome.roster, found, outcome, seed=limits.seed)
    deliver(view, delivery)
    return 0 if view.rostered else LOOK
