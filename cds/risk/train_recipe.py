"""From a recipe's file to a model folder: the whole of ``cds train``, without the command line."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np

from cds.errors import InputError, Place
from cds.risk.boosting import FitPlan
from cds.risk.card import HowMade, write_card
from cds.risk.cross_validation import Progress, no_progress
from cds.risk.devices import DeviceChoice, choose_device
from cds.risk.leaks import LeakFinding
from cds.risk.predictor_document import predictor_json
from cds.risk.recipe.model import Recipe
from cds.risk.recipe.parse import parse_recipe
from cds.risk.results import Results
from cds.risk.store import CARD, MODEL, PREDICTOR, RECIPE, write_model
from cds.risk.train import RESAMPLES, TrainedModel, TrainingRows, fit_plan, train
from cds.risk.training_rows import rows_of_recipe
from cds.risk.tune import TunedPlan, tune

JOURNAL = "tuning.jsonl"


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What ``cds train`` tells its user: where the model is, how good, on what made."""

    name: str
    version: str
    folder: Path
    device: DeviceChoice
    results: Results
    calibrator: str
    excluded: Mapping[str, int]
    """rows left out, by reason"""
    leaks: tuple[LeakFinding, ...]
    """suspicions for a person to judge"""
    tuned: TunedPlan | None
    verdict: str
    """against logistic regression: better, tie or worse"""


def train_recipe(
    recipe_path: Path,
    data_root: Path,
    output: Path,
    device: str = "auto",
    seed: int = 0,
    tune_minutes: float = 0.0,
    progress: Progress = no_progress,
    *,
    threads: int = 1,
    command: str = "cds train",
    resamples: int = RESAMPLES,
    elapsed: Callable[[], float] = time.monotonic,
) -> TrainingReport:
    """Train the recipe's model from its data and write the model folder.

    ``data_root`` is the folder (or the one file) the recipe's data are in;
    ``elapsed`` gives seconds and only limits the search of ``tune_minutes``.
    Raises InputError for a wrong recipe, table, device or folder; until all is
    done the output folder keeps its old model.
    """
    recipe = parse_recipe(recipe_path)
    if seed < 0:
        raise InputError(f"is {seed}; expected a whole number from 0", Place("--seed"))
    progress("device", 0, 1)
    chosen = choose_device(device)
    progress("table", 0, 1)
    loaded = rows_of_recipe(recipe, data_root)
    rows = loaded.rows
    plan = fit_plan(recipe, device=chosen.device, threads=threads)
    tuned: TunedPlan | None = None
    if tune_minutes > 0:
        tuned = _tuned(plan, rows, output, seed, tune_minutes, elapsed, progress)
        plan = tuned.plan
    model = train(
        recipe, rows, plan=plan, seed=seed,
        report_masks=recipe.report.masked, resamples=resamples, progress=progress,
    )  # fmt: skip
    made = HowMade(
        command=command,
        device=chosen.explanation(),
        versions=_versions(),
        tuning=_tuning_words(tuned),
        excluded=loaded.excluded,
        implausible=loaded.implausible,
        leaks=tuple(f"{finding.severity}: {finding.message}" for finding in loaded.leaks),
    )
    write_model(output, model_files(recipe, model, made))
    return TrainingReport(
        name=recipe.name,
        version=recipe.version,
        folder=output,
        device=chosen,
        results=model.results,
        calibrator=str(model.calibrator["kind"]),
        excluded=loaded.excluded,
        leaks=loaded.leaks,
        tuned=tuned,
        verdict=model.results.comparison.verdict,
    )


def model_files(recipe: Recipe, model: TrainedModel, made: HowMade) -> dict[str, str | bytes]:
    """The contents of the model folder by file name, checksums not included."""
    return {
        RECIPE: recipe.path.read_bytes(),
        MODEL: model.model_text,
        PREDICTOR: predictor_json(recipe, model),
        CARD: write_card(recipe, model, made),
    }


def _tuned(
    plan: FitPlan,
    rows: TrainingRows,
    output: Path,
    seed: int,
    minutes: float,
    elapsed: Callable[[], float],
    progress: Progress,
) -> TunedPlan:
    begun = elapsed()
    return tune(
        plan,
        rows.inputs,
        rows.outcome,
        rows.groups,
        target=rows.soft_target,
        journal=output / JOURNAL,
        time_is_up=lambda: elapsed() - begun >= 60.0 * minutes,
        seed=seed,
        progress=progress,
    )


def _tuning_words(tuned: TunedPlan | None) -> str:
    if tuned is None:
        return ""
    return (
        f"Hyper-parameters: the best of {tuned.settings} settings in {tuned.trials} trials of a "
        "random search with successive halving, in five folds of patients that differ from those "
        "of the results; the rows are the same, so the results are slightly optimistic."
    )


def _versions() -> dict[str, str]:
    import polars

    from cds import __version__

    return {
        "cds": __version__,
        "Python": platform.python_version(),
        "LightGBM": lightgbm.__version__,
        "NumPy": np.__version__,
        "polars": polars.__version__,
    }
