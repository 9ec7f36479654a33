"""Fit LightGBM models so that the same rows, plan and seed give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIXED = {
    "deterministic": True,
    "verbosity": -1,
    "feature_pre_filter": False,
}
"""What no recipe may change: risks are log-odds, and runs can be repeated."""

# Lines of a model text's parameters that describe the run and not the model.
_OF_THE_RUN = (
    "num_threads", "data", "valid", "input_model", "output_model", "output_result", "config",
    "verbosity", "machines", "machine_list_filename", "num_machines", "local_listen_port",
    "time_out", "snapshot_freq", "saved_feature_importance_type", "device_type",
    "gpu_platform_id", "gpu_device_id", "gpu_use_dp", "num_gpu", "gpu_device_id_list",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mask:
    """Copies of training rows with some columns set missing.

    Each of ``copies`` copies takes a random ``share`` of the rows, each row
    with ``weight`` against 1 of an original row.
    """

    columns: tuple[int, ...]
    share: float
    weight: float
    copies: int = 1


@dataclass(frozen=True, slots=True)
class FitPlan:
    """Everything that decides a fit, apart from the rows and the seed.

    ``monotone`` holds −1, 0 or 1 for each column; ``categorical`` names the
    columns that are native categories; ``boosters`` models with different
    seeds are averaged.
    """

    names: tuple[str, ...]
    params: Mapping[str, object] = field(default_factory=dict)
    rounds: int = 300
    boosters: int = 1
    monotone: tuple[int, ...] = ()
    categorical: tuple[int, ...] = ()
    masks: tuple[Mask, ...] = ()
    device: str = "cpu"
    threads: int = 1

    def parameters(self, seed: int, *, soft: bool = False) -> dict[str, object]:
        """LightGBM's parameters for one booster; ``soft`` where the target is between 0 and 1."""
        parameters: dict[str, object] = {**self.params, **FIXED, "seed": seed}
        parameters["objective"] = "cross_entropy" if soft else "binary"
        parameters["num_threads"] = self.threads
        parameters["device_type"] = self.device
        if self.device == "cpu":
            parameters["force_row_wise"] = True
        if self.device == "gpu":
            parameters["gpu_use_dp"] = True
        if any(self.monotone):
            parameters["monotone_constraints"] = list(self.monotone)
        return parameters


class Ensemble:
    """Boosters whose mean raw score is the model's."""

    def __init__(self, boosters: Sequence[lightgbm.Booster], threads: int) -> None:
        """Keep the boosters, all of the same inputs."""
        self.boosters = tuple(boosters)
        self._threads = threads

    def raw_scores(self, inputs: Floats) -> Floats:
        """The mean log-odds of each row; shape (rows,)."""
        return np.asarray(self.each(inputs).mean(axis=0))

    def each(self, inputs: Floats) -> Floats:
        """The log-odds given by each booster; shape (boosters, rows)."""
        return np.stack(
            [
                np.asarray(
                    booster.predict(inputs, raw_score=True, num_threads=self._threads),
                    dtype=np.float64,
                )
                for booster in self.boosters
            ]
        )

    def texts(self) -> list[str]:
        """Each booster as a model text without anything of the run that made it."""
        return [normalised_text(booster.model_to_string()) for booster in self.boosters]


Watch = tuple[Floats, Floats, int]
"""Rows (inputs, outcome) to stop early by, and after how many rounds without gain."""


def fit(
    plan: FitPlan,
    inputs: Floats,
    outcome: Floats,
    *,
    seed: Sequence[int],
    watch: Watch | None = None,
) -> Ensemble:
    """Fit the plan's boosters to rows (shape (rows, features), NaN missing).

    ``outcome`` (rows,) is 0 or 1, or anything between: then the cross-entropy
    is minimised instead of the binary log loss, and scores are log-odds still.

    ``seed`` names the fit (run, repeat, fold …): each booster derives its own.
    With ``watch``, the search for hyper-parameters stops early; never otherwise.
    """
    soft = bool(((outcome != 0.0) & (outcome != 1.0)).any())
    weights: Floats | None = None
    if plan.masks:
        random = np.random.default_rng([*seed, 1])
        inputs, outcome, weights = _with_masks(plan.masks, inputs, outcome, random)
    # Bins are found from a sample of the rows; its seed is fixed, one dataset serves all.
    dataset = lightgbm.Dataset(
        inputs,
        outcome,
        weight=weights,
        feature_name=list(plan.names),
        categorical_feature=list(plan.categorical),
        params={**plan.parameters(0, soft=soft), "data_random_seed": 1},
        free_raw_data=False,
    )
    return Ensemble(
        [
            lightgbm.train(
                {**plan.parameters(_derived(seed, number), soft=soft), "data_random_seed": 1},
                dataset,
                num_boost_round=plan.rounds,
                **_watching(dataset, watch),
            )
            for number in range(plan.boosters)
        ],
        plan.threads,
    )


def _derived(seed: Sequence[int], booster: int) -> int:
    return int(np.random.SeedSequence([*seed, 2, booster]).generate_state(1)[0] % 2**31)


def _watching(dataset: lightgbm.Dataset, watch: Watch | None) -> dict[str, Any]:
    if watch is None:
        return {}
    inputs, outcome, patience = watch
    return {
        "valid_sets": [dataset.create_valid(inputs, outcome)],
        "valid_names": ["held"],
        "callbacks": [lightgbm.early_stopping(patience, verbose=False)],
    }


def normalised_text(model_text: str) -> str:
    """The model text without the parameters that only describe the run."""
    head, mark, rest = model_text.partition("\nparameters:\n")
    if not mark:
        return model_text
    parameters, end, tail = rest.partition("\nend of parameters")
    kept = [line for line in parameters.split("\n") if not _describes_the_run(line)]
    return head + mark + "\n".join(kept) + end + tail


def _describes_the_run(line: str) -> bool:
    return line.startswith("[") and line[1:].partition(":")[0].strip() in _OF_THE_RUN


def _with_masks(
    masks: Sequence[Mask], inputs: Floats, outcome: Floats, random: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    parts, outcomes = [inputs], [outcome]
    weights = [np.ones(len(outcome))]
    for mask in masks:
        for _ in range(mask.copies):
            chosen = np.flatnonzero(random.random(len(outcome)) < mask.share)
            copy = inputs[chosen]
            copy[:, list(mask.columns)] = np.nan
            parts.append(copy)
            outcomes.append(outcome[chosen])
            weights.append(np.full(len(chosen), mask.weight))
    return np.concatenate(parts), np.concatenate(outcomes), np.concatenate(weights)
