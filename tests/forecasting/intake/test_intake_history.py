"""What a table becomes: sums by period, gaps, duplicates, returns, units, partial periods."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import InputError
from cds.forecasting.frequency import Frequency
from cds.forecasting.intake.calendar import holiday_columns, holiday_dates
from cds.forecasting.intake.cells import moment
from cds.forecasting.intake.history import History, Reading, history_of, read_history
from cds.forecasting.intake.jumps import find_jump
from cds.forecasting.intake.raw_table import raw_text
from cds.forecasting.intake.rows import carry_back
from tests.shared_data import shared_data


def history(text: str | bytes, frequency: Frequency = "D", **settings: object) -> History:
    content = text.encode() if isinstance(text, str) else text
    return history_of(raw_text(content, "t.csv"), frequency, Reading(**settings))  # type: ignore[arg-type]


def values(found: History, series: str = "a") -> list[float | None]:
    return found.frame.filter(pl.col("unique_id") == series)["y"].to_list()


def codes(found: History) -> list[str]:
    return [finding.code for finding in found.findings]


def transactions(*rows: str) -> str:
    return "unique_id,ds,y,number\n" + "".join(f"{row},{n}\n" for n, row in enumerate(rows))


# ------------------------------------------------------------------ sums


def test_transactions_are_summed_and_absent_days_are_zero() -> None:
    found = history(
        transactions("a,2026-01-05,2", "a,2026-01-05,3", "a,2026-01-08,4", "b,2026-01-06,1")
    )
    assert values(found) == [5, 0, 0, 4]
    assert values(found, "b") == [1, 0, 0]  # up to the table's last day: none since is none
    assert found.transactions


def test_weeks_start_on_monday() -> None:
    found = history(transactions("a,2026-01-04,1", "a,2026-01-05,2", "a,2026-01-11,3"), "W")
    assert found.frame["ds"].to_list() == [date(2025, 12, 29), date(2026, 1, 5)]
    assert values(found) == [1, 5]


def test_late_rows_are_put_in_order() -> None:
    found = history("unique_id,ds,y\na,2026-01-03,3\na,2026-01-01,1\na,2026-01-02,2\n")
    assert values(found) == [1, 2, 3]


def test_the_order_of_columns_does_not_matter_and_a_lone_series_needs_no_name() -> None:
    found = history("y,ds\n1,2026-01-01\n2,2026-01-02\n")
    assert values(found, "series") == [1, 2]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=20, max_size=60))
def test_no_amount_is_lost_or_invented(rows: list[tuple[int, int]]) -> None:
    first = date(2026, 1, 5).toordinal()
    text = transactions(*(f"a,{date.fromordinal(first + day)},{y}" for day, y in rows))
    for frequency in ("D", "W", "M"):
        found = history(text, frequency, transactions=True)  # type: ignore[arg-type]
        if "last_period_dropped" not in codes(found):
            assert found.frame["y"].sum() == sum(y for _, y in rows)


# ------------------------------------------------------------------ gaps


@pytest.mark.parametrize(
    ("rows", "gaps", "expected"),
    [
        # one row a day with zeros among them: an absent day was not recorded
        (("01,4", "02,0", "04,3"), "auto", [4, 0, None, 3]),
        # a table that lists only what happened
        (("01,4", "02,5", "04,3"), "auto", [4, 5, 0, 3]),
        (("01,4", "02,0", "04,3"), "zero", [4, 0, 0, 3]),
        (("01,4", "02,5", "04,3"), "missing", [4, 5, None, 3]),
        # an empty cell is missing, whatever the rule
        (("01,4", "02,", "03,3"), "auto", [4, None, 3]),
        (("01,4", "02,", "03,3"), "zero", [4, None, 3]),
        (("01,4", "02,NA", "03,3"), "auto", [4, None, 3]),
    ],
)
def test_a_period_without_a_value(
    rows: tuple[str, ...], gaps: str, expected: list[float | None]
) -> None:
    text = "unique_id,ds,y\n" + "".join(f"a,2026-01-{row}\n" for row in rows)
    assert values(history(text, gaps=gaps)) == expected


# ------------------------------------------------------------------ duplicates


def test_equal_rows_are_dropped_and_counted() -> None:
    found = history("unique_id,ds,y\na,2026-01-01,1\na,2026-01-01,1\na,2026-01-02,2\n")
    assert values(found) == [1, 2]
    assert [f.values["rows"] for f in found.findings if f.code == "duplicates_dropped"] == [1]


def test_rows_equal_in_the_used_columns_alone_are_not_duplicates() -> None:
    text = "unique_id,ds,y,slip\na,2026-01-01,1,S1\na,2026-01-01,1,S2\na,2026-01-02,2,S3\n"
    assert values(history(text)) == [2, 2]


def test_two_equal_issues_of_one_day_are_kept_where_nothing_tells_them_apart() -> None:
    rows = ["a,2026-01-01,1", "a,2026-01-01,1", "a,2026-01-01,2", "a,2026-01-02,2"]
    found = history("unique_id,ds,y\n" + "\n".join(rows) + "\n")
    assert values(found) == [4, 2]
    assert "equal_rows_kept" in codes(found)


def test_rows_of_one_day_that_differ_are_summed_and_named() -> None:
    """A day that was corrected looks like two issues of it: who reads the sum must know."""
    text = "unique_id,ds,y\na,2026-01-01,1\nb,2026-01-02,9\nb,2026-01-02,5\na,2026-01-04,2\n"
    found = history(text)
    assert values(found, "b") == [14, 0, 0]
    (summed,) = [f for f in found.findings if f.code == "rows_summed"]
    first = {"rows": 2, "series": "b", "ds": "2026-01-02", "row": 3, "other_row": 4}
    assert summed.values == first
    assert "rows 3 and 4, of 'b' and 2026-01-02" in summed.sentence
    assert "rows_summed" not in codes(history(text, transactions=True))
    days = "unique_id,ds,y\n" + "".join(f"a,2026-01-{day:02d},{day}\n" for day in range(5, 12))
    assert "rows_summed" not in codes(history(days, "W"))  # seven days are a week


def test_findings_of_one_row_are_said_of_one() -> None:
    found = history("unique_id,ds,y\na,2026-01-01,1\na,2026-01-01,1\na,2026-01-03,2\n")
    assert [one.sentence for one in found.findings] == [
        "1 row equals another in every cell and was dropped",
        "1 period has no row and counts as 0",
    ]


def test_two_different_rows_for_one_period_are_refused_in_a_table_of_periods() -> None:
    rows = [f"a,2026-01-{day:02d},{day}" for day in range(1, 31)] + ["a,2026-01-07,99"]
    with pytest.raises(InputError, match=r"row 32, column ds: .*row 8 is for the same one"):
        history("unique_id,ds,y\n" + "\n".join(rows) + "\n")


# ------------------------------------------------------------------ returns


@pytest.mark.parametrize(
    ("amounts", "expected", "lost"),
    [
        ([5, 3, -2, 4], [5, 1, 0, 4], 0),
        ([5, 3, -6, 4], [2, 0, 0, 4], 0),
        ([1, -3, 4], [0, 0, 4], 2),
        ([1, np.nan, -1, 4], [0, np.nan, 0, 4], 0),
    ],
)
def test_returns_are_taken_from_the_latest_earlier_issues(
    amounts: list[float], expected: list[float], lost: float
) -> None:
    result, left = carry_back(np.array(amounts, dtype=float))
    np.testing.assert_array_equal(result, np.array(expected, dtype=float))
    assert left == lost


@given(st.lists(st.integers(-9, 30).map(float), min_size=1, max_size=40))
def test_what_returns_take_is_what_was_returned(amounts: list[float]) -> None:
    result, lost = carry_back(np.array(amounts))
    assert (result >= 0).all()
    assert result.sum() == pytest.approx(sum(amounts) + lost)


def test_a_return_is_netted_in_its_period_and_shown() -> None:
    found = history(transactions("a,2026-01-01,5", "a,2026-01-01,-2", "a,2026-01-02,1"))
    assert values(found) == [3, 1]
    assert "returns_netted" in codes(found)


def test_a_table_of_temperatures_has_no_returns() -> None:
    rows = "".join(f"a,2026-01-{day:02d},{(-1) ** day * day}\n" for day in range(1, 29))
    assert min(v for v in values(history("unique_id,ds,y\n" + rows)) if v is not None) == -27


# ------------------------------------------------------------------ partial periods


def test_the_week_that_was_not_over_is_dropped_by_what_the_table_shows() -> None:
    days = [date(2026, 1, 5).toordinal() + n for n in range(38)]  # five weeks and three days
    rows = [f"a,{date.fromordinal(day)},1" for day in days]
    found = history(transactions(*rows), "W")
    assert values(found) == [7] * 5
    assert "last_period_dropped" in codes(found)


def test_the_month_that_now_lies_in_is_dropped() -> None:
    text = "unique_id,ds,y\na,2026-01-01,9\na,2026-02-01,8\na,2026-03-01,1\n"
    assert values(history(text, "M", now=datetime(2026, 3, 9, 8))) == [9, 8]
    assert values(history(text, "M", now=datetime(2026, 4, 1))) == [9, 8, 1]


def test_nothing_may_have_been_observed_after_now() -> None:
    text = "unique_id,ds,y\na,2026-01-01,9\na,2026-02-01,8\n"
    with pytest.raises(InputError, match=r"row 3, column ds: .*2026-02-01.*after now"):
        history(text, "M", now=datetime(2026, 1, 9))


# ------------------------------------------------------------------ units and levels


def test_a_change_from_packs_to_tablets_is_found_and_mended_when_asked() -> None:
    random = np.random.default_rng(1)
    amounts = np.concatenate([random.poisson(20, 30), random.poisson(20 * 28, 30)])
    rows = "".join(f"a,{date.fromordinal(738000 + 7 * n)},{y}\n" for n, y in enumerate(amounts))
    text = "unique_id,ds,y\n" + rows
    found = history(text, "W")
    assert [f.values["pack"] for f in found.findings if f.code == "unit_change"] == [28]
    assert values(found)[:30] == list(amounts[:30])
    mended = history(text, "W", mend_units=True)
    assert np.mean(values(mended)[:30]) == pytest.approx(np.mean(values(mended)[30:]), rel=0.15)  # type: ignore[arg-type]


def test_a_doubled_level_is_a_shift_and_noise_is_none() -> None:
    random = np.random.default_rng(2)
    shifted = find_jump(np.concatenate([random.poisson(50, 40), random.poisson(100, 40)]) * 1.0)
    assert shifted is not None and shifted.pack is None
    assert abs(shifted.place - 40) <= 1
    assert shifted.ratio == pytest.approx(2, rel=0.1)
    assert sum(find_jump(random.poisson(50, 80) * 1.0) is not None for _ in range(50)) == 0


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-11-30", "iso", datetime(2026, 11, 30)),
        ("2026/1/5", "iso", datetime(2026, 1, 5)),
        ("2026-11", "iso", datetime(2026, 11, 1)),
        ("20261130", "iso", datetime(2026, 11, 30)),
        ("2026年11月30日", "iso", datetime(2026, 11, 30)),
        ("2026年11月", "iso", datetime(2026, 11, 1)),
        ("2026-11-30T14:05:09+08:00", "iso", datetime(2026, 11, 30, 14, 5, 9)),
        ("2026-11-30 14:05", "iso", datetime(2026, 11, 30, 14, 5)),
        ("03/04/2026", "iso", None),
        ("03/04/2026", "day-month-year", datetime(2026, 4, 3)),
        ("03/04/26", "month-day-year", datetime(2026, 3, 4)),
        ("2026-02-30", "iso", None),
        ("0026-01-01", "iso", None),
        ("soon", "iso", None),
    ],
)
def test_dates(text: str, order: str, expected: datetime | None) -> None:
    assert moment(text, order) == expected


def test_public_holidays_of_a_country() -> None:
    assert date(2026, 12, 25) in holiday_dates("GB", [2026])
    assert date(2026, 10, 1) in holiday_dates("cn", [2026])
    with pytest.raises(InputError, match="--country is 'XX'"):
        holiday_dates("XX", [2026])
    columns = holiday_columns([date(2026, 12, 24), date(2026, 12, 25)], "D", "GB")
    assert columns == {"public_holiday": [0, 1], "beside_holiday": [1, 0]}
    # a Saturday's holiday is no working day lost
    assert holiday_columns([date(2026, 12, 21)], "W", "US")["public_holiday"] == [1]


# ------------------------------------------------------------------ real tables


@pytest.mark.parametrize(
    ("name", "frequency", "settings", "series", "periods"),
    [
        ("pharma_sales_atc/salesdaily_long.csv", "W", {}, 8, 249),
        ("hospital_monthly/hospital.csv", "M", {}, 767, 72),
        ("ed_daily_uk/ed_ts.csv", "D", {"dates": "day-month-year"}, 1, 260),
        ("ed_arrivals_iowa_hourly/uihc_ed_arrivals.csv", "D", {}, 1, 1370),
        (
            "nhs_ae_monthly/ae_attendances.csv", "M",
            {"columns": {"unique_id": "org_code,type", "y": "attendances"}}, 417, 24,
        ),
    ],
)  # fmt: skip
def test_public_tables_are_read_as_they_are(
    name: str, frequency: Frequency, settings: dict[str, object], series: int, periods: int
) -> None:
    path = shared_data("operations", *name.split("/"))
    found = read_history(Path(path), frequency, Reading(**settings))  # type: ignore[arg-type]
    counts = found.frame.group_by("unique_id").len()["len"]
    assert len(counts) == series
    assert counts.max() == periods


def test_hours_sum_to_days() -> None:
    path = shared_data("operations", "ed_arrivals_iowa_hourly", "uihc_ed_arrivals.csv")
    hourly, daily = read_history(path, "H"), read_history(path, "D")
    assert hourly.frame["y"].sum() == daily.frame["y"].sum() == pl.read_csv(path)["y"].sum()
