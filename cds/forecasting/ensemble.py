"""From many models' forecasts to one: weights and widths learnt at the earlier origins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.calibrate import AVERAGED, apply_factors, learn_factors
from cds.forecasting.candidates import Candidate
from cds.forecasting.combine import learn_mean_weights, learn_weights
from cds.forecasting.dependence import Dependence, learn_dependence
from cds.forecasting.quantiles import LEVELS, FloatArray

CREDIT = {"steady": 12.0, "boosting": 1.5, "counts-1": 0.2, "counts-2": 0.2}
YOUNG_CREDIT = CREDIT | {"counts-1": 3.0, "counts-2": 3.0}
DISCRETE_CREDIT = {"boosting": 6.0}
DISCRETE_MEAN_CREDIT = {"boosting": 3.0}
"""What a model is believed to be worth before it is tried, relative to 1: at the earlier origins
boosting has learnt from less than it will have at the end, laws of counts know no season (no
handicap where the past is too ``YOUNG`` to show one), and days of patients are best foretold by a
steady level. Of rare items it tells the law better than the mean."""
WITHOUT_YEAR = {"theta": 0.3}
"""The same of models that do not follow the year, where the season is shorter than one (days) or
none is followed (weeks), and the past shows years."""
WAVE_CREDIT = {"growth": 3.0, "boosting": 3.0, "structural": 0.1, "counts-1": 0.2, "counts-2": 0.2}
"""The same where series come in waves (a model of growth is tried). Nothing else is learnt of the
weights there: at the earlier origins boosting had seen few waves or none."""
YOUNG = 2.0
"""Years of past below which no season can be told from chance."""
CONTINUOUS = ("structural", "steady", "growth")
"""Models whose law is too far from a law of rare counts to be heard on them."""
PRIOR_WINDOWS, DISCRETE_PRIOR_WINDOWS = 4.0, 1.0
"""Horizons of past worth as much as that belief: what won in one of them may lose in the next."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A group of series that learn together: its models' weights, and the joint forecast.

    ``quantiles`` (rows, horizon, levels) and ``mean`` (rows, horizon) for the series' ends.
    """

    names: tuple[str, ...]
    weights: FloatArray
    quantiles: FloatArray
    mean: FloatArray
    dependence: Dependence


def pool(
    candidates: list[Candidate],
    rows: NDArray[np.int64],
    actual: FloatArray,
    scale: FloatArray,
    *,
    discrete: bool,
    windows: float,
    years: float,
    yearly: bool,
    seed: int,
) -> Pool:
    """Combine what the candidates say of these series; the last origin is the one wanted.

    ``actual`` (n, origins − 1, horizon) is what came after the earlier origins; ``scale`` (n,)
    each series' size; ``years`` how long the panel's past is; ``yearly`` whether the season
    that smoothing models follow is the year.
    """
    serving = [
        c
        for c in candidates
        if np.isfinite(c.quantiles[rows, -1]).any() and not (discrete and c.name in CONTINUOUS)
    ]
    quantiles = np.stack([c.quantiles[rows] for c in serving])
    means = np.stack([c.mean[rows] for c in serving])
    known = actual[rows]
    origins, horizon = known.shape[1], known.shape[2]
    waves = "growth" in {c.name for c in serving}
    old = CREDIT | ({} if yearly else WITHOUT_YEAR)
    usual = YOUNG_CREDIT if years < YOUNG else old
    credit = DISCRETE_CREDIT if discrete else usual | (WAVE_CREDIT if waves else {})
    belief = DISCRETE_PRIOR_WINDOWS if discrete else PRIOR_WINDOWS
    prior = _shares(serving, credit)
    mean_prior = _shares(serving, DISCRETE_MEAN_CREDIT) if discrete else prior
    weights, mean_weights, factors = prior, mean_prior, np.ones(len(LEVELS))
    believed = 1.0 if waves else AVERAGED
    dependence = Dependence()
    if origins:
        points = known.reshape(-1)
        past = quantiles[:, :, :-1].reshape(len(serving), -1, len(LEVELS))
        size = np.repeat(scale[rows], origins * horizon)
        mean_past = means[:, :, :-1].reshape(len(serving), -1)
        if not waves:
            learnt = learn_weights(points, past, size, prior, seed)
            weights = trusted(learnt, prior, windows, belief)
            learnt = learn_mean_weights(points, mean_past, size, mean_prior, seed)
            mean_weights = trusted(learnt, mean_prior, windows, belief)
        mixed = weighted(past, weights)
        if not discrete:
            factors = learn_factors(points, mixed, windows, believed)
        dependence = learn_dependence(
            known, apply_factors(mixed, factors).reshape(*known.shape, len(LEVELS))
        )
    final = apply_factors(weighted(quantiles[:, :, -1], weights), factors)
    mean = weighted(means[:, :, -1], mean_weights)
    return Pool(tuple(c.name for c in serving), weights, final, mean, dependence)


def _shares(serving: list[Candidate], credit: dict[str, float]) -> FloatArray:
    """The credit of each model as its share of all; 1 where none is given."""
    found = np.array([credit.get(c.name, 1.0) for c in serving])
    return np.asarray(found / found.sum())


def trusted(learnt: FloatArray, prior: FloatArray, windows: float, belief: float) -> FloatArray:
    """Learnt weights, shrunk towards the prior where they come from little past.

    ``belief``: horizons of past that the prior is worth.
    """
    trust = windows / (windows + belief)
    return np.asarray(trust * learnt + (1 - trust) * prior)


def weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    """The weighted average over the first axis, of the models that say something."""
    known = np.isfinite(values)
    shape = (len(weights),) + (1,) * (values.ndim - 1)
    share = weights.reshape(shape) * known
    total = share.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((share * np.where(known, values, 0)).sum(axis=0) / total)
