"""What training found out about a model: the figures its card is written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.risk.calibrator_apply import prior_shift
from cds.risk.calibrator_fit import CandidateResult
from cds.risk.evaluate import (
    AtThreshold,
    CalibrationPoint,
    Comparison,
    Evaluation,
    SubgroupRow,
    at_thresholds,
    calibration_table,
    compare,
    evaluate,
    subgroups,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DECISION_THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Results:
    """All figures of one training; out of fold unless a name says otherwise.

    ``model`` and ``comparator`` are judged at the share of outcomes of the
    development data; ``thresholds`` (the bands' ends) and ``decision_curve``
    at the stated prevalence where there is one. ``masked`` holds results with
    some inputs set missing, ``sites`` those for one site by models of the
    others, both by name.
    """

    prevalence: float | None
    model: Evaluation
    comparator: Evaluation
    comparison: Comparison
    candidates: tuple[CandidateResult, ...]
    calibration: tuple[CalibrationPoint, ...]
    thresholds: tuple[AtThreshold, ...]
    decision_curve: tuple[AtThreshold, ...]
    subgroups: tuple[SubgroupRow, ...]
    masked: Mapping[str, Evaluation]
    sites: Mapping[str, Evaluation]
    resamples: int


@dataclass(frozen=True, slots=True)
class JudgedScores:
    """Out-of-fold log-odds, calibrated without the row's own patient.

    ``model`` and each of ``masked`` have shape (repeats, rows), ``comparator``
    (rows,); ``sites`` holds a site's rows (bool) and their log-odds.
    """

    model: Floats
    comparator: Floats
    masked: Mapping[str, Floats]
    sites: Mapping[str, tuple[NDArray[np.bool_], Floats]]


def judge(
    scores: JudgedScores,
    outcome: Floats,
    groups: Ints,
    *,
    candidates: tuple[CandidateResult, ...],
    prevalence: float | None,
    band_ends: Sequence[float],
    report_columns: Mapping[str, Sequence[object]],
    resamples: int,
    seed: int,
) -> Results:
    """Every figure of the card, from scores that no patient helped to make."""

    def measured(log_odds: Floats, rows: NDArray[np.bool_] | None = None) -> Evaluation:
        if rows is None:
            return evaluate(log_odds, outcome, groups, resamples=resamples, seed=seed)
        numbered = np.unique(groups[rows], return_inverse=True)[1]
        return evaluate(log_odds, outcome[rows], numbered, resamples=resamples, seed=seed)

    moved = scores.model + prior_shift(prevalence, float(outcome.mean()))

    def acted_on(thresholds: Sequence[float]) -> tuple[AtThreshold, ...]:
        rows = at_thresholds(
            moved, outcome, groups, thresholds,
            prevalence=prevalence, resamples=resamples, seed=seed,
        )  # fmt: skip
        return tuple(rows)

    return Results(
        prevalence=prevalence,
        model=measured(scores.model),
        comparator=measured(scores.comparator),
        comparison=compare(
            scores.model, scores.comparator, outcome, groups, resamples=resamples, seed=seed
        ),
        candidates=candidates,
        calibration=tuple(calibration_table(scores.model, outcome)),
        thresholds=acted_on([end for end in band_ends if 0 < end < 1]),
        decision_curve=acted_on(DECISION_THRESHOLDS),
        subgroups=tuple(
            subgroups(scores.model, outcome, groups, report_columns, resamples=resamples, seed=seed)
        ),
        masked={name: measured(log_odds) for name, log_odds in scores.masked.items()},
        sites={name: measured(log_odds, rows) for name, (rows, log_odds) in scores.sites.items()},
        resamples=resamples,
    )
