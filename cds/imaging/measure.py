"""Boxes and masks that a graph gave, brought to the source image and measured in millimetres."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.contract.model import Contract, Output
from cds.imaging.decide import Numbers, scaled
from cds.imaging.frame import Frame
from cds.imaging.result import Box, Region

if TYPE_CHECKING:
    from cds.imaging.geometry import Placement
    from cds.imaging.pixels import Prepared

_SAME: Final = 0.5  # share of two boxes' union above which they are one


def boxes_of(
    boxes: NDArray[Any],
    scores: NDArray[Any],
    contract: Contract,
    frame: Frame,
    prepared: Prepared,
) -> tuple[Box, ...]:
    """The boxes (n, 4) whose score (n,) or (n, labels) reaches the threshold, highest first.

    Of boxes of one label that share more than half of their union, the highest stays (a graph
    that suppresses its own has none). Raises ImplausibleOutput where scores are no probabilities.
    """
    output = contract.output
    chances = scaled(scores, output).reshape(len(boxes), -1)
    corners = _corners(np.asarray(boxes, dtype=np.float64).reshape(-1, 4), contract)
    with np.errstate(invalid="ignore"):
        found = [
            (float(chances[row, column]), output.labels[column].name, corners[row])
            for row, column in zip(*np.nonzero(chances >= output.threshold), strict=True)
            if column < len(output.labels) and np.isfinite(corners[row]).all()
        ]
    found.sort(key=lambda one: -one[0])
    kept: list[tuple[float, str, NDArray[np.float64]]] = []
    for one in found:
        if all(one[1] != other[1] or _overlap(one[2], other[2]) <= _SAME for other in kept):
            kept.append(one)
    return tuple(_measured(one, frame, prepared.placement) for one in kept)


def regions_of(
    masks: NDArray[Any], contract: Contract, frame: Frame, prepared: Prepared
) -> tuple[tuple[Region, ...], dict[str, float]]:
    """The regions of (masks, height, width) that are not empty, and label → its highest
    probability. Raises ImplausibleOutput where masks are no probabilities."""
    output, intake = contract.output, contract.intake
    planes = _probable(np.asarray(masks, dtype=np.float64), output)
    over = [
        _over_source(plane, prepared.placement, (intake.height, intake.width)) for plane in planes
    ]
    if len(planes) > len(output.labels):
        greatest = np.argmax(np.stack(over), axis=0)
        there = [greatest == n + 1 for n in range(len(output.labels))]
        planes = planes[1:]
    else:
        there = [plane >= output.threshold for plane in over]
    regions, best = [], {}
    for label, mask, plane in zip(output.labels, there, planes, strict=True):
        best[label.name] = float(plane.max())
        pixels = int(mask.sum())
        if pixels:
            area = None if frame.spacing is None else pixels * frame.spacing[0] * frame.spacing[1]
            regions.append(Region(label.name, pixels, mask, area))
    return tuple(regions), best


def _corners(boxes: NDArray[np.float64], contract: Contract) -> NDArray[np.float64]:
    """(n, 4) as left, top, right, bottom in pixels of the input."""
    output, intake = contract.output, contract.intake
    first, second = boxes[:, :2], boxes[:, 2:]
    if output.box_format == "corner_size":
        second = first + second
    elif output.box_format == "centre_size":
        first, second = first - second / 2, first + second / 2
    corners = np.hstack([first, second])
    if output.box_unit == "fraction":
        corners = corners * np.array([intake.width, intake.height] * 2)
    return corners


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The shared area of two boxes over that of their union."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0.0)))
    both = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - shared
    return shared / both if both > 0 else 0.0


def _measured(
    found: tuple[float, str, NDArray[np.float64]], frame: Frame, placement: Placement
) -> Box:
    score, label, (left, top, right, bottom) = found
    rows, columns = frame.stored.shape[:2]
    points = [placement.to_stored(top, left), placement.to_stored(bottom, right)]
    (top, bottom), (left, right) = (
        _within(axis, side)
        for axis, side in zip(zip(*points, strict=True), (rows, columns), strict=True)
    )
    height, width = bottom - top, right - left
    down, across = frame.spacing if frame.spacing is not None else (None, None)
    return Box(
        label=label,
        score=score,
        left=left,
        top=top,
        width=width,
        height=height,
        width_mm=None if across is None else width * across,
        height_mm=None if down is None else height * down,
    )


def _within(ends: Iterable[float], side: int) -> tuple[float, float]:
    low, high = sorted(min(max(end, 0.0), float(side)) for end in ends)
    return low, high


def _probable(masks: NDArray[np.float64], output: Output) -> Numbers:
    """The masks as probabilities; with a background among them, of all together."""
    if len(masks) > len(output.labels) and output.activation == "logit":
        powers = np.exp(masks - masks.max(axis=0, keepdims=True))
        shares: Numbers = powers / powers.sum(axis=0, keepdims=True)
        return shares
    return scaled(masks, output)


def _over_source(
    plane: NDArray[np.float64], placement: Placement, size: tuple[int, int]
) -> NDArray[np.float64]:
    """A mask over the input as one over the stored image, between its cells in proportion;
    0 where the input does not reach."""
    result = plane
    inside = []
    for axis in (0, 1):
        shown = np.arange(placement.shape[axis]) + 0.5
        point = (shown - placement.offset[axis]) / placement.scale[axis]
        inside.append((point >= 0) & (point <= size[axis]))
        cells = plane.shape[axis]
        place = np.clip(point * cells / size[axis] - 0.5, 0, cells - 1)
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, cells - 1)
        share = np.expand_dims(place - low, 1 - axis)
        result = np.take(result, low, axis) * (1 - share) + np.take(result, high, axis) * share
    result = np.where(inside[0][:, None] & inside[1][None, :], result, 0.0)
    turn = placement.turn
    if turn.flipped_columns:
        result = result[:, ::-1]
    if turn.flipped_rows:
        result = result[::-1]
    return result.swapaxes(0, 1) if turn.transposed else result
