"""Demand behind empty shelves: what was issued is a lower bound where the stock ran out.

For one series at a time, an expectation–maximisation under each candidate: one of two accounts
of the overdispersion (``censoring_models``), a level that is local or constant, a dispersion.
Their answers are averaged by their likelihood (Bayesian model averaging, Hoeting et al. 1999).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.intake.censoring_level import level_of, step_of
from cds.forecasting.intake.censoring_models import (
    ACCOUNTS,
    SMALLEST_EXCESS,
    Account,
    Floats,
    Seen,
    batched,
)

_FIRST_ROUNDS: Final = 10
_ROUNDS: Final = 4
_EXCESSES: Final = np.exp(np.linspace(-1.2, 1.2, 5))
"""What the excess of variance / mean over one may be, as multiples of its moment estimate."""
_NODES: Final = (np.arange(8) + 0.5) / 8
"""Stocked shares that an outage of unknown length is tried with."""
_MOST: Final = 4.0
_NEGLIGIBLE: Final = 0.01
_RATE_VARIATION: Final = 0.25
"""Mean, a priori, of the squared coefficient of variation of a rate that changes by the period."""
_TINY: Final = 1e-300


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

    ``issued`` is NaN where missing; ``out_of_stock`` in [0, 1], NaN for not known (0). Where
    something was issued in a period said to be out of stock throughout, that series tells only
    that its shelf was empty at some time of such periods, not for how long (but for those amid
    others, in which nothing was issued). ``season`` numbers the period's place in its season.
    """
    share = np.nan_to_num(np.clip(out_of_stock, 0.0, 1.0))
    known = np.isfinite(issued)
    amounts = np.where(known, issued, 0.0)
    censored = known & (share > 0)
    if not censored.any() or amounts.sum() <= 0:
        return Correction(issued.copy(), 0.0, 0.0)
    step, whole = step_of(amounts[known & ~censored], amounts)
    history = _history(amounts / step, np.where(known, share, 0.0), known, whole)
    fits = _fits(history, season)
    best = max(fit.likelihood for fit in fits)
    weights = np.array([np.exp(fit.likelihood - best) for fit in fits])
    weights /= weights.sum()
    # What lies behind a shelf is a scale, its law skewed to the right: averaged as logarithms.
    logarithms = [np.log(np.maximum(fit.demand, _TINY)) for fit in fits]
    demand = np.exp(weights @ np.array(logarithms))
    result = np.where(censored, np.maximum(demand * step, amounts), amounts)
    return Correction(
        np.where(known, result, np.nan),
        float(weights @ [fit.caused[1] for fit in fits]),
        float(weights @ [fit.account is batched for fit in fits]),
    )


@dataclass(frozen=True, slots=True)
class _History:
    """One series in steps of its demand, and a row for each length its outages may have had.

    ``period`` of each row, its ``stocked`` share, ``node``: the prior of that share within the
    period, ``lasting``: 1 where the row stands for an outage of the whole of a period that
    might have been shorter, ``began``: 1 where the outage did not go on from the period before.
    """

    issued: Floats
    known: NDArray[np.bool_]
    full: NDArray[np.bool_]
    exposure: Floats
    period: NDArray[np.int64]
    stocked: Floats
    node: Floats
    open_ended: NDArray[np.bool_]
    lasting: NDArray[np.bool_]
    began: NDArray[np.int64]
    reached: Floats
    """Demand that emptied the shelf, if it was demand: a whole number of steps."""
    cut: NDArray[np.bool_]
    """Issued was no whole number of steps: an order was cut short, so demand emptied the shelf."""

    def sums(self, values: Floats) -> Floats:
        """Of the rows of each period."""
        return np.bincount(self.period, values, minlength=len(self.issued)).astype(np.float64)


def _history(issued: Floats, share: Floats, known: NDArray[np.bool_], whole: bool) -> _History:
    flags = bool(((share >= 1.0) & (issued > 0)).any())
    throughout = np.pad(share >= 1.0, 1)
    rows: list[tuple[int, float, float, bool, bool]] = []
    for place in np.flatnonzero(known & (share > 0)).tolist():
        nothing = issued[place] <= 0
        amid = nothing and throughout[place] and throughout[place + 2]
        if not flags or share[place] < 1.0 or amid:
            rows.append((place, 1.0 - float(share[place]), 1.0, False, False))
            continue
        rows += [(place, node, 1.0 / len(_NODES), True, False) for node in _NODES]
        if nothing:
            rows.append((place, 0.0, 1.0, True, True))
    places, stocked, node, open_ended, lasting = (
        np.array(column) for column in zip(*rows, strict=True)
    )
    period = places.astype(np.int64)
    began = np.concatenate(([True], share[:-1] <= 0))[period].astype(np.int64)
    reached = np.ceil(issued[period] - 1e-6) if whole else issued[period]
    exposure = np.where(flags & (share >= 1.0), 0.5, 1.0 - share) * known
    return _History(
        issued, known, known & (share <= 0), exposure, period, stocked, node, open_ended, lasting,
        began, reached, reached - issued[period] > 1e-6,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where the expectation–maximisation of one candidate stands.

    ``caused``: priors that demand emptied the shelf where the outage went on from the period
    before (0) and where it began in the period (1); ``lasting``: prior that an outage of unknown
    length took the whole of its period.
    """

    account: Callable[[Seen, float], tuple[Account, Account]]
    local: bool
    mean: Floats
    dispersion: float
    caused: Floats
    lasting: float
    demand: Floats
    likelihood: float = 0.0


def _fits(history: _History, season: NDArray[np.int64] | None) -> list[_Fit]:
    """The candidates that are not negligible."""
    known = history.known.astype(float)
    # Where each order emptied the shelf nothing tells how large it was: without end it would grow.
    seen_mean = np.full(len(history.issued), history.issued[history.known].mean())
    most = _MOST * max(_excess(history.issued, seen_mean, history.known), 1.0)
    firsts: list[_Fit] = []
    for local in (True, False):
        mean = level_of(history.issued, history.exposure, local, season)
        for account in ACCOUNTS:
            fit = _Fit(account, local, mean, 1.5, np.full(2, 0.5), 0.5, history.issued)
            for _ in range(_FIRST_ROUNDS):
                fit, unknown = _expect(history, fit)
                excess = _excess(fit.demand, fit.mean, history.known, unknown)
                mean = level_of(fit.demand, known, local, season)
                fit = replace(fit, dispersion=1.0 + min(excess, most), mean=mean)
            firsts.append(fit)
    least = max(fit.likelihood for fit in firsts) + np.log(_NEGLIGIBLE)
    found: list[_Fit] = []
    for first in (fit for fit in firsts if fit.likelihood >= least):
        for multiple in _EXCESSES:
            fit = replace(first, dispersion=1.0 + (first.dispersion - 1.0) * float(multiple))
            for _ in range(_ROUNDS):
                fit, _ = _expect(history, fit)
                fit = replace(fit, mean=level_of(fit.demand, known, fit.local, season))
            found.append(fit)
    return found


def _excess(
    demand: Floats, mean: Floats, known: NDArray[np.bool_], unknown: Floats | None = None
) -> float:
    """Variance / mean - 1 by moments; ``unknown``: variance of what is not known of the demand."""
    squares = (demand - mean) ** 2 + (0.0 if unknown is None else unknown)
    ratio = float(squares[known].sum() / max(mean[known].sum(), 1e-12))
    return max(ratio - 1.0, SMALLEST_EXCESS)


def _expect(history: _History, fit: _Fit) -> tuple[_Fit, Floats]:
    """The fit with demand, priors and likelihood brought up to date, and the demand's variance."""
    by_demand, by_other, full = _accounts(history, fit)
    # What lies on a shelf is some periods' issues, each amount as likely. It tells nothing of
    # demand: its law is the same under every candidate.
    shelf = np.count_nonzero(history.issued) / history.issued.sum()
    lasting = np.where(history.lasting, fit.lasting, 1.0 - fit.lasting)
    node = history.node * np.where(history.open_ended, lasting, 1.0)
    prior = fit.caused[history.began]
    one = node * prior * shelf * by_demand.likelihood
    other = np.where(history.cut, 0.0, node * (1.0 - prior) * by_other.likelihood)
    total = np.maximum(history.sums(one + other), _TINY)
    one, other = one / total[history.period], other / total[history.period]
    first = history.sums(one * by_demand.demand + other * by_other.demand)
    second = history.sums(
        one * (by_demand.variance + by_demand.demand**2)
        + other * (by_other.variance + by_other.demand**2)
    )
    censored = history.known & ~history.full
    likelihood = float(np.log(total[censored]).sum() + np.log(np.maximum(full, _TINY)).sum())
    telling = history.stocked > 0
    caused = [_share(one, one + other, telling & (history.began == began)) for began in (0, 1)]
    updated = replace(
        fit,
        demand=np.where(censored, np.maximum(first, history.issued), history.issued),
        caused=np.array(caused),
        lasting=_share((one + other) * history.lasting, one + other, history.open_ended),
        likelihood=likelihood + _log_prior(fit, float(fit.mean[history.known].mean())),
    )
    return updated, np.where(censored, np.maximum(second - first**2, 0.0), 0.0)


def _log_prior(fit: _Fit, mean: float) -> float:
    """Density, for the logarithm of variance / mean - 1, of its two priors.

    Batched: a unit is the last of its batch with a probability of law Beta(2, 1), so that the
    mean batch, where nothing tells, is 2. Mixed: the squared coefficient of variation of the
    rate is exponential, as a rate that changes by more than its own size is seldom.
    """
    excess = fit.dispersion - 1.0
    if fit.account is batched:
        return float(np.log(8.0 * excess / (excess + 2.0) ** 3))
    variation = excess / mean / _RATE_VARIATION
    return float(np.log(variation) - variation)


def _accounts(history: _History, fit: _Fit) -> tuple[Account, Account, Floats]:
    """Of each row if demand, or something else, emptied the shelf; likelihoods of full periods."""
    rows = len(history.period)
    issued = np.concatenate([history.reached, history.issued[history.full]])
    stocked = np.concatenate([history.stocked, np.ones(len(issued) - rows)])
    mean = np.concatenate([fit.mean[history.period], fit.mean[history.full]])
    by_demand, by_other = fit.account(Seen(issued, stocked, mean), fit.dispersion)
    return by_demand.first(rows), by_other.first(rows), by_other.likelihood[rows:]


def _share(part: Floats, whole: Floats, chosen: NDArray[np.bool_]) -> float:
    """Its share of the whole, one outage of either kind added so that a few do not settle it."""
    return float((part[chosen].sum() + 0.5) / (whole[chosen].sum() + 1.0))
