"""Measures of a classifier, from truths and probabilities; intervals by Wilson and resampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]
Rows = NDArray[np.int64]

BINS: Final = 10
_Z: Final = 1.959963984540054
_STEPS: Final = 30
_HALVINGS: Final = 30
_CLOSE: Final = 1e-7
_ABSURD: Final = 50.0
"""A slope beyond this comes of kinds that hardly overlap, and tells nothing."""
_CERTAIN: Final = 1e-6
"""Probabilities closer than this to 0 or 1 are taken as this far away, where odds are needed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its 95 % interval; None where it cannot be told."""

    value: float | None
    low: float | None = None
    high: float | None = None


def auroc(scores: Numbers, positive: Truths) -> float:
    """The chance that a positive scores above a negative, ties counting half.

    Mann and Whitney's statistic by mid-ranks. Not a number where one kind is absent.
    """
    yes = int(positive.sum())
    no = len(positive) - yes
    if yes == 0 or no == 0:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = middle[place.reshape(-1)][positive].sum()
    return float((ranks - yes * (yes + 1) / 2) / (yes * no))


def brier(probabilities: Numbers, positive: Truths) -> float:
    """The mean squared difference of probability and truth (Brier 1950)."""
    return float(np.mean((probabilities - positive) ** 2))


def calibration_error(probabilities: Numbers, positive: Truths, bins: int = BINS) -> float:
    """Expected calibration error of the probability of being positive.

    Mean difference of the mean probability and the share of positives in ``bins`` equally wide
    bins of the probability, weighted by the images in each (Naeini et al., AAAI 2015). Being
    over-confident in one direction cannot make up for the other, as it can where only the
    probability of the chosen label is looked at.
    """
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(place, weights=probabilities - positive, minlength=bins)
    return float(np.abs(gaps).sum() / len(probabilities))


def reliability(
    probabilities: Numbers, positive: Truths, bins: int = BINS
) -> list[tuple[int, float, float]]:
    """(images, mean probability, share of positives) of each bin that has images."""
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    found = []
    for number in range(bins):
        there = place == number
        if there.any():
            found.append(
                (
                    int(there.sum()),
                    float(probabilities[there].mean()),
                    float(positive[there].mean()),
                )
            )
    return found


def log_odds(probabilities: Numbers) -> Numbers:
    """Probabilities as log-odds; certain ones as nearly certain."""
    bounded = np.clip(probabilities, _CERTAIN, 1 - _CERTAIN)
    odds: Numbers = np.log(bounded) - np.log1p(-bounded)
    return odds


def calibration_line(probabilities: Numbers, positive: Truths) -> tuple[float, float]:
    """Calibration slope, and calibration in the large (intercept with slope 1).

    Logistic regressions on the log-odds (Cox 1958; Steyerberg, "Clinical Prediction Models",
    2nd ed., chapter 15). Slope 1 and intercept 0 are perfect; a slope below 1 is over-confident.
    Not a number where one kind is absent or the kinds are separated without overlap.
    """
    odds = log_odds(probabilities)
    if positive.all() or not positive.any():
        return float("nan"), float("nan")
    if odds[positive].min() > odds[~positive].max():
        return float("nan"), float("nan")
    slope, _ = logistic_line(odds, positive.astype(np.float64))
    slope = slope if abs(slope) < _ABSURD else float("nan")
    large = 0.0
    for _ in range(_STEPS):
        chance = _sigmoid(odds + large)
        step = (positive - chance).sum() / max((chance * (1 - chance)).sum(), 1e-12)
        large += float(np.clip(step, -5, 5))
        if abs(step) < _CLOSE:
            break
    return slope, large


def logistic_line(
    scores: Numbers, target: Numbers, weights: Numbers | None = None
) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of ``target`` (0 to 1) on score.

    By Newton's steps. Where targets of only 0 and 1 are separated without overlap there is no
    best slope; what is given then is merely steep.
    """
    weight = np.ones(len(scores)) if weights is None else weights
    design = np.column_stack([scores, np.ones(len(scores))])
    line = np.array([1.0, 0.0])
    lost = _cross_entropy(design @ line, target, weight)
    for _ in range(_STEPS):
        chance = _sigmoid(design @ line)
        slope = design.T @ (weight * (target - chance))
        bend = (design * (weight * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
        # A whole step may overshoot where some scores lie far out.
        for _ in range(_HALVINGS):
            there = _cross_entropy(design @ (line + step), target, weight)
            if there <= lost:
                break
            step = step / 2
        else:
            break
        line, lost = line + step, there
        if float(np.abs(step).max()) < _CLOSE:
            break
    return float(line[0]), float(line[1])


def wilson(successes: int, total: int) -> Figure:
    """A share with Wilson's 95 % interval (J. Am. Stat. Assoc. 22, 1927); empty without any."""
    if total == 0:
        return Figure(None)
    share = successes / total
    spread = 1 + _Z**2 / total
    middle = (share + _Z**2 / (2 * total)) / spread
    half = _Z * np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)) / spread
    # Rounding may leave 0 of n or n of n a hair inside.
    return Figure(share, float(max(0.0, middle - half)), float(min(1.0, middle + half)))


def resampled(
    measure: Callable[[Rows], float],
    groups: Rows,
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Figure:
    """``measure`` of all rows, with the 95 % percentile interval over resampled groups.

    ``groups`` (n,): whole groups (patients) are drawn with replacement (Field and Welsh, J. R.
    Stat. Soc. B 69, 2007), so that images of one patient do not count as independent. ``measure``
    takes row numbers; rounds in which it is not a number do not count.
    """
    count = len(groups)
    value = measure(np.arange(count))
    if np.isnan(value):
        return Figure(None)
    order = np.argsort(groups, kind="stable")
    _, starts = np.unique(groups[order], return_index=True)
    alone = len(starts) == count
    members = [] if alone else np.split(order, starts[1:])
    draws = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        drawn = draws.integers(0, len(starts), len(starts))
        rows = order[drawn] if alone else np.concatenate([members[one] for one in drawn])
        found.append(measure(rows))
    finite = np.asarray(found)[np.isfinite(found)]
    if len(finite) < rounds / 2:
        return Figure(value)
    low, high = np.quantile(finite, [0.025, 0.975])
    return Figure(value, float(low), float(high))


def _cross_entropy(odds: Numbers, target: Numbers, weight: Numbers) -> float:
    return float(weight @ (np.logaddexp(0.0, odds) - target * odds))


def _sigmoid(values: Numbers) -> Numbers:
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + small), small / (1 + small))
