"""Laws of counts for intermittent demand: whole numbers, many of them zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, FloatArray
from cds.forecasting.structural import PRIOR_SAMPLE, learn_prior

GAINS = (0.01, 0.03, 0.08, 0.2, 0.4)
RATIOS = (1.05, 1.5, 2.5, 5.0, 12.0)
TOP = 160
"""The law is kept on 0 … TOP units; larger values are counted in larger units."""
UNIT_SHARE = 20
"""Where values are not whole numbers, the unit is this fraction of the mean positive value."""


@dataclass(frozen=True, slots=True)
class CountForecast:
    """``quantiles`` (n, origins, levels) and ``mean`` (n, origins): the same at every step."""

    quantiles: FloatArray
    mean: FloatArray


def count_forecast(
    panel: Panel, offsets: NDArray[np.int64], *, fade: float, strength: float
) -> CountForecast:
    """Quantiles and mean of the next periods' counts, made ``offsets`` periods before the end.

    Negative values (returns) count as zero; NaN where a series had no observation yet.
    """
    from cds.forecasting.counts_kernel import count_series

    origins = len(offsets)
    columns = (panel.length - 1 - offsets).astype(np.int64)
    quantiles = np.full((panel.size, origins, len(LEVELS)), np.nan)
    mean = np.full((panel.size, origins), np.nan)
    gains, ratios = np.array(GAINS), np.array(RATIOS)
    even = np.full((len(gains), len(ratios)), -np.log(len(gains) * len(ratios)))

    def filtered(
        row: int, prior: FloatArray, where: NDArray[np.int64]
    ) -> tuple[FloatArray, FloatArray, FloatArray, float, int]:
        values = panel.values[row]
        unit, top = _unit(values, bool(panel.whole[row]))
        counts = np.where(np.isnan(values), -1, np.round(np.maximum(values, 0) / unit))
        law = np.zeros((len(where), top + 1))
        rates = np.full(len(where), np.nan)
        score = np.zeros_like(prior)
        count_series(
            counts.astype(np.int64), gains, ratios, fade, strength, prior, score, where, law, rates
        )
        return law, rates, score, unit, top

    sample = np.unique(np.linspace(0, panel.size - 1, PRIOR_SAMPLE).astype(np.int64))
    nowhere = np.full(1, -1, dtype=np.int64)
    scores = np.array([(filtered(int(row), even, nowhere)[2] - even).ravel() for row in sample])
    prior = learn_prior(scores).reshape(even.shape)
    for row in range(panel.size):
        law, rates, _, unit, top = filtered(row, prior, columns)
        known = ~np.isnan(rates)
        total = np.cumsum(law[known], axis=1)
        reached = total[:, None, :] >= LEVELS[None, :, None] - 1e-9
        place = np.where(reached.any(axis=2), reached.argmax(axis=2), top)
        quantiles[row, known] = place * unit
        mean[row] = rates * unit
    return CountForecast(quantiles, mean)


def _unit(values: FloatArray, whole: bool) -> tuple[float, int]:
    """The unit in which a series is counted and the largest count kept."""
    positive = values[values > 0]
    if len(positive) == 0:
        return 1.0, 1
    largest = float(positive.max())
    unit = 1.0 if whole else float(positive.mean()) / UNIT_SHARE
    if 2 * largest / unit > TOP:
        unit = max(1.0, np.ceil(2 * largest / TOP)) if whole else 2 * largest / TOP
    return unit, int(np.ceil(2 * largest / unit)) + 3
