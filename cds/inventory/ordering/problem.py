"""The description of an ordering decision: items, their futures, and what they share.

A *period* is the time between two reviews (a week unless the caller says otherwise);
period 0 begins now. In each period, in this order: deliveries arrive, an order may be
placed, demand is met from the lots on hand, lots at the end of their life are discarded.
A lot with ``n`` periods of life left can be issued in this period and the ``n - 1`` next.

Money is in one currency throughout; quantities are in the unit in which the item is issued.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int32]

VITAL: Final = 0
ESSENTIAL: Final = 1
NON_ESSENTIAL: Final = 2


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An order placed earlier that has not arrived.

    ``arrival`` holds, for each scenario, the period at whose start it arrives (0: now);
    ``life`` is its life in periods when it arrives.
    """

    quantity: float
    arrival: Whole
    life: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProblem:
    """One item: what is there, what may happen, what it costs.

    ``lots`` has one row ``[quantity, periods of life left]`` a usable lot: recalled,
    quarantined and expired lots are not listed. ``demand`` and ``lead_time`` have shape
    (scenarios, periods); ``lead_time[s, t]`` is the number of periods after which an order
    placed in ``t`` arrives (0: at once). ``life_on_arrival`` is in periods, one number or one
    per scenario.

    ``life_shares`` has a row for each order of 0, 1, 2 … packs and a column for each life of
    1, 2 … periods: the chance of that life for each pack of such an order, where packs of one
    delivery differ (platelets). It needs an item of few states and no delay, and
    ``life_on_arrival`` says the longest life.

    Costs: ``shortage`` for each unit not met (each period that it waits, where ``unmet`` is
    "backlog"), ``expiry`` for each unit discarded (its value and its disposal), ``holding``
    for each unit left at the end of a period, ``order_line`` for each order. ``price`` is
    what a unit takes from the budget; what is used anyway is bought anyway, so the price is
    in no cost but ``expiry``.

    An order is 0, or a multiple of ``pack`` that is at least ``minimum_order``, at most
    ``quota``, and that brings stock and outstanding orders to ``maximum_stock`` at most.
    Each unit by which it leaves them below ``minimum_stock`` costs ``shortage`` once.
    """

    item: str
    demand: NDArray[np.floating]
    lead_time: NDArray[np.integer]
    life_on_arrival: int | NDArray[np.integer]
    life_shares: Numbers | None = None
    lots: Numbers = field(default_factory=lambda: np.zeros((0, 2)))
    pipeline: tuple[Outstanding, ...] = ()
    waiting: float = 0.0  # units of demand that wait already ("backlog" only)
    price: float = 0.0
    shortage: float = 0.0
    expiry: float = 0.0
    holding: float = 0.0
    order_line: float = 0.0
    pack: float = 1.0
    minimum_order: float = 0.0
    maximum_stock: float = inf
    quota: float = inf
    minimum_stock: float = 0.0
    volume: float = 0.0  # of a unit, in the cold room; 0: not kept there
    supplier: str = ""
    priority: int = NON_ESSENTIAL
    issuing: Literal["fefo", "lifo"] = "fefo"
    unmet: Literal["lost", "backlog"] = "lost"

    def __post_init__(self) -> None:
        """Raise ValueError where the parts do not fit one another."""
        if self.demand.ndim != 2 or self.lead_time.shape != self.demand.shape:
            raise ValueError(
                f"{self.item}: demand and lead_time need one shape, (scenarios, periods)"
            )
        scenarios, periods = self.demand.shape
        if scenarios == 0 or periods == 0:
            raise ValueError(f"{self.item}: at least one scenario and one period are needed")
        life = np.asarray(self.life_on_arrival)
        one_each = life.shape not in ((), (scenarios,))
        problems = (
            ("demand must be finite and not negative", bad_amounts(self.demand)),
            ("lead_time must not be negative", bool((self.lead_time < 0).any())),
            ("life_on_arrival must be one number or one per scenario", one_each),
            ("life_on_arrival must be at least 1", bool((life < 1).any())),
            ("life_shares must be chances of each life", not proper_shares(self.life_shares, life)),
            ("lots must have two columns, quantity and life", self.lots.shape[1:] != (2,)),
            ("lots must be finite and not negative", bad_amounts(self.lots)),
            ("pack must be positive", not 0 < self.pack < inf),
            ("waiting needs unmet='backlog'", self.waiting > 0 and self.unmet != "backlog"),
        )  # fmt: skip
        for message, wrong in problems:
            if wrong:
                raise ValueError(f"{self.item}: {message}")
        for name in (
            "price",
            "shortage",
            "expiry",
            "holding",
            "order_line",
            "volume",
            "waiting",
            "minimum_stock",
        ):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"{self.item}: {name} must be finite and not negative")
        for order in self.pipeline:
            if order.arrival.shape != (scenarios,) or bad_amounts(np.array([order.quantity])):
                raise ValueError(f"{self.item}: an outstanding order needs one arrival a scenario")

    @property
    def on_hand(self) -> float:
        """Units in usable lots, of at least one period of life."""
        return float(self.lots[self.lots[:, 1] >= 1, 0].sum())

    def below_minimum(self, quantity: float) -> float:
        """Units that stock and orders are below ``minimum_stock`` when so much is ordered."""
        return max(self.minimum_stock - self.on_hand - self.outstanding - quantity, 0.0)

    @property
    def outstanding(self) -> float:
        """Units ordered and not arrived."""
        return float(sum(order.quantity for order in self.pipeline))


def proper_shares(shares: Numbers | None, life: NDArray[np.integer]) -> bool:
    """Whether rows are chances of the lives from 1 to the longest."""
    if shares is None:
        return True
    if shares.ndim != 2 or shares.shape[1] != int(life.max()) or bad_amounts(shares):
        return False
    return bool(np.allclose(shares.sum(axis=1), 1.0))


def bad_amounts(amounts: NDArray[np.floating]) -> bool:
    """Whether any amount is negative, infinite or not a number."""
    return not bool(np.isfinite(amounts).all()) or bool((amounts < 0).any())


@dataclass(frozen=True, slots=True)
class Quota:
    """At most ``units`` of these items together (a controlled substance's allowance)."""

    name: str
    items: frozenset[str]
    units: float


@dataclass(frozen=True, slots=True)
class EitherOr:
    """At most ``orders`` of these items are ordered."""

    name: str
    items: frozenset[str]
    orders: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What the items share.

    ``budget`` and ``supplier_minimum`` are money; ``cold_volume`` is the whole room's, in the
    unit of ``ItemProblem.volume``: what is expected to lie there when an order of this period
    arrives, and the order, must fit. An order to a supplier is worth its minimum or nothing.
    """

    budget: float = inf
    cold_volume: float = inf
    supplier_minimum: dict[str, float] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    either_or: tuple[EitherOr, ...] = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """Of demand for ``item`` that cannot be met, ``share`` turns to ``substitute``.

    ``ratio`` units of the substitute take the place of one.
    """

    item: str
    substitute: str
    share: float
    ratio: float = 1.0
