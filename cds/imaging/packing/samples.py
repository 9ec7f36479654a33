"""Runs sample images through a freshly packed model: its gate, and its golden vectors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging.contract.model import Contract
from cds.imaging.decide import summary
from cds.imaging.frame import Frame, Unreadable
from cds.imaging.gate import FittedGate, fit_gate
from cds.imaging.golden import fingerprint, golden_bytes, thinned
from cds.imaging.loaded import LoadedModel, outputs_of
from cds.imaging.pixels import CannotPrepare, prepare

GOLDEN_FRAMES = 6
LEAST_FOR_GATE = 30
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Sampled:
    """``features``: (n, d), None where the graph gives none. ``frames``: those to remember."""

    count: int
    frames: tuple[Frame, ...]
    features: NDArray[Any] | None
    folders: tuple[str, ...]
    unreadable: tuple[str, ...]
    other_modality: int


def sample(model: LoadedModel, images: Iterable[Frame | Unreadable]) -> Sampled:
    """The features of all samples, and the first images of each folder to remember.

    Raises InputError where the graph fails on them.
    """
    output, scope = model.contract.output, model.contract.scope
    folders: list[str] = []
    unreadable: list[str] = []
    features: list[NDArray[Any]] = []
    kept: dict[str, list[Frame]] = {}
    others = 0
    pixels: list[NDArray[Any]] = []

    def flush() -> None:
        if pixels and output.features:
            batch = np.stack(pixels)
            size = model.largest_batch(len(batch))
            for start in range(0, len(batch), size):
                given = model.session.run(batch[start : start + size], [output.features])
                features.append(given[output.features].reshape(len(given[output.features]), -1))
        pixels.clear()

    for image in images:
        if isinstance(image, Unreadable):
            unreadable.append(f"{image.source}: {image.reason}")
            continue
        try:
            pixels.append(prepare(image, model.contract.intake).pixels)
        except CannotPrepare as error:
            unreadable.append(f"{image.source}: {error.reason}")
            continue
        modality = image.identity.modality
        others += bool(modality and scope.modalities and modality not in scope.modalities)
        folder = Path(image.source).parent.name
        folders.append(folder)
        if len(kept.setdefault(folder, [])) < GOLDEN_FRAMES:
            kept[folder].append(image)
        if len(pixels) == _BATCH:
            flush()
    flush()
    return Sampled(
        count=len(folders),
        frames=_dealt(kept),
        features=np.concatenate(features) if features else None,
        folders=tuple(folders),
        unreadable=tuple(unreadable),
        other_modality=others,
    )


def gate_of(sampled: Sampled, contract: Contract, accepted: float) -> FittedGate:
    """The gate from the samples' features; class means where their folders are the labels."""
    if sampled.features is None or sampled.count < LEAST_FOR_GATE:
        raise InputError(
            f"a gate needs {LEAST_FOR_GATE} sample images that the graph gives features for; "
            f"there are {0 if sampled.features is None else sampled.count}"
        )
    names = {label.name for label in contract.output.labels}
    classes = np.array(sampled.folders) if set(sampled.folders) == names else None
    return fit_gate(sampled.features, accepted, classes=classes)


def golden_of(model: LoadedModel, frames: Sequence[Frame]) -> bytes:
    """The content of ``golden.npz``: the frames, thinned, with what comes out for them now.

    Raises CannotPrepare or InputError where the pipeline fails on one.
    """
    kept = [thinned(frame) for frame in frames]
    contract = model.contract
    pixels = [prepare(frame, contract.intake).pixels for frame in kept]
    outputs = model.run(np.stack(pixels))
    distances = model.distances(outputs)
    return golden_bytes(
        kept,
        np.stack([fingerprint(one, contract.intake.layout) for one in pixels]),
        summary({name: outputs[name] for name in outputs_of(contract)}, contract),
        np.full(len(kept), np.nan) if distances is None else distances,
        contract,
    )


def with_contract(model: LoadedModel, **changes: Any) -> LoadedModel:
    """The same open graph under a changed contract."""
    folder = replace(model.folder, contract=replace(model.contract, **changes))
    return replace(model, folder=folder)


def _dealt(kept: dict[str, list[Frame]]) -> tuple[Frame, ...]:
    """Some frames of every folder, one from each in turn."""
    dealt: list[Frame] = []
    for turn in range(GOLDEN_FRAMES):
        dealt += [frames[turn] for frames in kept.values() if turn < len(frames)]
    return tuple(dealt[:GOLDEN_FRAMES])
