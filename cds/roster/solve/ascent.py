"""Prices near the best ones before any linear programme is solved.

Column generation is slow where it begins with prices of nothing. Here each row's
price rises while too few work there and falls while too many do, in steps that
shrink: the Lagrangian bound's gradient, scaled row by row by its own past size
(Kingma and Ba 2015, "Adam") and by what one cell counts in the row: minutes are
not heads. A step costs one round of pricing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column, Priced, Pricing

Floats = npt.NDArray[np.float64]

STEPS = 120

FIRST, LAST = 0.3, 0.003
"""The first and the last step, as a share of the dearest soft rule."""

MEMORY, SIZE_MEMORY = 0.8, 0.99
"""How much of the past stays in the gradient, and in its size, at each step."""

KEPT = 0.3
"""The last steps, as a share, whose columns are worth keeping: earlier prices were wild."""


@dataclass(frozen=True, slots=True)
class Ascent:
    """The best ``bound`` met, the ``prices`` that gave it, and columns of the last steps."""

    bound: float
    prices: Floats
    columns: list[Column]


def ascend(
    pricing: Pricing,
    *,
    stop: Callable[[], bool],
    steps: int = STEPS,
    first: float = FIRST,
    last: float = LAST,
    kept: float = KEPT,
    late: Callable[[], float] = lambda: 0.0,
    threads: int = 1,
) -> Ascent | None:
    """Climb from prices of nothing; None where ``stop()`` came before the end.

    The steps shrink from ``first`` to ``last`` and end after ``steps`` of them, or sooner where
    ``late()``, the share of the time that has passed, reaches 1 before. Threads change nothing
    but the time.
    """
    with ThreadPoolExecutor(threads, "ascent") as pool:
        way = map if threads == 1 else pool.map
        return _climb(pricing, way, stop, steps, (first, last), kept, late)


def _climb(
    pricing: Pricing,
    way: Callable[..., Iterator[list[Priced]]],
    stop: Callable[[], bool],
    steps: int,
    lengths: tuple[float, float],
    kept: float,
    late: Callable[[], float],
) -> Ascent | None:
    rows = pricing.rows
    heads = rows.heads
    first, last = lengths
    batches = pricing.batches(range(len(pricing.people)))
    prices = np.zeros(rows.count)
    mean, size = np.zeros(rows.count), np.zeros(rows.count)
    best, best_prices = -np.inf, prices
    columns: list[Column] = []
    for step in range(steps):
        progress = max(step / steps, late())
        if progress >= 1.0:
            break
        cells = rows.cell_prices(prices)
        least, gradient = rows.least(prices)
        bound = float(least.sum())
        for answers in way(partial(pricing.best, duals=prices, prices=cells), batches):
            for value, column in answers:
                bound += value
                if column is not None:
                    gradient[column.rows] -= column.values
                    if progress >= 1.0 - kept:
                        columns.append(column)
            if stop():
                return None
        if bound > best:
            best, best_prices = bound, prices
        mean = MEMORY * mean + (1.0 - MEMORY) * gradient
        size = SIZE_MEMORY * size + (1.0 - SIZE_MEMORY) * gradient**2
        direction = mean / (1.0 - MEMORY ** (step + 1))
        direction /= np.sqrt(size / (1.0 - SIZE_MEMORY ** (step + 1))) + 1e-9
        length = first * (last / first) ** progress * rows.dearest
        prices = rows.within_charges(prices + length / heads * direction)
    return Ascent(best, best_prices, columns)
