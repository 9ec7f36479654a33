"""Read training pictures through the same steps that a prediction takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cds.errors import InputError
from cds.imaging.contract.model import Intake
from cds.imaging.examples import Example
from cds.imaging.frame import Unreadable
from cds.imaging.pixels import CannotPrepare, prepare
from cds.imaging.reading import read, workers_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Pictures:
    """``pixels`` (n, size, size), 0 to 1, and the example that each is of; a file with several
    frames gives several. ``unreadable``: file → why."""

    pixels: NDArray[np.float32]
    examples: tuple[Example, ...]
    unreadable: dict[str, str]


def intake_of(size: int) -> Intake:
    """What a network of ours takes: one grey channel of 0 to 1, stretched to a square."""
    return Intake(name="image", layout="NCHW", height=size, width=size, channels=1)


def load(examples: Sequence[Example], size: int, progress: Progress, workers: int = 1) -> Pictures:
    """All frames of all examples, as a network of ``size`` takes them.

    Raises InputError where none can be read.
    """
    intake = intake_of(size)
    of_file = {str(example.file): example for example in examples}
    if len(of_file) < len(examples):
        raise InputError("the examples name a file more than once; expected each once")
    pixels: list[NDArray[np.float32]] = []
    kept: list[Example] = []
    unreadable: dict[str, str] = {}
    done: set[str] = set()
    files = [example.file for example in examples]
    with closing(read(files, workers=workers_for(len(files), workers))) as images:
        for image in images:
            done.add(image.source)
            progress("pictures", len(done), len(examples))
            if isinstance(image, Unreadable):
                unreadable[image.source] = image.reason
                continue
            try:
                pixels.append(prepare(image, intake).pixels[0])
            except CannotPrepare as error:
                unreadable[image.source] = error.reason
                continue
            kept.append(of_file[image.source])
    if not pixels:
        first = next(iter(unreadable.items()), ("", ""))
        raise InputError(f"none of the pictures can be read; the first, {first[0]}, {first[1]}")
    return Pictures(np.stack(pixels), tuple(kept), unreadable)
