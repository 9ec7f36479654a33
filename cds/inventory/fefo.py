"""First expired, first out: what of the lots is used in time at a steady rate, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds.inventory.description import Lot


@dataclass(frozen=True, slots=True)
class Use:
    """A lot, how much of it is used before it expires, and the day on which it is used up."""

    lot: Lot
    used: float
    unused: float
    last_day: date | None  # None: none of it is used, or at no rate known


def in_order(lots: Sequence[Lot], day: date) -> list[Lot]:
    """The lots that may be used on ``day``, in the order in which they are."""
    usable = [lot for lot in lots if lot.usable(day)]
    return sorted(usable, key=lambda lot: (lot.expiry, lot.lot, lot.place))


def days_left(expiry: date, day: date) -> int:
    """Days on which a lot may be used, ``day`` and the day of expiry included; 0 when expired."""
    return max((expiry - day).days + 1, 0)


def use_at(lots: Sequence[Lot], day: date, rate: float) -> list[Use]:
    """What becomes of the usable ``lots`` at ``rate`` units a day from ``day`` on.

    Lots are used one after another by expiry; of each, what is left after its last day is
    unused. ``rate`` is 0 or more.
    """
    found: list[Use] = []
    consumed = 0.0
    for lot in in_order(lots, day):
        reach = rate * days_left(lot.expiry, day) - consumed
        used = min(lot.quantity, max(reach, 0.0))
        consumed += used
        last = day + timedelta(days=_days(consumed / rate)) if used > 0 else None
        found.append(Use(lot, used, lot.quantity - used, last))
    return found


def cover_days(lots: Sequence[Lot], day: date, rate: float) -> float:
    """Days until nothing usable is left at ``rate`` (more than 0), lots that expire left out."""
    return sum(use.used for use in use_at(lots, day, rate)) / rate


def _days(days: float) -> int:
    """Whole days after the first one on which a use of so many ``days`` ends."""
    longest = 365_000  # a thousand years: as good as never
    return min(max(int(-(-days // 1)) - 1, 0), longest)
