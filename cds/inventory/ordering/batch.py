"""Many items as flat arrays, the form that the simulation reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.problem import ItemProblem, Numbers, Outstanding, Whole


class Batch(NamedTuple):
    """``n`` items with ``S`` scenarios of ``T`` periods each.

    Lots of item ``i`` are rows ``lot_start[i]`` to ``lot_start[i + 1]``, first to expire
    first; outstanding orders likewise.
    """

    lot_start: Whole
    lot_quantity: Numbers
    lot_life: Whole
    order_start: Whole
    order_quantity: Numbers
    order_life: Whole
    order_arrival: Whole  # (orders, S)
    demand: Numbers  # (n, S, T)
    lead: Whole  # (n, S, T)
    life: Whole  # (n, S)
    costs: Numbers  # (n, 4): shortage, expiry, holding, order line
    rules: Numbers  # (n, 5): pack, minimum order, maximum stock, quota, minimum stock
    waiting: Numbers  # (n,)
    lifo: NDArray[np.bool_]  # (n,)
    backlog: NDArray[np.bool_]  # (n,)


def batch_of(problems: Sequence[ItemProblem]) -> Batch:
    """The items as arrays; ValueError where they differ in scenarios or periods."""
    shapes = {problem.demand.shape for problem in problems}
    if len(shapes) > 1:
        raise ValueError(f"all items need the same scenarios and periods, not {sorted(shapes)}")
    scenarios, periods = shapes.pop() if shapes else (1, 1)
    count = len(problems)
    lots, lot_start = [], np.zeros(count + 1, np.int32)
    orders: list[Outstanding] = []
    order_start = np.zeros(count + 1, np.int32)
    demand = np.empty((count, scenarios, periods), np.float64)
    lead = np.empty((count, scenarios, periods), np.int32)
    life = np.empty((count, scenarios), np.int32)
    for index, problem in enumerate(problems):
        usable = problem.lots[problem.lots[:, 1] >= 1]
        lots.append(usable[np.argsort(usable[:, 1], kind="stable")])
        orders.extend(problem.pipeline)
        lot_start[index + 1] = lot_start[index] + len(usable)
        order_start[index + 1] = order_start[index] + len(problem.pipeline)
        demand[index] = problem.demand
        lead[index] = problem.lead_time
        life[index] = problem.life_on_arrival
    every_lot = np.concatenate(lots) if lots else np.zeros((0, 2))
    arrivals = [order.arrival for order in orders]
    return Batch(
        lot_start=lot_start,
        lot_quantity=np.ascontiguousarray(every_lot[:, 0], np.float64),
        lot_life=every_lot[:, 1].astype(np.int32),
        order_start=order_start,
        order_quantity=np.array([order.quantity for order in orders], np.float64),
        order_life=np.array([order.life for order in orders], np.int32),
        order_arrival=np.array(arrivals, np.int32).reshape(len(orders), scenarios),
        demand=demand,
        lead=lead,
        life=life,
        costs=table(problems, ("shortage", "expiry", "holding", "order_line")),
        rules=table(problems, ("pack", "minimum_order", "maximum_stock", "quota", "minimum_stock")),
        waiting=np.array([problem.waiting for problem in problems], np.float64),
        lifo=np.array([problem.issuing == "lifo" for problem in problems], np.bool_),
        backlog=np.array([problem.unmet == "backlog" for problem in problems], np.bool_),
    )


def table(problems: Sequence[ItemProblem], names: tuple[str, ...]) -> Numbers:
    """One row an item, one column a field."""
    rows = [[getattr(problem, name) for name in names] for problem in problems]
    return np.array(rows, np.float64).reshape(len(problems), len(names))
