"""Scores of a LightGBM model: raw scores and exact contributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Rows = Sequence[Sequence[float]]
"""Rows of inputs in the model's order; NaN is missing."""


class Scorer(Protocol):
    """What scores patients, whichever library is behind it."""

    @property
    def num_features(self) -> int:
        """How many inputs a row has."""

    def predict_raw(self, rows: Rows) -> list[float]:
        """The log-odds of each row."""

    def contributions(self, rows: Rows) -> list[list[float]]:
        """Per row: each input's Shapley value in log-odds, then the base value."""

    def predict_array(self, rows: NDArray[np.float64], threads: int = 0) -> NDArray[np.float64]:
        """The log-odds of each row of a C-contiguous (rows, inputs) array.

        ``threads`` of 0 uses all processors.
        """


def load_scorer(model_text: str) -> Scorer:
    """The model behind LightGBM's C library or, where that cannot be loaded, its package.

    Raises InputError where the text is no LightGBM model.
    """
    from cds.risk.scoring.lightgbm_library import LibraryBooster, LibraryUnavailable

    try:
        return LibraryBooster(model_text)
    except LibraryUnavailable:
        from cds.risk.scoring.lightgbm_package import PackageBooster

        return PackageBooster(model_text)
