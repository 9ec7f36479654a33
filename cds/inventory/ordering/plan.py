"""What to order now: simulate each item, price what they share, choose, explain."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from cds.inventory.ordering import kernel
from cds.inventory.ordering.batch import Batch, batch_of
from cds.inventory.ordering.choice import Choice, Columns, minima_of, rows_of
from cds.inventory.ordering.exact import action_costs, fits
from cds.inventory.ordering.kernel import (
    COLUMNS,
    LAST_REFINEMENTS,
    REFINEMENTS,
    Tables,
    empty_tables,
    expected_stock_at_arrival,
    fill_tables,
    refine_tables,
)
from cds.inventory.ordering.multipliers import Priced, best_prices, unit_prices
from cds.inventory.ordering.outcome import LaterOrders, Line, Multiplier, Plan, Status
from cds.inventory.ordering.problem import ItemProblem, Limits, Numbers, Substitution
from cds.inventory.ordering.suppliers import choose, far

Progress = Callable[[str, float], None]

PIECE: Final = 64
"""Items between two looks at the deadline."""

ROUGH_SCENARIOS: Final = 8
"""Scenarios for an item that the deadline leaves no time for."""

EXACT_STATES: Final = 20_000
"""States up to which an item's own dynamic programme is solved instead of simulated."""


def plan(
    problems: Sequence[ItemProblem],
    limits: Limits | None = None,
    *,
    seed: int = 0,
    deadline: float | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    gap: float = 5e-4,
    exact_states: int = EXACT_STATES,
    substitutions: Sequence[Substitution] = (),
) -> Plan:
    """Quantities to order now that together cost least over the scenarios, within the limits.

    ``deadline`` is in seconds from now: when it passes, items not yet reckoned are reckoned
    with few scenarios and named in ``Plan.rough``; no later than that the choice is made.
    Without a deadline the same problems, limits and seed give the same plan on every run.
    ``gap`` is what "proved" means. ``workers`` are threads. Raises ValueError for items that
    differ in scenarios or periods, or that have one name, and for limits on unknown items.
    """
    limits = limits or Limits()
    stop = None if deadline is None else time.monotonic() + deadline
    names = [problem.item for problem in problems]
    if len(set(names)) < len(names):
        raise ValueError("each item may stand in a plan once")
    if substitutions:
        from cds.inventory.ordering.substitution import with_substitution

        problems = with_substitution(problems, substitutions)
    for problem in problems:
        if problem.life_shares is not None and not fits(problem, exact_states, COLUMNS):
            raise ValueError(f"{problem.item}: life_shares needs an item of few states, no delay")
    batch = batch_of(problems)
    rows, broken = rows_of(problems, limits, expected_stock_at_arrival(batch))
    minima = minima_of(problems, limits)
    reckoning = Reckoning(problems, batch, stop, workers, progress)
    reckoning.fill()
    free = np.zeros(len(problems))
    reckoning.refine(free, free, REFINEMENTS)
    exact = reckoning.replace_exact(exact_states)
    prices = np.array([problem.price for problem in problems], np.float64)
    choice = choice_from(reckoning.tables, prices, rows, minima)
    priced = best_prices(choice)
    unit, order = unit_prices(choice, priced.row_prices, priced.minimum_prices)
    reckoning.refine(unit, order, LAST_REFINEMENTS, skip=exact)
    choice = choice_from(reckoning.tables, prices, rows, minima)
    priced, chosen, bound = choose(choice, gap / 10, seed, late=reckoning.late())
    cost = choice.cost(chosen)
    status: Status = "feasible" if far(cost, bound, gap) else "proved"
    if reckoning.rough:
        status = "deadline"
    lines = [
        line_of(problem, index, reckoning.tables, choice, priced, chosen, index in exact)
        for index, problem in enumerate(problems)
    ]
    lines.sort(
        key=lambda line: (line.quantity <= 0, -line.saving_per_budget, -line.saving, line.item)
    )
    return Plan(
        lines=tuple(lines),
        multipliers=multipliers_of(choice, priced, chosen),
        expected_cost=cost,
        bound=bound,
        status=status,
        seed=seed,
        rough=tuple(names[index] for index in sorted(reckoning.rough)),
        warnings=tuple(f"{name} is exceeded before anything is ordered" for name in broken),
    )


class Reckoning:
    """The tables of all items, filled piece by piece while time lasts."""

    def __init__(
        self,
        problems: Sequence[ItemProblem],
        batch: Batch,
        stop: float | None,
        workers: int,
        progress: Progress | None,
    ) -> None:
        """Empty tables for the items of the batch."""
        self.problems = problems
        self.batch = batch
        self.stop = stop
        self.workers = workers
        self.progress = progress
        self.tables: Tables = empty_tables(len(problems), batch.demand.shape[2])
        self.rough: set[int] = set()

    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self.stop is not None and time.monotonic() >= self.stop

    def fill(self) -> None:
        """Simulate every item; roughly once the deadline has passed."""
        self.each_piece(self.fill_piece, "simulate")

    def fill_piece(self, begin: int, end: int) -> None:
        """Items from ``begin`` to before ``end``."""
        stride = 1
        if self.late():
            stride = max(self.batch.demand.shape[1] // ROUGH_SCENARIOS, 1)
            self.rough.update(range(begin, end))
        fill_tables(self.batch, begin, end, stride, self.tables)

    def refine(
        self,
        unit: Numbers,
        order: Numbers,
        halvings: int,
        skip: frozenset[int] = frozenset(),
    ) -> None:
        """Try more quantities round the best at the given prices of a unit and of an order."""

        def piece(begin: int, end: int) -> None:
            if self.late() or self.rough.intersection(range(begin, end)):
                return
            start = begin
            for stop in (*sorted(skip.intersection(range(begin, end))), end):
                refine_tables(self.batch, start, stop, 1, unit, order, self.tables, halvings)
                start = stop + 1

        self.each_piece(piece, "refine")

    def each_piece(self, work: Callable[[int, int], None], stage: str) -> None:
        """Do ``work`` for all items in pieces, on several threads where asked."""
        count = len(self.problems)
        pieces = [(begin, min(begin + PIECE, count)) for begin in range(0, count, PIECE)]
        with ThreadPoolExecutor(max(self.workers, 1)) as pool:
            for done, _ in enumerate(pool.map(lambda piece: work(*piece), pieces), 1):
                if self.progress is not None:
                    self.progress(stage, done / len(pieces))

    def replace_exact(self, most_states: int) -> frozenset[int]:
        """Put the exact costs of items with few states in the place of the simulated ones."""
        done = set()
        for index, problem in enumerate(self.problems):
            if index in self.rough or self.late() or not fits(problem, most_states, COLUMNS):
                continue
            quantities, costs = action_costs(problem)
            count = len(quantities)
            self.tables.counts[index] = 0
            for quantity in quantities:
                column = int(self.tables.counts[index])
                self.tables.quantities[index, column] = quantity
                self.tables.thinned[index, column] = False
                self.tables.measures[index, column] = kernel.measure(
                    self.batch,
                    index,
                    float(quantity),
                    kernel.outlook_of(self.batch, index),
                    self.tables.reorder[index],
                    self.tables.up_to[index],
                    kernel.work_for(self.batch, index),
                    1,
                )
                self.tables.counts[index] += 1
            lacking = np.array([problem.below_minimum(float(each)) for each in quantities])
            self.tables.measures[index, :count, kernel.COST] = costs + problem.shortage * lacking
            done.add(index)
        return frozenset(done)


def choice_from(tables: Tables, prices: Numbers, rows: tuple, minima: tuple) -> Choice:  # type: ignore[type-arg]
    """The tables' costs with columns that do not exist priced out."""
    width = max(int(tables.counts.max(initial=1)), 1)
    costs = tables.measures[:, :width, kernel.COST].copy()
    costs[np.arange(width)[None, :] >= tables.counts[:, None]] = np.inf
    return Choice(tables.quantities[:, :width].copy(), costs, prices, rows, minima)


def line_of(
    problem: ItemProblem,
    index: int,
    tables: Tables,
    choice: Choice,
    priced: Priced,
    chosen: Columns,
    exact: bool,
) -> Line:
    """The plan's line for one item."""
    column = int(chosen[index])
    measures = tables.measures[index]
    best = int(np.argmin(choice.costs[index]))
    quantity = float(tables.quantities[index, column])
    unlimited = float(tables.quantities[index, best])
    return Line(
        item=problem.item,
        quantity=quantity,
        value=quantity * problem.price,
        expected_cost=float(measures[column, kernel.COST]),
        expected_cost_without=float(measures[0, kernel.COST]),
        best_quantity=unlimited,
        risk_until_arrival=float(measures[column, kernel.RISK_EARLY]),
        risk_without=float(measures[0, kernel.RISK_NEXT]),
        risk_with=float(measures[column, kernel.RISK_NEXT]),
        expected_waste=float(measures[column, kernel.WASTE]),
        expected_waste_without=float(measures[0, kernel.WASTE]),
        expected_shortage=float(measures[column, kernel.SHORT]),
        expected_shortage_without=float(measures[0, kernel.SHORT]),
        method="exact" if exact else "simulated",
        later=LaterOrders(
            tuple(map(float, tables.reorder[index])),
            tuple(map(float, tables.up_to[index])),
            tuple(map(float, tables.shift[index])),
        ),
        limited_by=limited_by(problem, index, quantity, unlimited, choice, priced, chosen),
    )


def limited_by(
    problem: ItemProblem,
    index: int,
    quantity: float,
    unlimited: float,
    choice: Choice,
    priced: Priced,
    chosen: Columns,
) -> tuple[str, ...]:
    """The limits that keep the quantity from being what is best for the item alone.

    A limit that has a price but leaves room for what is best is not why it is not ordered, if a
    supplier's minimum is.
    """
    found = []
    if quantity != unlimited:
        priced_rows, full_rows = [], []
        for row, price in zip(choice.rows, priced.row_prices, strict=True):
            if price > 0 and (row.per_unit[index] > 0 or row.per_order[index] > 0):
                priced_rows.append(row.name)
                lacking = row.per_unit[index] * (unlimited - quantity)
                lacking += row.per_order[index] * (float(unlimited > 0) - float(quantity > 0))
                if lacking > row.limit - choice.usage(row, chosen) + 1e-9:
                    full_rows.append(row.name)
        minima = [
            f"minimum of {minimum.name}"
            for minimum in choice.minima
            if index in minimum.items
            and (quantity > unlimited or choice.worth(minimum, chosen) <= 0)
        ]
        found += [*(full_rows if minima else priced_rows), *minima]
    room = min(problem.maximum_stock - problem.on_hand - problem.outstanding, problem.quota)
    if quantity + problem.pack > room:
        found.append("quota" if problem.quota <= room else "maximum stock")
    return tuple(found)


def multipliers_of(choice: Choice, priced: Priced, chosen: Columns) -> tuple[Multiplier, ...]:
    """The prices of all shared limits, with what is used of them."""
    found = [
        Multiplier(row.name, float(price), choice.usage(row, chosen), row.limit)
        for row, price in zip(choice.rows, priced.row_prices, strict=True)
    ]
    found += [
        Multiplier(
            f"minimum of {minimum.name}", float(price), choice.worth(minimum, chosen), minimum.least
        )
        for minimum, price in zip(choice.minima, priced.minimum_prices, strict=True)
    ]
    return tuple(found)
