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
    Paths are compared in single precision; the cost of the one found is exact.
    """
    days = len(prices)
    ahead = band.amounts - np.diff(band.base)[:, None]
    margin = int(np.abs(ahead).max(initial=0))
    rows = int(graph.node_offsets[-1]) + 1
    distances = _scratch(rows, band.width + 2 * margin)
    classes = np.zeros(days, dtype=np.int64)
    groups = np.zeros(days, dtype=np.int64)
    kernel = _shared().kernel or _search
    value = kernel(
        graph.tails, graph.classes, graph.costs, graph.starts, graph.arc_offsets,
        graph.node_offsets, prices, ahead, int(-band.base[0]), margin, band.charge,
        distances, classes, groups,
    )  # fmt: skip
    return float(value), classes, groups


_KEPT = threading.local()


def _scratch(rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Room for distances, the thread's own: fresh memory would cost as much as the search."""
    needed = rows * columns
    kept: npt.NDArray[np.float32] | None = getattr(_KEPT, "distances", None)
    if kept is None or len(kept) < needed:
        kept = _KEPT.distances = np.empty(needed, dtype=np.float32)
    return kept[:needed].reshape(rows, columns)


def _search(  # type: ignore[no-untyped-def]
    tails, classes, costs, starts, arc_offsets, node_offsets, prices, ahead, origin, margin,
    charge, distances, chosen, grouped,
):  # fmt: skip
    """Distances [node, place in the band] layer by layer, then the path back.

    A row of ``distances`` is a node; ``margin`` places on either side of the band
    are never reached. ``ahead`` [day, group] is what an option gains on the band.
    """
    days, kinds, groups = prices.shape
    rows, stride = distances.shape
    width = stride - 2 * margin
    never = np.float32(np.inf)
    flat = distances.reshape(-1)
    flat[:stride] = never
    flat[margin + origin] = 0.0
    count = np.zeros(kinds, dtype=np.int64)
    price_of = np.zeros((kinds, groups), dtype=np.float32)
    ahead_of = np.zeros((kinds, groups), dtype=np.int64)
    behind = 0
    here = 1
    for day in range(days):
        for kind in range(kinds):
            count[kind] = 0
            for group in range(groups):
                if prices[day, kind, group] < np.inf:
                    price_of[kind, count[kind]] = prices[day, kind, group]
                    ahead_of[kind, count[kind]] = ahead[day, group]
                    count[kind] += 1
        first_arc = arc_offsets[day]
        first_start = node_offsets[day]
        nodes = node_offsets[day + 1] - first_start - 1
        for node in range(nodes):
            row = (here + node) * stride
            flat[row : row + stride] = never
            target = flat[row + margin : row + margin + width]
            for arc in range(
                first_arc + starts[first_start + node], first_arc + starts[first_start + node + 1]
            ):
                kind = classes[arc]
                begin = (behind + tails[arc]) * stride + margin
                cost = np.float32(costs[arc])
                for number in range(count[kind]):
                    price = cost + price_of[kind, number]
                    origin = begin - ahead_of[kind, number]
                    source = flat[origin : origin + width]
                    for place in range(width):
                        value = source[place] + price
                        least = target[place]
                        target[place] = value if value < least else least
        behind = here
        here += nodes
    best = np.inf
    node = 0
    place = 0
    for other in range(here - behind):
        for end in range(width):
            value = distances[behind + other, margin + end] + charge[end]
            if value < best:
                best = value
                node = other
                place = end
    if best == np.inf:
        return best
    total = charge[place]
    for day in range(days - 1, -1, -1):
        first_arc = arc_offsets[day]
        first_start = node_offsets[day]
        behind -= 1 if day == 0 else first_start - node_offsets[day - 1] - 1
        least = np.inf
        taken = first_arc
        group_taken = 0
        for arc in range(
            first_arc + starts[first_start + node], first_arc + starts[first_start + node + 1]
        ):
            for group in range(groups):
                before = place - ahead[day, group]
                if before < 0 or before >= width:
                    continue
                value = (
                    distances[behind + tails[arc], margin + before]
                    + costs[arc]
                    + prices[day, classes[arc], group]
                )
                if value < least:
                    least = value
                    taken = arc
                    group_taken = group
        chosen[day] = classes[taken]
        grouped[day] = group_taken
        total += costs[taken] + prices[day, classes[taken], group_taken]
        place -= ahead[day, group_taken]
        node = tails[taken]
    return total


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
            "float64(i4[::1], i1[::1], f8[::1], i4[::1], i4[::1], i4[::1], f8[:,:,::1],"
            " i8[:,::1], i8, i8, f8[::1], f4[:,::1], i8[::1], i8[::1])"
        )
        try:
            self.kernel = njit(signature, cache=True, nogil=True)(_search)
        except RuntimeError:  # nowhere to keep the cache
            self.kernel = njit(signature, nogil=True)(_search)


@cache
def _shared() -> _Compilation:
    made = _Compilation()
    made.thread.join()
    return made
