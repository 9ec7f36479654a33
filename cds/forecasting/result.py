"""What a forecast is: a table of quantiles and what is known of each series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cds.forecasting.quantiles import FloatArray


@dataclass(frozen=True, slots=True)
class Forecast:
    """Quantile forecasts of ``n`` series over ``horizon`` periods after each series' last.

    ``table``: ``unique_id, ds, mean, q0.025 … q0.99``, one row per series and period, sorted.
    ``series``: one row per series: ``unique_id, class, n_periods, last_ds``, ``whole`` and
    ``non_negative`` (what the history shows), ``persistence`` and ``memory`` (how errors hang
    together over the horizon: correlation ``persistence × memory^distance``), ``models`` and
    ``weights`` (lists), ``notes``.
    ``quantiles`` (n, horizon, levels) and ``mean`` (n, horizon): the table's numbers, in the order
    of ``series``.
    """

    table: pl.DataFrame
    series: pl.DataFrame
    quantiles: FloatArray
    mean: FloatArray
    frequency: str

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return int(self.mean.shape[1])

    @property
    def ids(self) -> list[str]:
        """The series, in order."""
        return [str(identity) for identity in self.series["unique_id"]]

    def persistence(self) -> FloatArray:
        """The correlation of neighbouring errors, before ``memory`` fades it (n,)."""
        return self.series["persistence"].to_numpy().astype(np.float64)

    def memory(self) -> FloatArray:
        """How the correlation of errors fades with each period between them (n,)."""
        return self.series["memory"].to_numpy().astype(np.float64)
