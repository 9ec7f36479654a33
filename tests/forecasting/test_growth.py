"""Weekly series that rise and fall together are forecast by the growth they share."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from cds.forecasting import forecast
from cds.forecasting.candidates import Candidate, growth_candidates, structural_candidate
from cds.forecasting.growth import growth_forecast
from cds.forecasting.panel import panel_of
from cds.forecasting.quantiles import MEDIAN
from tests.forecasting.series_cases import history

PEAKS = (30, 83, 135)
"""Weeks in which the waves peak: not to the week in each year."""


def waves(weeks: int, series: int = 8, seed: int = 2) -> pl.DataFrame:
    """Admissions of an epidemic: logarithms rise and fall by a fifth a week, each winter."""
    rng = np.random.default_rng(seed)
    week = np.arange(weeks)
    found: dict[str, list[float | None]] = {}
    for place in range(series):
        level = 20.0 * (place + 1)
        shift = rng.integers(-1, 2)
        rate = 2 + sum(level * np.exp(4 - 0.2 * np.abs(week - peak - shift)) / 10 for peak in PEAKS)
        found[f"state{place}"] = [float(v) for v in rng.poisson(rate)]
    return history(found, "W", date(2025, 12, 1))


def level_with_noise(weeks: int, series: int = 8) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    return history(
        {f"item{i}": [float(v) for v in rng.poisson(40 + 5 * i, weeks)] for i in range(series)},
        "W",
        date(2025, 12, 1),
    )


def structural(table: pl.DataFrame, offsets: np.ndarray) -> tuple[Candidate, list[Candidate]]:
    panel = panel_of(table, "W", 4)
    season = structural_candidate(panel, ("root",), offsets, 1)
    return season, growth_candidates(panel, offsets, 0, season)


OFFSETS = np.array([8, 16, 24, 32, 40, 48, 56, 0])


@pytest.mark.parametrize(("table", "tried"), [(waves, True), (level_with_noise, False)])
def test_growth_is_heard_only_where_series_come_in_waves(table, tried: bool) -> None:
    _, found = structural(table(125), OFFSETS)
    assert bool(found) is tried


def test_growth_goes_on_where_a_wave_rises() -> None:
    """Six weeks before the third peak: the true rate grows 2.2-fold in four weeks."""
    table = waves(PEAKS[2] - 5)
    panel = panel_of(table, "W", 4)
    said = growth_forecast(panel, np.array([0]), 0)
    assert said is not None
    times = said[:, 0, 3, MEDIAN] / panel.values[:, -1]
    assert 1.3 < np.median(times) < 3.5


def test_an_origin_knows_nothing_that_came_after_it() -> None:
    table = waves(130)
    offset = 12
    cut = table.filter(pl.int_range(pl.len()).over("unique_id") < 130 - offset)
    with_later = growth_forecast(panel_of(table, "W", 4), np.array([offset]), 0)
    without = growth_forecast(panel_of(cut, "W", 4), np.array([0]), 0)
    assert with_later is not None and without is not None
    np.testing.assert_allclose(with_later, without, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("series", "weeks"), [(4, 130), (8, 12)], ids=["few series", "short pasts"]
)
def test_too_little_to_share_is_left_to_the_others(series: int, weeks: int) -> None:
    said = growth_forecast(panel_of(waves(weeks, series), "W", 4), np.array([0]), 0)
    assert said is None or np.isnan(said).all()


def test_gaps_and_series_of_other_lengths_are_forecast_in_shape() -> None:
    table = waves(125)
    short = table.filter(
        (pl.col("unique_id") != "state1")
        | (pl.col("ds") > pl.col("ds").max() - pl.duration(weeks=30))
    ).with_columns(pl.when(pl.int_range(pl.len()) % 17 == 0).then(None).otherwise("y").alias("y"))
    made = forecast(short, frequency="W", horizon=4)
    assert np.isfinite(made.quantiles).all() and made.quantiles.min() >= 0
    assert "growth" in made.series["models"][0]
