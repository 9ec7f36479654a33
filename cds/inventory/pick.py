"""Which lots to take for a quantity: first expired, first out, nothing that must not be used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import in_order


@dataclass(frozen=True, slots=True)
class PickLine:
    """Take so many units of a lot where it lies."""

    lot: Lot
    quantity: float


@dataclass(frozen=True, slots=True)
class Stand:
    """A substitute: how many of its units would do, and how many are usable."""

    item: str
    ratio: float
    needed: float
    usable: float


@dataclass(frozen=True, slots=True)
class PickList:
    """What to take; ``short`` units are not there. ``held`` says what lies there and is not used.

    ``elsewhere``: usable units in other places, where the list keeps to one place.
    """

    item: str
    asked: float
    lines: tuple[PickLine, ...]
    short: float
    held: Mapping[str, float]  # "quarantined", "recalled", "expired" → units, those there are
    elsewhere: Mapping[str, float]
    substitutes: tuple[Stand, ...]

    @property
    def available(self) -> float:
        """Units that can be taken."""
        return sum(line.quantity for line in self.lines)


def pick(pharmacy: Pharmacy, item: str, quantity: float, place: str | None = None) -> PickList:
    """``quantity`` units (more than 0) of an item that there is, from one place or from all.

    Lots go by expiry, then by lot number, then by place. Substitutes are given where it falls
    short.
    """
    as_of = pharmacy.as_of
    mine = [lot for lot in pharmacy.lots if lot.item == item]
    here = [lot for lot in mine if place in (None, lot.place)]
    lines, left = [], quantity
    for lot in in_order(here, as_of):
        taken = min(lot.quantity, left)
        if taken <= 0:
            break
        lines.append(PickLine(lot, taken))
        left -= taken
    held: dict[str, float] = {}
    for lot in here:
        if not lot.usable(as_of):
            why = lot.status if lot.status != "available" else "expired"
            held[why] = held.get(why, 0.0) + lot.quantity
    elsewhere: dict[str, float] = {}
    for lot in mine:
        if place is not None and lot.place != place and lot.usable(as_of):
            elsewhere[lot.place] = elsewhere.get(lot.place, 0.0) + lot.quantity
    short = left if left > 1e-9 else 0.0
    return PickList(
        item=item,
        asked=quantity,
        lines=tuple(lines),
        short=short,
        held=dict(sorted(held.items())),
        elsewhere=dict(sorted(elsewhere.items())),
        substitutes=_substitutes(pharmacy, item, short, place) if short else (),
    )


def _substitutes(
    pharmacy: Pharmacy, item: str, short: float, place: str | None
) -> tuple[Stand, ...]:
    found = []
    for substitute in pharmacy.items[item].substitutes:
        usable = sum(
            lot.quantity
            for lot in pharmacy.lots
            if lot.item == substitute.item
            and lot.usable(pharmacy.as_of)
            and place in (None, lot.place)
        )
        needed = short * substitute.ratio
        # Whole units: half an ampoule is not taken from a shelf.
        needed = math.ceil(needed - 1e-9) if float(short).is_integer() else needed
        found.append(Stand(substitute.item, substitute.ratio, float(needed), usable))
    return tuple(found)
