"""Throughput of one graph by device, precision and batch, side by side in alternating rounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.runtime.session import Session

_LEAST_SECONDS: Final = 0.05  # of one timing, so that the clock's steps do not count
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run the model."""

    device: str
    precision: str
    session: Session
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """``rate``: images a second, the median of the rounds. ``ratio``: to the first variant."""

    device: str
    precision: str
    batch: int
    rate: float
    ratio: float


def measure(
    variants: Sequence[Variant],
    shape: Sequence[int],
    dtype: str,
    batches: Sequence[int],
    rounds: int,
    clock: Clock,
) -> list[Row]:
    """Each variant at each batch, taking turns, so that what else the computer does hits all.

    ``shape``: of one image. Raises InputError where a variant cannot run.
    """
    rows: list[Row] = []
    random = np.random.default_rng(0)
    for batch in batches:
        images = random.random((batch, *shape)).astype(dtype)
        repeats = {id(one): _repeats(one, images, clock) for one in variants}
        rates: Mapping[int, list[float]] = {id(one): [] for one in variants}
        for _ in range(rounds):
            for one in variants:
                seconds = _timed(one, images, repeats[id(one)], clock)
                rates[id(one)].append(batch * repeats[id(one)] / max(seconds, 1e-9))
        first = median(rates[id(variants[0])])
        for one in variants:
            rate = median(rates[id(one)])
            rows.append(Row(one.device, one.precision, batch, rate, rate / first))
    return rows


def _repeats(variant: Variant, images: NDArray[Any], clock: Clock) -> int:
    """How often to run for one timing; the runs that find it out warm everything up."""
    repeats = 1
    while _timed(variant, images, repeats, clock) < _LEAST_SECONDS and repeats < 4096:
        repeats *= 2
    return repeats


def _timed(variant: Variant, images: NDArray[Any], repeats: int, clock: Clock) -> float:
    start = clock()
    for _ in range(repeats):
        variant.session.run(images, variant.outputs)
    return clock() - start
