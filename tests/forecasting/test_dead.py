"""What went quiet long ago is forecast as quiet, and may come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.forecasting import forecast
from cds.forecasting.dead import quiet_forecast
from cds.forecasting.quantiles import LEVELS
from tests.forecasting.series_cases import history


@pytest.mark.parametrize(
    ("values", "mean", "highest"),
    [
        ([0.0] * 9, 0.0, 0.0),
        ([8.0] * 5 + [0.0] * 8, 0.8, 8.0),
        ([8.0] * 5 + [0.0] * 998, 0.008, 0.0),
        ([2.0, 4.0, np.nan] + [0.0] * 18, 0.15, 4.0),
    ],
    ids=["never anything", "8 quiet: 1 in 10", "998 quiet: 1 in 1,000", "gaps are no demand"],
)
def test_demand_comes_back_as_seldom_as_it_was_away(
    values: list[float], mean: float, highest: float
) -> None:
    quantiles, said = quiet_forecast(np.array(values))
    assert said == pytest.approx(mean)
    assert quantiles[-1] == highest and quantiles[LEVELS <= 0.8].max() == 0


@given(st.lists(st.integers(0, 50).map(float), min_size=1, max_size=60))
def test_quantiles_rise(values: list[float]) -> None:
    quantiles, mean = quiet_forecast(np.array(values))
    assert (np.diff(quantiles) >= 0).all() and 0 <= mean <= max(values)


def test_a_medicine_not_issued_for_four_months_is_not_ordered_again() -> None:
    days = [10.0 + day % 5 for day in range(200)] + [0.0] * 120
    made = forecast(history({"old": days}, "D"), frequency="D", horizon=3, effort="light")
    assert made.series["class"].to_list() == ["dead"]
    assert made.mean.max() < 0.2 and made.quantiles.max() == 0
