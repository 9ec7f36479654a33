"""What the staffing of a day breaks: cover, and who must work beside whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from cds.roster.check.staff_rules import cost_of
from cds.roster.problem import OFF, Breach, Cover, Pairing, Problem, Roster


def cover_breaches(covers: Iterable[Cover], roster: Roster) -> Iterator[Breach]:
    """Where fewer or more work than the ``covers`` ask for."""
    days = len(roster.shifts[0]) if roster.shifts else 0
    teams = [
        Counter(
            (shifts[day], skills[day])
            for shifts, skills in zip(roster.shifts, roster.skills, strict=True)
            if shifts[day] != OFF
        )
        for day in range(days)
    ]
    for cover in covers:
        found = _present(cover, teams, roster)
        if cover.minimum is not None and found < cover.minimum:
            amount = cover.minimum - found
            cost = cost_of(amount, cover.under)
            yield Breach(cover.rule, None, cover.day, amount, cost, cover.origin, cover.label)
        if cover.maximum is not None and found > cover.maximum:
            amount = found - cover.maximum
            cost = cost_of(amount, cover.over)
            yield Breach(cover.rule, None, cover.day, amount, cost, cover.origin, cover.label)


def _present(cover: Cover, teams: list[Counter[tuple[int, int]]], roster: Roster) -> int:
    """How many count for ``cover``; ``teams`` are all who work, by day."""
    if not teams:
        return 0
    if cover.employees is None:
        team = teams[cover.day]
    else:
        team = Counter(
            (roster.shifts[employee][cover.day], roster.skills[employee][cover.day])
            for employee in cover.employees
        )
    return sum(
        count
        for (shift, skill), count in team.items()
        if shift != OFF and shift in cover.shifts and skill in cover.skills
    )


def pairing_breaches(problem: Problem, pairing: Pairing, roster: Roster) -> Iterator[Breach]:
    """Where the employee works the shift with nobody of the partners beside them."""
    day, shift = pairing.day, pairing.shift
    if roster.shifts[pairing.employee][day] != shift:
        return
    partners = pairing.partners - {pairing.employee}
    if not any(roster.shifts[partner][day] == shift for partner in partners):
        label = problem.shifts[shift]
        yield Breach(pairing.rule, pairing.employee, day, 1, pairing.weight, pairing.origin, label)
