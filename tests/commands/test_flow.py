"""``cds flow``: arrivals and census ahead, and the way from a census to a roster."""

from __future__ import annotations

import csv
import json
import math
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from forecast_runs import COLUMNS, ROOT, SAMPLES, cds

from tests.shared_data import shared_data

STAYS = SAMPLES / "ward_stays.csv"
ARRIVALS = SAMPLES / "emergency_arrivals.csv"
WARD = ROOT / "sample_data" / "ward"


def test_stays_to_census_to_roster(tmp_path: Path) -> None:
    """The census of the week to come asks for the nurses of the ward's ratios, day by day.

    The two samples go together, as they are shipped and at the same moment.
    """
    census, moment = tmp_path / "census.csv", "2026-11-26T09:00:00+00:00"
    run = cds("flow", "census", STAYS, "--beds", 28, "-o", census, now=moment)
    assert run.code == 0, run.err
    frame = pl.read_csv(census)
    assert frame.columns == COLUMNS
    assert frame["ds"].to_list()[0] == "2026-11-23" and frame.height == 14
    assert frame["q0.99"].max() <= 28  # type: ignore[operator]
    roster = cds(
        "roster", "plan", WARD, "--from", "2026-11-30", "--days", 2, "--demand", census,
        "--json", "--time-limit", 10, "--gap", 1, now=moment,
    )  # fmt: skip
    assert roster.code in (0, 3), roster.err
    (row,) = [
        row
        for row in json.loads(roster.out)["coverage"]
        if (row["shifts"], row["skills"]) == (["E"], ["RN"])
    ]
    # ward.toml: one nurse for 13 patients, at least 2, by q0.5; preferred by q0.9
    week = frame.filter(pl.col("ds") >= "2026-11-30")
    for day, median, high in zip(row["days"], week["q0.5"], week["q0.9"], strict=False):
        least = max(2, math.ceil(median / 13))
        assert day["minimum"] == least
        assert (day["preferred"] or least) == max(least, math.ceil(high / 13))


def test_hours_make_the_days_that_a_roster_reads(tmp_path: Path) -> None:
    hours, days = tmp_path / "hours.csv", tmp_path / "days.csv"
    run = cds(
        "flow", "census", STAYS, "--freq", "H", "--horizon", 74, "-o", hours, "--demand-out", days
    )
    assert run.code == 0, run.err
    with days.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["ds"] for row in rows] == ["2026-11-23", "2026-11-24", "2026-11-25"]
    highest = pl.read_csv(hours).with_columns(pl.col("ds").str.head(10)).group_by("ds").agg(
        pl.col("mean").max()
    ).sort("ds")  # fmt: skip
    # the day's peak is at least the highest hourly mean
    for row in rows:
        hourly = highest.filter(pl.col("ds") == row["ds"])["mean"]
        assert float(row["mean"]) >= float(hourly[0]) - 1e-6


def test_the_census_is_shown_with_its_staff() -> None:
    run = cds("flow", "census", STAYS, "--horizon", 3, "--per", 5, "--json")
    document = run.document
    ward = document["table"]["wards"][0]
    assert ward["present"] == 26 and document["view"] == "census"
    for row, need in zip(document["forecast"], document["staffing"]["needed"], strict=True):
        assert need["staff"] == -(-row["q0.8"] // 5)
    for language, word in (("en", "26 in now"), ("zh", "目前在院 26 人")):
        text = cds("flow", "census", STAYS, "--horizon", 3, "--per", 5, "--lang", language).out
        assert word in text and max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("freq", "horizon", "first"), [("H", 24, "2026-11-23T00:00:00"), ("D", 7, "2026-11-23")]
)
def test_counted_arrivals_by_hour_and_day(freq: str, horizon: int, first: str) -> None:
    run = cds("flow", "arrivals", ARRIVALS, "--freq", freq, "--horizon", horizon, "--json",
              now="2026-11-23T00:10:00+00:00")  # fmt: skip
    assert run.code == 0, run.err
    rows = run.document["forecast"]
    assert (rows[0]["ds"], len(rows)) == (first, horizon)
    assert rows[0]["unique_id"] == "arrivals"
    total = sum(row["mean"] for row in rows) / (horizon if freq == "D" else 1)
    assert total == pytest.approx(139, rel=0.15)  # a day's arrivals in the sample
    if freq == "H":
        assert min(rows, key=lambda row: row["mean"])["ds"][11:13] in ("02", "03", "04", "05")


def test_one_row_an_arrival_is_counted(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    start = datetime(2026, 9, 1)
    times = sorted(
        start + timedelta(minutes=int(m)) for m in random.integers(0, 60 * 24 * 60, 3000)
    )
    path = tmp_path / "a.csv"
    rows = "".join(f"{time:%Y-%m-%d %H:%M},{'MF'[n % 2]}\n" for n, time in enumerate(times))
    path.write_text("arrival_datetime,sex\n" + rows, encoding="utf-8")
    run = cds("flow", "arrivals", path, "--freq", "D", "--horizon", 3, "--json")
    assert run.document["forecast"][0]["mean"] == pytest.approx(50, rel=0.15)
    by_sex = cds("flow", "arrivals", path, "--freq", "D", "--horizon", 3, "--by", "sex", "--json")
    assert {row["unique_id"] for row in by_sex.document["forecast"]} == {"F", "M"}


def test_a_counted_census_is_not_summed(tmp_path: Path) -> None:
    start = datetime(2026, 8, 1)
    rows = "".join(
        f"{start + timedelta(hours=n):%Y-%m-%dT%H:%M},{20 + (n % 24 == 11) * 4}\n"
        for n in range(24 * 60)
    )
    path = tmp_path / "c.csv"
    path.write_text("ds,y\n" + rows, encoding="utf-8")
    for measure, level in (("peak", 24), ("midnight", 20), ("mean", 20 + 4 / 24)):
        run = cds("flow", "census", path, "--horizon", 2, "--measure", measure, "--json")
        assert run.document["forecast"][0]["mean"] == pytest.approx(level, abs=0.3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("census", STAYS, "--freq", "W"), "--freq is 'W'"),
        (("census", STAYS, "--per", "0"), "--per is 0.0"),
        (("census", STAYS, "--quantile", "q0.85"), "--quantile is 'q0.85'"),
        (("census", STAYS, "--measure", "noon"), "--measure is 'noon'"),
        (("census", STAYS, "--as-of", "yesterday"), "--as-of is 'yesterday'"),
        (("census", STAYS, "--ward", "bay"), "has no column 'bay'"),
        (("arrivals", STAYS, "--by", "bay"), "has no column"),
        (("arrivals", STAYS, "--demand-out", "x.txt"), "unknown ending"),
        (("arrivals", STAYS, "--demand-out", "x.json"), "a roster reads .csv or .parquet"),
    ],
)
def test_wrong_use(words: tuple[object, ...], message: str) -> None:
    run = cds("flow", *words)
    assert run.code == 2 and message in run.err and run.out == ""


@pytest.mark.parametrize(
    ("command", "table", "message"),
    [
        (("census",), "admission,discharge,ward\n2026-11-20,,A\n2026-11-21,2026-11-22,A\n",
         "t.csv: ward 'A' has admissions of 2 days before 2026-11-22; expected 14 or more"),
        (("census",), "admission,discharge,ward\n2026-11-21,2026-11-22,A\n",
         "t.csv: ward 'A' has admissions of 1 day before 2026-11-22; expected 14 or more"),
        (("arrivals", "--freq", "H"), "arrival\n2026-11-20T08:00\n2026-11-22T07:00\n",
         "t.csv: series 'arrivals' has 1 whole day of 24 hours; expected"),
    ],
)  # fmt: skip
def test_a_table_too_short_is_named(
    command: tuple[str, ...], table: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(table, encoding="utf-8")
    run = cds("flow", command[0], path, *command[1:], "--horizon", 2)
    assert run.code == 2 and message in run.err, run.err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("uclh_inpatient_arrivals_synthetic/inpatient_arrivals.csv", ("--freq", "D", "--by", "specialty")),
        ("ed_daily_uk/ed_ts.csv", ("--freq", "D", "--dates", "day-month-year")),
        ("nhs_ae_monthly/ae_attendances.csv",
         ("--freq", "M", "--by", "org_code,type", "--value", "attendances")),
    ],
)  # fmt: skip
def test_public_tables(table: str, words: tuple[str, ...]) -> None:
    path = shared_data("operations", *table.split("/"))
    run = cds(
        "flow", "arrivals", path, *words, "--horizon", 2, "--json", now="2032-01-01T00:00:00Z"
    )
    assert run.code == 0, run.err
    assert len(run.document["forecast"]) >= 2
