"""What it would cost to have something else in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cds.roster.check import assess
from cds.roster.explain.ledger import Effect, Ledger
from cds.roster.outcome import Limits, Status
from cds.roster.problem import OFF, Problem, Roster, Unwanted


@dataclass(frozen=True, slots=True)
class Why:
    """One cell with ``option`` in place of what it has.

    ``immediate`` is what it does if nothing else changes. ``best`` is the cheapest roster
    found that has it, ``best_cost`` how much dearer that is than the roster (negative:
    cheaper) and ``changed`` in how many other cells; None where none was found. No roster
    with ``option`` is less than ``at_least`` dearer. ``status`` "infeasible": the hard
    rules cannot all be kept with it.
    """

    employee: int
    day: int
    option: int
    now: int
    immediate: Effect
    status: Status
    best: Roster | None
    best_cost: int | None
    at_least: int | None
    changed: int | None


def why(
    problem: Problem, roster: Roster, employee: int, day: int, option: int, *, limits: Limits
) -> Why:
    """What it would cost if ``employee`` had ``option`` on ``day``.

    First with nothing else changed, then with the whole roster planned again around it,
    starting from ``roster``, within ``limits``. Raises ValueError where the cell or the
    option is not of the problem.
    """
    from cds.roster.solve.compact import solve_compact

    _check(problem, employee, day, option)
    immediate, hint = _immediate(problem, roster, employee, day, option)
    outcome = solve_compact(_held(problem, employee, day, option), limits, hint=hint)
    cost = assess(problem, roster).cost
    changed = None
    if outcome.roster is not None:
        changed = _differing(roster, outcome.roster) - (roster.shifts[employee][day] != option)
    return Why(
        employee,
        day,
        option,
        roster.shifts[employee][day],
        immediate,
        outcome.status,
        outcome.roster,
        None if outcome.cost is None else outcome.cost - cost,
        None if outcome.bound is None else outcome.bound - cost,
        changed,
    )


def why_each(
    problem: Problem,
    roster: Roster,
    employee: int,
    day: int,
    *,
    limits: Limits,
    options: Sequence[int] | None = None,
) -> tuple[Why, ...]:
    """``why`` for each of ``options`` (default: all but what the cell has).

    The time is shared evenly. Those that can be had come first, the cheapest first.
    """
    _check(problem, employee, day, OFF)
    if options is None:
        every = (OFF, *range(len(problem.shifts)))
        options = [option for option in every if option != roster.shifts[employee][day]]
    share = replace(limits, time_limit=limits.time_limit / max(len(options), 1))
    found = [why(problem, roster, employee, day, option, limits=share) for option in options]
    return tuple(sorted(found, key=lambda one: (one.best_cost is None, one.best_cost or 0)))


def _check(problem: Problem, employee: int, day: int, option: int) -> None:
    if not (0 <= employee < len(problem.employees) and 0 <= day < problem.days):
        raise ValueError(f"cell ({employee}, {day}) is not of this problem")
    if not (option == OFF or 0 <= option < len(problem.shifts)):
        raise ValueError(f"option {option} is not of this problem")


def _immediate(
    problem: Problem, roster: Roster, employee: int, day: int, option: int
) -> tuple[Effect, Roster]:
    """The effect of changing the cell alone, in the best skill for it; and that roster."""
    ledger = Ledger(problem, roster)
    now = roster.skills[employee][day]
    held = problem.employees[employee].skills
    skills = (-1,) if option == OFF else held or (max(now, 0),)
    tried = [(ledger.effect({(employee, day): (option, skill)}), skill) for skill in skills]
    effect, skill = min(tried, key=lambda one: (len(one[0].broken), one[0].cost))
    rows = [list(row) for row in roster.shifts], [list(row) for row in roster.skills]
    rows[0][employee][day], rows[1][employee][day] = option, skill
    return effect, Roster(tuple(map(tuple, rows[0])), tuple(map(tuple, rows[1])))


def _held(problem: Problem, employee: int, day: int, option: int) -> Problem:
    """``problem`` with ``option`` as the only one in the cell."""
    others = (problem.every_shift | {OFF}) - {option}
    people = list(problem.employees)
    rules = (*people[employee].rules, Unwanted("asked", day, others, None))
    people[employee] = replace(people[employee], rules=rules)
    return replace(problem, employees=tuple(people))


def _differing(one: Roster, other: Roster) -> int:
    return sum(
        a != b
        for mine, theirs in zip(one.shifts, other.shifts, strict=True)
        for a, b in zip(mine, theirs, strict=True)
    )
