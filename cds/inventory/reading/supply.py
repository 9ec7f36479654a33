"""Orders, offers, lead times, budgets and days without stock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cds.inventory.description import Budget, Offer, OpenOrder, Supplier
from cds.inventory.reading.amounts import read_quantity
from cds.inventory.reading.lots import Known
from cds.inventory.reading.rows import Rows

if TYPE_CHECKING:
    import polars as pl

_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:/|\.\.|to|至)\s*(\d{4}-\d{2}-\d{2})")


def read_orders(
    rows: Rows, known: Known, suppliers: Mapping[str, Supplier], as_of: date
) -> tuple[tuple[OpenOrder, ...], int]:
    """Open orders placed up to ``as_of``, and how many were placed later."""
    if not rows.require("item", "supplier", "ordered"):
        return (), 0
    rows.text("order")
    rows.text("item", required=True)
    rows.text("supplier", required=True)
    rows.day("ordered", required=True)
    rows.day("due")
    rows.known("item", "item", known.items, known.items_aside)
    if suppliers:
        rows.known("supplier", "supplier", suppliers)
    read_quantity(rows, known.items, known.conversions)
    if "quantity" not in rows.columns:
        return (), 0
    rows.refuse(
        rows.column("due") < rows.column("ordered"),
        "due",
        lambda value: f"is {value}, before the order was placed",
    )
    rows.refuse(
        rows.column("quantity") <= 0,
        "quantity" if rows.has("quantity") else "packs",
        lambda value: f"is {value}; expected more than 0",
    )
    found = [
        OpenOrder(
            order=entry["order"] or "",
            item=entry["item"],
            supplier=entry["supplier"],
            quantity=entry["quantity"],
            ordered=entry["ordered"],
            due=entry["due"],
        )
        for entry in rows.sound().iter_rows(named=True)
    ]
    kept = tuple(order for order in found if order.ordered <= as_of)
    return kept, len(found) - len(kept)


def read_offers(
    rows: Rows, known: Known, suppliers: Mapping[str, Supplier], currency: str
) -> tuple[Offer, ...]:
    """Prices; a price of 0 or in another currency is set aside."""
    if not rows.require("item", "supplier", "price"):
        return ()
    rows.text("item", required=True)
    rows.text("supplier", required=True)
    rows.number("price", above=True, required=True)
    rows.number("minimum_packs", whole=True)
    rows.number("lead_time_days", whole=True)
    rows.day("priced_on")
    rows.day("valid_until")
    _same_currency(rows, currency)
    rows.known("item", "item", known.items, known.items_aside)
    if suppliers:
        rows.known("supplier", "supplier", suppliers)
    return tuple(
        Offer(
            item=entry["item"],
            supplier=entry["supplier"],
            price=entry["price"],
            minimum_packs=max(int(entry["minimum_packs"] or 1), 1),
            lead_time_days=None
            if entry["lead_time_days"] is None
            else int(entry["lead_time_days"]),
            priced_on=entry["priced_on"],
            valid_until=entry["valid_until"],
        )
        for entry in rows.sound().iter_rows(named=True)
    )


def read_lead_times(rows: Rows, known: Known, as_of: date) -> tuple[pl.DataFrame, int]:
    """Deliveries up to ``as_of`` with the days they took, and how many rows are later."""
    import polars as pl

    if not rows.require("supplier", "ordered", "received"):
        return lead_times_frame(), 0
    rows.text("supplier", required=True)
    rows.text("item")
    rows.day("ordered", required=True)
    rows.day("received", required=True)
    rows.known("item", "item", known.items, known.items_aside)
    rows.refuse(
        rows.column("received") < rows.column("ordered"),
        "received",
        lambda value: f"is {value}, before the order was placed",
    )
    frame = rows.sound().select("supplier", "item", "ordered", "received", days=_days())
    kept = frame.filter(pl.col("received") <= as_of)
    return kept, frame.height - kept.height


def lead_times_of(receipts: pl.DataFrame) -> pl.DataFrame:
    """The lead times that receipts show, which name their supplier and the day of the order."""
    import polars as pl

    known = receipts.filter(pl.col("supplier").is_not_null() & pl.col("ordered").is_not_null())
    named = known.rename({"date": "received"})
    return named.select("supplier", "item", "ordered", "received", days=_days()).unique(
        maintain_order=True
    )


def read_stock_outs(rows: Rows, known: Known) -> pl.DataFrame:
    """Spans of days on which an item could not be issued."""
    if not rows.require("item", "from", "to"):
        return stock_outs_frame()
    rows.text("item", required=True)
    rows.day("from", required=True)
    rows.day("to", required=True)
    rows.text("place")
    rows.known("item", "item", known.items, known.items_aside)
    rows.refuse(
        rows.column("to") < rows.column("from"), "to", lambda value: f"is {value}, before 'from'"
    )
    named = rows.sound().rename({"from": "first", "to": "last"})
    return named.select("item", "first", "last", "place")


def read_budgets(rows: Rows, currency: str) -> tuple[Budget, ...]:
    """Budgets; one in another currency, or that overlaps one before it, is set aside."""
    import polars as pl

    if not rows.require("period", "amount"):
        return ()
    rows.text("period", required=True)
    rows.number("amount", required=True)
    _same_currency(rows, currency)
    spans = [span_of(text) if text else None for text in rows.column("period")]
    rows.refuse(
        pl.Series([span is None for span in spans], dtype=pl.Boolean),
        "period",
        lambda value: (
            f"is '{value}'; expected 2026-12, 2026-Q4, 2026-W49, 2026 or 2026-12-01/2026-12-31"
        ),
    )
    taken: list[tuple[date, date]] = []
    overlapping = []
    for span, good in zip(spans, rows.good, strict=True):
        overlap = span is not None and any(span[0] <= b and a <= span[1] for a, b in taken)
        overlapping.append(overlap)
        if span is not None and good and not overlap:
            taken.append(span)
    rows.refuse(
        pl.Series(overlapping, dtype=pl.Boolean),
        "period",
        lambda value: f"'{value}' overlaps a period before it; expected each day once",
    )
    kept = rows.sound().iter_rows(named=True)
    return tuple(
        Budget(span[0], span[1], entry["amount"])
        for entry in kept
        if (span := span_of(entry["period"])) is not None
    )


def span_of(text: str) -> tuple[date, date] | None:
    """The first and the last day of a period such as ``2026-12``; None where it is none."""
    try:
        if match := _SPAN.fullmatch(text):
            first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
            return (first, last) if first <= last else None
        if match := _QUARTER.fullmatch(text):
            year, month = int(match[1]), 3 * int(match[2])
            return date(year, month - 2, 1), _month_end(year, month)
        if match := _WEEK.fullmatch(text):
            monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
            return monday, monday + timedelta(days=6)
        if match := _MONTH.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            return date(year, month, 1), _month_end(year, month)
        if len(text) == 4 and text.isdigit():
            return date(int(text), 1, 1), date(int(text), 12, 31)
    except ValueError:
        return None
    return None


def lead_times_frame() -> pl.DataFrame:
    """No lead times."""
    import polars as pl

    return pl.DataFrame(
        schema={
            "supplier": pl.String, "item": pl.String, "ordered": pl.Date, "received": pl.Date,
            "days": pl.Int32,
        }
    )  # fmt: skip


def stock_outs_frame() -> pl.DataFrame:
    """No stock-outs."""
    import polars as pl

    return pl.DataFrame(
        schema={"item": pl.String, "first": pl.Date, "last": pl.Date, "place": pl.String}
    )


def _same_currency(rows: Rows, currency: str) -> None:
    rows.text("currency")
    given = rows.column("currency")
    rows.refuse(
        given.str.to_uppercase() != currency.upper(),
        "currency",
        lambda value: f"is '{value}'; expected {currency}, the pharmacy's currency",
    )


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _days() -> pl.Expr:
    import polars as pl

    return (pl.col("received") - pl.col("ordered")).dt.total_days().cast(pl.Int32)
