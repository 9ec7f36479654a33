"""Lots that expire soon, or before they will be used, and what may be done with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.shelves import Shelves

Suggestion = Literal["destroy", "use_first", "move", "swap_or_return", "ask"]

_NOTHING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """A lot on hand.

    ``days``: until its expiry, negative when past. ``unused``: units that will not be used in
    time where it lies, at the recent rate of that place; None where no rate is known.
    ``move_to``: another place that could use some of them in time.
    """

    lot: Lot
    days: int
    unused: float | None
    value: float | None  # money, of the whole lot
    unused_value: float | None
    suggestion: Suggestion
    move_to: str | None = None


def expiring(pharmacy: Pharmacy, days: int) -> list[ExpiringLot]:
    """Lots that have expired or will within ``days``, the earliest first.

    Held-back lots are among them: they cannot be used, so all of them is unused. A lot is to
    be used first where all of it will be used in time; what will not is to be moved where
    another place could use it, else swapped, returned to the supplier or sold on; expired lots
    are to be destroyed.
    """
    last = pharmacy.as_of + timedelta(days=days)
    shelves = Shelves(pharmacy)
    unused = shelves.unused()
    found = [_entry(shelves, lot, unused[lot]) for lot in pharmacy.lots if lot.expiry <= last]
    return sorted(found, key=lambda one: (one.lot.expiry, one.lot.item, one.lot.lot, one.lot.place))


def _entry(shelves: Shelves, lot: Lot, unused: float | None) -> ExpiringLot:
    pharmacy = shelves.pharmacy
    suggestion: Suggestion = "swap_or_return"
    target = None
    if lot.expiry < pharmacy.as_of:
        suggestion = "destroy"
    elif lot.status != "available" or unused is None:
        suggestion = "ask"
    elif unused <= _NOTHING:
        suggestion = "use_first"
    else:
        target = _elsewhere(shelves, lot)
        suggestion = "swap_or_return" if target is None else "move"
    return ExpiringLot(
        lot=lot,
        days=(lot.expiry - pharmacy.as_of).days,
        unused=unused,
        value=pharmacy.value(lot.item, lot.quantity),
        unused_value=None if unused is None else pharmacy.value(lot.item, unused),
        suggestion=suggestion,
        move_to=target,
    )


def _elsewhere(shelves: Shelves, lot: Lot) -> str | None:
    """The place that could use the most of the lot in time beside what it holds."""
    best, most = None, 1.0 - _NOTHING  # less than one unit is not worth a move
    for place in shelves.users(lot.item):
        if place == lot.place or not shelves.may_hold(lot.item, place):
            continue
        room = shelves.spare_use(lot.item, place, lot.expiry)
        if room > most:
            best, most = place, room
    return best
