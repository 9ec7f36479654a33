"""The cheapest roster of a person whose graph leaves one long count out.

Working time over a year would multiply a graph by hundreds. It is counted beside
the graph instead, within a band of amounts around a course by day: the cheapest
path to each node with each amount within the band.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cds.roster.solve.graph import Graph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Amounts of which the count is kept: before day ``d``, ``base[d]`` and the next ``width``.

    ``amounts[day, group]`` is what an option of a group adds; ``charge[k]`` what it
    costs to end with ``base[-1] + k``, infinite where that breaks a hard rule.
    """

    base: Ints
    width: int
    amounts: Ints
    charge: Floats


def counted_path(graph: Graph, prices: Floats, band: Band) -> tuple[float, Ints, Ints]:
    """The least cost at ``prices`` [day, class, group]; the class and group of each day.

    The cost is infinite, and the rest means nothing, where no path stays in the band.
    """
    distances = np.full((int(graph.node_offsets[-1]) + 1, band.width), np.inf)
    distances[0, -int(band.base[0])] = 0.0
    kernel = _shared().kernel or _relax
    kernel(
        graph.tails, graph.classes, graph.costs, graph.starts, graph.arc_offsets,
        graph.node_offsets, prices, band.base, band.amounts, distances,
    )  # fmt: skip
    return _way_back(graph, prices, band, distances)


def _way_back(
    graph: Graph, prices: Floats, band: Band, distances: Floats
) -> tuple[float, Ints, Ints]:
    days, groups = len(prices), prices.shape[2]
    first = _first_nodes(graph)
    ends = distances[first[days] :] + band.charge
    best = float(ends.min())
    classes = np.zeros(days, dtype=np.int64)
    chosen = np.zeros(days, dtype=np.int64)
    if best == np.inf:
        return best, classes, chosen
    node, place = (int(i) for i in np.unravel_index(int(ends.argmin()), ends.shape))
    for day in range(days - 1, -1, -1):
        layer = graph.layers[day]
        arcs = slice(layer.starts[node], layer.starts[node + 1])
        tails, kinds = layer.tails[arcs], layer.classes[arcs]
        before = place - band.amounts[day] - band.base[day] + band.base[day + 1]
        inside = (before >= 0) & (before < band.width)
        value = np.full((len(tails), groups), np.inf)
        for group in np.flatnonzero(inside).tolist():
            value[:, group] = (
                distances[first[day] + tails, before[group]]
                + layer.costs[arcs]
                + prices[day, kinds, group]
            )
        arc, group = (int(i) for i in np.unravel_index(int(value.argmin()), value.shape))
        classes[day], chosen[day] = kinds[arc], group
        node, place = int(tails[arc]), int(before[group])
    return best, classes, chosen


def _first_nodes(graph: Graph) -> Ints:
    """Where each layer's distances begin: one node before day 0, then each day's heads."""
    heads = np.diff(graph.node_offsets) - 1
    return np.concatenate([[0, 1], 1 + np.cumsum(heads)]).astype(np.int64)


def _relax(  # type: ignore[no-untyped-def]
    tails, classes, costs, starts, arc_offsets, node_offsets, prices, base, amounts, distances
):
    """Distances [node, place in the band], layer by layer; each row of ``distances`` is a node."""
    days, _, groups = prices.shape
    width = distances.shape[1]
    behind = 0
    here = 1
    for day in range(days):
        first_arc = arc_offsets[day]
        first_start = node_offsets[day]
        nodes = node_offsets[day + 1] - first_start - 1
        for node in range(nodes):
            for arc in range(
                first_arc + starts[first_start + node], first_arc + starts[first_start + node + 1]
            ):
                tail = behind + tails[arc]
                for group in range(groups):
                    price = costs[arc] + prices[day, classes[arc], group]
                    if price == np.inf:
                        continue
                    shift = amounts[day, group] + base[day] - base[day + 1]
                    low = max(0, -shift)
                    length = min(width, width - shift) - low
                    source = distances[tail, low : low + length]
                    target = distances[here + node, low + shift : low + shift + length]
                    for place in range(length):
                        value = source[place] + price
                        best = target[place]
                        target[place] = value if value < best else best
        behind = here
        here += nodes


class _Compilation:
    def __init__(self) -> None:
        self.kernel: Any = None
        self.thread = threading.Thread(target=self._compile, daemon=True)
        self.thread.start()

    def _compile(self) -> None:
        try:
            from numba import njit
        except ImportError:  # without numba: the same, slowly
            return
        signature = (
            "void(i4[::1], i1[::1], f8[::1], i4[::1], i4[::1], i4[::1], f8[:,:,::1], i8[::1],"
            " i8[:,::1], f8[:,::1])"
        )
        try:
            self.kernel = njit(signature, cache=True, nogil=True)(_relax)
        except RuntimeError:  # nowhere to keep the cache
            self.kernel = njit(signature, nogil=True)(_relax)


@cache
def _shared() -> _Compilation:
    made = _Compilation()
    made.thread.join()
    return made
