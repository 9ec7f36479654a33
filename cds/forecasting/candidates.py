"""The models that are tried, each as quantiles at every origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.boosting import boosted_forecast
from cds.forecasting.counts import count_forecast
from cds.forecasting.growth import growth_forecast
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import MEDIAN, FloatArray
from cds.forecasting.shape import mean_of_quantiles
from cds.forecasting.structural import structural_forecast
from cds.forecasting.structural_grid import STEADY
from cds.forecasting.theta import theta_candidates_quantiles
from cds.forecasting.transforms import TRANSFORMS

Report = Callable[[str, float], None]

LONGEST_FOR_THETA = 2000
BOOSTED_SCALES = ("root",)
COUNT_VARIANTS = ((0.97, 4.0), (1.0, 20.0))
"""(fading of past frequencies, strength of the smoothed law) of the count models."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model's forecasts: ``quantiles`` (n, origins, horizon, levels), ``mean`` without levels.

    NaN for series it does not serve.
    """

    name: str
    quantiles: FloatArray
    mean: FloatArray


def light_candidates(
    panel: Panel, slow: NDArray[np.bool_], offsets: NDArray[np.int64], workers: int
) -> list[Candidate]:
    """The cheap models: structural for all, counts for the ``slow`` (intermittent) series."""
    return [
        structural_candidate(panel, ("root",), offsets, workers),
        *steady_candidates(panel, offsets, workers),
        *count_candidates(panel, slow, offsets),
    ]


def structural_candidate(
    panel: Panel, scales: tuple[str, ...], offsets: NDArray[np.int64], workers: int
) -> Candidate:
    """The structural model, averaged over the scales it is fitted on."""
    quantiles = np.mean(
        [structural_forecast(panel, offsets, scale, workers=workers).quantiles for scale in scales],
        axis=0,
    )
    return Candidate("structural", quantiles, mean_of_quantiles(quantiles))


def steady_candidates(panel: Panel, offsets: NDArray[np.int64], workers: int) -> list[Candidate]:
    """The structural model of a level that hardly drifts, for days over a year or more."""
    if panel.rhythm.name != "D" or panel.length < panel.rhythm.year:
        return []
    said = structural_forecast(panel, offsets, "root", grid=STEADY, workers=workers).quantiles
    return [Candidate("steady", said, mean_of_quantiles(said))]


def growth_candidates(
    panel: Panel, offsets: NDArray[np.int64], seed: int, structural: Candidate
) -> list[Candidate]:
    """The growth that weekly series share, where they come in waves.

    They do where growth foretold the earlier origins better than a level with a season did.
    """
    if panel.rhythm.name != "W" or len(offsets) < 2:
        return []
    said = growth_forecast(panel, offsets, seed)
    if said is None:
        return []
    root = TRANSFORMS["root"].forth
    actual = root(np.stack([panel.future(int(offset)) for offset in offsets[:-1]], axis=1))
    with_growth = np.abs(root(said[:, :-1, :, MEDIAN]) - actual)
    with_season = np.abs(root(structural.quantiles[:, :-1, :, MEDIAN]) - actual)
    both = np.isfinite(with_growth) & np.isfinite(with_season)
    if not both.any() or with_growth[both].mean() >= with_season[both].mean():
        return []
    return [Candidate("growth", said, mean_of_quantiles(said))]


def count_candidates(
    panel: Panel, slow: NDArray[np.bool_], offsets: NDArray[np.int64]
) -> list[Candidate]:
    """The count models, for the series marked ``slow``."""
    rows = np.flatnonzero(slow)
    if len(rows) == 0:
        return []
    found = []
    part = panel.take(rows)
    shape = (panel.size, len(offsets), panel.horizon)
    for number, (fade, strength) in enumerate(COUNT_VARIANTS):
        law = count_forecast(part, offsets, fade=fade, strength=strength)
        quantiles = np.full((*shape, law.quantiles.shape[-1]), np.nan)
        mean = np.full(shape, np.nan)
        quantiles[rows] = law.quantiles[:, :, None, :]
        mean[rows] = law.mean[:, :, None]
        found.append(Candidate(f"counts-{number + 1}", quantiles, mean))
    return found


def theta_candidates(
    panel: Panel, fast: NDArray[np.bool_], offsets: NDArray[np.int64]
) -> list[Candidate]:
    """The dynamic optimised theta method, for the series marked ``fast``."""
    rows = np.flatnonzero(fast)
    if len(rows) == 0 or panel.length > LONGEST_FOR_THETA:
        return []
    part = theta_candidates_quantiles(panel.take(rows), offsets)
    quantiles = np.full((panel.size, *part.shape[1:]), np.nan)
    quantiles[rows] = part
    return [Candidate("theta", quantiles, mean_of_quantiles(quantiles))]


def full_candidates(
    panel: Panel,
    slow: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    seed: int,
    workers: int,
    tell: Report,
) -> list[Candidate]:
    """Every model: structural on three scales, growth, theta, counts, gradient boosting."""
    tell("structural models", 0.05)
    found = [structural_candidate(panel, ("identity", "root", "log"), offsets, workers)]
    found.extend(steady_candidates(panel, offsets, workers))
    tell("shared growth", 0.15)
    waves = growth_candidates(panel, offsets, seed, found[0])
    found.extend(waves)
    tell("count models", 0.2)
    found.extend(count_candidates(panel, slow, offsets))
    if not waves:
        tell("theta models", 0.3)
        found.extend(theta_candidates(panel, ~slow, offsets))
    tell("gradient boosting", 0.5)
    for scale in BOOSTED_SCALES:
        boosted = boosted_forecast(panel, offsets, scale, seed, workers)
        if boosted is not None:
            found.append(
                Candidate("boosting", boosted.quantiles, mean_of_quantiles(boosted.quantiles))
            )
    return found
