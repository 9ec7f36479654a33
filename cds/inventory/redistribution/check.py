"""An independent look at moves: it shares nothing with what made them but the description.

Stock is followed day by day, not by formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.redistribution.moves import Move

_SLACK: Final = 1e-6

Heap = dict[tuple[date, str], float]
"""(expiry, lot) → units."""


def check_moves(
    pharmacy: Pharmacy,
    moves: Sequence[Move],
    rates: Mapping[tuple[str, str], float],
) -> list[str]:
    """What is wrong with ``moves``, one sentence each; empty where they may be made.

    ``rates`` are units a day of each (item, place). Told are moves of what is not there or may
    not be used, broken packs, places that may not hold the item, stock that comes after its
    expiry or will not be used in time, and givers left with less than their minimum cover.
    """
    found: list[str] = []
    stock = _stock(pharmacy)
    for move in moves:
        found += _of_move(pharmacy, move, stock)
    touched = {(move.item, move.source) for move in moves}
    for item, place in sorted(touched):
        found += _giver(pharmacy, item, place, stock, moves, rates.get((item, place), 0.0))
    for item, place in sorted({(move.item, move.target) for move in moves}):
        found += _receiver(pharmacy, item, place, stock, moves, rates.get((item, place), 0.0))
    return found


def _stock(pharmacy: Pharmacy) -> dict[tuple[str, str], Heap]:
    found: dict[tuple[str, str], Heap] = {}
    for lot in pharmacy.lots:
        if lot.status == "available" and lot.expiry >= pharmacy.as_of:
            heap = found.setdefault((lot.item, lot.place), {})
            key = (lot.expiry, lot.lot)
            heap[key] = heap.get(key, 0.0) + lot.quantity
    return found


def _of_move(pharmacy: Pharmacy, move: Move, stock: Mapping[tuple[str, str], Heap]) -> list[str]:
    found = []
    name = f"{move.item} {move.lot} from {move.source} to {move.target}"
    article = pharmacy.items[move.item]
    target = pharmacy.places.get(move.target)
    if move.quantity <= 0 or move.source == move.target:
        found.append(f"{name}: moves nothing")
    if (move.expiry, move.lot) not in stock.get((move.item, move.source), {}):
        found.append(f"{name}: no such usable lot lies there")
    packs = move.quantity / article.pack
    if abs(packs - round(packs)) > _SLACK:
        found.append(f"{name}: {move.quantity:g} is not a number of whole packs")
    if target is None or (
        target.described
        and (article.storage not in target.stores or (article.controlled and not target.controlled))
    ):
        found.append(f"{name}: the receiver may not hold it")
    if move.expiry < pharmacy.as_of + timedelta(days=pharmacy.settings.transfer_days):
        found.append(f"{name}: expires on the way")
    return found


def _giver(
    pharmacy: Pharmacy,
    item: str,
    place: str,
    stock: Mapping[tuple[str, str], Heap],
    moves: Sequence[Move],
    rate: float,
) -> list[str]:
    """More leaves than there is of a lot, or what is left runs out before it may."""
    before = dict(stock.get((item, place), {}))
    left = dict(before)
    for move in moves:
        if (move.item, move.source) == (item, place):
            key = (move.expiry, move.lot)
            left[key] = left.get(key, 0.0) - move.quantity
    found = [
        f"{item} {lot} at {place}: more leaves than there is"
        for (_, lot), units in left.items()
        if units < -_SLACK
    ]
    days = pharmacy.settings.minimum_cover_days
    wanted = days * rate
    had = _met(before, pharmacy.as_of, rate, days)
    has = _met(left, pharmacy.as_of, rate, days)
    if has < min(had, wanted) - _SLACK:
        found.append(f"{item} at {place}: keeps {has:g} of {min(had, wanted):g} units it needs")
    return found


def _receiver(
    pharmacy: Pharmacy,
    item: str,
    place: str,
    stock: Mapping[tuple[str, str], Heap],
    moves: Sequence[Move],
    rate: float,
) -> list[str]:
    """What comes makes more expire than expired before."""
    before = dict(stock.get((item, place), {}))
    came: Heap = {}
    for move in moves:
        if (move.item, move.target) == (item, place):
            key = (move.expiry, move.lot)
            came[key] = came.get(key, 0.0) + move.quantity
    start = pharmacy.as_of + timedelta(days=pharmacy.settings.transfer_days)
    wasted_before = _wasted(before, {}, pharmacy.as_of, start, rate)
    wasted_after = _wasted(before, came, pharmacy.as_of, start, rate)
    if wasted_after > wasted_before + _SLACK:
        lost = wasted_after - wasted_before
        return [f"{item} at {place}: {lost:g} units of what it would hold expire unused"]
    return []


def _met(heap: Heap, start: date, rate: float, days: float) -> float:
    """Units of demand met over so many days, the last of them perhaps in part."""
    left, met, day = dict(heap), 0.0, start
    remaining = days
    while remaining > _SLACK:
        asked = rate * min(remaining, 1.0)
        for key in sorted(left):
            if key[0] >= day and asked > 0:
                taken = min(max(left[key], 0.0), asked)
                left[key] -= taken
                asked -= taken
                met += taken
        day += timedelta(days=1)
        remaining -= 1.0
    return met


def _wasted(own: Heap, came: Heap, start: date, arrival: date, rate: float) -> float:
    """Units that expire unused when ``came`` arrives on its day."""
    left, day = dict(own), start
    last = max((key[0] for key in (*own, *came)), default=start)
    wasted = 0.0
    while day <= last and (any(units > _SLACK for units in left.values()) or day <= arrival):
        if day == arrival:
            for key, units in came.items():
                left[key] = left.get(key, 0.0) + units
        asked = rate
        for key in sorted(left):
            taken = min(left[key], asked)
            left[key] -= taken
            asked -= taken
        for key in [key for key in left if key[0] <= day]:
            wasted += left.pop(key)
        day += timedelta(days=1)
    return wasted
