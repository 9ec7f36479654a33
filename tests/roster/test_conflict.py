"""An irreducible set of rules that cannot hold together is found and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks import roster_plants as plants
from benchmarks.roster_plants import Planted
from benchmarks.roster_wards import ward
from cds.roster.check import assess
from cds.roster.explain.conflict import find_conflict
from cds.roster.explain.items import Item, items_of, only
from cds.roster.explain.relaxed import best_relaxed
from cds.roster.outcome import Limits
from cds.roster.problem import OFF, Cover, Employee, Pattern, Problem, Unwanted
from cds.roster.solve.compact import CompactModel
from tests.roster.every_roster import judged
from tests.roster.problems import problems

WARD = ward(30, 28)
LIMITS = Limits(time_limit=60)


def name_of(item: Item) -> tuple[str, int | None]:
    if item.kind == "cover":
        return item.label, item.day
    return (item.origin if item.kind == "cells" else item.rule), item.employee


def can_hold(problem: Problem, items: Iterable[Item]) -> bool:
    """By solving a model of the whole ward from which all other hard rules are taken."""
    from ortools.sat.python import cp_model

    parts = [part for item in items for part in item.parts]
    people = [
        replace(person, rules=(), skill_costs=(), skills=person.skills)
        for person in problem.employees
    ]
    for item in items:
        if item.kind in ("rule", "cells"):
            person = people[item.employee]
            people[item.employee] = replace(person, rules=person.rules + item.parts)
    bare = replace(
        problem,
        employees=tuple(people),
        covers=tuple(part for part in parts if isinstance(part, Cover)),
        pairings=tuple(part for item in items if item.kind == "pairing" for part in item.parts),
    )
    status = cp_model.CpSolver().solve(CompactModel(bare).model)
    assert status != cp_model.UNKNOWN
    return status != cp_model.INFEASIBLE


# The quicker of the twenty; `python -m benchmarks.roster_conflicts` plants them all.
QUICK = (
    plants.hours_against_leave,
    plants.fixed_closer_than_rest,
    plants.week_too_long,
    plants.three_weekends,
    plants.month_before,
)


@pytest.mark.parametrize("plant", QUICK, ids=lambda plant: plant.__name__)
def test_what_was_planted_in_a_ward_is_found_exactly(plant: Callable[[Problem], Planted]) -> None:
    planted = plant(WARD)
    conflict = find_conflict(planted.problem, LIMITS)
    assert conflict is not None
    assert conflict.minimal
    assert {name_of(item) for item in conflict.items} == planted.names
    assert len(conflict.items) == planted.size


@pytest.mark.parametrize(
    "plant",
    (plants.fixed_closer_than_rest, plants.trainee_and_a_tired_mentor),
    ids=lambda p: p.__name__,
)
def test_without_any_one_item_the_others_can_be_kept(plant: Callable[[Problem], Planted]) -> None:
    problem = plant(WARD).problem
    conflict = find_conflict(problem, LIMITS)
    assert conflict is not None
    assert not can_hold(problem, conflict.items)
    for item in conflict.items:
        assert can_hold(problem, [other for other in conflict.items if other is not item])


def test_where_all_can_hold_there_is_no_conflict() -> None:
    assert find_conflict(ward(12, 7), LIMITS) is None


def test_without_time_there_is_no_answer() -> None:
    assert find_conflict(plants.four_nights(WARD).problem, Limits(time_limit=0.0)) is None


def test_what_could_not_be_proved_needed_in_time_is_said() -> None:
    ticks = iter(range(1000))  # every look at the clock is a second later
    problem = plants.week_too_long(WARD).problem
    conflict = find_conflict(problem, Limits(time_limit=9), clock=lambda: float(next(ticks)))
    assert conflict is not None
    assert not conflict.minimal
    assert not can_hold(problem, conflict.items)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(employees=(1, 2), days=(1, 2), shifts=(1, 2), skills=(1, 2), rules=4))
def test_it_agrees_with_an_exhaustive_search(problem: Problem) -> None:
    broken = [{breach.rule for breach in found.hard} for _, found in judged(problem)]

    def possible(names: set[str]) -> bool:
        return any(names.isdisjoint(rules) for rules in broken)

    conflict = find_conflict(problem, LIMITS)
    assert (conflict is None) == possible({item.rule for item in items_of(problem)})
    if conflict is not None:
        names = {item.rule for item in conflict.items}
        assert conflict.minimal
        assert not possible(names)
        assert all(possible(names - {name}) for name in names)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(employees=(1, 2), days=(1, 2), shifts=(1, 2), skills=(1, 2), rules=4))
def test_the_smaller_problem_of_some_items_is_possible_where_they_are(problem: Problem) -> None:
    items = items_of(problem)[::2]
    names = {item.rule for item in items}
    possible = any(
        names.isdisjoint(breach.rule for breach in found.hard) for _, found in judged(problem)
    )
    from ortools.sat.python import cp_model

    status = cp_model.CpSolver().solve(CompactModel(only(problem, items)).model)
    assert (status != cp_model.INFEASIBLE) == possible


def test_items_are_what_a_manager_can_act_upon() -> None:
    leave = [Unwanted("leave", day, frozenset({0}), None, "leave.csv: row 7") for day in (0, 1)]
    other = Unwanted("leave", 2, frozenset({0}), None, "leave.csv: row 9")
    wish = Unwanted("wish", 2, frozenset({0}), 5)
    rest = [Pattern("rest", (frozenset({0}),) * size, (0,), None) for size in (2, 3)]
    person = Employee("Ali", (0,), (*leave, other, wish, *rest))
    covers = (
        Cover("cover", 0, frozenset({0}), frozenset({0}), 1, label="D"),
        Cover("cover", 0, frozenset({0}), frozenset({0}), maximum=2, label="D"),
        Cover("preferred", 0, frozenset({0}), frozenset({0}), 2, under=10, label="D"),
    )
    items = items_of(Problem("three days", 3, ("D",), ("nurse",), (person,), covers))
    assert [(item.kind, item.rule, item.origin, len(item.parts)) for item in items] == [
        ("cells", "leave", "leave.csv: row 7", 2),
        ("cells", "leave", "leave.csv: row 9", 1),
        ("rule", "rest", "", 2),
        ("cover", "cover", "", 2),
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(employees=(1, 2), days=(1, 2), shifts=(1, 2), skills=(1, 1), rules=3))
def test_the_relaxed_roster_keeps_all_that_can_be_kept(problem: Problem) -> None:
    roster, found = best_relaxed(problem, Limits(time_limit=5, workers=1))
    assert found == assess(problem, roster)
    possible = [other for _, other in judged(problem) if not other.hard]
    if possible:
        assert not found.hard
        assert found.cost == min(other.cost for other in possible)
    else:
        assert found.hard


def test_the_relaxed_roster_leaves_a_shift_short_rather_than_work_somebody_on_leave() -> None:
    leave = Unwanted("leave", 0, frozenset({0}), None)
    cover = Cover("cover", 0, frozenset({0}), frozenset({0}), 1)
    problem = Problem("a day", 1, ("D",), ("nurse",), (Employee("Ali", (0,), (leave,)),), (cover,))
    roster, found = best_relaxed(problem, Limits(time_limit=2))
    assert roster.shifts == ((OFF,),)
    assert [breach.rule for breach in found.hard] == ["cover"]


def test_without_time_for_it_the_second_step_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its model was built all the same: seconds past the limit, and no time to search in it."""
    from cds.roster.solve import compact

    asked = []
    solve = compact.solve_compact
    monkeypatch.setattr(compact, "solve_compact", lambda *a, **k: asked.append(a) or solve(*a, **k))
    roster, found = best_relaxed(WARD, Limits(time_limit=1e-6, workers=1))
    assert len(asked) == 1
    assert found == assess(WARD, roster)
