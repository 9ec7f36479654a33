"""Column generation: prices ask people for better rosters until there is none.

The dual prices are smoothed (Wentges 1997): people are asked at a mixture of
the best prices so far and the master's. At any prices, what the rows and every
person must at least cost is a bound on every roster (Lagrange).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column, Pricing
from cds.roster.solve.master import Master

Floats = npt.NDArray[np.float64]

SMOOTHING = 0.8
TOLERANCE = 1e-6

NEARLY = 0.02
"""So near to its end, as a share of the value, a lenient master is stiffened."""


@dataclass(slots=True)
class Relaxation:
    """Where column generation stands: the master's value and the best bound."""

    value: float = np.inf
    bound: float = -np.inf
    duals: Floats | None = None  # those that gave the bound
    ended: bool = False  # nothing improves, or value and bound are as near as was asked for


def converge(
    pricing: Pricing,
    master: Master,
    *,
    stop: Callable[[], bool],
    rounds: int = 10_000,
    gap: float = 0.0,
    cutoff: float = np.inf,
    center: Floats | None = None,
    unit: int = 0,
    watch: Callable[[Relaxation], None] | None = None,
) -> Relaxation:
    """Generate columns for the master's people until nothing improves.

    Ends early after ``rounds``, within ``gap`` of the value, when ``stop()``, or
    where the bound reaches ``cutoff``. Value and bound are of the rows and of the
    master's people. ``center`` are prices thought to be near the best ones: with
    few columns known, the master's own are wild. Where costs are multiples of
    ``unit``, it is enough that value and bound round up to the same one.
    """
    state = Relaxation(duals=center)
    rows = pricing.rows
    batches = pricing.batches(master.employees)
    for number in range(rounds):
        state.value = master.solve(values=False)
        duals, people = master.duals.copy(), master.people_duals
        mixed = duals
        if state.duals is not None:
            trust = SMOOTHING if number else 1.0
            mixed = trust * state.duals + (1.0 - trust) * duals
        added = 0
        for prices in (mixed, duals):
            cells = rows.cell_prices(prices)
            total = master.least(prices)
            columns = []
            for batch in batches:
                for value, column in pricing.best(batch, prices, cells):
                    total += value
                    if column is not None and _reduced(column, duals, people) < -TOLERANCE:
                        columns.append(column)
                if stop():
                    return state
            if total > state.bound:
                state.bound, state.duals = total, prices
            added = master.add(columns)
            if added or prices is duals:
                break
        if watch is not None:
            watch(state)
        apart = state.value - state.bound
        if (not added or apart <= NEARLY * abs(state.value)) and master.stiffen():
            continue
        enough = max(gap * abs(state.value), 1e-4)
        state.ended = (
            not added
            or apart <= enough
            or state.bound >= cutoff
            or bool(unit and rounded_up(state.bound, unit) >= rounded_up(state.value, unit))
        )
        if state.ended:
            break
    return state


def rounded_up(bound: float, unit: int) -> float:
    """The least multiple of ``unit`` that is not below ``bound``, but for rounding errors."""
    return float(np.ceil((bound - 1e-4) / unit) * unit)


def _reduced(column: Column, duals: Floats, people: dict[int, float]) -> float:
    return column.cost - float(duals[column.rows] @ column.values) - people[column.employee]
