"""The search as a whole: proofs, limits, interruption, the same answer twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cds.roster.check import assess
from cds.roster.formats import read_instance
from cds.roster.outcome import Limits, Outcome, Step
from cds.roster.problem import OFF, Count, Cover, Employee, Problem, Run, Unwanted
from cds.roster.solve import solve
from cds.roster.solve.columns import OutOfTime, Pricing
from cds.roster.solve.journal import Journal
from tests.shared_data import shared_data

WORK = frozenset({0, 1})


def ward(people: int, days: int, *, needed: int = 2) -> Problem:
    """Early and late shifts; at most five days in a row, two days off, three shifts in four."""
    rules = (
        Run("days in a row", WORK, 2, 5, before=0),
        Run("days off", frozenset({OFF}), 2, None, under=3, before=0),
        Count("shifts", tuple(range(days)), ((0, 1), (1, 1)), None, 3 * days // 4, over=4),
    )
    staff = tuple(
        Employee(f"e{e}", (0,), (*rules, Unwanted("wish", e % days, WORK, 2 + e % 3)))
        for e in range(people)
    )
    covers = tuple(
        Cover("cover", day, frozenset({shift}), frozenset({0}), needed, needed, 20, 1)
        for day in range(days)
        for shift in (0, 1)
    )
    return Problem("ward", days, ("E", "L"), ("nurse",), staff, covers)


def believed(problem: Problem, outcome: Outcome) -> None:
    """The checker agrees with what the outcome says of its roster."""
    assert outcome.roster is not None
    assessment = assess(problem, outcome.roster)
    assert not assessment.hard
    assert assessment.cost == outcome.cost
    assert outcome.bound is not None and outcome.cost is not None
    assert outcome.bound <= outcome.cost
    assert (outcome.status == "optimal") == (outcome.bound == outcome.cost)


@pytest.mark.parametrize(
    ("instance", "best"),
    [("Instance2.txt", 828), ("Instance4.txt", 1716)],
)
def test_published_optima_are_found_and_proved(instance: str, best: int) -> None:
    problem = read_instance(shared_data("rostering", "curtois-qu", instance))
    outcome = solve(problem, Limits(time_limit=120.0))
    believed(problem, outcome)
    assert (outcome.status, outcome.cost) == ("optimal", best)


def test_a_competition_instance_is_solved_to_its_published_optimum() -> None:
    problem = read_instance(shared_data("rostering", "inrc1", "txt", "sprint06.txt"))
    outcome = solve(problem, Limits(time_limit=120.0))
    believed(problem, outcome)
    assert (outcome.status, outcome.cost) == ("optimal", 54)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_answered_is_what_the_checker_says(workers: int) -> None:
    problem = ward(9, 14)
    outcome = solve(problem, Limits(time_limit=3.0, workers=workers))
    believed(problem, outcome)


def test_a_contradiction_is_proved() -> None:
    """Somebody must work on the day of their leave."""
    problem = ward(3, 7)
    forced = Unwanted("assigned", 3, frozenset({OFF}), None)
    leave = Unwanted("leave", 3, WORK, None)
    first = problem.employees[0]
    staff = (replace(first, rules=(*first.rules, forced, leave)), *problem.employees[1:])
    outcome = solve(replace(problem, employees=staff), Limits(time_limit=10.0))
    assert outcome.status == "infeasible"
    assert outcome.roster is None


def test_cover_that_nobody_can_give_is_proved_impossible() -> None:
    covers = tuple(replace(cover, under=None) for cover in ward(3, 7, needed=3).covers)
    problem = replace(ward(3, 7, needed=3), covers=covers)
    assert solve(problem, Limits(time_limit=20.0)).status == "infeasible"


def test_a_cover_that_asks_for_nothing_changes_nothing() -> None:
    """It once made the bound infinite, and so every roster impossible."""
    problem = ward(6, 7)
    idle = Cover("idle", 0, WORK, frozenset({0}))
    free = Cover("free", 1, frozenset({0}), frozenset({0}), 9, None, under=0)
    asked = replace(problem, covers=(*problem.covers, idle, free))
    plain, with_idle = (solve(p, Limits(time_limit=20.0)) for p in (problem, asked))
    assert plain.status == with_idle.status == "optimal"
    assert plain.cost == with_idle.cost


def test_an_interrupted_search_gives_the_best_so_far() -> None:
    problem = ward(12, 28)

    def interrupt(step: Step) -> None:
        if step.cost is not None:
            raise KeyboardInterrupt

    outcome = solve(problem, Limits(time_limit=300.0), report=interrupt)
    believed(problem, outcome)
    assert outcome.runtime_s < 150.0


def test_a_search_that_is_told_to_stop_keeps_its_hint() -> None:
    problem = ward(6, 14, needed=3)
    known = solve(problem, Limits(time_limit=2.0)).roster
    assert known is not None
    outcome = solve(problem, Limits(time_limit=60.0), hint=known, stop=lambda: True)
    assert outcome.roster == known


def test_no_more_graphs_are_drawn_once_time_is_up() -> None:
    asked = iter([False, False, True])
    with pytest.raises(OutOfTime):
        Pricing(ward(6, 14), stop=lambda: next(asked))
    assert next(asked, None) is None


def test_reproducible_means_the_same_roster() -> None:
    problem = ward(8, 21, needed=3)
    limits = Limits(time_limit=2.0, reproducible=True, seed=5)
    first, second = solve(problem, limits), solve(problem, limits)
    assert first.roster == second.roster
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_bounds_are_rounded_up_to_what_costs_can_be() -> None:
    """All weights are multiples of 5, so 11.2 proves 15."""
    problem = ward(2, 7)
    staff = tuple(
        replace(employee, rules=(Unwanted("wish", 0, WORK, 10),)) for employee in problem.employees
    )
    covers = tuple(replace(cover, under=15, over=5) for cover in problem.covers)
    journal = Journal(replace(problem, employees=staff, covers=covers), Limits(), lambda: 0.0, None)
    journal.prove(11.2, "bound")
    assert journal.bound == 15
