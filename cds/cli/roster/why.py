"""``cds roster why``: what it would cost to have something else in a cell."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options
from cds.cli.roster import options as roster_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.roster.file import Loaded
    from cds.roster.explain.why import Why
    from cds.roster.explain.words import Words
    from cds.roster.problem import Problem


def why(
    file: roster_options.RosterFile,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose cell.")],
    date: Annotated[str, typer.Argument(metavar="DATE", help="Which day.")],
    shift: Annotated[
        str | None,
        typer.Argument(metavar="[SHIFT|off]", help="What it might have; without, everything else."),
    ] = None,
    ward: roster_options.Ward = None,
    demand: roster_options.PlannedDemand = None,
    time_limit: roster_options.TimeLimit = 30.0,
    workers: roster_options.Workers = None,
    seed: roster_options.Seed = 0,
    reproducible: roster_options.Reproducible = False,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Say what another entry in a cell breaks and costs, alone and with all planned again."""
    from cds.cli.output import emit, json_text
    from cds.cli.roster.conflict import words_for
    from cds.cli.roster.deliver import paragraphs
    from cds.cli.roster.file import load_roster
    from cds.cli.roster.progress import reporting
    from cds.roster.explain.why import why_each
    from cds.roster.problem import OFF

    language, moment = context.language(lang), context.now(now)
    limits = roster_options.limits(time_limit, 0.0, workers, seed, reproducible)
    loaded = load_roster(file, ward, moment, quiet=quiet, notice=True, demand=demand)
    problem = loaded.plan.problem
    employee, day = loaded.person(name), loaded.day(date)
    chosen = None if shift is None else [_option(shift, problem)]
    if chosen == [loaded.roster.shifts[employee][day]]:
        has = "is off" if chosen == [OFF] else f"has {problem.shifts[chosen[0]]}"
        raise InputError(
            f"{problem.employees[employee].name} {has} on {date} already; expected something "
            "else, or nothing for all there is"
        )
    with reporting("why", quiet=quiet):
        answers = why_each(problem, loaded.roster, employee, day, limits=limits, options=chosen)
    words = words_for(problem, language, loaded.plan.ward)
    if as_json:
        emit(json_text(_document(loaded, employee, day, answers, words)))
    else:
        parts = (paragraphs(words.why(answer)) for answer in answers)
        sys.stdout.write("".join(parts).lstrip("\n"))
    return 0


def _option(text: str, problem: Problem) -> int:
    from cds.roster.problem import OFF
    from cds.roster.ward.nearest import did_you_mean

    by_name = {code.casefold(): index for index, code in reversed(list(enumerate(problem.shifts)))}
    if text in problem.shifts:
        return problem.shifts.index(text)
    found = by_name.get(text.casefold(), OFF if text.casefold() == "off" else None)
    if found is None:
        raise InputError(
            f"there is no shift {text!r}; expected {', '.join(problem.shifts)} or off"
            f"{did_you_mean(text, problem.shifts)}"
        )
    return found


def _document(
    loaded: Loaded, employee: int, day: int, answers: Sequence[Why], words: Words
) -> dict[str, Any]:
    """The ``cds.why/1`` document."""
    problem = loaded.plan.problem
    now = loaded.roster.shifts[employee][day]
    return {
        "schema": "cds.why/1",
        "cds_version": __version__,
        "employee": problem.employees[employee].name,
        "date": loaded.plan.period.date_of(day).isoformat(),
        "shift": problem.shifts[now] if now >= 0 else None,
        "others": [
            {
                "shift": problem.shifts[answer.option] if answer.option >= 0 else None,
                "alone": {
                    "cost": answer.immediate.cost,
                    "breaks": [words.breach(breach) for breach in answer.immediate.broken],
                },
                "planned_again": {
                    "status": answer.status,
                    "cost": answer.best_cost,
                    "at_least": answer.at_least,
                    "changed": answer.changed,
                },
            }
            for answer in answers
        ],
    }
