"""Quantiles as they must be: in order, not below zero where nothing ever was, whole for counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.forecasting.quantiles import LEVELS, MEDIAN, FloatArray

DUST = 1e-6
FEW_STEPS = 1.0, 6.0
LOWER, UPPER = (int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.1, 0.9))


def in_shape(
    quantiles: FloatArray,
    non_negative: NDArray[np.bool_],
    whole: NDArray[np.bool_],
    inwards: NDArray[np.bool_],
) -> FloatArray:
    """Quantiles (n, horizon, levels) made monotone, non-negative and whole as the history is.

    Where ``inwards``, whole numbers are those within the interval, so that it holds as much as
    the unrounded one; else the nearest. Nearest too where the middle 80 % are ``FEW_STEPS`` wide:
    of three numbers that are equally likely, the one in between would be left. Narrower ones are
    those of a series that hardly varies.
    """
    ordered = np.sort(quantiles, axis=-1)
    ordered = np.where(non_negative[:, None, None], np.maximum(ordered, 0.0), ordered)
    nearest = np.floor(ordered + 0.5)
    middle = nearest[..., MEDIAN : MEDIAN + 1]
    above = np.maximum(np.floor(ordered + DUST), middle)
    below = np.minimum(np.ceil(ordered - DUST), middle)
    side = np.arange(len(LEVELS)) - MEDIAN
    within = np.where(side > 0, above, np.where(side < 0, below, nearest))
    width = ordered[..., UPPER : UPPER + 1] - ordered[..., LOWER : LOWER + 1]
    few = (width >= FEW_STEPS[0]) & (width < FEW_STEPS[1])
    rounded = np.where(inwards[:, None, None] & ~few, within, nearest)
    return np.where(whole[:, None, None], rounded, ordered) + 0.0


def mean_of_quantiles(quantiles: FloatArray) -> FloatArray:
    """The mean of laws given by their quantiles (…, levels): trapezes between them.

    Beyond the outermost levels the outermost quantile stands for the rest on the lower side; on
    the upper side the last slope goes on for half the tail.
    """
    width = np.diff(LEVELS)
    middle = ((quantiles[..., 1:] + quantiles[..., :-1]) / 2 * width).sum(axis=-1)
    lower = quantiles[..., 0] * LEVELS[0]
    last = quantiles[..., -1] - quantiles[..., -2]
    upper = (quantiles[..., -1] + last / 2) * (1 - LEVELS[-1])
    return np.asarray(middle + lower + upper)
