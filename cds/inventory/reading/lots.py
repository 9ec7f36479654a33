"""The lots on hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from cds.inventory.description import Item, Lot, Place
from cds.inventory.reading.amounts import Conversions, read_quantity
from cds.inventory.reading.gs1 import Element, gtin_14, parse_element
from cds.inventory.reading.masters import MAIN
from cds.inventory.reading.rows import Rows

if TYPE_CHECKING:
    import polars as pl

_STATUS = {
    "available": "available", "ok": "available", "released": "available", "usable": "available",
    "可用": "available", "合格": "available", "正常": "available", "quarantined": "quarantined",
    "quarantine": "quarantined", "blocked": "quarantined", "hold": "quarantined",
    "待验": "quarantined", "隔离": "quarantined", "冻结": "quarantined", "recalled": "recalled",
    "recall": "recalled", "召回": "recalled",
}  # fmt: skip
_SLACK_DAYS: Final = 62
"""How much later than as_of + shelf life an expiry may lie before it is doubted."""
_LONGEST_DAYS: Final = 3653
"""Ten years: what is doubted where the shelf life is not known."""


@dataclass(frozen=True)
class Known:
    """What rows may refer to."""

    items: Mapping[str, Item]
    items_aside: Collection[str]
    places: Mapping[str, Place] | None  # None: there is no such table
    conversions: Conversions

    def gtins(self) -> dict[str, str]:
        """GTIN → item."""
        return {gtin: code for code, item in self.items.items() for gtin in item.gtins}


def read_lots(rows: Rows, known: Known, as_of: date) -> tuple[Lot, ...]:
    """Lots with something left; a lot that contradicts itself is set aside whole."""
    import polars as pl

    if not rows.has("gs1") and not rows.require("item", "lot", "expiry"):
        return ()
    rows.text("item")
    rows.text("lot")
    rows.expiry("expiry")
    rows.text("gtin")
    rows.text("place")
    rows.choice("status", _STATUS, default="available")
    scanned = fill_from_gs1(rows, known)
    for column, wanted in (
        ("item", "an item's code"),
        ("lot", "a lot number"),
        ("expiry", "a date or a month"),
    ):
        rows.refuse_empty(column, wanted)
    rows.known("item", "item", known.items, known.items_aside)
    read_place(rows, known, "a place's code")
    read_quantity(rows, known.items, known.conversions, instead=scanned)
    if "quantity" not in rows.columns:
        return ()
    _check_lots(rows, known, as_of)
    frame = rows.sound().filter(pl.col("quantity") > 0)
    return tuple(
        Lot(
            item=entry["item"],
            lot=entry["lot"],
            quantity=entry["quantity"],
            expiry=entry["expiry"],
            place=entry["place"],
            status=entry["status"],
            gtin=entry["gtin"],
        )
        for entry in frame.iter_rows(named=True)
    )


def read_place(rows: Rows, known: Known, wanted: str, *, required: bool = True) -> None:
    """Put ``place``: the main store where the table has no such column."""
    import polars as pl

    if not rows.has("place"):
        only = next(iter(known.places)) if known.places and len(known.places) == 1 else MAIN
        rows.put("place", pl.repeat(only, rows.count, dtype=pl.String, eager=True))
        return
    if "place" not in rows.columns:
        rows.text("place")
    if required:
        rows.refuse(
            rows.column("place").is_null(), "place", lambda _: f"is empty; expected {wanted}"
        )
    if known.places is not None:
        rows.known("place", "place", known.places)


def fill_from_gs1(rows: Rows, known: Known) -> tuple[pl.Series, pl.Series] | None:
    """Fill item, lot, expiry and gtin (read before) from ``gs1``; gives (units, packs) it counts.

    Refuses rows whose columns say otherwise than the string. None where there is no such column.
    """
    import polars as pl

    gtins = known.gtins()
    if "gtin" in rows.columns:
        read = {text: gtin_14(text) for text in rows.column("gtin").drop_nulls().unique()}
        rows.refuse(
            rows.column("gtin").is_in([text for text, code in read.items() if code is None]),
            "gtin",
            lambda value: f"is '{value}', no GTIN: its check digit is wrong",
        )
        rows.put(
            "gtin",
            pl.Series(
                [read.get(text) if text else None for text in rows.column("gtin")], dtype=pl.String
            ),
        )
    else:
        rows.put("gtin", pl.Series([None] * rows.count, dtype=pl.String))
    scanned: tuple[pl.Series, pl.Series] | None = None
    if rows.has("gs1"):
        rows.text("gs1")
        scanned = _scan(rows)
    gtin = rows.column("gtin")
    by_gtin = pl.Series([gtins.get(code) if code else None for code in gtin], dtype=pl.String)
    item = rows.column("item")
    rows.refuse(
        (item.is_not_null() & (by_gtin != item)).fill_null(False),
        "item",
        lambda value: f"is '{value}', but the GTIN is another item's",
    )
    rows.refuse(
        item.is_null() & gtin.is_not_null() & by_gtin.is_null(),
        "gs1" if rows.has("gs1") else "gtin",
        lambda value: f"{value}: no item has this GTIN; expected it in column gtin of items",
    )
    rows.put("item", item.fill_null(by_gtin))
    return scanned


def _scan(rows: Rows) -> tuple[pl.Series, pl.Series]:
    import polars as pl

    texts = rows.column("gs1")
    parsed = {text: parse_element(text) for text in texts.drop_nulls().unique(maintain_order=True)}
    elements = [parsed[text] if text else Element() for text in texts]
    rows.refuse(
        pl.Series([element.error is not None for element in elements], dtype=pl.Boolean),
        "gs1",
        lambda value: f"is no GS1 element string: {parsed[_single(value)].error}",
    )
    for column, dtype, values in (
        ("lot", pl.String, [element.lot for element in elements]),
        ("expiry", pl.Date, [element.expiry for element in elements]),
        ("gtin", pl.String, [element.gtin for element in elements]),
    ):
        scanned, stated = pl.Series(values, dtype=dtype), rows.column(column)
        differs = stated.is_not_null() & scanned.is_not_null() & (stated != scanned)
        rows.refuse(
            differs, column, lambda value: f"is '{value}', but the GS1 string says otherwise"
        )
        rows.put(column, stated.fill_null(scanned))
    units = pl.Series([element.units for element in elements], dtype=pl.Float64)
    packs = pl.Series([element.packs for element in elements], dtype=pl.Float64)
    return units, packs


def _single(value: object) -> str:
    """The text as it was read: with single blanks."""
    return " ".join(str(value).split(" "))


def _check_lots(rows: Rows, known: Known, as_of: date) -> None:
    import polars as pl

    frame = pl.DataFrame(
        [rows.column(name) for name in ("item", "lot", "place", "expiry", "quantity", "status")]
    )
    complete = ~pl.any_horizontal(pl.all().is_null())
    repeated = frame.select(complete & ~pl.struct(pl.all()).is_first_distinct()).to_series()
    rows.refuse(
        repeated, "lot", lambda value: f"'{value}' is the same as a row before it; counted once"
    )
    several = pl.col("expiry").drop_nulls().n_unique().over("item", "lot") > 1
    expiries = frame.select(several & complete)
    rows.refuse(
        expiries.to_series(),
        "expiry",
        lambda value: (
            f"is {value}, and another row of the same lot says otherwise; "
            "which is right cannot be known"
        ),
    )
    latest = {
        code: as_of + timedelta(days=(item.shelf_life_days or _LONGEST_DAYS) + _SLACK_DAYS)
        for code, item in known.items.items()
    }
    bound = frame["item"].replace_strict(
        list(latest), list(latest.values()), default=None, return_dtype=pl.Date
    )
    rows.warn(
        frame["expiry"] > bound,
        "expiry",
        lambda value: f"is {value}, later than the item's shelf life allows; look at the package",
    )
