"""Where the model looked, written as pictures beside the results that name them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.imaging.answer import Answer
    from cds.imaging.loaded import LoadedModel
    from cds.imaging.result import Run


def with_heatmaps(
    answers: Iterator[Answer], model: LoadedModel, folder: Path, device: str, run: Run
) -> Iterator[Answer]:
    """The answers, each with its heat map written into ``folder``."""
    raise InputError("heat maps are not written yet")
    yield from answers
