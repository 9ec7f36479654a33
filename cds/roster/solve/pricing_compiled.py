"""The shortest paths of ``pricing``, compiled by numba: the same answers many times sooner.

People who share a graph are priced together: each arc is read once for all of
them, and the processor adds their prices at a stroke. The first use on a machine
compiles for a second or two, so it happens in a thread while numpy does the
work; later runs read the compiled code from a cache.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import numpy as np

from cds.roster.solve.graph import Graph
from cds.roster.solve.pricing import Floats, Ints, shortest_path

WORTH_COMPILING = 100_000
"""Arcs in one round of pricing above which the compiler earns its keep."""

ABREAST = 8
"""So many people are priced together: as many as fit the processor's widest registers."""

FEW = 3
"""Fewer than these are priced one by one."""

_GRAPH = "i4[::1], i1[::1], f8[::1], i4[::1], i4[::1], i4[::1]"
_ONE = f"float64({_GRAPH}, f8[:,::1], i8[::1])"
_ALL = f"void({_GRAPH}, f8[:,:,::1], f8[:,::1], i8[:,::1], f8[::1])"
"""What the compiled functions take: a graph's arrays, then prices and where results go."""


class Compiled:
    """Callable as ``shortest_path``; runs by numpy until the compiled code is there."""

    def __init__(self) -> None:
        self._shared = _shared()

    def __call__(self, graph: Graph, prices: Floats) -> tuple[float, Ints]:
        """As ``pricing.shortest_path``: the same sums in the same order."""
        kernel = self._shared.kernel
        if kernel is None:
            return shortest_path(graph, prices)
        classes = np.zeros(len(prices), dtype=np.int64)
        value = kernel(
            graph.tails,
            graph.classes,
            graph.costs,
            graph.starts,
            graph.arc_offsets,
            graph.node_offsets,
            prices,
            classes,
        )
        return float(value), classes

    def together(self, graph: Graph, prices: Floats) -> tuple[Floats, Ints]:
        """Least costs [person] and classes [person, day] at ``prices`` [day, class, person].

        At most ``ABREAST`` people.
        """
        days, kinds, people = prices.shape
        kernel = self._shared.kernel_abreast
        if kernel is None or people < FEW:
            found = [self(graph, np.ascontiguousarray(prices[:, :, p])) for p in range(people)]
            return np.array([value for value, _ in found]), np.array([path for _, path in found])
        padded = np.zeros((days, kinds, ABREAST))
        padded[:, :, :people] = prices
        values = np.zeros(ABREAST)
        classes = np.zeros((ABREAST, days), dtype=np.int64)
        kernel(
            graph.tails,
            graph.classes,
            graph.costs,
            graph.starts,
            graph.arc_offsets,
            graph.node_offsets,
            padded,
            np.empty((int(graph.node_offsets[-1]) + 1, ABREAST)),
            classes,
            values,
        )
        return values[:people], classes[:people]

    def wait(self) -> None:
        """Return when the compiled code is there (or cannot be had)."""
        self._shared.thread.join()


class _Compilation:
    """Done once in a process, in a thread of its own."""

    def __init__(self) -> None:
        self.kernel: Any = None
        self.kernel_abreast: Any = None
        self.thread = threading.Thread(target=self._compile, daemon=True)
        self.thread.start()

    def _compile(self) -> None:
        try:
            from numba import njit
        except ImportError:  # a platform without numba: numpy alone does it too
            return
        try:
            self.kernel = njit(_ONE, cache=True, nogil=True)(_relax)
            self.kernel_abreast = njit(_ALL, cache=True, nogil=True)(_relax_abreast)
        except RuntimeError:  # nowhere to keep the cache
            self.kernel = njit(_ONE, nogil=True)(_relax)
            self.kernel_abreast = njit(_ALL, nogil=True)(_relax_abreast)


@cache
def _shared() -> _Compilation:
    return _Compilation()


def _relax(  # type: ignore[no-untyped-def]
    tails, classes, costs, starts, arc_offsets, node_offsets, prices, chosen
):
    """Shortest distances layer by layer, then the path back."""
    days = len(prices)
    widest = 1
    for day in range(days):
        widest = max(widest, node_offsets[day + 1] - node_offsets[day])
    distance = np.zeros(widest)
    following = np.empty(widest)
    taken = np.empty(len(starts), dtype=np.int32)
    for day in range(days):
        first_arc = arc_offsets[day]
        first_node = node_offsets[day]
        nodes = node_offsets[day + 1] - first_node - 1
        for node in range(nodes):
            best = np.inf
            arc_taken = first_arc + starts[first_node + node]
            for arc in range(
                first_arc + starts[first_node + node], first_arc + starts[first_node + node + 1]
            ):
                value = distance[tails[arc]] + costs[arc] + prices[day, classes[arc]]
                if value < best:
                    best = value
                    arc_taken = arc
            following[node] = best
            taken[first_node + node] = arc_taken
        distance, following = following, distance
    node = 0
    for other in range(node_offsets[days] - node_offsets[days - 1] - 1):
        if distance[other] < distance[node]:
            node = other
    best = distance[node]
    if best == np.inf:
        return best
    for day in range(days - 1, -1, -1):
        arc = taken[node_offsets[day] + node]
        chosen[day] = classes[arc]
        node = tails[arc]
    return best


def _relax_abreast(  # type: ignore[no-untyped-def]
    tails,
    classes,
    costs,
    starts,
    arc_offsets,
    node_offsets,
    prices,
    distances,
    chosen,
    values,
):
    """Shortest distances [node, person] layer by layer, then each person's path back."""
    days = len(prices)
    best = np.empty(ABREAST)
    behind = 0
    here = 1
    distances[0, :] = 0.0
    for day in range(days):
        first_arc = arc_offsets[day]
        first_node = node_offsets[day]
        nodes = node_offsets[day + 1] - first_node - 1
        for node in range(nodes):
            for person in range(ABREAST):
                best[person] = np.inf
            for arc in range(
                first_arc + starts[first_node + node], first_arc + starts[first_node + node + 1]
            ):
                tail = behind + tails[arc]
                cost = costs[arc]
                kind = classes[arc]
                for person in range(ABREAST):
                    value = distances[tail, person] + cost + prices[day, kind, person]
                    best[person] = value if value < best[person] else best[person]
            for person in range(ABREAST):
                distances[here + node, person] = best[person]
        behind = here
        here += nodes
    for person in range(ABREAST):
        node = 0
        for other in range(here - behind):
            if distances[behind + other, person] < distances[behind + node, person]:
                node = other
        values[person] = distances[behind + node, person]
        if values[person] == np.inf:
            continue
        layer = behind
        for day in range(days - 1, -1, -1):
            first_arc = arc_offsets[day]
            first_node = node_offsets[day]
            if day > 0:
                layer -= first_node - node_offsets[day - 1] - 1
            else:
                layer = 0
            taken = first_arc + starts[first_node + node]
            least = np.inf
            for arc in range(taken, first_arc + starts[first_node + node + 1]):
                value = (
                    distances[layer + tails[arc], person]
                    + costs[arc]
                    + prices[day, classes[arc], person]
                )
                if value < least:
                    least = value
                    taken = arc
            chosen[person, day] = classes[taken]
            node = tails[taken]
