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

ShortestPaths = Callable[[Graph, Floats], tuple[Floats, Ints]]
"""The same for several people: prices [day, class, person] to costs and classes [person, day]."""


def cheapest(graph: Graph, cells: Floats, shortest_path: ShortestPath) -> tuple[float, Ints]:
    """The least cost of a roster at ``cells`` [day, option] and its options by day.

    The last option is OFF. Infinite where the prices forbid every roster.
    """
    prices, options = class_prices(graph, cells[None])
    value, classes = shortest_path(graph, np.ascontiguousarray(prices[:, :, 0]))
    return value, options[0, np.arange(len(classes)), classes]


def all_cheapest(graph: Graph, cells: Floats, shortest_paths: ShortestPaths) -> tuple[Floats, Ints]:
    """As ``cheapest`` for people who share ``graph``, at ``cells`` [person, day, option]."""
    prices, options = class_prices(graph, cells)
    values, classes = shortest_paths(graph, prices)
    return values, np.take_along_axis(options, classes[:, :, None], axis=2)[:, :, 0]


def class_prices(graph: Graph, cells: Floats) -> tuple[Floats, Ints]:
    """Price [day, class, person] and option [person, day, class] of ``cells``.

    ``cells`` are prices [person, day, option]; of the options of a class that
    cost a person least is the one taken.
    """
    people, days, _ = cells.shape
    prices = np.empty((days, graph.kinds, people))
    options = np.empty((people, days, graph.kinds), dtype=np.int64)
    for number in range(graph.kinds):
        members = np.flatnonzero(graph.class_of == number)
        if len(members) == 1:
            prices[:, number, :] = cells[:, :, members[0]].T
            options[:, :, number] = members[0]
        else:
            part = cells[:, :, members]
            prices[:, number, :] = part.min(axis=2).T
            options[:, :, number] = members[part.argmin(axis=2)]
    return prices, options


def shortest_paths(graph: Graph, prices: Floats) -> tuple[Floats, Ints]:
    """By numpy alone, one person after the other."""
    people = range(prices.shape[2])
    found = [shortest_path(graph, np.ascontiguousarray(prices[:, :, p])) for p in people]
    return np.array([value for value, _ in found]), np.array([classes for _, classes in found])


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
