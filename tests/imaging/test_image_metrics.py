"""Measures of a classifier against scikit-learn's, and against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.imaging import metrics


def some(seed: int, n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, with ties, and truths that follow them loosely."""
    rng = np.random.default_rng(seed)
    chance = np.round(rng.random(n), 2)
    return chance, rng.random(n) < 0.2 + 0.6 * chance


@pytest.mark.parametrize("seed", range(5))
def test_auroc_and_brier_are_scikit_learns(seed: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    chance, truth = some(seed)
    assert metrics.auroc(chance, truth) == pytest.approx(sklearn.roc_auc_score(truth, chance))
    assert metrics.brier(chance, truth) == pytest.approx(sklearn.brier_score_loss(truth, chance))


@pytest.mark.parametrize("seed", range(5))
def test_the_calibration_slope_is_that_of_an_unpenalised_logistic_regression(seed: int) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    chance, truth = some(seed)
    slope, large = metrics.calibration_line(chance, truth)
    odds = metrics.log_odds(chance)
    fitted = linear.LogisticRegression(C=1e8, solver="newton-cholesky", tol=1e-10).fit(
        odds[:, None], truth
    )
    assert slope == pytest.approx(fitted.coef_[0, 0], abs=1e-3)
    # With the intercept right, the mean probability is the share of positives.
    assert (1 / (1 + np.exp(-(odds + large)))).mean() == pytest.approx(truth.mean(), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_calibration_error_is_the_weighted_gap_of_scikit_learns_calibration_curve(
    seed: int,
) -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    chance, truth = some(seed, 500)
    chance = np.clip(chance + 0.001, 0, 0.999)  # off the bins' edges, where conventions differ
    observed, mean = calibration.calibration_curve(truth, chance, n_bins=10)
    counts = np.bincount((chance * 10).astype(int), minlength=10)
    by_hand = (np.abs(observed - mean) * counts[counts > 0]).sum() / len(chance)
    assert metrics.calibration_error(chance, truth) == pytest.approx(by_hand)
    bins = metrics.reliability(chance, truth)
    assert [one[1] for one in bins] == pytest.approx(mean) and sum(b[0] for b in bins) == 500


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17:857-872 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(
    successes: int, total: int, low: float, high: float
) -> None:
    figure = metrics.wilson(successes, total)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=5e-5)


def test_what_cannot_be_told_is_not_told() -> None:
    assert metrics.wilson(0, 0).value is None
    only = np.array([0.2, 0.7])
    assert np.isnan(metrics.auroc(only, np.array([True, True])))
    assert np.isnan(metrics.calibration_line(only, np.array([True, True]))[0])
    apart = np.array([0.1, 0.2, 0.8, 0.9])
    assert np.isnan(metrics.calibration_line(apart, apart > 0.5)[0])  # no best slope
    assert metrics.resampled(lambda rows: float("nan"), np.arange(4)).value is None


@given(st.integers(0, 1000), st.floats(0.1, 5))
def test_auroc_only_looks_at_the_order(seed: int, power: float) -> None:
    chance, truth = some(seed, 40)
    if truth.any() and not truth.all():
        whole = metrics.auroc(chance, truth)
        assert metrics.auroc(chance**power, truth) == pytest.approx(whole, abs=1e-9)
        assert metrics.auroc(-chance, truth) == pytest.approx(1 - whole)


def test_resampling_patients_gives_wider_intervals_than_resampling_their_images() -> None:
    """Ten images each of twenty patients, all of a patient right or all wrong."""
    right = np.repeat(np.random.default_rng(1).random(20) < 0.7, 10)
    patients = np.repeat(np.arange(20), 10)

    def share(rows: np.ndarray) -> float:
        return float(right[rows].mean())

    by_patient = metrics.resampled(share, patients, rounds=300)
    by_image = metrics.resampled(share, np.arange(200), rounds=300)
    assert by_patient.value == by_image.value
    assert by_patient.high - by_patient.low > 2 * (by_image.high - by_image.low)
    assert by_patient == metrics.resampled(share, patients, rounds=300)  # the same twice
