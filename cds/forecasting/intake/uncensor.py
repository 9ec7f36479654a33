"""A history with stock-outs made into a history of demand, and what was changed."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.forecasting.frequency import Frequency, period_index
from cds.forecasting.intake.censoring import correct

SUMMARY = {
    "unique_id": pl.String(),
    "periods_out": pl.Int64(),
    "share_out": pl.Float64(),
    "issued_mean": pl.Float64(),
    "demand_mean": pl.Float64(),
    "uplift": pl.Float64(),
}


def uncensor(history: pl.DataFrame, frequency: Frequency) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The history with ``y`` the expected demand, the amounts issued kept in ``issued``.

    The second frame has a row for each series with a period out of stock: ``periods_out`` and
    ``share_out`` of its periods, mean ``issued_mean`` and ``demand_mean`` a period, ``uplift``
    (demand / issued, null where nothing was issued). Without the column ``out_of_stock`` the
    history comes back as it is. Whole numbers stay whole, their sum right to one unit.
    """
    if "out_of_stock" not in history.columns:
        return history, pl.DataFrame(schema=SUMMARY)
    ordered = history.sort("unique_id", "ds")
    out = ordered["out_of_stock"].cast(pl.Float64).fill_null(0.0).to_numpy()
    issued = ordered["y"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    demand = issued.copy()
    ids = ordered["unique_id"]
    starts = np.flatnonzero((ids != ids.shift(1)).fill_null(True).to_numpy())
    ends = np.append(starts[1:], len(ids))
    rows: list[dict[str, object]] = []
    for start, end in zip(starts, ends, strict=True):
        here = slice(int(start), int(end))
        if not (out[here] > 0).any():
            continue
        season = _season(ordered["ds"][here], frequency)
        found = correct(issued[here], out[here], season).demand
        demand[here] = _whole(found, issued[here])
        rows.append(_row(str(ids[int(start)]), issued[here], demand[here], out[here]))
    changed = ordered.with_columns(
        pl.col("y").cast(pl.Float64).alias("issued"), pl.Series("y", demand).fill_nan(None)
    )
    return changed, pl.DataFrame(rows, schema=SUMMARY)


def _row(
    identity: str,
    issued: NDArray[np.float64],
    demand: NDArray[np.float64],
    out: NDArray[np.float64],
) -> dict[str, object]:
    known = np.isfinite(issued)
    before, after = float(issued[known].mean()), float(demand[known].mean())
    return {
        "unique_id": identity,
        "periods_out": int((out > 0).sum()),
        "share_out": float((out > 0).mean()),
        "issued_mean": before,
        "demand_mean": after,
        "uplift": after / before if before > 0 else None,
    }


def _season(moments: pl.Series, frequency: Frequency) -> NDArray[np.int64] | None:
    """The place of each period in its season: month, weekday, hour of the week; none for weeks."""
    length = {"M": 12, "D": 7, "H": 168}.get(frequency)
    if length is None or len(moments) < 2 * length:
        return None
    numbers = np.array([period_index(moment, frequency) for moment in moments], dtype=np.int64)
    return np.asarray(numbers % length)


def _whole(demand: NDArray[np.float64], issued: NDArray[np.float64]) -> NDArray[np.float64]:
    """Demand in whole numbers where what was issued is: the rounding is carried on."""
    seen = issued[np.isfinite(issued)]
    if not np.array_equal(seen, np.round(seen)):
        return demand
    result, carried = demand.copy(), 0.0
    for place in np.flatnonzero(np.isfinite(demand) & (demand != issued)):
        wanted = demand[place] + carried
        result[place] = max(np.round(wanted), issued[place])
        carried = wanted - result[place]
    return result
