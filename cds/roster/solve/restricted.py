"""The best roster that the known columns allow, by CP-SAT."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column
from cds.roster.solve.rows import Rows

Floats = npt.NDArray[np.float64]


def best_choice(
    rows: Rows,
    columns: Sequence[Column],
    *,
    fixed: Floats | None = None,
    hint: Sequence[Column] = (),
    cutoff: float = np.inf,
    seconds: float = 2.0,
    work: float | None = None,
    workers: int = 1,
    seed: int = 0,
) -> list[Column] | None:
    """One column for each person in ``columns``, of least cost below ``cutoff``.

    ``fixed`` is the activity of everybody else; the cost is that of rows and
    columns together. ``work`` limits deterministic time in place of ``seconds``.
    None where nothing below the cutoff was found.
    """
    from ortools.sat.python import cp_model

    already = np.zeros(rows.count) if fixed is None else fixed
    people = sorted({column.employee for column in columns})
    relevant = np.logical_or.reduce(rows.reach[people], axis=0)
    constant = float(rows.charge(already)[~relevant].sum())
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    hinted = set(map(id, hint))
    by_person: dict[int, list[int]] = {employee: [] for employee in people}
    entering: list[list[tuple[int, int]]] = [[] for _ in range(rows.count)]
    for number, column in enumerate(columns):
        by_person[column.employee].append(number)
        if hint:
            model.add_hint(chosen[number], id(column) in hinted)
        for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
            entering[row].append((number, int(value)))
    for numbers in by_person.values():
        model.add_exactly_one(chosen[number] for number in numbers)
    terms = list(chosen)
    prices = [int(column.cost) for column in columns]
    slacks: dict[tuple[int, float], list[cp_model.IntVar]] = {}
    most = len(rows.own) + int(np.abs(already).max(initial=0)) + 100
    for slack in rows.slacks:
        if relevant[slack.row]:
            variable = model.new_int_var(0, int(min(slack.width, most)), "")
            slacks.setdefault((slack.row, slack.sign), []).append(variable)
            terms.append(variable)
            prices.append(int(slack.cost))
    for row in np.flatnonzero(relevant).tolist():
        work_done = cp_model.LinearExpr.weighted_sum(
            [chosen[number] for number, _ in entering[row]], [value for _, value in entering[row]]
        )
        for sign, bound in ((1.0, rows.low[row]), (-1.0, rows.high[row])):
            if np.isfinite(bound):
                missing = cp_model.LinearExpr.sum(slacks[row, sign])
                left = int(bound) - round(already[row])
                if sign > 0:
                    model.add(work_done + missing >= left)
                else:
                    model.add(work_done - missing <= left)
    cost = cp_model.LinearExpr.weighted_sum(terms, prices)
    if np.isfinite(cutoff):
        model.add(cost <= int(np.floor(cutoff - constant)))
    model.minimize(cost)
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = workers
    parameters.random_seed = seed
    parameters.catch_sigint_signal = False
    if work is None:
        parameters.max_time_in_seconds = max(seconds, 0.01)
    else:
        parameters.max_deterministic_time = work
    if workers == 1:
        parameters.linearization_level = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [
        column for column, var in zip(columns, chosen, strict=True) if solver.boolean_value(var)
    ]
