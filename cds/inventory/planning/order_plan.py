"""An order plan: what to order of each item and why, what was left out, what a person must see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from cds.inventory.attention import Look
from cds.inventory.description import Lot
from cds.inventory.ordering.check.violation import Violation
from cds.inventory.ordering.outcome import Line, Plan
from cds.inventory.planning.build import Portfolio, Unplannable
from cds.inventory.planning.future import ItemFuture

SUPPLIER_MINIMUM: Final = "minimum of "
"""How the limit begins that is a supplier's least order value; its code follows."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item that was planned, with what to order of it (0: nothing) and the facts behind.

    ``arrival``: early, usual and late day on which an order of today comes (5, 50, 95 % of
    scenarios). ``cover_days``: usable stock at expected demand, what expires first left out, up
    to now; ``wanted_days``: days until an order of the *next* review usually has come as well,
    which this one must reach. ``next_arrival``: that day. Risks are chances: to run out before an
    order of today comes (``risk_before``: nothing ordered today changes it), and before both it
    and an order of the next review have, without and with this order; so ``risk_before`` <=
    ``risk_with`` <= ``risk_without``. ``needed_by``: the first day by which it runs out, without an
    order, with a chance of 5 %; None: not within the horizon. ``late``: share of deliveries later
    than promised. ``saving``: expected money saved by ordering now instead of at the next review.
    ``best_quantity``: what would be best if nothing were shared; ``limited_by``: what keeps the
    order from it. ``lots``: what was counted as usable, first to expire first. ``sites``: units
    for each site, where there are several.
    """

    rank: int
    item: str
    supplier: str
    packs: int
    quantity: float
    pack_price: float
    cost: float
    stale_price: bool
    arrival: tuple[date, date, date]
    next_arrival: date
    needed_by: date | None
    usable: float
    on_order: float
    daily: float
    cover_days: float | None
    wanted_days: int
    late: float | None
    risk_before: float
    risk_without: float
    risk_with: float
    expected_cost: float
    expected_cost_without: float
    saving: float
    saving_per_money: float
    short_without: float
    short_with: float
    waste_without: float
    waste_with: float
    best_quantity: float
    limited_by: tuple[str, ...]
    method: str
    lots: tuple[Lot, ...]
    sites: Mapping[str, float]

    @property
    def filled_up(self) -> bool:
        """Whether more is ordered than is best, to reach the supplier's minimum."""
        least = any(name.startswith(SUPPLIER_MINIMUM) for name in self.limited_by)
        return least and self.quantity > self.best_quantity


@dataclass(frozen=True, slots=True)
class Shared:
    """Units of what there is for each site until the next delivery, where it will not do."""

    item: str
    available: float
    needs: Mapping[str, float]
    given: Mapping[str, float]


@dataclass(frozen=True)
class OrderPlan:
    """Tonight's order.

    ``lines``: every planned item, best use of money first, those not ordered last.
    ``unplanned``: items that no order can be reckoned for, and why. ``violations``: what the
    independent checker found; an order with any must not be sent. ``engine``, ``portfolio`` and
    ``futures`` are what it was made from, for explanations and charts.
    """

    as_of: date
    seed: int
    scenarios: int
    lines: tuple[OrderLine, ...]
    unplanned: Mapping[str, Unplannable]
    looks: tuple[Look, ...]
    shared: tuple[Shared, ...]
    violations: tuple[Violation, ...]
    budget: float | None  # for tonight
    engine: Plan
    portfolio: Portfolio
    futures: Mapping[str, ItemFuture]

    @property
    def orders(self) -> tuple[OrderLine, ...]:
        """The lines that order something."""
        return tuple(line for line in self.lines if line.quantity > 0)

    @property
    def left_out(self) -> tuple[OrderLine, ...]:
        """Lines that a limit keeps below what is best for the item."""
        return tuple(
            line for line in self.lines if line.limited_by and line.quantity < line.best_quantity
        )

    @property
    def cost(self) -> float:
        """Money that the order takes."""
        return sum(line.cost for line in self.lines)

    @property
    def saving(self) -> float:
        """Expected money saved by it."""
        return sum(line.saving for line in self.orders)

    def line(self, item: str) -> OrderLine | None:
        """The line of an item; None where it was not planned."""
        return next((line for line in self.lines if line.item == item), None)

    def engine_line(self, item: str) -> Line:
        """What the engine says of an item; KeyError where it was not planned."""
        return self.engine[item]
