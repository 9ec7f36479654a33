"""Moves of stock between places, and what they achieve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Move:
    """Take ``quantity`` units of a lot from one place to another.

    ``saved``: of them, units that would have expired where they lay. ``covers``: units that
    the receiver lacks for its minimum cover. The two may overlap.
    """

    item: str
    lot: str
    expiry: date
    source: str
    target: str
    quantity: float
    saved: float
    covers: float
    saved_value: float | None  # money; None: no price known
    worth: float  # what moves are ranked by: saved value and avoided shortage, at their full cost


@dataclass(frozen=True, slots=True)
class Redistribution:
    """The moves, the worthiest first, and what they do to the whole.

    ``waste_before`` and ``waste_after``: money of usable stock that will expire unused where it
    lies, of items with a known price, before and after all moves. ``short_before`` and
    ``short_after``: how many (item, place) lack their minimum cover. ``unmet``: those that
    still do, with the units they lack.
    """

    moves: tuple[Move, ...]
    waste_before: float
    waste_after: float
    short_before: int
    short_after: int
    unmet: tuple[tuple[str, str, float], ...]
    items_considered: int
