"""The compact model and the independent checker give every rule the same meaning.

``python -m tests.roster.test_compact_agrees 50000`` tries that many wards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product

from hypothesis import HealthCheck, given, settings
from ortools.sat.python import cp_model

from cds.roster.check import assess
from cds.roster.outcome import Limits
from cds.roster.problem import OFF, Cover, Pairing, Problem, Roster, Rule
from cds.roster.solve.compact import CompactModel, solve_compact
from tests.roster.problems import problems, problems_with_rosters

FAST = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def fixed(compact: CompactModel, roster: Roster) -> bool:
    """Fix the model's decisions to ``roster``; False where it has no variable for one."""
    works, roles = compact.works, compact.roles
    for (employee, day, shift), variable in works.items():
        compact.model.add(variable == int(roster.shifts[employee][day] == shift))
    for (employee, day, shift, skill), variable in roles.items():
        if roster.shifts[employee][day] == shift:
            compact.model.add(variable == int(roster.skills[employee][day] == skill))
    return all(
        shift == OFF or (employee, day, shift) in works
        for employee, row in enumerate(roster.shifts)
        for day, shift in enumerate(row)
    )


def solved(model: cp_model.CpModel) -> cp_model.CpSolver | None:
    """The optimal solution; None where there is none."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.cp_model_presolve = False
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE), solver.status_name(status)
    return solver if status == cp_model.OPTIMAL else None


class Switches:
    """A literal for each hard rule, in its name."""

    def __init__(self) -> None:
        self.model = cp_model.CpModel()
        self.literals: dict[str, cp_model.IntVar] = {}

    def __call__(self, rule: Rule | Cover | Pairing, employee: int | None) -> cp_model.IntVar:
        assert rule.rule not in self.literals, "asked twice"
        literal = self.model.new_bool_var(rule.rule)
        self.literals[rule.rule] = literal
        return literal


@settings(max_examples=250, deadline=None, suppress_health_check=FAST)
@given(problems_with_rosters())
def test_a_roster_is_judged_alike(case: tuple[Problem, Roster]) -> None:
    """Feasible where no hard rule is broken, and then at the same cost; else not."""
    problem, roster = case
    assessment = assess(problem, roster)
    compact = CompactModel(problem)
    present = fixed(compact, roster)
    compact.model.minimize(compact.cost)
    solver = solved(compact.model) if present else None
    assert (solver is not None) == (not assessment.hard)
    if solver is not None:
        assert round(solver.objective_value) == assessment.cost
        assert compact.cost_of(roster) == assessment.cost
        assert assess(problem, compact.roster(solver.value)).cost == assessment.cost


@settings(max_examples=1000, deadline=None, suppress_health_check=FAST)
@given(problems_with_rosters())
def test_the_rules_that_a_roster_breaks_are_those_that_must_be_switched_off(
    case: tuple[Problem, Roster],
) -> None:
    assert_broken_alike(case)


def assert_broken_alike(case: tuple[Problem, Roster]) -> None:
    """Which hard rules are broken, and what the soft ones cost, as the checker says."""
    problem, roster = case
    assessment = assess(problem, roster)
    switches = Switches()
    compact = CompactModel(problem, enforce=switches, model=switches.model)
    assert fixed(compact, roster)
    # The fewest rules switched off come first, then the cost.
    off = sum((1 - literal for literal in switches.literals.values()), start=0)
    compact.model.minimize(100_000 * off + compact.cost)
    solver = solved(compact.model)
    assert solver is not None
    switched_off = {
        name for name, literal in switches.literals.items() if not solver.value(literal)
    }
    assert switched_off == {breach.rule for breach in assessment.hard}
    assert round(solver.objective_value) % 100_000 == assessment.cost
    assert compact.cost_of(roster) == assessment.cost


@settings(max_examples=200, deadline=None, suppress_health_check=FAST)
@given(problems_with_rosters())
def test_a_hint_gives_each_variable_its_value(case: tuple[Problem, Roster]) -> None:
    problem, roster = case
    if assess(problem, roster).hard:
        return
    compact = CompactModel(problem)
    compact.hint(roster)
    hint = compact.model.proto.solution_hint
    assert sorted(hint.vars) == list(range(len(compact.model.proto.variables)))
    compact.model.minimize(compact.cost)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.fix_variables_to_their_hinted_value = True
    assert solver.solve(compact.model) == cp_model.OPTIMAL
    assert round(solver.objective_value) == assess(problem, roster).cost


def every_roster(problem: Problem) -> Iterator[Roster]:
    """Every roster of ``problem`` in skills that are held."""
    cells = []
    for employee in problem.employees:
        options = [(OFF, -1), *product(range(len(problem.shifts)), employee.skills)]
        cells += [options] * problem.days
    for choice in product(*cells):
        rows = [choice[i : i + problem.days] for i in range(0, len(choice), problem.days)]
        yield Roster(
            tuple(tuple(shift for shift, _ in row) for row in rows),
            tuple(tuple(skill for _, skill in row) for row in rows),
        )


def least_cost(problem: Problem) -> int | None:
    """By trying every roster; None where each breaks a hard rule."""
    assessments = (assess(problem, roster) for roster in every_roster(problem))
    return min((found.cost for found in assessments if not found.hard), default=None)


def assert_solved(problem: Problem, least: int | None) -> None:
    outcome = solve_compact(problem, Limits(workers=1))
    if least is None:
        assert outcome.status == "infeasible"
        assert outcome.roster is None
        return
    assert (outcome.status, outcome.cost, outcome.bound) == ("optimal", least, least)
    assert outcome.roster is not None
    found = assess(problem, outcome.roster)
    assert (found.cost, found.hard) == (least, ())


ONE = (1, 1)
TWO = problems(employees=(2, 2), days=(2, 3), shifts=(1, 2), skills=ONE, rules=4)
SKILLED = problems(employees=(2, 3), days=ONE, shifts=(2, 2), skills=(2, 3), rules=2)
LONG = problems(employees=ONE, days=(4, 6), shifts=(2, 2), skills=ONE, rules=5)


@settings(max_examples=100, deadline=None, suppress_health_check=FAST)
@given(TWO | SKILLED | LONG)
def test_no_roster_is_better_than_the_optimum(problem: Problem) -> None:
    assert_solved(problem, least_cost(problem))


if __name__ == "__main__":
    many = settings(
        max_examples=int(sys.argv[1]), deadline=None, suppress_health_check=FAST, database=None
    )
    many(given(problems_with_rosters())(assert_broken_alike))()
