"""Both engines compute the same number from the same declaration, whatever the data."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.risk.features.declaration import (
    AGGREGATES,
    VALUE_FREE,
    FeatureDeclaration,
    from_json,
    to_json,
)
from cds.risk.features.record_engine import Series, compute_features
from cds.risk.features.table_engine import TableValues, TimedValues, compute_table

HOUR = 3600
LEVELS = ("low", "high", "odd", "E11.9", "410", "41501")

numbers = st.one_of(
    st.floats(-300, 300, allow_nan=False, width=32).map(lambda value: round(value, 2)),
    st.sampled_from([0.0, 1.0, 36.6, 98.0]),
    st.floats(-1e5, 1e5, allow_nan=False),
)
hours = st.integers(-400, 400).map(lambda tenth: tenth / 10)


@st.composite
def features(draw: st.DrawFn, anchor: str) -> list[FeatureDeclaration]:
    drawn = []
    for number in range(draw(st.integers(1, 6))):
        concept = draw(st.sampled_from(["a", "b", "text", "ill", "absent"]))
        aggregate = draw(st.sampled_from(AGGREGATES))
        kind = {"text": "categorical", "ill": "condition"}.get(concept, "observation")
        window = None
        if draw(st.booleans()):
            low, length = draw(hours), draw(st.sampled_from([0.5, 1, 6, 24, 48]))
            window = (low, low + length) if anchor == "start" else length
        if aggregate.startswith("time_since") and anchor == "start" and window is None:
            window = (0.0, 24.0)
        options: dict[str, object] = {}
        if concept == "text" and (aggregate not in VALUE_FREE or draw(st.booleans())):
            options = {"levels": {"low": 1.0, "high": 2.0, "heart": 7.0},
                       "levels_prefix": {"E11": "high"}, "levels_range": {"410-414": "heart"},
                       "other": draw(st.sampled_from([None, 0.0]))}  # fmt: skip
        elif kind == "observation" and draw(st.booleans()):
            options = {"scale": draw(st.sampled_from([-1.0, 0.5, 88.42])), "offset": 2.0}
        drawn.append(
            FeatureDeclaration(f"f{number}", concept, aggregate, window, kind=kind, **options)
        )  # type: ignore[arg-type]
    drawn.append(FeatureDeclaration("late", expression="early + 1"))
    drawn.append(FeatureDeclaration("early", expression="coalesce(f0, 0) / f0", hidden=True))
    return drawn


@st.composite
def points(draw: st.DrawFn, concept: str) -> list[tuple[float, float | str]]:
    value = {"text": st.sampled_from(LEVELS), "ill": st.sampled_from([0.0, 1.0])}.get(
        concept, numbers
    )
    same = draw(st.booleans())
    drawn = draw(st.lists(st.tuples(hours, value), max_size=14))
    return [(time, drawn[0][1]) for time, _ in drawn] if same and drawn else drawn


def close(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other or abs(one - other) <= 2.1e-9 + 1e-9 * abs(one)


def assert_same(declared, record, table, where=""):
    for feature, one in zip(declared, record, strict=True):
        other = table[feature.name]
        assert close(one, float(other)), f"{where} {feature}: record {one}, table {other}"


@settings(max_examples=250, deadline=None)
@given(data=st.data(), anchor=st.sampled_from(["start", "moment"]))
def test_units_with_values_over_time(data: st.DataObject, anchor: str) -> None:
    declared = data.draw(features(anchor))
    units = [
        {concept: data.draw(points(concept)) for concept in ("a", "b", "text", "ill")}
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    timed = {}
    for concept in ("a", "b", "text", "ill"):
        rows = [
            (number, round(time * HOUR), value)
            for number, unit in enumerate(units)
            for time, value in sorted(unit[concept], key=lambda point: point[0])
        ]
        if rows:
            timed[concept] = TimedValues(
                np.array([row[0] for row in rows], dtype=np.int64),
                np.array([row[1] for row in rows], dtype=np.int64),
                pl.Series([row[2] for row in rows]),
            )
    count = len(units)
    table = TableValues(np.arange(count), np.zeros(count, dtype=np.int64), {}, timed)
    columns = compute_table(declared, anchor, table)
    for number, unit in enumerate(units):
        series = {
            concept: Series((round(time * HOUR), value, None) for time, value in values)
            for concept, values in unit.items()
            if values
        }
        record = compute_features(declared, series, anchor=anchor)
        assert_same(declared, record, {name: column[number] for name, column in columns.items()})


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_row_of_a_panel_looks_back_only(data: st.DataObject) -> None:
    declared = data.draw(features("moment"))
    times = sorted(data.draw(st.lists(hours, min_size=1, max_size=20)))
    seconds = np.array([round(time * HOUR) for time in times], dtype=np.int64)
    cells = {
        "a": data.draw(st.lists(st.none() | numbers, min_size=len(times), max_size=len(times))),
        "text": data.draw(st.lists(st.none() | st.sampled_from(LEVELS), min_size=len(times), max_size=len(times))),
        "ill": data.draw(st.lists(st.none() | st.sampled_from([0.0, 1.0]), min_size=len(times), max_size=len(times))),
    }  # fmt: skip
    units = np.zeros(len(times), dtype=np.int64)
    timed = {}
    for concept, values in cells.items():
        known = [place for place, value in enumerate(values) if value is not None]
        if known:
            timed[concept] = TimedValues(
                units[known], seconds[known], pl.Series([values[p] for p in known])
            )
    columns = compute_table(declared, "moment", TableValues(units, seconds, {}, timed))
    for row, now in enumerate(seconds.tolist()):
        series = {
            concept: Series(
                (time - now, value, None)
                for time, value in zip(seconds.tolist(), values, strict=True)
                if value is not None
            )
            for concept, values in cells.items()
            if any(value is not None for value in values)
        }
        record = compute_features(declared, series, anchor="moment")
        assert_same(
            declared, record, {name: column[row] for name, column in columns.items()}, f"row {row}"
        )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), anchor=st.sampled_from(["start", "moment"]))
def test_wide_rows_are_untimed_values(data: st.DataObject, anchor: str) -> None:
    declared = data.draw(features(anchor))
    rows = data.draw(
        st.lists(
            st.tuples(st.none() | numbers, st.none() | st.sampled_from(LEVELS), st.none() | st.sampled_from([0.0, 1.0])),
            min_size=1, max_size=6,
        )
    )  # fmt: skip
    types = {"a": pl.Float64, "text": pl.String, "ill": pl.Float64}
    aligned = {
        concept: pl.Series([row[place] for row in rows], dtype=dtype)
        for place, (concept, dtype) in enumerate(types.items())
    }
    count = len(rows)
    columns = compute_table(
        declared,
        anchor,
        TableValues(np.arange(count), np.zeros(count, dtype=np.int64), aligned, {}),
    )
    for number, row in enumerate(rows):
        series = {
            concept: Series([(0, value, None)])
            for concept, value in zip(types, row, strict=True)
            if value is not None
        }
        record = compute_features(declared, series, anchor=anchor)
        assert_same(declared, record, {name: column[number] for name, column in columns.items()})


@settings(max_examples=100, deadline=None)
@given(data=st.data(), anchor=st.sampled_from(["start", "moment"]))
def test_declarations_survive_the_model_folder(data: st.DataObject, anchor: str) -> None:
    import json

    for feature in data.draw(features(anchor)):
        assert from_json(json.loads(json.dumps(to_json(feature)))) == feature


@pytest.mark.parametrize(("aggregate", "expected"), [
    ("last", 7.0), ("first", 1.0), ("min", 1.0), ("max", 7.0), ("mean", 4.0), ("std", 3.0),
    ("slope", 3.0), ("delta", 6.0), ("range", 6.0), ("sum", 12.0), ("count", 3.0),
    ("time_since_last", 1.0), ("time_since_first", 3.0), ("present", 1.0),
])  # fmt: skip
def test_three_values_an_hour_apart(aggregate: str, expected: float) -> None:
    feature = FeatureDeclaration("f", "a", aggregate)
    series = {"a": Series([(-3 * HOUR, 1.0, None), (-2 * HOUR, 4.0, None), (-HOUR, 7.0, None)])}
    assert compute_features([feature], series, anchor="moment") == [expected]


@pytest.mark.parametrize(("kind", "points", "complete", "window", "expected"), [
    ("condition", [(-100, 1.0, None)], (), None, 1.0),
    ("condition", [(-100, 1.0, -50)], (), None, 0.0),
    ("condition", [(-100, 1.0, -50)], (), 1.0, 1.0),
    ("condition", [(-9 * HOUR, 1.0, -5 * HOUR)], (), 1.0, 0.0),
    ("condition", [(-100, 0.0, None)], (), None, 0.0),
    ("condition", [], (), None, math.nan),
    ("condition", [], ("condition",), None, 0.0),
    ("condition", [], ("medication",), None, math.nan),
    ("yes_no", [(-9 * HOUR, 1.0, None)], (), 1.0, math.nan),
    ("stay", [(-9 * HOUR, 1.0, None)], (), 1.0, 1.0),
])  # fmt: skip
def test_present(kind, points, complete, window, expected) -> None:
    feature = FeatureDeclaration("f", "a", "present", window, kind=kind)
    series = {"a": Series(points)} if points else {}
    found = compute_features([feature], series, anchor="moment", complete_lists=frozenset(complete))
    assert found == pytest.approx([expected], nan_ok=True)
