"""Rows that were read, summed to one per series and period: duplicates, returns, gaps.

The rules, and the options that overrule them:

- A table is of *transactions* where at least one series-period in five holds several rows, or
  where the user says so; else it has *one row a period*, and two different rows for one period
  are refused.
- Of transactions that nobody said are some, rows of one series and moment that differ are summed
  and named.
- Rows equal in every cell are dropped and counted; in a table of transactions that has nothing
  to tell two equal ones apart (no time of day, no further column) they are kept, and said.
- A period without a row inside a series is 0 in a table of transactions, or in one that lists
  only what happened (no zero anywhere and one period in ten absent); else it is missing. An
  empty cell is missing always.
- Negative amounts are returns in transactions, or where they are rare (one row in twenty, a
  tenth of the amount); else values. Returns are netted in their period; what exceeds it is
  taken from the latest earlier periods of the series.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time as clock_time
from typing import Literal

import numpy as np
import polars as pl

from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.complaints import Complaints
from cds.forecasting.intake.findings import Finding, counted
from cds.forecasting.intake.periods import NAMES, period_of, span

Gaps = Literal["auto", "zero", "missing"]
Negatives = Literal["auto", "returns", "values"]
Combine = Literal["sum", "max", "mean", "first"]

TRANSACTIONS_FROM = 0.2
FEWEST_EVEN_STEPS = 4
"""Steps from which equal distances are no chance."""
SPARSE_FROM = 0.1
MIDNIGHT = clock_time()
RARE_ROWS, RARE_AMOUNT = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Summed:
    """``frame``: unique_id, ds, y and the further columns, one row per period, gaps filled."""

    frame: pl.DataFrame
    transactions: bool
    findings: tuple[Finding, ...]


def sum_rows(
    rows: pl.DataFrame,
    frequency: Frequency,
    complaints: Complaints,
    *,
    time: str,
    gaps: Gaps = "auto",
    negatives: Negatives = "auto",
    combine: Combine = "sum",
    transactions: bool = False,
    other_cells: bool = False,
) -> Summed:
    """One row per series and period of ``rows``: __row, __equal, unique_id, moment, y, further.

    ``__equal`` marks a row that repeats an earlier one of the file in every cell; ``time`` is
    the header of the moments; ``other_cells`` says that the file has columns beyond these that
    tell rows apart. Counts of people present are not summed but combined otherwise (``combine``).
    Further columns are averaged.
    """
    findings: list[Finding] = []
    rows = rows.with_columns(period_of(pl.col("moment"), frequency).alias("ds"))
    distinct = rows.filter(~pl.col("__equal"))
    periods = distinct.group_by("unique_id", "ds").agg(pl.len())
    several = periods.filter(pl.col("len") > 1).height
    asked = transactions
    transactions = asked or several >= TRANSACTIONS_FROM * periods.height
    equal = rows.height - distinct.height
    clock = rows.select((pl.col("moment").dt.time() != pl.time(0)).any()).item()
    # With nothing to tell rows apart, equal rows are what makes a table one of transactions.
    if equal and not (clock or other_cells):
        several = rows.group_by("unique_id", "ds").agg(pl.len()).filter(pl.col("len") > 1).height
        if transactions and several:
            findings.append(_kept_equal(equal))
            distinct, equal = rows, 0
    if equal:
        findings.append(_dropped_equal(equal))
    if combine != "sum":
        transactions, negatives = False, "values"
    elif not transactions:
        _refuse_double(distinct, time, frequency, complaints)
        complaints.raise_any()
    elif not asked:
        findings.extend(_summed_alike(distinct))
    further = [name for name in distinct.columns if name not in _OWN]
    returns = _are_returns(distinct, transactions, negatives)
    summed = (
        distinct.group_by("unique_id", "ds")
        .agg(
            # a period of which nothing is known stays unknown
            pl.when(pl.col("y").count() > 0).then(_COMBINED[combine]).alias("y"),
            *(pl.col(name).mean() for name in further),
        )
        .sort("unique_id", "ds")
    )
    if returns:
        summed, found = _net(summed, distinct)
        findings.extend(found)
    elif float(distinct["y"].min() or 0) < 0:  # type: ignore[arg-type]
        findings.append(Finding("negative_values", "negative values are taken as they are"))
    filled, found = _fill(summed, frequency, transactions, gaps)
    return Summed(filled, transactions, (*findings, *found))


_OWN = ("__row", "__equal", "unique_id", "moment", "ds", "y")
_COMBINED = {
    "sum": pl.col("y").sum(),
    "max": pl.col("y").max(),
    "mean": pl.col("y").mean(),
    "first": pl.col("y").sort_by("moment").first(),
}


def _kept_equal(count: int) -> Finding:
    return Finding(
        "equal_rows_kept",
        counted(count, "row equals another", "rows equal others")
        + " in every cell and "
        + ("was" if count == 1 else "were")
        + " kept, for the table has neither times nor numbers of its transactions to tell "
        "duplicates",
        values={"rows": count},
    )


def _dropped_equal(count: int) -> Finding:
    return Finding(
        "duplicates_dropped",
        counted(
            count,
            "row equals another in every cell and was dropped",
            "rows equal others in every cell and were dropped",
        ),
        values={"rows": count},
    )


def _summed_alike(rows: pl.DataFrame) -> list[Finding]:
    """Rows of one series and moment that differ: transactions, or one that was corrected."""
    unlike = rows.filter(~pl.col("__equal"))
    alike = unlike.filter(pl.struct("unique_id", "moment").is_duplicated()).sort("__row")
    if alike.is_empty():
        return []
    row, identity, moment = alike.select("__row", "unique_id", "moment").row(0)
    same = (pl.col("unique_id") == identity) & (pl.col("moment") == moment)
    other = int(alike.filter(same)["__row"][1])
    when = str(moment.date() if moment.time() == MIDNIGHT else moment)
    return [
        Finding(
            "rows_summed",
            f"{alike.height:,} rows have the series and the time of another and were summed, as of "
            f"transactions; the first are rows {row} and {other}, of {identity!r} and {when}",
            values={
                "rows": alike.height,
                "series": str(identity),
                "ds": when,
                "row": int(row),
                "other_row": other,
            },
        )
    ]


def _refuse_double(
    rows: pl.DataFrame, time: str, frequency: Frequency, complaints: Complaints
) -> None:
    double = rows.filter(pl.struct("unique_id", "ds").is_duplicated())
    first: dict[tuple[str, object], int] = {}
    for row, identity, start in double.select("__row", "unique_id", "ds").iter_rows():
        before = first.setdefault((identity, start), row)
        if before != row:
            complaints.add(
                row,
                time,
                start,
                f"one row for each {NAMES[frequency]} of {identity!r}: row {before} is for the "
                "same one and differs (--transactions sums them)",
            )


def _are_returns(rows: pl.DataFrame, transactions: bool, negatives: Negatives) -> bool:
    if negatives != "auto":
        return negatives == "returns"
    amounts = rows["y"].drop_nulls().to_numpy()
    below = amounts[amounts < 0]
    if not len(below):
        return False
    rare = len(below) <= RARE_ROWS * len(amounts)
    return transactions or bool(rare and -below.sum() <= RARE_AMOUNT * amounts[amounts > 0].sum())


def _net(summed: pl.DataFrame, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """No period below zero: the excess of returns is taken from the latest earlier periods."""
    given_back = rows.filter(pl.col("y") < 0)
    findings = [
        Finding(
            "returns_netted",
            counted(
                given_back.height,
                "row is a return and was netted in its period",
                "rows are returns and were netted in their period",
            ),
            values={"rows": given_back.height, "amount": -float(given_back["y"].sum())},
        )
    ] if given_back.height else []  # fmt: skip
    below = summed.filter(pl.col("y") < 0)["unique_id"].unique()
    parts = []
    for (identity,), part in summed.group_by("unique_id", maintain_order=True):
        if identity not in below:
            parts.append(part)
            continue
        amounts, lost = carry_back(part["y"].to_numpy())
        parts.append(part.with_columns(pl.Series("y", amounts).fill_nan(None)))
        carried = -float(np.minimum(part["y"].fill_null(0).to_numpy(), 0).sum()) - lost
        text = f"returns of {carried:g} were taken from earlier periods"
        if lost:
            text += f"; {lost:g} returned without an earlier issue were left out"
        findings.append(
            Finding("returns_carried_back", text, str(identity), {"carried": carried, "lost": lost})
        )
    return pl.concat(parts), findings


def carry_back(amounts: np.ndarray) -> tuple[np.ndarray, float]:
    """Amounts without negatives, each excess taken from the latest before; and what was left."""
    result, lost = amounts.astype(float).copy(), 0.0
    for place in np.flatnonzero(np.nan_to_num(result) < 0):
        excess, result[place] = -result[place], 0.0
        for before in range(place - 1, -1, -1):
            if excess <= 0:
                break
            if result[before] > 0:
                taken = min(excess, result[before])
                result[before] -= taken
                excess -= taken
        lost += excess
    return result, lost


def _fill(
    summed: pl.DataFrame, frequency: Frequency, transactions: bool, gaps: Gaps
) -> tuple[pl.DataFrame, list[Finding]]:
    """Every period of each series; of transactions, up to the table's last."""
    ends = summed.group_by("unique_id").agg(
        pl.col("ds").min().alias("first"), pl.col("ds").max().alias("last")
    )
    grid = span(ends, frequency)
    absent = grid.height - summed.height
    if gaps == "auto":
        lists_only_what_happened = (
            not (summed["y"] == 0).any()
            and absent >= SPARSE_FROM * grid.height
            and not _evenly_spaced(summed, grid)
        )
        gaps = "zero" if transactions or lists_only_what_happened else "missing"
    if gaps == "zero":
        # Nothing issued since is zero too, not the end of the series.
        grid = span(ends.with_columns(pl.lit(summed["ds"].max()).alias("last")), frequency)
        absent = grid.height - summed.height
    marked = summed.with_columns(pl.lit(True).alias("__there"))
    filled = grid.join(marked, on=["unique_id", "ds"], how="left").sort("unique_id", "ds")
    if gaps == "zero":
        here = pl.col("__there").is_not_null()
        filled = filled.with_columns(pl.when(here).then("y").otherwise(0.0).alias("y"))
    findings = []
    if absent:
        if gaps == "zero":
            one, many = "has no row and counts as 0", "have no row and count as 0"
        else:
            one, many = "has no row and is missing", "have no row and are missing"
        text = counted(absent, f"period {one}", f"periods {many}")
        findings.append(Finding("gaps", text, values={"periods": absent, "as": gaps}))
    empty = int(summed["y"].null_count())
    if empty:
        text = counted(empty, "period is empty and missing", "periods are empty and missing")
        findings.append(Finding("empty", text, values={"periods": empty}))
    return filled.drop("__there"), findings


def _evenly_spaced(summed: pl.DataFrame, grid: pl.DataFrame) -> bool:
    """Whether all rows lie equally many periods apart: a longer period, not rare demand."""
    numbered = grid.sort("unique_id", "ds").with_columns(
        pl.int_range(pl.len()).over("unique_id").alias("place")
    )
    steps = (
        summed.join(numbered, on=["unique_id", "ds"], how="inner")
        .sort("unique_id", "ds")
        .select(pl.col("place").diff().over("unique_id"))["place"]
        .drop_nulls()
    )
    return len(steps) >= FEWEST_EVEN_STEPS and steps.n_unique() == 1
