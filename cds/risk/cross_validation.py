"""Out-of-fold scores: every row scored by models that saw none of its patient's rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.risk.boosting import FitPlan, fit
from cds.risk.split import leave_one_out

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many parts are done, and how many there are."""


def no_progress(_what: str, _done: int, _parts: int) -> None:
    """For callers who do not watch."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Raw scores (log-odds before calibration) of the rows left out.

    ``scores`` has shape (repeats, rows); ``masked`` holds the same for rows
    with some inputs set missing, by the name of the mask. ``instability``
    (rows,) is the standard deviation of a row's score between trainings:
    between repeats, or with one repeat only between the averaged boosters.
    """

    scores: Floats
    masked: Mapping[str, Floats]
    instability: Floats


def out_of_fold(
    plan: FitPlan,
    inputs: Floats,
    target: Floats,
    folds_of: Sequence[Ints],
    *,
    seed: int,
    report_masks: Mapping[str, Sequence[int]] | None = None,
    progress: Progress = no_progress,
) -> OutOfFold:
    """Cross-validate a plan; ``folds_of`` has one division into folds a repeat.

    ``target`` (rows,) is what the models learn: the outcome, or a softer form of it.
    Each fold's models have the plan's rounds, boosters and masks, like the final
    ones; masks touch only the rows that are learnt from. ``report_masks`` names
    columns to set missing when the left-out rows are scored once more.
    """
    masks = report_masks or {}
    shape = (len(folds_of), len(target))
    scores = np.empty(shape)
    masked = {name: np.empty(shape) for name in masks}
    between_boosters = np.zeros(len(target))
    parts = [
        (repeat, fold)
        for repeat, fold_of in enumerate(folds_of)
        for fold in range(int(fold_of.max()) + 1)
    ]
    for done, (repeat, fold) in enumerate(parts):
        progress("cross-validation", done, len(parts))
        held = folds_of[repeat] == fold
        ensemble = fit(plan, inputs[~held], target[~held], seed=(seed, repeat, fold))
        each = ensemble.each(inputs[held])
        scores[repeat, held] = each.mean(axis=0)
        if plan.boosters > 1:
            between_boosters[held] = each.std(axis=0, ddof=1) / np.sqrt(plan.boosters)
        for name, columns in masks.items():
            without = inputs[held].copy()
            without[:, list(columns)] = np.nan
            masked[name][repeat, held] = ensemble.raw_scores(without)
    progress("cross-validation", len(parts), len(parts))
    repeated = len(folds_of) > 1
    instability = scores.std(axis=0, ddof=1) if repeated else between_boosters
    return OutOfFold(scores, masked, np.asarray(instability))


def left_out_sites(
    plan: FitPlan,
    inputs: Floats,
    target: Floats,
    outcome: Floats,
    groups: Ints,
    sites: Sequence[object],
    *,
    seed: int,
    progress: Progress = no_progress,
) -> dict[str, tuple[NDArray[np.bool_], Floats]]:
    """For each site: its rows, and their raw scores from models of the other sites.

    Sites whose rows, or all others' rows, lack one of the outcomes are left out.
    """
    turns = list(leave_one_out(sites, groups))
    results = {}
    for done, (name, held, learn) in enumerate(turns):
        progress("leave one site out", done, len(turns))
        if not (0 < outcome[held].mean() < 1 and 0 < outcome[learn].mean() < 1):
            continue
        ensemble = fit(plan, inputs[learn], target[learn], seed=(seed, 9000, done))
        results[name] = (held, ensemble.raw_scores(inputs[held]))
    progress("leave one site out", len(turns), len(turns))
    return results
