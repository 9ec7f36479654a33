"""Raw scores and exact contributions of stored LightGBM models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class ScorerUnavailableError(RuntimeError):
    """No LightGBM here can score; the message says what to install."""


class Scorer(Protocol):
    """What scores rows: LightGBM's C library, or its Python package.

    Rows hold ``num_features`` floats in the model's order; NaN is missing.
    ``contributions`` has one column more, the base value, and adds up to the
    raw score row by row. ``text`` is the model. Both scorers give the same numbers.
    """

    text: str
    num_features: int
    num_trees: int

    def predict_raw(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Raw scores, before calibration; log odds for a binary objective."""

    def contributions(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """Exact path-dependent SHAP values and the base value of each row."""

    def predict_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """As ``predict_raw`` for a C-contiguous array (n, num_features)."""

    def contributions_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """As ``contributions`` for a C-contiguous array (n, num_features)."""

    def close(self) -> None:
        """Free the model's memory."""


def load_scorer(model_text: str | bytes) -> Scorer:
    """A scorer of a LightGBM text model: by the C library, else by the package.

    Raises ScorerUnavailableError, with the remedy, where neither can be loaded,
    and ValueError for a text that is not a model of one output per row.
    """
    from cds.risk.scoring.lightgbm_library import Booster, load_library

    try:
        load_library()
    except ScorerUnavailableError as unavailable:
        from cds.risk.scoring.lightgbm_package import PackageBooster

        try:
            return PackageBooster(model_text)
        except (ImportError, OSError):
            raise unavailable from None
    return Booster(model_text)
