"""``cds roster [plan]``: a roster for the days to come."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context, options
from cds.cli.output import warn
from cds.cli.roster import options as roster_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.roster.deliver import Delivery
    from cds.roster.outcome import Limits, Outcome, Status
    from cds.roster.view import RosterView
    from cds.roster.ward.compile import Plan

LOOK, INTERRUPTED = 3, 130


def plan(
    ward: Annotated[
        str | None,
        typer.Argument(
            metavar="[WARD]",
            help="A folder with ward.toml, such a file, or an .xlsx workbook. Default: ward.toml "
            "or ward/ here, then [roster] ward in cds.toml, then CDS_HOME.",
        ),
    ] = None,
    ward_option: roster_options.Ward = None,
    week: Annotated[
        bool, typer.Option("--week", help="The week from the next Monday on: the default.")
    ] = False,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=53, metavar="N", help="So many weeks.")
    ] = None,
    month: Annotated[bool, typer.Option("--month", help="The next calendar month.")] = False,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=371, metavar="N", help="So many days.")
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="The first day. Default: the next Monday."),
    ] = None,
    demand: roster_options.Demand = None,
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
    """Plan a roster: the cheapest that keeps every rule, and the proof of how good it is."""
    from cds.cli.roster.deliver import Delivery, targets_of
    from cds.cli.roster.period import period_of
    from cds.cli.roster.ward import input_files, load_ward, read_demand
    from cds.roster.ward.compile import compile_ward

    if ward is not None and ward_option is not None:
        raise InputError("a ward and --ward are both given; expected one of them")
    began = time.monotonic()
    language, moment = context.language(lang), context.now(now)
    bounds = roster_options.limits(time_limit, gap, workers, seed, reproducible)
    given = ward or ward_option
    period_of(moment.date(), week=week, weeks=weeks, month=month, days=days, first=first)
    loaded, source = load_ward(given, moment, quiet=quiet)
    inputs = [*input_files(loaded, source), *([demand] if demand else [])]
    delivery = Delivery(language, moment, as_json, quiet, verbose, targets_of(output, inputs))
    today = moment.astimezone(loaded.zone).date()
    period = period_of(today, week=week, weeks=weeks, month=month, days=days, first=first)
    compiled = compile_ward(loaded, period, forecast=read_demand(demand, loaded))
    code = _solve_and_deliver(compiled, bounds, delivery, began)
    if demand is not None and delivery.targets and not quiet:
        warn(f"check, repair, swap and why reckon with the same staff where --demand {demand} is")
    return code


def _solve_and_deliver(plan: Plan, limits: Limits, delivery: Delivery, began: float) -> int:
    from cds.cli.roster.deliver import deliver
    from cds.cli.roster.progress import search
    from cds.roster.check import assess
    from cds.roster.view import build_view

    outcome, interrupted = search(plan.problem, limits, quiet=delivery.quiet)
    if outcome.roster is None:
        if interrupted:
            warn("interrupted before a roster was found")
            return INTERRUPTED
        return _explain(plan, limits, delivery, outcome, began)
    if interrupted:
        warn("interrupted: this is the best roster so far")
    view = build_view(
        plan.problem,
        outcome.roster,
        assess(plan.problem, outcome.roster),
        replace(outcome, runtime_s=time.monotonic() - began),
        ward=plan.ward,
        seed=limits.seed,
    )
    deliver(view, delivery)
    return LOOK if needs_a_look(view) else 0


def _explain(plan: Plan, limits: Limits, delivery: Delivery, outcome: Outcome, began: float) -> int:
    """No roster keeps every rule, or none was found: say which collide, show what comes nearest."""
    from cds.cli.roster.conflict import conflict_entries, nearest, words_for
    from cds.cli.roster.deliver import deliver
    from cds.cli.roster.progress import reporting
    from cds.roster.problem import OFF
    from cds.roster.view import build_view

    with reporting("conflict", quiet=delivery.quiet):
        found = nearest(plan.problem, limits, proved=outcome.status == "infeasible")
    # With nobody at work it keeps most rules and helps nobody.
    empty = all(option == OFF for row in found.roster.shifts for option in row)
    if outcome.status == "unknown":
        shown = "nothing nearer than an empty roster was found" if empty else "shown is the nearest"
        warn(
            f"no roster that keeps every rule was found in {outcome.runtime_s:.0f} s; "
            f"that does not mean there is none: allow more with --time-limit; {shown}"
        )
    words = words_for(plan.problem, delivery.language, plan.ward)
    # A conflict proves what the search had no time to prove.
    status: Status = "infeasible" if found.conflict else outcome.status
    # What the reader waited for, of which the search was only a part.
    told = replace(outcome, status=status, cost=found.assessment.cost, bound=None)
    view = build_view(
        plan.problem,
        None if empty else found.roster,
        None if empty else found.assessment,
        replace(told, runtime_s=time.monotonic() - began),
        ward=plan.ward,
        seed=limits.seed,
    )
    sentences = () if found.conflict is None else words.conflict(found.conflict)
    deliver(view, delivery, said=sentences, conflict=conflict_entries(found.conflict, words))
    if delivery.as_json and not delivery.quiet:
        for sentence in sentences:
            warn(sentence)
    return LOOK


def needs_a_look(view: RosterView) -> bool:
    """Whether a rule that must hold is broken, or a shift has less than its minimum."""
    return bool(view.hard) or any(cell.short for row in view.coverage for cell in row.cells)
