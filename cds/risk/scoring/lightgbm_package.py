"""LightGBM's Python package as a scorer: the way out where ctypes finds no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cds.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cds.risk.scoring import Rows


class PackageBooster:
    """A LightGBM model held by the Python package. Implements ``Scorer``."""

    def __init__(self, model_text: str) -> None:
        """Raises InputError where LightGBM is missing or the text is no model of its."""
        try:
            import lightgbm
        except (ImportError, OSError) as error:
            raise InputError(f"LightGBM cannot be loaded: {error}") from error
        try:
            self._booster = lightgbm.Booster(model_str=model_text)
        except lightgbm.basic.LightGBMError as error:
            raise InputError(f"LightGBM cannot use this model: {error}") from error

    @property
    def num_features(self) -> int:
        """How many inputs a row has."""
        return int(self._booster.num_feature())

    def predict_raw(self, rows: Rows) -> list[float]:
        """The log-odds of each row; NaN is missing."""
        return [float(score) for score in self._booster.predict(_array(rows), raw_score=True)]

    def contributions(self, rows: Rows) -> list[list[float]]:
        """Per row: each input's path-dependent Shapley value in log-odds, then the base value."""
        values = self._booster.predict(_array(rows), pred_contrib=True)
        return [[float(value) for value in row] for row in values]

    def predict_array(self, rows: NDArray[np.float64], threads: int = 0) -> NDArray[np.float64]:
        """The log-odds of each row of a float64 array (rows, inputs)."""
        import numpy

        options = {"num_threads": threads} if threads else {}
        return numpy.asarray(self._booster.predict(rows, raw_score=True, **options))


def _array(rows: Rows) -> NDArray[np.float64]:
    import numpy

    return numpy.array(rows, dtype=numpy.float64)
