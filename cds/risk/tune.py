"""Search hyper-parameters within a time limit: random draws, half of them dropped at a time.

A round draws eight settings (the first round's first is the recipe's own),
tries all on one fold, the better four on a second one, and the best two on
three more. Folds are by patient and come from another seed than those that the
model is later judged by, so the judgement is not of the very split that was
searched. Each trial is a line of a journal (JSON lines): a search that was
interrupted reads it and goes on where it stopped, and the same seed draws the
same settings in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.risk.boosting import FitPlan, fit
from cds.risk.cross_validation import Progress, no_progress
from cds.risk.split import grouped_stratified_folds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SETTINGS_IN_A_ROUND = 8
FOLDS = 5
RUNGS = ((8, (0,)), (4, (1,)), (2, (2, 3, 4)))
"""How many settings are still in, and the folds they are then tried on."""
MOST_ROUNDS = 3000
PATIENCE = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """One setting on one fold: its log loss, and the rounds at which it was best."""

    setting: int
    fold: int
    log_loss: float
    rounds: int


@dataclass(frozen=True, slots=True)
class TunedPlan:
    """The best plan found, and how it was found."""

    plan: FitPlan
    trials: int
    settings: int
    log_loss: float
    """mean over the folds it was tried on"""
    start_log_loss: float
    """the same, of the recipe's own setting; NaN before it was tried on all folds"""


def draw_setting(number: int, seed: int, start: Mapping[str, object]) -> dict[str, object]:
    """The ``number``-th setting of a search; number 0 is the recipe's own."""
    if number == 0:
        return dict(start)
    random = np.random.default_rng([seed, 77, number])

    def between(low: float, high: float) -> float:
        return float(f"{np.exp(random.uniform(np.log(low), np.log(high))):.4g}")

    drawn: dict[str, object] = {
        "learning_rate": between(0.01, 0.1),
        "num_leaves": round(between(4, 96)),
        "min_data_in_leaf": round(between(5, 300)),
        "feature_fraction": round(float(random.uniform(0.2, 1.0)), 2),
        "lambda_l2": between(0.01, 100.0),
        "lambda_l1": round(float(random.choice([0.0, 0.1, 1.0, 5.0])), 1),
        "bagging_fraction": round(float(random.uniform(0.5, 1.0)), 2),
        "bagging_freq": 1,
        "max_bin": int(random.choice([63, 127, 255])),
    }
    kept = {name: value for name, value in start.items() if name not in drawn}
    return {**kept, **drawn}


def tune(
    plan: FitPlan,
    inputs: Floats,
    outcome: Floats,
    groups: Ints,
    *,
    target: Floats | None = None,
    journal: Path,
    time_is_up: Callable[[], bool],
    seed: int = 0,
    progress: Progress = no_progress,
) -> TunedPlan:
    """Search until ``time_is_up`` says so (asked after each trial); at least one trial.

    ``target`` is what the models learn, where it is not the outcome itself.
    Raises InputError when the journal belongs to another search.
    """
    fold_of = grouped_stratified_folds(outcome, groups, folds=FOLDS, seed=seed + 500_009)
    learnt = outcome if target is None else target
    heading = {"search": 1, "seed": seed, "rows": len(outcome), "start": dict(plan.params)}
    trials = _read(journal, heading)
    first_setting = 0
    while True:
        survivors = list(range(first_setting, first_setting + SETTINGS_IN_A_ROUND))
        for size, folds in RUNGS:
            survivors = _best(survivors, trials)[:size]
            for setting in sorted(survivors):
                for fold in folds:
                    if (setting, fold) in trials:
                        continue
                    if trials and time_is_up():
                        return _chosen(plan, trials, seed)
                    progress("tuning", len(trials), 0)
                    trial = _try(plan, inputs, learnt, fold_of, setting, fold, seed)
                    trials[setting, fold] = trial
                    _append(journal, trial)
        first_setting += SETTINGS_IN_A_ROUND


def _try(
    plan: FitPlan,
    inputs: Floats,
    learnt: Floats,
    fold_of: Ints,
    setting: int,
    fold: int,
    seed: int,
) -> Trial:
    held = fold_of == fold
    tried = replace(
        plan, params=draw_setting(setting, seed, plan.params), rounds=MOST_ROUNDS, boosters=1
    )
    ensemble = fit(
        tried,
        inputs[~held],
        learnt[~held],
        seed=(seed, 20_000 + setting, fold),
        watch=(inputs[held], learnt[held], PATIENCE),
    )
    booster: lightgbm.Booster = ensemble.boosters[0]
    (loss,) = booster.best_score["held"].values()
    return Trial(setting, fold, float(loss), int(booster.best_iteration))


def _losses(setting: int, trials: Mapping[tuple[int, int], Trial]) -> list[float]:
    return [trial.log_loss for (of, _), trial in sorted(trials.items()) if of == setting]


def _best(settings: Sequence[int], trials: Mapping[tuple[int, int], Trial]) -> list[int]:
    """Settings in order of their mean loss; those not yet tried keep their place, last."""

    def loss(setting: int) -> tuple[float, int]:
        losses = _losses(setting, trials)
        return (float(np.mean(losses)) if losses else float("inf"), setting)

    return sorted(settings, key=loss)


def _chosen(plan: FitPlan, trials: Mapping[tuple[int, int], Trial], seed: int) -> TunedPlan:
    """The best of the settings tried on all folds, or else of those tried on most."""
    tried: dict[int, list[Trial]] = {}
    for trial in trials.values():
        tried.setdefault(trial.setting, []).append(trial)
    most = max(len(of_setting) for of_setting in tried.values())
    full = {number: done for number, done in tried.items() if len(done) == most}
    best = min(full, key=lambda number: np.mean([trial.log_loss for trial in full[number]]))
    if best == 0:
        chosen = plan
    else:
        # Full data bear a little more rounds than four fifths of them.
        rounds = round(float(np.median([trial.rounds for trial in full[best]])) * 1.1)
        params = draw_setting(best, seed, plan.params)
        chosen = replace(plan, params=params, rounds=max(rounds, 1))
    return TunedPlan(
        plan=chosen,
        trials=len(trials),
        settings=len(tried),
        log_loss=float(np.mean(_losses(best, trials))),
        start_log_loss=float(np.mean(_losses(0, trials))) if 0 in full else float("nan"),
    )


def _read(journal: Path, heading: Mapping[str, Any]) -> dict[tuple[int, int], Trial]:
    """The trials of an earlier run; starts the journal where there is none."""
    if not journal.exists():
        journal.parent.mkdir(parents=True, exist_ok=True)
        journal.write_text(json.dumps(heading) + "\n", encoding="utf-8")
        return {}
    trials: dict[tuple[int, int], Trial] = {}
    for number, line in enumerate(journal.read_text(encoding="utf-8").splitlines()):
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the line that an interrupted run was writing
        if number == 0:
            if entry != json.loads(json.dumps(heading)):
                raise InputError(
                    "is the journal of another search (other seed, rows or recipe); "
                    "remove it to start afresh",
                    Place(str(journal)),
                )
            continue
        trial = Trial(**entry)
        trials[trial.setting, trial.fold] = trial
    return trials


def _append(journal: Path, trial: Trial) -> None:
    entry = {name: getattr(trial, name) for name in ("setting", "fold", "log_loss", "rounds")}
    with journal.open("a", encoding="utf-8") as stream:
        stream.write("\n" if _ends_midline(journal) else "")
        stream.write(json.dumps(entry) + "\n")


def _ends_midline(journal: Path) -> bool:
    content = journal.read_bytes()
    return bool(content) and not content.endswith(b"\n")
