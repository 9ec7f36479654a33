"""Where a lot is and who got it, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cds.inventory.description import Pharmacy
from cds.inventory.recall import Blind, Given, Recall
from cds.show.inventory.page import Page
from cds.show.inventory.table import Column
from cds.show.inventory.words import iso, number
from cds.show.layout import Terminal

_NAMED = 12  # receivers that one sentence names


def recall_text(
    pharmacy: Pharmacy,
    number_: str,
    found: Sequence[Recall],
    similar: Sequence[str],
    blind: Blind | None,
    *,
    item: str | None,
    language: str,
    terminal: Terminal,
) -> str:
    """All that is known of a lot; of one that is nowhere, what might have been meant."""
    page = Page(pharmacy, language, terminal)
    say = page.words.say
    for one in found:
        _recall(page, one)
    if not found:
        of = say("recall_of", item=page.name(item)) if item is not None else ""
        page.sentence(say("recall_none", lot=number_, item=of))
        if similar:
            page.sentence(say("recall_similar", lots=page.words.listed(list(similar))))
        if blind is not None:
            page.sentence(say("recall_blind_all", rows=f"{blind.rows:,}"))
    return page.text()


def _recall(page: Page, found: Recall) -> None:
    say = page.words.say

    def units(quantity: float) -> str:
        return page.words.units(page.pharmacy, found.item, quantity)

    page.blank()
    page.sentence(
        say("recall_found", lot=found.lot, item=page.name(found.item), code=found.item), "bold"
    )
    if found.on_hand:
        page.sentence(say("recall_here", units=units(sum(lot.quantity for lot in found.on_hand))))
        page.table(
            [
                page.column("place"),
                page.column("quantity", right=True),
                page.column("expiry"),
                Column(""),
            ],
            [
                [lot.place, number(lot.quantity), iso(lot.expiry), lot.status]
                for lot in found.on_hand
            ],
        )
    else:
        page.sentence(say("recall_nowhere"))
    if found.usable:
        page.sentence(
            say(
                "recall_act",
                units=units(sum(lot.quantity for lot in found.usable)),
                places=page.words.listed(sorted({lot.place for lot in found.usable})),
            ),
            "bold",
            "red",
        )
    page.blank()
    _received(page, found)
    if found.given:
        page.sentence(say("recall_given", units=units(found.given_out)))
        page.table(
            [Column(""), page.column("quantity", right=True), Column(""), Column("")],
            [
                [_receiver(page, one), number(one.quantity), iso(one.first), iso(one.last)]
                for one in found.given
            ],
        )
    else:
        page.sentence(say("recall_not_given"))
    page.blank()
    _unknown(page, found)


def _received(page: Page, found: Recall) -> None:
    if not found.received:
        return
    page.sentence(page.words.say("recall_received"))
    page.table(
        [Column(""), page.column("quantity", right=True), Column(""), page.column("place")],
        [
            [iso(one.day), number(one.quantity), one.supplier or "?", one.place or "?"]
            for one in found.received
        ],
    )


def _receiver(page: Page, given: Given) -> str:
    if given.to is None:
        return page.words.say("recall_to_unknown")
    return page.words.say("recall_transfer" if given.transfer else "recall_to", to=given.to)


def _unknown(page: Page, found: Recall) -> None:
    """What the tables cannot tell."""
    say, pharmacy = page.words.say, page.pharmacy
    if found.unaccounted is None:
        page.sentence(say("recall_no_receipt"), "yellow")
    elif abs(found.unaccounted) > 1e-6:
        key = "recall_unaccounted" if found.unaccounted > 0 else "recall_over"
        units = page.words.units(pharmacy, found.item, abs(found.unaccounted))
        page.sentence(say(key, units=units), "yellow")
    if found.blind is not None:
        blind = found.blind
        receivers = list(blind.receivers[:_NAMED])
        if len(blind.receivers) > _NAMED:
            receivers.append(f"+{len(blind.receivers) - _NAMED}")
        page.sentence(
            say(
                "recall_blind",
                rows=f"{blind.rows:,}",
                units=page.words.units(pharmacy, found.item, blind.quantity),
                since="" if blind.since is None else say("recall_since", day=blind.since),
                receivers=page.words.listed(receivers) or say("recall_nobody"),
            ),
            "yellow",
        )
