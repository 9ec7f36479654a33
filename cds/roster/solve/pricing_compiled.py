"""The shortest path of ``pricing``, compiled by numba: the same answer about ten times sooner.

The first use on a machine compiles for a second or two, so it happens in a
thread while numpy does the work; later runs read the compiled code from a cache.
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

    def wait(self) -> None:
        """Return when the compiled code is there (or cannot be had)."""
        self._shared.thread.join()


class _Compilation:
    """Done once in a process, in a thread of its own."""

    def __init__(self) -> None:
        self.kernel: Any = None
        self.thread = threading.Thread(target=self._compile, daemon=True)
        self.thread.start()

    def _compile(self) -> None:
        try:
            from numba import njit
        except ImportError:  # a platform without numba: numpy alone does it too
            return
        signature = (
            "float64(i4[::1], i1[::1], f8[::1], i4[::1], i4[::1], i4[::1], f8[:,::1], i8[::1])"
        )
        try:
            self.kernel = njit(signature, cache=True, nogil=True)(_relax)
        except RuntimeError:  # nowhere to keep the cache
            self.kernel = njit(signature, nogil=True)(_relax)


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
