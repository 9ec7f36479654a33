"""What a unit of each item costs today, as far as offers and receipts tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cds.inventory.description import Item, Offer, Pharmacy, Price
from cds.inventory.problems import Findings, Problem

if TYPE_CHECKING:
    import polars as pl


def known_prices(
    items: Mapping[str, Item],
    offers: Sequence[Offer],
    receipts: pl.DataFrame,
    as_of: date,
    price_days: int,
) -> dict[str, Price]:
    """Money a unit of each item: the cheapest offer that is valid, else the newest receipt's.

    A price older than ``price_days``, or of an offer that has run out, is ``stale``: it is used
    where nothing better is known.
    """
    found: dict[str, Price] = {}
    ranks: dict[str, tuple[Any, ...]] = {}
    for offer in offers:
        if offer.priced_on is not None and offer.priced_on > as_of:
            continue
        stale = _stale(offer, as_of, price_days)
        rank = (stale, offer.price, offer.supplier)
        if offer.item in ranks and ranks[offer.item] <= rank:
            continue
        ranks[offer.item] = rank
        found[offer.item] = Price(
            offer.price / items[offer.item].pack, "offer", offer.supplier, offer.priced_on, stale
        )
    for entry in _newest_paid(receipts):
        if entry["item"] not in found:
            age = (as_of - entry["date"]).days
            found[entry["item"]] = Price(
                entry["price"], "receipt", entry["supplier"], entry["date"], age > price_days
            )
    return found


def note_stale(pharmacy: Pharmacy, findings: Findings) -> None:
    """Tell of items whose only price is old."""
    for code, price in pharmacy.prices.items():
        if price.stale:
            when = "" if price.day is None else f" of {price.day}"
            findings.add(
                Problem(
                    "warning", "offers", "offers", 0, "price",
                    f"the only price of '{code}' is stale ({price.source}{when}); ask for another",
                )
            )  # fmt: skip


def _stale(offer: Offer, as_of: date, price_days: int) -> bool:
    expired = offer.valid_until is not None and offer.valid_until < as_of
    old = offer.priced_on is not None and (as_of - offer.priced_on).days > price_days
    return expired or old


def _newest_paid(receipts: pl.DataFrame) -> list[dict[str, Any]]:
    import polars as pl

    paid = receipts.filter(pl.col("price").is_not_null())
    return paid.sort("item", "date").unique("item", keep="last", maintain_order=True).to_dicts()
