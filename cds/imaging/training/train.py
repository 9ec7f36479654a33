"""From examples to a model's folder: divide, fit, calibrate, export, gate, judge, describe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging import calibrating
from cds.imaging.contract.folder import ModelFolder
from cds.imaging.contract.model import Calibration, Contract, Gate, Label, Output, Scope
from cds.imaging.contract.write import contract_text
from cds.imaging.decide import decide, probabilities
from cds.imaging.evaluation import Evaluation, Judged, evaluate
from cds.imaging.examples import Example, labels_of
from cds.imaging.frame import Frame, GreyScale
from cds.imaging.gate import GATE, FittedGate, fit_gate, gate_bytes
from cds.imaging.golden import GOLDEN
from cds.imaging.loaded import LoadedModel
from cds.imaging.packing.samples import golden_of
from cds.imaging.phantoms import phantom_frames
from cds.imaging.runtime.session import open_session
from cds.imaging.training.division import divide
from cds.imaging.training.export import FEATURE_MAP, FEATURES, LOGIT, OPSET, onnx_bytes
from cds.imaging.training.pictures import Pictures, intake_of, load
from cds.imaging.training.recipe import Description, Recipe
from cds.model_folder import sha256

if TYPE_CHECKING:
    from cds.imaging.training.fit import Examples, Fitted

Progress = Callable[[str, int, int], None]

MODEL = "model.onnx"
_BATCH = 64
_AVERAGED_LABELS = 3
_FEWEST_AVERAGED = 50
"""A mean of fewer pictures might still show somebody."""


@dataclass(frozen=True, slots=True)
class Divided:
    """Pictures with their split and label numbers; ``splits`` may be empty: left out."""

    pictures: Pictures
    splits: NDArray[np.str_]
    truth: NDArray[np.int64]
    labels: tuple[str, ...]

    def rows(self, split: str) -> NDArray[np.int64]:
        """The numbers of the pictures of ``split``."""
        return np.flatnonzero(self.splits == split)

    def units(self) -> NDArray[np.int64]:
        """A number for each picture's patient; a picture without one is its own."""
        names = [
            example.patient or f"\0{row}" for row, example in enumerate(self.pictures.examples)
        ]
        return np.unique(names, return_inverse=True)[1].reshape(-1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished model: the content of its folder, and what is known of it."""

    contract: Contract
    files: dict[str, str | bytes]
    recipe: Recipe
    fitted: Fitted
    divided: Divided
    calibration_losses: dict[str, float]
    calibration_way: str
    validation: Evaluation
    test: Evaluation | None
    prevalence: dict[str, float] = field(default_factory=dict)


def prepare_examples(
    examples: Sequence[Example], recipe: Recipe, progress: Progress, workers: int = 1
) -> Divided:
    """Read the pictures and divide them. Raises InputError where that cannot be."""
    labels = labels_of(tuple(examples))
    if len(labels) < 2:
        raise InputError(f"all pictures are labelled {labels[0]!r}; expected two or more labels")
    pictures = load(examples, recipe.network.size, progress, workers)
    prints = [one.tobytes() for one in pictures.pixels]
    splits = divide(
        pictures.examples,
        prints,
        validation=recipe.validation,
        test=recipe.test,
        seed=recipe.seed,
    )
    number = {label: place for place, label in enumerate(labels)}
    truth = np.array([number[example.label] for example in pictures.examples], dtype=np.int64)
    return Divided(pictures, np.array(splits), truth, labels)


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
            told += chances_of(logit, Calibration())
        training = replace(training, softened=(told / len(teachers)).astype(np.float32))
    return fit(recipe, training, validation, count, device=device, progress=progress), tuple(
        teachers
    )


def finish(
    divided: Divided, recipe: Recipe, fitted: Fitted, progress: Progress = lambda *_: None
) -> Trained:
    """Everything after the weights are found: graph, calibration, gate, figures, folder."""
    graph = onnx_bytes(fitted.parts, recipe.network, fitted.outputs)
    contract = _contract(recipe, divided.labels, graph, fitted.outputs)
    session = open_session(graph, "cpu")
    outputs = _run(session, divided.pictures.pixels, progress)
    judged, trained = divided.rows("validation"), divided.rows("train")
    logits = outputs[LOGIT].astype(np.float64)
    way, losses, calibration = _calibration(recipe, divided, logits)
    gate = fit_gate(
        outputs[FEATURES][trained],
        recipe.accepted,
        classes=divided.truth[trained],
        judged=outputs[FEATURES][judged],
    )
    threshold = float(f"{gate.threshold:.6g}")
    contract = replace(
        contract,
        output=replace(contract.output, calibration=calibration),
        gate=Gate(GATE, threshold, recipe.accepted),
        golden=GOLDEN,
    )
    loaded = LoadedModel(ModelFolder(Path(), contract, ""), session, gate.statistics)
    prevalence = _prevalence(divided, recipe)
    figures = {
        split: _figures(divided, divided.rows(split), outputs, contract, gate, prevalence)
        for split in ("validation", "test")
        if len(divided.rows(split))
    }
    trained_model = Trained(
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
        calibration_losses={str(way): loss for way, loss in losses.items()},
        calibration_way=way,
        validation=figures["validation"],
        test=figures.get("test"),
        prevalence=prevalence,
    )
    return trained_model


def chances_of(logits: NDArray[Any], calibration: Calibration) -> NDArray[np.float64]:
    """(n, outputs) logits → (n, labels) probabilities."""
    turned = calibration.slope * np.asarray(logits, np.float64) + calibration.intercept
    if turned.shape[1] == 1:
        turned = np.hstack([np.zeros_like(turned), turned])
    powers = np.exp(turned - turned.max(axis=1, keepdims=True))
    chances: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return chances


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


def _run(session: Any, pixels: NDArray[np.float32], progress: Progress) -> dict[str, Any]:
    found: dict[str, list[Any]] = {LOGIT: [], FEATURES: []}
    for start in range(0, len(pixels), _BATCH):
        given = session.run(pixels[start : start + _BATCH, None], list(found))
        for name, parts in found.items():
            parts.append(given[name])
        progress("answers", min(start + _BATCH, len(pixels)), len(pixels))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _calibration(
    recipe: Recipe, divided: Divided, logits: NDArray[np.float64]
) -> tuple[str, dict[calibrating.Way, float], Calibration]:
    rows = divided.rows("validation")
    truth = divided.truth[rows]
    groups = np.unique(divided.units()[rows], return_inverse=True)[1].reshape(-1)
    best, losses = calibrating.choose(
        logits[rows], truth, groups, balanced=recipe.balanced, doubt=recipe.doubt
    )
    way = best if recipe.calibration == "auto" else recipe.calibration
    weights = calibrating.weights_for(truth, recipe.balanced)
    targets = calibrating.targets_for(truth, len(divided.labels), recipe.doubt)
    fitted = calibrating.fit(way, logits[rows], targets, weights)
    about = "validation pictures of patients that were not trained on"
    if recipe.balanced:
        about += ", as if all labels were equally frequent"
    if recipe.doubt:
        about += f", and as if {recipe.doubt:.0%} of the labels told nothing"
    if way == "none":
        about = "not fitted: it did no better than the network's own probabilities"
    return (
        way,
        losses,
        Calibration(float(f"{fitted.slope:.6g}"), float(f"{fitted.intercept:.6g}"), about),
    )


def _prevalence(divided: Divided, recipe: Recipe) -> dict[str, float]:
    if recipe.balanced:
        return {label: 1 / len(divided.labels) for label in divided.labels}
    counts = Counter(divided.truth[divided.rows("train")].tolist())
    total = sum(counts.values())
    return {label: counts[number] / total for number, label in enumerate(divided.labels)}


def _figures(
    divided: Divided,
    rows: NDArray[np.int64],
    outputs: dict[str, Any],
    contract: Contract,
    gate: FittedGate,
    prevalence: dict[str, float],
) -> Evaluation:
    chances = probabilities(outputs[LOGIT][rows], contract)
    distances = gate.statistics.distances(outputs[FEATURES][rows])
    names = [label.name for label in contract.output.labels]
    limit = contract.gate.threshold if contract.gate is not None else np.inf
    cases = []
    for row, chance, distance in zip(rows, chances, distances, strict=True):
        example = divided.pictures.examples[row]
        said = decide(chance, contract)
        status = "refused" if not distance <= limit else "abstain" if said.code else "ok"
        label = said.label if said.label is not None else names[int(np.argmax(chance))]
        cases.append(
            Judged(
                file=str(example.file),
                truth=int(divided.truth[row]),
                status=status,
                said=names.index(label),
                chances=tuple(map(float, chance)),
                patient=example.patient,
            )
        )
    return evaluate(cases, names, prevalence=prevalence)
