"""How far a heat map can be believed: the deletion test against random orders.

Cells of the image are covered, those that the map ranks highest first, and the label's
probability is watched (Samek and others, IEEE TNNLS 2017, doi:10.1109/TNNLS.2016.2599820). Random
orders cover cells of the same size as many at a time, so that harm done by covering as such
counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.heatmap.occlusion import Evidence, Planes, blank, values

CELLS: Final = 8  # a side
STEPS: Final = 8
ORDERS: Final = 19  # to beat all of 19 has a probability of 1 in 20 by chance
_T_18: Final = 2.1009  # 97.5 % quantile of Student's t with 18 degrees of freedom


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """The area over a map's deletion curve, and that of random orders.

    ``score``: the mean fall of the label's probability over the steps, −1 to 1. ``chance``: the
    mean of the random orders, with its 95 % interval (Student's t). ``as_good``: how many of the
    ``ORDERS`` fall at least as far; None where the map is the same everywhere and ranks nothing.
    """

    score: float
    chance: float
    chance_interval: tuple[float, float]
    as_good: int | None

    @property
    def p_value(self) -> float:
        """The share of orders, the map's own among them, that fall at least as far."""
        return 1.0 if self.as_good is None else (1 + self.as_good) / (1 + ORDERS)

    @property
    def better(self) -> bool:
        """Whether the map beats random orders (at 5 %, one-sided)."""
        return self.p_value <= 0.05 + 1e-9 and self.score > 0


def deletion_test(
    planes: Planes,
    heat: NDArray[np.float64],
    evidence: Evidence,
    *,
    seed: int = 0,
    batch: int = 32,
) -> Faithfulness:
    """Compare ``heat`` (rows, columns), of any resolution, with random orders of cells.

    Half of the cells are covered in ``STEPS`` steps. A map that is the same everywhere ranks
    nothing and is never better than random.
    """
    cells = min(CELLS, *planes.shape[1:])
    random = np.random.default_rng(seed)
    ranks = cell_means(heat, cells).reshape(-1)
    flat = float(np.ptp(ranks)) <= 1e-12 * (1.0 + float(np.abs(ranks).max()))
    # Equal cells come in any order: the image's own would favour its top left corner.
    orders = [np.lexsort((random.permutation(ranks.size), -ranks))]
    orders += [random.permutation(cells * cells) for _ in range(ORDERS)]
    whole = _probability(evidence(planes[None]))[0]
    found = np.array(list(values(_covered(planes, orders, cells), evidence, batch)))
    falls = (whole - _probability(found)).reshape(len(orders), STEPS).mean(axis=1)
    own, others = float(falls[0]), falls[1:]
    mean, error = float(others.mean()), float(others.std(ddof=1) / np.sqrt(ORDERS))
    return Faithfulness(
        score=own,
        chance=mean,
        chance_interval=(mean - _T_18 * error, mean + _T_18 * error),
        as_good=None if flat else int((others >= own).sum()),
    )


def cell_means(heat: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
    """The mean of ``heat`` over each of ``cells`` × ``cells`` equal parts of the image.

    A map coarser than that is read at the parts' corners and middles, between its own cells.
    """
    from cds.imaging.heatmap.grid import enlarged

    rows, columns = (max(length, 4 * cells) for length in heat.shape)
    fine = enlarged(heat, rows, columns)
    edges = [np.linspace(0, length, cells + 1).round().astype(int)[:-1] for length in fine.shape]
    sums = np.add.reduceat(np.add.reduceat(fine, edges[0], axis=0), edges[1], axis=1)
    counts = np.outer(np.diff([*edges[0], fine.shape[0]]), np.diff([*edges[1], fine.shape[1]]))
    return np.asarray(sums / counts)


def _covered(planes: Planes, orders: list[NDArray[np.int64]], cells: int) -> Iterator[Planes]:
    """For each order, the image after each step."""
    fill = blank(planes)
    rows, columns = (
        np.linspace(0, length, cells + 1).round().astype(int) for length in planes.shape[1:]
    )
    steps = np.linspace(0, cells * cells / 2, STEPS + 1).round().astype(int)
    for order in orders:
        image = planes.copy()
        for start, end in zip(steps[:-1], steps[1:], strict=True):
            for cell in order[start:end]:
                row, column = divmod(int(cell), cells)
                place = np.s_[:, rows[row] : rows[row + 1], columns[column] : columns[column + 1]]
                image[place] = fill
            yield image.copy()


def _probability(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(evidence, np.float64))))
