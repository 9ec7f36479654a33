"""Demand behind empty shelves: what was issued is a lower bound where the stock ran out.

An expectation–maximisation over one series at a time: the expected level of each period (local,
seasonal), the dispersion, the share of outages that demand itself caused, and the weight of two
accounts of the overdispersion (``censoring_models``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.intake.censoring_models import (
    SMALLEST_EXCESS,
    Account,
    Floats,
    Seen,
    batched,
    beyond,
    mixed,
)

ROUNDS = 30
BANDWIDTH = 8.0
"""Standard deviation, in periods, of the kernel that gives a period its expected level."""
_SHRINKAGE = 2.0
_FINEST = 10.0


@dataclass(frozen=True, slots=True)
class Correction:
    """``demand`` of each period (issued where stocked); ``run_out`` the share of outages that
    demand itself seems to have caused, ``batches`` the weight of the batched account."""

    demand: Floats
    run_out: float
    batches: float


def correct(
    issued: Floats, out_of_stock: Floats, season: NDArray[np.int64] | None = None
) -> Correction:
    """Expected demand of every period of one series, in the unit of ``issued``.

    ``issued`` is NaN where missing; ``out_of_stock`` in [0, 1], NaN for not known (0). A period
    out of stock throughout in which something was issued states no share: all that is known of
    it is that demand was no less. ``season`` numbers the period's place in its season.
    """
    share = np.nan_to_num(np.clip(out_of_stock, 0.0, 1.0))
    known = np.isfinite(issued)
    censored = known & (share > 0)
    if not censored.any() or np.nansum(issued) <= 0:
        return Correction(issued.copy(), 0.0, 0.0)
    unit = _unit(issued[known & (issued > 0)])
    y = np.where(known, issued, 0.0) / unit
    bound_only = censored & (share >= 1.0) & (y > 0)
    timed = censored & ~bound_only
    stocked = 1.0 - share[timed]
    demand = y.copy()
    exposure = np.where(bound_only, 1.0, 1.0 - share) * known
    kernel = _kernel(len(y))
    # An outage that goes on from the period before was less probably caused in this one.
    began = np.concatenate(([True], share[:-1] <= 0))[timed].astype(np.int64)
    dispersion, caused, batches = 1.0 + SMALLEST_EXCESS, np.full(2, 0.5), 0.5
    mean = _level(y, exposure, kernel, season)
    spread = np.zeros(len(y))
    for _ in range(ROUNDS):
        dispersion = _dispersion(demand, spread, mean, known)
        demand[bound_only] = beyond(y[bound_only], mean[bound_only], dispersion)
        if timed.any():
            seen = Seen(y[timed], stocked, mean[timed])
            demand[timed], spread[timed], caused, batches = _weigh(seen, dispersion, caused, began)
        mean = _level(demand, known.astype(float), kernel, season)
    result = np.where(censored, np.maximum(demand, y), y) * unit
    return Correction(np.where(known, result, np.nan), float(caused[1]), batches)


def _weigh(
    seen: Seen, dispersion: float, caused: Floats, began: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats, float]:
    """Demand and its variance, averaged over both causes and both accounts.

    ``caused`` is the prior that demand emptied the shelf where the outage went on from the
    period before (0) and where it ``began`` in the period (1); its update is returned.
    """
    # Were every stock level as likely, levels reached within a period would number ``mean``.
    stock = 1.0 / seen.mean
    prior = caused[began]
    results = []
    for by_demand, by_other in (mixed(seen, dispersion), batched(seen, dispersion)):
        one, other = prior * stock * by_demand.caused, (1.0 - prior) * by_other.other
        total = np.maximum(one + other, 1e-300)
        results.append((one / total, by_demand, by_other, float(np.log(total).sum())))
    weight = 1.0 / (1.0 + np.exp(np.clip(results[0][3] - results[1][3], -50, 50)))
    demand = spread = cause = np.zeros(len(seen.issued))
    for part, (share, by_demand, by_other, _) in zip((1 - weight, weight), results, strict=True):
        demand = demand + part * _blend(share, by_demand, by_other, "demand")
        spread = spread + part * _blend(share, by_demand, by_other, "variance")
        cause = cause + part * share
    telling = seen.stocked > 0
    updated = np.array([_share(cause[telling & (began == one)]) for one in (0, 1)])
    return demand, spread, updated, float(weight)


def _share(causes: Floats) -> float:
    """Their mean, with one outage of either cause added so that a few do not settle it."""
    return float((causes.sum() + 0.5) / (len(causes) + 1.0))


def _blend(cause: Floats, one: Account, other: Account, what: str) -> Floats:
    return np.asarray(cause * getattr(one, what) + (1.0 - cause) * getattr(other, what))


def _dispersion(demand: Floats, spread: Floats, mean: Floats, known: NDArray[np.bool_]) -> float:
    squares = ((demand - mean) ** 2 + spread)[known].sum()
    return max(float(squares / max(mean[known].sum(), 1e-12)), 1.0 + SMALLEST_EXCESS)


def _level(
    demand: Floats, weight: Floats, kernel: Floats, season: NDArray[np.int64] | None
) -> Floats:
    """The level round each period, itself left out, times its season."""
    index = np.ones(len(demand))
    level = _smooth(demand, weight, kernel)
    if season is not None:
        for place in np.unique(season):
            chosen = season == place
            got, due = demand[chosen] @ weight[chosen], level[chosen] @ weight[chosen]
            prior = _SHRINKAGE * level.mean()
            index[chosen] = (got + prior) / max(due + prior, 1e-12)
        level = _smooth(demand / index, weight * index, kernel)
    return np.maximum(level * index, 1e-6)


def _smooth(demand: Floats, weight: Floats, kernel: Floats) -> Floats:
    # A little of the whole mean keeps a long outage from having no level at all.
    whole = (demand @ weight) / max(weight.sum(), 1e-12)
    return np.asarray((kernel @ (demand * weight) + 0.1 * whole) / (kernel @ weight + 0.1))


def _kernel(length: int) -> Floats:
    steps = np.arange(length, dtype=float)
    kernel = np.exp(-0.5 * ((steps[:, None] - steps) / BANDWIDTH) ** 2)
    np.fill_diagonal(kernel, 0.0)
    return kernel


def _unit(amounts: Floats) -> float:
    """The step in which demand comes: the greatest common divisor of whole amounts."""
    whole = np.round(amounts)
    if np.allclose(amounts, whole, atol=1e-9):
        return float(np.gcd.reduce(whole.astype(np.int64)))
    return float(min(1.0, np.median(amounts) / _FINEST))
