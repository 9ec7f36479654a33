"""Whole quantiles of a count, made from those of a continuous law."""

from __future__ import annotations

import numpy as np

from cds.forecasting.quantiles import LEVELS, MEDIAN
from cds.forecasting.shape import in_shape

YES = np.array([True])


def test_whole_numbers_lie_within_the_interval_or_nearest() -> None:
    quantiles = (10 + 4 * (np.arange(len(LEVELS)) - MEDIAN) + 0.7)[None, None, :]
    inside = in_shape(quantiles, YES, YES, YES)[0, 0]
    nearest = in_shape(quantiles, YES, YES, ~YES)[0, 0]
    assert inside[MEDIAN + 1] == 14 and inside[MEDIAN] == 11 and inside[MEDIAN - 1] == 7
    assert nearest[MEDIAN + 1] == 15 and nearest[MEDIAN] == 11 and nearest[MEDIAN - 1] == 7


def test_narrow_intervals_stay_in_order_round_the_median() -> None:
    quantiles = np.linspace(3.55, 3.95, len(LEVELS))[None, None, :]
    shaped = in_shape(quantiles, YES, YES, YES)[0, 0]
    assert (np.diff(shaped) >= 0).all() and (shaped == 4).all()


def test_few_equally_likely_numbers_are_all_in_the_interval() -> None:
    """Three, four and five once in three each: within 3.1 and 4.9 there is a four only."""
    quantiles = np.interp(LEVELS, (0.0, 1.0), (2.8, 5.2))[None, None, :]
    shaped = in_shape(quantiles, YES, YES, YES)[0, 0]
    assert (shaped[2], shaped[MEDIAN], shaped[10]) == (3, 4, 5)


def test_an_interval_of_counts_covers_what_it_says() -> None:
    """Rounded to the nearest number, the 80 % interval of a mean of 12 would cover 85 %."""
    rng = np.random.default_rng(0)
    rate = rng.uniform(6, 18, 4000)
    spread = np.sqrt(rate)
    score = np.array([-1.960, -1.645, -1.282, -0.842, -0.524, -0.253, 0, 0.253, 0.524, 0.842,
                      1.282, 1.645, 1.960, 2.326])  # fmt: skip
    quantiles = (rate[:, None] + spread[:, None] * score)[:, None, :]
    every = np.ones(len(rate), dtype=bool)
    shaped = in_shape(quantiles, every, every, every)[:, 0]
    actual = np.round(rng.normal(rate, spread))
    inside = (actual >= shaped[:, 2]) & (actual <= shaped[:, 10])
    assert abs(inside.mean() - 0.8) < 0.02
