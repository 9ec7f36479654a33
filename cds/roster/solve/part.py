"""One stretch solved quickly: prices from the stretches before, a relaxation, a dive."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cds.roster.problem import Problem, Roster
from cds.roster.solve.columns import OutOfTime, Pricing, to_roster
from cds.roster.solve.dive import dive
from cds.roster.solve.generation import converge
from cds.roster.solve.graph import TooLarge
from cds.roster.solve.incumbent import Incumbent
from cds.roster.solve.master import Master
from cds.roster.solve.rows import Rows

Floats = npt.NDArray[np.float64]

RELAXING = 0.5
"""Of the time for a stretch, what its relaxation may take."""

DIVING = 0.45
"""Of the time for a stretch, what its dive may take."""

ROUNDS = 8
WEEK = 7
GAP = 0.002


class Prices:
    """What covers were worth where they were met, by day; other weeks are much the same."""

    def __init__(self, days: int) -> None:
        self._known: list[dict[object, float]] = [{} for _ in range(days)]

    def learn(self, rows: Rows, duals: Floats, first: int) -> None:
        """Remember the prices of a stretch that begins on day ``first``."""
        for name, dual in zip(rows.names, duals.tolist(), strict=True):
            if isinstance(name, tuple) and len(name) == 4:
                self._known[first + name[0]][name[1:]] = dual

    def guess(self, rows: Rows, first: int) -> Floats:
        """Prices for a stretch that begins on day ``first``."""
        prices = np.zeros(rows.count)
        for number, name in enumerate(rows.names):
            if isinstance(name, tuple) and len(name) == 4:
                prices[number] = self._nearest(first + int(name[0]), name[1:])
        return rows.within_charges(prices)

    def _nearest(self, day: int, row: object) -> float:
        price: float | None
        earlier, later = range(day, -1, -WEEK), range(day + WEEK, len(self._known), WEEK)
        for other in (*earlier, *later):
            price = self._known[other].get(row)
            if price is not None:
                return price
        return 0.0


def solve_part(
    part: Problem,
    first: int,
    prices: Prices,
    *,
    seconds: Callable[[], float],
    until: float,
    stop: Callable[[], bool],
    unit: int,
    hint: Roster | None = None,
) -> Roster | None:
    """A roster of ``part``, a stretch that begins on day ``first``; None where none was found.

    Given a ``hint``, one that costs less. ``seconds`` is the clock by which it should
    end at ``until``.
    """
    try:
        pricing = Pricing(part, widest_cap=0, stop=stop)
    except (OutOfTime, TooLarge):
        return None
    people = range(len(pricing.people))
    if not all(pricing.possible(employee) for employee in people):
        return None
    rows = pricing.rows
    master = Master(rows, people, lenient=True)
    cutoff = np.inf
    if hint is not None:
        columns = [pricing.column_of(hint, employee) for employee in people]
        known = [column for column in columns if column is not None]
        if len(known) == len(columns):
            master.add(known)
            cutoff = Incumbent.of(rows, known).cost - 0.5
    ready = seconds()
    span = until - ready

    def enough() -> bool:
        return stop() or seconds() > ready + RELAXING * span

    try:
        state = converge(
            pricing, master, stop=enough, center=prices.guess(rows, first), unit=unit,
            cutoff=cutoff, gap=GAP,
        )  # fmt: skip
        if state.duals is not None:
            prices.learn(rows, state.duals, first)
        if state.bound >= cutoff or stop():
            return None
        begin = seconds()
        found = dive(
            pricing,
            master,
            stop=stop,
            rounds=ROUNDS,
            unit=unit,
            cutoff=cutoff,
            due=lambda: (seconds() - begin) / max(DIVING * span, 1e-3),
        )
    except ArithmeticError:
        return None
    if found is None:
        return None
    whole = Incumbent.of(rows, found)
    if rows.missed(whole.activity) or whole.cost > cutoff:
        return None
    return to_roster(list(whole.columns), len(part.shifts))
