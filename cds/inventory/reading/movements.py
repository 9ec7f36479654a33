"""What went out, what came in, what was found or lost: tables of up to millions of rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from cds.inventory.problems import Problem
from cds.inventory.reading.amounts import read_quantity
from cds.inventory.reading.lots import Known, fill_from_gs1, read_place
from cds.inventory.reading.rows import Rows
from cds.inventory.reading.sources import ROW

if TYPE_CHECKING:
    import polars as pl

_TWICE: Final = 0.25
"""From this share of rows on that repeat another, a feed is thought to be loaded twice."""
_TWICE_ROWS: Final = 20


def read_issues(rows: Rows, known: Known, as_of: date) -> tuple[pl.DataFrame, int]:
    """Issues up to ``as_of``, each with the number of its row, and how many rows are later."""
    import polars as pl

    if not _movement(rows, known, signed=True):
        return issues_frame(), 0
    rows.text("to")
    frame, later = _until(rows, as_of)
    frame = frame.select("item", "date", "quantity", "place", "to", "lot", ROW)
    recording = frame["place"].drop_nulls().unique()
    transfer = (
        pl.col("to").is_in(recording.implode()) & (pl.col("to") != pl.col("place"))
    ).fill_null(False)
    return frame.with_columns(transfer=transfer), later


def read_receipts(rows: Rows, known: Known, as_of: date) -> tuple[pl.DataFrame, int]:
    """Receipts up to ``as_of``, and how many rows are later."""
    import polars as pl

    if not rows.has("gs1") and not rows.require("item"):
        return receipts_frame(), 0
    rows.expiry("expiry")
    rows.text("supplier")
    rows.text("order")
    rows.day("ordered")
    rows.number("price", above=True)
    if not _movement(rows, known, signed=False):
        return receipts_frame(), 0
    rows.refuse(
        rows.column("ordered") > rows.column("date"),
        "ordered",
        lambda value: f"is {value}, after the receipt; expected a day before it",
    )
    packs = {code: item.pack for code, item in known.items.items()}
    sizes = rows.column("item").replace_strict(
        list(packs), list(packs.values()), default=None, return_dtype=pl.Float64
    )
    rows.put("price", rows.column("price") / sizes)
    frame, later = _until(rows, as_of)
    columns = ("item", "date", "quantity", "place", "lot", "supplier", "order", "ordered", "price")
    return frame.select(columns), later


def read_adjustments(rows: Rows, known: Known, as_of: date) -> tuple[pl.DataFrame, int]:
    """Stock found (more than 0) and lost (less) up to ``as_of``, and how many rows are later."""
    if not _movement(rows, known, signed=True):
        return adjustments_frame(), 0
    rows.text("reason")
    frame, later = _until(rows, as_of)
    frame = frame.select("item", "date", "quantity", "place", "reason")
    return frame, later


def issues_frame() -> pl.DataFrame:
    """No issues."""
    import polars as pl

    return pl.DataFrame(
        schema={
            "item": pl.String, "date": pl.Date, "quantity": pl.Float64, "place": pl.String,
            "to": pl.String, "lot": pl.String, "transfer": pl.Boolean,
        }
    )  # fmt: skip


def receipts_frame() -> pl.DataFrame:
    """No receipts."""
    import polars as pl

    return pl.DataFrame(
        schema={
            "item": pl.String, "date": pl.Date, "quantity": pl.Float64, "place": pl.String,
            "lot": pl.String, "supplier": pl.String, "order": pl.String, "ordered": pl.Date,
            "price": pl.Float64,
        }
    )  # fmt: skip


def adjustments_frame() -> pl.DataFrame:
    """No adjustments."""
    import polars as pl

    return pl.DataFrame(
        schema={
            "item": pl.String, "date": pl.Date, "quantity": pl.Float64, "place": pl.String,
            "reason": pl.String,
        }
    )  # fmt: skip


def _movement(rows: Rows, known: Known, *, signed: bool) -> bool:
    """Read what all movements have; False where the table cannot be used."""
    if not rows.require("date") or not (rows.has("item") or rows.has("gs1")):
        rows.require("item")
        return False
    rows.text("item")
    rows.text("lot")
    rows.day("date", required=True)
    scanned = fill_from_gs1(rows, known) if rows.has("gs1") else None
    rows.refuse(
        rows.column("item").is_null(), "item", lambda _: "is empty; expected an item's code"
    )
    rows.known("item", "item", known.items, known.items_aside)
    read_place(rows, known, "a place's code", required=False)
    read_quantity(rows, known.items, known.conversions, signed=signed, instead=scanned)
    if "quantity" not in rows.columns:
        return False
    _check_repeats(rows)
    return True


def _check_repeats(rows: Rows) -> None:
    """The same document's same line twice is set aside; a feed loaded twice is told of."""
    import polars as pl

    names = [name for name in ("item", "date", "quantity", "place", "to", "lot") if rows.has(name)]
    if rows.has("packs"):
        names.append("packs")
    frame = pl.DataFrame([rows.raw(name) for name in names])
    if rows.has("document"):
        frame = frame.with_columns(rows.raw("document").alias("document"))
    repeated = _repeated(frame)
    if rows.has("document"):
        repeated = repeated & rows.raw("document").is_not_null()
        rows.refuse(
            repeated,
            "document",
            lambda value: f"'{value}' has the same line before; counted once",
        )
        return
    count = int(repeated.sum())
    if count >= _TWICE_ROWS and count >= _TWICE * rows.count:
        rows.findings.add(
            Problem(
                "warning", rows.name, rows.file, int(rows.column("_row")[repeated.arg_true()[0]]),
                "", f"{count} of {rows.count} rows are the same as a row before them; was the feed "
                "loaded twice? (a column 'document' tells real repeats apart)", count,
            )
        )  # fmt: skip


def _repeated(frame: pl.DataFrame) -> pl.Series:
    """Which rows are the same as one before them."""
    import polars as pl

    # Hashes are quick and may collide: they only say which rows to compare.
    alike = frame.hash_rows().is_duplicated()
    rows = alike.arg_true()
    same = frame[rows].select(~pl.struct(pl.all()).is_first_distinct()).to_series()
    found = pl.repeat(False, frame.height, eager=True)
    return found.scatter(rows.filter(same), True)


def _until(rows: Rows, as_of: date) -> tuple[pl.DataFrame, int]:
    import polars as pl

    frame = rows.sound()
    kept = frame.filter(pl.col("date") <= as_of)
    return kept, frame.height - kept.height
