"""Sums over many overlapping windows at once, exact and without cancellation.

Every window is a run of consecutive values. It is cut into blocks whose sizes
are powers of two; the blocks of one size are made from those of half the size
(the idea of a sparse table), so all windows together cost O(values · log
longest window). Unlike differences of running totals nothing is subtracted:
the spread of equal values is exactly zero. Means and squared deviations of
blocks are joined by the update of Chan, Golub and LeVeque (1983).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fold(values: Floats, start: Ints, end: Ints, combine: np.ufunc, identity: float) -> Floats:
    """``combine`` over ``values[start:end]`` of each window; ``identity`` for empty ones."""
    result = np.full(start.shape, identity)
    length, position = end - start, start.copy()
    block, size = values, 1
    while True:
        used = np.flatnonzero(length & size)
        result[used] = combine(result[used], block[position[used]])
        position[used] += size
        if not (length >= 2 * size).any():
            return result
        block = combine(block[:-size], block[size:])
        size *= 2


def spread(values: Floats, start: Ints, end: Ints) -> Floats:
    """The sum of squared deviations from the mean of ``values[start:end]`` of each window."""
    count = np.zeros(start.shape)
    mean, squares = np.zeros(start.shape), np.zeros(start.shape)
    length, position = end - start, start.copy()
    block_mean, block_squares, size = values, np.zeros(values.shape), 1
    while True:
        used = np.flatnonzero(length & size)
        at, have = position[used], count[used]
        apart = block_mean[at] - mean[used]
        squares[used] += block_squares[at] + apart * apart * (have * size / (have + size))
        mean[used] += apart * size / (have + size)
        count[used] += size
        position[used] += size
        if not (length >= 2 * size).any():
            return squares
        apart = block_mean[size:] - block_mean[:-size]
        block_squares = block_squares[:-size] + block_squares[size:] + apart * apart * (size / 2)
        block_mean = block_mean[:-size] + apart / 2
        size *= 2


def spread_together(times: Floats, values: Floats, start: Ints, end: Ints) -> Floats:
    """The sum of products of both deviations from their means, window by window."""
    shape = start.shape
    count, together = np.zeros(shape), np.zeros(shape)
    mean_time, mean_value = np.zeros(shape), np.zeros(shape)
    length, position = end - start, start.copy()
    block_time, block_value, size = times, values, 1
    block_together = np.zeros(values.shape)
    while True:
        used = np.flatnonzero(length & size)
        at, have = position[used], count[used]
        apart_time = block_time[at] - mean_time[used]
        apart_value = block_value[at] - mean_value[used]
        share = size / (have + size)
        together[used] += block_together[at] + apart_time * apart_value * (have * share)
        mean_time[used] += apart_time * share
        mean_value[used] += apart_value * share
        count[used] += size
        position[used] += size
        if not (length >= 2 * size).any():
            return together
        apart_time = block_time[size:] - block_time[:-size]
        apart_value = block_value[size:] - block_value[:-size]
        block_together = (
            block_together[:-size] + block_together[size:] + apart_time * apart_value * (size / 2)
        )
        block_time = block_time[:-size] + apart_time / 2
        block_value = block_value[:-size] + apart_value / 2
        size *= 2
