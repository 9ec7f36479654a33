"""What lies in each place, how fast it is used there, and what a place may keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from cds.inventory.demand import RecentDemand, rates_by_place, recent_demand
from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import days_left, use_at


class Shelves:
    """Lots and rates of a pharmacy by item and place."""

    def __init__(
        self, pharmacy: Pharmacy, recent: Mapping[str, RecentDemand] | None = None
    ) -> None:
        """``recent`` is the recent demand, where it has been computed already."""
        self.pharmacy = pharmacy
        recent = recent_demand(pharmacy) if recent is None else recent
        held: dict[tuple[str, str], list[Lot]] = {}
        classes: dict[str, set[tuple[str, bool]]] = {}
        for lot in pharmacy.lots:
            held.setdefault((lot.item, lot.place), []).append(lot)
            kept = pharmacy.items[lot.item]
            classes.setdefault(lot.place, set()).add((kept.storage, kept.controlled))
        self.held: Mapping[tuple[str, str], list[Lot]] = held
        self._keepers: dict[str, list[str]] = {}
        for item, place in sorted(held):
            self._keepers.setdefault(item, []).append(place)
        self._classes = classes
        self._rates = _rates(pharmacy, held, recent)
        self._users: dict[str, list[str]] = {}
        for item, place in sorted(self._rates):
            if self._rates[item, place]:
                self._users.setdefault(item, []).append(place)

    def rate(self, item: str, place: str) -> float | None:
        """Units a day that the place uses or gives out of it; None where nothing tells."""
        return self._rates.get((item, place), 0.0)

    def users(self, item: str) -> tuple[str, ...]:
        """Places that use the item."""
        return tuple(self._users.get(item, ()))

    def keepers(self, item: str) -> tuple[str, ...]:
        """Places where some of the item lies."""
        return tuple(self._keepers.get(item, ()))

    def unused(self) -> dict[Lot, float | None]:
        """What of each lot will not be used in time where it lies; None where no rate is known.

        Of lots that are held back or have expired, that is all.
        """
        found: dict[Lot, float | None] = {}
        as_of = self.pharmacy.as_of
        for (item, place), lots in self.held.items():
            rate = self.rate(item, place)
            for lot in lots:
                found[lot] = None if lot.usable(as_of) else lot.quantity
            if rate is not None:
                found |= {use.lot: use.unused for use in use_at(lots, as_of, rate)}
        return found

    def may_hold(self, item: str, place: str) -> bool:
        """Whether a place may keep an item: its storage class, and controlled items.

        Of places that no table describes, those that keep the like of it now may.
        """
        article, where = self.pharmacy.items[item], self.pharmacy.places.get(place)
        if where is None:
            return False
        if where.described:
            return article.storage in where.stores and (where.controlled or not article.controlled)
        kept = self._classes.get(place, set())
        wanted = (True,) if article.controlled else (True, False)
        return any((article.storage, controlled) in kept for controlled in wanted)

    def spare_use(self, item: str, place: str, expiry: date) -> float:
        """Units with this ``expiry`` that the place could use in time on top of what it holds.

        They begin to count when a transfer from today arrives. What the place holds and would
        use in time must still be used in time; 0 where the place's rate is not known.
        """
        rate = self.rate(item, place)
        if not rate:
            return 0.0
        as_of = self.pharmacy.as_of
        arrival = as_of + timedelta(days=self.pharmacy.settings.transfer_days)
        uses = use_at(self.held.get((item, place), []), as_of, rate)
        room = rate * days_left(expiry, arrival)
        for moment in {expiry, *(use.lot.expiry for use in uses if use.lot.expiry >= expiry)}:
            own = sum(use.used for use in uses if use.lot.expiry <= moment)
            room = min(room, rate * days_left(moment, as_of) - own)
        return max(room, 0.0)


def _rates(
    pharmacy: Pharmacy,
    held: Mapping[tuple[str, str], list[Lot]],
    recent: Mapping[str, RecentDemand],
) -> dict[tuple[str, str], float | None]:
    """Units a day of each (item, place) with a lot or an issue; None where nothing tells.

    A place that records issues of other items and none of this one uses none of it. Where a
    place records none at all, the whole pharmacy's rate is taken if all of the item lies there.
    """
    by_place = rates_by_place(pharmacy)
    recording = {place for _, place in by_place}
    places: dict[str, set[str]] = {}
    for item, place in held:
        places.setdefault(item, set()).add(place)
    found: dict[tuple[str, str], float | None] = dict(by_place)
    for item, place in held:
        if (item, place) in found:
            continue
        if place in recording:
            found[item, place] = 0.0
        else:
            known = recent.get(item)
            only = len(places[item]) == 1
            found[item, place] = known.mean if only and known is not None else None
    return found
