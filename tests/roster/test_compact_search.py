"""Searching the compact model: when it stops, what it answers, what it tells on the way."""

from __future__ import annotations

import dataclasses
import itertools
import os
import threading

import pytest

from cds.roster.check import assess
from cds.roster.outcome import Limits, Outcome, Step
from cds.roster.problem import OFF, Count, Cover, Employee, Problem, Roster, Run, Unwanted
from cds.roster.solve.compact import CompactModel, solve_compact

LONG_ENOUGH = 60.0


def ward(people: int, days: int) -> Problem:
    """More shifts to cover than people can work, and wishes of each against two in three."""
    shifts = frozenset({0, 1, 2})
    amounts = tuple((shift, 1) for shift in shifts)
    employees = []
    for person in range(people):
        wishes = tuple(
            Unwanted("wish", day, shifts - {(person + day) % 3}, 1 + (person * day) % 7)
            for day in range(days)
        )
        rules = (
            Run("days in a row", shifts, minimum=2, maximum=5, before=0),
            Run("days off in a row", frozenset({OFF}), minimum=2, before=0),
            Count("shifts", tuple(range(days)), amounts, days // 2, days * 5 // 7),
        )
        employees.append(Employee(f"n{person}", (0,), (*rules, *wishes)))
    covers = tuple(
        Cover("cover", day, frozenset({shift}), frozenset({0}), people // 4 + 1, None, under=50)
        for day in range(days)
        for shift in shifts
    )
    return Problem("ward", days, ("D", "E", "N"), ("nurse",), tuple(employees), covers)


SMALL = ward(5, 7)
LARGE = ward(15, 28)


def believed(problem: Problem, outcome: Outcome) -> int:
    """The cost, as the checker sees it too."""
    assert outcome.roster is not None
    found = assess(problem, outcome.roster)
    assert found.hard == ()
    assert found.cost == outcome.cost
    assert outcome.bound is not None
    assert outcome.bound <= found.cost
    return found.cost


def test_a_small_problem_is_proved() -> None:
    outcome = solve_compact(SMALL, Limits())
    assert outcome.status == "optimal"
    assert outcome.gap == 0.0
    assert believed(SMALL, outcome) == outcome.bound


def test_steps_only_get_better_and_are_reported_in_the_callers_thread() -> None:
    told: list[tuple[Step, threading.Thread]] = []
    outcome = solve_compact(
        SMALL, Limits(), report=lambda step: told.append((step, threading.current_thread()))
    )
    assert tuple(step for step, _ in told) == outcome.steps
    assert {thread for _, thread in told} == {threading.current_thread()}
    for earlier, later in itertools.pairwise(outcome.steps):
        assert later.seconds >= earlier.seconds
        assert later.cost is None or earlier.cost is None or later.cost <= earlier.cost
        assert later.bound is None or earlier.bound is None or later.bound >= earlier.bound
    assert outcome.steps[-1].cost == outcome.cost


def test_rules_that_cannot_hold_together_are_infeasible() -> None:
    everybody = Cover("cover", 0, frozenset({0}), frozenset({0}), minimum=6)
    outcome = solve_compact(dataclasses.replace(SMALL, covers=(everybody,)), Limits())
    assert (outcome.status, outcome.roster, outcome.cost) == ("infeasible", None, None)


def test_somebody_with_no_option_left_is_infeasible() -> None:
    nothing = Unwanted("leave", 0, frozenset({OFF, 0, 1, 2}), None)
    problem = dataclasses.replace(SMALL, employees=(Employee("n", (0,), (nothing,)),))
    assert solve_compact(problem, Limits()).status == "infeasible"


def test_the_gap_asked_for_is_not_called_optimal() -> None:
    outcome = solve_compact(LARGE, Limits(time_limit=LONG_ENOUGH, gap=0.9, workers=1))
    assert outcome.runtime_s < LONG_ENOUGH / 2
    assert believed(LARGE, outcome) > (outcome.bound or 0)
    assert outcome.status == "feasible"


def test_no_time_leaves_it_unknown() -> None:
    outcome = solve_compact(LARGE, Limits(time_limit=0.0))
    assert (outcome.status, outcome.roster) == ("unknown", None)


def test_a_hint_is_not_lost() -> None:
    """Even where the time is too short to find anything else."""
    known = solve_compact(SMALL, Limits())
    again = solve_compact(SMALL, Limits(time_limit=0.0), hint=known.roster)
    assert believed(SMALL, again) == known.cost


def test_a_hint_that_breaks_rules_does_not_lead_astray() -> None:
    off = Roster(((OFF,) * 7,) * 5, ((-1,) * 7,) * 5)
    best = solve_compact(SMALL, Limits())
    assert solve_compact(SMALL, Limits(), hint=off).cost == best.cost


def test_a_bound_proved_elsewhere_is_believed() -> None:
    """With it the roster of the hint is proved at once, in a problem that takes long."""
    feasible = solve_compact(LARGE, Limits(time_limit=LONG_ENOUGH, gap=0.9, workers=1))
    outcome = solve_compact(
        LARGE, Limits(time_limit=LONG_ENOUGH), hint=feasible.roster, lower=feasible.cost
    )
    assert outcome.status == "optimal"
    assert outcome.bound == feasible.cost


def test_stop_ends_the_search_with_the_best_so_far() -> None:
    found: list[Step] = []
    outcome = solve_compact(
        LARGE,
        Limits(time_limit=LONG_ENOUGH, workers=1),
        report=found.append,
        stop=lambda: any(step.cost is not None for step in found),
    )
    assert outcome.runtime_s < LONG_ENOUGH / 2
    believed(LARGE, outcome)


def test_an_error_in_the_callers_report_ends_the_search() -> None:
    def fail(_: Step) -> None:
        raise RuntimeError("the terminal is gone")

    with pytest.raises(RuntimeError, match="the terminal is gone"):
        solve_compact(LARGE, Limits(time_limit=LONG_ENOUGH, workers=1), report=fail)
    assert not any(thread.name == "cp-sat" for thread in threading.enumerate())


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_gives_the_best_so_far() -> None:
    """The signal reaches Python's own handler, which raises KeyboardInterrupt."""
    found: list[Step] = []

    def interrupt_when_found(step: Step) -> None:
        if step.cost is not None and not found:
            found.append(step)
            raise KeyboardInterrupt  # as Ctrl-C does in the thread that waits

    outcome = solve_compact(
        LARGE, Limits(time_limit=LONG_ENOUGH, workers=1), report=interrupt_when_found
    )
    assert outcome.runtime_s < LONG_ENOUGH / 2
    believed(LARGE, outcome)


def test_reproducible_means_the_same_roster() -> None:
    limits = Limits(time_limit=0.25, reproducible=True, seed=3)
    first, second = (solve_compact(LARGE, limits) for _ in range(2))
    assert first.roster is not None
    assert first.roster == second.roster
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_the_model_leaves_out_what_is_forbidden() -> None:
    leave = Unwanted("leave", 1, frozenset({0, 1, 2}), None)
    fixed = Unwanted("fixed", 2, frozenset({OFF, 0, 2}), None)
    problem = Problem("p", 3, ("D", "E", "N"), ("n",), (Employee("a", (0,), (leave, fixed)),), ())
    works = CompactModel(problem).works
    assert sorted((day, shift) for _, day, shift in works) == [(0, 0), (0, 1), (0, 2), (2, 1)]
