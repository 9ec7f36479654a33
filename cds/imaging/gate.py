"""How far an image lies from the training images: the Mahalanobis distance of its features.

Lee et al., "A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial
Attacks", NeurIPS 2018: class means with one covariance, the smallest distance counts. The
covariance is shrunk as Ledoit and Wolf do ("A well-conditioned estimator for large-dimensional
covariance matrices", J. Multivariate Analysis 88, 2004), so that few images suffice.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place

GATE: Final = "gate.npz"
_FOLDS: Final = 5

Features = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GateStatistics:
    """``means``: (classes, features). ``whitening``: (features, k); distances are Euclidean
    after it."""

    means: Features
    whitening: Features

    def distances(self, features: NDArray[Any]) -> Features:
        """(n, features) → (n,) distances to the nearest mean; infinite where not finite."""
        rows = np.asarray(features, dtype=np.float64).reshape(len(features), -1)
        if rows.shape[1] != self.means.shape[1]:
            raise InputError(
                f"the gate's statistics are of {self.means.shape[1]} features and the graph gives "
                f"{rows.shape[1]}; expected the same model"
            )
        with np.errstate(all="ignore"):
            there = [((rows - mean) @ self.whitening) for mean in self.means]
            squares = np.min([np.einsum("ij,ij->i", one, one) for one in there], axis=0)
        return np.where(np.isfinite(squares), np.sqrt(squares), np.inf)


@dataclass(frozen=True, slots=True)
class FittedGate:
    """The statistics, and the distance within which ``accepted`` of good images lie."""

    statistics: GateStatistics
    threshold: float
    accepted: float


def fit_gate(
    features: NDArray[Any],
    accepted: float = 0.95,
    *,
    classes: NDArray[Any] | None = None,
    judged: NDArray[Any] | None = None,
) -> FittedGate:
    """Statistics of the training images' ``features`` (n, d) and the threshold.

    ``classes`` (n,): one mean a class. The threshold is the ``accepted`` quantile of the
    distances of ``judged`` (m, d), good images that were not trained on; without them, of
    the images themselves, each fifth measured by the statistics of the others. Raises
    InputError for fewer than 10 images or features that are not finite.
    """
    rows = np.asarray(features, dtype=np.float64).reshape(len(features), -1)
    if len(rows) < 10:
        raise InputError(f"there are {len(rows)} images; a gate needs 10 or more")
    if not np.isfinite(rows).all():
        raise InputError("the features of some images are not finite numbers")
    groups = np.zeros(len(rows), dtype=np.int64)
    if classes is not None:
        groups = np.unique(np.asarray(classes), return_inverse=True)[1].reshape(-1)
    statistics = _statistics(rows, groups)
    if judged is not None:
        distances = statistics.distances(judged)
    else:
        fold = np.random.default_rng(0).permutation(len(rows)) % _FOLDS
        distances = np.empty(len(rows))
        for number in range(_FOLDS):
            out = fold == number
            distances[out] = _statistics(rows[~out], groups[~out]).distances(rows[out])
    # The rank that a fresh image is within as often as asked (split conformal prediction).
    rank = min(1.0, accepted * (len(distances) + 1) / len(distances))
    return FittedGate(statistics, float(np.quantile(distances, rank, method="higher")), accepted)


def gate_bytes(statistics: GateStatistics) -> bytes:
    """The content of ``gate.npz``: ``mean`` (classes, features), ``whitening`` (features, k)."""
    stream = io.BytesIO()
    np.savez(
        stream,
        mean=statistics.means.astype(np.float32),
        whitening=statistics.whitening.astype(np.float32),
    )
    return stream.getvalue()


def read_gate(content: bytes, source: str) -> GateStatistics:
    """The statistics in ``gate.npz``; raises InputError where it is not one."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            means = np.atleast_2d(np.asarray(arrays["mean"], dtype=np.float64))
            whitening = np.asarray(arrays["whitening"], dtype=np.float64)
    except Exception as error:
        raise InputError(
            "is not a gate's file; expected arrays 'mean' and 'whitening'", Place(source)
        ) from error
    sound = means.ndim == 2 and whitening.ndim == 2 and means.shape[1] == whitening.shape[0]
    if not sound or not (np.isfinite(means).all() and np.isfinite(whitening).all()):
        raise InputError(
            f"has arrays of {means.shape} and {whitening.shape}; expected finite numbers, "
            "(classes, features) and (features, k)",
            Place(source),
        )
    return GateStatistics(means, whitening)


def _statistics(rows: Features, groups: NDArray[np.int64]) -> GateStatistics:
    present = np.unique(groups)
    means = np.stack([rows[groups == group].mean(axis=0) for group in present])
    centred = rows - means[np.searchsorted(present, groups)]
    values, vectors = np.linalg.eigh(ledoit_wolf(centred))
    # A direction without any spread would make every distance infinite.
    floor = max(float(values[-1]), 1e-12) * 1e-9
    return GateStatistics(means, vectors / np.sqrt(np.maximum(values, floor)))


def ledoit_wolf(centred: Features) -> Features:
    """The shrunk covariance of centred rows (n, d), towards a multiple of the identity.

    Ledoit and Wolf 2004, equations 9-14 (lemma 3.2 and theorem 3.2).
    """
    count, dimensions = centred.shape
    sample = centred.T @ centred / count
    average = np.trace(sample) / dimensions
    distance = float(np.sum((sample - average * np.eye(dimensions)) ** 2))
    squares = np.einsum("ij,ij->i", centred, centred)
    error = float(np.sum(squares**2) / count - np.sum(sample**2)) / count
    share = min(max(error, 0.0) / distance, 1.0) if distance > 0 else 1.0
    shrunk: Features = (1 - share) * sample + share * average * np.eye(dimensions)
    return shrunk
