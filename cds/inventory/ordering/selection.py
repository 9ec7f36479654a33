"""A choice that keeps every limit: greedy mending of the priced one, then CP-SAT on a few items."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.choice import Choice, Columns
from cds.inventory.ordering.multipliers import Priced, unit_prices
from cds.inventory.ordering.problem import Numbers

TOLERANCE: Final = 1e-9
MOST_ITEMS: Final = 250
"""Items left open to CP-SAT; the others stay as they are."""

MOST_COLUMNS: Final = 8
"""Quantities of an open item: those of least priced cost, nothing, and the present one."""

WORK: Final = 2.0
"""CP-SAT's deterministic time."""

WHOLE: Final = 10**9
"""Costs and usages become whole numbers of this resolution."""


def mended(choice: Choice, priced: Priced) -> Columns:
    """A choice that keeps every limit, made from the priced one by cheapest changes."""
    chosen = priced.chosen.copy()
    reach_minima(choice, chosen)
    while reduce_usage(choice, chosen):
        pass
    close_small_orders(choice, chosen)
    fill(choice, chosen)
    return chosen


def changes(choice: Choice, chosen: Columns) -> tuple[Numbers, Numbers, Numbers]:
    """Extra cost, units and orders of every other quantity of every item."""
    index = np.arange(len(chosen))
    now = choice.quantities[index, chosen][:, None]
    cost = choice.costs - choice.costs[index, chosen][:, None]
    orders = (choice.quantities > 0).astype(np.float64) - (now > 0).astype(np.float64)
    return cost, choice.quantities - now, orders


def cheapest(scores: Numbers) -> tuple[int, int] | None:
    """Where the least score stands; None where none is finite."""
    place = int(np.argmin(scores))
    if not np.isfinite(scores.flat[place]):
        return None
    row, column = divmod(place, scores.shape[1])
    return row, column


def reach_minima(choice: Choice, chosen: Columns) -> None:
    """Enlarge each order that is too small for its supplier, or drop it where that is cheaper."""
    for minimum in choice.minima:
        items = minimum.items
        worth = choice.worth(minimum, chosen)
        if worth <= 0 or worth >= minimum.least:
            continue
        trial = chosen.copy()
        while choice.worth(minimum, trial) < minimum.least:
            cost, units, _ = changes(choice, trial)
            value = (choice.prices[:, None] * units)[items]
            lacking = minimum.least - choice.worth(minimum, trial)
            gain = np.minimum(value, lacking)
            with np.errstate(divide="ignore", invalid="ignore"):
                score = np.where(value > TOLERANCE, cost[items] / gain, np.inf)
            found = cheapest(score)
            if found is None:
                break
            trial[items[found[0]]] = found[1]
        enough = choice.worth(minimum, trial) >= minimum.least
        if enough and minimum.required:
            chosen[:] = trial
            continue
        dropped = chosen.copy()
        dropped[items] = 0
        chosen[:] = trial if enough and choice.cost(trial) < choice.cost(dropped) else dropped


def reduce_usage(choice: Choice, chosen: Columns) -> bool:
    """Make the cheapest change that brings broken rows nearer to their limits; False if none."""
    broken = [
        (row, choice.usage(row, chosen) - row.limit)
        for row in choice.rows
        if choice.usage(row, chosen) > row.limit + TOLERANCE * row.scale
    ]
    if not broken:
        return False
    cost, units, orders = changes(choice, chosen)
    relief = np.zeros_like(cost)
    for row, excess in broken:
        less = -(row.per_unit[:, None] * units + row.per_order[:, None] * orders)
        relief += np.minimum(less, excess) / row.scale
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(relief > 1e-12, np.maximum(cost, 0.0) / relief, np.inf)
    found = cheapest(np.where(keeping_minima(choice, chosen, units), score, np.inf))
    found = found or cheapest(score)
    if found is None:
        return False
    chosen[found[0]] = found[1]
    return True


def keeping_minima(choice: Choice, chosen: Columns, units: Numbers) -> NDArray[np.bool_]:
    """Which changes leave every order that reaches its supplier's minimum above it."""
    kept = np.ones(units.shape, bool)
    for minimum in choice.minima:
        items = minimum.items
        worth = choice.worth(minimum, chosen)
        if worth >= minimum.least:
            less = -(choice.prices[items, None] * units[items])
            kept[items] = less <= worth - minimum.least
    return kept


def close_small_orders(choice: Choice, chosen: Columns) -> None:
    """Drop orders that mending has made too small for their supplier."""
    for minimum in choice.minima:
        if 0 < choice.worth(minimum, chosen) < minimum.least:
            chosen[minimum.items] = 0


def fill(choice: Choice, chosen: Columns) -> None:
    """Make changes that save money and keep every limit, the one that saves most first."""
    shut = np.zeros(len(chosen), bool)
    for minimum in choice.minima:
        shut[minimum.items] = choice.worth(minimum, chosen) <= 0
    for _ in range(2 * len(chosen)):
        cost, units, orders = changes(choice, chosen)
        allowed = cost < -1e-9
        allowed[shut] = False
        for row in choice.rows:
            room = row.limit - choice.usage(row, chosen)
            more = row.per_unit[:, None] * units + row.per_order[:, None] * orders
            allowed &= more <= max(room, 0.0)
        allowed &= keeping_minima(choice, chosen, units)
        found = cheapest(np.where(allowed, cost, np.inf))
        if found is None:
            return
        chosen[found[0]] = found[1]


def contested(choice: Choice, priced: Priced, chosen: Columns) -> NDArray[np.intp]:
    """Items worth opening again: those of suppliers near their minimum, then the closest calls."""
    unit, order = unit_prices(choice, priced.row_prices, priced.minimum_prices)
    cost = choice.costs + unit[:, None] * choice.quantities
    cost = cost + order[:, None] * (choice.quantities > 0)
    least = np.partition(cost, 1, axis=1)[:, :2] if cost.shape[1] > 1 else cost.repeat(2, 1)
    regret = least[:, 1] - least[:, 0]
    moved = np.flatnonzero(chosen != priced.chosen)
    regret[moved] = -1.0
    for index, minimum in enumerate(choice.minima):
        near = priced.minimum_prices[index] > 0 or not priced.opened[index]
        if near and len(minimum.items) <= MOST_ITEMS:
            regret[minimum.items] = np.minimum(regret[minimum.items], 0.0)
    kept: NDArray[np.intp] = np.argsort(regret, kind="stable")[:MOST_ITEMS]
    return np.sort(kept)


def improved(choice: Choice, priced: Priced, chosen: Columns, seed: int) -> Columns:
    """The best choice that differs from ``chosen`` in the contested items only (CP-SAT)."""
    from ortools.sat.python import cp_model

    items = contested(choice, priced, chosen)
    unit, order = unit_prices(choice, priced.row_prices, priced.minimum_prices)
    model = cp_model.CpModel()
    options: dict[int, list[tuple[int, Any]]] = {}
    spread = 0.0
    for item in items:
        index = int(item)
        scores = choice.costs[index] + unit[index] * choice.quantities[index]
        scores = scores + order[index] * (choice.quantities[index] > 0)
        near = [int(c) for c in np.argsort(scores, kind="stable") if np.isfinite(scores[c])]
        columns = sorted({*near[:MOST_COLUMNS], 0, int(chosen[index])})
        variables = [(column, model.new_bool_var("")) for column in columns]
        model.add_exactly_one(variable for _, variable in variables)
        for column, variable in variables:
            model.add_hint(variable, column == chosen[index])
            spread += abs(choice.costs[index, column] - choice.costs[index, chosen[index]])
        options[index] = variables
    if spread <= 0:
        return chosen
    for row in choice.rows:
        add_row(model, choice, row.per_unit, row.per_order, row.limit, options, chosen)
    for minimum in choice.minima:
        free = [int(item) for item in minimum.items if int(item) in options]
        if not free:
            continue
        step = WHOLE / max(minimum.least, float(choice.prices[free].max(initial=0.0)), 1e-9)
        fixed = [int(item) for item in minimum.items if int(item) not in options]
        already = sum(choice.prices[i] * choice.quantities[i, chosen[i]] for i in fixed)
        total = sum(
            int(np.floor(choice.prices[i] * choice.quantities[i, column] * step)) * variable
            for i in free
            for column, variable in options[i]
        )
        opened = model.new_bool_var("")
        if already > 0:
            model.add(opened == 1)
        least = int(np.ceil((minimum.least - already) * step))
        model.add(total >= least).only_enforce_if(opened)
        for i in free:
            for column, variable in options[i]:
                if choice.quantities[i, column] > 0:
                    model.add_implication(variable, opened)
    model.minimize(
        sum(
            round((choice.costs[i, column] - choice.costs[i, chosen[i]]) / spread * WHOLE)
            * variable
            for i, variables in options.items()
            for column, variable in variables
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = WORK
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return chosen
    better = chosen.copy()
    for i, variables in options.items():
        better[i] = next(column for column, variable in variables if solver.value(variable))
    return better if choice.cost(better) < choice.cost(chosen) else chosen


def add_row(
    model: Any,
    choice: Choice,
    per_unit: Numbers,
    per_order: Numbers,
    limit: float,
    options: dict[int, list[tuple[int, Any]]],
    chosen: Columns,
) -> None:
    """The row over the open items, the others' usage taken off; rounded to the safe side."""
    quantity = choice.quantity(chosen)
    usage = per_unit * quantity + per_order * (quantity > 0)
    free = list(options)
    room = limit - (float(usage.sum()) - float(usage[free].sum()))
    terms = []
    largest = max(room, 1e-9)
    for i in free:
        for column, variable in options[i]:
            amount = choice.quantities[i, column]
            used = per_unit[i] * amount + per_order[i] * (amount > 0)
            if used > 0:
                largest = max(largest, used)
                terms.append((used, variable))
    step = WHOLE / largest
    if terms:
        total = sum(int(np.ceil(used * step - 1e-6)) * variable for used, variable in terms)
        model.add(total <= int(np.floor(room * step + 1e-6)))
