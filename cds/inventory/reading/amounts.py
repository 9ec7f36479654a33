"""Quantities in the item's own unit, from units, packs, or another unit with a conversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cds.errors import Place
from cds.inventory.description import Item
from cds.inventory.reading.names import did_you_mean
from cds.inventory.reading.rows import Rows

if TYPE_CHECKING:
    import polars as pl

Conversions = Mapping[tuple[str, str], float]
"""(item, unit in small letters) → how many of the item's units one of it is."""


def read_quantity(
    rows: Rows,
    items: Mapping[str, Item],
    conversions: Conversions,
    *,
    signed: bool = False,
    instead: tuple[pl.Series, pl.Series] | None = None,
) -> None:
    """Put ``quantity`` in units; needs ``item`` read before.

    ``instead`` are (units, packs) from elsewhere (a GS1 string) for rows that give neither.
    A unit that is not the item's is converted where a factor is given and refused else.
    """
    import polars as pl

    given = [column for column in ("quantity", "packs") if rows.has(column)]
    place = Place(rows.file, "row 1")
    if len(given) == 2:
        rows.findings.broken(place, "has both 'quantity' (units) and 'packs'; expected one of them")
        return
    if not given and instead is None:
        rows.findings.broken(place, "has neither 'quantity' (units) nor 'packs'; expected one")
        return
    low = None if signed else 0.0
    column = given[0] if given else "quantity"
    rows.number(column, low=low)
    found = rows.column(column)
    if rows.has("unit") and column == "packs":
        rows.findings.broken(place, "has 'unit' beside 'packs'; expected 'unit' with 'quantity'")
        return
    units = found * _packs(rows, items) if column == "packs" else found
    if rows.has("unit"):
        units = units * _factors(rows, items, conversions)
    if instead is not None:
        scanned = instead[0].fill_null(instead[1] * _packs(rows, items))
        differs = units.is_not_null() & scanned.is_not_null() & ((units - scanned).abs() > 1e-9)
        rows.refuse(
            differs, column, lambda value: f"is {value}, but the GS1 string counts otherwise"
        )
        units = units.fill_null(scanned)
    rows.refuse(units.is_null(), column, lambda _: "is empty; expected a number such as 37.5")
    rows.put("quantity", units.cast(pl.Float64))


def _packs(rows: Rows, items: Mapping[str, Item]) -> pl.Series:
    import polars as pl

    sizes = {code: item.pack for code, item in items.items()}
    return _mapped(rows.column("item"), sizes).cast(pl.Float64)


def _mapped(series: pl.Series, values: Mapping[str, float]) -> pl.Series:
    import polars as pl

    return series.replace_strict(
        list(values), list(values.values()), default=None, return_dtype=pl.Float64
    )


def _factors(rows: Rows, items: Mapping[str, Item], conversions: Conversions) -> pl.Series:
    """What each row's quantity is multiplied by: 1 where no unit is given or it is the item's."""
    import polars as pl

    rows.text("unit")
    pairs = pl.DataFrame({"item": rows.column("item"), "unit": rows.column("unit")})
    table = []
    for item, unit in pairs.unique().drop_nulls().iter_rows():
        known = items.get(item)
        if known is None:
            continue
        if unit.casefold() == known.unit.casefold():
            table.append((item, unit, 1.0))
        elif (item, unit.casefold()) in conversions:
            table.append((item, unit, conversions[item, unit.casefold()]))
    schema = {"item": pl.String, "unit": pl.String, "factor": pl.Float64}
    factors = pairs.join(
        pl.DataFrame(table, schema=schema, orient="row"),
        on=["item", "unit"],
        how="left",
        maintain_order="left",
    )["factor"]
    own = pairs["unit"].is_null()
    factors = pl.select(pl.when(own).then(1.0).otherwise(factors)).to_series()
    units = {code: item.unit for code, item in items.items()}
    known_units = sorted({item.unit for item in items.values()})

    def message(unit: object) -> str:
        return (
            f"is '{unit}', which is not the item's unit; expected the unit that items states, or "
            f"a factor in conversions.csv{did_you_mean(str(unit), known_units)}"
        )

    foreign = factors.is_null() & rows.column("item").is_in(pl.Series(list(units)).implode())
    rows.refuse(foreign, "unit", message)
    return factors
