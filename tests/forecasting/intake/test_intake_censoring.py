"""Demand behind empty shelves: how near the truth, and what must always hold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.forecast_censoring import (
    DEMANDS,
    Sums,
    geometric,
    orders,
    out_at_random,
    out_by_demand,
    run,
)
from cds.forecasting.intake.censoring import correct
from cds.forecasting.intake.uncensor import uncensor

BAR, FAR, FLAGGED = 3.0, 5.0, 6.0
"""Per cent. The bar of the benchmark (200 series a row) is 3; these are 8 series a row, FAR for
few orders, FLAGGED where only whether the shelf was empty at some time is known, not how long."""


@pytest.mark.parametrize("name", DEMANDS)
def test_mean_demand_is_recovered_where_a_fifth_of_the_periods_ran_out(name: str) -> None:
    """All causes together: demand with weekly and late deliveries, and at random."""
    sums = Sums()
    for number in range(5 if name.startswith(("smooth", "erratic, changing")) else 8):
        random = np.random.default_rng([number, len(name)])
        series = DEMANDS[name](random)
        sums.add(out_by_demand(series, 0, number))
        sums.add(out_by_demand(series, 3, number))
        sums.add(out_at_random(series, random))
    bias, flagged, naive = (
        100 * (one / sums.truth - 1) for one in (sums.corrected, sums.flagged, sums.naive)
    )
    assert abs(flagged) <= FLAGGED
    assert abs(bias) <= (BAR if name.startswith(("smooth", "erratic")) else FAR)
    assert abs(bias) < abs(naive) / 2


def test_busy_weeks_whose_units_go_one_by_one_are_not_taken_for_cut_batches() -> None:
    """Three weeks in ten are busy; outages fall at random and take their share of the units."""
    truth = found = 0.0
    for seed in range(40):
        random = np.random.default_rng(seed)
        demand = (random.random(96) < 0.3) * random.negative_binomial(1, 0.1, 96)
        share = np.where(random.random(96) < 0.2, random.random(96), 0.0)
        issued = random.binomial(demand, 1.0 - share).astype(float)
        truth += float(demand.sum())
        found += float(correct(issued, share).demand.sum())
    assert found == pytest.approx(truth, rel=0.05)


def test_an_order_cut_short_asked_for_a_whole_box() -> None:
    """Boxes of ten; where the last of a shelf was three, ten at least were asked for."""
    issued, share = np.tile([10.0, 0, 20, 0, 10, 0], 10), np.zeros(60)
    issued[[13, 33]], share[[13, 33]] = 3.0, 0.5
    demand = correct(issued, share).demand
    assert (demand[[13, 33]] >= 10).all()


def test_batches_that_always_emptied_the_shelf_do_not_grow_without_end() -> None:
    """Nothing tells how large they were: the mean batch stays near the two of the prior."""
    series = orders(0.25, geometric(2.0), None)(np.random.default_rng(5))
    replay = run(series, 1.0, 0, np.random.default_rng(5))
    demand = correct(replay.issued, replay.share).demand
    assert replay.issued.max() == 1.0 and (replay.share[replay.issued > 0] > 0).all()
    assert 1.3 < demand[replay.issued > 0].mean() < 4.0


def test_days_amid_an_outage_had_no_stock_at_all() -> None:
    """True or false only: the first day something was issued, the others whole days without."""
    random = np.random.default_rng(8)
    issued, out = random.poisson(1.0, 90).astype(float), np.zeros(90)
    out[40:50], issued[40], issued[41:50] = 1.0, 1.0, 0.0
    demand = correct(issued, out).demand
    assert demand[42:49].mean() == pytest.approx(np.mean(issued[out == 0]), rel=0.15)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.0, 0.0, 0.25, 0.5, 1.0])),
        min_size=2,
        max_size=60,
    )
)
def test_the_correction_only_ever_adds_and_only_where_stock_ran_out(
    rows: list[tuple[int, float]],
) -> None:
    issued, share = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    demand = correct(issued, share).demand
    assert np.isfinite(demand).all()
    assert (demand >= issued).all()
    np.testing.assert_array_equal(demand[share == 0], issued[share == 0])


def test_a_missing_period_stays_missing_and_nothing_issued_at_all_says_nothing() -> None:
    issued = np.array([5.0, np.nan, 6.0, 2.0])
    assert np.isnan(correct(issued, np.array([0, 0.5, 0, 0.5])).demand[1])
    nothing = np.zeros(5)
    np.testing.assert_array_equal(correct(nothing, np.ones(5)).demand, nothing)


def test_a_scale_does_not_matter_for_whole_packs() -> None:
    random = np.random.default_rng(3)
    issued = random.poisson(8, 60).astype(float)
    share = np.where(random.random(60) < 0.2, 0.5, 0.0)
    once, thirty = correct(issued, share).demand, correct(30 * issued, share).demand
    np.testing.assert_allclose(thirty, 30 * once, rtol=1e-6)


def frame(**columns: list[object]) -> pl.DataFrame:
    length = len(columns["y"])
    first = date(2026, 1, 5)
    return pl.DataFrame(
        {
            "unique_id": ["a"] * length,
            "ds": [first + timedelta(weeks=n) for n in range(length)],
            **columns,
        }
    )


def test_the_correction_is_shown_and_whole_numbers_stay_whole() -> None:
    random = np.random.default_rng(4)
    out = np.where(np.arange(40) % 5 == 4, 0.5, 0.0)
    y = np.where(out > 0, random.poisson(5, 40), random.poisson(10, 40))
    changed, summary = uncensor(frame(y=y.astype(float).tolist(), out_of_stock=out.tolist()), "W")
    assert changed["issued"].to_list() == y.tolist()
    assert (changed["y"] == changed["y"].round()).all()
    row = summary.row(0, named=True)
    assert (row["unique_id"], row["periods_out"], row["share_out"]) == ("a", 8, 0.2)
    assert row["demand_mean"] == pytest.approx(10, rel=0.1)
    assert row["uplift"] == pytest.approx(row["demand_mean"] / row["issued_mean"])


def test_without_the_column_the_history_comes_back_as_it_is() -> None:
    history = frame(y=[1.0, 2.0])
    changed, summary = uncensor(history, "W")
    assert changed.equals(history) and summary.is_empty()
