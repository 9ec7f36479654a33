"""Training: the same seed gives the same bytes, nothing of a patient leaks, figures are honest."""

from __future__ import annotations

import json
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from cds.errors import InputError
from cds.risk.boosting import FitPlan, Mask, fit, normalised_text
from cds.risk.calibrator_apply import logit
from cds.risk.calibrator_fit import apply_to_array
from cds.risk.cross_validation import left_out_sites, out_of_fold
from cds.risk.devices import probe_device
from cds.risk.metrics import SortedScores
from cds.risk.recipe.parse import parse_recipe
from cds.risk.split import repeated_folds
from cds.risk.store import load_predictor
from cds.risk.train import TrainingRows, fit_plan, reference_values, train
from cds.risk.train_recipe import train_recipe
from tests.risk.small_hospital import NAMES, RECIPE, rows, write_hospital

ROWS = rows()
PLAN = FitPlan(
    names=NAMES,
    params={"num_leaves": 4, "learning_rate": 0.1, "bagging_fraction": 0.8, "bagging_freq": 1},
    rounds=30,
    boosters=2,
    categorical=(3,),
)


def recipe_with(tmp_path, **changes):
    """The small hospital's recipe with lines of its text replaced."""
    text = RECIPE
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return parse_recipe(path)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads(threads):
    first = fit(PLAN, ROWS.inputs, ROWS.outcome, seed=(1, 2)).texts()
    again = fit(replace(PLAN, threads=threads), ROWS.inputs, ROWS.outcome, seed=(1, 2)).texts()
    assert first == again


def test_another_seed_and_another_booster_give_another_model():
    first, second = fit(PLAN, ROWS.inputs, ROWS.outcome, seed=(1,)).texts()
    assert first != second
    assert fit(PLAN, ROWS.inputs, ROWS.outcome, seed=(2,)).texts()[0] != first


def test_the_model_text_holds_nothing_of_the_run_and_still_loads():
    booster = fit(PLAN, ROWS.inputs, ROWS.outcome, seed=(1,)).boosters[0]
    text = normalised_text(booster.model_to_string())
    for word in ("num_threads", "device_type", "output_model", "verbosity", "machines"):
        assert f"[{word}:" not in text
    assert "[learning_rate: 0.1]" in text
    read = lightgbm.Booster(model_str=text)
    assert np.array_equal(read.predict(ROWS.inputs), booster.predict(ROWS.inputs))


def test_no_row_is_scored_by_a_model_that_saw_its_patient():
    """Each patient's outcomes are a coin's toss, equal in all stays: only a leak can know them."""
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(150), 8)
    inputs = np.repeat(random.normal(size=(150, 2)), 8, axis=0)
    outcome = np.repeat((random.random(150) < 0.5).astype(float), 8)
    plan = replace(PLAN, names=("a", "b"), categorical=(), boosters=1, rounds=60)
    folds = repeated_folds(outcome, groups, folds=5, repeats=2, seed=0)
    scores = out_of_fold(plan, inputs, outcome, folds, seed=0).scores
    leaky = fit(plan, inputs, outcome, seed=(0,)).raw_scores(inputs)
    assert SortedScores(leaky, outcome).measure()["auroc"] > 0.9
    for repeat in scores:
        assert SortedScores(repeat, outcome).measure()["auroc"] == pytest.approx(0.5, abs=0.12)


def test_masks_teach_a_model_to_cope_without_the_inputs():
    """Creatinine is always there in training; at the bedside it is not."""
    random = np.random.default_rng(1)
    signal = random.normal(size=3_000)
    inputs = np.column_stack([signal, signal + random.normal(0, 1.0, 3_000)])
    outcome = (random.random(3_000) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    plan = replace(PLAN, names=("a", "b"), categorical=(), rounds=60)
    masked = replace(plan, masks=(Mask((0,), 0.5, 0.5, 1),))
    folds = repeated_folds(outcome, np.arange(3_000), folds=3, repeats=1, seed=0)
    losses = []
    for one in (plan, masked):
        result = out_of_fold(
            one, inputs, outcome, folds, seed=0, report_masks={"no a": [0]}
        ).masked["no a"]
        losses.append(SortedScores(result[0], outcome).measure()["log_loss"])
    assert losses[1] < losses[0] - 0.05


def test_monotone_inputs_never_turn_round(tmp_path):
    plan = fit_plan(recipe_with(tmp_path))
    assert plan.monotone == (1, 0, 0, 0)
    assert plan.masks == (Mask((1,), 0.5, 0.5, 1),)
    ensemble = fit(plan, ROWS.inputs, ROWS.outcome, seed=(0,))
    for patient in ROWS.inputs[:20]:
        ageing = np.tile(patient, (80, 1))
        ageing[:, 0] = np.arange(20, 100)
        assert (np.diff(ensemble.raw_scores(ageing)) >= 0).all()


def test_a_softer_target_is_learnt_and_the_outcome_judges():
    known = 1 / (1 + np.exp(-(0.05 * (ROWS.inputs[:, 0] - 60))))
    soft = fit(PLAN, ROWS.inputs, known, seed=(0,)).raw_scores(ROWS.inputs)
    assert np.corrcoef(soft, ROWS.inputs[:, 0])[0, 1] > 0.98
    assert abs(float(np.mean(1 / (1 + np.exp(-soft)) - known))) < 0.01


def test_a_site_left_out_teaches_nothing_about_itself():
    sites = ["a"] * 400 + ["b"] * 400
    turned = np.where(np.arange(800) < 400, ROWS.outcome, 1 - ROWS.outcome)
    results = left_out_sites(
        replace(PLAN, boosters=1), ROWS.inputs, turned, turned, ROWS.groups, sites, seed=0
    )
    held, scores = results["b"]
    assert held.sum() == 400
    assert SortedScores(scores, turned[held]).measure()["auroc"] < 0.4


def test_reference_values_leave_out_what_nobody_has():
    inputs = ROWS.inputs.copy()
    inputs[:, 2] = np.nan
    reference = reference_values(PLAN, inputs)
    assert set(reference) == {"age", "creatinine", "sex"}
    assert reference["creatinine"]["missing"] == pytest.approx(0.2, abs=0.05)
    assert reference["creatinine"]["quantiles"] == sorted(reference["creatinine"]["quantiles"])
    assert reference["sex"]["levels"] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("patients", "outcomes", "message"),
    [(30, 10, "expected at least 20 rows with"), (2, 40, "cannot be divided into 3 folds")],
)
def test_too_little_data_is_the_users_error(tmp_path, patients, outcomes, message):
    count = 120
    few = TrainingRows(
        inputs=np.zeros((count, 4)),
        outcome=(np.arange(count) < outcomes).astype(float),
        groups=np.arange(count) % patients,
    )
    recipe = recipe_with(tmp_path)
    with pytest.raises(InputError, match=message):
        train(recipe, few, plan=fit_plan(recipe))


def test_a_whole_training_is_repeatable_to_the_byte(trained, tmp_path):
    report, folder, recipe, _ = trained
    again = train_recipe(
        recipe, recipe.parent, tmp_path / "again", device="cpu", seed=3, resamples=20
    )
    for name in ("model.txt", "predictor.json", "card.md", "checksums.json"):
        assert (again.folder / name).read_bytes() == (folder / name).read_bytes(), name
    assert repr(again.results) == repr(report.results)


def test_the_predictor_gives_the_risk_that_was_calibrated(trained):
    """raw score of the stored model → calibrator → risk, the same for one and for many."""
    _, folder, recipe, _ = trained
    predictor = load_predictor(folder)
    document = predictor.document
    scores = np.array(predictor.scorer.predict_raw(ROWS.inputs[:50].tolist()))
    risks = apply_to_array(document["calibrator"], scores, document["prior_shift"])
    assert np.isfinite(risks).all()
    assert predictor.inputs == NAMES
    assert document["interval"]["score"] == sorted(document["interval"]["score"])
    assert document["trained_on"]["device"] == "cpu"
    assert document["performance"]["auroc"]["value"] > 0.7


def test_the_report_says_what_happened(trained):
    report, _, _, told = trained
    assert report.excluded == {"test ward": 3}
    assert report.device.device == "cpu"
    assert set(report.results.sites) == {"north", "south"}
    assert set(report.results.masked) == {"without a laboratory"}
    assert report.verdict in ("better", "tie", "worse")
    without = report.results.masked["without a laboratory"].measures["auroc"].value
    assert without < report.results.model.measures["auroc"].value
    assert {what for what, _, _ in told} >= {"device", "table", "cross-validation", "final model"}
    assert all(0 <= done <= max(parts, 1) for _, done, parts in told)


def test_a_stated_prevalence_moves_the_risks_and_not_the_order(tmp_path):
    plain = recipe_with(tmp_path)
    model = train(plain, ROWS, plan=fit_plan(plain), resamples=2)
    stated = recipe_with(tmp_path, p=("folds = 3", "prevalence = 0.02\nfolds = 3"))
    moved = train(stated, ROWS, plan=fit_plan(stated), resamples=2)
    share = float(ROWS.outcome.mean())
    assert model.prior_shift == 0.0
    assert moved.prior_shift == pytest.approx(logit(0.02) - logit(share))
    assert moved.model_text == model.model_text
    assert moved.results.model == model.results.model
    gap = np.subtract(moved.interval["lo"], model.interval["lo"])
    assert gap == pytest.approx(np.full(len(gap), moved.prior_shift), abs=1e-5)


def test_a_failed_training_leaves_the_old_model(trained, tmp_path):
    _, folder, _, _ = trained
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    recipe = write_hospital(tmp_path)
    recipe.write_text(RECIPE.replace('label = "died"', 'label = "lived"'), encoding="utf-8")
    with pytest.raises(InputError):
        train_recipe(recipe, tmp_path, folder, device="cpu")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_opencl_path_trains_the_same_risks():
    """On a graphics card, or on the processor through PoCL where that is installed."""
    found = probe_device("gpu")
    if not found.works:
        pytest.skip(f"OpenCL cannot train here: {found.reason}")
    one = replace(PLAN, boosters=1, rounds=5, params={"num_leaves": 4, "max_bin": 63})
    on_cpu = fit(one, ROWS.inputs, ROWS.outcome, seed=(0,)).raw_scores(ROWS.inputs)
    on_gpu = fit(replace(one, device="gpu"), ROWS.inputs, ROWS.outcome, seed=(0,))
    assert np.abs(on_gpu.raw_scores(ROWS.inputs) - on_cpu).max() < 1e-5


def test_predictor_json_is_strict_json(trained):
    _, folder, _, _ = trained

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    json.loads((folder / "predictor.json").read_text("utf-8"), parse_constant=refuse)
