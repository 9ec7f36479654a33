"""The distance from the training images: refuses what lies elsewhere, keeps what does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import InputError
from cds.imaging.gate import fit_gate, gate_bytes, ledoit_wolf, read_gate


def normal(count: int, size: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(size, size))
    return rng.normal(size=(count, size)) @ mixing + 3.0


@pytest.mark.parametrize("count", [60, 400])
def test_the_wanted_share_of_fresh_good_images_is_within(count: int) -> None:
    fresh = normal(4000, 12, seed=5000)
    within = []
    for seed in range(20):
        fitted = fit_gate(normal(count, 12, seed), 0.95)
        within.append((fitted.statistics.distances(fresh) <= fitted.threshold).mean())
    assert np.mean(within) == pytest.approx(0.95, abs=0.015)


def test_shifted_images_are_beyond_although_each_feature_is_usual() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=500)
    good = np.stack([first, first + rng.normal(0, 0.1, 500)], axis=1)
    fitted = fit_gate(good, 0.99)
    assert fitted.statistics.distances(np.array([[1.0, -1.0]]))[0] > 3 * fitted.threshold
    assert fitted.statistics.distances(np.array([[1.0, 1.0]]))[0] < fitted.threshold


def test_class_means_measure_to_the_nearest() -> None:
    rng = np.random.default_rng(0)
    classes = np.repeat(["a", "b"], 200)
    rows = rng.normal(0, 1, (400, 3)) + np.where(classes == "a", 0.0, 30.0)[:, None]
    between = np.full((1, 3), 15.0)
    together = fit_gate(rows, 0.95)
    apart = fit_gate(rows, 0.95, classes=classes)
    assert apart.statistics.means.shape == (2, 3)
    assert together.statistics.distances(between)[0] < together.threshold
    assert apart.statistics.distances(between)[0] > apart.threshold


def test_judged_by_images_that_were_not_trained_on() -> None:
    fitted = fit_gate(normal(200, 5), 0.9, judged=normal(300, 5, seed=3))
    within = fitted.statistics.distances(normal(300, 5, seed=3)) <= fitted.threshold
    assert within.mean() == pytest.approx(0.9, abs=0.01)


def test_what_is_no_number_is_infinitely_far() -> None:
    fitted = fit_gate(normal(100, 4))
    rows = np.array([[np.nan, 0, 0, 0], [np.inf, 0, 0, 0]])
    assert np.isinf(fitted.statistics.distances(rows)).all()


@pytest.mark.parametrize(
    ("rows", "words"),
    [(np.ones((9, 2)), "10 or more"), (np.full((20, 2), np.nan), "not finite")],
)
def test_features_that_make_no_gate(rows: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit_gate(rows)


def test_written_and_read_again() -> None:
    fitted = fit_gate(normal(100, 6))
    read = read_gate(gate_bytes(fitted.statistics), "gate.npz")
    rows = normal(20, 6, seed=9)
    np.testing.assert_allclose(read.distances(rows), fitted.statistics.distances(rows), rtol=1e-3)
    with pytest.raises(InputError, match="of 6 features and the graph gives 5"):
        read.distances(rows[:, :5])
    for content in (b"", b"PK\x03\x04", gate_bytes(fitted.statistics)[:-40]):
        with pytest.raises(InputError, match="not a gate's file"):
            read_gate(content, "gate.npz")


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(1, 30), st.integers(0, 99))
def test_the_shrunk_covariance_is_sound(count: int, size: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(count, size))
    centred = rows - rows.mean(axis=0)
    shrunk = ledoit_wolf(centred)
    np.testing.assert_allclose(shrunk, shrunk.T, atol=1e-12)
    # Shrinking towards the identity keeps the trace (the mean of the variances).
    assert np.trace(shrunk) == pytest.approx(np.trace(centred.T @ centred / count))
    assert np.linalg.eigvalsh(shrunk)[0] >= -1e-12


def test_the_shrunk_covariance_is_that_of_the_paper() -> None:
    """Equations (9) to (14) of Ledoit and Wolf 2004, one image at a time."""
    rows = normal(30, 10)
    centred = rows - rows.mean(axis=0)
    count, size = centred.shape
    sample = centred.T @ centred / count
    identity = np.eye(size)

    def norm(matrix: np.ndarray) -> float:
        return float(np.trace(matrix @ matrix.T)) / size

    middle = float(np.trace(sample)) / size
    away = norm(sample - middle * identity)
    error = sum(norm(np.outer(row, row) - sample) for row in centred) / count**2
    share = min(error, away) / away
    expected = share * middle * identity + (1 - share) * sample
    np.testing.assert_allclose(ledoit_wolf(centred), expected, rtol=1e-9)
