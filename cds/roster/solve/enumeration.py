"""Every roster of a person whose reduced cost is within a margin of the cheapest.

At prices that give a bound, no roster of lower cost than ``bound + margin`` can
use a column whose reduced cost exceeds its person's least by more than
``margin``. Where the columns that remain are few, choosing among them all is
exact (Baldacci, Christofides and Mingozzi 2008 do so for vehicle routes).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cds.roster.solve.graph import Graph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def near_cheapest(
    graph: Graph, prices: Floats, margin: float, most: int
) -> npt.NDArray[np.int8] | None:
    """The class by day of every path within ``margin`` of the shortest.

    ``prices`` [day, class]. None where there are more than ``most``. Works from
    the first day on, keeping the partial paths that can still end in time.
    """
    ahead = _distances_to_end(graph, prices)
    limit = ahead[0][0] + margin + 1e-7
    nodes = np.zeros(1, dtype=np.int64)
    spent = np.zeros(1)
    paths = np.zeros((1, 0), dtype=np.int8)
    for day, layer in enumerate(graph.layers):
        order = np.argsort(layer.tails, kind="stable")
        tails = layer.tails[order]
        heads = (np.searchsorted(layer.starts, np.arange(len(tails)), side="right") - 1)[order]
        costs = (layer.costs + prices[day][layer.classes])[order]
        first = np.searchsorted(tails, nodes)
        count = np.searchsorted(tails, nodes, side="right") - first
        origin = np.repeat(np.arange(len(nodes)), count)
        offset = np.arange(len(origin)) - np.repeat(np.cumsum(count) - count, count)
        arc = np.repeat(first, count) + offset
        cost = spent[origin] + costs[arc]
        kept = cost + ahead[day + 1][heads[arc]] <= limit
        origin, arc, spent = origin[kept], arc[kept], cost[kept]
        if len(arc) > most:
            return None
        nodes = heads[arc]
        paths = np.column_stack([paths[origin], layer.classes[order][arc]])
    return paths


def _distances_to_end(graph: Graph, prices: Floats) -> list[Floats]:
    """For each layer of nodes, the least cost from there to the end."""
    last = graph.layers[-1]
    ahead = [np.zeros(len(last.starts) - 1)]
    for day in range(len(graph.layers) - 1, -1, -1):
        layer = graph.layers[day]
        heads = np.repeat(np.arange(len(layer.starts) - 1), np.diff(layer.starts))
        cost = layer.costs + prices[day][layer.classes] + ahead[0][heads]
        nodes = len(graph.layers[day - 1].starts) - 1 if day else 1
        before = np.full(nodes, np.inf)
        np.minimum.at(before, layer.tails, cost)
        ahead.insert(0, before)
    return ahead
