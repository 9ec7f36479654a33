"""Train a risk model: cross-validate, calibrate, judge, then fit on every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.risk.boosting import FitPlan, Mask, fit
from cds.risk.calibrator_apply import prior_shift
from cds.risk.calibrator_fit import CalibratorChoice, apply_to_array, choose_calibrator
from cds.risk.calibrator_fit import fit_calibrator as fit_one_calibrator
from cds.risk.comparator import out_of_fold_logistic
from cds.risk.cross_validation import (
    OutOfFold,
    Progress,
    left_out_sites,
    no_progress,
    out_of_fold,
)
from cds.risk.interval_fit import fit_conformal, fit_interval
from cds.risk.recipe.model import Recipe
from cds.risk.results import JudgedScores, Results, judge
from cds.risk.scoring.merge import merge_models
from cds.risk.split import repeated_folds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 200
REFERENCE_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST_OF_EITHER_OUTCOME = 20


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """The rows a model is made from.

    ``inputs`` has shape (rows, inputs) in the recipe's order, NaN missing;
    ``outcome`` is 0 or 1; ``soft_target`` is between 0 and 1, what the models
    learn in its place (they are judged by ``outcome`` all the same); ``groups``
    numbers each row's patient from 0; ``report_columns`` are only reported by;
    ``sites`` is the column for leaving one site out.
    """

    inputs: Floats
    outcome: Floats
    groups: Ints
    report_columns: Mapping[str, Sequence[object]] = field(default_factory=dict)
    sites: Sequence[object] | None = None
    soft_target: Floats | None = None

    @property
    def target(self) -> Floats:
        """What the models learn."""
        return self.outcome if self.soft_target is None else self.soft_target


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """All that the model folder is written from.

    ``model_text`` is one LightGBM text model (the boosters merged), the same
    bytes for the same rows, recipe, seed and device. ``interval``,
    ``conformal`` and ``reference`` are as in predictor.json.
    """

    model_text: str
    calibrator: Mapping[str, Any]
    prior_shift: float
    interval: Mapping[str, Any]
    conformal: Mapping[str, Any]
    reference: Mapping[str, Any]
    results: Results
    trained_on: Mapping[str, Any]


def fit_plan(recipe: Recipe, *, device: str = "cpu", threads: int = 1) -> FitPlan:
    """The recipe's training section, by column number instead of by name."""
    names = tuple(feature.name for feature in recipe.inputs)
    place = {name: number for number, name in enumerate(names)}
    training = recipe.training
    return FitPlan(
        names=names,
        params=training.params,
        rounds=training.rounds,
        boosters=training.boosters,
        monotone=tuple(training.monotone.get(name, 0) for name in names),
        categorical=tuple(place[one.name] for one in recipe.inputs if one.categorical),
        masks=tuple(
            Mask(tuple(place[name] for name in mask.features), mask.share, mask.weight, mask.copies)
            for mask in training.mask
        ),
        device=device,
        threads=threads,
    )


def train(
    recipe: Recipe,
    rows: TrainingRows,
    *,
    plan: FitPlan,
    seed: int = 0,
    report_masks: Mapping[str, Sequence[str]] | None = None,
    resamples: int = RESAMPLES,
    progress: Progress = no_progress,
) -> TrainedModel:
    """Train by the recipe; ``plan`` is ``fit_plan(recipe)``, perhaps tuned.

    ``report_masks`` names sets of inputs to do without, judged besides. Raises
    InputError where the rows are too few to judge a model by.
    """
    _check_enough(rows, recipe)
    training = recipe.training
    folds_of = repeated_folds(
        rows.outcome, rows.groups, folds=training.folds, repeats=training.repeats, seed=seed
    )
    place = {name: number for number, name in enumerate(plan.names)}
    masks = {
        name: [place[one] for one in names if one in place]
        for name, names in (report_masks or {}).items()
    }
    left_out = out_of_fold(
        plan, rows.inputs, rows.target, folds_of,
        seed=seed, report_masks=masks, progress=progress,
    )  # fmt: skip
    choice = choose_calibrator(
        left_out.scores, rows.outcome, rows.groups, candidates=training.calibrators, seed=seed
    )
    judged = _judged(plan, rows, folds_of[0], left_out, choice, seed, progress)
    progress("bootstrap", 0, 1)
    results = judge(
        judged,
        rows.outcome,
        rows.groups,
        candidates=choice.candidates,
        prevalence=training.prevalence,
        band_ends=[end for _, end in recipe.report.bands],
        report_columns=rows.report_columns,
        resamples=resamples,
        seed=seed,
    )
    progress("final model", 0, 1)
    ensemble = fit(plan, rows.inputs, rows.target, seed=(seed, 10_000))
    progress("final model", 1, 1)
    shift = prior_shift(training.prevalence, float(rows.outcome.mean()))
    slope = _slope_of(choice)
    return TrainedModel(
        model_text=merge_models(ensemble.texts()),
        calibrator=choice.calibrator,
        prior_shift=shift,
        interval=fit_interval(
            choice.cross_fitted,
            rows.outcome,
            rows.groups,
            instability=left_out.instability * slope,
            shift=shift,
        ),
        conformal=fit_conformal(choice.cross_fitted, rows.outcome, shift=shift),
        reference=reference_values(plan, rows.inputs),
        results=results,
        trained_on={
            "rows": len(rows.outcome),
            "patients": int(rows.groups.max()) + 1,
            "events": int(rows.outcome.sum()),
            "device": plan.device,
            "lightgbm": lightgbm.__version__,
            "boosters": plan.boosters,
            "rounds": plan.rounds,
            "params": dict(plan.params),
            "folds": training.folds,
            "repeats": training.repeats,
            "seed": seed,
            "prevalence": float(rows.outcome.mean()),
        },
    )


def reference_values(plan: FitPlan, inputs: Floats) -> dict[str, Any]:
    """Of each input, five quantiles of its known values, or a category's codes.

    ``missing`` is the share of rows without it; an input that no row has is left
    out. They stand in for a missing input when asking how far it could move a risk.
    """
    reference: dict[str, Any] = {}
    for column, name in enumerate(plan.names):
        values = inputs[:, column]
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        entry: dict[str, Any] = {"missing": round(1 - len(known) / len(values), 4)}
        if column in plan.categorical:
            codes, counts = np.unique(known, return_counts=True)
            entry["levels"] = [float(code) for code in codes[counts >= 0.005 * len(known)]]
        else:
            quantiles = np.quantile(known, REFERENCE_LEVELS)
            entry["quantiles"] = [float(f"{value:.6g}") for value in quantiles]
        reference[name] = entry
    return reference


def _judged(
    plan: FitPlan,
    rows: TrainingRows,
    fold_of: Ints,
    left_out: OutOfFold,
    choice: CalibratorChoice,
    seed: int,
    progress: Progress,
) -> JudgedScores:
    progress("logistic regression", 0, 1)
    comparator = out_of_fold_logistic(
        rows.inputs, rows.outcome, rows.groups, fold_of, categorical=plan.categorical, seed=seed
    )
    progress("logistic regression", 1, 1)
    sites: dict[str, tuple[NDArray[np.bool_], Floats]] = {}
    if rows.sites is not None:
        raw = left_out_sites(
            plan, rows.inputs, rows.target, rows.outcome, rows.groups, rows.sites,
            seed=seed, progress=progress,
        )  # fmt: skip
        kind = str(choice.calibrator["kind"])
        for name, (held, scores) in raw.items():
            # The calibrator, too, must not have seen the site's outcomes.
            repeats = left_out.scores.shape[0]
            others = fit_one_calibrator(
                kind, left_out.scores[:, ~held].ravel(), np.tile(rows.outcome[~held], repeats)
            )
            sites[name] = (held, apply_to_array(others, scores))
    masked = {
        name: apply_to_array(choice.calibrator, scores) for name, scores in left_out.masked.items()
    }
    return JudgedScores(choice.cross_fitted, comparator, masked, sites)


def _slope_of(choice: CalibratorChoice) -> float:
    """How much the calibrator stretches log-odds, so that the instability stretches too."""
    scores = np.linspace(-3.0, 1.0, 41)
    calibrated = apply_to_array(choice.calibrator, scores)
    return float((calibrated[-1] - calibrated[0]) / (scores[-1] - scores[0]))


def _check_enough(rows: TrainingRows, recipe: Recipe) -> None:
    events = int(rows.outcome.sum())
    fewest = min(events, len(rows.outcome) - events)
    if fewest < LEAST_OF_EITHER_OUTCOME:
        raise InputError(
            f"{len(rows.outcome)} rows with {events} outcomes cannot make a model of "
            f"{recipe.name}; expected at least {LEAST_OF_EITHER_OUTCOME} rows with and as many "
            "without the outcome"
        )
    patients = int(rows.groups.max()) + 1
    if patients < recipe.training.folds:
        raise InputError(
            f"{patients} patients cannot be divided into {recipe.training.folds} folds"
        )
