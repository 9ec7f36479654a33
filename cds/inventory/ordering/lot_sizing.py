"""When to make which batch: lot sizing on one place of work, solved to the optimum with CP-SAT.

A pharmacy that compounds its own batches (cytotoxics, parenteral nutrition, syrups) has one
clean bench: each batch needs setting up, cleaning depends on what was made before, hours are
limited, and what is made early lies in stock. Two classic problems cover it: few batches with
setup times (capacitated lot sizing; Trigeiro, Thomas and McClain, Management Science 35(3),
1989), and at most one batch a period with changeover costs (discrete lot sizing with
sequence-dependent changeovers; Houndji et al., CP 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Proof = Literal["optimal", "feasible", "infeasible", "unknown"]


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

    The facility-location form: a setup in period ``s`` opens the units of ``t >= s`` to be made
    in ``s``; its linear relaxation is tight, which is what the proof lives on.
    """
    from ortools.sat.python import cp_model

    products, periods = work.demand.shape
    model = cp_model.CpModel()
    setups = [[model.new_bool_var("") for _ in range(periods)] for _ in range(products)]
    made: dict[tuple[int, int, int], cp_model.IntVar] = {}
    costs = []
    loads: list[list[cp_model.LinearExpr]] = [[] for _ in range(periods)]
    for product in range(products):
        for due in range(periods):
            wanted = int(work.demand[product, due])
            if wanted == 0:
                continue
            parts = []
            for period in range(due + 1):
                amount = model.new_int_var(0, wanted, "")
                made[product, period, due] = amount
                model.add(amount <= wanted * setups[product][period])
                costs.append(int(work.holding[product]) * (due - period) * amount)
                loads[period].append(int(work.unit_time[product]) * amount)
                parts.append(amount)
            model.add(sum(parts) == wanted)
        for period in range(periods):
            costs.append(int(work.setup_cost[product]) * setups[product][period])
            loads[period].append(int(work.setup_time[product]) * setups[product][period])
    for period in range(periods):
        model.add(sum(loads[period]) <= int(work.capacity[period]))
    model.minimize(sum(costs))
    solver, status = solved(model, time_limit, seed, workers)
    if status not in ("optimal", "feasible"):
        return Production(status, None, float("inf"), solver.best_objective_bound)
    amounts = np.zeros((products, periods), np.int64)
    for (product, period, _), amount in made.items():
        amounts[product, period] += solver.value(amount)
    return Production(status, amounts, solver.objective_value, solver.best_objective_bound)


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
    are due; each is a job, and jobs and changeovers form a circuit.
    """
    from ortools.sat.python import cp_model

    products, periods = demand.shape
    jobs = [
        (product, due)
        for product in range(products)
        for due in range(periods)
        for _ in range(int(demand[product, due]))
    ]
    model = cp_model.CpModel()
    at = [
        [model.new_bool_var("") if period <= due else None for period in range(periods)]
        for _, due in jobs
    ]
    start = [model.new_int_var(0, due, "") for _, due in jobs]
    for job, literals in enumerate(at):
        real = [literal for literal in literals if literal is not None]
        model.add_exactly_one(real)
        model.add(start[job] == sum(period * literal for period, literal in enumerate(real)))
    for period in range(periods):
        model.add_at_most_one(
            literal for row in at for literal in row[period : period + 1] if literal is not None
        )
    arcs = []
    costs: list[cp_model.LinearExpr | int] = []
    for job, (product, due) in enumerate(jobs):
        costs.append(holding * (due - start[job]))
        arcs.append((0, job + 1, model.new_bool_var("")))
        arcs.append((job + 1, 0, model.new_bool_var("")))
        for other, (next_product, _) in enumerate(jobs):
            backwards = next_product == product and other < job
            if other == job or backwards:
                continue
            follows = model.new_bool_var("")
            arcs.append((job + 1, other + 1, follows))
            model.add(start[other] >= start[job] + 1).only_enforce_if(follows)
            costs.append(int(changeover[product, next_product]) * follows)
    if not jobs:
        return Production("optimal", np.zeros((products, periods), np.int64), 0.0, 0.0)
    model.add_circuit(arcs)
    for (job, (product, _)), (other, (following, _)) in pairwise(enumerate(jobs)):
        if product == following:
            model.add(start[other] >= start[job] + 1)
    model.minimize(sum(costs))
    solver, status = solved(model, time_limit, seed, workers)
    if status not in ("optimal", "feasible"):
        return Production(status, None, float("inf"), solver.best_objective_bound)
    made = np.zeros((products, periods), np.int64)
    for job, (product, _) in enumerate(jobs):
        made[product, solver.value(start[job])] += 1
    return Production(status, made, solver.objective_value, solver.best_objective_bound)


def solved(model: Any, time_limit: float, seed: int, workers: int) -> tuple[Any, Proof]:
    """The solver after its run, and what it proved."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    names: dict[object, Proof] = {
        cp_model.OPTIMAL: "optimal",
        cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }
    status = solver.solve(model)
    return solver, names.get(status, "unknown")
