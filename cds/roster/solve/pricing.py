"""The cheapest roster of a person at given prices of cells: a shortest path."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cds.roster.solve.graph import Graph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ShortestPath = Callable[[Graph, Floats], tuple[float, Ints]]
"""Takes a graph and prices [day, class]; gives the least cost and the class of each day.

The cost is infinite, and the classes mean nothing, where the prices forbid every path.
"""


def cheapest(graph: Graph, cells: Floats, shortest_path: ShortestPath) -> tuple[float, Ints]:
    """The least cost of a roster at ``cells`` [day, option] and its options by day.

    The last option is OFF. Infinite where the prices forbid every roster.
    """
    prices, options = _class_prices(graph, cells)
    value, classes = shortest_path(graph, prices)
    return value, options[np.arange(len(classes)), classes]


def shortest_path(graph: Graph, prices: Floats) -> tuple[float, Ints]:
    """By numpy alone, a layer at a time: starts at once, which a compiler does not."""
    distance = np.zeros(1)
    behind = []
    for layer, price in zip(graph.layers, prices, strict=True):
        value = distance[layer.tails]
        value += layer.costs
        value += price[layer.classes]
        behind.append(value)
        distance = np.minimum.reduceat(value, layer.starts[:-1])
    node = int(distance.argmin())
    best = float(distance[node])
    classes = np.zeros(len(prices), dtype=np.int64)
    if best == np.inf:
        return best, classes
    for day in range(len(prices) - 1, -1, -1):
        layer = graph.layers[day]
        start, stop = layer.starts[node], layer.starts[node + 1]
        arc = start + int(behind[day][start:stop].argmin())
        classes[day] = layer.classes[arc]
        node = int(layer.tails[arc])
    return best, classes


def _class_prices(graph: Graph, cells: Floats) -> tuple[Floats, Ints]:
    """Price [day, class] and the option that has it, of prices [day, option]."""
    days = np.arange(len(cells))
    prices = np.full((len(cells), graph.kinds), np.inf)
    options = np.zeros((len(cells), graph.kinds), dtype=np.int64)
    for number in range(graph.kinds):
        members = np.flatnonzero(graph.class_of == number)
        part = cells[:, members]
        best = part.argmin(axis=1)
        prices[:, number] = part[days, best]
        options[:, number] = members[best]
    return prices, options
