"""Replay a world under a policy and add up what happened."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cds.inventory.simulation.world import Beliefs, Item, Shelf, World

Believe = Callable[[int], Beliefs]
"""What is believed at the review that opens a period."""


class Policy(Protocol):
    """Decides orders from the shelves and beliefs; it never sees the world itself."""

    def orders(
        self, period: int, shelves: Sequence[Shelf], beliefs: Beliefs
    ) -> NDArray[np.float64]:
        """Units to order of each item."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Amounts by item (rows) and counted period (columns); money in costs, else units.

    ``stock`` and ``stock_value`` are at the end of a period.
    """

    items: tuple[Item, ...]
    demand: NDArray[np.float64]
    issued: NDArray[np.float64]
    wasted: NDArray[np.float64]
    ordered: NDArray[np.float64]
    received: NDArray[np.float64]
    stock: NDArray[np.float64]

    def column(self, name: str) -> NDArray[np.float64]:
        """A constant of the items, as a column."""
        return np.array([[getattr(item, name)] for item in self.items], np.float64)

    def costs(self) -> dict[str, float]:
        """Cost by cause: shortage, expiry, holding, order lines."""
        return {
            "shortage": float(((self.demand - self.issued) * self.column("shortage")).sum()),
            "expiry": float((self.wasted * self.column("expiry")).sum()),
            "holding": float((self.stock * self.column("holding")).sum()),
            "order lines": float(((self.ordered > 0) * self.column("order_line")).sum()),
        }

    @property
    def cost(self) -> float:
        """All costs together."""
        return sum(self.costs().values())

    def fill_rate(self, priority: int | None = None) -> float:
        """Issued share of demand, of all items or those of a priority; 1 where none was wanted."""
        kept = [priority is None or item.priority == priority for item in self.items]
        wanted = float(self.demand[kept].sum())
        return float(self.issued[kept].sum()) / wanted if wanted > 0 else 1.0

    @property
    def waste_share(self) -> float:
        """Value discarded as a share of the value received."""
        price = self.column("price")
        bought = float((self.received * price).sum())
        return float((self.wasted * price).sum()) / bought if bought > 0 else 0.0

    @property
    def mean_stock_value(self) -> float:
        """Value on hand at the end of a period, on average."""
        return float((self.stock * self.column("price")).sum(axis=0).mean())


def replay(world: World, policy: Policy, believe: Believe, *, warm_up: int = 0) -> Outcome:
    """What the policy would have done in the world; the first ``warm_up`` periods not counted.

    In each period deliveries arrive, the policy orders, demand is met first to expire first,
    what is not met is lost, what has reached the end of its life is discarded.
    """
    return replay_each(world, [policy], believe, warm_up=warm_up)[0]


def replay_each(
    world: World, policies: Sequence[Policy], believe: Believe, *, warm_up: int = 0
) -> list[Outcome]:
    """The outcome of each policy, as :func:`replay` has it.

    They go through the world in step: what is believed at a review is asked for once, and is
    not kept (thousands of items with a thousand futures each fill memory).
    """
    replays = [_Replay(world, policy) for policy in policies]
    for period in range(world.demand.shape[1]):
        beliefs = believe(period)
        for one in replays:
            one.review(period, beliefs)
    return [one.outcome(warm_up) for one in replays]


class _Replay:
    """One policy's shelves on their way through a world."""

    def __init__(self, world: World, policy: Policy) -> None:
        self._world, self._policy = world, policy
        self._shelves = [
            Shelf(sorted([float(life), quantity] for quantity, life in item.opening), [])
            for item in world.items
        ]
        self._amounts = {name: np.zeros(world.demand.shape) for name in AMOUNTS}

    def review(self, period: int, beliefs: Beliefs) -> None:
        """Receive, order, issue and discard in one period; periods come in order."""
        world, amounts = self._world, self._amounts
        for index, shelf in enumerate(self._shelves):
            amounts["received"][index, period] = receive(shelf, world.items[index], period)
        ordered = self._policy.orders(period, self._shelves, beliefs)
        for index, shelf in enumerate(self._shelves):
            item = world.items[index]
            quantity = float(ordered[index])
            if quantity > 0:
                arrival = period + int(world.lead_time[index, period])
                shelf.orders.append((arrival, quantity, period))
                amounts["ordered"][index, period] = quantity
                amounts["received"][index, period] += receive(shelf, item, period)
            wanted = float(world.demand[index, period])
            amounts["issued"][index, period] = issue(shelf, item, wanted)
            amounts["wasted"][index, period] = discard(shelf, period + 1)
            amounts["stock"][index, period] = shelf.on_hand

    def outcome(self, warm_up: int) -> Outcome:
        """What the periods so far add up to, the first ``warm_up`` left out."""
        kept = {name: values[:, warm_up:] for name, values in self._amounts.items()}
        return Outcome(items=self._world.items, demand=self._world.demand[:, warm_up:], **kept)


AMOUNTS = ("issued", "wasted", "ordered", "received", "stock")


def receive(shelf: Shelf, item: Item, period: int) -> float:
    """Put away the orders that have arrived; the units received."""
    received = 0.0
    for arrival, quantity, _ in shelf.orders:
        if arrival <= period:
            insort(shelf.lots, [float(period + item.life), quantity])
            received += quantity
    shelf.orders = [order for order in shelf.orders if order[0] > period]
    return received


def issue(shelf: Shelf, item: Item, wanted: float) -> float:
    """Issue up to ``wanted`` units, lot by lot; the units issued."""
    issued = 0.0
    lots = shelf.lots if item.issuing == "fefo" else shelf.lots[::-1]
    for lot in lots:
        if issued >= wanted:
            break
        taken = min(lot[1], wanted - issued)
        lot[1] -= taken
        issued += taken
    shelf.lots = [lot for lot in shelf.lots if lot[1] > 0]
    return issued


def discard(shelf: Shelf, period: int) -> float:
    """Discard what can no longer be issued in ``period``; the units discarded."""
    dead = sum(lot[1] for lot in shelf.lots if lot[0] <= period)
    shelf.lots = [lot for lot in shelf.lots if lot[0] > period]
    return dead
