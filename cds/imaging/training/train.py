"""From examples to a model's folder: divide, fit, calibrate, export, gate, judge, describe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cds.imaging import calibrating
from cds.imaging.contract.folder import ModelFolder
from cds.imaging.contract.model import Calibration, Contract, Gate, Label, Output, Scope
from cds.imaging.contract.write import contract_text
from cds.imaging.evaluation import Evaluation
from cds.imaging.frame import Frame, GreyScale
from cds.imaging.gate import GATE, fit_gate, gate_bytes
from cds.imaging.golden import GOLDEN
from cds.imaging.loaded import LoadedModel
from cds.imaging.packing.samples import golden_of
from cds.imaging.phantoms import phantom_frames
from cds.imaging.runtime.session import open_session
from cds.imaging.training.calibrate import Calibrated, calibrate
from cds.imaging.training.divided import Divided
from cds.imaging.training.export import FEATURE_MAP, FEATURES, LOGIT, OPSET, onnx_bytes
from cds.imaging.training.judge import figures
from cds.imaging.training.outputs import graph_outputs
from cds.imaging.training.pictures import intake_of
from cds.imaging.training.recipe import Description, Recipe
from cds.model_folder import sha256

if TYPE_CHECKING:
    from cds.imaging.training.fit import Examples, Fitted

Progress = Callable[[str, int, int], None]

MODEL = "model.onnx"
_AVERAGED_LABELS = 3
_FEWEST_AVERAGED = 50
"""A mean of fewer pictures might still show somebody."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished model: the content of its folder, and what is known of it."""

    contract: Contract
    files: dict[str, str | bytes]
    recipe: Recipe
    fitted: Fitted
    divided: Divided
    calibrated: Calibrated
    validation: Evaluation
    test: Evaluation | None


def learn(
    divided: Divided, recipe: Recipe, device: str, progress: Progress
) -> tuple[Fitted, tuple[Fitted, ...]]:
    """The network, and the teachers it learnt from, if the recipe asks for any."""
    from cds.imaging.training.fit import answers, fit

    training, validation = _part(divided, "train"), _part(divided, "validation")
    count = len(divided.labels)
    teachers: list[Fitted] = []
    if recipe.schedule.teachers:
        alone = replace(recipe, schedule=replace(recipe.schedule, teachers=0))
        told = np.zeros((len(training.labels), count))
        for number in range(recipe.schedule.teachers):
            teacher = fit(
                alone,
                training,
                validation,
                count,
                device=device,
                seed=recipe.seed + 1 + number,
                what=f"teacher {number + 1}",
                progress=progress,
            )
            teachers.append(teacher)
            logit = answers(teacher.parts, recipe, training.pictures, device)["logit"]
            told += calibrating.chances(Calibration(), logit)
        training = replace(training, softened=(told / len(teachers)).astype(np.float32))
    return fit(recipe, training, validation, count, device=device, progress=progress), tuple(
        teachers
    )


def finish(
    divided: Divided,
    recipe: Recipe,
    fitted: Fitted,
    progress: Progress = lambda *_: None,
    graph: bytes = b"",
) -> Trained:
    """Everything after the weights are found: graph, calibration, gate, figures, folder.

    ``graph``: what an earlier export of the same weights gave, where that is to be kept.
    """
    graph = graph or onnx_bytes(fitted.parts, recipe.network, fitted.outputs)
    contract = _contract(recipe, divided.labels, graph, fitted.outputs)
    session = open_session(graph, "cpu")
    outputs = graph_outputs(session, divided.pictures.pixels, [LOGIT, FEATURES], progress)
    judged, trained = divided.rows("validation"), divided.rows("train")
    calibrated = calibrate(session, divided, outputs[LOGIT], recipe, progress)
    gate = fit_gate(
        outputs[FEATURES][trained],
        recipe.accepted,
        classes=divided.truth[trained],
        judged=outputs[FEATURES][judged],
    )
    threshold = float(f"{gate.threshold:.6g}")
    contract = replace(
        contract,
        output=replace(contract.output, calibration=calibrated.calibration),
        gate=Gate(GATE, threshold, recipe.accepted),
        golden=GOLDEN,
    )
    loaded = LoadedModel(ModelFolder(Path(), contract, ""), session, gate.statistics)
    evaluations = {
        split: figures(divided, divided.rows(split), outputs, contract, gate)
        for split in ("validation", "test")
        if len(divided.rows(split))
    }
    return Trained(
        contract=contract,
        files={
            MODEL: graph,
            GATE: gate_bytes(gate.statistics),
            GOLDEN: golden_of(loaded, (*_averages(divided), *phantom_frames())),
            "contract.toml": contract_text(contract),
        },
        recipe=recipe,
        fitted=fitted,
        divided=divided,
        calibrated=calibrated,
        validation=evaluations["validation"],
        test=evaluations.get("test"),
    )


def _part(divided: Divided, split: str) -> Examples:
    from cds.imaging.training.fit import Examples

    rows = divided.rows(split)
    names = [divided.pictures.examples[row].source for row in rows]
    sources = np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return Examples(divided.pictures.pixels[rows], divided.truth[rows], sources)


def _contract(recipe: Recipe, labels: tuple[str, ...], graph: bytes, outputs: int) -> Contract:
    words = recipe.description
    pooled = recipe.network.architecture == "pooled"
    return Contract(
        name=words.name,
        version=words.version,
        task="classification",
        file=MODEL,
        sha256=sha256(graph),
        opset=OPSET,
        scope=Scope(words.modalities, words.body_parts, words.views, words.ages),
        intake=intake_of(recipe.network.size),
        output=Output(
            name=LOGIT,
            labels=tuple(
                Label(label, words.titles.get(label, {}), _code(words, label)) for label in labels
            ),
            activation="logit",
            features=FEATURES,
            feature_map=FEATURE_MAP if pooled else "",
        ),
        purpose=words.purpose,
        not_for=words.not_for,
        source=words.source,
    )


def _code(words: Description, label: str) -> tuple[str, str, str] | None:
    if label not in words.codes:
        return None
    system, code, meaning = words.codes[label]
    return system, code, meaning


def _averages(divided: Divided) -> list[Frame]:
    """The mean training picture of the first labels: near the others, and of nobody."""
    frames = []
    training = divided.rows("train")
    for number in range(min(len(divided.labels), _AVERAGED_LABELS)):
        mine = training[divided.truth[training] == number]
        if len(mine) >= _FEWEST_AVERAGED:
            mean = divided.pictures.pixels[mine].mean(axis=0, dtype=np.float64)
            stored = np.rint(mean * 255).astype(np.uint8)
            frames.append(Frame("average", 0, stored, "MONOCHROME2", GreyScale(bits_stored=8)))
    return frames
