"""Many series as one block of numbers, each series flush with its own last period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.errors import InputError
from cds.forecasting.frequency import Rhythm, period_index, rhythm_of
from cds.forecasting.quantiles import FloatArray

RESERVED = ("unique_id", "ds", "y", "out_of_stock")
_WHOLE = 1e-9


@dataclass(frozen=True, slots=True)
class Panel:
    """Histories of ``n`` series over at most ``length`` periods, right-aligned.

    ``values`` (n, length): the last column is each series' own last period; NaN is missing or
    before the series began. ``ends`` (n,): the number of that last period. ``first`` (n,): the
    column of the first period. ``covariates`` (n, length + horizon, c): what is known of each
    period, past and future. ``whole`` and ``non_negative`` (n,): what the whole history shows.
    """

    ids: tuple[str, ...]
    rhythm: Rhythm
    horizon: int
    values: FloatArray
    ends: NDArray[np.int64]
    first: NDArray[np.int64]
    covariates: FloatArray
    covariate_names: tuple[str, ...]
    whole: NDArray[np.bool_]
    non_negative: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many series."""
        return len(self.ids)

    @property
    def length(self) -> int:
        """The longest series' number of periods."""
        return int(self.values.shape[1])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Periods from first to last of each series (n,)."""
        return self.length - self.first

    def future(self, offset: int = 0) -> FloatArray:
        """The ``horizon`` values after ``offset`` periods before the end (n, horizon).

        NaN where unknown.
        """
        actual = np.full((self.size, self.horizon), np.nan)
        known = min(offset, self.horizon)
        if known > 0 and offset <= self.length:
            start = self.length - offset
            actual[:, :known] = self.values[:, start : start + known]
        return actual

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Panel:
        """Only these series."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return replace(
            self,
            ids=tuple(self.ids[i] for i in rows),
            values=self.values[rows],
            ends=self.ends[rows],
            first=self.first[rows],
            covariates=self.covariates[rows],
            whole=self.whole[rows],
            non_negative=self.non_negative[rows],
        )


def panel_of(
    history: pl.DataFrame, frequency: str, horizon: int, future: pl.DataFrame | None = None
) -> Panel:
    """A regular history (``unique_id, ds, y`` and covariates) as a Panel, in order of id.

    Each series must have one row for each period from its first to its last; ``y`` may be null.
    Covariates are the numeric columns named in ``future``, which must give every covariate of
    each series for each of the ``horizon`` periods after its last. InputError says which series
    breaks this.
    """
    rhythm = rhythm_of(frequency)
    if horizon < 1:
        raise InputError(f"horizon {horizon} is not at least 1")
    for name in ("unique_id", "ds", "y"):
        if name not in history.columns:
            raise InputError(f"the history has no column {name!r}; it has {history.columns}")
    names = _covariate_names(history, future)
    ordered = history.select("unique_id", "ds", pl.col("y").cast(pl.Float64), *names).sort(
        "unique_id", "ds"
    )
    if ordered.is_empty():
        raise InputError("the history has no rows")
    period = _period_numbers(ordered["ds"], frequency)
    ids, starts, counts = _runs(ordered["unique_id"].to_numpy())
    for identity, start, count in zip(ids, starts, counts, strict=True):
        if count > 1 and not np.all(np.diff(period[start : start + count]) == 1):
            raise InputError(f"series {identity!r}: periods are not consecutive ({frequency})")
    length = int(counts.max())
    values = np.full((len(ids), length), np.nan)
    covariates = np.zeros((len(ids), length + horizon, len(names)))
    y = ordered["y"].fill_null(float("nan")).to_numpy()
    known = ordered.select(names).to_numpy().astype(np.float64) if names else None
    for row, (start, count) in enumerate(zip(starts, counts, strict=True)):
        values[row, length - count :] = y[start : start + count]
        if known is not None:
            covariates[row, length - count : length] = known[start : start + count]
    values[~np.isfinite(values)] = np.nan
    ends = period[starts + counts - 1]
    if names and future is not None:
        _fill_future(covariates, future, names, ids, ends, length, horizon, frequency)
    seen = np.where(np.isnan(values), 0.0, values)
    return Panel(
        ids=tuple(str(i) for i in ids),
        rhythm=rhythm,
        horizon=horizon,
        values=values,
        ends=ends,
        first=length - counts,
        covariates=np.nan_to_num(covariates),
        covariate_names=tuple(names),
        whole=np.all(np.abs(seen - np.round(seen)) < _WHOLE, axis=1),
        non_negative=np.all(seen >= 0, axis=1),
    )


def _covariate_names(history: pl.DataFrame, future: pl.DataFrame | None) -> list[str]:
    """Numeric columns that both the history and the future have."""
    if future is None:
        return []
    return [
        name
        for name in history.columns
        if name not in RESERVED
        and name in future.columns
        and (history.schema[name].is_numeric() or history.schema[name] == pl.Boolean)
    ]


def _period_numbers(moments: pl.Series, frequency: str) -> NDArray[np.int64]:
    """The period number of each moment, each distinct moment converted once."""
    distinct = moments.unique()
    numbers = pl.Series([period_index(moment, frequency) for moment in distinct], dtype=pl.Int64)
    return moments.replace_strict(distinct, numbers).to_numpy().astype(np.int64)


def _runs(
    ids: NDArray[np.object_],
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Each id of a sorted column, where its rows start and how many they are."""
    starts = np.flatnonzero(np.concatenate([[True], ids[1:] != ids[:-1]]))
    counts = np.diff(np.concatenate([starts, [len(ids)]]))
    return [str(i) for i in ids[starts]], starts.astype(np.int64), counts.astype(np.int64)


def _fill_future(
    covariates: FloatArray,
    future: pl.DataFrame,
    names: list[str],
    ids: Sequence[str],
    ends: NDArray[np.int64],
    length: int,
    horizon: int,
    frequency: str,
) -> None:
    """Write the known future into the block; InputError where a period is not given."""
    numbers = _period_numbers(future["ds"], frequency)
    table = future.select(names).to_numpy().astype(np.float64)
    where = {
        (str(identity), int(number)): row
        for row, (identity, number) in enumerate(zip(future["unique_id"], numbers, strict=True))
    }
    for row, (identity, end) in enumerate(zip(ids, ends, strict=True)):
        for step in range(horizon):
            found = where.get((identity, int(end) + 1 + step))
            if found is None:
                raise InputError(
                    f"series {identity!r}: the future gives no covariates for the period "
                    f"{step + 1} after its last (needed: {', '.join(names)})"
                )
            covariates[row, length + step] = table[found]
