"""The card: every TRIPOD+AI item, figures from the training, honest about ties."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from cds.risk.card import HowMade, write_card
from cds.risk.metrics import Estimate
from cds.risk.recipe.parse import parse_recipe
from cds.risk.train import fit_plan, train
from tests.risk.small_hospital import RECIPE, rows


@pytest.fixture(scope="module")
def card(trained):
    return (trained[1] / "card.md").read_text("utf-8")


SECTIONS = [
    "中文摘要", "Purpose", "Source of data", "Participants", "Outcome", "Predictors",
    "Missing data", "Model", "Protocol", "Results", "Calibration", "Use at thresholds",
    "Subgroups", "A site left out", "Records with less in them", "Interval and prediction set",
    "Limits", "How it was made",
]  # fmt: skip


def test_every_item_is_there_in_order(card):
    assert re.findall(r"^## (.*)$", card, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize(
    "words",
    [
        "death in hospital", "院内死亡", "Not for:", "Any patient.", "CC0", "Nobody 2026",
        "Not medically validated", "未经医学验证", "test ward (3 rows)", "`days_dead` (tells the outcome)",
        "age 18 to 110", "heart_rate 1", "`pulse`", "mg/dL", "3-fold cross-validation, repeated 2 times",
        "a higher age never lowers the risk", "without a laboratory", "It is invented.",
        "Seed: 3", "trained on CPU", "LightGBM", "20 bootstrap resamples of patients",
        "The leak check",
    ],
)  # fmt: skip
def test_the_card_says(card, words):
    assert words in card


def test_figures_are_those_of_the_training(trained, card):
    results = trained[0].results
    for name in ("auroc", "brier", "slope"):
        assert results.model.measures[name].text() in card
        assert results.comparator.measures[name].text() in card
    for row in results.subgroups:
        assert f"| {row.variable} | {row.level} | {row.rows} | {row.events} |" in card


def test_nothing_of_this_computer_is_in_the_card(trained, card):
    assert str(trained[1].parent) not in card
    assert "nan" not in card.lower().replace("ordinance", "")


@pytest.mark.parametrize(
    ("auroc", "words", "zh"),
    [
        (Estimate(0.02, 0.01, 0.03), "This model discriminates better", "本模型区分度更好"),
        (Estimate(0.00, -0.01, 0.01), "**Logistic regression ties**", "差异在随机误差之内"),
        (Estimate(-0.02, -0.03, -0.01), "**Logistic regression wins**", "逻辑回归区分度更好"),
    ],
)
def test_the_card_says_when_logistic_regression_ties_or_wins(tmp_path, auroc, words, zh):
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE, encoding="utf-8")
    recipe = parse_recipe(path)
    small = rows(100)
    plan = replace(fit_plan(recipe), rounds=5, boosters=1)
    model = train(recipe, small, plan=plan, resamples=2)
    comparison = replace(model.results.comparison, auroc=auroc)
    model = replace(model, results=replace(model.results, comparison=comparison))
    text = write_card(recipe, model, HowMade(command="cds train", device="trained on CPU"))
    assert words in text
    assert zh in text


def test_a_stated_prevalence_is_explained(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE.replace("folds = 3", "prevalence = 0.1\nfolds = 3"), encoding="utf-8")
    recipe = parse_recipe(path)
    plan = replace(fit_plan(recipe), rounds=5, boosters=1)
    model = train(recipe, rows(100), plan=plan, resamples=2)
    text = write_card(recipe, model, HowMade(command="cds train", device="trained on CPU"))
    assert "Risks are corrected to a prevalence of 10.0 %" in text
    assert f"moved by {model.prior_shift:+.3f}" in text
    assert np.sign(model.prior_shift) == -1
