"""When the next delivery of an item may come, from what suppliers did so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cds.inventory.description import OpenOrder, Pharmacy

_FEWEST: Final = 5
"""Deliveries of the item itself from which on those of the supplier's other items are not asked."""

Basis = Literal["item", "supplier", "stated", "due"]


@dataclass(frozen=True, slots=True)
class NextDelivery:
    """``days``: possible days until it comes, each as likely as the others; at least 1.

    ``order``: the open order that comes; None where nothing is on order and one placed today
    would come. ``basis``: the deliveries of the item or of all the supplier's items, the
    promised lead time, or the date on which the order is due.
    """

    days: tuple[int, ...]
    supplier: str
    basis: Basis
    order: OpenOrder | None = None


class LeadTimes:
    """The lead times of a pharmacy's suppliers."""

    def __init__(self, pharmacy: Pharmacy) -> None:
        self._pharmacy = pharmacy
        self._of_item: dict[tuple[str, str], list[int]] = {}
        self._of_supplier: dict[str, list[int]] = {}
        for supplier, item, days in pharmacy.lead_times.select(
            "supplier", "item", "days"
        ).iter_rows():
            self._of_supplier.setdefault(supplier, []).append(days)
            if item is not None:
                self._of_item.setdefault((supplier, item), []).append(days)
        self._promised = {
            (offer.item, offer.supplier): offer.lead_time_days
            for offer in pharmacy.offers
            if offer.lead_time_days is not None
        }
        self._orders: dict[str, list[OpenOrder]] = {}
        for order in pharmacy.orders:
            self._orders.setdefault(order.item, []).append(order)

    def of(self, item: str, supplier: str) -> tuple[tuple[int, ...], Basis] | None:
        """Days that deliveries took; the promised days where there were none; None: not known."""
        own = self._of_item.get((supplier, item), [])
        if len(own) >= _FEWEST:
            return tuple(sorted(own)), "item"
        every = self._of_supplier.get(supplier, [])
        if every:
            return tuple(sorted(every)), "supplier"
        promised = self._promised.get((item, supplier))
        known = self._pharmacy.suppliers.get(supplier)
        if promised is None and known is not None:
            promised = known.lead_time_days
        return None if promised is None else ((promised,), "stated")

    def next_delivery(self, item: str) -> NextDelivery | None:
        """The earliest delivery that may be counted on; None where nothing tells when.

        Of an open order the deliveries that took longer than it has been out tell how long it
        will still take. Without one, an order placed today with the supplier of the item's
        price is taken.
        """
        as_of = self._pharmacy.as_of
        found = [
            remaining
            for order in self._orders.get(item, [])
            if (remaining := self._remaining(order, as_of)) is not None
        ]
        if found:
            return min(found, key=lambda one: (sum(one.days) / len(one.days), one.supplier))
        price = self._pharmacy.prices.get(item)
        supplier = price.supplier if price is not None else None
        if supplier is None:
            return None
        known = self.of(item, supplier)
        if known is None:
            return None
        days, basis = known
        return NextDelivery(_at_least_one(days), supplier, basis, None)

    def overdue(self, item: str) -> tuple[OpenOrder, ...]:
        """Open orders that are out for longer than any delivery took: not counted on."""
        as_of = self._pharmacy.as_of
        orders = self._orders.get(item, [])
        return tuple(order for order in orders if self._remaining(order, as_of) is None)

    def _remaining(self, order: OpenOrder, as_of: date) -> NextDelivery | None:
        elapsed = (as_of - order.ordered).days
        known = self.of(order.item, order.supplier)
        if known is not None and known[1] in ("item", "supplier"):
            days = [taken - elapsed for taken in known[0] if taken > elapsed]
            if not days:
                return None
            return NextDelivery(_at_least_one(days), order.supplier, known[1], order)
        if order.due is not None:
            left = (order.due - as_of).days
            return NextDelivery((left,), order.supplier, "due", order) if left > 0 else None
        if known is not None and known[0][0] > elapsed:
            return NextDelivery((known[0][0] - elapsed,), order.supplier, "stated", order)
        return None


def _at_least_one(days: Sequence[int]) -> tuple[int, ...]:
    return tuple(max(day, 1) for day in days)
