"""When to make which batch: lot sizing on one place of work, to a proven optimum where time allows.

A pharmacy that compounds its own batches (cytotoxics, parenteral nutrition, syrups) has one
clean bench: each batch needs setting up, cleaning depends on what was made before, hours are
limited, and what is made early lies in stock. Two classic problems cover it: few batches with
setup times (capacitated lot sizing; Trigeiro, Thomas and McClain, Management Science 35(3),
1989), and at most one batch a period with changeover costs (discrete lot sizing with
sequence-dependent changeovers; Houndji et al., CP 2014).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Proof = Literal["optimal", "feasible", "infeasible", "unknown"]

RELAXED_SHARE: Final = 0.85
"""Of the time limit, for the choice of setups."""

WHOLE: Final = 1e-4
"""Far more than a solver's rounding, far less than a unit of cost."""


@dataclass(frozen=True, slots=True)
class BatchWork:
    """Products made on one bench: demand (products, periods), time and cost of each.

    ``unit_time``, ``setup_time`` and ``capacity`` are in one whole unit of time;
    ``holding`` is for a unit at the end of a period, ``setup_cost`` for a period in which the
    product is made. Amounts and costs are whole numbers.
    """

    demand: IntArray
    capacity: IntArray
    unit_time: IntArray
    setup_time: IntArray
    setup_cost: IntArray
    holding: IntArray


@dataclass(frozen=True, slots=True)
class Production:
    """What is made when (products, periods), its cost, and the proof; None where none is found."""

    status: Proof
    made: IntArray | None
    cost: float
    bound: float


def plan_batches(
    work: BatchWork, *, time_limit: float = 60.0, seed: int = 0, workers: int = 2
) -> Production:
    """Production of least setup and holding cost that meets all demand within capacity.

    The facility-location form (Krarup and Bilde, 1977): a setup in period ``s`` opens the units
    of ``t >= s`` to be made in ``s``; its linear relaxation is tight, which is what the proof
    lives on. SCIP chooses the setups on one thread; CP-SAT then finds the whole amounts for
    them with ``workers``, or the whole answer where SCIP found none.
    """
    began = time.monotonic()
    setups, bound, possible = _choose_setups(work, time_limit * RELAXED_SHARE, seed)
    if not possible:
        return Production("infeasible", None, float("inf"), float("inf"))
    left = max(0.05 * time_limit, time_limit - (time.monotonic() - began))
    found = _whole_amounts(work, setups, left, seed, workers)
    if found.made is None and setups is not None:  # whole amounts need more setups than these
        left = max(0.05 * time_limit, time_limit - (time.monotonic() - began))
        setups, found = None, _whole_amounts(work, None, left, seed, workers)
    if setups is None:  # what CP-SAT proved, it proved of the whole problem
        bound = max(bound, found.bound)
    if found.made is None:
        return Production(found.status, None, float("inf"), bound)
    bound = min(bound, found.cost)
    return Production(
        "optimal" if bound == found.cost else "feasible", found.made, found.cost, bound
    )


def _choose_setups(
    work: BatchWork, time_limit: float, seed: int
) -> tuple[NDArray[np.bool_] | None, float, bool]:
    """Setups (products, periods) or None, a bound in whole cost, and whether any plan exists."""
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("SCIP")
    solver.SetTimeLimit(max(1, int(time_limit * 1000)))
    solver.SetSolverSpecificParametersAsString(f"randomization/randomseedshift = {seed}")
    products, periods = work.demand.shape
    infinity = solver.infinity()
    cost = solver.Objective()
    cost.SetMinimization()
    # Where a unit takes one hour, whole demand and hours make whole amounts the cheapest.
    amounts = solver.NumVar if np.all(work.unit_time == 1) else solver.IntVar
    loads = [solver.Constraint(-infinity, float(hours)) for hours in work.capacity]
    setups: list[list[Any]] = []
    for product in range(products):
        setups.append([solver.BoolVar("") for _ in range(periods)])
        unit, setup_time = int(work.unit_time[product]), int(work.setup_time[product])
        batches = []
        for period, setup in enumerate(setups[product]):
            cost.SetCoefficient(setup, int(work.setup_cost[product]))
            loads[period].SetCoefficient(setup, setup_time)
            hours = max(0, int(work.capacity[period]) - setup_time)
            batches.append(solver.Constraint(-infinity, 0))
            batches[period].SetCoefficient(setup, -hours)
        for due in range(periods):
            wanted = int(work.demand[product, due])
            if wanted == 0:
                continue
            parts = solver.Constraint(wanted, wanted)
            for period in range(due + 1):
                amount = amounts(0, wanted, "")
                parts.SetCoefficient(amount, 1)
                cost.SetCoefficient(amount, int(work.holding[product]) * (due - period))
                loads[period].SetCoefficient(amount, unit)
                batches[period].SetCoefficient(amount, unit)
                opened = solver.Constraint(-infinity, 0)
                opened.SetCoefficient(amount, 1)
                opened.SetCoefficient(setups[product][period], -wanted)
    exact = pywraplp.MPSolverParameters()
    exact.SetDoubleParam(pywraplp.MPSolverParameters.RELATIVE_MIP_GAP, 1e-9)
    status = solver.Solve(exact)
    if status == pywraplp.Solver.INFEASIBLE:
        return None, float("inf"), False
    if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        return None, 0.0, True
    bound = float(np.ceil(cost.BestBound() - WHOLE))
    chosen = np.array([[setup.solution_value() > 0.5 for setup in row] for row in setups])
    return chosen, max(0.0, bound), True


def _whole_amounts(
    work: BatchWork,
    setups: NDArray[np.bool_] | None,
    time_limit: float,
    seed: int,
    workers: int,
) -> Production:
    """Whole amounts of least cost, with no other ``setups`` than those given; None: any."""
    from ortools.sat.python import cp_model

    products, periods = work.demand.shape
    model = cp_model.CpModel()
    made: dict[tuple[int, int, int], cp_model.IntVar] = {}
    costs = []
    loads: list[list[cp_model.LinearExpr]] = [[] for _ in range(periods)]
    for product in range(products):
        opened = [model.new_bool_var("") for _ in range(periods)]
        for period in range(periods):
            costs.append(int(work.setup_cost[product]) * opened[period])
            loads[period].append(int(work.setup_time[product]) * opened[period])
            if setups is not None and not setups[product, period]:
                model.add(opened[period] == 0)
        for due in range(periods):
            wanted = int(work.demand[product, due])
            if wanted == 0:
                continue
            parts = []
            for period in range(due + 1):
                amount = model.new_int_var(0, wanted, "")
                made[product, period, due] = amount
                model.add(amount <= wanted * opened[period])
                costs.append(int(work.holding[product]) * (due - period) * amount)
                loads[period].append(int(work.unit_time[product]) * amount)
                parts.append(amount)
            model.add(sum(parts) == wanted)
    for period in range(periods):
        model.add(sum(loads[period]) <= int(work.capacity[period]))
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    names: dict[object, Proof] = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }
    status = names.get(solver.solve(model), "unknown")
    bound = float(np.ceil(solver.best_objective_bound - WHOLE))
    if status not in ("optimal", "feasible"):
        return Production(status, None, float("inf"), bound)
    amounts = np.zeros((products, periods), np.int64)
    for (product, period, _), amount in made.items():
        amounts[product, period] += solver.value(amount)
    return Production(status, amounts, float(round(solver.objective_value)), bound)


def sequence_batches(
    demand: IntArray,
    changeover: IntArray,
    holding: int,
    *,
    time_limit: float = 60.0,
    seed: int = 0,
    workers: int = 2,
) -> Production:
    """One batch a period at most, each due by its period, changeovers and earliness least.

    ``demand`` (products, periods) counts batches due; ``changeover[a, b]`` is paid when ``b`` is
    the next product made after ``a``, idle periods between not counting; ``holding`` for each
    batch and period that it is early. Batches of a product are made in the order in which they
    are due. The search uses no chance and one thread: ``seed`` and ``workers`` change nothing.
    """
    from cds.inventory.ordering.sequence import best_sequence

    found = best_sequence(demand, changeover, holding, time_limit=time_limit)
    if found.products is None:
        return Production("infeasible", None, found.cost, found.bound)
    made = np.zeros(demand.shape, np.int64)
    (periods,) = np.nonzero(found.products >= 0)
    made[found.products[periods], periods] = 1
    status: Proof = "optimal" if found.bound == found.cost else "feasible"
    return Production(status, made, found.cost, found.bound)
