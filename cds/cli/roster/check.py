"""``cds roster check``: which rules a roster breaks, whoever made it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.cli import context, options
from cds.cli.roster import options as roster_options
from cds.errors import InputError

LOOK = 3


def check(
    file: roster_options.RosterFile,
    ward: roster_options.Ward = None,
    demand: roster_options.PlannedDemand = None,
    instance: Annotated[
        Path | None,
        typer.Option(
            "--instance", metavar="FILE", help="It is of this public instance, not of a ward."
        ),
    ] = None,
    form: roster_options.InstanceFormat = "auto",
    history: roster_options.History = None,
    weeks: roster_options.Weeks = None,
    as_json: options.AsJson = False,
    output: roster_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Check a roster, also one edited by hand; exit code 3 where it breaks what must hold."""
    from cds.cli.roster.deliver import Delivery, deliver, targets_of
    from cds.cli.roster.file import load_roster
    from cds.cli.roster.plan import needs_a_look
    from cds.roster.check import assess
    from cds.roster.sheets.read import read_roster
    from cds.roster.view import build_view

    language, moment = context.language(lang), context.now(now)
    if instance is not None:
        for option, given in (("--ward", ward), ("--demand", demand)):
            if given is not None:
                raise InputError(f"{option} and --instance are both given; expected one of them")
        problem, inputs = roster_options.read_problem(instance, form, history, weeks)
        targets = targets_of(output, (*inputs, Path(file)), calendars=False)
        roster, described = read_roster(Path(file), problem), None
    else:
        loaded = load_roster(file, ward, moment, quiet=quiet, notice=True, demand=demand)
        targets = targets_of(output, loaded.inputs)
        problem, roster, described = loaded.plan.problem, loaded.roster, loaded.plan.ward
    view = build_view(problem, roster, assess(problem, roster), ward=described)
    deliver(view, Delivery(language, moment, as_json, quiet, verbose, targets))
    # What an instance calls cover is paid for; a ward's minimum is somebody missing.
    return LOOK if view.hard or (described is not None and needs_a_look(view)) else 0
