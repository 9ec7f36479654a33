"""The parser of LightGBM's text: its arrays answer as LightGBM does, and bad text is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cds.risk.scoring.tree_model import (
    MISSING_NAN,
    MISSING_NONE,
    MISSING_ZERO,
    ZERO_THRESHOLD,
    ModelTextError,
    TreeModel,
    parse_tree_model,
)
from tests.risk.scoring.forests import KINDS, train


def goes_left(model: TreeModel, node: int, value: float) -> bool:
    """LightGBM's decision as its documentation has it, one value at a time."""
    if model.is_categorical[node]:
        if not -1 < value < 32 * model.category_length[node]:
            return False
        word, bit = divmod(int(value), 32)
        return bool(model.category_words[model.category_start[node] + word] >> bit & 1)
    missing = model.missing_type[node]
    if math.isnan(value) and missing != MISSING_NAN:
        value = 0.0
    is_zero = abs(value) <= ZERO_THRESHOLD
    if (missing == MISSING_ZERO and is_zero) or (missing == MISSING_NAN and math.isnan(value)):
        return bool(model.default_left[node])
    return value <= float(model.threshold[node])


def score(model: TreeModel, row: list[float]) -> float:
    total = 0.0
    for first, last, leaf in zip(
        model.node_start, model.node_start[1:], model.leaf_start, strict=False
    ):
        node = 0 if last > first else -1
        while node >= 0:
            at = first + node
            left = goes_left(model, at, row[model.split_feature[at]])
            node = int(model.left_child[at] if left else model.right_child[at])
        total += float(model.leaf_value[leaf + ~node])
    return total


@pytest.mark.parametrize("kind", KINDS)
def test_the_arrays_score_as_lightgbm_does(kind: str) -> None:
    forest = KINDS[kind]()
    model = parse_tree_model(forest.text)
    rows = forest.rows[:40]
    found = [score(model, row) for row in rows.tolist()]
    np.testing.assert_allclose(found, forest.raw(rows), rtol=1e-13, atol=1e-13)


def test_the_kinds_cover_every_way_to_be_missing_and_wide_category_sets() -> None:
    models = [parse_tree_model(kind().text) for kind in KINDS.values()]
    seen = {int(value) for model in models for value in model.missing_type[~model.is_categorical]}
    assert seen == {MISSING_NONE, MISSING_ZERO, MISSING_NAN}
    assert max(model.category_length.max(initial=0) for model in models) > 1
    for model in models:
        assert model.num_trees == len(model.leaf_start) - 1


def test_feature_names_are_kept() -> None:
    assert parse_tree_model(KINDS["stumps"]().text).feature_names[:2] == ("Column_0", "Column_1")


def broken(old: str, new: str) -> str:
    text = KINDS["stumps"]().text
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lambda: "", "must start with the line 'tree'"),
        (lambda: "tree\nversion=v4", "must start with the line 'tree'"),
        (lambda: broken("num_tree_per_iteration=1", "num_tree_per_iteration=3"), "several outputs"),
        (lambda: broken("num_leaves=2", "num_leaves=3"), "tree 0 .* expected 2"),
        (lambda: broken("left_child=-1", "left_child=5"), "children are wrong"),
        (lambda: broken("left_child=-1", "left_child=-2"), "children are wrong"),
        (lambda: broken("split_feature=", "split_feature=9"), "does not have"),
        (lambda: broken("threshold=", "threshold=x"), "tree 0"),
        (lambda: broken("leaf_value=", "leaves="), "tree 0 .*leaf_value"),
        (lambda: broken("max_feature_idx=7", "max_feature_idx=8"), "names 8 features"),
        (lambda: broken("is_linear=0", "is_linear=1"), "linear"),
    ],
)
def test_a_text_that_cannot_be_scored_is_refused(text: object, message: str) -> None:
    with pytest.raises(ModelTextError, match=message):
        parse_tree_model(text())


def test_random_forests_are_refused() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 3))
    forest = train(
        rows, (rows[:, 0] > 0) * 1.0, boosting="rf", bagging_fraction=0.5, bagging_freq=1
    )
    with pytest.raises(ModelTextError, match="average_output"):
        parse_tree_model(forest.text)
