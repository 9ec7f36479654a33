"""Prices of the shared limits, and the bound that they prove.

With a price on each row and on each supplier's minimum, the items come apart: each takes the
quantity of least priced cost. The sum of those costs, less what the limits are worth, is a
lower bound on every choice that keeps the limits (Lagrangian duality; Fisher, Management
Science 27(1), 1981). It equals the linear relaxation's. The best prices are found with
Kelley's cutting planes (J SIAM 8(4), 1960), each step a linear programme for GLOP with one
variable a price: a few columns, whatever the number of items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cds.inventory.ordering.choice import Choice, Columns
from cds.inventory.ordering.problem import Numbers

MOST_STEPS: Final = 300
CLOSE_ENOUGH: Final = 1e-8
"""Relative distance of the bound from the best that any prices could prove."""

STAY: Final = 0.5
"""Share of the best prices so far in the next prices tried: damps the oscillation of the cuts."""


@dataclass(frozen=True, slots=True)
class Priced:
    """Prices of rows and minima, the choice at those prices, and the bound that they prove.

    ``opened`` says for each supplier with a minimum whether it gets an order.
    """

    row_prices: Numbers
    minimum_prices: Numbers
    chosen: Columns
    opened: tuple[bool, ...]
    bound: float


def unit_prices(
    choice: Choice, row_prices: Numbers, minimum_prices: Numbers
) -> tuple[Numbers, Numbers]:
    """What a unit and an order of each item cost on top, at these prices."""
    unit = np.zeros(len(choice.prices))
    order = np.zeros(len(choice.prices))
    for row, price in zip(choice.rows, row_prices, strict=True):
        if price > 0:
            unit += price * row.per_unit
            order += price * row.per_order
    for minimum, price in zip(choice.minima, minimum_prices, strict=True):
        unit[minimum.items] -= price * choice.prices[minimum.items]
    return unit, order


def at_prices(
    choice: Choice, row_prices: Numbers, minimum_prices: Numbers
) -> tuple[Priced, Numbers]:
    """The best choice at these prices, and the slope of the bound in each price."""
    unit, order = unit_prices(choice, row_prices, minimum_prices)
    ordered = choice.quantities > 0
    priced = choice.costs + unit[:, None] * choice.quantities + order[:, None] * ordered
    chosen = np.argmin(priced, axis=1)
    least = priced[np.arange(len(chosen)), chosen]
    opened = []
    extra = 0.0
    slopes = np.zeros(len(row_prices) + len(minimum_prices))
    for index, minimum in enumerate(choice.minima):
        items = minimum.items
        price = minimum_prices[index]
        open_cost = float(least[items].sum()) + price * minimum.least
        closed_cost = float(choice.costs[items, 0].sum())
        opened.append(minimum.required or open_cost < closed_cost)
        if opened[-1]:
            extra += price * minimum.least
            worth = float(choice.prices[items] @ choice.quantities[items, chosen[items]])
            slopes[len(row_prices) + index] = minimum.least - worth
        else:
            chosen[items] = 0
            least[items] = choice.costs[items, 0]
    limits = np.array([row.limit for row in choice.rows])
    bound = float(least.sum()) + extra - float(row_prices @ limits)
    for index, row in enumerate(choice.rows):
        slopes[index] = choice.usage(row, chosen) - row.limit
    return Priced(row_prices, minimum_prices, chosen, tuple(opened), bound), slopes


def best_prices(choice: Choice) -> Priced:
    """Prices whose bound is highest (to ``CLOSE_ENOUGH``), and the choice at those prices."""
    from ortools.linear_solver import pywraplp

    rows, minima = len(choice.rows), len(choice.minima)
    free = np.zeros(rows), np.zeros(minima)
    best, slopes = at_prices(choice, *free)
    if rows + minima == 0 or not (slopes > 0).any():
        return best
    nothing = float(choice.costs[:, 0].sum())
    scales = np.array(
        [row.scale for row in choice.rows] + [minimum.least for minimum in choice.minima]
    )
    # Ordering nothing keeps every row, so no worthwhile price exceeds what orders save at all.
    most = 10.0 * max(nothing - best.bound, 1.0)
    solver = pywraplp.Solver.CreateSolver("GLOP")
    height = solver.NumVar(-solver.infinity(), nothing, "bound")
    prices = [solver.NumVar(0.0, most, f"price{index}") for index in range(rows + minima)]
    objective = solver.Objective()
    objective.SetCoefficient(height, 1.0)
    objective.SetMaximization()
    point = np.zeros(rows + minima)
    here, slope = best, slopes
    best_point = point
    for _ in range(MOST_STEPS):
        scaled = slope / scales
        cut = solver.Constraint(-solver.infinity(), here.bound - float(scaled @ point))
        cut.SetCoefficient(height, 1.0)
        for variable, rise in zip(prices, scaled, strict=True):
            cut.SetCoefficient(variable, -float(rise))
        if solver.Solve() != pywraplp.Solver.OPTIMAL:
            break
        ceiling = height.solution_value()
        if ceiling - best.bound <= CLOSE_ENOUGH * max(abs(best.bound), 1.0):
            break
        far = np.array([variable.solution_value() for variable in prices])
        point = STAY * best_point + (1.0 - STAY) * far
        here, slope = at_prices(choice, *split(point / scales, rows))
        if here.bound > best.bound:
            best, best_point = here, point
    return best


def split(prices: Numbers, rows: int) -> tuple[Numbers, Numbers]:
    """Prices of rows, and of minima."""
    return np.maximum(prices[:rows], 0.0), np.maximum(prices[rows:], 0.0)
