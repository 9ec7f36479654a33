"""Two accounts of overdispersed demand, and what each expects behind an empty shelf.

Demand of one item arrives within a period until the shelf is empty. What is seen of the period
is what was issued and the share of the period with stock. Both accounts give whole periods the
same negative binomial law (mean m, variance m·v); they differ inside the period:

- *mixed*: each period has its own rate, drawn from a gamma law, and units arrive one by one.
  Where the shelf empties early the rate was probably high (Poisson–gamma conjugacy).
- *batched*: the rate is steady and orders come in batches, so the order that emptied the shelf
  was on average cut short by (v − 1) / 2 units (mean excess of a renewal process over a lattice).

In either case an empty shelf was caused by demand (stock reached at a first passage) or by
something else (a late delivery, a recall): both are weighed by their likelihood. By Wald's
identity a first passage does not spoil what the time before it says about the rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALLEST_EXCESS = 0.01
"""Variance / mean is kept this far above 1, where the negative binomial becomes a Poisson."""
_SHORTEST = 0.01
_MANY_ORDERS = 30.0
_ORDERS = 120
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Seen:
    """Periods with a known stocked share: arrays of one length, in steps of the demand.

    ``issued`` (0 or more), ``stocked`` share in [0, 1], ``mean`` demand expected of the period.
    """

    issued: Floats
    stocked: Floats
    mean: Floats


@dataclass(frozen=True, slots=True)
class Account:
    """What one account says of each censored period.

    ``demand`` is the expected demand of the whole period, ``variance`` of what is not known of
    it, ``likelihood`` that of having issued so much when the shelf was found empty.
    """

    demand: Floats
    variance: Floats
    likelihood: Floats

    def first(self, rows: int) -> Account:
        """The account of the first rows only."""
        return Account(self.demand[:rows], self.variance[:rows], self.likelihood[:rows])


def mixed(seen: Seen, dispersion: float) -> tuple[Account, Account]:
    """The mixed account where demand emptied the shelf, and where something else did.

    They differ in their likelihood only: the posterior of the rate does not depend on the cause.
    """
    shape = _shape(seen.mean, dispersion)
    rate = (shape + seen.issued) / (shape / seen.mean + seen.stocked)
    unseen = 1.0 - seen.stocked
    spread = rate / (shape / seen.mean + seen.stocked)
    probability = _negative_binomial(seen.issued, shape, seen.mean * seen.stocked)
    passage = np.where(
        seen.issued > 0, probability * seen.issued / np.maximum(seen.stocked, _SHORTEST), 0.0
    )
    demand, variance = seen.issued + unseen * rate, unseen * rate + unseen**2 * spread
    return Account(demand, variance, passage), Account(demand, variance, probability)


def batched(seen: Seen, dispersion: float) -> tuple[Account, Account]:
    """The batched account where demand emptied the shelf, and where something else did."""
    unseen = 1.0 - seen.stocked
    excess = (dispersion - 1.0) / 2.0
    rest, spread = unseen * seen.mean, unseen * seen.mean * dispersion
    passage, probability = _geometric_batches(seen, dispersion)
    passage = np.where(seen.issued > 0, passage, 0.0)
    caused = Account(seen.issued + excess + rest, spread + excess * (excess + 1.0), passage)
    return caused, Account(seen.issued + rest, spread, probability)


ACCOUNTS: Final = (mixed, batched)


def _geometric_batches(seen: Seen, dispersion: float) -> tuple[Floats, Floats]:
    """Densities of reaching ``issued`` at the end of the stocked time, and of having got there.

    Poisson orders of geometric size (Pólya–Aeppli law): mean batch (v + 1) / 2, each unit the
    last of its batch with probability p = 2 / (v + 1). Level y is reached by order number
    1 + Binomial(y - 1, p), so both densities are sums over that number.
    """
    from scipy.special import gammaln

    last = 2.0 / (dispersion + 1.0)
    time = np.maximum(seen.stocked, _SHORTEST)
    rate = seen.mean * last
    normal = np.exp(
        -0.5 * (seen.issued - seen.mean * time) ** 2 / (seen.mean * time * dispersion)
    ) / np.sqrt(2 * np.pi * seen.mean * time * dispersion)
    if float((rate * time).max()) > _MANY_ORDERS:
        # Many orders: a diffusion, whose first passages follow the inverse Gaussian law.
        return np.asarray(normal * seen.issued / time), np.asarray(normal)
    level = np.maximum(np.round(seen.issued), 1.0)[:, None]
    before = np.arange(min(float(level.max()), _ORDERS))
    possible = before <= level - 1.0
    fewer = np.minimum(before, level - 1.0)
    expected = np.log(rate * time)[:, None]
    logarithm = (
        gammaln(level)
        - gammaln(fewer + 1.0)
        - gammaln(level - fewer)
        + fewer * np.log(last)
        + (level - 1.0 - fewer) * np.log1p(-min(last, 1.0 - 1e-12))
        + before * expected
        - gammaln(before + 1.0)
        - (rate * time)[:, None]
    )
    terms = np.where(possible, np.exp(logarithm), 0.0)
    passage = rate * terms.sum(axis=1)
    arrived = last * ((rate * time)[:, None] * terms / (before + 1.0)).sum(axis=1)
    return passage, np.where(seen.issued > 0, arrived, np.exp(-rate * time))


def _shape(mean: Floats, dispersion: float) -> Floats:
    return np.asarray(mean / max(dispersion - 1.0, SMALLEST_EXCESS))


def _negative_binomial(count: Floats, shape: Floats, mean: Floats) -> Floats:
    """The probability of ``count``, by its gamma functions so that it need not be whole."""
    from scipy.special import gammaln

    mean = np.maximum(mean, _TINY)
    shape = np.maximum(shape, _TINY)
    logarithm = (
        gammaln(shape + count)
        - gammaln(shape)
        - gammaln(count + 1.0)
        + shape * np.log(shape / (shape + mean))
        + count * np.log(mean / (shape + mean))
    )
    return np.asarray(np.exp(logarithm))
