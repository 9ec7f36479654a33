"""Rolling-origin evaluation: the measures, and seasonal naive beside them."""

from __future__ import annotations

import numpy as np
import pytest

from cds.errors import InputError
from cds.forecasting import evaluate
from cds.forecasting.evaluation import MEASURES, seasonal_naive
from cds.forecasting.metrics import pinball
from cds.forecasting.panel import panel_of
from cds.forecasting.quantiles import MEDIAN
from tests.forecasting.series_cases import history, pharmacy


def test_pinball_by_hand() -> None:
    """At .9: 10 below the outcome costs 9; 10 above it costs 1 (Koenker and Bassett 1978)."""
    loss = pinball(np.array([20.0, 20.0]), np.array([[10.0], [30.0]]), np.array([0.9]))
    assert loss.ravel().tolist() == pytest.approx([9.0, 1.0])


def test_seasonal_naive_repeats_last_year() -> None:
    values = [float(v) for v in range(24)]
    panel = panel_of(history({"a": values}), "M", 14)
    assert seasonal_naive(panel)[0, :, MEDIAN].tolist() == [*range(12, 24), 12, 13]


def test_every_measure_is_given_for_both_methods_with_its_interval() -> None:
    found = evaluate(pharmacy(12), frequency="M", horizon=3, windows=2, effort="light")
    table = found.table
    assert found.series == 12 and found.points == 72
    for method in ("cds", "seasonal_naive"):
        assert table.filter(table["method"] == method)["measure"].to_list() == list(MEASURES)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()


def test_the_forecast_beats_seasonal_naive_on_seasonal_counts() -> None:
    table = evaluate(pharmacy(18), frequency="M", horizon=6, effort="light").table
    wql = dict(table.filter(table["measure"] == "WQL").select("method", "value").iter_rows())
    assert wql["cds"] < wql["seasonal_naive"]


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(InputError, match="no series is long enough"):
        evaluate(history({"a": [1.0, 2.0]}), frequency="M", horizon=6, effort="light")
