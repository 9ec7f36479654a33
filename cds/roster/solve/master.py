"""The restricted master problem: mix the columns known so far, by OR-Tools' GLOP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column
from cds.roster.solve.rows import Rows, Slack

Floats = npt.NDArray[np.float64]


PRECISION = 1e-6

STIFFER = 4.0
"""By how much ``stiffen`` raises the charge of hard rows that are missed."""


class Master:
    """Grows by columns of ``employees``; what everybody else works is ``fixed`` activity.

    After ``solve``: ``duals`` of rows, ``people_duals``, and, where asked for,
    ``values``, how much of each of ``columns`` is used. A ``lenient`` master
    charges no more for a hard row than for the dearest soft one until it is
    stiffened: while few columns are known, prices then stay near those in the end.
    """

    def __init__(
        self,
        rows: Rows,
        employees: Sequence[int],
        fixed: Floats | None = None,
        *,
        lenient: bool = False,
    ) -> None:
        from ortools.linear_solver import pywraplp

        self.employees = tuple(employees)
        self.columns: list[Column] = []
        self.duals: Floats = np.zeros(rows.count)
        self.people_duals: dict[int, float] = {}
        self.values: Floats = np.zeros(0)
        self._table = rows
        self._fixed = np.zeros(rows.count) if fixed is None else fixed
        self._relevant = rows.reach[list(self.employees)].any(axis=0)
        # Rows that nobody here enters cost what they cost.
        self._constant = float(rows.charge(self._fixed)[~self._relevant].sum())

        self._solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self._optimal = pywraplp.Solver.OPTIMAL
        # Presolve would take away what the next solve starts from.
        self._incremental = pywraplp.MPSolverParameters()
        self._incremental.SetIntegerParam(
            pywraplp.MPSolverParameters.PRESOLVE, pywraplp.MPSolverParameters.PRESOLVE_OFF
        )
        self._afresh = pywraplp.MPSolverParameters()
        self._afresh.SetIntegerParam(
            pywraplp.MPSolverParameters.INCREMENTALITY,
            pywraplp.MPSolverParameters.INCREMENTALITY_OFF,
        )
        self._infinity = self._solver.infinity()
        self._objective = self._solver.Objective()
        self._rows: dict[int, Any] = {}
        for index in np.flatnonzero(self._relevant).tolist():
            low = rows.low[index] - self._fixed[index]
            high = rows.high[index] - self._fixed[index]
            # A maximum under the minimum (both soft) leaves the gap to the slacks.
            self._rows[index] = self._solver.Constraint(
                max(low, -self._infinity), min(high, self._infinity)
            )
        self._charged = np.full(rows.count, rows.dearest if lenient else np.inf)
        self._slacks: list[tuple[Slack, Any]] = [
            (slack, self._slack(self._rows[slack.row], slack.sign, slack.width, slack.cost))
            for slack in rows.slacks
            if slack.row in self._rows
        ]
        if lenient:
            self._charge_slacks()
        # Until everybody has a column, going without one must be worse than anything.
        self._people: dict[int, Any] = {}
        for employee in self.employees:
            row = self._solver.Constraint(1.0, 1.0)
            self._slack(row, 1.0, 1.0, 10.0 * rows.penalty)
            self._people[employee] = row
        self._variables: list[Any] = []
        self._known: dict[int, set[bytes]] = {employee: set() for employee in self.employees}

    def _slack(self, row: Any, sign: float, width: float, cost: float) -> Any:
        variable = self._solver.NumVar(0.0, min(width, self._infinity), "")
        row.SetCoefficient(variable, sign)
        self._objective.SetCoefficient(variable, cost)
        return variable

    def _charge_slacks(self) -> None:
        for slack, variable in self._slacks:
            self._objective.SetCoefficient(variable, min(slack.cost, self._charged[slack.row]))

    def stiffen(self) -> bool:
        """Raise the charge of rows that a lenient master misses; False where none is left."""
        missed = {
            slack.row
            for slack, _ in self._slacks
            if slack.cost > self._charged[slack.row]
            and abs(self.duals[slack.row]) >= self._charged[slack.row] - PRECISION
        }
        self._charged[list(missed)] *= STIFFER
        if missed:
            self._charge_slacks()
        return bool(missed)

    def add(self, columns: Iterable[Column]) -> int:
        """Add those not known yet; how many that were."""
        added = 0
        for column in columns:
            key = column.key
            if key in self._known[column.employee]:
                continue
            self._known[column.employee].add(key)
            variable = self._solver.NumVar(0.0, self._infinity, "")
            self._objective.SetCoefficient(variable, column.cost)
            self._people[column.employee].SetCoefficient(variable, 1.0)
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                self._rows[row].SetCoefficient(variable, value)
            self.columns.append(column)
            self._variables.append(variable)
            added += 1
        return added

    def least(self, duals: Floats) -> float:
        """The rows' part of the Lagrangian bound at ``duals``."""
        least = self._table.least(duals)[0] - duals * self._fixed
        return float(least[self._relevant].sum()) + self._constant

    def promising(self, most: int) -> dict[int, list[Column]]:
        """Up to ``most`` columns of each person, those of least reduced cost first."""
        ranked: dict[int, list[tuple[float, int, Column]]] = {e: [] for e in self.employees}
        for number, column in enumerate(self.columns):
            cost = column.cost - float(self.duals[column.rows] @ column.values)
            ranked[column.employee].append((cost, number, column))
        return {
            employee: [
                column for _, _, column in sorted(entries, key=lambda entry: entry[:2])[:most]
            ]
            for employee, entries in ranked.items()
        }

    def solve(self, *, values: bool = True) -> float:
        """Solve the linear programme; its value.

        Raises ArithmeticError where GLOP fails on it, also from scratch.
        """
        status = self._solver.Solve(self._incremental)
        if status != self._optimal:  # numerical trouble on the way from the last basis
            status = self._solver.Solve(self._afresh)
        if status != self._optimal:
            raise ArithmeticError(f"the linear programme ended with status {status}")
        for index, row in self._rows.items():
            self.duals[index] = row.dual_value()
        self.duals = self._table.within_charges(self.duals)
        self.people_duals = {e: row.dual_value() for e, row in self._people.items()}
        if values:
            self.values = np.array([variable.solution_value() for variable in self._variables])
        return float(self._objective.Value()) + self._constant
