"""Lots that expire, lots to pick, and moves between places, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cds.inventory.description import Pharmacy
from cds.inventory.expiring import ExpiringLot
from cds.inventory.pick import PickList
from cds.inventory.redistribution.moves import Move, Redistribution
from cds.show.inventory.page import Page
from cds.show.inventory.words import amount, iso, number, total
from cds.show.layout import Terminal


def expiring_text(
    pharmacy: Pharmacy,
    lots: Sequence[ExpiringLot],
    days: int,
    *,
    language: str,
    terminal: Terminal,
    every: bool,
) -> str:
    """The lots that expire within ``days``, each with what to do."""
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    if not lots:
        page.sentence(say("expiring_none", days=days))
        return page.text()
    page.sentence(
        say(
            "expiring_head",
            lots=len(lots),
            days=days,
            value=amount(total(one.unused_value for one in lots)),
            currency=pharmacy.settings.currency,
        )
    )
    page.blank()
    page.table(
        [
            page.column("item"),
            page.column("name", flexible=True),
            page.column("lot"),
            page.column("place"),
            page.column("expiry"),
            page.column("quantity", right=True),
            page.column("unused", right=True),
            page.column("suggestion"),
        ],
        [
            [
                one.lot.item,
                page.name(one.lot.item),
                one.lot.lot,
                one.lot.place,
                iso(one.lot.expiry),
                number(one.lot.quantity),
                number(one.unused),
                say(f"do_{one.suggestion}", place=one.move_to or ""),
            ]
            for one in lots
        ],
        every=every,
    )
    return page.text()


def pick_text(pharmacy: Pharmacy, found: PickList, *, language: str, terminal: Terminal) -> str:
    """What to take from where; where it falls short, what else there is."""
    page = Page(pharmacy, language, terminal)
    words = page.words

    def units(quantity: float, item: str = found.item) -> str:
        return words.units(pharmacy, item, quantity)

    page.sentence(
        words.say(
            "pick_head", units=units(found.asked), item=page.name(found.item), code=found.item
        )
    )
    if found.lines:
        page.blank()
        page.table(
            [
                page.column("place"),
                page.column("lot"),
                page.column("expiry"),
                page.column("quantity", right=True),
                page.column("unit"),
            ],
            [
                [
                    line.lot.place,
                    line.lot.lot,
                    iso(line.lot.expiry),
                    number(line.quantity),
                    pharmacy.items[found.item].unit,
                ]
                for line in found.lines
            ],
        )
    page.blank()
    if found.short:
        page.sentence(
            words.say(
                "pick_short",
                available=units(found.available),
                asked=units(found.asked),
                short=units(found.short),
            ),
            "bold",
            "red",
        )
    if found.held:
        held = [words.say(why, units=units(much)) for why, much in found.held.items()]
        page.sentence(words.say("pick_held", list=words.listed(held)))
    if found.short:
        if found.elsewhere:
            there = [
                words.say("at", units=units(much), place=place)
                for place, much in found.elsewhere.items()
            ]
            page.sentence(words.say("pick_elsewhere", list=words.listed(there)))
        for one in found.substitutes:
            page.sentence(
                words.say(
                    "pick_substitute",
                    units=units(one.needed, one.item),
                    item=page.name(one.item),
                    code=one.item,
                    usable=units(one.usable, one.item),
                )
            )
        if not found.substitutes:
            page.sentence(words.say("pick_no_substitute"))
    return page.text()


def moves_text(
    pharmacy: Pharmacy,
    found: Redistribution,
    *,
    language: str,
    terminal: Terminal,
    every: bool,
) -> str:
    """The moves, and what they do to the whole."""
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    if not found.moves:
        page.sentence(say("moves_none", items=found.items_considered))
    else:
        page.sentence(
            say(
                "moves_head",
                moves=len(found.moves),
                saved=amount(found.waste_before - found.waste_after),
                currency=pharmacy.settings.currency,
                covered=found.short_before - found.short_after,
                days=number(pharmacy.settings.minimum_cover_days),
            )
        )
        page.blank()
        page.table(
            [
                page.column("item"),
                page.column("name", flexible=True),
                page.column("lot"),
                page.column("expiry"),
                page.column("from"),
                page.column("to"),
                page.column("quantity", right=True),
                page.column("why"),
            ],
            [_move(page, move) for move in found.moves],
            every=every,
        )
        page.blank()
        page.sentence(say("moves_rule", days=number(pharmacy.settings.minimum_cover_days)), "dim")
    if found.unmet:
        page.sentence(say("unmet", count=len(found.unmet), listed=_unmet(page, found)))
    return page.text()


def _unmet(page: Page, found: Redistribution) -> str:
    """The vital ones first."""
    say, items = page.words.say, page.pharmacy.items
    ordered = sorted(found.unmet, key=lambda one: items[one[0]].ven != "V")
    return page.words.listed(
        [
            say("unmet_vital" if items[item].ven == "V" else "unmet_one", item=item, place=place)
            for item, place, _ in ordered
        ]
    )


def _move(page: Page, move: Move) -> list[str]:
    say = page.words.say
    reasons = []
    if move.saved > 0:
        reasons.append(say("why_saves", units=number(move.saved)))
    if move.covers > 0:
        reasons.append(say("why_covers", units=number(move.covers)))
    return [
        move.item,
        page.name(move.item),
        move.lot,
        iso(move.expiry),
        move.source,
        move.target,
        number(move.quantity),
        page.words.listed(reasons),
    ]
