"""Logistic regression, the model to beat, judged on the same folds.

Numbers: the training part's median where missing, an indicator of missingness,
standardised. Categories: one column a level. The ridge penalty is the best of
five on a fifth of the training patients, so that the comparison is not won
against an overfitted straw man. Very large tables are learnt from a random
200,000 rows, of which a regression with a few hundred coefficients needs far
fewer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cds.risk.calibrator_fit import logistic_fit
from cds.risk.split import grouped_stratified_folds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_ROWS = 200_000
MOST_ROWS_FOR_PENALTY = 20_000
MOST_LEVELS = 30
PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)


class Standardiser:
    """Turns inputs (rows, features; NaN missing) into regression columns.

    Everything it knows (medians, scales, levels) comes from the rows it is made
    with; ``categorical`` names columns whose values are codes.
    """

    def __init__(self, inputs: Floats, categorical: Sequence[int]) -> None:
        """Learn medians, scales and levels from these rows."""
        self._levels = {column: _levels(inputs[:, column]) for column in categorical}
        self._numbers = [c for c in range(inputs.shape[1]) if c not in self._levels]
        numbers = inputs[:, self._numbers]
        known = ~np.isnan(numbers)
        self._median = np.array(
            [np.median(numbers[known[:, c], c]) if known[:, c].any() else 0.0
             for c in range(numbers.shape[1])]
        )  # fmt: skip
        self._indicated = (~known).any(axis=0) & known.any(axis=0)
        columns = self._columns(inputs)
        self._mean = columns.mean(axis=0)
        scale = columns.std(axis=0)
        self._scale = np.where(scale > 1e-9, scale, 1.0)
        self._varies = scale > 1e-9

    def apply(self, inputs: Floats) -> Floats:
        """Regression columns, the first one constant; shape (rows, columns)."""
        columns = (self._columns(inputs) - self._mean) / self._scale
        # A value far outside what was learnt from must not decide alone.
        columns = np.clip(columns[:, self._varies], -8.0, 8.0)
        return np.column_stack([np.ones(len(inputs)), columns])

    def _columns(self, inputs: Floats) -> Floats:
        numbers = inputs[:, self._numbers]
        missing = np.isnan(numbers)
        parts = [np.where(missing, self._median, numbers), missing[:, self._indicated]]
        for column, levels in self._levels.items():
            parts.append(inputs[:, [column]] == levels[None, :])
        return np.hstack(parts).astype(np.float64)


def logistic_regression(
    inputs: Floats,
    outcome: Floats,
    groups: Ints,
    new_inputs: Floats,
    *,
    categorical: Sequence[int] = (),
    seed: int = 0,
) -> Floats:
    """Learn from some rows, and give the log-odds of new ones; shape (new rows,)."""
    random = np.random.default_rng(seed)
    if len(outcome) > MOST_ROWS:
        chosen = np.sort(random.choice(len(outcome), MOST_ROWS, replace=False))
        inputs, outcome, groups = inputs[chosen], outcome[chosen], groups[chosen]
    penalty = _best_penalty(inputs, outcome, groups, categorical, seed)
    standardiser = Standardiser(inputs, categorical)
    coefficients = _fit(standardiser.apply(inputs), outcome, penalty)
    return np.asarray(standardiser.apply(new_inputs) @ coefficients)


def out_of_fold_logistic(
    inputs: Floats,
    outcome: Floats,
    groups: Ints,
    fold_of: Ints,
    *,
    categorical: Sequence[int] = (),
    seed: int = 0,
) -> Floats:
    """Log-odds of every row from a regression that saw no row of its fold."""
    log_odds = np.empty(len(outcome))
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        log_odds[held] = logistic_regression(
            inputs[~held],
            outcome[~held],
            groups[~held],
            inputs[held],
            categorical=categorical,
            seed=seed,
        )
    return log_odds


def _best_penalty(
    inputs: Floats, outcome: Floats, groups: Ints, categorical: Sequence[int], seed: int
) -> float:
    if len(outcome) > MOST_ROWS_FOR_PENALTY:
        random = np.random.default_rng(seed)
        chosen = np.sort(random.choice(len(outcome), MOST_ROWS_FOR_PENALTY, replace=False))
        inputs, outcome, groups = inputs[chosen], outcome[chosen], groups[chosen]
    numbered = np.unique(groups, return_inverse=True)[1]
    held = grouped_stratified_folds(outcome, numbered, folds=5, seed=seed) == 0
    standardiser = Standardiser(inputs[~held], categorical)
    learn, judge = standardiser.apply(inputs[~held]), standardiser.apply(inputs[held])

    def loss(penalty: float) -> float:
        log_odds = judge @ _fit(learn, outcome[~held], penalty)
        return float((np.logaddexp(0.0, log_odds) - outcome[held] * log_odds).mean())

    return min(PENALTIES, key=loss)


def _fit(columns: Floats, outcome: Floats, penalty: float) -> Floats:
    return logistic_fit(columns, outcome, ridge=penalty)


def _levels(codes: Floats) -> Floats:
    levels, counts = np.unique(codes[~np.isnan(codes)], return_counts=True)
    return np.asarray(levels[np.argsort(-counts, kind="stable")][:MOST_LEVELS])
