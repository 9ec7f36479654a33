"""The 95 % interval of a risk and its 90 % prediction set, in plain Python.

What the interval means: among patients of the development data who were given a
risk like this one by models that had not seen them, the share that had the
outcome lies between ``lo`` and ``hi`` with 95 % confidence, widened by how much
the model's answer changes when it is trained again. It is not a range for this
one patient, who will either have the outcome or not.

What the prediction set means: of patients like those of the development data,
90 % of those who will have the outcome are given a set that contains "yes", and
90 % of those who will not are given one that contains "no" (class-conditional
conformal prediction, Vovk 2012). A set that is not exactly one of the two is
"uncertain". Where the data hold several moments of a patient, the promise holds
on average over moments, not for each patient.

Both are tables made by ``interval_fit``; everything in them is in log-odds, so
that what lies between two points is a straight line:

- ``interval``: ``score`` ascending, ``lo`` and ``hi`` the ends at these points;
  beyond the first and last point the ends keep their distance from the score.
- ``conformal``: ``levels`` ascending shares from 0 to 1, with the quantiles of
  the log-odds of those who had the outcome (``positive_scores``) and of those
  who did not (``negative_scores``), and their numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cds.risk.calibrator_apply import interpolate, sigmoid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALPHA = 0.1
"""The share of each class whose prediction set may miss the truth."""


def interval_of(interval: Mapping[str, Any], log_odds: float) -> tuple[float, float]:
    """The interval (lo, hi), as risks, round the risk with these calibrated log-odds."""
    score = interval["score"]
    inside = min(max(log_odds, score[0]), score[-1])
    beyond = log_odds - inside
    lo = min(interpolate(inside, score, interval["lo"]) + beyond, log_odds)
    hi = max(interpolate(inside, score, interval["hi"]) + beyond, log_odds)
    return sigmoid(lo), sigmoid(hi)


def intervals_of(
    interval: Mapping[str, Any], log_odds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``interval_of`` for a column of log-odds: two columns, lo and hi."""
    import numpy as np

    score = np.asarray(interval["score"])
    inside = np.clip(log_odds, score[0], score[-1])
    beyond = log_odds - inside
    lo = np.minimum(np.interp(inside, score, interval["lo"]) + beyond, log_odds)
    hi = np.maximum(np.interp(inside, score, interval["hi"]) + beyond, log_odds)
    return _expit(lo), _expit(hi)


def p_values(conformal: Mapping[str, Any], log_odds: float) -> tuple[float, float]:
    """How well the log-odds fit patients who had the outcome, and who did not.

    The first is the share of the former with log-odds this low or lower, the
    second the share of the latter with log-odds this high or higher, each
    counting this patient as one more of them.
    """
    yes = _share_below(conformal["positive_scores"], conformal["levels"], log_odds)
    no = 1.0 - _share_below(conformal["negative_scores"], conformal["levels"], log_odds)
    positives, negatives = conformal["positives"], conformal["negatives"]
    return (yes * positives + 1.0) / (positives + 1.0), (no * negatives + 1.0) / (negatives + 1.0)


def prediction_set(conformal: Mapping[str, Any], log_odds: float) -> str:
    """The 90 % prediction set: "yes", "no" or "uncertain"."""
    yes, no = p_values(conformal, log_odds)
    if (yes > ALPHA) == (no > ALPHA):
        return "uncertain"
    return "yes" if yes > ALPHA else "no"


def _share_below(quantiles: Sequence[float], levels: Sequence[float], at: float) -> float:
    """The share of the sample whose quantiles these are that is at most ``at``."""
    if at < quantiles[0]:
        return 0.0
    if at >= quantiles[-1]:
        return 1.0
    right = bisect_right(quantiles, at)
    left = bisect_left(quantiles, at)
    if right - left > 1:  # a run of equal quantiles: everything up to its end
        return float(levels[right - 1])
    q0, q1 = quantiles[right - 1], quantiles[right]
    fraction = (at - q0) / (q1 - q0)
    return float(levels[right - 1] + fraction * (levels[right] - levels[right - 1]))


def _expit(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -700.0, 700.0))))
