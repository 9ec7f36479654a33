"""Labelled pictures, read and divided into splits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError
from cds.imaging.examples import Example, labels_of
from cds.imaging.training.division import divide
from cds.imaging.training.pictures import Pictures, load
from cds.imaging.training.recipe import Recipe

Progress = Callable[[str, int, int], None]


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
