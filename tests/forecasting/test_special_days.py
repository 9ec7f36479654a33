"""Days that stand out every year are found in the data, and forecast to stand out again."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cds.forecasting import forecast
from cds.forecasting.panel import Panel, panel_of
from cds.forecasting.quantiles import MEDIAN
from cds.forecasting.special_days import SpecialDay, labels, special_days
from tests.forecasting.series_cases import history

LAST = date(2025, 12, 20)
DAYS = 3 * 365 + 30


def arrivals(quiet: dict[SpecialDay, float], days: int = DAYS) -> list[float | None]:
    """Arrivals of days up to ``LAST``, so many times as many on the days of ``quiet``."""
    rng = np.random.default_rng(5)
    found: list[float | None] = []
    for back in range(days - 1, -1, -1):
        moment = LAST - timedelta(days=back)
        factor = next((quiet[label] for label in labels(moment) if label in quiet), 1.0)
        found.append(float(rng.poisson(factor * (150 + 10 * (moment.weekday() == 0)))))
    return found


def panel(values: list[float | None]) -> Panel:
    return panel_of(history({"ed": values}, "D", LAST), "D", 14)


CHRISTMAS = SpecialDay(12, 25)
THANKSGIVING = SpecialDay(11, 4, 3)


@pytest.mark.parametrize(
    ("true", "found"),
    [
        ({CHRISTMAS: 0.65}, {CHRISTMAS}),
        ({THANKSGIVING: 0.65, CHRISTMAS: 0.7}, {THANKSGIVING, CHRISTMAS}),
        ({SpecialDay(5, -1, 0): 1.4}, {SpecialDay(5, -1, 0)}),
        ({}, set()),
    ],
    ids=["a date", "the fourth Thursday and a date", "a busy last Monday", "nothing"],
)
def test_days_that_stand_out_each_year_are_found(
    true: dict[SpecialDay, float], found: set[SpecialDay]
) -> None:
    assert set(special_days(panel(arrivals(true)))) == found


def test_one_strange_day_is_not_special() -> None:
    values = arrivals({})
    values[-200] = 20.0
    assert special_days(panel(values)) == ()


def test_less_than_two_years_say_nothing_of_years() -> None:
    assert special_days(panel(arrivals({CHRISTMAS: 0.5}, days=700))) == ()


def test_a_special_day_ahead_is_forecast_as_one() -> None:
    made = forecast(
        history({"ed": arrivals({CHRISTMAS: 0.6})}, "D", LAST),
        frequency="D",
        horizon=8,
        effort="light",
    )
    median = dict(zip(made.table["ds"], made.quantiles[0, :, MEDIAN], strict=True))
    assert median[date(2025, 12, 25)] < 0.75 * median[date(2025, 12, 24)]
