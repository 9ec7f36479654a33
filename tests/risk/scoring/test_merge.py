"""Merged models score and explain as the mean of the models they were made of."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from cds.risk.scoring import load_scorer
from cds.risk.scoring.contributions import contributions_table
from cds.risk.scoring.merge import merge_models
from cds.risk.scoring.tree_model import parse_tree_model
from tests.risk.scoring.forests import KINDS, Forest, train

FAMILIES = {
    "two seeds": ["missing_values", "dart"],
    "three, one without missing values": ["numeric", "missing_values", "constant_feature"],
    "categories": ["categories_in_sets", "categories_one_by_one"],
    "single leaves among them": ["single_leaves", "numeric", "stumps"],
    "one alone": ["numeric"],
    "twice the same": ["numeric", "numeric"],
}


@pytest.mark.parametrize("members", FAMILIES.values(), ids=FAMILIES)
def test_the_merged_model_is_the_mean(members: list[str]) -> None:
    forests: list[Forest] = [KINDS[name]() for name in members]
    rows = KINDS["missing_values"]().rows[:250]
    text = merge_models([forest.text for forest in forests])
    expected = np.mean([forest.raw(rows) for forest in forests], axis=0)
    explained = np.mean(
        [forest.booster.predict(rows, pred_contrib=True) for forest in forests], axis=0
    )
    scorer = load_scorer(text)
    assert scorer.num_trees == sum(forest.booster.num_trees() for forest in forests)
    np.testing.assert_allclose(scorer.predict_array(rows), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(scorer.contributions_array(rows), explained, rtol=0, atol=1e-12)
    found = contributions_table(parse_tree_model(text), rows)
    np.testing.assert_allclose(found, explained, rtol=0, atol=1e-12)


def test_the_merged_text_lives_on_in_the_package() -> None:
    """The package reads it, writes it and reads that again without a change of a score."""
    forests = [KINDS["missing_values"](), KINDS["dart"]()]
    text = merge_models([forest.text for forest in forests])
    rows = forests[0].rows
    booster = lightgbm.Booster(model_str=text)
    again = lightgbm.Booster(model_str=booster.model_to_string())
    assert np.array_equal(booster.predict(rows), again.predict(rows))


def test_tree_sizes_are_those_of_the_trees() -> None:
    text = merge_models([KINDS["numeric"]().text, KINDS["stumps"]().text])
    header = text[: text.index("Tree=0")]
    sizes = [int(size) for size in header.partition("tree_sizes=")[2].split()]
    place = len(header)
    for number, size in enumerate(sizes):
        assert text.startswith(f"Tree={number}\n", place)
        place += size
    assert text.startswith("end of trees", place)


def test_what_cannot_be_merged_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        merge_models([])
    with pytest.raises(ValueError, match="same inputs"):
        merge_models([KINDS["numeric"]().text, KINDS["stops_early"]().text])
    rows = np.random.default_rng(0).normal(size=(200, 3))
    options = {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}
    with pytest.raises(ValueError, match="average_output"):
        merge_models([train(rows, (rows[:, 0] > 0) * 1.0, **options).text])
