"""``cds roster repair``: the smallest change after somebody falls ill."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options
from cds.cli.roster import options as roster_options

if TYPE_CHECKING:
    from datetime import datetime

    from cds.cli.roster.file import Loaded
    from cds.roster.explain.candidates import Candidate
    from cds.roster.problem import Cover
    from cds.roster.repair import Change, Gap, Repair
    from cds.show.roster.changes import ChangeWords


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
    demand: roster_options.PlannedDemand = None,
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
    from cds.cli.roster.absent import absence, remind
    from cds.cli.roster.conflict import words_for
    from cds.cli.roster.deliver import Delivery, deliver, document, paragraphs, targets_of, write
    from cds.cli.roster.file import load_roster
    from cds.cli.roster.plan import needs_a_look
    from cds.cli.roster.progress import reporting
    from cds.roster.check import assess
    from cds.roster.repair import changes_between
    from cds.roster.repair import repair as smallest_change
    from cds.roster.view import build_view
    from cds.show.roster.changes import ChangeWords

    language, moment = context.language(lang), context.now(now)
    limits = roster_options.limits(time_limit, 0.0, workers, seed, reproducible)
    loaded = load_roster(file, ward, moment, quiet=quiet, notice=False, demand=demand)
    told = [absence(text, loaded) for text in absent]
    absences = [one.within(loaded.plan.period) for one in told]
    away = frozenset((one, day) for one, first, last in absences for day in range(first, last + 1))
    # Who cannot come is on leave from here on: what is planned and told is what a check will find.
    after = loaded.without(away)
    problem = after.plan.problem
    frozen = _frozen_days(frozen_until, loaded, moment)
    delivery = Delivery(
        language, moment, as_json, quiet, verbose, targets_of(output, loaded.inputs)
    )
    with reporting("repair", quiet=quiet):
        found = smallest_change(
            problem,
            loaded.roster,
            [(one, day, day) for one, day in sorted(after.absent)],
            limits=limits,
            frozen_until=frozen,
        )
    found = replace(found, before=assess(loaded.plan.problem, loaded.roster))
    view = build_view(
        problem, found.roster, found.after, ward=after.plan.ward, previous=loaded.roster
    )
    words = words_for(problem, language, after.plan.ward)
    if as_json:
        content = _document(found, absences, ChangeWords(words))
        emit(json_text({**content, "roster": document(view, delivery)}))
        write(view, delivery)
    else:
        cells = changes_between(loaded.roster, found.roster)
        gone = tuple(cell for cell in cells if (cell.employee, cell.day) in away)
        said = ChangeWords(words).repair(found, gone)
        deliver(view, delivery)
        sys.stdout.write("".join(paragraphs(part) for part in said))
    if not quiet:
        remind(after, told, delivery.targets)
    return LOOK if found.unrestored or found.alone or needs_a_look(view) else 0


def _frozen_days(until: str | None, loaded: Loaded, moment: datetime) -> int:
    """How many of the roster's first days stay as they are."""
    period = loaded.plan.period
    if until is None:
        count = period.day_of(moment.astimezone(loaded.plan.ward.zone).date())
    else:
        count = period.day_of(roster_options.day("--frozen-until", until)) + 1
    return min(max(count, 0), period.days)


def _document(
    repair: Repair, absences: Sequence[tuple[int, int, int]], words: ChangeWords
) -> dict[str, Any]:
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
                "candidates": [_candidate(one, gap, words) for one in gap.candidates],
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


def _candidate(candidate: Candidate, gap: Gap, words: ChangeWords) -> Mapping[str, Any]:
    problem = words.problem
    frozen = [words.frozen(gap.cover.day)] if gap.frozen else []
    instead = candidate.instead_of
    return {
        "employee": problem.employees[candidate.employee].name,
        "shift": problem.shifts[candidate.shift],
        "skill": problem.skills[candidate.skill] or None,
        "instead_of": problem.shifts[instead] if instead >= 0 else None,
        "cost": candidate.effect.cost,
        "breaks": frozen + [words.words.breach(breach) for breach in candidate.effect.broken],
    }


def _date(words: ChangeWords, day: int) -> str:
    from datetime import timedelta

    first = words.problem.first_date
    assert first is not None  # a ward's roster has a calendar
    return (first + timedelta(days=day)).isoformat()
