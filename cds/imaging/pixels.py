"""From an image as displayed to a model's input: what the contract asks, step by step.

Orientation, polarity, channels, size, range, mean and deviation, layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cds.imaging.contract.model import Intake
from cds.imaging.display import CannotPrepare, displayed, inverted
from cds.imaging.frame import Frame
from cds.imaging.geometry import Placement, Turn, place, resize, usual_turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

__all__ = ["CannotPrepare", "Prepared", "prepare"]

_SECTIONAL = frozenset({"CT", "MR", "PT", "NM"})
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model's input and how it was made.

    ``pixels``: in the contract's layout, without the batch axis. ``steps``: what was done, in
    order. ``shown``: (rows, columns[, 3]), 0 to 1, the image as displayed, before resizing and
    before the contract's polarity. ``placement``: where the input lies in it.
    """

    pixels: NDArray[Any]
    steps: tuple[str, ...]
    shown: NDArray[np.float32]
    placement: Placement


def prepare(frame: Frame, intake: Intake) -> Prepared:
    """``frame`` as ``intake`` asks. Raises CannotPrepare where that cannot be."""
    steps: list[str] = []
    shown = displayed(frame, intake.window, use_header=intake.display, steps=steps)
    turn = _turn(frame) if intake.reorient else Turn()
    if turn != Turn():
        shown = np.ascontiguousarray(turn.apply(shown))
        steps.append(f"orientation: {turn}")
    image = shown
    if intake.polarity == "dark":
        image = inverted(image)
        steps.append("polarity: inverted, the contract takes dense tissue dark")
    image = channels(image, intake.channels, steps)
    placement = place(shown.shape[:2], intake.height, intake.width, intake.resize, turn)
    low, high = intake.value_range
    fill = (intake.fill - low) / (high - low)
    image = resize(image, placement, intake.height, intake.width, intake.interpolation, fill)
    steps.append(
        f"resize: {shown.shape[0]} x {shown.shape[1]} -> {intake.height} x {intake.width}, "
        f"{intake.resize}, {intake.interpolation}"
    )
    image = np.broadcast_to(image, (intake.height, intake.width, intake.channels))
    pixels = laid_out(normalised(image, intake, steps), intake, steps)
    return Prepared(pixels, tuple(steps), shown, placement)


def channels(image: NDArray[np.float32], count: int, steps: list[str]) -> NDArray[np.float32]:
    """``image`` as (rows, columns, channels): colour, or one channel where it can be repeated."""
    colour = image.ndim == 3
    if count not in (1, 3):
        raise CannotPrepare(f"has {3 if colour else 1} channels; the contract takes {count}")
    if not colour:
        if count == 3:
            steps.append("channels: grey -> 3 equal ones")
        return image[..., np.newaxis]
    if count == 3:
        return image
    first = image[..., :1]
    if (first == image).all():
        steps.append("channels: RGB of equal ones -> grey")
        return first
    steps.append("channels: RGB -> grey, 0.299 R + 0.587 G + 0.114 B")
    grey: NDArray[np.float32] = (image @ _LUMA).astype(np.float32)[..., np.newaxis]
    return grey


def normalised(image: NDArray[np.float32], intake: Intake, steps: list[str]) -> NDArray[np.float64]:
    """0 to 1 brought to the contract's range, its mean taken off, divided by its deviation."""
    low, high = intake.value_range
    values = image.astype(np.float64)
    if (low, high) != (0.0, 1.0):
        values = values * (high - low) + low
        steps.append(f"scale: 0 to 1 -> {low:g} to {high:g}")
    if set(intake.mean) != {0.0} or set(intake.deviation) != {1.0}:
        values = (values - np.array(intake.mean)) / np.array(intake.deviation)
        steps.append(
            f"normalise: mean {_listed(intake.mean)} deviation {_listed(intake.deviation)}"
        )
    return values


def laid_out(values: Values, intake: Intake, steps: list[str]) -> NDArray[Any]:
    """(rows, columns, channels) in the contract's order and type."""
    if intake.dtype == "uint8":
        values = np.clip(np.rint(values), 0, 255)
    if intake.layout == "NCHW":
        values = values.transpose(2, 0, 1)
    steps.append(f"layout: {intake.layout} {intake.dtype}")
    return np.ascontiguousarray(values, dtype=intake.dtype)


def _turn(frame: Frame) -> Turn:
    if frame.kind == "nifti" or frame.identity.modality in _SECTIONAL:
        return usual_turn(frame.row_axis, frame.column_axis)
    return Turn()


def _listed(numbers: tuple[float, ...]) -> str:
    return " ".join(f"{number:g}" for number in numbers)
