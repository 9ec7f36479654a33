"""Growth that many series share, as epidemics have: waves that rise and fall together.

A linear regression, over all series at once and on the scale of fourth roots, of the move to come
on the latest moves of the series, on those all series made together, and on what they made from
here a year ago. Its errors are as wide as the past ones were after moves as large.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.boosting_features import FEWEST_FOR_COMMON
from cds.forecasting.panel import Panel
from cds.forecasting.quantiles import LEVELS, FloatArray
from cds.forecasting.transforms import TRANSFORMS

SCALE = "fourth root"
MOVES, SHARED_MOVES = 4, 3
"""Latest moves looked at: of the series, of all together."""
FEWEST_ROWS = 400
MOST_ROWS = 40_000
STILL_ROWS = 1000.0
"""Past moves worth as much as the belief that nothing will move."""
USUAL_ERROR = 1.5
"""Errors beyond so many usual ones count no more than linearly (Huber 1964)."""
ROUNDS = 3
LEAST_SPREAD = 0.25
"""No error is believed to be smaller than this share of the mean one."""


def growth_forecast(panel: Panel, offsets: NDArray[np.int64], seed: int) -> FloatArray | None:
    """Quantiles (n, origins, horizon, levels), each origin's from what came before it.

    NaN where the past before an origin is too short; None for few series, which share nothing.
    """
    if panel.size < FEWEST_FOR_COMMON:
        return None
    shape = TRANSFORMS[SCALE]
    values = shape.forth(panel.values)
    last = _carried(values)
    found = np.full((panel.size, len(offsets), panel.horizon, len(LEVELS)), np.nan)
    for step in range(1, panel.horizon + 1):
        causes, spreads = _causes(panel, last, step)
        reach = panel.length - step
        moved = np.full_like(values, np.nan)
        moved[:, :reach] = values[:, step:] - last[:, :reach]
        usable = np.isfinite(moved)
        usable[:, :MOVES] = False
        rows, columns = np.nonzero(usable)
        if len(rows) > MOST_ROWS:
            kept = np.random.default_rng(seed).choice(len(rows), MOST_ROWS, replace=False)
            rows, columns = rows[kept], columns[kept]
        for o, offset in enumerate(offsets):
            before = columns + step < panel.length - offset
            r, c = rows[before], columns[before]
            if len(r) < FEWEST_ROWS:
                continue
            effects, widths, errors = _fitted(causes[r, c], spreads[r, c], moved[r, c])
            here = panel.length - 1 - int(offset)
            middle = last[:, here] + causes[:, here] @ effects
            width = np.maximum(spreads[:, here] @ widths[:-1], widths[-1])
            both_ways = np.quantile(np.concatenate([errors, -errors]), LEVELS)
            found[:, o, step - 1] = middle[:, None] + width[:, None] * both_ways
    return shape.back(found, panel.values)


def _fitted(
    causes: FloatArray, spreads: FloatArray, moved: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Effects of the causes; effects on the size of errors, the least size last; the errors in it.

    Ridge regression, weighted by the size of errors expected, which is fitted in turn.
    """
    weight = np.ones(len(moved))
    ridge = np.diag(STILL_ROWS * (causes**2).mean(axis=0) + 1e-9)
    gram = spreads.T @ spreads + 1e-6 * len(moved) * np.eye(spreads.shape[1])
    for _ in range(ROUNDS):
        weighted = causes * weight[:, None]
        effects = np.linalg.solve(causes.T @ weighted + ridge, weighted.T @ moved)
        error = moved - causes @ effects
        size = np.abs(error)
        widths = np.linalg.solve(gram, spreads.T @ size)
        least = max(LEAST_SPREAD * float(size.mean()), 1e-9)
        usual = np.maximum(spreads @ widths, least)
        weight = np.minimum(1.0, USUAL_ERROR * usual / np.maximum(size, 1e-12)) / usual**2
        weight /= weight.mean()
    return np.asarray(effects), np.append(widths, least), np.asarray(error / usual)


def _causes(panel: Panel, last: FloatArray, step: int) -> tuple[FloatArray, FloatArray]:
    """At every period what the move of the next ``step`` is explained by, and what widens its
    errors: (n, length, causes), (n, length, spreads)."""
    moves = [_later(last, k) - _later(last, k + 1) for k in range(MOVES)]
    year = round(panel.rhythm.year)
    back = year * -(-step // year)
    year_ago = _later(last, back - step) - _later(last, back)
    weight = np.sqrt(_size_so_far(panel.values))
    shared = [_shared(panel, move, weight) for move in (*moves[:SHARED_MOVES], year_ago)]
    causes = np.stack([np.nan_to_num(cause) for cause in (*moves, *shared, year_ago)], axis=-1)
    recent = np.sqrt(sum(np.nan_to_num(move) ** 2 for move in moves) / MOVES)
    root = np.nan_to_num(last)
    spreads = np.stack(
        [
            np.ones_like(recent), recent, np.abs(shared[0]), np.abs(np.nan_to_num(moves[0])),
            1.0 / (1.0 + np.abs(root)),
        ],
        axis=-1,
    )  # fmt: skip
    return causes, spreads


def _shared(panel: Panel, block: FloatArray, weight: FloatArray) -> FloatArray:
    """The weighted mean over series, by period, at every series' periods; 0 where unknown."""
    start = panel.ends - panel.length + 1
    place = (start - start.min())[:, None] + np.arange(panel.length)[None, :]
    seen = np.isfinite(block)
    weights = weight[seen]
    periods = int(place.max()) + 1
    total = np.bincount(place[seen], block[seen] * weights, minlength=periods)
    count = np.bincount(place[seen], weights, minlength=periods)
    mean = np.where(count > 0, total / np.where(count > 0, count, 1.0), 0.0)
    return np.asarray(mean[place])


def _size_so_far(values: FloatArray) -> FloatArray:
    """The mean size of each series' values up to every period (n, length)."""
    seen = ~np.isnan(values)
    total = np.cumsum(np.where(seen, np.abs(values), 0.0), axis=1)
    return np.asarray(total / np.maximum(np.cumsum(seen, axis=1), 1))


def _carried(values: FloatArray) -> FloatArray:
    """Missing values take the last known one; NaN before the first."""
    known = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(known, axis=1), axis=1)


def _later(block: FloatArray, periods: int) -> FloatArray:
    """Each series as it was so many periods ago; NaN before its first."""
    found = np.full_like(block, np.nan)
    if periods < block.shape[1]:
        found[:, periods:] = block[:, : block.shape[1] - periods]
    return found
