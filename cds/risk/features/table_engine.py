"""Features of a whole table: the same declarations as ``record_engine``, column by column.

A table is given as concepts' values in order of unit and time, and a list of
queries: which unit, at which moment. A wide table has one value per query, a
long table one query per unit, a panel one query per row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.risk.features.declaration import LASTING_KINDS, FeatureDeclaration
from cds.risk.features.levels import level_coder
from cds.risk.features.record_engine import active_span, expression_order
from cds.risk.features.window_folds import Floats, Ints, fold, spread, spread_together
from cds.risk.features.windows import FOREVER, HOUR, PARTS, ROUNDED_BELOW, bounds, reference


@dataclass(frozen=True, slots=True)
class TimedValues:
    """One concept's known values, ordered by unit and time; equal times in input order.

    ``units`` are unit numbers (int64), ``times`` seconds (int64), ``values``
    Float64 or String without nulls, all of shape (values,).
    """

    units: Ints
    times: Ints
    values: pl.Series


@dataclass(frozen=True, slots=True)
class TableValues:
    """A table's concepts and the queries to answer.

    ``aligned`` holds one value (null: missing) per query, taken at the query's
    anchor; ``timed`` the values of units over time. ``units`` and ``moments``
    (seconds; what windows count from) have shape (queries,).
    """

    units: Ints
    moments: Ints
    aligned: Mapping[str, pl.Series]
    timed: Mapping[str, TimedValues]


def compute_table(
    features: Sequence[FeatureDeclaration], anchor: str, table: TableValues
) -> dict[str, Floats]:
    """Each feature's values by name, shape (queries,), NaN where missing."""
    result: dict[str, Floats] = {}
    groups: dict[str, list[FeatureDeclaration]] = {}
    for feature in features:
        if feature.concept is not None:
            groups.setdefault(feature.concept, []).append(feature)
    rows = len(table.units)
    for concept, members in groups.items():
        if concept in table.aligned:
            _aligned(members, anchor, table.aligned[concept], result)
        elif concept in table.timed and len(table.timed[concept].units):
            _timed(members, anchor, table, table.timed[concept], result)
        else:
            for feature in members:
                absent = 0.0 if feature.aggregate == "count" else np.nan
                result[feature.name] = np.full(rows, absent)
    _expressions(features, rows, result)
    return result


def matrix(
    names: Sequence[str], columns: Mapping[str, Floats], rows: int, order: str = "C"
) -> NDArray[np.float64]:
    """The named columns side by side, shape (rows, names); ``order`` as numpy's."""
    result = np.empty((rows, len(names)), order=order)  # type: ignore[call-overload]
    for place, name in enumerate(names):
        result[:, place] = columns[name]
    return cast("NDArray[np.float64]", result)


def _expressions(
    features: Sequence[FeatureDeclaration], rows: int, result: dict[str, Floats]
) -> None:
    texts = {f.name: f.expression for f in features if f.expression is not None}
    if not texts:
        return
    from cds.expression import parse
    from cds.expression.polars_engine import compile_polars

    parsed = {name: parse(text) for name, text in texts.items()}
    order = expression_order(features, {name: tree.names for name, tree in parsed.items()})
    used = {name for tree in parsed.values() for name in tree.names} - texts.keys()
    frame = pl.DataFrame({name: result[name] for name in sorted(used)}, height=rows)
    for place in order:
        name = features[place].name
        frame = frame.with_columns(compile_polars(parsed[name]).alias(name))
        result[name] = _floats(frame[name])


def _floats(series: pl.Series) -> Floats:
    """A Float64 column as numpy, null as NaN."""
    return cast(Floats, series.cast(pl.Float64).fill_null(np.nan).to_numpy())


def _numbers(feature: FeatureDeclaration, values: pl.Series) -> Floats:
    """The values as the feature reads them: level numbers, its own unit; NaN is missing."""
    if values.dtype == pl.String:
        if not feature.levels:
            return np.where(values.is_not_null().to_numpy(), 1.0, np.nan)
        known = values.drop_nulls().unique().to_list()
        coder = level_coder(feature)
        numbers = pl.Series([coder(text) for text in known], dtype=pl.Float64)
        texts = pl.Series(known, dtype=pl.String)
        return _floats(values.replace_strict(texts, numbers, default=None, return_dtype=pl.Float64))
    if feature.levels:
        return np.full(len(values), np.nan)
    numeric = _floats(values)
    if feature.scale != 1.0 or feature.offset != 0.0:
        numeric = numeric * feature.scale + feature.offset
    return numeric


def stable(values: Floats) -> Floats:
    """``windows.stable`` for arrays."""
    near = np.abs(values) < ROUNDED_BELOW
    with np.errstate(invalid="ignore"):
        return np.where(near, np.rint(values * PARTS) / PARTS, values)


def _aligned(
    members: list[FeatureDeclaration], anchor: str, column: pl.Series, result: dict[str, Floats]
) -> None:
    """Features of a concept with at most one value per query, taken at the anchor."""
    cache: dict[object, Floats] = {}
    for feature in members:
        values = _cached(cache, feature, column)
        low, high = bounds(feature.window, anchor)
        if feature.aggregate == "present" and feature.kind in LASTING_KINDS:
            low, high = -FOREVER, active_span(feature, anchor)[1]
        if not low <= 0 <= high:
            values = np.full(len(values), np.nan)
        known = ~np.isnan(values)
        match feature.aggregate:
            case "last" | "first" | "min" | "max":
                answer = values
            case "mean" | "sum":
                answer = stable(values)
            case "count":
                answer = known.astype(np.float64)
            case "range":
                answer = np.where(known, 0.0, np.nan)
            case "present":
                answer = np.where(known, (values != 0.0).astype(np.float64), np.nan)
            case "time_since_last" | "time_since_first":
                answer = np.where(known, reference(feature.window, anchor) / HOUR, np.nan)
            case _:  # std, slope, delta need two values
                answer = np.full(len(values), np.nan)
        result[feature.name] = answer


def _cached(cache: dict[object, Floats], feature: FeatureDeclaration, column: pl.Series) -> Floats:
    key = (
        feature.scale, feature.offset, tuple(feature.levels.items()), feature.other,
        tuple(feature.levels_prefix.items()), tuple(feature.levels_range.items()),
    )  # fmt: skip
    found = cache.get(key)
    if found is None:
        found = cache[key] = _numbers(feature, column)
    return found


class _Runs:
    """Finds the run of values that lies in each query's window."""

    def __init__(self, units: Ints, times: Ints, query_units: Ints, moments: Ints) -> None:
        self._first, self._last = int(times.min()), int(times.max())
        self._span = self._last - self._first + 3
        self._keys = units * self._span + (times - self._first + 1)
        self._query = query_units * self._span
        self._moments = moments
        self._found: dict[tuple[int, int], tuple[Ints, Ints]] = {}

    def within(self, low: int, high: int) -> tuple[Ints, Ints]:
        """First and one-past-last positions of values in [moment + low, moment + high]."""
        found = self._found.get((low, high))
        if found is None:
            found = self._found[(low, high)] = (self._at(low, "left"), self._at(high, "right"))
        return found

    def _at(self, shift: int, side: str) -> Ints:
        time = np.clip(self._moments + shift, self._first - 1, self._last + 1)
        wanted = self._query + (time - self._first + 1)
        return cast(Ints, np.searchsorted(self._keys, wanted, side))  # type: ignore[call-overload]


def _timed(
    members: list[FeatureDeclaration],
    anchor: str,
    table: TableValues,
    timed: TimedValues,
    result: dict[str, Floats],
) -> None:
    """Features of a concept whose values lie at times, window by window."""
    cache: dict[object, Floats] = {}
    ready: dict[int, tuple[Floats, Ints, Floats, _Runs]] = {}
    for feature in members:
        numbers = _cached(cache, feature, timed.values)
        if id(numbers) not in ready:
            known = ~np.isnan(numbers)
            units, times = timed.units[known], timed.times[known]
            if not len(units):
                units, times = np.array([-1]), np.array([0])  # a value of nobody
                kept = np.array([np.nan])
            else:
                kept = numbers[known]
            first = times[np.searchsorted(units, units)]
            runs = _Runs(units, times, table.units, table.moments)
            ready[id(numbers)] = (kept, times, (times - first).astype(np.float64), runs)
        values, times, since_first, runs = ready[id(numbers)]
        low, high = bounds(feature.window, anchor)
        if feature.aggregate == "present" and feature.kind in LASTING_KINDS:
            low, high = -FOREVER, active_span(feature, anchor)[1]  # a table's values last
        start, end = runs.within(low, high)
        zero = table.moments + reference(feature.window, anchor)
        result[feature.name] = _summary(feature, values, times, since_first, start, end, zero)


def _summary(
    feature: FeatureDeclaration, values: Floats, times: Ints, since_first: Floats,
    start: Ints, end: Ints, zero: Ints,
) -> Floats:  # fmt: skip
    """One aggregate of ``values[start:end]`` for every query."""
    count = end - start
    some = count > 0
    newest, oldest = np.maximum(end - 1, 0), np.minimum(start, len(values) - 1)
    match feature.aggregate:
        case "count":
            return count.astype(np.float64)
        case "last":
            answer = values[newest]
        case "first":
            answer = values[oldest]
        case "min":
            answer = fold(values, start, end, np.minimum, np.inf)
        case "max":
            answer = fold(values, start, end, np.maximum, -np.inf)
        case "range":
            highest = fold(values, start, end, np.maximum, -np.inf)
            with np.errstate(invalid="ignore"):
                answer = highest - fold(values, start, end, np.minimum, np.inf)
        case "present":
            answer = fold((values != 0.0).astype(np.float64), start, end, np.maximum, 0.0)
        case "sum":
            answer = stable(fold(values, start, end, np.add, 0.0))
        case "mean":
            answer = stable(fold(values, start, end, np.add, 0.0) / np.maximum(count, 1))
        case "time_since_last":
            answer = (zero - times[newest]) / HOUR
        case "time_since_first":
            answer = (zero - times[oldest]) / HOUR
        case "delta":
            some = count > 1
            answer = values[newest] - values[oldest]
        case "std":
            some = count > 1
            answer = stable(np.sqrt(spread(values, start, end) / np.maximum(count - 1, 1)))
        case _:  # slope
            across = spread(since_first, start, end)
            some = across > 0.0
            together = spread_together(since_first, values, start, end)
            answer = stable(together / np.where(some, across, 1.0) * HOUR)
    return np.where(some, answer, np.nan)
