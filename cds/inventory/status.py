"""What needs attention first: every item ranked by what a shortage or an expiry would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cds.inventory.description import Pharmacy
from cds.inventory.position import Position, positions

VITAL_RISK: Final = 0.05
"""A vital item whose risk is at least this needs a person."""
OTHER_RISK: Final = 0.2
"""An essential or non-essential item whose risk is at least this is marked."""

Concern = Literal["out", "risk", "unknown", "expired", "expiring", "overdue", "none"]

_RANK: Final[tuple[Concern, ...]] = (
    "out", "risk", "overdue", "unknown", "expired", "expiring", "none",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatusLine:
    """An item's position and its gravest concern.

    ``out``: nothing usable although it is used. ``risk``: it may run out before the next
    delivery. ``overdue``: an open order is later than any before. ``unknown``: a vital item of
    which demand, stock or delivery is not known well enough to give a risk. ``expired``: a lot that
    has expired is not held back. ``expiring``: some will expire unused where it lies.
    """

    position: Position
    concern: Concern
    vital: bool

    @property
    def needs_person(self) -> bool:
        """Whether a vital item is out or at risk."""
        return self.vital and self.concern in ("out", "risk", "overdue")


def status(pharmacy: Pharmacy) -> list[StatusLine]:
    """Every item, those of most concern first; among equals vital ones, then the greater risk."""
    found = [_line(pharmacy, position) for position in positions(pharmacy).values()]
    return sorted(found, key=lambda line: _key(pharmacy, line))


def _line(pharmacy: Pharmacy, position: Position) -> StatusLine:
    vital = pharmacy.items[position.item].ven == "V"
    return StatusLine(position, _concern(position, vital), vital)


def _concern(position: Position, vital: bool) -> Concern:
    used = position.daily is None or position.daily > 0
    if position.usable <= 0 and used and (position.daily is not None or vital):
        return "out"
    if position.risk is not None and position.risk >= (VITAL_RISK if vital else OTHER_RISK):
        return "risk"
    if position.overdue:
        return "overdue"
    if vital and used and position.risk is None:
        return "unknown"
    if position.expired > 0:
        return "expired"
    # Less than a unit is the rounding of a rate, not a loss.
    if position.will_expire is not None and position.will_expire >= 1:
        return "expiring"
    return "none"


def _key(pharmacy: Pharmacy, line: StatusLine) -> tuple[float, ...]:
    position = line.position
    ven = "VEN".index(pharmacy.items[position.item].ven)
    cover = position.cover_days if position.cover_days is not None else float("inf")
    return (
        _RANK.index(line.concern),
        ven,
        -(position.risk or 0.0),
        -(position.will_expire_value or 0.0),
        cover,
    )
