"""Whom to buy an item from, and how long deliveries took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from cds.inventory.description import Offer, OpenOrder, Pharmacy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Days = NDArray[np.int64]

NEVER: Final = 1_000_000
"""Days after which what never comes would come."""
POOLING: Final = 20
"""Deliveries that all of a supplier's items together weigh against those of the item itself."""
LOST: Final = 0.002
"""Share of orders that never come; the longer one is out, the likelier it is one of them."""
DOUBTFUL: Final = 0.1
"""The chance of being lost from which on an order is not counted on."""
FEWEST_FOR_LATENESS: Final = 8
"""Deliveries below which no share of late ones is given."""


@dataclass(frozen=True, slots=True)
class Source:
    """The supplier of an item's best price.

    ``own`` and ``all_items``: days that deliveries of the item and of all of the supplier's items
    took; both are empty where there were none, and ``promised`` is taken. ``late``: the share of
    deliveries that took longer than promised; None where too little is known.
    """

    supplier: str
    price: float  # money a unit
    stale_price: bool
    minimum_order: float  # units
    promised: int | None
    own: tuple[int, ...]
    all_items: tuple[int, ...]
    late: float | None

    @property
    def days(self) -> tuple[int, ...]:
        """All that is known of its lead times."""
        known = self.own or self.all_items
        return known or (() if self.promised is None else (self.promised,))

    def sample(self, shape: tuple[int, ...], random: np.random.Generator) -> Days:
        """Days that deliveries may take, drawn one by one, so that orders may cross.

        The item's own deliveries count with their number, those of the supplier's other items
        with ``POOLING``.
        """
        return _pooled(self.own, self.all_items, self.days, shape, random)


def _pooled(
    own: tuple[int, ...],
    every: tuple[int, ...],
    fallback: tuple[int, ...],
    shape: tuple[int, ...],
    random: np.random.Generator,
) -> Days:
    import numpy as np

    if not own or not every:
        return random.choice(np.array(every or own or fallback, np.int64), size=shape)
    of_item = random.choice(np.array(own, np.int64), size=shape)
    of_all = random.choice(np.array(every, np.int64), size=shape)
    trust = len(own) / (len(own) + POOLING)
    return np.where(random.random(shape) < trust, of_item, of_all)


class Sources:
    """The source of every item of a pharmacy."""

    def __init__(self, pharmacy: Pharmacy) -> None:
        self._pharmacy = pharmacy
        self._own: dict[tuple[str, str], list[int]] = {}
        self._all: dict[str, list[int]] = {}
        rows = pharmacy.lead_times.select("supplier", "item", "days").iter_rows()
        for supplier, item, days in rows:
            self._all.setdefault(supplier, []).append(days)
            if item is not None:
                self._own.setdefault((supplier, item), []).append(days)
        self._offers: dict[tuple[str, str], Offer] = {}
        for offer in sorted(pharmacy.offers, key=lambda one: -one.price):
            self._offers[offer.item, offer.supplier] = offer

    def of(self, item: str) -> Source | None:
        """Where the item is bought; None where no price, or no lead time, is known."""
        price = self._pharmacy.prices.get(item)
        if price is None or price.supplier is None:
            return None
        source = self.from_supplier(item, price.supplier, price.value, stale=price.stale)
        return source if source.days else None

    def from_supplier(self, item: str, supplier: str, price: float, *, stale: bool) -> Source:
        """The item as one supplier sells it."""
        offer = self._offers.get((item, supplier))
        known = self._pharmacy.suppliers.get(supplier)
        promised = None if offer is None else offer.lead_time_days
        if promised is None and known is not None:
            promised = known.lead_time_days
        own = tuple(sorted(self._own.get((supplier, item), ())))
        every = tuple(sorted(self._all.get(supplier, ())))
        return Source(
            supplier=supplier,
            price=price,
            stale_price=stale,
            minimum_order=self.minimum_order(item, supplier),
            promised=promised,
            own=own,
            all_items=every,
            late=_late(own if len(own) >= FEWEST_FOR_LATENESS else every, promised),
        )

    def minimum_order(self, item: str, supplier: str) -> float:
        """The least units that the supplier delivers of the item."""
        offer = self._offers.get((item, supplier))
        return 0.0 if offer is None else offer.minimum_packs * self._pharmacy.items[item].pack

    def arrivals(
        self, order: OpenOrder, as_of: date, scenarios: int, random: np.random.Generator
    ) -> Days | None:
        """Days until an open order comes, one a scenario; None where it cannot be counted on.

        Of deliveries so far, those that took longer than it has been out tell how long it will
        still take, or that it is rather lost; without any deliveries, the day it is due.
        """
        import numpy as np

        elapsed = (as_of - order.ordered).days
        own = self._own.get((order.supplier, order.item), [])
        every = self._all.get(order.supplier, [])
        if every:
            mine = tuple(days - elapsed for days in own if days > elapsed)
            longer = tuple(days - elapsed for days in every if days > elapsed)
            trust = len(own) / (len(own) + POOLING)
            coming = (1.0 - trust) * len(longer) / len(every)
            coming += trust * len(mine) / len(own) if own else 0.0
            lost = LOST / (LOST + (1.0 - LOST) * coming)
            if lost >= DOUBTFUL:
                return None
            return _pooled(mine, longer, longer, (scenarios,), random)
        known = self._pharmacy.suppliers.get(order.supplier)
        if order.due is not None:
            left = (order.due - as_of).days
        elif known is not None and known.lead_time_days is not None:
            left = known.lead_time_days - elapsed
        else:
            return None
        return np.full(scenarios, left, np.int64) if left > 0 else None

    def faster(self, item: str, source: Source) -> Source | None:
        """Another supplier of the item whose median delivery takes fewer days; the cheapest."""
        from statistics import median

        found = []
        for (code, supplier), offer in self._offers.items():
            if code != item or supplier == source.supplier:
                continue
            until = offer.valid_until
            if until is not None and until < self._pharmacy.as_of:
                continue
            price = offer.price / self._pharmacy.items[item].pack
            other = self.from_supplier(item, supplier, price, stale=False)
            if other.days and median(other.days) < median(source.days):
                found.append(other)
        return min(found, key=lambda one: (one.price, one.supplier), default=None)


def _late(days: tuple[int, ...], promised: int | None) -> float | None:
    if promised is None or len(days) < FEWEST_FOR_LATENESS:
        return None
    return sum(taken > promised for taken in days) / len(days)
