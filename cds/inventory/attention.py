"""What a person must look at, and what of it the files themselves tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cds.inventory.description import Pharmacy

CUT_OFF: Final = 0.2
"""The share of a table's rows set aside, or of items not there, above which it looks cut off."""
SLIPS: Final = 1
"""A single row or item is a slip, however large a share of a small table it is."""

LookKind = Literal[
    "table_cut_off",
    "runs_out",
    "no_supplier",
    "no_history",
    "supplier_minimum",
    "budget",
    "cold_room",
    "quota",
    "pack_above_maximum",
    "below_minimum",
    "price_stale",
    "order_missing",
    "feed_stale",
    "unusual_issue",
    "rows_refused",
]
LOOK_KINDS: Final[tuple[LookKind, ...]] = (
    "table_cut_off", "feed_stale", "unusual_issue", "runs_out", "no_supplier", "no_history",
    "supplier_minimum", "budget", "cold_room", "quota", "pack_above_maximum", "below_minimum",
    "price_stale", "order_missing", "rows_refused",
)  # fmt: skip
"""What a person must look at, the gravest first. ``table_cut_off``: so much of a table is missing
or set aside that what is left is not the pharmacy. ``feed_stale``: the newest movement is old, so
that every figure is. ``unusual_issue``: a single issue so far above all others of its item that it
looks mistyped; it counts. ``runs_out``: a vital item that may run out before an order of today
comes. ``no_supplier``: it is used and nobody is known to sell it. ``no_history``: a vital item of
which nothing was ever issued. ``supplier_minimum``: a vital item may run out because an order worth
its supplier's minimum is not worth while. ``budget``: it keeps a vital item from what it needs, or
there is none. ``quota``: a controlled item needs more than may be ordered this month.
``order_missing``: an open order is out for longer than any delivery took; it is not counted on.
``rows_refused``: rows of a table were set aside as wrong and are in no sum."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that a person must look at. ``values`` are the facts by name, for sentences."""

    kind: LookKind
    item: str | None
    values: Mapping[str, float | str | None]


def looks_at_files(pharmacy: Pharmacy) -> list[Look]:
    """What would make any figure wrong: tables cut off, a stale feed, issues that look mistyped,
    rows set aside; in the order of ``LOOK_KINDS``."""
    return [
        *_of_tables(pharmacy),
        *_of_feed(pharmacy),
        *_of_unusual_issues(pharmacy),
        *_of_refused(pharmacy),
    ]


def _of_tables(pharmacy: Pharmacy) -> Iterator[Look]:
    """What a broken export leaves is ordered for as if it were all there is."""
    cut = {}
    for table, refused in sorted(pharmacy.refused.items()):
        rows = pharmacy.tables.get(table, 0) + pharmacy.later.get(table, 0) + refused
        if _large(refused, rows):
            cut[table] = Look(
                "table_cut_off", None, {"table": table, "refused": refused, "rows": rows}
            )
    lacking, known = len(pharmacy.unknown_items), len(pharmacy.items)
    if _large(lacking, lacking + known):
        cut["items"] = Look(
            "table_cut_off", None, {"table": "items", "lacking": lacking, "known": known}
        )
    # Rows of other tables are set aside because of the items that are not there.
    yield from [cut["items"]] if "items" in cut else cut.values()


def _large(part: int, whole: int) -> bool:
    return part > SLIPS and part > CUT_OFF * whole


def _of_feed(pharmacy: Pharmacy) -> Iterator[Look]:
    """The newest movement is older than the pharmacy allows, or it counted its lots long ago."""
    newest = pharmacy.issues["date"].max()
    for what, day in (("issues", newest), ("lots", pharmacy.settings.stock_date)):
        if isinstance(day, date):
            days = (pharmacy.as_of - day).days
            if days > pharmacy.settings.stale_days:
                yield Look("feed_stale", None, {"what": what, "day": str(day), "days": float(days)})


def _of_unusual_issues(pharmacy: Pharmacy) -> Iterator[Look]:
    for one in pharmacy.unusual_issues:
        yield Look(
            "unusual_issue",
            one.item,
            {
                "file": one.file,
                "row": one.row,
                "day": str(one.day),
                "quantity": one.quantity,
                "largest_other": one.largest_other,
                "usual_daily": one.usual_daily,
            },
        )


def _of_refused(pharmacy: Pharmacy) -> Iterator[Look]:
    for table, rows in sorted(pharmacy.refused.items()):
        yield Look("rows_refused", None, {"table": table, "rows": rows})
