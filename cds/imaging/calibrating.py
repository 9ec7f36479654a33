"""Fit what turns a logit into a probability, and choose whether to turn it at all."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cds.imaging.contract.model import Calibration
from cds.imaging.metrics import Numbers, Rows, logistic_line

Way = Literal["none", "temperature", "platt"]
WAYS: tuple[Way, ...] = ("none", "temperature", "platt")
_FOLDS = 5
_WORTH = 0.002
"""A way with more parameters must lower the loss by this much to be taken."""
_STEPS = 60
_STEEPEST = 20.0
_TEMPERATURES = (0.05, 20.0)


def weights_for(truth: NDArray[np.int64], balanced: bool) -> Numbers:
    """A weight an image; where ``balanced``, all labels weigh alike."""
    if not balanced:
        return np.ones(len(truth))
    counts = np.bincount(truth)
    return np.asarray(len(truth) / (np.count_nonzero(counts) * np.maximum(counts, 1)))[truth]


def targets_for(truth: NDArray[np.int64], labels: int, doubt: float) -> Numbers:
    """(n, labels): what probabilities should be, were a share ``doubt`` of the labels wrong.

    Pictures from elsewhere are judged less well than validation's; with some doubt the
    probabilities fitted to these stay modest (as Platt's own smoothed targets do, by less).
    """
    return np.asarray(np.eye(labels)[truth] * (1 - doubt) + doubt / labels)


def fit(way: Way, logits: Numbers, targets: Numbers, weights: Numbers) -> Calibration:
    """The calibration of ``logits`` (n, 1), or (n, labels), with the least weighted loss.

    Temperature: Guo et al., ICML 2017. Platt (two labels only): Platt 1999. "none" is none.
    """
    if way == "none":
        return Calibration()
    if way == "platt" and logits.shape[1] == 1:
        slope, intercept = logistic_line(logits[:, 0], targets[:, 1], weights)
        slope = min(slope, _STEEPEST)
        return Calibration(slope, intercept) if slope > 0 else Calibration()
    return Calibration(_best_slope(logits, targets, weights))


def chances(calibration: Calibration, logits: Numbers) -> Numbers:
    """(n, outputs) logits → (n, labels) probabilities; one output is the second label's."""
    turned = _turned(calibration, logits)
    powers = np.exp(turned - turned.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def loss(calibration: Calibration, logits: Numbers, targets: Numbers, weights: Numbers) -> float:
    """The weighted mean cross-entropy of the targets and the probabilities after it."""
    turned = _turned(calibration, logits)
    highest = turned.max(axis=1, keepdims=True)
    logs = turned - highest - np.log(np.exp(turned - highest).sum(axis=1, keepdims=True))
    losses = -(targets * logs).sum(axis=1)
    return float((losses * weights).sum() / weights.sum())


def choose(
    logits: Numbers, truth: NDArray[np.int64], groups: Rows, *, balanced: bool, doubt: float
) -> tuple[Way, dict[Way, float]]:
    """The way with the least loss on groups (patients) that it was not fitted on.

    Also gives each way's loss. The simpler way wins unless another is better by 0.002.
    """
    order = np.random.default_rng(0).permutation(int(groups.max()) + 1) % _FOLDS
    fold = order[groups]
    ways = WAYS if logits.shape[1] == 1 else WAYS[:2]
    targets = targets_for(truth, max(2, logits.shape[1]), doubt)
    losses: dict[Way, float] = {}
    for way in ways:
        total = 0.0
        for number in np.unique(fold):
            out = fold == number
            inside = weights_for(truth[~out], balanced)
            fitted = fit(way, logits[~out], targets[~out], inside)
            weight = weights_for(truth, balanced)[out]
            total += loss(fitted, logits[out], targets[out], weight) * weight.sum()
        losses[way] = float(total / len(truth))
    best: Way = "none"
    for way in ways[1:]:
        if losses[way] < losses[best] - _WORTH:
            best = way
    return best, losses


def _turned(calibration: Calibration, logits: Numbers) -> Numbers:
    turned = calibration.slope * np.asarray(logits, np.float64) + calibration.intercept
    if turned.shape[1] == 1:
        turned = np.hstack([np.zeros_like(turned), turned])
    return np.asarray(turned)


def _best_slope(logits: Numbers, targets: Numbers, weights: Numbers) -> float:
    """By golden sections on the logarithm of the slope; the loss is convex in the slope."""
    low, high = np.log(_TEMPERATURES[0]), np.log(_TEMPERATURES[1])
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(_STEPS):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(Calibration(float(np.exp(left))), logits, targets, weights) < loss(
            Calibration(float(np.exp(right))), logits, targets, weights
        ):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))
