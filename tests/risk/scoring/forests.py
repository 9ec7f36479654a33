"""LightGBM models of every kind that the scoring code must understand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import lightgbm
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """A trained model and rows to score with it."""

    booster: lightgbm.Booster
    rows: Floats

    @property
    def text(self) -> str:
        return self.booster.model_to_string()

    def raw(self, rows: Floats | None = None) -> Floats:
        return self.booster.predict(
            self.rows if rows is None else rows, raw_score=True, num_threads=1
        )

    def contributions(self) -> Floats:
        return self.booster.predict(self.rows, pred_contrib=True, num_threads=1)


def train(
    rows: Floats,
    outcome: Floats,
    trees: int = 20,
    categorical: list[int] | None = None,
    scored: Floats | None = None,
    **parameters: object,
) -> Forest:
    options = {
        "objective": "binary",
        "verbosity": -1,
        "num_threads": 1,
        "min_data_in_leaf": 5,
        "seed": 1,
        **parameters,
    }
    data = lightgbm.Dataset(
        rows, outcome, categorical_feature=categorical or [], params={"verbosity": -1}
    )
    booster = lightgbm.train(options, data, trees)
    return Forest(booster, rows[:400] if scored is None else scored)


def _numbers(count: int = 1500, features: int = 8, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, features))


def _outcome(rows: Floats, seed: int = 1) -> Floats:
    known = np.nan_to_num(rows)
    noise = np.random.default_rng(seed).normal(size=len(rows))
    score = known[:, 0] * known[:, 1] + np.sin(2 * known[:, 2]) + known[:, -1] + noise
    return (score > np.median(score)).astype(float)


def _with_gaps(rows: Floats, share: float = 0.2) -> Floats:
    gaps = np.random.default_rng(7).random(rows.shape) < share
    return np.where(gaps, np.nan, rows)


def numeric() -> Forest:
    rows = _numbers()
    return train(rows, _outcome(rows), num_leaves=31)


def missing_values() -> Forest:
    rows = _with_gaps(_numbers())
    return train(rows, _outcome(rows), num_leaves=31)


def missing_only_when_scored() -> Forest:
    rows = _numbers()
    return train(rows, _outcome(rows), scored=_with_gaps(rows)[:400])


def missing_not_used() -> Forest:
    rows = _with_gaps(_numbers())
    return train(rows, _outcome(rows), use_missing=False)


def zero_as_missing() -> Forest:
    rows = np.maximum(_with_gaps(_numbers(), 0.1), 0.0)
    rows[:4, 0] = [1e-36, -1e-36, 1e-300, -0.0]
    return train(rows, _outcome(rows), zero_as_missing=True)


def categories_one_by_one() -> Forest:
    rows = _numbers()
    rows[:, 0] = np.floor(3 * np.abs(rows[:, 0])) % 4
    rows[:, 1] = np.floor(5 * np.abs(rows[:, 1])) % 3
    scored = rows[:400].copy()
    scored[:40:5, 0] = [np.nan, -1, -0.5, 3.7, 77, 1e12, np.inf, -np.inf]
    return train(
        rows, _outcome(rows), categorical=[0, 1], scored=scored, max_cat_to_onehot=8, cat_smooth=1
    )


def categories_in_sets() -> Forest:
    rows = _with_gaps(_numbers(3000))
    rows[:, 0] = np.random.default_rng(3).integers(0, 90, len(rows))
    rows[:, 1] = np.where(np.isnan(rows[:, 1]), np.nan, np.floor(10 * np.abs(rows[:, 1])))
    outcome = _outcome(np.column_stack([rows[:, 0] % 3 - 1, rows[:, 2:]]))
    scored = rows[:400].copy()
    scored[:40:5, 0] = [np.nan, -1, -0.5, 95, 96, 1e300, np.inf, -np.inf]
    return train(
        rows, outcome, categorical=[0, 1], scored=scored, num_leaves=40, cat_smooth=1,
        min_data_per_group=5,
    )  # fmt: skip


def deep_and_unbalanced() -> Forest:
    rows = _with_gaps(_numbers(3000, 60), 0.1)
    return train(
        rows, _outcome(rows), trees=5, num_leaves=255, max_depth=-1, min_data_in_leaf=1,
        min_sum_hessian_in_leaf=0.0, feature_fraction=0.3, scored=rows[:250],
    )  # fmt: skip


def seventy_features_on_a_path() -> Forest:
    """A ladder: each feature matters only where all before it were low."""
    generator = np.random.default_rng(5)
    rows = (generator.random((6000, 70)) < 0.06).astype(float)
    place = np.where(rows.any(axis=1), rows.argmax(axis=1), 70)
    return train(
        rows, 0.9**place, trees=2, num_leaves=71, objective="regression",
        min_data_in_leaf=1, scored=rows[:250],
    )  # fmt: skip


def stumps() -> Forest:
    rows = _with_gaps(_numbers())
    return train(rows, _outcome(rows), num_leaves=2)


def single_leaves() -> Forest:
    """Nothing to split on: LightGBM keeps the mean alone."""
    rows = _numbers(300)
    return train(np.zeros_like(rows), _outcome(rows), scored=rows)


def stops_early() -> Forest:
    """The first trees have splits; the last is a single leaf."""
    rows = _numbers(300, 3)
    outcome = (rows[:, 0] > 0).astype(float)
    return train(rows, outcome, trees=60, learning_rate=1.0, min_data_in_leaf=30)


def constant_feature() -> Forest:
    rows = _with_gaps(_numbers())
    rows[:, 3] = 4.0
    return train(rows, _outcome(rows))


def dart() -> Forest:
    rows = _with_gaps(_numbers())
    return train(rows, _outcome(rows), boosting="dart")


def regression() -> Forest:
    rows = _with_gaps(_numbers())
    target = 1000 + 300 * np.nan_to_num(rows[:, 0]) * np.nan_to_num(rows[:, 1])
    return train(rows, target, objective="regression")


KINDS: dict[str, Callable[[], Forest]] = {
    kind.__name__: cache(kind)
    for kind in (
        numeric,
        missing_values,
        missing_only_when_scored,
        missing_not_used,
        zero_as_missing,
        categories_one_by_one,
        categories_in_sets,
        deep_and_unbalanced,
        seventy_features_on_a_path,
        stumps,
        single_leaves,
        stops_early,
        constant_feature,
        dart,
        regression,
    )
}
