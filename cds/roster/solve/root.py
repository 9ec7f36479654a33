"""The relaxation of the whole problem, and rosters dived for from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.solve.ascent import ascend
from cds.roster.solve.columns import Column, Pricing
from cds.roster.solve.dive import dive, shaker
from cds.roster.solve.dive_cells import FEW_PEOPLE, dive_by_cells
from cds.roster.solve.generation import Relaxation, converge
from cds.roster.solve.journal import Journal
from cds.roster.solve.master import Master

Floats = npt.NDArray[np.float64]
Stop = Callable[[], bool]

TRIAL = 25
NEAR = 0.9
"""Where the bound is not so near to the value after so many rounds, prices are sought otherwise."""

MOST_ROUNDS = 10_000

DIVE_SHARE = 0.6
"""Of the time left, what the first dive may take before other ways have their turn."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root's master problem, solved, the prices of its bound and all columns met."""

    master: Master
    duals: Floats
    columns: list[Column]


def relax_root(pricing: Pricing, journal: Journal, stop: Stop) -> Root | None:
    """The bound, and the columns and prices that give it; None where that failed."""
    master = Master(pricing.rows, range(len(pricing.people)), lenient=True)

    def relax(center: Floats | None, rounds: int) -> Relaxation:
        return converge(
            pricing,
            master,
            stop=stop,
            rounds=rounds,
            center=center,
            unit=journal.unit,
            watch=lambda now: journal.prove(now.bound, "bound"),
        )

    try:
        state = relax(np.zeros(pricing.rows.count), TRIAL)
        if not state.ended and state.bound < NEAR * state.value:
            near = ascend(pricing, stop=stop)
            if near is not None:
                journal.prove(near.bound, "bound")
                master.add(near.columns)
                state = relax(near.prices, MOST_ROUNDS)
        elif not state.ended:
            state = relax(state.duals, MOST_ROUNDS)
    except ArithmeticError:  # the linear programme broke down
        return None
    if state.bound == np.inf:  # someone's leave and limits contradict each other
        journal.infeasible = True
    journal.prove(state.bound, "bound")
    return None if state.duals is None else Root(master, state.duals, list(master.columns))


def dive_from_root(
    pricing: Pricing, root: Root, journal: Journal, stop: Stop, seed: int | None
) -> list[Column] | None:
    """A roster by diving from the root, in a way of its own where a seed is given."""
    began = journal.seconds()
    budget = max(DIVE_SHARE * journal.time_left, 1e-3)

    def due() -> float:
        return (journal.seconds() - began) / budget

    in_time = (lambda: 0.0) if journal.limits.reproducible else due
    unit = journal.unit
    shake = None
    if seed is not None:
        shake = shaker(np.random.default_rng(seed))
    try:
        if seed is None and len(pricing.people) <= FEW_PEOPLE:
            found = dive_by_cells(
                pricing, root.columns, root.duals, stop=stop, unit=unit, due=in_time
            )
        else:
            found = dive(
                pricing,
                root.master,
                stop=stop,
                unit=unit,
                seen=root.columns.extend,
                shake=shake,
                due=in_time,
            )
    except ArithmeticError:
        return None
    return found
