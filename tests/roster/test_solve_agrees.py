"""Column generation and the independent checker give every rule the same meaning."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.outcome import Limits
from cds.roster.problem import Problem, Roster
from cds.roster.solve import person as persons
from cds.roster.solve import solve
from cds.roster.solve.ascent import ascend
from cds.roster.solve.columns import Pricing
from cds.roster.solve.incumbent import Incumbent
from cds.roster.solve.subproblem import merge, restrict
from tests.roster.every_roster import judged
from tests.roster.problems import problems, problems_with_rosters, rosters

FAST = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def own_breaches(problem: Problem, roster: Roster, employee: int) -> tuple[int, bool]:
    """What the checker charges one person's own rules, and whether a hard one breaks."""
    mine = [b for b in assess(problem, roster).breaches if b.employee == employee]
    mine = [b for b in mine if b.rule not in {p.rule for p in problem.pairings}]
    return sum(b.cost or 0 for b in mine), any(b.cost is None for b in mine)


@settings(max_examples=400, deadline=None, suppress_health_check=FAST)
@given(problems_with_rosters())
def test_a_column_costs_what_the_checker_says(drawn: tuple[Problem, Roster]) -> None:
    problem, roster = drawn
    pricing = Pricing(problem)
    columns = [pricing.column_of(roster, e) for e in range(len(problem.employees))]
    for employee, column in enumerate(columns):
        cost, broken = own_breaches(problem, roster, employee)
        if broken:
            assert column is None, problem.employees[employee].rules
        else:
            assert column is not None, problem.employees[employee].rules
            assert column.cost == cost
    whole = assess(problem, roster)
    if all(column is not None for column in columns) and not whole.hard:
        incumbent = Incumbent.of(pricing.rows, [c for c in columns if c is not None])
        assert not pricing.rows.missed(incumbent.activity)
        assert incumbent.cost == whole.cost


@settings(max_examples=60, deadline=None, suppress_health_check=FAST)
@given(problems_with_rosters())
def test_counts_may_be_rows_of_the_master_instead(drawn: tuple[Problem, Roster]) -> None:
    problem, roster = drawn
    kept = persons.MOST_ARCS
    try:
        persons.MOST_ARCS = 0  # nothing fits, so that every count that can be is left out
        pricing = Pricing(problem)
    except persons.TooLarge:
        return
    finally:
        persons.MOST_ARCS = kept
    columns = [pricing.column_of(roster, e) for e in range(len(problem.employees))]
    whole = assess(problem, roster)
    if all(column is not None for column in columns) and not whole.hard:
        incumbent = Incumbent.of(pricing.rows, [c for c in columns if c is not None])
        assert incumbent.cost == whole.cost


@settings(max_examples=60, deadline=None, suppress_health_check=FAST)
@given(problems(employees=(1, 2), days=(2, 4), shifts=(1, 2), skills=(1, 2)))
def test_the_search_agrees_with_trying_every_roster(problem: Problem) -> None:
    allowed = [a.cost for _, a in judged(problem) if not a.hard]
    outcome = solve(problem, Limits(time_limit=10.0, workers=1))
    if not allowed:
        assert outcome.status == "infeasible"
        return
    assert outcome.status == "optimal"
    assert outcome.cost == min(allowed) == outcome.bound


@settings(max_examples=100, deadline=None, suppress_health_check=FAST)
@given(st.data())
def test_a_restricted_problem_differs_by_a_constant(data: st.DataObject) -> None:
    problem = data.draw(problems(employees=(2, 4)))
    roster, other = data.draw(rosters(problem)), data.draw(rosters(problem))
    people = data.draw(st.lists(st.sampled_from(range(len(problem.employees))), unique=True))
    people = sorted(people)
    if not people:
        return
    part = restrict(problem, roster, people)

    def taken(whole: Roster) -> Roster:
        return Roster(
            tuple(whole.shifts[e] for e in people), tuple(whole.skills[e] for e in people)
        )

    changed = merge(roster, people, taken(other))
    whole = assess(problem, changed).cost - assess(problem, roster).cost
    assert assess(part, taken(other)).cost - assess(part, taken(roster)).cost == whole


@settings(max_examples=40, deadline=None, suppress_health_check=FAST)
@given(problems(days=(1, 3), employees=(1, 2), shifts=(1, 2), skills=(1, 1)), st.integers(0, 3))
def test_a_bound_with_caps_as_rows_is_below_every_roster(problem: Problem, widest: int) -> None:
    """Also where hardly a cap is kept by a person's own rosters; every roster is tried."""
    pricing = Pricing(problem, widest_cap=widest, caps_as_rows=True)
    found = ascend(pricing, stop=lambda: False, steps=60)
    costs = [judgement.cost for _, judgement in judged(problem) if not judgement.hard]
    if found is not None and costs:
        assert found.bound <= min(costs) + 1e-6


@settings(max_examples=30, deadline=None, suppress_health_check=FAST)
@given(problems(employees=(2, 4)))
def test_prices_found_by_ascent_give_a_bound(problem: Problem) -> None:
    """The bound is below what any roster costs, and at least that of prices of nothing."""
    pricing = Pricing(problem)
    people = range(len(problem.employees))
    if not all(pricing.possible(e) for e in people):
        return
    at_nothing = ascend(pricing, stop=lambda: False, steps=1)
    found = ascend(pricing, stop=lambda: False, steps=20)
    assert at_nothing is not None and found is not None
    assert found.bound >= at_nothing.bound
    latest = {column.employee: column for column in found.columns}
    if len(latest) == len(people):
        assert found.bound <= Incumbent.of(pricing.rows, list(latest.values())).cost + 1e-6
    assert ascend(pricing, stop=lambda: True) is None


@settings(max_examples=40, deadline=None, suppress_health_check=FAST)
@given(problems(employees=(2, 4)), st.integers(0, 3))
def test_prices_at_any_duals_give_a_bound(problem: Problem, seed: int) -> None:
    """Lagrange: rows and people each at their cheapest cost no more than any roster."""
    pricing = Pricing(problem)
    people = range(len(problem.employees))
    if not all(pricing.possible(e) for e in people):
        return
    duals = pricing.rows.within_charges(
        np.random.default_rng(seed).normal(0.0, 3.0, pricing.rows.count)
    )
    prices = pricing.rows.cell_prices(duals)
    batches = pricing.batches(people)
    columns = [priced for batch in batches for priced in pricing.best(batch, duals, prices)]
    bound = pricing.rows.least(duals)[0].sum() + sum(value for value, _ in columns)
    found = [column for _, column in columns if column is not None]
    if len(found) == len(people):
        assert bound <= Incumbent.of(pricing.rows, found).cost + 1e-6
