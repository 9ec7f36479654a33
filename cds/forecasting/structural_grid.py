"""The variance settings that a structural model is averaged over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cds.forecasting.quantiles import FloatArray


@dataclass(frozen=True, slots=True)
class StructuralGrid:
    """Every combination of ``levels``, ``slopes`` and ``seasons`` is a setting.

    All in units of the noise variance: ``levels`` the drift of the level; ``slopes`` (prior
    variance, damping, drift) of the slope; ``seasons`` (prior variance, drift) of the seasonal
    effects. ``day_harmonics``: waves of the yearly season of days and hours. ``clip``: errors
    beyond so many of their own standard deviations move the state no further.
    """

    levels: tuple[float, ...]
    slopes: tuple[tuple[float, float, float], ...]
    seasons: tuple[tuple[float, float], ...]
    day_harmonics: int
    clip: float

    def columns(self) -> tuple[FloatArray, ...]:
        """The settings, one array per parameter: level drift; slope drift, damping, variance;
        season variance, season drift."""
        rows = [
            (level, drift, damping, variance, season, season_drift)
            for level in self.levels
            for variance, damping, drift in self.slopes
            for season, season_drift in self.seasons
        ]
        return tuple(np.array(column) for column in zip(*rows, strict=True))


USUAL = StructuralGrid(
    levels=(0.0, 0.02, 0.1, 0.5),
    slopes=((0.0, 1.0, 0.0), (0.01, 0.95, 0.0005)),
    seasons=((0.0, 0.0), (0.1, 0.0), (1.0, 0.003)),
    day_harmonics=3,
    clip=np.inf,
)
STEADY = StructuralGrid(
    levels=(0.0012, 0.0025, 0.005),
    slopes=((0.0, 1.0, 0.0),),
    seasons=((0.1, 0.0), (0.3, 0.0)),
    day_harmonics=8,
    clip=2.0,
)
"""Days of patients: a level that hardly drifts, a season of the year in detail, and no single
day that moves either. Left to the likelihood of the next day, the level is believed to drift
faster than two weeks ahead bear out."""
