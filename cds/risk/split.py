"""Divide rows for judging a model: no patient is ever on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def number_groups(groups: Sequence[object] | NDArray[np.generic]) -> Ints:
    """Number patients 0, 1, 2 … by first appearance; shape (rows,)."""
    numbers: dict[object, int] = {}
    values = groups.tolist() if isinstance(groups, np.ndarray) else groups
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def grouped_stratified_folds(outcome: Floats, groups: Ints, *, folds: int, seed: int) -> Ints:
    """The fold (0 … folds − 1) of each row.

    All rows of a patient share a fold, and folds have nearly equal numbers of
    patients, rows and outcomes: patients are ordered by how many outcomes and
    rows they have, ties at random, and dealt out in blocks of one a fold, each
    block in a random order. Raises ValueError with fewer patients than folds.
    """
    patients = int(groups.max()) + 1
    if patients < folds:
        raise ValueError(f"{patients} patients cannot be divided into {folds} folds")
    random = np.random.default_rng(seed)
    events = np.bincount(groups, weights=outcome, minlength=patients)
    rows = np.bincount(groups, minlength=patients)
    order = np.lexsort((random.permutation(patients), rows, events))
    blocks = -(-patients // folds)
    dealt = random.permuted(np.tile(np.arange(folds), (blocks, 1)), axis=1).ravel()
    fold_of_patient = np.empty(patients, dtype=np.int64)
    # From the patients with most outcomes down: the incomplete block, which
    # leaves some folds one patient short, then falls on those without any.
    fold_of_patient[order[::-1]] = dealt[:patients]
    return fold_of_patient[groups]


def repeated_folds(
    outcome: Floats, groups: Ints, *, folds: int, repeats: int, seed: int
) -> list[Ints]:
    """Independent divisions into folds, one a repeat, all from one seed."""
    return [
        grouped_stratified_folds(outcome, groups, folds=folds, seed=seed * 1000 + repeat)
        for repeat in range(repeats)
    ]


def leave_one_out(labels: Sequence[object], groups: Ints) -> Iterator[tuple[str, Mask, Mask]]:
    """For each label (a site, say): its name, its rows, and the rows to learn from.

    Rows of patients who also appear under the label are in neither part: they
    may not teach about themselves. Labels come in sorted order; None has no turn.
    """
    names = np.array(["" if label is None else str(label) for label in labels])
    for name in sorted(set(names.tolist()) - {""}):
        held = names == name
        seen = np.zeros(int(groups.max()) + 1, dtype=bool)
        seen[groups[held]] = True
        yield name, held, ~seen[groups]
