"""Holds a contract against its golden vectors: raw images with what must come out for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging.checking.finding import AGAIN, Finding
from cds.imaging.contract.folder import ModelFolder
from cds.imaging.contract.model import Contract
from cds.imaging.decide import ImplausibleOutput, summary
from cds.imaging.golden import Golden, fingerprint
from cds.imaging.loaded import LoadedModel
from cds.imaging.pixels import CannotPrepare, prepare
from cds.imaging.runtime.session import Session

_PIXELS_CLOSE: Final = 2e-3  # of the spread of the pixels: resizers differ in their last bits
_OUTPUT_CLOSE: Final = 5e-3  # of a probability: devices and versions differ in theirs
_DISTANCE_CLOSE: Final = 0.02  # relative
_STRAIGHT: Final = 0.9999  # correlation of pixels that differ by scale and offset only


def check_golden(model: ModelFolder, session: Session) -> Iterator[Finding]:
    """What the golden vectors say: pixels, outcome, distance, labels, modality, batches."""
    contract = model.contract
    try:
        golden = model.golden()
        gate = model.gate()
    except InputError as error:
        yield Finding("golden", "fault", str(error), AGAIN)
        return
    if golden is None:
        yield Finding(
            "golden",
            "fault",
            "there are no golden vectors: polarity, range and window cannot be checked",
            "make some from sample images: cds image pack --samples FOLDER",
        )
        return
    yield from _remembered(contract, golden)
    pixels: list[NDArray[Any]] = []
    for frame in golden.frames:
        try:
            pixels.append(prepare(frame, contract.intake).pixels)
        except CannotPrepare as error:
            yield Finding("golden", "fault", f"a sample is refused: {error.reason}", AGAIN)
            return
    yield from _pixels(contract, golden, pixels)
    loaded = LoadedModel(model, session, gate)
    try:
        yield from _outcome(loaded, golden, np.stack(pixels))
    except ImplausibleOutput as error:
        yield Finding("activation", "fault", error.message, _remedy_in(error.message))
    except InputError as error:
        yield Finding(
            "run",
            "fault",
            error.message,
            "correct input.layout, height, width, channels and dtype, or export the graph again",
        )


def _remembered(contract: Contract, golden: Golden) -> Iterator[Finding]:
    """What the contract said when the vectors were made, and what the samples' headers say."""
    labels = tuple(label.name for label in contract.output.labels)
    if labels != golden.labels:
        yield Finding(
            "classes",
            "fault",
            f"the labels are {', '.join(labels)}; with the golden vectors they were "
            f"{', '.join(golden.labels)}",
            f"name them {', '.join(golden.labels)} under [[output.labels]], in this order",
        )
    size = (contract.intake.height, contract.intake.width)
    if size != golden.size:
        yield Finding(
            "size",
            "fault",
            f"the size is {size[0]} x {size[1]}; with the golden vectors it was "
            f"{golden.size[0]} x {golden.size[1]}",
            f"set input.height to {golden.size[0]} and input.width to {golden.size[1]}",
        )
    scope = contract.scope.modalities
    there = {frame.identity.modality for frame in golden.frames} - {""}
    if scope and there and not there <= set(scope):
        yield Finding(
            "modality",
            "fault",
            f"the golden images are of modality {', '.join(sorted(there))}, the contract is for "
            f"{', '.join(scope)}",
            f"set scope.modalities to {sorted(there)}",
        )
    elif scope != golden.modalities:
        yield Finding(
            "modality",
            "fault",
            f"the contract is for {', '.join(scope) or 'any modality'}; with the golden vectors "
            f"it was for {', '.join(golden.modalities) or 'any modality'}",
            f"set scope.modalities to {list(golden.modalities)}",
        )


def _pixels(contract: Contract, golden: Golden, pixels: list[NDArray[Any]]) -> Iterator[Finding]:
    made = np.stack([fingerprint(one, contract.intake.layout) for one in pixels])
    if made.shape[1] != golden.fingerprints.shape[1]:
        yield Finding(
            "channels",
            "fault",
            f"{made.shape[1]} channels are prepared; with the golden vectors there were "
            f"{golden.fingerprints.shape[1]}",
            f"set input.channels to {golden.fingerprints.shape[1]}",
        )
        return
    if made.shape != golden.fingerprints.shape:
        return  # another size, which was said
    spread = max(float(golden.fingerprints.std()), 1e-6)
    off = float(np.abs(made - golden.fingerprints).max())
    if off <= _PIXELS_CLOSE * max(spread, 1.0):
        yield Finding("pixels", "ok", f"{len(pixels)} golden images are prepared as they were")
        return
    yield _why_other(contract, golden.fingerprints.ravel(), made.ravel(), off)


def _why_other(
    contract: Contract, wanted: NDArray[np.float64], made: NDArray[np.float64], off: float
) -> Finding:
    """Which part of the contract makes the pixels others: opposite, scaled, or elsewhere."""
    varied = wanted.std() > 0 and made.std() > 0
    together = float(np.corrcoef(wanted, made)[0, 1]) if varied else 0.0
    off_by = f"the pixels of the golden images differ by up to {off:.3g}"
    if together < -_STRAIGHT:
        other = "dark" if contract.intake.polarity == "bright" else "bright"
        return Finding(
            "polarity",
            "fault",
            f"{off_by}: bright and dark are exchanged",
            f"set input.polarity to {other!r}",
        )
    if together > _STRAIGHT:
        slope, offset = np.polyfit(made, wanted, 1)
        return Finding(
            "range",
            "fault",
            f"{off_by}: they were {slope:.4g} times as large plus {offset:.4g}",
            "correct input.value_range, input.mean and input.deviation",
        )
    return Finding(
        "pixels",
        "fault",
        f"{off_by}, and not only in scale",
        f"correct input.resize, window, display, mean or reorient; {AGAIN}",
    )


def _outcome(model: LoadedModel, golden: Golden, batch: NDArray[Any]) -> Iterator[Finding]:
    """Image by image, and all at once: the same, and as it was."""
    singles = [model.run(batch[n : n + 1]) for n in range(len(batch))]
    outputs = {name: np.concatenate([one[name] for one in singles]) for name in singles[0]}
    yield from _batches(model, batch, outputs)
    made = summary(outputs, model.contract)
    if made.shape != golden.expected.shape:
        yield Finding(
            "classes",
            "fault",
            f"{made.shape[1]} values come out; with the golden vectors there were "
            f"{golden.expected.shape[1]}",
            "name as many labels as the graph has values, in the order of training",
        )
        return
    off = float(np.abs(made - golden.expected).max())
    if off > _OUTPUT_CLOSE or not np.isfinite(made).all():
        yield Finding(
            "outcome",
            "fault",
            f"the golden images give values that differ by up to {off:.3g}",
            "correct what is said above; else output.activation, output.calibration or "
            "output.name is another than when the vectors were made",
        )
    else:
        yield Finding("outcome", "ok", f"what comes out is as it was, within {off:.1g}")
    yield from _distances(model, golden, outputs)


def _batches(
    model: LoadedModel, batch: NDArray[Any], outputs: dict[str, NDArray[Any]]
) -> Iterator[Finding]:
    fault = "the graph does not take several images at once, although its batch axis is dynamic"
    remedy = "export it again with axis 0 dynamic inside too (no Reshape to a fixed number of rows)"
    if model.largest_batch(2) == 1:
        yield Finding("batch", "ok", "the graph takes one image at a time")
        return
    pair = np.concatenate([batch, batch])[: max(2, len(batch))]
    try:
        together = model.run(pair)
    except InputError as error:
        yield Finding("dynamic_axis", "fault", f"{fault}: {error.message}", remedy)
        return
    for name, alone in outputs.items():
        same = together[name].shape[0] == len(pair) and np.allclose(
            together[name][: len(alone)], alone, rtol=1e-2, atol=1e-3, equal_nan=True
        )
        if not same:
            yield Finding("dynamic_axis", "fault", f"{fault}: output {name} changes", remedy)
            return
    yield Finding("batch", "ok", "several images at once give the same as one by one")


def _distances(
    model: LoadedModel, golden: Golden, outputs: dict[str, NDArray[Any]]
) -> Iterator[Finding]:
    gate = model.contract.gate
    if gate is None:
        yield Finding(
            "gate",
            "unknown",
            "there is no gate: images unlike the training's are answered too",
            "make one from sample images: cds image pack --samples FOLDER",
        )
        return
    distances = model.distances(outputs)
    assert distances is not None
    wanted = golden.distances
    off = np.abs(distances - wanted) / np.maximum(np.abs(wanted), 1.0)
    if np.isfinite(wanted).all() and float(off.max()) > _DISTANCE_CLOSE:
        yield Finding(
            "gate",
            "fault",
            f"the golden images lie at {distances.max():.2f} where they lay at {wanted.max():.2f}",
            AGAIN,
        )
        return
    nearest = float(distances.min())
    if nearest <= gate.threshold:
        found = f"the nearest golden image lies at {nearest:.4g}, within {gate.threshold:.4g}"
        yield Finding("gate", "ok", f"{found}; the others may lie beyond")
        return
    yield Finding(
        "gate",
        "fault",
        f"no golden image lies within {gate.threshold:.4g}: the nearest lies at {nearest:.4g}",
        "set gate.threshold to the distance of good images",
    )


def _remedy_in(message: str) -> str:
    """The part of a message that says what to do."""
    return message.rpartition("; ")[2]
