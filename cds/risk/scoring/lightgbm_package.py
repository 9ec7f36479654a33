"""LightGBM's Python package as a scorer, where its library cannot be loaded directly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class PackageBooster:
    """The same as ``lightgbm_library.Booster``, a second and more slower to start."""

    def __init__(self, text: str | bytes) -> None:
        """Load ``text``, a LightGBM text model; ValueError where it is none."""
        import lightgbm

        text = text.decode() if isinstance(text, bytes) else text
        if not text.startswith("tree"):
            raise ValueError("not a LightGBM text model: it must start with the line 'tree'")
        try:
            self._booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(f"LightGBM refused the model: {error}") from error
        if self._booster.num_model_per_iteration() != 1:
            raise ValueError("the model has several outputs per row; only one is supported")
        self.text = text
        self.num_features: int = self._booster.num_feature()
        self.num_trees: int = self._booster.num_trees()

    def predict_raw(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """The raw score of each row."""
        scores: list[float] = self.predict_array(self._as_array(rows)).tolist()
        return scores

    def contributions(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """Exact path-dependent SHAP values: per row ``num_features`` and the base value."""
        values: list[list[float]] = self.contributions_array(self._as_array(rows)).tolist()
        return values

    def predict_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """Raw scores (n,) of an array (n, num_features)."""
        return self._predict(rows, threads, (len(rows),), raw_score=True)

    def contributions_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """As ``contributions``, (n, num_features + 1), for an array (n, num_features)."""
        return self._predict(rows, threads, (len(rows), self.num_features + 1), pred_contrib=True)

    def close(self) -> None:
        """Nothing to do: the package frees the model when it is forgotten."""

    def _predict(
        self,
        rows: npt.NDArray[np.float64],
        threads: int,
        shape: tuple[int, ...],
        **kind: bool,
    ) -> npt.NDArray[np.float64]:
        import numpy as np

        if rows.ndim != 2 or rows.shape[1] != self.num_features:
            raise ValueError(f"rows have shape {rows.shape}, expected (n, {self.num_features})")
        if not len(rows):
            return np.zeros(shape)
        return np.asarray(self._booster.predict(rows, num_threads=threads, **kind), np.float64)

    def _as_array(self, rows: Sequence[Sequence[float]]) -> npt.NDArray[np.float64]:
        import numpy as np

        return np.array(rows, np.float64).reshape(len(rows), -1 if rows else self.num_features)
