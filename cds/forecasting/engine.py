"""Forecasts of many series: try the models on the past, weigh them, widen, combine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.errors import InputError
from cds.forecasting.borrow import borrowed_forecast
from cds.forecasting.candidates import Candidate, full_candidates, light_candidates
from cds.forecasting.classify import (
    CLASSES,
    DEAD,
    ERRATIC,
    INTERMITTENT,
    LUMPY,
    NEW,
    SMOOTH,
    classify,
    few_units,
)
from cds.forecasting.dead import LONG_QUIET, quiet_forecast
from cds.forecasting.dependence import Dependence
from cds.forecasting.ensemble import Pool, pool
from cds.forecasting.frequency import Frequency, period_start
from cds.forecasting.origins import validation_offsets
from cds.forecasting.panel import Panel, panel_of
from cds.forecasting.quantiles import LEVELS, QUANTILE_COLUMNS, FloatArray
from cds.forecasting.result import Forecast
from cds.forecasting.shape import in_shape

Effort = Literal["full", "light"]
Progress = Callable[[str, float], None]


def forecast(
    history: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    future: pl.DataFrame | None = None,
    effort: Effort = "full",
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast every series ``horizon`` periods past its own last period.

    ``history``: ``unique_id, ds, y`` (null = missing) with one row per series and period from the
    series' first to its last; columns that ``future`` also has are covariates, known in advance,
    and ``future`` gives them for the periods forecast. ``effort``: ``full`` tries statistical
    models and gradient boosting; ``light`` the cheap statistical ones only. The result depends
    on history, future, effort and seed alone, not on ``workers``. InputError where the history
    is not regular or a covariate is missing.
    """
    if effort not in ("full", "light"):
        raise InputError(f"effort {effort!r} is not 'full' or 'light'")
    tell = progress or _silent
    panel = panel_of(history, frequency, horizon, future)
    kinds = classify(panel)
    earlier = validation_offsets(panel)
    offsets = np.concatenate([earlier, [0]]).astype(np.int64)
    slow = np.isin(kinds, (INTERMITTENT, LUMPY, DEAD)) | few_units(panel)
    if effort == "light":
        tell("statistical models", 0.1)
        candidates = light_candidates(panel, slow, offsets, workers)
    else:
        candidates = full_candidates(panel, slow, offsets, seed, workers, tell)
    tell("combining", 0.95)
    result = _combine(panel, kinds, earlier, candidates, seed)
    tell("done", 1.0)
    return result


def _silent(_what: str, _share: float) -> None:
    """Report progress to nobody."""


def _combine(
    panel: Panel,
    kinds: NDArray[np.int64],
    earlier: NDArray[np.int64],
    candidates: list[Candidate],
    seed: int,
) -> Forecast:
    quantiles = np.zeros((panel.size, panel.horizon, len(LEVELS)))
    mean = np.zeros((panel.size, panel.horizon))
    windows = float(earlier.max()) / panel.horizon if len(earlier) else 0.0
    years = panel.length / panel.rhythm.year
    yearly = panel.rhythm.season == round(panel.rhythm.year)
    pools: list[Pool | None] = [None] * panel.size
    actual = np.stack([panel.future(int(o)) for o in earlier], axis=1) if len(earlier) else (
        np.zeros((panel.size, 0, panel.horizon))
    )  # fmt: skip
    seen = ~np.isnan(panel.values)
    scale = np.where(seen, np.abs(np.nan_to_num(panel.values)), 0).sum(1) / np.maximum(
        seen.sum(1), 1
    )
    for rows, discrete in _groups(kinds, few_units(panel)):
        found = pool(
            candidates, rows, actual, scale,
            discrete=discrete, windows=windows, years=years, yearly=yearly, seed=seed,
        )  # fmt: skip
        quantiles[rows], mean[rows] = found.quantiles, found.mean
        for row in rows:
            pools[row] = found
    inwards = np.isin(kinds, (SMOOTH, ERRATIC))
    new = np.flatnonzero(kinds == NEW)
    notes = [""] * panel.size
    if len(new):
        borrowed = borrowed_forecast(panel, new, kinds)
        quantiles[new], mean[new] = borrowed.quantiles, borrowed.mean
        for row in new:
            notes[row] = borrowed.note
    if panel.rhythm.name in LONG_QUIET:
        for row in np.flatnonzero(kinds == DEAD):
            quantiles[row], mean[row] = quiet_forecast(panel.values[row])
    never = seen.any(axis=1) & (scale == 0) & (kinds != NEW)
    quantiles[never], mean[never] = 0.0, 0.0
    quantiles = in_shape(quantiles, panel.non_negative, panel.whole, inwards)
    mean = np.where(panel.non_negative[:, None], np.maximum(mean, 0.0), mean)
    return Forecast(
        table=_table(panel, quantiles, mean),
        series=_series(panel, kinds, pools, notes),
        quantiles=quantiles,
        mean=mean,
        frequency=panel.rhythm.name,
    )


def _groups(
    kinds: NDArray[np.int64], few: NDArray[np.bool_]
) -> list[tuple[NDArray[np.int64], bool]]:
    """The series that learn together, and whether their law is discrete; new ones are in none."""
    steady = np.isin(kinds, (SMOOTH, ERRATIC))
    rare = np.isin(kinds, (INTERMITTENT, LUMPY))
    masks = ((steady & ~few, False), (steady & few, False), (rare, True), (kinds == DEAD, True))
    return [(np.flatnonzero(mask), discrete) for mask, discrete in masks if mask.any()]


def _table(panel: Panel, quantiles: FloatArray, mean: FloatArray) -> pl.DataFrame:
    """One row per series and future period."""
    horizon = panel.horizon
    last = {int(end): None for end in panel.ends}
    starts = {
        end: [period_start(end + 1 + k, panel.rhythm.name) for k in range(horizon)] for end in last
    }
    moments = [moment for end in panel.ends for moment in starts[int(end)]]
    kind = pl.Datetime("us") if panel.rhythm.name == "H" else pl.Date
    flat = quantiles.reshape(-1, len(LEVELS))
    return pl.DataFrame(
        {
            "unique_id": np.repeat(np.array(panel.ids, dtype=object), horizon).tolist(),
            "ds": pl.Series(moments, dtype=kind),
            "mean": mean.reshape(-1),
            **{name: flat[:, j] for j, name in enumerate(QUANTILE_COLUMNS)},
        }
    )


def _series(
    panel: Panel, kinds: NDArray[np.int64], pools: list[Pool | None], notes: list[str]
) -> pl.DataFrame:
    """One row per series: what it is and how it was forecast."""
    nothing = Dependence()
    ties = [p.dependence if p else nothing for p in pools]
    kind = pl.Datetime("us") if panel.rhythm.name == "H" else pl.Date
    return pl.DataFrame(
        {
            "unique_id": list(panel.ids),
            "class": [CLASSES[k] for k in kinds],
            "n_periods": panel.lengths,
            "n_observed": (~np.isnan(panel.values)).sum(axis=1),
            "last_ds": pl.Series(
                [period_start(int(end), panel.rhythm.name) for end in panel.ends], dtype=kind
            ),
            "whole": panel.whole,
            "non_negative": panel.non_negative,
            "persistence": [t.persistence for t in ties],
            "memory": [t.memory for t in ties],
            "models": [list(p.names) if p else ["borrowed"] for p in pools],
            "weights": [p.weights.tolist() if p else [1.0] for p in pools],
            "notes": notes,
        }
    )
