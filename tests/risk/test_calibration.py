"""Calibrators: each mends what it should, and none is used where it would harm."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.risk.calibrator_apply import (
    calibrated_log_odds,
    calibrated_risk,
    logit,
    prior_shift,
    sigmoid,
)
from cds.risk.calibrator_fit import (
    apply_to_array,
    calibration_line,
    choose_calibrator,
    fit_calibrator,
)


def sample(rows, true_log_odds_of, *, seed=0, spread=1.5, centre=-1.0):
    """Scores of a model, and outcomes whose true log-odds are a function of them."""
    random = np.random.default_rng(seed)
    scores = random.normal(centre, spread, rows)
    outcome = (random.random(rows) < 1 / (1 + np.exp(-true_log_odds_of(scores)))).astype(float)
    return scores, outcome


CALIBRATORS = [
    {"kind": "none"},
    {"kind": "platt", "slope": 0.8, "intercept": -0.3},
    {"kind": "beta", "a": 0.7, "b": 1.4, "c": 0.2},
    {"kind": "isotonic", "scores": [-3.0, -1.0, 0.5, 2.0], "log_odds": [-4.0, -1.5, 0.0, 3.0]},
]


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda one: one["kind"])
@given(score=st.floats(-40, 40), shift=st.floats(-3, 3))
@settings(max_examples=100, deadline=None)
def test_one_patient_and_a_table_get_the_same_risk(calibrator, score, shift):
    alone = calibrated_log_odds(calibrator, score, shift)
    in_table = apply_to_array(calibrator, np.array([score]), shift)[0]
    assert alone == pytest.approx(in_table, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda one: one["kind"])
def test_a_higher_score_never_means_a_lower_risk(calibrator):
    risks = [calibrated_risk(calibrator, score) for score in np.linspace(-10, 10, 400)]
    assert all(0 <= risk <= 1 for risk in risks)
    assert risks == sorted(risks)


def test_an_unknown_calibrator_is_refused():
    with pytest.raises(ValueError, match="unknown calibrator 'spline'"):
        calibrated_risk({"kind": "spline"}, 0.0)


@pytest.mark.parametrize("score", [-1000.0, -30.0, 0.0, 30.0, 1000.0])
def test_extreme_scores_give_numbers(score):
    assert 0.0 <= sigmoid(score) <= 1.0
    assert math.isfinite(calibrated_log_odds(CALIBRATORS[2], score, 0.0))


@pytest.mark.parametrize(
    ("stated", "in_data", "risk_before", "risk_after"),
    [
        (None, 0.5, 0.5, 0.5),  # nothing stated: nothing moves
        (0.5, 0.5, 0.3, 0.3),
        (0.1, 0.5, 0.5, 0.1),  # balanced sampling: even odds become the prevalence
        (0.1, 0.5, 0.9, 0.5),  # odds 9 become odds 9 / 9
    ],
)
def test_the_prior_shift_is_bayes_rule(stated, in_data, risk_before, risk_after):
    shift = prior_shift(stated, in_data)
    assert calibrated_risk({"kind": "none"}, logit(risk_before), shift) == pytest.approx(risk_after)


def test_platt_recovers_the_line_that_made_the_data():
    scores, outcome = sample(60_000, lambda s: 0.6 * s + 0.4)
    fitted = fit_calibrator("platt", scores, outcome)
    assert fitted["slope"] == pytest.approx(0.6, abs=0.03)
    assert fitted["intercept"] == pytest.approx(0.4, abs=0.04)


def test_beta_recovers_a_curve_that_no_line_fits():
    def truth(s):
        return -0.5 * np.logaddexp(0, -s) + 1.6 * np.logaddexp(0, s) - 0.2

    scores, outcome = sample(60_000, truth, centre=0.0)
    beta = fit_calibrator("beta", scores, outcome)
    assert (beta["a"], beta["b"], beta["c"]) == pytest.approx((0.5, 1.6, -0.2), abs=0.12)


def test_beta_never_turns_the_order_round():
    scores, outcome = sample(400, lambda s: -0.2 * s, seed=3)
    beta = fit_calibrator("beta", scores, outcome)
    assert beta["a"] >= 0
    assert beta["b"] >= 0


def test_isotonic_follows_a_step_and_never_says_0_or_1():
    scores, outcome = sample(30_000, lambda s: np.where(s > 0, 2.0, -3.0))
    fitted = fit_calibrator("isotonic", scores, outcome)
    assert fitted["log_odds"] == sorted(fitted["log_odds"])
    assert fitted["scores"] == sorted(set(fitted["scores"]))
    assert calibrated_log_odds(fitted, -1.5, 0.0) == pytest.approx(-3.0, abs=0.3)
    assert calibrated_log_odds(fitted, 1.5, 0.0) == pytest.approx(2.0, abs=0.3)
    assert 0 < calibrated_risk(fitted, -99) < calibrated_risk(fitted, 99) < 1


@pytest.mark.parametrize("kind", ["none", "platt", "beta", "isotonic"])
def test_a_calibrator_survives_json(kind):
    scores, outcome = sample(2_000, lambda s: s)
    fitted = fit_calibrator(kind, scores, outcome)
    assert json.loads(json.dumps(fitted)) == fitted


@pytest.mark.parametrize(
    ("story", "rows", "truth", "expected"),
    [
        ("already calibrated: leave it", 4_000, lambda s: s, {"none"}),
        ("too extreme by half", 4_000, lambda s: 0.5 * s, {"platt"}),
        ("off by a constant", 4_000, lambda s: s + 0.7, {"platt"}),
        ("bent, many events", 60_000, lambda s: 1.5 * np.logaddexp(0, s) - 3, {"beta", "isotonic"}),
    ],
)
def test_the_simplest_sufficient_calibrator_is_chosen(story, rows, truth, expected):
    scores, outcome = sample(rows, truth, seed=5)
    choice = choose_calibrator(scores[None], outcome, np.arange(rows), seed=1)
    assert choice.calibrator["kind"] in expected, story


@pytest.mark.parametrize(("rows", "considered"), [(2_000, False), (8_000, True)])
def test_isotonic_is_considered_from_1000_events_on(rows, considered):
    scores, outcome = sample(rows, lambda s: s)
    assert bool(outcome.sum() >= 1000) is considered
    choice = choose_calibrator(scores, outcome, np.arange(rows))
    assert ("isotonic" in {one.kind for one in choice.candidates}) is considered


def test_a_slope_outside_the_bar_is_mended_even_when_the_gain_is_within_noise():
    scores, outcome = sample(700, lambda s: 1.25 * s, seed=11)
    choice = choose_calibrator(scores, outcome, np.arange(700), candidates=("none", "platt"))
    none, platt = choice.candidates
    assert none.slope > 1.1
    assert 0.9 <= platt.slope <= 1.1
    assert choice.calibrator["kind"] == "platt"


def test_repeats_of_the_cross_validation_are_judged_each_by_itself():
    """Averaging two noisy repeats makes a steadier score than the shipped model's."""
    random = np.random.default_rng(4)
    rows = 20_000
    true = random.normal(-1, 1, rows)
    outcome = (random.random(rows) < 1 / (1 + np.exp(-true))).astype(float)
    noisy = true + random.normal(0, 0.8, (2, rows))
    choice = choose_calibrator(noisy, outcome, np.arange(rows), candidates=("platt",))
    averaged = fit_calibrator("platt", noisy.mean(axis=0), outcome)
    one_repeat = fit_calibrator("platt", noisy[0], outcome)
    assert choice.calibrator["slope"] == pytest.approx(one_repeat["slope"], abs=0.03)
    assert averaged["slope"] > choice.calibrator["slope"] + 0.1


def test_cross_fitted_risks_are_calibrated():
    scores, outcome = sample(6_000, lambda s: 0.5 * s + 0.3, seed=2)
    choice = choose_calibrator(scores, outcome, np.arange(6_000))
    intercept, slope = calibration_line(choice.cross_fitted[0], outcome)
    assert slope == pytest.approx(1.0, abs=0.02)
    assert intercept == pytest.approx(0.0, abs=0.03)
