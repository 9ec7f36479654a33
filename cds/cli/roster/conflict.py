"""Where no roster keeps every rule: which rules collide, and what comes nearest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cds.cli.roster.ward import all_rules

if TYPE_CHECKING:
    from cds.roster.explain.conflict import Conflict
    from cds.roster.explain.words import Words
    from cds.roster.outcome import Limits
    from cds.roster.problem import Assessment, Problem, Roster
    from cds.roster.ward.description import Ward


_MOST_S = 30.0  # for finding the conflict; a third of it for the nearest roster
_UNPROVED_S = 5.0


@dataclass(frozen=True, slots=True)
class Nearest:
    """The roster that breaks fewest rules, and the rules that cannot hold together, if found."""

    roster: Roster
    assessment: Assessment
    conflict: Conflict | None


def nearest(problem: Problem, limits: Limits, *, proved: bool) -> Nearest:
    """Both searched for in half the time each, and not for ever: somebody is waiting to hear.

    Unless it is ``proved`` that there is no roster, the time is up already: a little
    more goes into the nearest roster and none into a conflict that may not exist.
    """
    from cds.roster.explain.conflict import find_conflict
    from cds.roster.explain.relaxed import best_relaxed

    half = limits.time_limit / 2
    if not proved:
        limits = replace(limits, time_limit=min(half, _UNPROVED_S))
        return Nearest(*best_relaxed(problem, limits), None)
    conflict = find_conflict(problem, replace(limits, time_limit=min(half, _MOST_S)))
    roster, assessment = best_relaxed(problem, replace(limits, time_limit=min(half, _MOST_S / 3)))
    return Nearest(roster, assessment, conflict)


def words_for(problem: Problem, language: str, ward: Ward | None = None) -> Words:
    """Explanations in ``language``, with the titles and laws of the ward's rules."""
    from cds.roster.explain.words import Words
    from cds.show.roster.words import RosterWords

    names = RosterWords(language)
    known = {rule.name: rule for rule in all_rules(ward)} if ward else {}
    used = {rule.rule for employee in problem.employees for rule in employee.rules}
    used |= {cover.rule for cover in problem.covers}
    used |= {pairing.rule for pairing in problem.pairings}
    titles = {}
    for rule in used:
        setting = known.get(rule)
        title = names.title(rule, setting.title if setting else {})
        titles[rule] = (title, setting.citation if setting else "")
    return Words(problem, language, titles)


def conflict_entries(conflict: Conflict | None, words: Words) -> tuple[Mapping[str, Any], ...]:
    """The conflict for JSON: sentences, and each rule with whom and when it binds."""
    if conflict is None:
        return ()
    problem = words.problem
    rules = [
        {
            "rule": item.rule,
            "employee": None if item.employee is None else problem.employees[item.employee].name,
            "days": list(item.days),
            "label": item.label or None,
            "origin": item.origin or None,
        }
        for item in conflict.items
    ]
    entry = {
        "minimal": conflict.minimal,
        "messages": list(words.conflict(conflict)),
        "rules": rules,
    }
    return (entry,)
