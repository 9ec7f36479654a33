"""What a replay runs through: the items and what really happened, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Item:
    """An item's constants: costs a unit, order rules, life in periods on arrival.

    The costs have the meaning of ``ItemProblem``. ``opening`` are the lots on hand at the
    start, ``(quantity, periods of life left)``.
    """

    item: str
    price: float
    shortage: float
    expiry: float
    holding: float
    order_line: float
    life: int
    pack: float = 1.0
    minimum_order: float = 0.0
    maximum_stock: float = inf
    volume: float = 0.0
    supplier: str = ""
    priority: int = 2
    issuing: Literal["fefo", "lifo"] = "fefo"
    opening: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """What happened: demand and, had an order been placed, the delay it would have met.

    ``demand`` and ``lead_time`` have shape (items, periods).
    """

    items: tuple[Item, ...]
    demand: NDArray[np.float64]
    lead_time: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Raise ValueError where the shapes differ."""
        if self.demand.shape != self.lead_time.shape or len(self.items) != len(self.demand):
            raise ValueError("items, demand and lead_time need the same items and periods")


@dataclass(frozen=True)
class Beliefs:
    """What is believed at a review, from what was seen until then.

    ``demand`` (items, scenarios, periods): sampled futures, the present period first.
    ``lead_times``: for each item the delays seen so far, in periods. ``seen`` (items, past
    periods) is the demand of the past, the latest last.
    """

    demand: NDArray[np.floating]
    seen: NDArray[np.float64]
    lead_times: tuple[NDArray[np.int64], ...]

    @cached_property
    def protection(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and spread, by item, of demand until an order of now is in, and one period more."""
        scenarios, periods = self.demand.shape[1:]
        sums = np.cumsum(self.demand, axis=2, dtype=np.float64)
        means, spreads = np.zeros(len(sums)), np.zeros(len(sums))
        for index, delays in enumerate(self.lead_times):
            # A fixed stride spreads the delays seen over the scenarios without a random draw.
            delay = delays[(np.arange(scenarios) * STRIDE) % len(delays)]
            total = sums[index, np.arange(scenarios), np.clip(delay, 0, periods - 1)]
            means[index], spreads[index] = total.mean(), total.std()
        return means, spreads


STRIDE = 7919  # a prime


@dataclass(slots=True)
class Shelf:
    """An item's state in a replay: lots and orders under way."""

    lots: list[list[float]]  # [first period in which it cannot be issued, quantity], sorted
    orders: list[tuple[int, float, int]]  # (period of arrival, quantity, period of order)

    @property
    def on_hand(self) -> float:
        """Units in lots."""
        return sum(lot[1] for lot in self.lots)

    @property
    def outstanding(self) -> float:
        """Units under way."""
        return sum(order[1] for order in self.orders)
