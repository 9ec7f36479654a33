"""The choice of one quantity an item under shared limits, as arrays.

A multiple-choice knapsack with few rows: least total cost, one quantity an item, no row above
its limit, each supplier's order worth its minimum or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.problem import ItemProblem, Limits, Numbers

Columns = NDArray[np.intp]
"""The chosen column of each item."""


@dataclass(frozen=True, slots=True)
class Row:
    """A shared limit: each unit of item ``i`` takes ``per_unit[i]``, an order ``per_order[i]``."""

    name: str
    per_unit: Numbers
    per_order: Numbers
    limit: float

    @property
    def scale(self) -> float:
        """What makes usages of different rows comparable."""
        return max(self.limit, float(self.per_unit.max(initial=0.0)), 1e-9)


@dataclass(frozen=True, slots=True)
class Minimum:
    """A supplier that takes an order worth ``least`` or more, or none unless ``required``."""

    name: str
    items: NDArray[np.intp]
    least: float
    required: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Quantities and expected costs, (n, columns); cost is infinite where there is no column.

    Column 0 is always "order nothing".
    """

    quantities: Numbers
    costs: Numbers
    prices: Numbers
    rows: tuple[Row, ...]
    minima: tuple[Minimum, ...]

    def quantity(self, chosen: Columns) -> Numbers:
        """The chosen quantity of each item."""
        return self.quantities[np.arange(len(chosen)), chosen]

    def cost(self, chosen: Columns) -> float:
        """Total expected cost."""
        return float(self.costs[np.arange(len(chosen)), chosen].sum())

    def usage(self, row: Row, chosen: Columns) -> float:
        """What the chosen quantities take of a row's limit."""
        quantity = self.quantity(chosen)
        return float(row.per_unit @ quantity + row.per_order @ (quantity > 0))

    def worth(self, minimum: Minimum, chosen: Columns) -> float:
        """The value of a supplier's order."""
        items = minimum.items
        return float(self.prices[items] @ self.quantities[items, chosen[items]])


def rows_of(
    problems: Sequence[ItemProblem], limits: Limits, stock_at_arrival: Numbers
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows of the limits that exist, and the names of those already broken.

    ``stock_at_arrival`` is the expected stock of each item when an order of now arrives.
    A limit that is broken before anything is ordered allows no order at all.
    """
    count = len(problems)
    none = np.zeros(count)
    place = {problem.item: index for index, problem in enumerate(problems)}
    rows = []
    if isfinite(limits.budget):
        price = np.array([problem.price for problem in problems], np.float64)
        rows.append(Row("budget", price, none, float(limits.budget)))
    if isfinite(limits.cold_volume):
        volume = np.array([problem.volume for problem in problems], np.float64)
        free = limits.cold_volume - float(volume @ stock_at_arrival)
        rows.append(Row("cold room", volume, none, free))
    for quota in limits.quotas:
        members = membership(place, quota.items, count)
        rows.append(Row(f"quota {quota.name}", members, none, quota.units))
    for group in limits.either_or:
        members = membership(place, group.items, count)
        rows.append(Row(f"either-or {group.name}", none, members, float(group.orders)))
    broken = tuple(row.name for row in rows if row.limit < 0)
    kept = (Row(row.name, row.per_unit, row.per_order, max(row.limit, 0.0)) for row in rows)
    return tuple(kept), broken


def membership(place: dict[str, int], items: frozenset[str], count: int) -> Numbers:
    """1 for each item of the group; ValueError for one that is not in the plan."""
    unknown = sorted(items - place.keys())
    if unknown:
        raise ValueError(f"no such item: {', '.join(unknown)}")
    members = np.zeros(count)
    members[[place[item] for item in items]] = 1.0
    return members


def minima_of(problems: Sequence[ItemProblem], limits: Limits) -> tuple[Minimum, ...]:
    """The suppliers that have a minimum order value and an item in the plan."""
    found = []
    for supplier, least in sorted(limits.supplier_minimum.items()):
        items = [index for index, problem in enumerate(problems) if problem.supplier == supplier]
        if items and least > 0:
            found.append(Minimum(supplier, np.array(items, np.intp), float(least)))
    return tuple(found)
