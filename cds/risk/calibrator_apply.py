"""From a model's raw score (log-odds) to a calibrated risk, in plain Python.

A calibrator is a small JSON object, so that a cold prediction needs no numpy:

- ``{"kind": "none"}``: the raw score is already the log-odds.
- ``{"kind": "platt", "slope": a, "intercept": b}``: log-odds = a·score + b
  (Platt 1999).
- ``{"kind": "beta", "a": a, "b": b, "c": c}``: log-odds = a·ln p − b·ln(1 − p) + c
  with p = sigmoid(score) (Kull, Silva Filho and Flach 2017).
- ``{"kind": "isotonic", "scores": [...], "log_odds": [...]}``: a non-decreasing
  broken line through these points, flat beyond its ends.

Afterwards a prior shift is added in log-odds: where the development data do not
have the population's share of outcomes (balanced sampling, say), Bayes' rule
moves every log-odds by logit(stated prevalence) − logit(share in the data).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import exp, log, log1p
from typing import Any

Calibrator = Mapping[str, Any]

LOWEST_RISK = 1e-9
"""Risks are kept this far from 0 and 1 wherever their log-odds are needed."""


def sigmoid(log_odds: float) -> float:
    """The probability with these log-odds; no overflow at any finite input."""
    if log_odds >= 0:
        return 1.0 / (1.0 + exp(-log_odds))
    odds = exp(log_odds)
    return odds / (1.0 + odds)


def logit(risk: float) -> float:
    """The log-odds of a risk; risks of 0 and 1 are first moved inside by 1e-9."""
    risk = min(max(risk, LOWEST_RISK), 1.0 - LOWEST_RISK)
    return log(risk / (1.0 - risk))


def log_sigmoid(log_odds: float) -> float:
    """ln(sigmoid(log_odds)) without cancellation."""
    if log_odds >= 0:
        return -log1p(exp(-log_odds))
    return log_odds - log1p(exp(log_odds))


def interpolate(at: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """The broken line through (xs, ys) at one point, flat beyond the ends.

    ``xs`` ascends strictly; the same arithmetic as ``numpy.interp``.
    """
    if at <= xs[0]:
        return ys[0]
    if at >= xs[-1]:
        return ys[-1]
    right = bisect_right(xs, at)
    x0, y0 = xs[right - 1], ys[right - 1]
    slope = (ys[right] - y0) / (xs[right] - x0)
    return slope * (at - x0) + y0


def calibrated_log_odds(calibrator: Calibrator, raw_score: float, prior_shift: float) -> float:
    """The calibrated log-odds of one raw score, moved by the prior shift.

    Raises KeyError or ValueError on a calibrator that this version cannot read;
    never guesses.
    """
    kind = calibrator["kind"]
    if kind == "none":
        log_odds = raw_score
    elif kind == "platt":
        log_odds = calibrator["slope"] * raw_score + calibrator["intercept"]
    elif kind == "beta":
        yes, no = log_sigmoid(raw_score), log_sigmoid(-raw_score)
        log_odds = calibrator["a"] * yes - calibrator["b"] * no + calibrator["c"]
    elif kind == "isotonic":
        log_odds = interpolate(raw_score, calibrator["scores"], calibrator["log_odds"])
    else:
        raise ValueError(f"unknown calibrator {kind!r}: expected none, platt, beta or isotonic")
    return float(log_odds + prior_shift)


def calibrated_risk(calibrator: Calibrator, raw_score: float, prior_shift: float = 0.0) -> float:
    """The risk, between 0 and 1, of one raw score (log-odds)."""
    return sigmoid(calibrated_log_odds(calibrator, raw_score, prior_shift))


def prior_shift(stated_prevalence: float | None, share_in_data: float) -> float:
    """How far log-odds move from the data's share of outcomes to the stated one.

    Both are shares between 0 and 1; None means the data's share is the right one.
    """
    if stated_prevalence is None:
        return 0.0
    return logit(stated_prevalence) - logit(share_in_data)
