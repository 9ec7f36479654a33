"""Fit calibrators to out-of-fold scores and choose one, "none" included.

Calibration is not free. The scores come from models that saw fewer rows than
the final one, so a calibrator fitted to them corrects, in part, a weakness that
the final model does not have. Hence: the out-of-fold models have the final
model's number of rounds and boosters; every repeat of the cross-validation is
judged by itself (averaging repeats first would make the scores of a stronger
ensemble than the one shipped); and a simpler calibrator is kept unless a more
elaborate one is better by more than one standard error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.risk.calibrator_apply import LOWEST_RISK, Calibrator
from cds.risk.split import grouped_stratified_folds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIMPLEST_FIRST = ("none", "platt", "beta", "isotonic")
LEAST_EVENTS_FOR_ISOTONIC = 1000
GOOD_SLOPE = (0.9, 1.1)


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """How one calibrator did on scores that it was not fitted to."""

    kind: str
    log_loss: float
    """mean over rows, cross-validated"""
    behind_best: float
    """log loss minus the best candidate's, on the same rows"""
    standard_error: float
    """of ``behind_best``, patients resampled as wholes"""
    slope: float
    """calibration slope, cross-validated"""


@dataclass(frozen=True, slots=True)
class CalibratorChoice:
    """The chosen calibrator, and what it was chosen among."""

    calibrator: dict[str, Any]
    candidates: tuple[CandidateResult, ...]
    cross_fitted: Floats
    """log-odds, shape (repeats, rows): each row calibrated without its patient"""


def apply_to_array(calibrator: Calibrator, raw_scores: Floats, shift: float = 0.0) -> Floats:
    """Calibrated log-odds of an array of raw scores; agrees with calibrator_apply."""
    kind = calibrator["kind"]
    if kind == "none":
        log_odds = raw_scores.astype(np.float64)
    elif kind == "platt":
        log_odds = calibrator["slope"] * raw_scores + calibrator["intercept"]
    elif kind == "beta":
        yes = -np.logaddexp(0.0, -raw_scores)
        no = -np.logaddexp(0.0, raw_scores)
        log_odds = calibrator["a"] * yes - calibrator["b"] * no + calibrator["c"]
    elif kind == "isotonic":
        log_odds = np.interp(raw_scores, calibrator["scores"], calibrator["log_odds"])
    else:
        raise ValueError(f"unknown calibrator {kind!r}: expected none, platt, beta or isotonic")
    return np.asarray(log_odds + shift, dtype=np.float64)


def fit_calibrator(kind: str, raw_scores: Floats, outcome: Floats) -> dict[str, Any]:
    """Fit one kind of calibrator to raw scores (log-odds) and outcomes (0 or 1)."""
    if kind == "none":
        return {"kind": "none"}
    if kind == "platt":
        intercept, slope = logistic_fit(_columns(raw_scores), outcome)
        return {"kind": "platt", "slope": float(slope), "intercept": float(intercept)}
    if kind == "beta":
        return _fit_beta(raw_scores, outcome)
    if kind == "isotonic":
        return _fit_isotonic(raw_scores, outcome)
    raise ValueError(f"unknown calibrator {kind!r}: expected one of {', '.join(SIMPLEST_FIRST)}")


def choose_calibrator(
    raw_scores: Floats,
    outcome: Floats,
    groups: Ints,
    *,
    candidates: Sequence[str] = SIMPLEST_FIRST,
    folds: int = 10,
    seed: int = 0,
) -> CalibratorChoice:
    """Choose a calibrator by the cross-validated log loss of out-of-fold scores.

    ``raw_scores`` has shape (repeats, rows); ``groups`` numbers the patient of
    each row. Isotonic is considered from 1,000 events on. A candidate whose
    cross-validated slope is outside 0.9–1.1 gives way to those inside, if any;
    of the rest, the simplest within one standard error of the best wins.
    """
    scores = np.atleast_2d(raw_scores)
    kinds = [kind for kind in SIMPLEST_FIRST if kind in candidates]
    if outcome.sum() < LEAST_EVENTS_FOR_ISOTONIC and "isotonic" in kinds and len(kinds) > 1:
        kinds.remove("isotonic")
    fold_of = grouped_stratified_folds(outcome, groups, folds=folds, seed=seed)
    fitted = {kind: _cross_fit(kind, scores, outcome, fold_of) for kind in kinds}
    losses = {kind: _row_losses(fitted[kind], outcome) for kind in kinds}
    best = min(kinds, key=lambda kind: (losses[kind].mean(), SIMPLEST_FIRST.index(kind)))
    results = []
    for kind in kinds:
        behind = losses[kind] - losses[best]
        slope = float(np.mean([calibration_line(row, outcome)[1] for row in fitted[kind]]))
        results.append(
            CandidateResult(
                kind,
                float(losses[kind].mean()),
                float(behind.mean()),
                _clustered_standard_error(behind, groups),
                slope,
            )
        )
    chosen = _choose(results)
    pooled_outcome = np.tile(outcome, scores.shape[0])
    calibrator = fit_calibrator(chosen, scores.ravel(), pooled_outcome)
    return CalibratorChoice(calibrator, tuple(results), fitted[chosen])


def _choose(results: Sequence[CandidateResult]) -> str:
    low, high = GOOD_SLOPE
    inside = [result for result in results if low <= result.slope <= high]
    eligible = inside or list(results)
    best = min(eligible, key=lambda result: result.log_loss)
    for result in eligible:  # simplest first
        if result.log_loss - best.log_loss <= result.standard_error:
            return result.kind
    return best.kind


def logistic_fit(
    columns: Floats, outcome: Floats, weights: Floats | None = None, ridge: float = 1e-9
) -> Floats:
    """Maximum-likelihood logistic coefficients by Newton's method.

    ``columns`` has shape (rows, k), the first one constant; ``outcome`` may be
    shares between 0 and 1. Steps are halved where the likelihood would fall.
    ``ridge`` shrinks every coefficient but the constant's (a little, to keep
    separable data finite).
    """
    weight = np.ones(len(outcome)) if weights is None else weights
    coefficients = np.zeros(columns.shape[1])
    penalty = np.full(columns.shape[1], ridge * weight.sum())
    penalty[0] = 0.0

    def loss(candidate: Floats) -> float:
        linear = columns @ candidate
        return float(
            (weight * (np.logaddexp(0.0, linear) - outcome * linear)).sum()
            + 0.5 * penalty @ candidate**2
        )

    current = loss(coefficients)
    for _ in range(50):
        risk = _expit(columns @ coefficients)
        gradient = columns.T @ (weight * (outcome - risk)) - penalty * coefficients
        curvature = (columns * (weight * risk * (1 - risk))[:, None]).T @ columns
        curvature[np.diag_indices_from(curvature)] += penalty + 1e-12
        step = np.linalg.solve(curvature, gradient)
        following = loss(coefficients + step)
        while following > current + 1e-12 * abs(current) and np.abs(step).max() > 1e-12:
            step *= 0.5
            following = loss(coefficients + step)
        coefficients = coefficients + step
        if current - following <= 1e-12 * max(abs(current), 1.0):
            break
        current = following
    return coefficients


def calibration_line(
    log_odds: Floats, outcome: Floats, weights: Floats | None = None
) -> tuple[float, float]:
    """Intercept and slope of the outcome's log-odds on the predicted log-odds.

    Slope 1 and intercept 0 is perfect; a slope below 1 means predictions too
    extreme (Cox 1958).
    """
    intercept, slope = logistic_fit(_columns(log_odds), outcome, weights)
    return float(intercept), float(slope)


def _columns(scores: Floats) -> Floats:
    return np.column_stack([np.ones(len(scores)), scores])


def _expit(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500.0, 500.0))))


def _fit_beta(raw_scores: Floats, outcome: Floats) -> dict[str, Any]:
    """Kull's fit: a logistic regression on ln p and −ln(1 − p), slopes not negative."""
    yes = -np.logaddexp(0.0, -raw_scores)
    no = -np.logaddexp(0.0, raw_scores)
    ones = np.ones(len(raw_scores))
    c, a, b = logistic_fit(np.column_stack([ones, yes, -no]), outcome)
    if a < 0:
        a = 0.0
        c, b = logistic_fit(np.column_stack([ones, -no]), outcome)
    elif b < 0:
        b = 0.0
        c, a = logistic_fit(np.column_stack([ones, yes]), outcome)
    if min(a, b) < 0:  # the scores say nothing: everyone gets the common share
        a = b = 0.0
        c = logistic_fit(ones[:, None], outcome)[0]
    return {"kind": "beta", "a": float(a), "b": float(b), "c": float(c)}


def _fit_isotonic(raw_scores: Floats, outcome: Floats) -> dict[str, Any]:
    """Pool adjacent violators; the line runs through the middle of each step.

    Each step's share is counted with half an outcome more of either kind, so
    that no patient is told a risk of exactly 0 or 1. The line joins the steps'
    mean scores instead of jumping.
    """
    order = np.argsort(raw_scores, kind="stable")
    starts = np.unique(np.linspace(0, len(order), 20_001).astype(np.int64)[:-1])
    blocks = zip(
        np.add.reduceat(raw_scores[order], starts).tolist(),
        np.add.reduceat(outcome[order], starts).tolist(),
        np.diff(np.append(starts, len(order))).tolist(),
        strict=True,
    )
    sums: list[float] = []
    counts: list[float] = []
    totals: list[float] = []
    for total, events, rows in blocks:
        totals.append(total)
        sums.append(events)
        counts.append(rows)
        while len(sums) > 1 and sums[-2] * counts[-1] >= sums[-1] * counts[-2]:
            for column in (sums, counts, totals):
                last = column.pop()
                column[-1] += last
    centres = np.array(totals) / np.array(counts)
    shares = (np.array(sums) + 0.5) / (np.array(counts) + 1.0)
    shares = np.maximum.accumulate(np.clip(shares, LOWEST_RISK, 1 - LOWEST_RISK))
    keep = np.concatenate([[True], np.diff(centres) > 0])
    log_odds = np.log(shares / (1 - shares))
    return {
        "kind": "isotonic",
        "scores": [float(value) for value in centres[keep]],
        "log_odds": [float(value) for value in log_odds[keep]],
    }


def _cross_fit(kind: str, scores: Floats, outcome: Floats, fold_of: Ints) -> Floats:
    """Log-odds of every row under a calibrator fitted without its fold."""
    if kind == "none":
        return scores.astype(np.float64)
    repeats = scores.shape[0]
    result = np.empty(scores.shape)
    for fold in range(int(fold_of.max()) + 1):
        held = fold_of == fold
        fit = fit_calibrator(kind, scores[:, ~held].ravel(), np.tile(outcome[~held], repeats))
        result[:, held] = apply_to_array(fit, scores[:, held])
    return result


def _row_losses(log_odds: Floats, outcome: Floats) -> Floats:
    """Log loss of each row, averaged over the repeats."""
    losses = np.logaddexp(0.0, log_odds) - outcome * log_odds
    return np.asarray(losses.mean(axis=0))


def _clustered_standard_error(values: Floats, groups: Ints) -> float:
    """Standard error of a mean over rows whose patients may have several rows."""
    sums = np.bincount(groups, weights=values - values.mean())
    return float(np.sqrt((sums**2).sum()) / len(values))
