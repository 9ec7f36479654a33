"""Exchanges of shifts are judged as the checker judges the roster after them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.explain.ledger import Ledger
from cds.roster.problem import OFF, Cover, Employee, Pattern, Problem, Roster, Unwanted
from cds.roster.swap import swap, swap_candidates, with_cells
from tests.roster.problems import problems_with_rosters

D, N = 0, 1
REST = Pattern("rest", (frozenset({N}), frozenset({D})), (0, 1), None)
WISH = Unwanted("wish", 0, frozenset({D}), 7)
NIGHT = Cover("cover", 1, frozenset({N}), frozenset({0}), 1, label="N")


def three_days(*people: Employee, covers: tuple[Cover, ...] = ()) -> Problem:
    return Problem("three days", 3, ("D", "N"), ("nurse", "ICU"), people, covers)


def nurse(name: str, *rules: object) -> Employee:
    return Employee(name, (0,), (REST, *rules))


def roster(*rows: tuple[int, ...]) -> Roster:
    skills = tuple(tuple(-1 if option == OFF else 0 for option in row) for row in rows)
    return Roster(tuple(rows), skills)


PROBLEM = three_days(nurse("Ali"), nurse("Bo"), nurse("Chen", WISH), covers=(NIGHT,))
ROSTER = roster((D, N, OFF), (OFF, OFF, D), (OFF, D, OFF))


@pytest.mark.parametrize(
    ("given_cell", "taken", "broken", "cost", "after"),
    [
        # given away on a day off, to somebody who then lacks rest
        ((0, 1), (1, 1), ["rest"], 0, ((D, OFF, OFF), (OFF, N, D), (OFF, D, OFF))),
        # exchanged on the day
        ((0, 1), (2, 1), [], 0, ((D, D, OFF), (OFF, OFF, D), (OFF, N, OFF))),
        # exchanged for the early shift that left no rest
        ((0, 1), (1, 2), [], 0, ((D, OFF, D), (OFF, N, OFF), (OFF, D, OFF))),
        # to somebody who wished otherwise
        ((0, 0), (2, 0), [], 7, ((OFF, N, OFF), (OFF, OFF, D), (D, D, OFF))),
    ],
)
def test_an_exchange(given_cell, taken, broken, cost, after) -> None:
    found = swap(PROBLEM, ROSTER, given_cell, taken)
    assert [breach.rule for breach in found.effect.broken] == broken
    assert found.allowed == (not broken)
    assert found.effect.cost == cost
    assert found.roster.shifts == after


def test_who_can_take_a_night_is_ranked_and_breaks_nothing() -> None:
    found = swap_candidates(PROBLEM, ROSTER, 0, 1)
    assert [(offer.taken, offer.effect.cost) for offer in found] == [((2, 1), 0), ((1, 2), 0)]


def test_a_shift_given_to_nobody_leaves_its_gap() -> None:
    found = swap(PROBLEM, ROSTER, (0, 1), None)
    assert [breach.label for breach in found.effect.broken] == ["N"]
    assert found.roster.shifts[0] == (D, OFF, OFF)


def test_nobody_need_be_asked_on_a_day_off() -> None:
    assert swap_candidates(PROBLEM, ROSTER, 0, 2) == ()


def test_who_lacks_the_skill_cannot_cover_what_needs_it() -> None:
    only_icu = Cover("cover", 0, frozenset({D}), frozenset({1}), 1, label="D, ICU")
    problem = three_days(Employee("Ali", (1,), ()), Employee("Bo", (0,), ()), covers=(only_icu,))
    before = Roster(((D, OFF, OFF), (OFF, OFF, OFF)), ((1, -1, -1), (-1, -1, -1)))
    found = swap(problem, before, (0, 0), (1, 0))
    assert [breach.label for breach in found.effect.broken] == ["D, ICU"]
    assert found.roster.skills[1][0] == 0


def test_who_holds_several_skills_works_in_the_one_that_serves() -> None:
    only_icu = Cover("cover", 0, frozenset({D}), frozenset({1}), 1, label="D, ICU")
    problem = three_days(Employee("Ali", (1,), ()), Employee("Bo", (0, 1), ()), covers=(only_icu,))
    before = Roster(((D, OFF, OFF), (OFF, OFF, OFF)), ((1, -1, -1), (-1, -1, -1)))
    found = swap(problem, before, (0, 0), (1, 0))
    assert found.allowed
    assert found.roster.skills[1][0] == 1


@pytest.mark.parametrize(("one", "other"), [((0, 0), (0, 1)), ((0, 0), (3, 0)), ((0, 5), (1, 0))])
def test_cells_that_cannot_be_exchanged_are_refused(one, other) -> None:
    with pytest.raises(ValueError):
        swap(PROBLEM, ROSTER, one, other)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems_with_rosters(), st.data())
def test_the_effect_is_the_difference_of_two_assessments(pair, data) -> None:
    problem, before = pair
    cell = (
        data.draw(st.integers(0, len(problem.employees) - 1)),
        data.draw(st.integers(0, problem.days - 1)),
    )
    option = data.draw(st.integers(-1, len(problem.shifts) - 1))
    entry = (option, -1 if option == OFF else problem.employees[cell[0]].skills[0])
    effect = Ledger(problem, before).effect({cell: entry})
    old, new = assess(problem, before), assess(problem, with_cells(before, {cell: entry}))
    assert effect.cost == new.cost - old.cost

    def amounts(found):
        total = {}
        for breach in found.hard:
            where = breach.label if breach.employee is None else ""
            key = (breach.rule, breach.employee, breach.day, where)
            total[key] = total.get(key, 0) + breach.amount
        return total

    was, now = amounts(old), amounts(new)
    assert {(b.rule, b.employee, b.day) for b in effect.broken} == {
        key[:3] for key in now if now[key] > was.get(key, 0)
    }
    assert {(b.rule, b.employee, b.day) for b in effect.mended} == {
        key[:3] for key in was if was[key] > now.get(key, 0)
    }
