"""From a mixture of columns to one roster, by fixing cells instead of people.

A person's column fixes a whole horizon at once, and with few people one of them decides what
is left for the others. A cell decides little: those that the mixture agrees on are fixed, people
are priced again, and where that turns out dear the cell is forbidden instead. Slower than
``dive``, and better where people are few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.solve.columns import Column, Pricing
from cds.roster.solve.generation import converge
from cds.roster.solve.master import Master

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEW_PEOPLE = 16
"""Of so few, all cells are fixed one after the other in a few seconds."""

WHOLE = 0.999
CONVINCING = 0.8
SHARE = 0.05
"""Of the cells, how many that are not whole may be fixed in a step."""

DEAR = 0.006
MOST_TURNS = 60
"""A step that makes the value dearer by this share is turned, so many times in a dive."""

KEPT = 30
ROUNDS = 20
GAP = 0.005
SHAKE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """A master of what is ``allowed[person, day, option]``, solved, and its best prices."""

    allowed: Flags
    master: Master
    value: float
    bound: float
    prices: Floats | None


def dive_by_cells(
    pricing: Pricing,
    columns: Iterable[Column],
    prices: Floats,
    *,
    stop: Callable[[], bool],
    unit: int = 0,
    cutoff: float = np.inf,
    random: np.random.Generator | None = None,
    due: Callable[[], float] = lambda: 0.0,
) -> list[Column] | None:
    """A column for each person, in order; None where time or hope of less than ``cutoff`` ran out.

    ``columns`` are those to begin with, ``prices`` those of the relaxation's bound. ``due()`` is
    the share of its time that is gone: from a half on, cells are fixed in step with it, convincing
    or not. ``random`` changes the order in which cells are fixed, so that dives differ.
    """
    shape = len(pricing.people), pricing.days, pricing.shifts + 1
    master = Master(pricing.rows, range(shape[0]), lenient=True)
    master.add(columns)
    value = master.solve()
    node = _Node(np.ones(shape, dtype=bool), master, value, -np.inf, prices)
    turns = 0
    while not stop():
        shares = _shares(node.master, shape)
        likely, top = shares.argmax(axis=2), shares.max(axis=2)
        if (top > WHOLE).all():
            return _largest(node.master)
        fixed = node.allowed.sum(axis=2) == 1
        behind = int((2.0 * due() - 1.0) * fixed.size) - int(fixed.sum())
        chosen = _chosen(top, fixed, behind, random)
        narrowed = node.allowed.copy()
        for person, day in [*np.argwhere(top > WHOLE).tolist(), *chosen]:
            narrowed[person, day] = False
            narrowed[person, day, likely[person, day]] = True
        after = _settle(pricing, node, narrowed, stop, unit, cutoff)
        if chosen and turns < MOST_TURNS and after.value > (1.0 + DEAR) * node.value:
            turns += 1
            turned = node.allowed.copy()
            person, day = chosen[0]
            turned[person, day, likely[person, day]] = False
            other = _settle(pricing, node, turned, stop, unit, cutoff)
            after = other if other.value <= after.value else after
        if after.bound >= cutoff:
            return None
        node = after
    return None


def _settle(
    pricing: Pricing,
    node: _Node,
    allowed: Flags,
    stop: Callable[[], bool],
    unit: int,
    cutoff: float,
) -> _Node:
    """Generate columns again within ``allowed``, from the node's that fit into it."""
    days = np.arange(pricing.days)
    master = Master(pricing.rows, node.master.employees)
    for person, columns in node.master.promising(len(node.master.columns)).items():
        fitting = (one for one in columns if allowed[person, days, one.options].all())
        master.add(one for one, _ in zip(fitting, range(KEPT), strict=False))
    state = converge(
        pricing.within(allowed),
        master,
        stop=stop,
        rounds=ROUNDS,
        gap=GAP,
        cutoff=cutoff,
        center=node.prices,
        unit=unit,
    )
    # What the last step's rounding left out does not make this one dear.
    value = max(master.solve(), node.value)
    return _Node(allowed, master, value, state.bound, state.duals)


def _shares(master: Master, shape: tuple[int, ...]) -> Floats:
    """How much of each cell's options [person, day, option] the mixture holds."""
    shares = np.zeros(shape)
    days = np.arange(shape[1])
    for used, column in zip(master.values.tolist(), master.columns, strict=True):
        if used > 0.0:
            shares[column.employee, days, column.options] += used
    return shares


def _chosen(
    top: Floats, fixed: Flags, behind: int, random: np.random.Generator | None
) -> list[list[int]]:
    """The cells [person, day] to fix though they are not whole, the most convincing first."""
    ranking = top if random is None else top * random.uniform(1 - SHAKE, 1 + SHAKE, top.shape)
    ranking = np.where(fixed | (top > WHOLE), -1.0, ranking)
    budget = max(int(SHARE * top.size), 1)
    chosen: list[list[int]] = []
    for cell in np.argsort(-ranking, axis=None, kind="stable").tolist():
        person, day = divmod(cell, top.shape[1])
        if ranking[person, day] < 0.0:
            break
        convincing = len(chosen) < budget and top[person, day] >= CONVINCING
        if chosen and not convincing and len(chosen) >= behind:
            break
        chosen.append([person, day])
    return chosen


def _largest(master: Master) -> list[Column] | None:
    best: dict[int, tuple[float, Column]] = {}
    for used, column in zip(master.values.tolist(), master.columns, strict=True):
        if column.employee not in best or used > best[column.employee][0]:
            best[column.employee] = (used, column)
    if len(best) < len(master.employees):
        return None
    return [best[employee][1] for employee in master.employees]
