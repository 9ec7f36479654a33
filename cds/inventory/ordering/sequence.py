"""Sequences of batches, one a period: a Lagrangian bound, and a search that the bound directs.

The problem falls into two halves that are each easy: what the bench does (a path over the last
product made, which bears the changeovers) and what each product does alone (a path over its
units made, which bears deadlines and holding). Prices make the halves agree as far as prices
can (Lagrangian decomposition; Guignard and Kim, Mathematical Programming 39, 1987). Their
cost-to-come, table by table, bounds every state of the exact dynamic programme over units left,
which is searched from the last period back, the most promising states of each period first kept
(restricted decision diagrams; Bergman, Cire, van Hoeve and Hooker, INFORMS Journal on Computing
28(1), 2016). Where no state had to be dropped the answer is the optimum.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.sequence_kernel import (
    IntArray,
    bench_costs,
    climb,
    expand,
    product_costs,
)

FIRST_STATES: Final = 300
"""States kept a period by the first search, which only has to find an answer."""

STEPS_KEPT: Final = 60_000_000
"""States kept over all periods of a search, at most: five bytes each."""

ROUNDS: Final = 2000
"""Rounds of prices between two searches."""

PATIENCE: Final = 200
"""Rounds without a better bound after which the steps of the prices become shorter."""

LEAST_STEP: Final = 0.002
"""Of the prices, as a part of what lies between the bound and the best cost known."""

WORTH_PRICES: Final = 0.1
"""Of the gap: while the prices close so much of it, more states a period would cost more time."""

WHOLE: Final = 1e-4
"""Far more than rounding of sums of prices, far less than a unit of cost."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """The product made in each period (-1 idle), its cost, and the bound proved."""

    products: NDArray[np.int64] | None
    cost: float
    bound: float


class _Search:
    """One problem, with the prices, the best answer and the bound so far."""

    def __init__(self, demand: IntArray, changeover: IntArray, holding: int) -> None:
        products, self.periods = demand.shape
        self.counts = demand.sum(axis=1)
        self.due = np.zeros((products, max(1, int(self.counts.max()))), np.int64)
        for product in range(products):
            periods = np.repeat(np.arange(self.periods), demand[product])
            self.due[product, : len(periods)] = periods
        first = np.zeros((1, products))
        self.changeover = np.vstack([changeover.astype(np.float64), first])
        self.holding = float(holding)
        self.prices = np.zeros((3, products, self.periods))
        self.best: NDArray[np.int64] | None = None
        self.cost = float("inf")
        self.bound = self.relaxed = -float("inf")

    def raise_bound(self, target: float, step: float, rounds: int) -> float:
        """Better prices and bound; the step that was left."""
        bound, step = climb(
            self.changeover, self.due, self.counts, self.holding, self.prices, target, step,
            rounds, PATIENCE,
        )  # fmt: skip
        self.relaxed = float(bound)
        self.bound = max(self.bound, float(np.ceil(bound - WHOLE)))
        return float(step)

    def search(self, width: int, until: float) -> bool:
        """Search with ``width`` states a period; False where the time ran out in it.

        Every state kept can be completed, so that a search without a limit finds an answer.
        """
        bench = bench_costs(self.changeover, self.prices)
        alone = product_costs(self.due, self.counts, self.holding, self.prices)
        products = len(self.counts)
        left = self.counts.astype(np.int16)[None, :].repeat(products + 1, axis=0)
        setups = np.arange(products + 1, dtype=np.int16)
        possible = np.append(self.counts > 0, self.counts.sum() == 0)
        left, setups = left[possible], setups[possible]
        spent = np.zeros(len(setups))
        steps = []
        dropped = float("inf")
        limit = self.cost - 1 + WHOLE
        for period in range(self.periods - 1, -1, -1):
            room = 1024
            while room < 4 * len(setups):
                room *= 2
            while True:
                size, left_, setups_, spent_, total, parent, made = expand(
                    period, left, setups, spent, self.changeover, self.due, self.holding, bench,
                    alone, limit, room,
                )  # fmt: skip
                if size >= 0:
                    break
                room *= 2
            if size == 0:
                break
            keep = np.arange(size)
            if size > width:
                order = np.argpartition(total[:size], width)
                keep = np.sort(order[:width])
                dropped = min(dropped, float(total[order[width:]].min()))
            left, setups, spent = left_[keep], setups_[keep], spent_[keep]
            steps.append((parent[keep].astype(np.int32), made[keep].astype(np.int8)))
            if time.monotonic() > until:
                return False
        else:
            end = int(np.argmin(spent))
            self.cost = float(spent[end])
            order_made = []
            for parent_, made_ in reversed(steps):
                order_made.append(int(made_[end]))
                end = int(parent_[end])
            self.best = np.array(order_made, np.int64)
        bound = float(np.ceil(min(dropped, self.cost) - WHOLE))
        self.bound = max(self.bound, min(bound, self.cost))
        return True


def best_sequence(
    demand: IntArray, changeover: IntArray, holding: int, *, time_limit: float
) -> Sequence:
    """The cheapest sequence found in ``time_limit`` seconds, and a bound on every sequence.

    ``demand`` (products, periods) batches due, ``changeover`` (products, products) whole costs.
    ``products`` is None where no sequence meets the demand.
    """
    due_by = demand.sum(axis=0).cumsum()
    if np.any(due_by > np.arange(1, demand.shape[1] + 1)):
        return Sequence(None, float("inf"), float("inf"))
    until = time.monotonic() + time_limit
    search = _Search(demand, changeover, holding)
    search.search(FIRST_STATES, float("inf"))
    widest = max(FIRST_STATES, STEPS_KEPT // demand.shape[1])
    width, step = FIRST_STATES, 1.0
    while search.bound < search.cost and time.monotonic() < until:
        before = search.relaxed
        step = max(LEAST_STEP, search.raise_bound(search.cost, step, ROUNDS))
        if not search.search(width, until):
            break
        if search.relaxed - before < WORTH_PRICES * (search.cost - search.relaxed):
            width = min(2 * width, widest)
    return Sequence(search.best, search.cost, search.bound)
