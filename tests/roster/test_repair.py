"""After an absence as little as possible changes, and that is proved."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.explain.admit import admitting, present
from cds.roster.explain.restoring import is_kept, kept_pairings, restorable, without
from cds.roster.outcome import Limits
from cds.roster.problem import OFF, Cover, Employee, Pairing, Pattern, Problem, Roster, Run
from cds.roster.repair import changes_between, repair
from tests.roster.every_roster import judged
from tests.roster.problems import problems, problems_with_rosters

LIMITS = Limits(time_limit=20, workers=1)
D, N = 0, 1
REST = Pattern("rest", (frozenset({N}), frozenset({D})), (0, 1, 2), None)
NURSE = frozenset({0})


def ward(*people: Employee, needs: dict[tuple[int, int], int], extra: tuple[Cover, ...] = ()):
    covers = tuple(
        Cover("cover", day, frozenset({shift}), NURSE, number, label="DN"[shift])
        for (day, shift), number in needs.items()
    )
    return Problem("four days", 4, ("D", "N"), ("nurse",), people, (*covers, *extra))


def nurse(name: str, *rules: object) -> Employee:
    return Employee(name, (0,), (REST, *rules))


def roster(*rows: str) -> Roster:
    """Rows of D, N and - for a day off."""
    shifts = tuple(tuple({"D": D, "N": N, "-": OFF}[code] for code in row) for row in rows)
    skills = tuple(tuple(-1 if option == OFF else 0 for option in row) for row in shifts)
    return Roster(shifts, skills)


TEAM = nurse("Ali"), nurse("Bo"), nurse("Chen")
NIGHT = ward(*TEAM, needs={(1, N): 1, (2, D): 1})


@pytest.mark.parametrize(
    ("before", "absent", "frozen", "after", "changes", "unrestored"),
    [
        # somebody who is free takes the night
        (("-N--", "--D-", "----"), (0, 1, 1), 0, ("----", "--D-", "-N--"), 1, []),
        # nobody is missed
        (("D---", "-N--", "--D-"), (0, 0, 0), 0, ("----", "-N--", "--D-"), 0, []),
        # who is free takes it, not who would lack rest
        (("-N--", "--DN", "----"), (0, 1, 3), 0, ("----", "--DN", "-N--"), 1, []),
        # a frozen day stays as it is, even short
        (("-N--", "--D-", "----"), (0, 1, 1), 2, ("----", "--D-", "----"), 0, ["N"]),
        # all others away: the gap stays, and it is proved that it must
        (("-N--", "-D--", "-D--"), (0, 0, 3), 4, ("----", "-D--", "-D--"), 0, ["N"]),
    ],
)
def test_the_smallest_change(before, absent, frozen, after, changes, unrestored) -> None:
    found = repair(NIGHT, roster(*before), [absent], limits=LIMITS, frozen_until=frozen)
    assert len(found.changes) == changes
    assert [cover.label for cover, _ in found.unrestored] == unrestored
    assert found.best_restored
    assert found.fewer_impossible
    assert found.roster == roster(*after)


def test_a_chain_is_found_where_no_single_change_will_do() -> None:
    # Only Bo may work the night besides Ali, and then wants rest from the day after.
    no_nights = Run("no-nights", frozenset({N}), maximum=0, before=0)
    sick_too = (0, 1, 2)
    team = nurse("Ali"), nurse("Bo"), nurse("Chen", no_nights)
    problem = ward(*team, needs={(1, N): 1, (2, D): 1})
    found = repair(problem, roster("-N--", "--D-", "----"), [sick_too], limits=LIMITS)
    assert found.roster == roster("----", "-N--", "--D-")
    assert len(found.changes) == 3
    assert found.fewer_impossible


def test_preferred_cover_is_a_matter_of_cost_and_does_not_move_people() -> None:
    preferred = Cover("preferred", 1, frozenset({N}), NURSE, 2, under=50, label="N")
    problem = ward(*TEAM, needs={(1, N): 1}, extra=(preferred,))
    found = repair(problem, roster("-N--", "-N--", "----"), [(0, 1, 1)], limits=LIMITS)
    assert found.changes == ()
    assert (found.before.cost, found.after.cost) == (0, 50)


def test_weighted_minimum_cover_is_restored_where_no_hard_one_is_set() -> None:
    weighted = Cover("cover", 1, frozenset({N}), NURSE, 1, under=50, label="N")
    problem = ward(*TEAM, needs={}, extra=(weighted,))
    found = repair(problem, roster("-N--", "----", "----"), [(0, 1, 1)], limits=LIMITS)
    assert len(found.changes) == 1
    assert found.after.cost == 0


def test_who_can_take_the_gap_is_ranked_with_what_it_breaks() -> None:
    found = repair(NIGHT, roster("-N--", "--D-", "----"), [(0, 1, 1)], limits=LIMITS)
    (gap,) = found.gaps
    assert (gap.cover.label, gap.missing) == ("N", 1)
    said = [(c.employee, [breach.rule for breach in c.effect.broken]) for c in gap.candidates]
    assert said == [(2, []), (1, ["rest"])]


def test_a_trainee_is_not_left_alone() -> None:
    pairing = Pairing("trainee", 1, N, 1, frozenset({0, 2}), None)
    base = ward(*TEAM, needs={(1, N): 1})
    problem = Problem(
        base.name, base.days, base.shifts, base.skills, base.employees, base.covers, (pairing,)
    )
    found = repair(problem, roster("-N--", "-N--", "----"), [(0, 1, 1)], limits=LIMITS)
    assert found.roster == roster("----", "-N--", "-N--")
    assert found.alone == ()


def test_an_absence_outside_the_roster_is_refused() -> None:
    with pytest.raises(ValueError, match="not of this problem"):
        repair(NIGHT, roster("----", "----", "----"), [(0, 3, 4)], limits=LIMITS)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems_with_rosters())
def test_admitting_a_roster_breaks_no_rule_on_people_and_changes_no_cost(pair) -> None:
    problem, any_roster = pair
    admitted = admitting(problem, any_roster)
    found = assess(admitted, any_roster)
    pairings = {pairing.rule for pairing in problem.pairings}
    on_people = [b for b in found.hard if b.employee is not None and b.rule not in pairings]
    assert on_people == []
    assert found.cost == assess(problem, any_roster).cost


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(employees=(2, 3), days=(1, 2), shifts=(1, 1), skills=(1, 2), rules=2), st.data())
def test_it_agrees_with_an_exhaustive_search(problem: Problem, data: st.DataObject) -> None:
    rosters = judged(problem)
    legal = [one for one, found in rosters if not found.hard]
    assume(legal)
    before = data.draw(st.sampled_from(legal))
    absent = (data.draw(st.integers(0, len(problem.employees) - 1)), problem.days - 1)
    left = without(before, [absent])
    minima = {cover.rule for cover in problem.covers if cover.under is None}
    pairings = {pairing.rule for pairing in problem.pairings}

    def breaks(found) -> list[str]:
        return [b.rule for b in found.hard if b.rule not in minima | pairings]

    assume(not breaks(assess(problem, left)))
    wanted, kept = restorable(problem, before), kept_pairings(problem, before)

    def merit(one: Roster, cost: int) -> tuple[int, int, int]:
        dearest = 1000 * max((cover.under for cover in wanted if cover.under), default=1)
        short = sum(
            max((cover.minimum or 0) - present(cover, one), 0) * (cover.under or dearest)
            for cover in wanted
        )
        short += dearest * sum(not is_kept(pairing, one) for pairing in kept)
        moved = changes_between(before, one, frozenset({absent}))
        return short, sum(1000 if m.before != m.after else 1 for m in moved), cost

    def too_many(one: Roster) -> bool:
        return any(
            cover.maximum is not None and cover.over is None and present(cover, one) > cover.maximum
            for cover in problem.covers
        )

    allowed = [
        merit(one, found.cost)
        for one, found in rosters
        if one.shifts[absent[0]][absent[1]] == OFF and not breaks(found) and not too_many(one)
    ]
    result = repair(problem, before, [(*absent, absent[1])], limits=LIMITS)
    best = min(allowed)
    assert result.best_restored and result.fewer_impossible
    reached = merit(result.roster, result.after.cost)
    assert reached[:2] == best[:2]
    if best[0] == 0:
        assert result.cheapest
        assert reached == best
