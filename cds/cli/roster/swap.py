"""``cds roster swap``: who could take a shift, or what an exchange would break and cost."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options
from cds.cli.roster import options as roster_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.cli.roster.file import Loaded
    from cds.roster.swap import Swap
    from cds.roster.view import RosterView
    from cds.show.roster.changes import ChangeWords

LOOK = 3


def swap(
    file: roster_options.RosterFile,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who wants to be free.")],
    date: Annotated[str, typer.Argument(metavar="DATE", help="When.")],
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Who exchanges; without, everybody who could, one shift for another.",
        ),
    ] = None,
    other_date: Annotated[
        str | None,
        typer.Argument(metavar="[DATE]", help="For their shift of this day; else the same day."),
    ] = None,
    ward: roster_options.Ward = None,
    demand: roster_options.PlannedDemand = None,
    as_json: options.AsJson = False,
    output: roster_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Say who could take a shift, or judge an exchange; exit code 3 where it breaks a rule."""
    from cds.cli.output import emit, json_text
    from cds.cli.roster.conflict import words_for
    from cds.cli.roster.deliver import Delivery, paragraphs, targets_of, write
    from cds.cli.roster.file import load_roster
    from cds.roster.swap import swap as exchange
    from cds.roster.swap import swap_candidates
    from cds.show.roster.changes import ChangeWords

    language, moment = context.language(lang), context.now(now)
    if output and other is None:
        raise InputError("-o is for one exchange; expected NAME DATE NAME")
    loaded = load_roster(file, ward, moment, quiet=quiet, notice=False, demand=demand)
    problem, roster = loaded.plan.problem, loaded.roster
    given = loaded.person(name), loaded.day(date)
    targets = targets_of(output, loaded.inputs)
    delivery = Delivery(language, moment, as_json, quiet, verbose, targets)
    words = ChangeWords(words_for(problem, language, loaded.plan.ward))
    if other is None:
        offers = swap_candidates(problem, roster, *given)
        if as_json:
            emit(json_text(_document(loaded, given, offers, words)))
        else:
            shift = roster.shifts[given[0]][given[1]]
            sys.stdout.write(paragraphs(words.offers(*given, shift, offers)).lstrip("\n"))
        return 0
    taken = loaded.person(other), loaded.day(other_date) if other_date else given[1]
    if taken[0] == given[0]:
        raise InputError("an exchange is between two people; both names are of one")
    found = exchange(problem, roster, given, taken)
    if as_json:
        emit(json_text(_document(loaded, given, (found,), words)))
    else:
        from cds.roster.repair import changes_between

        changes = changes_between(roster, found.roster)
        sys.stdout.write(paragraphs(words.swap(found, changes)).lstrip("\n"))
    if targets:
        write(_view(loaded, found), delivery)
    return 0 if found.allowed else LOOK


def _view(loaded: Loaded, swap: Swap) -> RosterView:
    from cds.roster.check import assess
    from cds.roster.view import build_view

    problem = loaded.plan.problem
    return build_view(
        problem,
        swap.roster,
        assess(problem, swap.roster),
        ward=loaded.plan.ward,
        previous=loaded.roster,
    )


def _document(
    loaded: Loaded, given: tuple[int, int], offers: tuple[Swap, ...], words: ChangeWords
) -> dict[str, Any]:
    """The ``cds.swap/1`` document."""
    from cds.cli.roster.repair import change_entry
    from cds.roster.repair import changes_between

    names = [employee.name for employee in loaded.plan.problem.employees]
    period = loaded.plan.period
    shift = loaded.roster.shifts[given[0]][given[1]]
    return {
        "schema": "cds.swap/1",
        "cds_version": __version__,
        "employee": names[given[0]],
        "date": period.date_of(given[1]).isoformat(),
        "shift": loaded.plan.problem.shifts[shift] if shift >= 0 else None,
        "offers": [
            {
                "employee": names[taken[0]],
                "date": period.date_of(taken[1]).isoformat(),
                "allowed": offer.allowed,
                "cost": offer.effect.cost,
                "breaks": [words.words.breach(breach) for breach in offer.effect.broken],
                "changes": [
                    change_entry(change, words)
                    for change in changes_between(loaded.roster, offer.roster)
                ],
            }
            for offer in offers
            if (taken := offer.taken) is not None
        ],
    }
