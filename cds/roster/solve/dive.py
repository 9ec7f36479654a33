"""From a mixture of columns to one roster for each person, by diving.

The people whose column is nearest to whole are fixed, the others are priced
again in the light of it, and so on. Each step has a master of its own, with only
the people left and their best columns: small programmes are solved at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column, Pricing
from cds.roster.solve.generation import converge
from cds.roster.solve.master import Master

Floats = npt.NDArray[np.float64]

WHOLE = 0.999
CONVINCING = 0.7
KEPT = 40
GAP = 0.002

ROUNDS = 30
PRICINGS = 1000
"""After each person fixed, rounds of pricing those left: more where they are few."""

SHAKE = (0.3, 1.7)
"""Factors that make a dive differ from another."""


def shaker(generator: np.random.Generator) -> Callable[[int], Floats]:
    """Factors by chance, for ``dive``."""
    return lambda count: generator.uniform(*SHAKE, size=count)


def dive(
    pricing: Pricing,
    master: Master,
    *,
    fixed: Floats | None = None,
    stop: Callable[[], bool],
    rounds: int = ROUNDS,
    pricings: int = PRICINGS,
    share: float = 0.1,
    cutoff: float = np.inf,
    unit: int = 0,
    seen: Callable[[list[Column]], None] | None = None,
    shake: Callable[[int], Floats] | None = None,
    due: Callable[[], float] = lambda: 0.0,
) -> list[Column] | None:
    """A column for each of the master's people; None where time or hope ran out.

    ``fixed`` is the activity of everybody else. At each step those at ``WHOLE``
    are fixed and, of the others, the largest and up to ``share`` of the people
    that are above ``CONVINCING``. Then those left are priced in ``rounds``, or in as
    many as ``pricings`` of one person make. Stops where the master's value, with the costs
    of the people fixed, reaches ``cutoff``. ``seen`` is shown the columns of each step.
    By now ``due()`` of the people, a share, should be fixed: where time is short
    they are, those of largest value first, whether convincing or not.
    ``shake`` gives factors by which so many values are changed before ranking, so
    that dives differ.
    """
    activity = np.zeros(pricing.rows.count) if fixed is None else fixed.copy()
    chosen: dict[int, Column] = {}
    everybody = master.employees
    budget = max(1, int(share * len(everybody)))
    master.solve()
    center: Floats | None = master.duals.copy()
    paid = 0.0
    while True:
        if master.solve() + paid >= cutoff or stop():
            return None
        best: dict[int, tuple[float, Column]] = {}
        values = master.values
        if shake is not None:
            values = np.where(values < WHOLE, values * shake(len(values)), values)
        for used, column in zip(values.tolist(), master.columns, strict=True):
            if column.employee not in best or used > best[column.employee][0]:
                best[column.employee] = (used, column)
        if len(best) < len(master.employees):
            return None
        ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].employee))
        behind = int(due() * len(everybody)) - len(chosen)
        for rank, (used, column) in enumerate(ranked):
            convincing = rank < budget and used > CONVINCING
            if used >= WHOLE or rank == 0 or convincing or rank < behind:
                chosen[column.employee] = column
                activity[column.rows] += column.values
                paid += column.cost
        if len(chosen) == len(everybody):
            break
        kept = master.promising(KEPT)
        if seen is not None:
            seen(master.columns)
        master = Master(
            pricing.rows, [e for e in everybody if e not in chosen], activity, lenient=True
        )
        master.add(column for e in master.employees for column in kept[e])
        state = converge(
            pricing,
            master,
            stop=stop,
            rounds=max(rounds, pricings // len(master.employees)),
            gap=GAP,
            cutoff=cutoff - paid,
            center=center,
            unit=unit,
        )
        center = state.duals
    return [chosen[employee] for employee in everybody]
