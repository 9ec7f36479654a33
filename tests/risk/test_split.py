"""Folds: no patient on both sides, and no fold short of outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.risk.split import (
    grouped_stratified_folds,
    leave_one_out,
    number_groups,
    repeated_folds,
)


@given(
    rows=st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=40, max_size=200),
    folds=st.integers(2, 5),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_a_patient_is_in_one_fold_only(rows, folds, seed):
    groups = number_groups([group for group, _ in rows])
    outcome = np.array([float(value) for _, value in rows])
    if groups.max() + 1 < folds:
        return
    fold_of = grouped_stratified_folds(outcome, groups, folds=folds, seed=seed)
    for patient in range(groups.max() + 1):
        assert len(set(fold_of[groups == patient])) == 1
    assert set(fold_of) == set(range(folds))


@pytest.mark.parametrize("rows_a_patient", [1, 4])
def test_folds_have_nearly_equal_numbers_of_rows_and_outcomes(rows_a_patient):
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(503), rows_a_patient)
    outcome = (random.random(len(groups)) < 0.1).astype(float)
    fold_of = grouped_stratified_folds(outcome, groups, folds=5, seed=3)
    rows = np.bincount(fold_of)
    events = np.bincount(fold_of, weights=outcome)
    assert rows.max() - rows.min() <= rows_a_patient
    assert events.max() - events.min() <= max(2, 0.1 * events.mean())


def test_the_same_seed_gives_the_same_folds_and_repeats_differ():
    outcome = np.tile([0.0, 1.0], 50)
    groups = np.arange(100)
    first = repeated_folds(outcome, groups, folds=5, repeats=3, seed=7)
    again = repeated_folds(outcome, groups, folds=5, repeats=3, seed=7)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])


def test_too_few_patients_for_the_folds_is_an_error():
    with pytest.raises(ValueError, match="3 patients cannot be divided into 5 folds"):
        grouped_stratified_folds(np.zeros(6), np.repeat([0, 1, 2], 2), folds=5, seed=0)


def test_leaving_a_site_out_leaves_its_patients_out_of_training_everywhere():
    sites = ["north", "north", "south", "south", None]
    patients = np.array([0, 1, 1, 2, 3])  # patient 1 was in both
    turns = {name: (held.tolist(), learn.tolist()) for name, held, learn in
             leave_one_out(sites, patients)}  # fmt: skip
    assert turns["north"] == ([1, 1, 0, 0, 0], [0, 0, 0, 1, 1])
    assert turns["south"] == ([0, 0, 1, 1, 0], [1, 0, 0, 0, 1])
    assert set(turns) == {"north", "south"}


def test_groups_are_numbered_by_first_appearance():
    assert number_groups(["b", "a", "b", None]).tolist() == [0, 1, 0, 2]
