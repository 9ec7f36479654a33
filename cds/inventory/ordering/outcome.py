"""An order plan and what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["proved", "feasible", "deadline"]


@dataclass(frozen=True, slots=True)
class LaterOrders:
    """The rule by which the cost of later periods was reckoned, one entry a period.

    When stock that is expected to be used before it dies, with orders outstanding, is below
    ``reorder[t]``, enough packs are ordered to reach ``up_to[t]``. Both levels move by
    ``shift[t]`` for each unit that demand since now was above (or below) its expectation:
    later reviews will have learnt from it.
    """

    reorder: tuple[float, ...]
    up_to: tuple[float, ...]
    shift: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What to order of one item, and why.

    Costs are expected over the scenarios, in money; risks are probabilities:
    ``risk_until_arrival`` of running out before an order of today can arrive (nothing ordered
    now changes it), ``risk_without`` and ``risk_with`` before an order of the *next* review
    can arrive, without and with this order. Waste and shortage are expected units.
    """

    item: str
    quantity: float
    value: float  # price times quantity
    expected_cost: float
    expected_cost_without: float
    best_quantity: float  # if nothing were shared
    risk_until_arrival: float
    risk_without: float
    risk_with: float
    expected_waste: float
    expected_waste_without: float
    expected_shortage: float
    expected_shortage_without: float
    method: Literal["simulated", "exact"]
    later: LaterOrders
    limited_by: tuple[str, ...] = ()

    @property
    def saving(self) -> float:
        """Expected money saved by ordering now instead of not."""
        return self.expected_cost_without - self.expected_cost

    @property
    def saving_per_budget(self) -> float:
        """Expected money saved by each unit of money spent; 0 where nothing is spent."""
        return self.saving / self.value if self.value > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Multiplier:
    """The price of a shared limit: what one unit more of it would save.

    ``used`` and ``limit`` are in the limit's own unit. A supplier's minimum has a price too:
    what each unit of money that must be added to reach it costs.
    """

    name: str
    price: float
    used: float
    limit: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Order lines, best use of money first (items not ordered last), and the proof.

    Of all choices among the quantities that were tried, none costs less than ``bound``;
    ``gap`` is (cost - bound) / cost. ``status`` is "proved" within the gap asked for,
    "feasible" otherwise, "deadline" when time ran out and some items were reckoned roughly
    (``rough``). ``warnings`` name limits that no order can meet.
    """

    lines: tuple[Line, ...]
    multipliers: tuple[Multiplier, ...]
    expected_cost: float
    bound: float
    status: Status
    seed: int
    rough: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """(cost - bound) / cost, 0 where they meet."""
        if self.expected_cost <= self.bound:
            return 0.0
        return (self.expected_cost - self.bound) / max(abs(self.expected_cost), 1e-12)

    def __getitem__(self, item: str) -> Line:
        """The line of an item; KeyError where there is none."""
        for line in self.lines:
            if line.item == item:
                return line
        raise KeyError(item)
