"""On which days an item could not be issued, as far as tables and movements tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from cds.inventory.description import Pharmacy

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

OUT: Final = 1
WITH_STOCK: Final = 0
UNKNOWN: Final = -1

_TOLERANCE: Final = 1e-6
"""Units below which a balance counts as nothing: sums of fractions are not exact."""


@dataclass(frozen=True)
class StockOuts:
    """``days[i, d]``: OUT, WITH_STOCK or UNKNOWN for ``items[i]`` on day ``first`` + d.

    The last day is the one before the pharmacy's ``as_of``.
    """

    items: tuple[str, ...]
    first: date
    days: NDArray[np.int8]


def stock_out_days(pharmacy: Pharmacy) -> StockOuts:
    """The days out of stock of every item with issues, from the first issue of any item on.

    Days that ``stock_outs`` names (of the whole pharmacy) are out, and the other days of the
    items it names are not. For other items the balance is followed backwards from the lots on
    hand (also those held back) through issues, receipts and adjustments: a day that begins and
    ends with nothing and on which nothing came in is out. Where a balance so found is less than
    nothing, movements are missing: that day and all before it are unknown; so are all days of a
    pharmacy without receipts.
    """
    import numpy as np

    earliest = pharmacy.issues["date"].min()
    items = tuple(pharmacy.issues["item"].unique().sort().to_list())
    first = earliest if isinstance(earliest, date) else pharmacy.as_of
    length = max((pharmacy.as_of - first).days, 0)
    if pharmacy.receipts.is_empty():
        days = np.full((len(items), length), UNKNOWN, dtype=np.int8)
    else:
        days = _rebuilt(pharmacy, items, first, length)
    rows = {code: index for index, code in enumerate(items)}
    named = [entry for entry in pharmacy.stock_outs.iter_rows() if entry[3] is None]
    for code in {entry[0] for entry in named} & rows.keys():
        days[rows[code]] = WITH_STOCK
    for code, start, end, _ in named:
        if code in rows:
            low, high = (start - first).days, (end - first).days + 1
            days[rows[code], max(low, 0) : max(high, 0)] = OUT
    return StockOuts(items, first, days)


def _rebuilt(
    pharmacy: Pharmacy, items: tuple[str, ...], first: date, length: int
) -> NDArray[np.int8]:
    import numpy as np
    import polars as pl

    rows = {code: index for index, code in enumerate(items)}
    went = pharmacy.issues.filter(~pl.col("transfer"))
    # One more column: what as_of's own movements changed is already in the lots.
    change = _by_day(pharmacy.receipts, items, first, length + 1)
    came = change > 0
    change += _by_day(pharmacy.adjustments, items, first, length + 1)
    change -= _by_day(went, items, first, length + 1)
    now = np.zeros(len(items))
    for lot in pharmacy.lots:
        if lot.item in rows:
            now[rows[lot.item]] += lot.quantity
    later = np.cumsum(change[:, ::-1], axis=1)[:, ::-1]
    begin = now[:, None] - later
    end = begin + change
    begin, end, came = begin[:, :length], end[:, :length], came[:, :length]
    negative = np.minimum(begin, end) < -_TOLERANCE
    unknown = np.logical_or.accumulate(negative[:, ::-1], axis=1)[:, ::-1]
    out = (begin <= _TOLERANCE) & (end <= _TOLERANCE) & ~came
    return np.where(unknown, UNKNOWN, np.where(out, OUT, WITH_STOCK)).astype(np.int8)


def _by_day(
    movements: pl.DataFrame, items: tuple[str, ...], first: date, length: int
) -> NDArray[np.float64]:
    """Units moved of each item on each day from ``first`` on."""
    import numpy as np
    import polars as pl

    index = pl.Series(range(len(items)), dtype=pl.Int64)
    codes = pl.col("item").replace_strict(
        pl.Series(items, dtype=pl.String), index, default=None, return_dtype=pl.Int64
    )
    days = (pl.col("date") - pl.lit(first)).dt.total_days()
    sums = (
        movements.group_by("item", "date")
        .agg(pl.col("quantity").sum())
        .select(row=codes, day=days, quantity="quantity")
        .filter(pl.col("row").is_not_null() & pl.col("day").is_between(0, length - 1))
    )
    found = np.zeros((len(items), length))
    found[sums["row"].to_numpy(), sums["day"].to_numpy()] = sums["quantity"].to_numpy()
    return found
