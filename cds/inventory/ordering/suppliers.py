"""Which suppliers with a minimum order value get an order: branch and bound over that alone.

Where an order is worth its supplier's minimum anyway nothing is decided. Where it is not, the
order is enlarged or dropped; each such question splits a node into two, each with the bound
that its own prices prove.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import Final

import numpy as np

from cds.inventory.ordering.choice import Choice, Columns
from cds.inventory.ordering.multipliers import Priced, best_prices
from cds.inventory.ordering.selection import improved, mended

MOST_NODES: Final = 40

Decided = dict[str, bool]
"""Suppliers that must get an order, and suppliers that must get none."""


def choose(
    choice: Choice, gap: float, seed: int, late: bool = False
) -> tuple[Priced, Columns, float]:
    """Prices at the root, the best choice found, and a bound on every choice.

    Stops when cost and bound are within ``gap`` (relative), or after ``MOST_NODES`` nodes;
    ``late`` allows the root only, and no CP-SAT.
    """
    root = best_prices(choice)
    found = mended(choice, root)
    if late:
        return root, found, root.bound
    cost = choice.cost(found)
    if far(cost, root.bound, gap):
        found = improved(choice, root, found, seed)
        cost = choice.cost(found)
    waiting: list[tuple[float, int, Decided, Priced]] = [(root.bound, 0, {}, root)]
    nodes = 0
    settled = np.inf  # the least bound of nodes that are not split further
    while waiting and nodes < MOST_NODES:
        if not far(cost, min(waiting[0][0], settled), gap):
            break
        bound, _, decided, priced = heapq.heappop(waiting)
        question = next_question(choice, priced, decided)
        if question is None:
            settled = min(settled, bound)
            continue
        for answer in (True, False):
            nodes += 1
            now = {**decided, question: answer}
            part = restricted(choice, now)
            below = best_prices(part)
            if below.bound >= cost:
                continue
            below = of_whole(choice, part, below)
            heapq.heappush(waiting, (max(below.bound, bound), nodes, now, below))
            trial = mended(part, inside(choice, part, below))
            if far(choice.cost(trial), below.bound, gap):
                trial = improved(part, inside(choice, part, below), trial, seed)
            if keeps_minima(choice, trial) and choice.cost(trial) < cost:
                found, cost = trial, choice.cost(trial)
    open_bounds = [entry[0] for entry in waiting]
    return root, found, min([cost, settled, *open_bounds])


def far(cost: float, bound: float, gap: float) -> bool:
    """Whether cost and bound are further apart than the gap."""
    return bool(cost - bound > gap * max(abs(cost), 1e-12))


def keeps_minima(choice: Choice, chosen: Columns) -> bool:
    """Whether every supplier gets nothing or its minimum."""
    worths = [(choice.worth(minimum, chosen), minimum.least) for minimum in choice.minima]
    return all(worth <= 0 or worth >= least for worth, least in worths)


def next_question(choice: Choice, priced: Priced, decided: Decided) -> str | None:
    """The undecided supplier whose minimum is hardest to reach; None where all are reached."""
    worst, name = 0.0, None
    for index, minimum in enumerate(choice.minima):
        if minimum.name in decided:
            continue
        worth = choice.worth(minimum, priced.chosen)
        lacking = max(minimum.least - worth, 0.0) if priced.opened[index] else 0.0
        cost = float(priced.minimum_prices[index]) * minimum.least + 1e-6 * lacking
        if cost > worst:
            worst, name = cost, minimum.name
    return name


def restricted(choice: Choice, decided: Decided) -> Choice:
    """The choice with some suppliers obliged to get an order and some without."""
    costs = choice.costs
    minima = []
    for minimum in choice.minima:
        answer = decided.get(minimum.name)
        if answer is False:
            costs = costs.copy() if costs is choice.costs else costs
            costs[minimum.items, 1:] = np.inf
        else:
            minima.append(replace(minimum, required=answer is True))
    return replace(choice, costs=costs, minima=tuple(minima))


def of_whole(choice: Choice, part: Choice, priced: Priced) -> Priced:
    """Prices of a part with an entry for every supplier of the whole."""
    place = {minimum.name: index for index, minimum in enumerate(part.minima)}
    prices = [
        float(priced.minimum_prices[place[minimum.name]]) if minimum.name in place else 0.0
        for minimum in choice.minima
    ]
    opened = tuple(
        minimum.name in place and priced.opened[place[minimum.name]] for minimum in choice.minima
    )
    return replace(priced, minimum_prices=np.array(prices), opened=opened)


def inside(choice: Choice, part: Choice, priced: Priced) -> Priced:
    """The reverse of ``of_whole``."""
    kept = {minimum.name for minimum in part.minima}
    index = [i for i, minimum in enumerate(choice.minima) if minimum.name in kept]
    return replace(
        priced,
        minimum_prices=priced.minimum_prices[index],
        opened=tuple(priced.opened[i] for i in index),
    )
