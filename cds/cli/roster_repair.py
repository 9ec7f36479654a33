"""``cds roster repair``: the smallest change after somebody falls ill."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options, roster_options
from cds.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    from cds.cli.roster_file import Loaded
    from cds.roster.explain.candidates import Candidate
    from cds.roster.explain.words import Words
    from cds.roster.problem import Cover
    from cds.roster.repair import Change, Repair
    from cds.show.roster_changes import ChangeWords

    Absence = tuple[int, int, int]

LOOK = 3


def repair(
    file: roster_options.RosterFile,
    absent: Annotated[
        list[str],
        typer.Option(
            "--absent",
            metavar="NAME:DATE..DATE",
            help="Who cannot come, and when; one DATE for one day. May be repeated.",
        ),
    ],
    frozen_until: Annotated[
        str | None,
        typer.Option(
            "--frozen-until",
            metavar="DATE",
            help="Days up to this one stay as they are. Default: those before today.",
        ),
    ] = None,
    ward: roster_options.Ward = None,
    time_limit: roster_options.TimeLimit = 20.0,
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
    """Restore cover after an absence with the fewest changes; exit code 3 where some is missing."""
    from cds.cli.output import emit, json_text
    from cds.cli.roster_conflict import words_for
    from cds.cli.roster_deliver import Delivery, deliver, document, paragraphs, targets_of, write
    from cds.cli.roster_file import load_roster
    from cds.cli.roster_plan import needs_a_look
    from cds.cli.roster_progress import reporting
    from cds.roster.repair import changes_between
    from cds.roster.repair import repair as smallest_change
    from cds.roster.view import build_view
    from cds.show.roster_changes import ChangeWords

    language, moment = context.language(lang), context.now(now)
    limits = roster_options.limits(time_limit, 0.0, workers, seed, reproducible)
    loaded = load_roster(file, ward, moment, quiet=quiet, notice=False)
    problem = loaded.plan.problem
    absences = [_absence(text, loaded) for text in absent]
    frozen = _frozen_days(frozen_until, loaded, moment)
    delivery = Delivery(
        language, moment, as_json, quiet, verbose, targets_of(output, loaded.inputs)
    )
    with reporting("repair", quiet=quiet):
        found = smallest_change(
            problem, loaded.roster, absences, limits=limits, frozen_until=frozen
        )
    view = build_view(
        problem, found.roster, found.after, ward=loaded.plan.ward, previous=loaded.roster
    )
    words = words_for(problem, language, loaded.plan.ward)
    if as_json:
        content = _document(found, absences, ChangeWords(words))
        emit(json_text({**content, "roster": document(view, delivery)}))
        write(view, delivery)
    else:
        away = {(one, day) for one, first, last in absences for day in range(first, last + 1)}
        cells = changes_between(loaded.roster, found.roster)
        gone = tuple(cell for cell in cells if (cell.employee, cell.day) in away)
        said = ChangeWords(words).repair(found, gone)
        deliver(view, delivery)
        sys.stdout.write("".join(paragraphs(part) for part in said))
    _remind(absences, loaded)
    return LOOK if found.unrestored or found.alone or needs_a_look(view) else 0


def _remind(absences: Sequence[Absence], loaded: Loaded) -> None:
    """A roster's file holds days off, not why: what is not in leave.csv is forgotten."""
    from datetime import timedelta

    from cds.cli.output import warn

    people, start = loaded.plan.problem.employees, loaded.plan.period.first
    for employee, first, last in absences:
        days = (start + timedelta(days=day) for day in (first, last))
        row = ",".join((people[employee].name, *(day.isoformat() for day in days), "absent"))
        warn(f"add to leave.csv, or the next repair or plan will not know it: {row}")


def _absence(text: str, loaded: Loaded) -> Absence:
    """``NAME:DATE..DATE``; days outside the roster are left out, as long as one is in it."""
    name, colon, dates = text.rpartition(":")
    if not colon or not name.strip():
        raise InputError(
            f"--absent is {text!r}; expected NAME:DATE or NAME:DATE..DATE, "
            '"Chen Wei:2026-12-02..2026-12-04"'
        )
    employee = loaded.person(name)
    start, _, end = dates.partition("..")
    first = roster_options.day("--absent", start)
    last = roster_options.day("--absent", end) if end else first
    period = loaded.plan.period
    if last < first:
        raise InputError(f"--absent is {text!r}; expected the first day before the last")
    if last < period.first or first > period.last:
        raise InputError(f"--absent is {text!r}; the roster is of {period.first} to {period.last}")
    return employee, period.day_of(max(first, period.first)), period.day_of(min(last, period.last))


def _frozen_days(until: str | None, loaded: Loaded, moment: datetime) -> int:
    """How many of the roster's first days stay as they are."""
    period = loaded.plan.period
    if until is None:
        count = period.day_of(moment.astimezone(loaded.plan.ward.zone).date())
    else:
        count = period.day_of(roster_options.day("--frozen-until", until)) + 1
    return min(max(count, 0), period.days)


def _document(repair: Repair, absences: Sequence[Absence], words: ChangeWords) -> dict[str, Any]:
    """The ``cds.repair/1`` document, but for the roster."""
    problem = words.problem
    return {
        "schema": "cds.repair/1",
        "cds_version": __version__,
        "absences": [
            {
                "employee": problem.employees[one].name,
                "from": _date(words, a),
                "to": _date(words, b),
            }
            for one, a, b in absences
        ],
        "changes": [change_entry(one, words) for one in (*repair.changes, *repair.new_skills)],
        "changed_shifts": len(repair.changes),
        "fewer_impossible": repair.fewer_impossible,
        "best_restored": repair.best_restored,
        "cheapest": repair.cheapest,
        "cost_before": repair.before.cost,
        "cost_after": repair.after.cost,
        "runtime_s": round(repair.runtime_s, 3),
        "gaps": [
            {
                **_cover(gap.cover, gap.missing, words),
                "candidates": [_candidate(one, words.words) for one in gap.candidates],
            }
            for gap in repair.gaps
        ],
        "unrestored": [_cover(cover, missing, words) for cover, missing in repair.unrestored],
    }


def change_entry(change: Change, words: ChangeWords) -> dict[str, Any]:
    """One changed cell for JSON; shifts and skills are null on a day off."""
    problem = words.problem
    sides = {
        "before": (change.before, change.skill_before),
        "after": (change.after, change.skill_after),
    }
    return {
        "employee": problem.employees[change.employee].name,
        "day": change.day,
        "date": _date(words, change.day),
        **{
            side: {
                "shift": problem.shifts[option] if option >= 0 else None,
                "skill": problem.skills[skill] if skill >= 0 else None,
            }
            for side, (option, skill) in sides.items()
        },
    }


def _cover(cover: Cover, missing: int, words: ChangeWords) -> dict[str, Any]:
    return {
        "day": cover.day,
        "date": _date(words, cover.day),
        "cover": cover.label or cover.rule,
        "missing": missing,
    }


def _candidate(candidate: Candidate, words: Words) -> Mapping[str, Any]:
    problem = words.problem
    instead = candidate.instead_of
    return {
        "employee": problem.employees[candidate.employee].name,
        "shift": problem.shifts[candidate.shift],
        "skill": problem.skills[candidate.skill] or None,
        "instead_of": problem.shifts[instead] if instead >= 0 else None,
        "cost": candidate.effect.cost,
        "breaks": [words.breach(breach) for breach in candidate.effect.broken],
    }


def _date(words: ChangeWords, day: int) -> str:
    from datetime import timedelta

    first = words.problem.first_date
    assert first is not None  # a ward's roster has a calendar
    return (first + timedelta(days=day)).isoformat()
