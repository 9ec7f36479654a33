"""ABC by value of use, VEN as given, XYZ by how steady the use is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from cds.inventory.description import Pharmacy, Ven
from cds.inventory.history import demand_history, known_until

Abc = Literal["A", "B", "C"]
Xyz = Literal["X", "Y", "Z"]

VALUE_SHARES: Final = (0.8, 0.95)
"""Cumulated shares of the value of a year's use up to which an item is A, then B (WHO,
Managing Access to Medicines, MDS-3, chapter 40: A 75-80 %, B 15-20 %, C 5-10 %)."""
VARIATIONS: Final = (0.5, 1.0)
"""Coefficients of variation of weekly use up to which an item is X, then Y."""
_YEAR_DAYS: Final = 364
_FEWEST_WEEKS: Final = 13


@dataclass(frozen=True, slots=True)
class Class:
    """An item's classes; None where they cannot be known.

    ``use``: units of the last 364 days, less returns. ``value``: what they cost now.
    ``variation``: of weekly use, weeks wholly out of stock left out.
    """

    item: str
    ven: Ven
    use: float
    value: float | None
    share: float | None  # of all value
    cumulated: float | None  # of this and all items of greater value
    abc: Abc | None
    given_abc: Abc | None
    variation: float | None
    xyz: Xyz | None

    @property
    def changed(self) -> bool:
        """Whether the items table says another class."""
        return None not in (self.abc, self.given_abc) and self.abc != self.given_abc


def classify(
    pharmacy: Pharmacy,
    shares: tuple[float, float] = VALUE_SHARES,
    variations: tuple[float, float] = VARIATIONS,
) -> list[Class]:
    """Every item, the greatest value first; those without a known price last.

    An item belongs to A while the items before it make less than ``shares[0]`` of the value, to
    B while they make less than ``shares[1]``; so the item that crosses a border is still above.
    An item with no use is C.
    """
    use = _use(pharmacy)
    variation = _variations(pharmacy)
    values = {code: pharmacy.value(code, use.get(code, 0.0)) for code in pharmacy.items}
    # What is not used costs nothing, whatever its price.
    values = {code: 0.0 if use.get(code, 0.0) <= 0 else value for code, value in values.items()}
    total = sum(value for value in values.values() if value is not None)
    order = sorted(
        pharmacy.items, key=lambda code: (values[code] is None, -(values[code] or 0.0), code)
    )
    found, before = [], 0.0
    for code in order:
        value = values[code]
        share = value / total if value is not None and total > 0 else None
        abc = None if value is None else _abc(before, value, shares)
        before += share or 0.0
        steady = variation.get(code)
        found.append(
            Class(
                item=code,
                ven=pharmacy.items[code].ven,
                use=use.get(code, 0.0),
                value=value,
                share=share,
                cumulated=None if share is None else min(before, 1.0),
                abc=abc,
                given_abc=pharmacy.items[code].abc,
                variation=steady,
                xyz=None if steady is None else _xyz(steady, variations),
            )
        )
    return found


def matrix(classes: list[Class]) -> Mapping[tuple[Abc, Ven], tuple[int, float]]:
    """(ABC, VEN) → (items, share of value)."""
    found: dict[tuple[Abc, Ven], tuple[int, float]] = {}
    for abc in ("A", "B", "C"):
        for ven in ("V", "E", "N"):
            mine = [one for one in classes if (one.abc, one.ven) == (abc, ven)]
            found[abc, ven] = (len(mine), sum(one.share or 0.0 for one in mine))
    return found


def _abc(before: float, value: float, shares: tuple[float, float]) -> Abc:
    if value <= 0:
        return "C"
    if before < shares[0] - 1e-12:
        return "A"
    return "B" if before < shares[1] - 1e-12 else "C"


def _xyz(variation: float, limits: tuple[float, float]) -> Xyz:
    if variation <= limits[0]:
        return "X"
    return "Y" if variation <= limits[1] else "Z"


def _use(pharmacy: Pharmacy) -> dict[str, float]:
    import polars as pl

    end = known_until(pharmacy)
    first = end - timedelta(days=_YEAR_DAYS)
    rows = pharmacy.issues.filter(
        ~pl.col("transfer") & (pl.col("date") >= first) & (pl.col("date") < end)
    )
    return dict(rows.group_by("item").agg(pl.col("quantity").sum()).iter_rows())


def _variations(pharmacy: Pharmacy) -> dict[str, float]:
    import polars as pl

    end = known_until(pharmacy)
    first = end - timedelta(days=_YEAR_DAYS)
    weeks = demand_history(pharmacy, "W", until=end).filter(
        (pl.col("ds") >= first) & (pl.col("out_of_stock").fill_null(0.0) < 1.0)
    )
    spread = weeks.group_by("unique_id").agg(
        mean=pl.col("y").mean(), deviation=pl.col("y").std(), count=pl.len()
    )
    known = spread.filter((pl.col("count") >= _FEWEST_WEEKS) & (pl.col("mean") > 0))
    return dict(known.select("unique_id", pl.col("deviation") / pl.col("mean")).iter_rows())
