"""Long horizons: one person at a time, then stretches between known ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.outcome import Limits, Step
from cds.roster.problem import OFF, Count, Employee, Problem, Roster, Weekends
from cds.roster.solve import search, solve
from cds.roster.solve.counted import Band, counted_path
from cds.roster.solve.graph import TooLarge
from cds.roster.solve.journal import Journal
from cds.roster.solve.pace import courses
from cds.roster.solve.person import Graphs, person
from cds.roster.solve.pricing import cheapest, shortest_path
from cds.roster.solve.responses import Responses
from cds.roster.solve.stretch import Span, cut_out
from cds.roster.solve.stretches import Stretches
from tests.roster.long_ward import long_ward
from tests.roster.problems import problems, rosters


@pytest.fixture
def everything_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LONG_DAYS", 1)
    monkeypatch.setattr(search, "MOST_CELLS", 0)


@pytest.mark.usefixtures("everything_is_long")
def test_a_long_roster_keeps_every_hard_rule_and_costs_what_the_checker_says() -> None:
    problem = long_ward(people=5, weeks=6)
    outcome = solve(problem, Limits(time_limit=3.0, reproducible=True))
    assert outcome.roster is not None
    assessment = assess(problem, outcome.roster)
    assert not assessment.hard
    assert assessment.cost == outcome.cost
    assert {step.stage for step in outcome.steps} <= {"bound", "answers", "stretches"}
    assert outcome.bound is not None and 0 < outcome.bound <= assessment.cost
    again = solve(problem, Limits(time_limit=3.0, reproducible=True))
    assert again.roster == outcome.roster


def test_parts_find_a_roster_where_the_whole_does(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = long_ward(people=4, weeks=4)
    limits = Limits(time_limit=4.0, reproducible=True)
    whole = solve(problem, limits)
    monkeypatch.setattr(search, "LONG_DAYS", 1)
    monkeypatch.setattr(search, "MOST_CELLS", 0)
    parts = solve(problem, limits)
    assert whole.cost is not None and parts.cost is not None and whole.bound is not None
    assert whole.bound <= parts.cost <= 1.2 * whole.cost + 20


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_rosters_that_differ_within_a_stretch_differ_in_cost_as_it_does(
    data: st.DataObject,
) -> None:
    problem = data.draw(problems(days=(2, 7), hard=False))
    before, after = data.draw(rosters(problem)), data.draw(rosters(problem))
    first = data.draw(st.integers(0, problem.days - 1))
    end = data.draw(st.integers(first + 1, problem.days))
    span = Span(first, end)
    changed = _with_days(before, after, span)
    part = cut_out(problem, before, span)
    cut = [_days(roster, first, first + part.days) for roster in (before, changed)]
    whole = assess(problem, changed).cost - assess(problem, before).cost
    assert assess(part, cut[1]).cost - assess(part, cut[0]).cost == whole


def test_a_weekend_worked_on_its_saturday_counts_in_a_row_for_a_stretch_from_sunday() -> None:
    """Found by chance: the stretch forgot such a weekend, and two in a row looked like one."""
    rule = Weekends("weekends", ((0, 1), (7, 8)), frozenset({0}), over_in_row=3, maximum_in_row=1)
    someone = Employee("e", (0,), (rule,))
    problem = Problem("two weekends", 9, ("D",), ("nurse",), (someone,), ())
    row = (0, OFF, OFF, OFF, OFF, OFF, OFF, 0, OFF)
    roster = Roster((row,), (tuple(-1 if cell == OFF else 0 for cell in row),))
    assert assess(problem, roster).cost == 3
    assert assess(cut_out(problem, roster, Span(1, 9)), _days(roster, 1, 9)).cost == 3


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_stretch_holds_exactly_where_the_whole_does(data: st.DataObject) -> None:
    """From a roster that keeps every hard rule, a change breaks one in both or in neither."""
    problem = long_ward(people=2, weeks=3)
    before = _some_roster(problem)
    first = data.draw(st.integers(0, problem.days - 3))
    span = Span(first, data.draw(st.integers(first + 1, problem.days)))
    cells = st.lists(st.sampled_from((OFF, 0, 1)), min_size=problem.days, max_size=problem.days)
    rows = [tuple(data.draw(cells)) for _ in problem.employees]
    skills = tuple(tuple(-1 if cell == OFF else 0 for cell in row) for row in rows)
    changed = _with_days(before, Roster(tuple(rows), skills), span)
    part = cut_out(problem, before, span)
    stretch = _days(changed, first, first + part.days)
    assert bool(assess(part, stretch).hard) == bool(assess(problem, changed).hard)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_counting_beside_a_graph_is_counting_in_it(data: st.DataObject) -> None:
    problem = long_ward(people=1, weeks=2)
    employee = problem.employees[0]
    low = data.draw(st.integers(0, 9))
    count = Count("hours", tuple(range(problem.days)), ((0, 1), (1, 2)), low, low + 2)
    others = tuple(rule for rule in employee.rules if not isinstance(rule, Count))
    inside = person(problem, replace(employee, rules=(*others, count)))
    beside = person(problem, replace(employee, rules=others))
    graphs = Graphs(problem.days, len(problem.shifts))
    seed = data.draw(st.integers(0, 1000))
    cells = np.random.default_rng(seed).uniform(-5.0, 5.0, (problem.days, 3)) + beside.cells
    whole, _ = graphs.fitting(inside.structural)
    expected = np.inf if whole is None else cheapest(whole, cells, shortest_path)[0]
    graph, _ = graphs.fitting(beside.structural)
    assert graph is not None
    width = 2 * problem.days + 1
    amounts = np.array([1, 2, 0])
    groups = np.arange(3)
    prices = np.full((problem.days, graph.kinds, 3), np.inf)
    for option in range(3):
        kind = graph.class_of[option]
        now = prices[:, kind, amounts[option]]
        prices[:, kind, amounts[option]] = np.minimum(now, cells[:, option])
    ends = np.arange(width)
    charge = np.where((ends < low) | (ends > low + 2), np.inf, 0.0)
    base = np.zeros(problem.days + 1, dtype=np.int64)
    by_day = np.tile(groups, (problem.days, 1))
    value, _, chosen = counted_path(graph, prices, Band(base, width, by_day, charge))
    assert value == pytest.approx(expected)
    if value < np.inf:
        assert low <= chosen.sum() <= low + 2


NARROWING = tuple(step / 10 for step in range(10))


def test_prices_reach_their_full_height_as_they_narrow() -> None:
    """Once they look at nobody but those there now, they are the change of the cost itself."""
    problem = long_ward(people=6, weeks=8)
    responses = Responses(problem, seed=1)
    responses.round(lambda: False, 0.0)
    others = responses._others(0)
    faint = responses._prices(0, others, 0.03, 0.05)
    full = responses._prices(0, others, 0.03, 1.0)
    own = responses._skill_costs[0]
    assert np.abs(full - own).max() > 0
    assert faint - own == pytest.approx(0.05 * (full - own))


def test_each_answer_costs_no_more_than_what_was_there() -> None:
    problem = long_ward(people=6, weeks=8)
    responses = Responses(problem, seed=1)
    costs = []
    for narrowed in (*NARROWING, 1.0, 1.0, 1.0):
        responses.round(lambda: False, narrowed)
        assessment = assess(problem, responses.roster)
        assert responses.complete and not assessment.hard
        if responses.cooled:
            costs.append(assessment.cost)
    assert all(after <= before + 1 for before, after in zip(costs, costs[1:], strict=False))


def test_two_threads_answer_as_one_does() -> None:
    problem = long_ward(people=5, weeks=6)
    alone, helped = Responses(problem, seed=3), Responses(problem, seed=3, threads=2)
    for narrowed in (0.0, 0.4, 0.8, 1.0):
        alone.round(lambda: False, narrowed)
        helped.round(lambda: False, narrowed)
        assert alone.roster == helped.roster


def test_a_roster_that_was_taken_over_is_only_made_better() -> None:
    problem = long_ward(people=6, weeks=8)
    found = _some_roster(problem)
    responses = Responses(problem, seed=1)
    for narrowed in NARROWING:
        responses.round(lambda: False, narrowed)
    responses.take(found)
    assert responses.roster == found
    responses.round(lambda: False, 1.0)
    assert assess(problem, responses.roster).cost <= assess(problem, found).cost


def test_a_long_horizon_has_a_proven_bound() -> None:
    problem = long_ward(people=6, weeks=8)
    told: list[Step] = []
    limits = Limits(time_limit=4.0, reproducible=True)
    journal = Journal(problem, limits, lambda: 0.0, told.append)
    assert Stretches(problem, journal, lambda: len(told) > 3).run()
    assert told[0].stage == "bound"
    assert journal.bound is not None and journal.cost is not None
    assert 0 < journal.bound <= journal.cost


def test_what_cannot_be_drawn_is_left_to_other_ways() -> None:
    problem = long_ward(people=3, weeks=4)
    leave = Count("never", tuple(range(problem.days)), ((0, 1), (1, 1), (OFF, 1)), 0, 3)
    first = problem.employees[0]
    blocked = replace(problem, employees=(replace(first, rules=(*first.rules, leave)),))
    journal = Journal(blocked, Limits(time_limit=1.0), lambda: 0.0, None)
    assert not Stretches(blocked, journal, lambda: False).run()
    with pytest.raises(TooLarge):
        Responses(blocked, seed=0)


def test_a_course_is_faster_where_more_is_needed_and_reaches_its_total() -> None:
    problem = long_ward(people=1, weeks=4)
    busy = replace(
        problem,
        covers=tuple(replace(c, minimum=3 if c.day >= 14 else 0) for c in problem.covers),
    )
    (course,) = courses(busy, np.array([1.0, 1.0]), [np.full(28, 5 / 7)], [14.0])
    assert course[0] == 0.0
    assert course[-1] == pytest.approx(14.0)
    assert course[14] < 7.0
    assert (np.diff(course) >= 0).all()


def _some_roster(problem: Problem) -> Roster:
    responses = Responses(problem, seed=0)
    responses.round(lambda: False, 0.0)
    assert not assess(problem, responses.roster).hard
    return responses.roster


def _days(roster: Roster, first: int, end: int) -> Roster:
    return Roster(
        tuple(row[first:end] for row in roster.shifts),
        tuple(row[first:end] for row in roster.skills),
    )


def _with_days(before: Roster, after: Roster, span: Span) -> Roster:
    first, end = span.first, span.end
    return Roster(
        tuple(
            a[:first] + b[first:end] + a[end:]
            for a, b in zip(before.shifts, after.shifts, strict=True)
        ),
        tuple(
            a[:first] + b[first:end] + a[end:]
            for a, b in zip(before.skills, after.skills, strict=True)
        ),
    )
