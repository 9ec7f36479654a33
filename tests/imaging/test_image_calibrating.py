"""Logits to probabilities: the right line is found, and nothing is done without need."""

from __future__ import annotations

import numpy as np
import pytest

from cds.imaging import calibrating
from cds.imaging.contract.model import Calibration


def drawn(slope: float, intercept: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose right calibration is this line."""
    rng = np.random.default_rng(7)
    logits = rng.normal(0, 2, n)
    truth = rng.random(n) < 1 / (1 + np.exp(-(slope * logits + intercept)))
    return logits[:, None], truth.astype(np.int64)


@pytest.mark.parametrize(
    ("slope", "intercept", "way"),
    [(1.0, 0.0, "none"), (0.4, 0.0, "temperature"), (0.5, 1.5, "platt")],
)
def test_the_simplest_way_that_is_needed_is_chosen(
    slope: float, intercept: float, way: calibrating.Way
) -> None:
    logits, truth = drawn(slope, intercept)
    groups = np.arange(len(truth))
    chosen, losses = calibrating.choose(logits, truth, groups, balanced=False, doubt=0.0)
    assert chosen == way and set(losses) == {"none", "temperature", "platt"}
    targets = calibrating.targets_for(truth, 2, 0.0)
    fitted = calibrating.fit(chosen, logits, targets, np.ones(len(truth)))
    assert fitted.slope == pytest.approx(slope, abs=0.08)
    assert fitted.intercept == pytest.approx(intercept, abs=0.1)


def test_balanced_calibration_is_as_if_labels_were_equally_frequent() -> None:
    """Three in four positive: the balanced intercept lies lower by the log of their odds."""
    rng = np.random.default_rng(3)
    truth = (rng.random(20_000) < 0.75).astype(np.int64)
    logits = (rng.normal(0, 1, 20_000) + np.where(truth == 1, 1.0, -1.0))[:, None]
    targets = calibrating.targets_for(truth, 2, 0.0)
    fitted = calibrating.fit("platt", logits, targets, calibrating.weights_for(truth, True))
    # Two normal distributions of deviation 1 around +1 and -1: the log-likelihood ratio is 2x.
    assert fitted.slope == pytest.approx(2.0, abs=0.07)
    assert fitted.intercept == pytest.approx(0.0, abs=0.07)


def test_doubt_keeps_probabilities_modest() -> None:
    logits, truth = drawn(3.0, 0.0)
    weights = np.ones(len(truth))
    slopes = [
        calibrating.fit("platt", logits, calibrating.targets_for(truth, 2, doubt), weights).slope
        for doubt in (0.0, 0.05, 0.2)
    ]
    assert slopes[0] > slopes[1] > slopes[2] > 0


def test_several_labels_are_tempered_together() -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(0, 3, (3000, 3))
    chances = np.exp(0.5 * logits)
    chances /= chances.sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in chances])
    targets = calibrating.targets_for(truth, 3, 0.0)
    fitted = calibrating.fit("temperature", logits, targets, np.ones(3000))
    assert fitted == Calibration(pytest.approx(0.5, abs=0.04), 0.0)
