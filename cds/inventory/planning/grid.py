"""The periods of the ordering engine, laid for each item so that its deliveries fall on a start.

Orders are placed every ``days`` days and arrive some days later, but the engine knows periods
only. Were period 0 a whole review period, an order that takes 4 days of a week would have to be
said to take none or a week. So period 0 ends on the day on which an order of today usually comes,
and every later period is a whole one: orders of later reviews come as many days after theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Period 0 has ``first`` days (1 to ``days``), every other one ``days``."""

    days: int
    first: int

    def at_or_after(self, days: Days) -> NDArray[np.int32]:
        """The first period that begins ``days`` days from now or later.

        It is also how many periods after its review an order that takes so long arrives.
        """
        later = 1 + -((self.first - days) // self.days)
        return np.where(days <= 0, 0, np.maximum(later, 1)).astype(np.int32)

    def start(self, period: NDArray[np.int32]) -> Days:
        """Days from now to the first day of a period."""
        began = self.first + (period.astype(np.int64) - 1) * self.days
        return np.where(period <= 0, 0, began)

    def periods_left(self, days: int) -> int:
        """Periods in which a lot of now can be issued that can for ``days`` days, today included.

        A period counts when the lot lasts for half of it.
        """
        if 2 * days < self.first:
            return 0
        return 1 + max((2 * (days - self.first) + self.days) // (2 * self.days), 0)

    def life(self, days: int) -> int:
        """Periods that a fresh lot of so many days lives; at least one."""
        return max((2 * days + self.days) // (2 * self.days), 1)

    def demand(self, periods: NDArray[np.float32], whole: bool, chance: np.random.Generator) -> (
        NDArray[np.float32]
    ):  # fmt: skip
        """Demand (scenarios, periods) by review period, cut anew into this grid's periods.

        Whole units stay whole: which side of the cut the odd one falls on is drawn.
        """
        if self.first == self.days:
            return periods
        before = periods * (self.first / self.days)
        if whole:
            before = np.floor(before + chance.random(periods.shape, np.float32))
        after = periods - before
        result = before.copy()
        result[:, 1:] += after[:, :-1]
        cut: NDArray[np.float32] = np.maximum(result, 0).astype(np.float32)
        return cut


def grid_for(lead_days: Days, days: int) -> Grid:
    """The grid on which deliveries that take ``lead_days`` wait least for a period to begin."""
    taken = np.unique(lead_days, return_counts=True)
    best, least = days, np.inf
    for first in range(days, 0, -1):
        grid = Grid(days, first)
        wait = grid.start(grid.at_or_after(taken[0])) - taken[0]
        total = float(wait @ taken[1])
        if total < least:
            best, least = first, total
    return Grid(days, best)
