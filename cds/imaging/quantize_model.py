"""Quantise a model's folder: the graph, its contract, gate, golden vectors and card again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging import quantize
from cds.imaging.contract.folder import CARD, ModelFolder
from cds.imaging.contract.model import Contract
from cds.imaging.contract.read import CONTRACT
from cds.imaging.contract.write import contract_text
from cds.imaging.decide import decide, probabilities
from cds.imaging.frame import Frame, Unreadable
from cds.imaging.gate import GATE, GateStatistics, gate_bytes
from cds.imaging.golden import GOLDEN
from cds.imaging.loaded import LoadedModel
from cds.imaging.metrics import auroc
from cds.imaging.packing.samples import golden_of
from cds.imaging.pixels import CannotPrepare, prepare
from cds.imaging.quantize import Attempt, Cost, Speed
from cds.imaging.runtime.session import Session, open_session
from cds.model_folder import sha256

MODEL: Final = "model_int8.onnx"
FEWEST: Final = 16
_FOR_RANGES: Final = 320
_RACED: Final = 8

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Quantized:
    """``auroc``: of each label looked at, before and after; None where samples have no labels."""

    contract: Contract
    files: dict[str, str | bytes]
    attempt: Attempt
    cost: Cost
    auroc: dict[str, tuple[float, float]] | None
    bytes_before: int
    speed: Speed
    samples: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Samples:
    """Prepared images and, where known, the number of each one's label."""

    pixels: list[NDArray[Any]]
    truth: NDArray[np.int64] | None
    unreadable: int


def prepared(
    images: Sequence[Frame | Unreadable], contract: Contract, truth: Sequence[int] | None
) -> Samples:
    """``images`` as the model takes them; ``truth``: the label number of each."""
    pixels, kept = [], []
    for place, image in enumerate(images):
        if isinstance(image, Unreadable):
            continue
        try:
            pixels.append(prepare(image, contract.intake).pixels)
        except CannotPrepare:
            continue
        kept.append(place)
    numbers = None if truth is None else np.asarray(truth, dtype=np.int64)[kept]
    return Samples(pixels, numbers, len(images) - len(pixels))


def quantize_model(
    model: ModelFolder,
    samples: Samples,
    *,
    threads: int,
    progress: Progress = lambda what, done, parts: None,
) -> Quantized:
    """The model in eight-bit integers.

    Every second sample, up to 320, gives the ranges; what it costs is measured on the others.
    Layers at the ends are kept in full precision until at most 0.5 % of labels differ. Raises
    InputError for fewer than 16 samples, or a model that is no classifier.
    """
    contract = model.contract
    if contract.task != "classification":
        raise InputError(f"{contract.name} is a model for {contract.task}, not classification")
    if len(samples.pixels) < FEWEST:
        raise InputError(
            f"there are {len(samples.pixels)} images that can be used; expected {FEWEST} or more"
        )
    graph, gate = model.graph(), model.gate()
    before = open_session(graph, "cpu")
    single = isinstance(before.inputs[0].shape[0], int)
    rows = np.random.default_rng(0).permutation(len(samples.pixels))
    for_ranges, held_out = rows[::2][:_FOR_RANGES], np.sort(rows[1::2])
    batches = quantize.in_batches([samples.pixels[row] for row in for_ranges], 1 if single else 16)
    judged = [samples.pixels[row] for row in held_out]
    reference = _answers(before, judged, contract, gate)
    best: tuple[Attempt, _Answers, Cost] | None = None
    for step, attempt in enumerate(quantize.attempts(graph, batches), start=1):
        progress("quantising", step, 3)
        after = _answers(open_session(attempt.content, "cpu"), judged, contract, gate)
        found = quantize.cost(
            reference.chances,
            after.chances,
            reference.labels,
            after.labels,
            (reference.refused, after.refused),
        )
        if best is None or found.flipped < best[2].flipped:
            best = attempt, after, found
        if found.share <= quantize.ALLOWED:
            break
    assert best is not None
    attempt, after, found = best
    truth = None if samples.truth is None else samples.truth[held_out]
    raced = np.stack(judged[: 1 if single else _RACED])
    speed = quantize.race(graph, attempt.content, raced, threads)
    files, changed = _files(model, attempt, gate, found)
    return Quantized(
        contract=changed,
        files=files,
        attempt=attempt,
        cost=found,
        auroc=None if truth is None else _aurocs(contract, truth, reference, after),
        bytes_before=len(graph),
        speed=speed,
        samples=len(samples.pixels),
        unreadable=samples.unreadable,
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    chances: NDArray[np.float64]
    labels: list[str | None]
    refused: int | None


def _answers(
    session: Session, judged: list[Any], contract: Contract, gate: GateStatistics | None
) -> _Answers:
    names = [contract.output.name] + ([contract.output.features] if gate is not None else [])
    size = 1 if isinstance(session.inputs[0].shape[0], int) else 16
    parts = [session.run(batch, names) for batch in quantize.in_batches(judged, size)]
    chances = probabilities(
        np.concatenate([part[contract.output.name] for part in parts]), contract
    )
    refused = None
    if gate is not None and contract.gate is not None:
        features = np.concatenate([part[contract.output.features] for part in parts])
        refused = int((~(gate.distances(features) <= contract.gate.threshold)).sum())
    return _Answers(chances, [decide(chance, contract).label for chance in chances], refused)


def _aurocs(
    contract: Contract, truth: NDArray[np.int64], before: _Answers, after: _Answers
) -> dict[str, tuple[float, float]]:
    names = [label.name for label in contract.output.labels]
    looked_at = (1,) if len(names) == 2 else range(len(names))
    return {
        names[place]: (
            auroc(before.chances[:, place], truth == place),
            auroc(after.chances[:, place], truth == place),
        )
        for place in looked_at
    }


def _files(
    model: ModelFolder, attempt: Attempt, gate: GateStatistics | None, found: Cost
) -> tuple[dict[str, str | bytes], Contract]:
    contract = replace(model.contract, file=MODEL, sha256=sha256(attempt.content))
    files: dict[str, str | bytes] = {MODEL: attempt.content}
    if gate is not None:
        files[GATE] = gate_bytes(gate)
        assert contract.gate is not None
        contract = replace(contract, gate=replace(contract.gate, file=GATE))
    golden = model.golden()
    if golden is not None:
        contract = replace(contract, golden=GOLDEN)
        loaded = LoadedModel(
            ModelFolder(Path(), contract, ""), open_session(attempt.content, "cpu"), gate
        )
        files[GOLDEN] = golden_of(loaded, golden.frames)
    files[CONTRACT] = contract_text(contract)
    card = model.folder / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else f"# {contract.name}\n"
    files[CARD] = text + (
        "\n## In eight-bit integers\n\nThis folder holds the quantised graph; the figures above "
        f"are of the original. Of {found.images} samples that did not set the ranges, "
        f"{found.flipped} got another label; a probability changed by at most "
        f"{found.largest_change:.3f}.\n"
    )
    return files, contract
