"""Which stock to move between places: one small flow an item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import use_at
from cds.inventory.redistribution.moves import Move, Redistribution
from cds.inventory.redistribution.network import Flow, Network, Shelf, Terms
from cds.inventory.shelves import Shelves

_NO_PRICE: Final = 1.0
"""What a unit counts where no price is known: packs are then moved by their number."""
_NOTHING: Final = 1e-6


def redistribute(pharmacy: Pharmacy) -> Redistribution:
    """The moves that save most: of stock that would expire, and to places that run short.

    Every place keeps ``Settings.minimum_cover_days`` of its own use (or what it has, where that
    is less); receivers may hold the item (storage class, controlled) and use what they get
    before it expires; whole packs are moved. Places whose use is not known neither give nor
    get. Moves that bring less than ``Settings.transfer_line_cost`` are left out.
    """
    shelves = Shelves(pharmacy)
    items = sorted({item for item, _ in shelves.held})
    moves: list[Move] = []
    considered = 0
    before: list[tuple[str, str, float]] = []
    after: list[tuple[str, str, float]] = []
    waste_before = waste_after = 0.0
    for item in items:
        places = _shelves(shelves, item)
        if not places:
            continue
        considered += len(places) > 1
        chosen = _worthwhile(pharmacy, item, places) if len(places) > 1 else []
        moves += chosen
        moved = [_after(pharmacy, shelf, chosen) for shelf in places]
        price = pharmacy.price(item)
        if price is not None:
            waste_before += price * sum(_waste(pharmacy, shelf) for shelf in places)
            waste_after += price * sum(_waste(pharmacy, shelf) for shelf in moved)
        before += _lacking(pharmacy, item, places)
        after += _lacking(pharmacy, item, moved)
    moves.sort(key=lambda move: (-move.worth, move.item, move.lot, move.source))
    return Redistribution(
        moves=tuple(moves),
        waste_before=waste_before,
        waste_after=waste_after,
        short_before=len(before),
        short_after=len(after),
        unmet=tuple(after),
        items_considered=considered,
    )


def _shelves(shelves: Shelves, item: str) -> list[Shelf]:
    """The item's places whose use is known."""
    pharmacy = shelves.pharmacy
    places = {*shelves.keepers(item), *shelves.users(item)}
    found = []
    for place in sorted(places):
        rate = shelves.rate(item, place)
        if rate is None:
            continue
        held = shelves.held.get((item, place), [])
        usable = tuple(lot for lot in held if lot.usable(pharmacy.as_of))
        found.append(
            Shelf(
                place=place,
                lots=usable,
                rate=rate,
                lacks=_lack(pharmacy, usable, rate),
                may_receive=shelves.may_hold(item, place),
                site=pharmacy.places[place].site,
            )
        )
    return found


def _lack(pharmacy: Pharmacy, lots: Sequence[Lot], rate: float) -> float:
    """Units wanting for the minimum cover, lots that expire within it counted as far as used."""
    needed = pharmacy.settings.minimum_cover_days * rate
    used = sum(use.used for use in use_at(lots, pharmacy.as_of, rate))
    return max(needed - used, 0.0)


def _worthwhile(pharmacy: Pharmacy, item: str, places: Sequence[Shelf]) -> list[Move]:
    price = pharmacy.price(item)
    shortage = pharmacy.shortage_cost(item)
    settings = pharmacy.settings
    terms = Terms(
        as_of=pharmacy.as_of,
        transfer_days=settings.transfer_days,
        cover_days=settings.minimum_cover_days,
        pack=pharmacy.items[item].pack,
        value=_NO_PRICE if price is None else price * settings.expiry_factor,
        shortage=settings.shortage_factor[pharmacy.items[item].ven]
        if shortage is None
        else shortage,
    )
    moves = _moves(item, places, Network(places, terms).solve(), terms, price)
    limit = settings.transfer_line_cost
    return [move for move in moves if price is None or move.worth > limit]


def _moves(
    item: str, places: Sequence[Shelf], flows: Sequence[Flow], terms: Terms, price: float | None
) -> list[Move]:
    """The flows with what each saves and covers."""
    doomed = {
        use.lot: use.unused
        for shelf in places
        for use in use_at(shelf.lots, terms.as_of, shelf.rate)
    }
    lacking = {shelf.place: shelf.lacks for shelf in places}
    found = []
    for flow in sorted(flows, key=lambda one: (one.lot.expiry, one.lot.lot, one.target)):
        saved = min(flow.quantity, doomed[flow.lot])
        doomed[flow.lot] -= saved
        covers = min(flow.quantity, lacking[flow.target])
        lacking[flow.target] -= covers
        found.append(
            Move(
                item=item,
                lot=flow.lot.lot,
                expiry=flow.lot.expiry,
                source=flow.lot.place,
                target=flow.target,
                quantity=flow.quantity,
                saved=saved,
                covers=covers,
                saved_value=None if price is None else saved * price,
                worth=saved * terms.value + covers * terms.shortage,
            )
        )
    return found


def _after(pharmacy: Pharmacy, shelf: Shelf, moves: Sequence[Move]) -> Shelf:
    """The shelf when all has been moved."""
    lots = []
    for lot in shelf.lots:
        left = lot.quantity - sum(
            move.quantity
            for move in moves
            if (move.source, move.lot, move.expiry) == (shelf.place, lot.lot, lot.expiry)
        )
        if left > _NOTHING:
            lots.append(_with(lot, left))
    for move in moves:
        if move.target == shelf.place:
            lots.append(Lot(move.item, move.lot, move.quantity, move.expiry, shelf.place))
    kept = tuple(lots)
    lacks = _lack(pharmacy, kept, shelf.rate)
    return Shelf(shelf.place, kept, shelf.rate, lacks, shelf.may_receive, shelf.site)


def _with(lot: Lot, quantity: float) -> Lot:
    return Lot(lot.item, lot.lot, quantity, lot.expiry, lot.place, lot.status, lot.gtin)


def _waste(pharmacy: Pharmacy, shelf: Shelf) -> float:
    return sum(use.unused for use in use_at(shelf.lots, pharmacy.as_of, shelf.rate))


def _lacking(
    pharmacy: Pharmacy, item: str, places: Sequence[Shelf]
) -> list[tuple[str, str, float]]:
    return [(item, shelf.place, shelf.lacks) for shelf in places if shelf.lacks > _NOTHING]
