"""The roster that breaks the fewest hard rules, where they cannot all be kept."""

from __future__ import annotations

import time
from dataclasses import replace

from cds.roster.check import assess
from cds.roster.outcome import Limits
from cds.roster.problem import (
    OFF,
    Assessment,
    Count,
    Cover,
    Pairing,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

# A unit of breach; of two ways to break as many rules, the one that leaves a shift
# short is better than the one that works somebody against leave, contract or law.
_PERSONAL = 1000
_STAFFING = 990


def best_relaxed(problem: Problem, limits: Limits) -> tuple[Roster, Assessment]:
    """The roster with the fewest broken hard rules, among these one of least soft cost.

    Broken rules count by how much they are broken: people missing, days too many,
    cells; amounts of a ``Count`` in units of the largest amount of one day, so that
    a shift of eight hours too many counts once, not 480 minutes. Skills are never
    broken. Both steps end with ``limits``; the second begins at the first's roster, and is left
    out where the first has taken all the time: its model alone is seconds of a large ward.
    """
    from cds.roster.solve.compact import solve_compact

    began = time.monotonic()
    first = solve_compact(relaxed(problem), replace(limits, time_limit=limits.time_limit / 2))
    roster = first.roster or _everybody_off(problem)
    known = assess(problem, roster)
    # At this price no saving in soft cost can pay for one more broken rule.
    price = known.cost + 1
    left = limits.time_limit - (0.0 if limits.reproducible else time.monotonic() - began)
    if left <= 0:
        return roster, known
    second = solve_compact(
        relaxed(problem, price=price),
        replace(limits, time_limit=left),
        hint=roster,
        lower=None if first.bound is None else max(first.bound, 0) * price,
    )
    if second.roster is not None:
        better = assess(problem, second.roster)
        before = assess(relaxed(problem), roster).cost, known.cost
        if (assess(relaxed(problem), second.roster).cost, better.cost) <= before:
            return second.roster, better
    return roster, known


def relaxed(problem: Problem, *, price: int | None = None) -> Problem:
    """``problem`` with nothing hard: breaches cost ``price`` times their size.

    Without ``price`` the soft rules are left out.
    """
    soft = price is not None
    scale = price or 1
    employees = tuple(
        replace(
            employee,
            rules=tuple(_softened(rule, _PERSONAL * scale, soft) for rule in employee.rules),
            skill_costs=employee.skill_costs if soft else (),
        )
        for employee in problem.employees
    )
    return replace(
        problem,
        employees=employees,
        covers=tuple(_softened_cover(cover, _STAFFING * scale, soft) for cover in problem.covers),
        pairings=tuple(_softened_pair(pair, _STAFFING * scale, soft) for pair in problem.pairings),
    )


def _softened(rule: Rule, price: int, soft: bool) -> Rule:
    def weight(own: int | None, unit: int = price) -> int:
        return unit if own is None else own if soft else 0

    match rule:
        case Unwanted() | Pattern():
            return replace(rule, weight=weight(rule.weight))
        case Count():
            largest = max((abs(amount) for _, amount in rule.amounts), default=1)
            unit = max(price // max(largest, 1), 1)
            return replace(rule, under=weight(rule.under, unit), over=weight(rule.over, unit))
        case Run():
            return replace(rule, under=weight(rule.under), over=weight(rule.over))
        case Weekends():
            return replace(
                rule,
                under=weight(rule.under),
                over=weight(rule.over),
                under_in_row=weight(rule.under_in_row),
                over_in_row=weight(rule.over_in_row),
            )


def _softened_cover(cover: Cover, price: int, soft: bool) -> Cover:
    under = price if cover.under is None else cover.under if soft else 0
    over = price if cover.over is None else cover.over if soft else 0
    return replace(cover, under=under, over=over)


def _softened_pair(pairing: Pairing, price: int, soft: bool) -> Pairing:
    weight = price if pairing.weight is None else pairing.weight if soft else 0
    return replace(pairing, weight=weight)


def _everybody_off(problem: Problem) -> Roster:
    count = len(problem.employees)
    return Roster(((OFF,) * problem.days,) * count, ((-1,) * problem.days,) * count)
