"""Contributions of tables against LightGBM's pred_contrib, and against the definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from cds.risk.scoring import compiled as compiler
from cds.risk.scoring import contributions as module
from cds.risk.scoring import load_scorer
from cds.risk.scoring.contributions import (
    base_value,
    contributions_of,
    contributions_table,
    counts_agree,
)
from cds.risk.scoring.contributions_layout import lay_out
from cds.risk.scoring.tree_model import TreeModel, parse_tree_model
from tests.risk.scoring.forests import KINDS, Forest, train

TOLERANCE = 1e-12


def assert_agrees(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(found - expected).max() <= TOLERANCE * scale


def without_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> None:
        raise AssertionError("LightGBM was asked")

    monkeypatch.setattr(module, "load_scorer", refuse)


# LightGBM's own contributions come apart on it: see below.
LADDER = "seventy_features_on_a_path"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != LADDER])
def test_equal_to_lightgbm(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_fallback(monkeypatch)
    forest = KINDS[kind]()
    assert len(forest.rows) > module.SMALL_TABLE
    found = contributions_table(parse_tree_model(forest.text), forest.rows)
    assert_agrees(found, forest.contributions())
    np.testing.assert_allclose(found.sum(axis=1), forest.raw(), rtol=1e-11, atol=1e-11)


def test_exact_where_lightgbm_is_not() -> None:
    """Sixty-six features on a path: LightGBM divides its way to errors of 0.02 and more."""
    forest = KINDS[LADDER]()
    model = parse_tree_model(forest.text)
    assert lay_out(model).points.max() == 33
    found = contributions_table(model, forest.rows)
    lightgbm_error = np.abs(forest.contributions().sum(axis=1) - forest.raw()).max()
    assert lightgbm_error > 1e-6, "LightGBM has been mended: compare with it again"
    np.testing.assert_allclose(found.sum(axis=1), forest.raw(), rtol=0, atol=1e-14)
    row = int(forest.rows.any(axis=1).argmax())
    expected = leafwise_contributions(model, forest.rows[row])
    np.testing.assert_allclose(found[row, :-1], expected, rtol=0, atol=1e-15)


def leafwise_contributions(model: TreeModel, row: np.ndarray) -> list[float]:
    """Shapley values leaf by leaf, of numeric trees without missing values."""
    total = [0.0] * model.num_features
    for first, last, leaf in zip(
        model.node_start, model.node_start[1:], model.leaf_start, strict=False
    ):
        pending = [(0, {})] if last > first else []
        while pending:
            node, path = pending.pop()
            if node < 0:
                value = float(model.leaf_value[leaf + ~node])
                for feature, (met, share) in path.items():
                    others = [factor for other, factor in path.items() if other != feature]
                    total[feature] += value * (met - share) * mean_over_orders(others)
                continue
            at = first + node
            feature = int(model.split_feature[at])
            goes_left = row[feature] <= model.threshold[at]
            for child, met in (
                (model.left_child[at], goes_left),
                (model.right_child[at], not goes_left),
            ):
                rows = (
                    model.node_count[first + child]
                    if child >= 0
                    else model.leaf_count[leaf + ~child]
                )
                so_far, share = path.get(feature, (1, 1.0))
                step = (so_far * int(met), share * rows / model.node_count[at])
                pending.append((int(child), {**path, feature: step}))
    return total


def mean_over_orders(factors: list[tuple[int, float]]) -> float:
    """Sum over subsets of ``met`` inside and ``share`` outside, each size weighted as Shapley has it.

    Positive terms only, no division: nothing cancels.
    """
    by_size = np.ones(1)
    for met, share in factors:
        by_size = np.append(by_size * share, 0.0) + np.append(0.0, by_size * met)
    count = len(factors)
    weights = [1 / ((count + 1) * math.comb(count, size)) for size in range(count + 1)]
    return float(by_size @ weights)


def expectation(model: TreeModel, row: np.ndarray, known: set[int], node: int = 0) -> float:
    """The path-dependent expectation by its definition, of a numeric one-tree model."""
    if node < 0:
        return float(model.leaf_value[~node])
    left, right = model.left_child[node], model.right_child[node]
    if model.split_feature[node] in known:
        goes_left = row[model.split_feature[node]] <= model.threshold[node]
        return expectation(model, row, known, left if goes_left else right)
    counts = [
        model.node_count[child] if child >= 0 else model.leaf_count[~child]
        for child in (left, right)
    ]
    below = [expectation(model, row, known, child) for child in (left, right)]
    return float(np.dot(counts, below) / sum(counts))


def test_equal_to_the_definition_of_the_shapley_value(monkeypatch: pytest.MonkeyPatch) -> None:
    without_fallback(monkeypatch)
    rows = np.random.default_rng(8).normal(size=(600, 5))
    forest = train(rows, (rows[:, 0] * rows[:, 1] + rows[:, 2] > rows[:, 3]) * 1.0, trees=1)
    model = parse_tree_model(forest.text)
    found = contributions_table(model, rows[:201])
    for number in (0, 7, 100):
        value = {
            subset: expectation(model, rows[number], set(subset))
            for size in range(6)
            for subset in itertools.combinations(range(5), size)
        }
        for feature in range(5):
            shapley = sum(
                math.factorial(len(subset)) * math.factorial(4 - len(subset)) / math.factorial(5)
                * (value[tuple(sorted((*subset, feature)))] - value[subset])
                for subset in value
                if feature not in subset
            )  # fmt: skip
            assert found[number, feature] == pytest.approx(shapley, abs=1e-14)
        assert found[number, -1] == pytest.approx(value[()], abs=1e-14)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    leaves=st.integers(2, 60),
    features=st.integers(1, 9),
    gaps=st.sampled_from([0.0, 0.3, 0.9]),
    zero_as_missing=st.booleans(),
    categories=st.integers(0, 3),
)
def test_random_models_agree_with_lightgbm(
    seed: int, leaves: int, features: int, gaps: float, zero_as_missing: bool, categories: int
) -> None:
    generator = np.random.default_rng(seed)
    rows = np.round(generator.normal(size=(300, features)), 1)
    categories = min(categories, features)
    rows[:, :categories] = generator.integers(0, 40, (300, categories))
    rows[generator.random(rows.shape) < gaps] = np.nan
    forest = train(
        rows, generator.normal(size=300), trees=4, objective="regression", num_leaves=leaves,
        categorical=list(range(categories)), zero_as_missing=zero_as_missing, min_data_in_leaf=1,
        min_data_per_group=1, cat_smooth=1.0, seed=seed % 1000,
    )  # fmt: skip
    model = parse_tree_model(forest.text)
    assert_agrees(contributions_table(model, forest.rows), forest.contributions())


def long(forest: Forest) -> np.ndarray:
    return np.tile(forest.rows, (4, 1))[:1111]


@pytest.mark.parametrize("block", [16, 100, 5000])
@pytest.mark.parametrize("chunk", [77, 10**6])
@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_chunks_and_threads_change_nothing(
    block: int, chunk: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = parse_tree_model(KINDS["missing_values"]().text)
    rows = long(KINDS["missing_values"]())
    expected = contributions_table(model, rows)
    monkeypatch.setattr(module, "_BLOCK_ROWS", block)
    monkeypatch.setattr(module, "_CHUNK_ROWS", chunk)
    assert np.array_equal(contributions_table(model, rows, threads), expected)


@pytest.mark.parametrize("arrange", [np.asfortranarray, lambda rows: np.repeat(rows, 2, 1)[:, ::2]])
def test_any_memory_order_will_do(arrange: object) -> None:
    model = parse_tree_model(KINDS["missing_values"]().text)
    rows = long(KINDS["missing_values"]())
    assert np.array_equal(
        contributions_table(model, arrange(rows)), contributions_table(model, rows)
    )


@pytest.mark.parametrize("count", [0, 1, 200, 201])
def test_small_tables_are_left_to_lightgbm_and_agree(count: int) -> None:
    forest = KINDS["categories_in_sets"]()
    rows = forest.rows[:count]
    found = contributions_table(parse_tree_model(forest.text), rows)
    expected = load_scorer(forest.text).contributions_array(rows)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_lightgbm_steps_in_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    forest = KINDS["numeric"]()
    found = contributions_table(parse_tree_model(forest.text), forest.rows)
    assert np.array_equal(found, forest.contributions())


def test_lightgbm_steps_in_where_counts_do_not_add_up() -> None:
    forest = KINDS["stumps"]()
    text = forest.text.replace("internal_count=1500", "internal_count=1700", 1)
    assert text != forest.text
    model = parse_tree_model(text)
    assert not counts_agree(model)
    expected = load_scorer(text).contributions_array(forest.rows)
    assert np.array_equal(contributions_table(model, forest.rows), expected)


def test_a_scorer_is_enough() -> None:
    forest = KINDS["missing_values"]()
    scorer = load_scorer(forest.text)
    assert_agrees(contributions_of(scorer, forest.rows), forest.contributions())
    assert_agrees(contributions_of(scorer, forest.rows[:3]), forest.contributions()[:3])


def test_linear_trees_are_refused_by_lightgbm_too() -> None:
    rows = np.random.default_rng(0).normal(size=(400, 3))
    text = train(rows, rows[:, 0], objective="regression", linear_tree=True).text
    with pytest.raises(ValueError, match="LightGBM refused"):
        contributions_of(load_scorer(text), rows)


@pytest.mark.parametrize("shape", [(300,), (300, 7), (300, 9)])
def test_rows_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    model = parse_tree_model(KINDS["numeric"]().text)
    with pytest.raises(ValueError, match="expected"):
        contributions_table(model, np.zeros(shape))


def test_the_base_value_is_the_mean_score_of_the_training_rows() -> None:
    forest = KINDS["numeric"]()
    model = parse_tree_model(forest.text)
    assert base_value(model) == pytest.approx(forest.contributions()[0, -1], abs=1e-14)


def test_without_a_writable_cache_the_code_is_compiled_for_this_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse_to_cache(cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(**options)

    monkeypatch.setattr(compiler, "_compile", refuse_to_cache)
    twice = compiler.compiled(lambda number: 2 * number)
    assert twice(21) == 42
