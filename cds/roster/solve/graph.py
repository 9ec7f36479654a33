"""All rosters of one person as the paths of a layered graph.

The product of the person's counters, day by day, keeps only what can be
reached from the first day and can still reach the last. A path is a roster that
keeps the person's hard rules; the costs along it are what soft rules charge.
Options that every counter treats alike form one class and share an arc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.solve.counters import FORBIDDEN, Counter

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Layer:
    """Arcs of one day, sorted by the node they lead to.

    ``starts[n]`` is the first arc into node ``n`` of the next layer, of which
    every node has at least one; the last entry closes the last node.
    """

    tails: Ints
    classes: npt.NDArray[np.int8]
    costs: npt.NDArray[np.float64]
    starts: Ints


@dataclass(frozen=True, slots=True)
class Graph:
    """``class_of[option]`` (the last entry is OFF) is the option's class.

    The layers' arrays lie end to end in ``tails``, ``classes``, ``costs`` and
    ``starts``; ``arc_offsets[day]`` and ``node_offsets[day]`` say where each begins.
    """

    layers: tuple[Layer, ...]
    class_of: Ints
    kinds: int
    tails: Ints
    classes: npt.NDArray[np.int8]
    costs: npt.NDArray[np.float64]
    starts: Ints
    arc_offsets: Ints
    node_offsets: Ints

    @property
    def arcs(self) -> int:
        """How many arcs there are."""
        return len(self.tails)


class TooLarge(Exception):
    """The product of the counters has more arcs than were allowed."""


def build(
    counters: Sequence[Counter], days: int, shifts: int, *, most_arcs: int = 1 << 62
) -> Graph | None:
    """The graph of the product of ``counters``; None where no roster keeps the hard rules.

    Raises TooLarge beyond ``most_arcs`` arcs (before unreachable ones are dropped).
    """
    class_of, representatives = _classes(counters, shifts)
    radices = np.ones(len(counters), dtype=object)
    for index in range(1, len(counters)):
        radices[index] = radices[index - 1] * counters[index - 1].size
    if counters and int(radices[-1]) * counters[-1].size >= 1 << 62:
        raise TooLarge
    weights = radices.astype(np.int64)
    states = np.array([[counter.initial for counter in counters]], dtype=np.int64).reshape(1, -1)
    raw: list[tuple[Ints, npt.NDArray[np.int8], npt.NDArray[np.int64], Ints, int]] = []
    total = 0
    for day in range(days):
        tails, classes, costs, codes, following = [], [], [], [], []
        for number, option in enumerate(representatives):
            cost = np.zeros(len(states), dtype=np.int64)
            after = np.empty_like(states)
            for index, counter in enumerate(counters):
                move, price = counter.tables[day]
                column = states[:, index]
                after[:, index] = move[column, option]
                cost += price[column, option]
            possible = np.flatnonzero(cost < FORBIDDEN)
            tails.append(possible.astype(np.int32))
            classes.append(np.full(len(possible), number, dtype=np.int8))
            costs.append(cost[possible])
            following.append(after[possible])
            codes.append(after[possible] @ weights)
        code = np.concatenate(codes)
        if not len(code):
            return None
        total += len(code)
        # A layer far above its share means that those to come will be too.
        if total > most_arcs or len(code) > max(20.0 * most_arcs / days, 50_000):
            raise TooLarge
        _, first, heads = np.unique(code, return_index=True, return_inverse=True)
        states = np.concatenate(following)[first]
        raw.append(
            (
                np.concatenate(tails),
                np.concatenate(classes),
                np.concatenate(costs),
                heads.astype(np.int32),
                len(states),
            )
        )
    return _prune(raw, class_of, len(representatives))


def _classes(counters: Sequence[Counter], shifts: int) -> tuple[Ints, list[int]]:
    """Classes of options, and an option of each class; OFF is the last option."""
    distinct = {id(table): table for counter in counters for table in counter.tables}
    members: dict[bytes, int] = {}
    class_of = np.full(shifts + 1, -1, dtype=np.int32)
    representatives: list[int] = []
    for option in range(shifts + 1):
        key = b"".join(
            move[:, option].tobytes() + price[:, option].tobytes()
            for move, price in distinct.values()
        )
        if key not in members:
            members[key] = len(representatives)
            representatives.append(option)
        class_of[option] = members[key]
    return class_of, representatives


def _prune(
    raw: list[tuple[Ints, npt.NDArray[np.int8], npt.NDArray[np.int64], Ints, int]],
    class_of: Ints,
    classes: int,
) -> Graph | None:
    """Drop what cannot reach the last day, merging states that have become the same."""
    layers: list[Layer] = []
    # The new number of each node of the layer behind, -1 where it leads nowhere.
    numbers: npt.NDArray[np.int64] = np.zeros(raw[-1][4], dtype=np.int64)
    for day in range(len(raw) - 1, -1, -1):
        tails, kinds, costs, heads, _ = raw[day]
        count = raw[day - 1][4] if day else 1
        kept = numbers[heads] >= 0
        tails, kinds, costs = tails[kept], kinds[kept], costs[kept]
        onward = numbers[heads[kept]]
        # States with the same ways out, at the same costs, are one state from here on.
        ways = np.full((count, classes, 2), -1, dtype=np.int64)
        ways[tails, kinds, 0] = onward
        ways[tails, kinds, 1] = costs
        rows = ways.reshape(count, -1)
        alive = (ways[:, :, 0] >= 0).any(axis=1)
        keyed = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1])))
        _, first, merged = np.unique(keyed.ravel(), return_index=True, return_inverse=True)
        survivors = np.unique(merged[alive])
        if not len(survivors):
            return None
        renumbered = np.full(len(first), -1, dtype=np.int64)
        renumbered[survivors] = np.arange(len(survivors))
        chosen = np.zeros(count, dtype=bool)
        chosen[first[survivors]] = True
        numbers = renumbered[merged]
        kept = chosen[tails]
        order = np.argsort(onward[kept], kind="stable")
        sorted_heads = onward[kept][order]
        layers.append(
            Layer(
                numbers[tails[kept][order]].astype(np.int32),
                kinds[kept][order],
                costs[kept][order].astype(np.float64),
                np.searchsorted(sorted_heads, np.arange(sorted_heads[-1] + 2)).astype(np.int32),
            )
        )
    layers.reverse()
    return _laid_end_to_end(layers, class_of, classes)


def _laid_end_to_end(layers: Sequence[Layer], class_of: Ints, kinds: int) -> Graph:
    arcs = np.cumsum([0, *(len(layer.tails) for layer in layers)]).astype(np.int32)
    nodes = np.cumsum([0, *(len(layer.starts) for layer in layers)]).astype(np.int32)
    tails = np.concatenate([layer.tails for layer in layers])
    classes = np.concatenate([layer.classes for layer in layers])
    costs = np.concatenate([layer.costs for layer in layers])
    starts = np.concatenate([layer.starts for layer in layers])
    views = tuple(
        Layer(tails[a:b], classes[a:b], costs[a:b], starts[c:d])
        for a, b, c, d in zip(arcs, arcs[1:], nodes, nodes[1:], strict=False)
    )
    return Graph(views, class_of, kinds, tails, classes, costs, starts, arcs, nodes)
