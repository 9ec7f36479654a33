"""Judge out-of-fold risks: discrimination, calibration, usefulness, subgroups.

Every function takes log-odds of shape (repeats, rows). A figure is computed in
each repeat of the cross-validation and averaged; its interval resamples
patients, all repeats together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.risk.metrics import MEASURES, Estimate, SortedScores, bootstrap

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_EVENTS_IN_SUBGROUP = 10
THRESHOLD_FIGURES = ("sensitivity", "specificity", "ppv", "npv", "alert_rate", "net_benefit")
NO_ESTIMATE = Estimate(float("nan"))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of one set of risks, with how much data they rest on."""

    rows: int
    patients: int
    events: int
    measures: Mapping[str, Estimate]
    """by name, see ``metrics.MEASURES``"""


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What happens when everyone at or above a risk is alerted on."""

    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    alert_rate: Estimate
    net_benefit: Estimate
    """true positives less weighted false ones, per row (Vickers and Elkin 2006)"""
    net_benefit_of_all: float
    """the same, when everyone is alerted on"""


@dataclass(frozen=True, slots=True)
class SubgroupRow:
    """One subgroup; figures are absent (NaN) with fewer than ten of either outcome."""

    variable: str
    level: str
    rows: int
    events: int
    auroc: Estimate
    intercept: Estimate
    slope: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model's measures less another's, on the same resamples of the same rows."""

    auroc: Estimate
    log_loss: Estimate

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``tie``, by whether the AUROC's interval excludes 0."""
        if self.auroc.lo > 0:
            return "better"
        return "worse" if self.auroc.hi < 0 else "tie"


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """One of ten groups of equal size by risk: what was predicted, what happened."""

    rows: int
    mean_risk: float
    observed: float


def evaluate(
    log_odds: Floats, outcome: Floats, groups: Ints, *, resamples: int = 200, seed: int = 0
) -> Evaluation:
    """All measures of some risks, each but the calibration error with its 95 % interval."""
    repeats = [SortedScores(row, outcome) for row in np.atleast_2d(log_odds)]

    def measure(weights: Floats | None) -> dict[str, float]:
        measured = [scores.measure(weights) for scores in repeats]
        return {name: float(np.mean([one[name] for one in measured])) for name in MEASURES}

    measures = bootstrap(measure, groups, resamples=resamples, seed=seed)
    # Resampling adds scatter within the ten groups, so resampled calibration
    # errors lie above the one observed: their percentiles are no interval of it.
    measures["ece"] = Estimate(measures["ece"].value)
    return Evaluation(
        rows=len(outcome),
        patients=len(np.unique(groups)),
        events=int(outcome.sum()),
        measures=measures,
    )


def compare(
    log_odds: Floats,
    other: Floats,
    outcome: Floats,
    groups: Ints,
    *,
    resamples: int = 200,
    seed: int = 0,
) -> Comparison:
    """How much better than ``other`` (both log-odds) a model is."""
    ours = [SortedScores(row, outcome) for row in np.atleast_2d(log_odds)]
    theirs = [SortedScores(row, outcome) for row in np.atleast_2d(other)]

    def measure(weights: Floats | None) -> dict[str, float]:
        return {
            name: _mean_of(ours, weights, name) - _mean_of(theirs, weights, name)
            for name in ("auroc", "log_loss")
        }

    return Comparison(**bootstrap(measure, groups, resamples=resamples, seed=seed))


def _mean_of(repeats: Sequence[SortedScores], weights: Floats | None, name: str) -> float:
    figures = []
    for scores in repeats:
        weight = scores.weights_of(weights)
        figures.append(scores.auroc(weight) if name == "auroc" else scores.mean_log_loss(weight))
    return float(np.mean(figures))


def at_thresholds(
    log_odds: Floats,
    outcome: Floats,
    groups: Ints,
    thresholds: Sequence[float],
    *,
    prevalence: float | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> list[AtThreshold]:
    """Accuracy, alert rate and net benefit of acting at each risk threshold.

    With a stated ``prevalence`` rows are weighted to that share of outcomes
    (``log_odds`` must have been moved to it); else the data's own share holds.
    """
    if not len(thresholds):
        return []
    cuts = np.array([np.log(value / (1 - value)) for value in thresholds])
    # Each row's number of thresholds reached: one histogram a resample counts all.
    reached = [np.searchsorted(np.sort(cuts), row, side="right") for row in np.atleast_2d(log_odds)]
    place = np.argsort(np.argsort(cuts))
    odds = np.array(thresholds) / (1 - np.array(thresholds))
    in_data = float(outcome.mean())
    share = in_data if prevalence is None else prevalence
    case_weights = np.where(outcome == 1, share / in_data, (1 - share) / (1 - in_data))

    def measure(weights: Floats | None) -> dict[str, float]:
        weight = case_weights if weights is None else weights * case_weights
        total, events = weight.sum(), (weight * outcome).sum()
        sums: dict[str, float] = {}
        for of_repeat in reached:
            size = len(cuts) + 1
            called = np.bincount(of_repeat, weights=weight, minlength=size)
            hit = np.bincount(of_repeat, weights=weight * outcome, minlength=size)
            alerts = np.cumsum(called[::-1])[::-1][1:][place]
            hits = np.cumsum(hit[::-1])[::-1][1:][place]
            false = alerts - hits
            quiet = total - alerts
            with np.errstate(divide="ignore", invalid="ignore"):
                figures = {
                    "sensitivity": hits / events,
                    "specificity": 1 - false / (total - events),
                    "ppv": hits / alerts,
                    "npv": (quiet - (events - hits)) / quiet,
                    "alert_rate": alerts / total,
                    "net_benefit": (hits - false * odds) / total,
                }
            for name, values in figures.items():
                for number, value in enumerate(values.tolist()):
                    key = f"{number} {name}"
                    sums[key] = sums.get(key, 0.0) + value / len(reached)
        return sums

    estimates = bootstrap(measure, groups, resamples=resamples, seed=seed)
    rows = []
    for number, threshold in enumerate(thresholds):
        of_this = {name: estimates[f"{number} {name}"] for name in THRESHOLD_FIGURES}
        of_all = share - (1 - share) * threshold / (1 - threshold)
        rows.append(AtThreshold(threshold, **of_this, net_benefit_of_all=of_all))
    return rows


def subgroups(
    log_odds: Floats,
    outcome: Floats,
    groups: Ints,
    columns: Mapping[str, Sequence[object]],
    *,
    resamples: int = 200,
    seed: int = 0,
    most_levels: int = 12,
) -> list[SubgroupRow]:
    """Discrimination and calibration within each level of each column.

    A value of None is the level "not recorded". Of columns with many levels the
    commonest are shown.
    """
    table = []
    for variable, values in columns.items():
        names = np.array(["not recorded" if value is None else str(value) for value in values])
        levels, counts = np.unique(names, return_counts=True)
        commonest = levels[np.argsort(-counts, kind="stable")][:most_levels]
        for level in sorted(commonest.tolist()):
            inside = names == level
            table.append(
                _subgroup(variable, level, log_odds, outcome, groups, inside, resamples, seed)
            )
    return table


def _subgroup(
    variable: str,
    level: str,
    log_odds: Floats,
    outcome: Floats,
    groups: Ints,
    inside: NDArray[np.bool_],
    resamples: int,
    seed: int,
) -> SubgroupRow:
    rows, events = int(inside.sum()), int(outcome[inside].sum())
    if min(events, rows - events) < LEAST_EVENTS_IN_SUBGROUP:
        return SubgroupRow(variable, level, rows, events, *(NO_ESTIMATE,) * 3)
    numbered = np.unique(groups[inside], return_inverse=True)[1]
    measured = evaluate(
        np.atleast_2d(log_odds)[:, inside],
        outcome[inside],
        numbered,
        resamples=resamples,
        seed=seed,
    ).measures
    return SubgroupRow(
        *(variable, level, rows, events),
        measured["auroc"],
        measured["intercept"],
        measured["slope"],
    )


def calibration_table(log_odds: Floats, outcome: Floats, bins: int = 10) -> list[CalibrationPoint]:
    """Predicted and observed shares in groups of equal size, repeats averaged."""
    points = []
    repeats = np.atleast_2d(log_odds)
    for part in range(bins):
        risks, observed, rows = [], [], []
        for row in repeats:
            order = np.argsort(row, kind="stable")
            inside = order[len(order) * part // bins : len(order) * (part + 1) // bins]
            risks.append(float((1 / (1 + np.exp(-row[inside]))).mean()))
            observed.append(float(outcome[inside].mean()))
            rows.append(len(inside))
        points.append(CalibrationPoint(rows[0], float(np.mean(risks)), float(np.mean(observed))))
    return points
