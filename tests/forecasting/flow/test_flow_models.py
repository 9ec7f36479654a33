"""Stays, hazards, census and staff: against laws that are known."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from cds.errors import InputError
from cds.forecasting.flow.census import forecast_census, hours_since_monday
from cds.forecasting.flow.discharge import fit, median_stay
from cds.forecasting.flow.events import as_counts, stays_of
from cds.forecasting.flow.staffing import by_day, staff_needed
from cds.forecasting.intake.raw_table import raw_text

MONDAY = datetime(2026, 6, 1)


def ward(days: int, rate: float, mean_days: float, seed: int = 0) -> tuple[str, datetime]:
    """Stays of an exponential length, those still in without a discharge."""
    random = np.random.default_rng(seed)
    end = MONDAY + timedelta(days=days)
    lines = ["stay,admission,discharge"]
    for number in range(random.poisson(rate * days)):
        start = MONDAY + timedelta(days=float(random.uniform(0, days)))
        leave = start + timedelta(days=float(random.exponential(mean_days)))
        lines.append(
            f"{number},{start:%Y-%m-%dT%H:%M},{f'{leave:%Y-%m-%dT%H:%M}' if leave <= end else ''}"
        )
    return "\n".join(lines) + "\n", end


def test_the_hazard_of_exponential_stays_is_flat_and_right_although_some_are_open() -> None:
    random = np.random.default_rng(5)
    admitted = random.integers(0, 24 * 300, 3000)
    true = admitted + random.geometric(1 / 72, 3000) - 1
    ended = np.minimum(true, 24 * 300)
    found = fit(admitted, ended, true <= 24 * 300)
    ages, clock = np.arange(0, 240), np.arange(0, 240) + 7
    assert found.hazard(ages, clock).mean() == pytest.approx(1 / 72, rel=0.06)


def test_discharges_in_the_afternoon_show_in_the_hours() -> None:
    admitted = np.arange(0, 24 * 200, 5)
    ended = (admitted // 24 + 2) * 24 + 14
    found = fit(admitted, ended, np.ones(len(admitted), dtype=bool))
    assert found.hour.argmax() == 14
    assert found.hour[3] < 0.2 * found.hour[14]


@pytest.mark.parametrize(
    ("hours", "left", "median"),
    [
        # Kaplan and Meier by hand: 1 - 1/5 = .8; .8 x 2/3 = .533; .533 x 1/2 = .267
        ([1, 2, 3, 4, 5], [1, 0, 1, 1, 0], 4),
        ([1, 2, 3], [1, 1, 1], 2),
        ([1, 2, 3], [1, 0, 0], None),
    ],
)
def test_median_stay(hours: list[float], left: list[int], median: float | None) -> None:
    assert median_stay(np.array(hours, float), np.array(left, bool)) == median


def test_a_ward_in_balance_stays_near_arrivals_times_length_of_stay() -> None:
    """Little's law: 8 a day for 3 days is 24 patients; Poisson, so 80 % within 24 ± 1.28 × 4.9."""
    text, end = ward(150, 8, 3)
    stays = stays_of(raw_text(text.encode(), "s.csv"), {}, as_of=end)
    found = forecast_census(stays, frequency="D", horizon=14, measure="mean", effort="light")
    last = found.table.tail(5)
    assert last["mean"].mean() == pytest.approx(24, rel=0.12)
    width = (last["q0.9"] - last["q0.1"]).mean()
    assert 8 < float(width) < 19  # type: ignore[arg-type]
    assert found.wards[0].median_days == pytest.approx(3 * np.log(2), rel=0.12)


def test_the_next_hours_begin_with_who_is_in_now_and_no_bed_is_made_up() -> None:
    text, end = ward(60, 8, 3, seed=2)
    stays = stays_of(raw_text(text.encode(), "s.csv"), {}, as_of=end)
    present = stays.frame["discharged"].null_count()
    found = forecast_census(
        stays, frequency="H", horizon=24, beds=present + 1, effort="light", seed=3
    )
    assert found.table["mean"][0] == pytest.approx(present, abs=0.5)
    assert found.table["ds"][0] == end + timedelta(hours=1)
    assert found.table["q0.99"].max() <= present + 1
    again = forecast_census(
        stays, frequency="H", horizon=24, beds=present + 1, effort="light", seed=3
    )
    assert again.table.equals(found.table)


def test_census_intervals_hold_what_came() -> None:
    """Thirty wards with known laws: the day's peak three days on lies in the 80 % interval."""
    inside = 0
    for seed in range(30):
        text, end = ward(100, 6, 3, seed=seed + 10)
        raw = raw_text(text.encode(), "s.csv")
        stays = stays_of(raw, {}, as_of=end - timedelta(days=6))
        found = forecast_census(stays, frequency="D", horizon=4, effort="light").table.row(
            2, named=True
        )
        all_of = stays_of(raw, {}, as_of=end).frame
        day = datetime.combine(found["ds"], datetime.min.time())
        peak = max(
            all_of.filter(
                (pl.col("admitted") < moment)
                & (pl.col("discharged").is_null() | (pl.col("discharged") >= moment))
            ).height
            for moment in (day + timedelta(hours=h) for h in range(24))
        )
        inside += found["q0.1"] <= peak <= found["q0.9"]
    assert 20 <= inside <= 29  # 24 expected and counts are discrete; binomial 99 %


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("admission,discharge\n2026-06-02,2026-06-01\n", "row 2, column discharge"),
        ("admission,discharge\nsoon,2026-06-01\n", "row 2, column admission: is 'soon'"),
        ("start,end\n2026-06-02,2026-06-03\n", "has no column 'admission'"),
    ],
)
def test_stays_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        stays_of(raw_text(text.encode(), "s.csv"), {})


def test_a_planned_discharge_is_a_patient_still_in() -> None:
    text = "admission,discharge\n2026-06-01T10:00,2026-06-09T10:00\n2026-06-02T10:00,\n"
    found = stays_of(raw_text(text.encode(), "s.csv"), {}, now=datetime(2026, 6, 3))
    assert found.as_of == datetime(2026, 6, 2, 10)
    assert found.frame["discharged"].null_count() == 2


def test_two_weeks_of_admissions_are_the_least() -> None:
    text, end = ward(9, 8, 3)
    with pytest.raises(InputError, match="expected 14 or more"):
        forecast_census(
            stays_of(raw_text(text.encode(), "s.csv"), {}, as_of=end), frequency="D", horizon=3
        )


def test_two_people_at_one_minute_are_two_arrivals_and_a_row_twice_is_one() -> None:
    alike = b"arrival_datetime,sex\n2026-06-01 10:00,F\n2026-06-01 10:00,F\n2026-06-01 11:00,F\n"
    raw, columns = as_counts(raw_text(alike, "a.csv"), None, None)
    names = [name for name in raw.frame.columns if name != "__row"]
    assert raw.frame.select(names).n_unique() == 3
    rows = "".join(f"P{n},2026-06-01 10:{n:02d}\n" for n in range(20))
    twice = f"patient,arrival_datetime\n{rows}P3,2026-06-01 10:03\n".encode()
    raw, columns = as_counts(raw_text(twice, "a.csv"), None, None)
    names = [name for name in raw.frame.columns if name != "__row"]
    assert raw.frame.select(names).n_unique() == 20
    assert columns["ds"] == "arrival_datetime"


def test_hours_are_counted_from_a_monday() -> None:
    assert hours_since_monday(datetime(2026, 6, 1, 5)) % 168 == 5


@pytest.mark.parametrize(
    ("patients", "per", "staff"), [(25, 5, 5), (25.1, 5, 6), (0, 5, 0), (0.1 * 3, 0.1, 3)]
)
def test_staff_is_rounded_up_but_not_by_dust(patients: float, per: float, staff: int) -> None:
    assert staff_needed(patients, per) == staff


def test_a_roster_plans_for_the_highest_hour_of_a_day() -> None:
    hours = [datetime(2026, 6, 1, 10), datetime(2026, 6, 1, 11), datetime(2026, 6, 2, 1)]
    table = pl.DataFrame({"unique_id": ["a"] * 3, "ds": hours, "mean": [3.0, 5.0, 1.0]})
    assert by_day(table)["mean"].to_list() == [5.0, 1.0]
