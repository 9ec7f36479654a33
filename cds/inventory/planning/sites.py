"""How much of an order, or of what there is, is for each site, where there are several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.history import known_until
from cds.inventory.ordering.allocation import Claim, allocate
from cds.inventory.planning.order_plan import Shared


class Sites:
    """The sites of a pharmacy and each one's part in the use of an item."""

    def __init__(self, pharmacy: Pharmacy) -> None:
        self._site = {code: place.site for code, place in pharmacy.places.items()}
        self.names = sorted(set(self._site.values()) - {""})
        self._used = _used(pharmacy, self._site) if len(self.names) > 1 else {}

    def parts(self, item: str) -> dict[str, float]:
        """Each site's share of what was issued lately; empty where that is not known, or there
        is one site only."""
        used = {site: self._used.get((item, site), 0.0) for site in self.names}
        total = sum(used.values())
        return {site: amount / total for site, amount in used.items()} if total > 0 else {}

    def of_order(
        self, item: str, quantity: float, pack: float, lots: Sequence[Lot], on_order: float
    ) -> dict[str, float]:
        """Units of an order for each site: in proportion to what each lacks of its part."""
        parts = self.parts(item)
        if not parts or quantity <= 0:
            return {}
        held = self._held(lots)
        total = sum(held.values()) + on_order + quantity
        claims = []
        for site, part in parts.items():
            lacking = max(part * total - held.get(site, 0.0), 0.0)
            claims.append(Claim(site, math.ceil(lacking / pack - 1e-9) * pack, 0))
        return allocate(quantity, claims, pack=pack)

    def of_stock(
        self, item: str, needed: float, lots: Sequence[Lot], unit: float = 1.0
    ) -> Shared | None:
        """What there is shared out by need; None where it will do, or sites are not known."""
        parts, available = self.parts(item), sum(lot.quantity for lot in lots)
        needs = {site: math.ceil(part * needed / unit) * unit for site, part in parts.items()}
        if not parts or available >= sum(needs.values()):
            return None
        claims = [Claim(site, need, 0) for site, need in needs.items()]
        return Shared(item, available, needs, allocate(available, claims, pack=unit))

    def _held(self, lots: Sequence[Lot]) -> dict[str, float]:
        held: dict[str, float] = {}
        for lot in lots:
            site = self._site.get(lot.place, "")
            held[site] = held.get(site, 0.0) + lot.quantity
        return held


def _used(pharmacy: Pharmacy, sites: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Units of each (item, site) issued to wards on the recent days, less returns."""
    import polars as pl

    first = known_until(pharmacy) - timedelta(days=pharmacy.settings.recent_days)
    issued = pharmacy.issues.filter(
        ~pl.col("transfer") & (pl.col("date") >= first) & pl.col("place").is_not_null()
    )
    sums = issued.group_by("item", "place").agg(pl.col("quantity").sum()).sort("item", "place")
    found: dict[tuple[str, str], float] = {}
    for item, place, quantity in sums.iter_rows():
        key = item, sites.get(place, "")
        found[key] = found.get(key, 0.0) + quantity
    return {key: max(quantity, 0.0) for key, quantity in found.items()}
