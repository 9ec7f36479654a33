"""The interval covers the true local rate; the prediction set keeps its promise."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.risk.calibrator_apply import logit, sigmoid
from cds.risk.interval_apply import interval_of, intervals_of, p_values, prediction_set
from cds.risk.interval_fit import fit_conformal, fit_interval, wilson


def expit(log_odds):
    return 1 / (1 + np.exp(-log_odds))


def simulate(rows, *, distortion=lambda s: s, noise=0.0, repeats=1, seed=0):
    """Risks a model gave, in each repeat, with outcomes of known probability."""
    random = np.random.default_rng(seed)
    score = random.normal(-1.2, 1.3, rows)
    outcome = (random.random(rows) < expit(distortion(score))).astype(float)
    return score + noise * random.normal(size=(repeats, rows)), outcome


SCORES, OUTCOME = simulate(3_000, noise=0.2, repeats=3)
TABLE = fit_interval(SCORES, OUTCOME, np.arange(3_000))
CONFORMAL = fit_conformal(SCORES, OUTCOME)


@given(log_odds=st.floats(-30, 30))
@settings(max_examples=200, deadline=None)
def test_the_interval_contains_the_risk(log_odds):
    lo, hi = interval_of(TABLE, log_odds)
    assert 0 <= lo <= sigmoid(log_odds) <= hi <= 1


@given(log_odds=st.floats(-30, 30))
@settings(max_examples=200, deadline=None)
def test_one_patient_and_a_table_get_the_same_interval(log_odds):
    lo, hi = intervals_of(TABLE, np.array([log_odds]))
    assert interval_of(TABLE, log_odds) == pytest.approx((lo[0], hi[0]), rel=1e-12, abs=1e-15)


def test_the_ends_rise_with_the_risk():
    ends = [interval_of(TABLE, log_odds) for log_odds in np.linspace(-8, 8, 300)]
    assert [lo for lo, _ in ends] == sorted(lo for lo, _ in ends)
    assert [hi for _, hi in ends] == sorted(hi for _, hi in ends)


@pytest.mark.parametrize(
    ("model", "distortion"),
    [
        ("calibrated", lambda s: s),
        ("slope 0.8", lambda s: 0.8 * s),
        ("off by 0.4", lambda s: s + 0.4),
        ("bent", lambda s: s + 0.3 * np.sin(2 * s)),
    ],
)
@pytest.mark.parametrize("rows", [400, 4_000])
def test_the_interval_covers_the_true_local_rate_nine_times_in_ten(model, distortion, rows):
    """Known truth: the probability of the outcome among those given this risk."""
    covered, asked = 0, 0
    for seed in range(25):
        scores, outcome = simulate(rows, distortion=distortion, seed=seed)
        table = fit_interval(scores, outcome, np.arange(rows))
        for at in np.quantile(scores, [0.05, 0.2, 0.4, 0.6, 0.8, 0.95]):
            lo, hi = interval_of(table, float(at))
            covered += lo <= expit(distortion(at)) <= hi
            asked += 1
    assert covered / asked >= 0.90


def test_the_interval_narrows_with_more_patients():
    widths = []
    for rows in (300, 3_000, 30_000):
        scores, outcome = simulate(rows, seed=1)
        lo, hi = interval_of(fit_interval(scores, outcome, np.arange(rows)), -1.0)
        widths.append(hi - lo)
    assert widths[0] > widths[1] > widths[2]


def test_the_interval_widens_when_retraining_changes_the_answer():
    scores, outcome = simulate(3_000)
    groups = np.arange(3_000)
    steady = interval_of(fit_interval(scores, outcome, groups), -1.0)
    shaky = interval_of(
        fit_interval(scores, outcome, groups, instability=np.full(3_000, 0.5)), -1.0
    )
    assert shaky[0] < steady[0]
    assert shaky[1] > steady[1]
    assert shaky[1] > sigmoid(-1.0 + 1.95 * 0.5)


def test_ten_rows_of_a_patient_tell_less_than_ten_patients():
    random = np.random.default_rng(2)
    patients = np.repeat(np.arange(200), 10)
    score = np.repeat(random.normal(-1, 1, 200), 10)
    outcome = np.repeat((random.random(200) < expit(score[::10])).astype(float), 10)
    as_patients = fit_interval(score, outcome, patients)
    as_if_independent = fit_interval(score, outcome, np.arange(2_000))
    (lo, hi), (low, high) = interval_of(as_patients, -1.0), interval_of(as_if_independent, -1.0)
    assert hi - lo > 1.5 * (high - low)


def test_a_stated_prevalence_moves_the_whole_table():
    scores, outcome = simulate(3_000)
    groups = np.arange(3_000)
    plain, moved = (fit_interval(scores, outcome, groups, shift=shift) for shift in (0.0, -2.0))
    lo, hi = interval_of(plain, -1.0)
    assert interval_of(moved, -3.0) == pytest.approx(
        (sigmoid(logit(lo) - 2.0), sigmoid(logit(hi) - 2.0)), rel=1e-4
    )


@pytest.mark.parametrize(
    ("events", "rows", "lo", "hi"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (15, 148, 0.0624, 0.1605)],
)  # fmt: skip
def test_wilsons_interval_has_its_published_values(events, rows, lo, hi):
    assert wilson(events / rows, rows) == pytest.approx((lo, hi), abs=2e-4)


def test_nine_in_ten_of_each_class_get_a_set_that_holds_their_truth():
    held = {"yes": [], "no": []}
    for seed in range(20):
        scores, outcome = simulate(2_000, seed=seed)
        table = fit_conformal(scores[:, :1_000], outcome[:1_000])
        for score, happened in zip(scores[0, 1_000:], outcome[1_000:], strict=True):
            truth = "yes" if happened else "no"
            yes, no = p_values(table, float(score))
            held[truth].append((yes if happened else no) > 0.1)
    for truth, kept in held.items():
        assert np.mean(kept) == pytest.approx(0.90, abs=0.02), truth


@pytest.mark.parametrize(
    ("log_odds", "expected"), [(-6.0, "no"), (-0.8, "uncertain"), (4.0, "yes")]
)
def test_prediction_sets(log_odds, expected):
    assert prediction_set(CONFORMAL, log_odds) == expected


@given(first=st.floats(-10, 10), second=st.floats(-10, 10))
@settings(max_examples=100, deadline=None)
def test_a_higher_risk_fits_patients_with_the_outcome_better(first, second):
    low, high = sorted([first, second])
    yes_low, no_low = p_values(CONFORMAL, low)
    yes_high, no_high = p_values(CONFORMAL, high)
    assert 0 < yes_low <= yes_high <= 1
    assert 0 < no_high <= no_low <= 1


def test_the_tables_survive_json():
    assert json.loads(json.dumps(TABLE)) == TABLE
    assert json.loads(json.dumps(CONFORMAL)) == CONFORMAL


@pytest.mark.parametrize("outcome_of_all", [0.0, 1.0])
def test_a_neighbourhood_without_either_outcome_still_has_an_interval(outcome_of_all):
    outcome = np.full(200, outcome_of_all)
    lo, hi = interval_of(fit_interval(np.linspace(-2, 2, 200), outcome, np.arange(200)), 0.0)
    assert 0 <= lo < hi <= 1
