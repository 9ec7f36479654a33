"""Occlusion maps: how much a label's evidence falls while a patch of the image is covered.

Zeiler and Fergus, ECCV 2014, doi:10.1007/978-3-319-10590-1_53. Needs nothing of the network but
its output, and one pass for each place of the patch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""One input of a network: (channels, rows, columns)."""

Evidence = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""(images, channels, rows, columns) → the log-odds of one label for each image."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A covering square of ``size`` pixels that moves by ``stride``."""

    size: int
    stride: int


def patch_for(rows: int, columns: int) -> Patch:
    """A sixth of the shorter side, moved by half of itself: some 144 places at any size."""
    size = max(1, round(min(rows, columns) / 6))
    return Patch(size, max(1, size // 2))


def occlusion_map(
    planes: Planes, evidence: Evidence, patch: Patch | None = None, *, batch: int = 32
) -> NDArray[np.float64]:
    """The mean fall of the log-odds (rows, columns) over the patches that covered each pixel.

    A covered pixel takes its channel's mean over the image.
    """
    rows, columns = planes.shape[1:]
    patch = patch or patch_for(rows, columns)
    places = [
        (slice(top, top + patch.size), slice(left, left + patch.size))
        for top in _starts(rows, patch)
        for left in _starts(columns, patch)
    ]
    fill = blank(planes)
    whole = float(evidence(planes[None])[0])
    total, times = np.zeros((rows, columns)), np.zeros((rows, columns))
    covered = (_covered(planes, fill, place) for place in places)
    for place, value in zip(places, values(covered, evidence, batch), strict=True):
        total[place] += whole - value
        times[place] += 1
    return total / times


def blank(planes: Planes) -> Planes:
    """What covers pixels: each channel's mean over the image, (channels, 1, 1)."""
    mean = planes.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    return np.asarray(mean, np.float32)


def values(images: Iterable[Planes], evidence: Evidence, batch: int) -> Iterator[float]:
    """The evidence of each image, ``batch`` of them in one pass."""
    waiting: list[Planes] = []
    for image in images:
        waiting.append(image)
        if len(waiting) == batch:
            yield from map(float, evidence(np.stack(waiting)))
            waiting = []
    if waiting:
        yield from map(float, evidence(np.stack(waiting)))


def _covered(planes: Planes, fill: Planes, place: tuple[slice, slice]) -> Planes:
    image = planes.copy()
    image[:, place[0], place[1]] = fill
    return image


def _starts(length: int, patch: Patch) -> list[int]:
    """Where patches begin so that every pixel is covered and the last one ends at the edge."""
    last = max(length - patch.size, 0)
    return sorted({*range(0, last, patch.stride), last})
