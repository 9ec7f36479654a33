"""From a patient's record to series in seconds, and where "start" is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cds.patient.record import Observation, PatientRecord
from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.features.record_engine import compute_features, record_series, stay_start

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def a_record(**observations: list[Observation]) -> PatientRecord:
    return PatientRecord("p", "p.json", NOON, {name: tuple(v) for name, v in observations.items()})


def test_values_are_timed_from_the_anchor_and_the_future_is_left_out() -> None:
    record = a_record(
        glucose=[Observation(100.0), Observation(90.0, at(-2)), Observation(500.0, at(1))],
        sex=[Observation("male")],
        diabetes=[Observation(True, at(-50), at(-1))],
    )
    series = record_series(record, ["glucose", "sex", "diabetes", "sodium"], NOON)
    assert sorted(series) == ["diabetes", "glucose", "sex"]
    assert list(zip(series["glucose"].times, series["glucose"].values, strict=True)) == [
        (-7200, 90.0),
        (0, 100.0),
    ]
    assert (series["diabetes"].values, series["diabetes"].untils) == ([1.0], [-3600])
    last = FeatureDeclaration("g", "glucose", window=1.0)
    assert compute_features([last], series, anchor="moment") == [100.0]


@pytest.mark.parametrize(("observations", "start"), [
    ({"icu_stay": [Observation(True, at(-30)), Observation(True, at(-20))], "inpatient_stay": [Observation(True, at(-90))]}, -20),
    ({"inpatient_stay": [Observation(True, at(-90)), Observation(True, at(5))]}, -90),
    ({"glucose": [Observation(90.0, at(-400)), Observation(91.0, at(-40)), Observation(92.0, at(-3))]}, -40),
    ({"glucose": [Observation(90.0)]}, 0),
    ({}, 0),
])  # fmt: skip
def test_where_a_stay_starts(observations: dict[str, list[Observation]], start: float) -> None:
    assert stay_start(a_record(**observations), ["glucose"], 48.0) == at(start)


def test_the_window_of_a_stay_has_closed_ends() -> None:
    record = a_record(
        icu_stay=[Observation(True, at(-60))],
        glucose=[
            Observation(1.0, at(-60)),
            Observation(2.0, at(-36)),
            Observation(3.0, at(-12)),
            Observation(4.0, at(-11.9)),
        ],
    )
    series = record_series(record, ["glucose"], stay_start(record, ["glucose"], 48.0))
    counted = [FeatureDeclaration("a", "glucose", "count", (0.0, 48.0)), FeatureDeclaration("b", "glucose", "count", (24.0, 48.0)),
               FeatureDeclaration("c", "glucose", "time_since_last", (0.0, 24.0))]  # fmt: skip
    assert compute_features(counted, series, anchor="start") == [3.0, 2.0, 0.0]


@pytest.mark.parametrize(("hours", "counted"), [(-6, 0.0), (-5.99, 1.0), (0, 1.0), (0.01, 0.0)])
def test_a_look_back_window_is_open_behind_and_closed_at_the_moment(
    hours: float, counted: float
) -> None:
    record = PatientRecord("p", "p.json", at(1), {"glucose": (Observation(5.0, at(hours)),)})
    feature = FeatureDeclaration("n", "glucose", "count", 6.0)
    assert compute_features(
        [feature], record_series(record, ["glucose"], NOON), anchor="moment"
    ) == [counted]
