"""Measures against textbook values and scikit-learn; intervals over patients."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.risk.comparator import Standardiser, out_of_fold_logistic
from cds.risk.evaluate import at_thresholds, calibration_table, compare, evaluate, subgroups
from cds.risk.metrics import Estimate, SortedScores, bootstrap, resampled_weights
from cds.risk.split import grouped_stratified_folds


def expit(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def sample(rows, *, seed=0, slope=1.0):
    random = np.random.default_rng(seed)
    scores = random.normal(-1.5, 1.2, rows)
    return scores, (random.random(rows) < expit(slope * scores)).astype(float)


@given(
    rows=st.lists(
        st.tuples(st.integers(-4, 4), st.booleans(), st.integers(0, 3)), min_size=6, max_size=60
    )
)
@settings(max_examples=100, deadline=None)
def test_areas_agree_with_scikit_learn_ties_and_weights_included(rows):
    metrics = pytest.importorskip("sklearn.metrics")
    scores = np.array([row[0] / 2 for row in rows])
    outcome = np.array([float(row[1]) for row in rows])
    weights = np.array([float(row[2]) for row in rows])
    if not 0 < (weights * outcome).sum() < weights.sum():
        return
    measured = SortedScores(scores, outcome)
    weight = measured.weights_of(weights)
    assert measured.auroc(weight) == pytest.approx(
        metrics.roc_auc_score(outcome, scores, sample_weight=weights)
    )
    assert measured.auprc(weight) == pytest.approx(
        metrics.average_precision_score(outcome, scores, sample_weight=weights)
    )


def test_measures_of_four_patients_by_hand():
    """Risks .9 .6 .4 .1; the first and third had the outcome: 3 of 4 pairs in order."""
    risk = np.array([0.9, 0.6, 0.4, 0.1])
    measured = SortedScores(np.log(risk / (1 - risk)), np.array([1.0, 0, 1, 0])).measure()
    assert measured["auroc"] == pytest.approx(3 / 4)
    assert measured["auprc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert measured["brier"] == pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4)
    assert measured["scaled_brier"] == pytest.approx(1 - 0.185 / 0.25)
    assert measured["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.4, 0.9]).mean())
    assert measured["intercept"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("true_slope", [0.5, 1.0, 1.6])
def test_the_calibration_slope_is_the_one_that_made_the_data(true_slope):
    scores, outcome = sample(40_000, slope=true_slope)
    assert SortedScores(scores, outcome).measure()["slope"] == pytest.approx(true_slope, abs=0.05)


def test_a_resample_counts_patients_as_often_as_they_were_drawn():
    """Weights give what repeating the rows would give."""
    scores, outcome = sample(800)
    weights = np.random.default_rng(1).integers(0, 4, 800)
    repeated = SortedScores(np.repeat(scores, weights), np.repeat(outcome, weights)).measure()
    weighted = SortedScores(scores, outcome).measure(weights.astype(float))
    for name in ("auroc", "auprc", "brier", "log_loss"):
        assert weighted[name] == pytest.approx(repeated[name]), name
    assert weighted["slope"] == pytest.approx(repeated["slope"], abs=1e-3)
    assert weighted["intercept"] == pytest.approx(repeated["intercept"], abs=1e-3)


def test_resamples_draw_patients_whole():
    groups = np.repeat(np.arange(30), 3)
    for weights in resampled_weights(groups, resamples=5, seed=0):
        assert np.array_equal(weights.reshape(30, 3).std(axis=1), np.zeros(30))
        assert weights.sum() == 90


def test_an_interval_covers_the_truth_as_often_as_it_says():
    """AUROC of two normal distributions one standard deviation apart is .760."""
    covered = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        outcome = np.repeat([0.0, 1.0], 150)
        measured = SortedScores(random.normal(outcome, 1.0), outcome)
        auroc = bootstrap(
            lambda weights, measured=measured: {
                "auroc": measured.auroc(measured.weights_of(weights))
            },
            np.arange(300),
            resamples=100,
            seed=seed,
        )["auroc"]
        covered += auroc.lo <= 0.7602 <= auroc.hi
    assert covered >= 53  # of 60; 57 expected


def test_many_rows_of_few_patients_give_a_wide_interval():
    random = np.random.default_rng(0)
    patients = np.repeat(np.arange(60), 50)
    own = random.normal(size=60)[patients]
    outcome = np.repeat((random.random(60) < 0.5).astype(float), 50)
    by_patient = evaluate(own + outcome, outcome, patients, resamples=100).measures["auroc"]
    as_if = evaluate(own + outcome, outcome, np.arange(3_000), resamples=100).measures["auroc"]
    assert by_patient.hi - by_patient.lo > 3 * (as_if.hi - as_if.lo)


def test_one_class_alone_has_no_figures():
    evaluation = evaluate(np.zeros(20), np.zeros(20), np.arange(20), resamples=5)
    assert np.isnan(evaluation.measures["auroc"].value)
    assert evaluation.measures["auroc"].text() == "–"


def test_an_interval_never_misses_its_own_figure():
    """Resampled calibration errors did: 0.025 (0.029–0.051) stood in a card."""
    scores, outcome = sample(700)
    for name, one in evaluate(scores, outcome, np.arange(700), resamples=100).measures.items():
        assert np.isnan(one.lo) or one.lo <= one.value <= one.hi, name


def test_repeats_are_measured_each_by_itself():
    scores, outcome = sample(500)
    noisy = scores + np.random.default_rng(1).normal(0, 2, (3, 500))
    together = evaluate(noisy, outcome, np.arange(500), resamples=2).measures["auroc"].value
    alone = [SortedScores(row, outcome).measure()["auroc"] for row in noisy]
    assert together == pytest.approx(np.mean(alone))


def test_thresholds_by_hand():
    """Ten patients: alerted at 20 %: three with the outcome, two without; one missed."""
    risk = np.array([0.9, 0.8, 0.5, 0.3, 0.2, 0.15, 0.1, 0.1, 0.05, 0.01])
    outcome = np.array([1.0, 1, 0, 1, 0, 0, 1, 0, 0, 0])
    scores = np.log(risk / (1 - risk)) + 1e-9
    row = at_thresholds(scores, outcome, np.arange(10), [0.2], resamples=20)[0]
    assert row.sensitivity.value == pytest.approx(3 / 4)
    assert row.specificity.value == pytest.approx(4 / 6)
    assert row.ppv.value == pytest.approx(3 / 5)
    assert row.npv.value == pytest.approx(4 / 5)
    assert row.alert_rate.value == pytest.approx(5 / 10)
    assert row.net_benefit.value == pytest.approx((3 - 2 * 0.25) / 10)
    assert row.net_benefit_of_all == pytest.approx((4 - 6 * 0.25) / 10)
    assert row.sensitivity.lo < 3 / 4 < row.sensitivity.hi


def test_thresholds_may_come_in_any_order():
    scores, outcome = sample(400)
    up = at_thresholds(scores, outcome, np.arange(400), [0.1, 0.3, 0.5], resamples=2)
    mixed = at_thresholds(scores, outcome, np.arange(400), [0.5, 0.1, 0.3], resamples=2)
    assert sorted(mixed, key=lambda row: row.threshold) == up


def test_a_threshold_nobody_reaches_has_no_predictive_value():
    scores, outcome = np.full(50, -3.0), np.tile([0.0, 1.0], 25)
    row = at_thresholds(scores, outcome, np.arange(50), [0.5], resamples=5)[0]
    assert row.sensitivity.value == 0
    assert np.isnan(row.ppv.value)


def test_a_stated_prevalence_changes_predictive_values_and_not_sensitivity():
    scores, outcome = sample(4_000)
    shift = np.log(0.05 / 0.95) - np.log(outcome.mean() / (1 - outcome.mean()))
    plain = at_thresholds(scores, outcome, np.arange(4_000), [0.3], resamples=2)[0]
    cut = expit(np.log(0.3 / 0.7) + shift)
    stated = at_thresholds(
        scores + shift, outcome, np.arange(4_000), [cut], prevalence=0.05, resamples=2
    )[0]
    assert stated.sensitivity.value == pytest.approx(plain.sensitivity.value)
    assert stated.specificity.value == pytest.approx(plain.specificity.value)
    alerts = 0.05 * plain.sensitivity.value + 0.95 * (1 - plain.specificity.value)
    assert stated.ppv.value == pytest.approx(0.05 * plain.sensitivity.value / alerts)


@pytest.mark.parametrize(
    ("noise_of_ours", "noise_of_theirs", "verdict"),
    [(0.0, 2.0, "better"), (2.0, 0.0, "worse"), (0.5, 0.5, "tie")],
)
def test_a_comparison_is_paired_and_has_a_verdict(noise_of_ours, noise_of_theirs, verdict):
    scores, outcome = sample(1_500)
    random = np.random.default_rng(3)
    ours = scores + random.normal(0, noise_of_ours, 1_500)
    theirs = scores + random.normal(0, noise_of_theirs, 1_500)
    assert compare(ours, theirs, outcome, np.arange(1_500), resamples=60).verdict == verdict


def test_subgroups_name_missing_values_and_leave_small_ones_without_figures():
    scores, outcome = sample(1_000)
    sex = [None if i < 15 else ("female" if i % 2 else "male") for i in range(1_000)]
    table = {row.level: row for row in
             subgroups(scores, outcome, np.arange(1_000), {"sex": sex}, resamples=20)}  # fmt: skip
    assert set(table) == {"female", "male", "not recorded"}
    assert sum(row.rows for row in table.values()) == 1_000
    assert np.isnan(table["not recorded"].auroc.value)
    assert table["female"].auroc.lo < table["female"].auroc.value < table["female"].auroc.hi


def test_a_subgroup_the_model_underestimates_shows_it():
    scores, outcome = sample(8_000)
    site = np.tile(["good", "bad"], 4_000)
    shifted = np.where(site == "bad", scores - 1.0, scores)
    table = {row.level: row for row in
             subgroups(shifted, outcome, np.arange(8_000), {"site": site.tolist()}, resamples=30)}  # fmt: skip
    assert table["bad"].intercept.lo > 0.5
    assert table["good"].intercept.lo < 0 < table["good"].intercept.hi


def test_the_calibration_table_adds_up():
    scores, outcome = sample(1_003)
    points = calibration_table(scores, outcome)
    assert sum(point.rows for point in points) == 1_003
    assert [p.mean_risk for p in points] == sorted(p.mean_risk for p in points)
    observed = sum(point.observed * point.rows for point in points)
    assert observed == pytest.approx(outcome.sum())


def test_estimates_read_as_in_a_paper():
    assert Estimate(0.8451, 0.831, 0.858).text() == "0.845 (0.831–0.858)"
    assert Estimate(0.8451).text(2) == "0.85"


def test_a_bootstrap_is_reproducible():
    scores, outcome = sample(200)
    measured = SortedScores(scores, outcome)
    first, again = (
        bootstrap(measured.measure, np.arange(200), resamples=10, seed=4) for _ in range(2)
    )
    assert first == again


def test_a_quarter_of_a_million_rows_take_seconds():
    """200 resamples within a minute; a tenth of the resamples within six seconds."""
    scores, outcome = sample(265_000)
    begun = time.process_time()
    evaluate(scores, outcome, np.repeat(np.arange(26_500), 10), resamples=20)
    assert time.process_time() - begun < 6


def test_the_comparator_is_a_good_logistic_regression():
    linear_model = pytest.importorskip("sklearn.linear_model")
    random = np.random.default_rng(0)
    inputs = random.normal(size=(2_000, 5))
    outcome = (random.random(2_000) < expit(inputs @ [1, -1, 0.5, 0, 0] - 1)).astype(float)
    fold_of = grouped_stratified_folds(outcome, np.arange(2_000), folds=5, seed=0)
    ours = out_of_fold_logistic(inputs, outcome, np.arange(2_000), fold_of)
    theirs = np.empty(2_000)
    for fold in range(5):
        held = fold_of == fold
        model = linear_model.LogisticRegression().fit(inputs[~held], outcome[~held])
        theirs[held] = model.decision_function(inputs[held])
    assert np.corrcoef(ours, theirs)[0, 1] > 0.998
    assert SortedScores(ours, outcome).measure()["slope"] == pytest.approx(1.0, abs=0.1)


def test_the_comparator_knows_missing_values_and_categories():
    inputs = np.array([[1.0, 2.0], [np.nan, 3.0], [3.0, 2.0], [5.0, np.nan]])
    columns = Standardiser(inputs, categorical=[1]).apply(inputs)
    assert columns.shape == (4, 1 + 2 + 2)  # constant; number, its indicator; two levels
    assert np.allclose(columns[:, 1:].mean(axis=0), 0)
    unseen = Standardiser(inputs, categorical=[1]).apply(np.array([[np.nan, 9.0]]))
    assert np.isfinite(unseen).all()
