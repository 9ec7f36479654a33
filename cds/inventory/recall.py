"""Where a lot is and who got it, and what the tables cannot tell."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from cds.inventory.description import Lot, Pharmacy

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Given:
    """Units of the lot that somebody got, less what came back."""

    to: str | None  # None: the issue does not say
    place: str | None  # who gave it
    quantity: float
    first: date
    last: date
    transfer: bool  # to a place that holds stock, not to a patient


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery of the lot."""

    day: date
    quantity: float
    supplier: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Blind:
    """Issues of the item without a lot number since the lot came: some may be of the lot."""

    rows: int
    quantity: float
    since: date | None  # None: when it came is not known; all the history counts
    places: tuple[str, ...]
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """All that is known of one lot of one item, in the item's units.

    ``unaccounted``: received, less on hand, less given out; None where no receipt of the lot
    is known. More than 0: so many units are in no table (among the blind issues, perhaps).
    """

    item: str
    lot: str
    on_hand: tuple[Lot, ...]
    received: tuple[Received, ...]
    given: tuple[Given, ...]
    unaccounted: float | None
    blind: Blind | None

    @property
    def usable(self) -> tuple[Lot, ...]:
        """What lies there and is not held back yet."""
        return tuple(lot for lot in self.on_hand if lot.status == "available")

    @property
    def given_out(self) -> float:
        """Units that left to wards and patients."""
        return sum(given.quantity for given in self.given if not given.transfer)


def recall(pharmacy: Pharmacy, number: str, item: str | None = None) -> tuple[Recall, ...]:
    """Every item with a lot so numbered (case, width and blanks aside); only ``item`` if given."""
    import polars as pl

    wanted = _squeezed(number)
    spelt: dict[str, set[str]] = {}

    def note(code: str, lot: str | None) -> None:
        if lot is not None and _squeezed(lot) == wanted and item in (None, code):
            spelt.setdefault(code, set()).add(lot)

    for lot in pharmacy.lots:
        note(lot.item, lot.lot)
    for frame in (pharmacy.receipts, pharmacy.issues):
        named = frame.select("item", "lot").drop_nulls().unique()
        for code, lot_number in named.iter_rows():
            note(code, lot_number)
    found = []
    for code in sorted(spelt):
        numbers = sorted(spelt[code])
        mine = (pl.col("item") == code) & pl.col("lot").is_in(numbers)
        found.append(_recall(pharmacy, code, number, numbers, mine))
    return tuple(found)


def similar_lots(pharmacy: Pharmacy, number: str, item: str | None = None) -> tuple[str, ...]:
    """Lot numbers near to one that was not found, the nearest first."""
    import polars as pl

    known: dict[str, str] = {}
    for lot in pharmacy.lots:
        if item in (None, lot.item):
            known[_squeezed(lot.lot)] = lot.lot
    for frame in (pharmacy.receipts, pharmacy.issues):
        rows = frame if item is None else frame.filter(pl.col("item") == item)
        for lot_number in rows["lot"].drop_nulls().unique().sort():
            known.setdefault(_squeezed(lot_number), lot_number)
    return tuple(known[one] for one in get_close_matches(_squeezed(number), known, 3, 0.75))


def blind_issues(pharmacy: Pharmacy, item: str | None, since: date | None) -> Blind | None:
    """Issues without a lot number, of one item or of all; None where there are none."""
    import polars as pl

    rows = pharmacy.issues.filter(pl.col("lot").is_null() & (pl.col("quantity") > 0))
    if item is not None:
        rows = rows.filter(pl.col("item") == item)
    if since is not None:
        rows = rows.filter(pl.col("date") >= since)
    if rows.is_empty():
        return None
    return Blind(
        rows=rows.height,
        quantity=float(rows["quantity"].sum()),
        since=since,
        places=tuple(rows["place"].drop_nulls().unique().sort()),
        receivers=tuple(rows["to"].drop_nulls().unique().sort()),
    )


def _recall(
    pharmacy: Pharmacy, code: str, number: str, numbers: list[str], mine: pl.Expr
) -> Recall:
    import polars as pl

    on_hand = tuple(lot for lot in pharmacy.lots if lot.item == code and lot.lot in numbers)
    receipts = pharmacy.receipts.filter(mine).sort("date", "place", maintain_order=True)
    received = tuple(
        Received(row["date"], row["quantity"], row["supplier"], row["place"])
        for row in receipts.iter_rows(named=True)
    )
    issues = pharmacy.issues.filter(mine)
    given = tuple(_given(row) for row in _by_receiver(issues).iter_rows(named=True))
    out = float(issues.filter(~pl.col("transfer"))["quantity"].sum())
    came = sum(one.quantity for one in received)
    left = sum(lot.quantity for lot in on_hand)
    dates = [one.day for one in received] or [one.first for one in given]
    return Recall(
        item=code,
        lot=numbers[0] if len(numbers) == 1 else number,
        on_hand=on_hand,
        received=received,
        given=given,
        unaccounted=came - left - out if received else None,
        blind=blind_issues(pharmacy, code, min(dates) if received else None),
    )


def _by_receiver(issues: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return (
        issues.group_by("to", "place", "transfer")
        .agg(pl.col("quantity").sum(), first=pl.col("date").min(), last=pl.col("date").max())
        .sort("transfer", "first", "to", "place", nulls_last=True)
    )


def _given(row: dict[str, Any]) -> Given:
    return Given(
        row["to"], row["place"], row["quantity"], row["first"], row["last"], row["transfer"]
    )


def _squeezed(number: str) -> str:
    folded = unicodedata.normalize("NFKC", number).casefold()
    return "".join(letter for letter in folded if not letter.isspace() and letter not in "-_")
