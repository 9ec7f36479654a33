"""What binds people to each other: cover and pairings as rows over cells.

A row adds up cells (employee, day, shift, skill) and is charged by a convex
function of the sum, given by pieces: so much for each unit under or over a
bound. Covers of the same cells (a minimum and a preferred number) are one row
with several pieces. Most rows count anybody; those that name people keep lists
of their own. A count of one person that would swell the person's graph can be a
row as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.problem import OFF, Count, Cover, Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


HARD = 15.0
"""A hard piece costs so many times the dearest soft one: large numbers cost precision."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The charges: ``weight`` a unit by which row ``row`` is beyond ``bound``.

    ``side`` is 1 where the row must not be under the bound, -1 where not over.
    """

    row: Ints
    bound: Floats
    side: Floats
    weight: Floats
    hard: Flags


@dataclass(frozen=True, slots=True)
class Slack:
    """A variable of the master by which ``row`` may miss its bounds, at most ``width``."""

    row: int
    sign: float
    width: float
    cost: float


@dataclass(frozen=True, slots=True)
class Rows:
    """``low``/``high``: where charges begin (infinite where open), row by row.

    ``common_row``/``common_cell`` list, entry by entry and sorted by cell, the
    cells that a row counts for everybody; a cell is
    ``(day * shifts + shift) * skills + skill``, and the rows of cell ``c`` lie at
    ``first[c]:first[c + 1]``. ``own[employee]`` lists rows, cells and
    coefficients for that person alone. ``reach[employee, row]`` tells whose work
    enters which row.
    """

    low: Floats
    high: Floats
    pieces: Pieces
    slacks: tuple[Slack, ...]
    penalty: float  # what the linear programme charges for a unit of a hard piece
    dearest: float  # the largest weight of a soft rule
    common_row: Ints
    common_cell: Ints
    first: Ints
    own: tuple[tuple[Ints, Ints, Floats], ...]
    reach: Flags
    shape: tuple[int, int, int]
    names: tuple[object, ...]  # of a cover's row: (day, shifts, skills, employees)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.low)

    @property
    def heads(self) -> Floats:
        """The most that one cell counts in each row: 1, or the minutes of the longest shift."""
        most = np.ones(self.count)
        for row, _, coefficient in self.own:
            np.maximum.at(most, row, np.abs(coefficient))
        return most

    def cell_prices(self, duals: Floats) -> Floats:
        """What a cell costs at these duals, [day, shift, skill], for anybody."""
        days, shifts, skills = self.shape
        prices = np.bincount(
            self.common_cell, weights=duals[self.common_row], minlength=days * shifts * skills
        )
        return np.asarray(-prices.reshape(self.shape), dtype=np.float64)

    def own_prices(self, employee: int, duals: Floats, prices: Floats) -> Floats:
        """``prices`` with what the rows that name ``employee`` add."""
        row, cell, coefficient = self.own[employee]
        if not len(row):
            return prices
        changed = prices.copy()
        np.subtract.at(changed.reshape(-1), cell, duals[row] * coefficient)
        return changed

    def activity(self, employee: int, cells: Ints) -> tuple[Ints, Floats]:
        """The rows that a person's chosen ``cells`` enter, and by how much."""
        counts = self.first[cells + 1] - self.first[cells]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        row = self.common_row[np.repeat(self.first[cells], counts) + within]
        own_row, own_cell, own_coefficient = self.own[employee]
        if not len(own_row):  # a cover has one day, and a person one cell a day
            return np.sort(row), np.ones(len(row))
        inside = np.isin(own_cell, cells)
        row = np.concatenate([row, own_row[inside]])
        value = np.concatenate([np.ones(len(row) - inside.sum()), own_coefficient[inside]])
        unique, position = np.unique(row, return_inverse=True)
        return unique, np.bincount(position, weights=value).astype(np.float64)

    def charge(self, activity: Floats) -> Floats:
        """What each row costs at this activity."""
        pieces = self.pieces
        beyond = np.maximum(pieces.side * (pieces.bound - activity[pieces.row]), 0.0)
        charged = np.bincount(pieces.row, weights=pieces.weight * beyond, minlength=self.count)
        return charged.astype(np.float64)

    def missed(self, activity: Floats) -> bool:
        """True where a hard piece is missed."""
        pieces = self.pieces
        beyond = pieces.side * (pieces.bound - activity[pieces.row])
        return bool((pieces.hard & (beyond > 0.5)).any())

    def within_charges(self, duals: Floats) -> Floats:
        """``duals`` no larger than what missing a row by a unit can cost."""
        pieces = self.pieces
        under, over = (
            np.bincount(pieces.row[mine], weights=pieces.weight[mine], minlength=self.count)
            for mine in (pieces.side > 0, pieces.side < 0)
        )
        return np.clip(duals, -over, under)

    def least(self, duals: Floats) -> tuple[Floats, Floats]:
        """The least that each row can cost when activity is paid ``duals`` a unit, and at which.

        The rows' part of the Lagrangian bound. ``duals`` must be ``within_charges``:
        then a convex function of pieces has its least value at a bound of one.
        """
        least, at = np.full(self.count, np.inf), np.zeros(self.count)
        pieces = self.pieces
        charged = np.bincount(pieces.row, minlength=self.count) > 0
        least[~charged] = 0.0  # a cover without bounds, or with weights of nothing
        for nth in _by_row(pieces.row):
            activity = np.zeros(self.count)
            activity[pieces.row[nth]] = pieces.bound[nth]
            cost = self.charge(activity) + duals * activity
            better = cost < least
            least[better], at[better] = cost[better], activity[better]
        return least, at


def build_rows(problem: Problem, counts: Sequence[tuple[int, Count]] = ()) -> Rows:
    """The rows of ``problem``: covers, those of the same cells as one, pairings, ``counts``.

    ``counts`` are (employee, rule): rules that the person's graph does not hold.
    """
    shifts, skills = len(problem.shifts), len(problem.skills)
    dearest = _dearest(problem)
    penalty = HARD * dearest
    number_of: dict[object, int] = {}
    pieces: list[tuple[int, float, float, float, bool]] = []
    common: set[tuple[int, int]] = set()
    own: list[dict[tuple[int, int], float]] = [{} for _ in problem.employees]

    def cell(day: int, shift: int, skill: int) -> int:
        return (day * shifts + shift) * skills + skill

    for cover in problem.covers:
        key = (cover.day, cover.shifts, cover.skills, cover.employees)
        row = number_of.setdefault(key, len(number_of))
        pieces += [(row, *piece) for piece in _pieces(cover, penalty)]
        cells = [cell(cover.day, s, k) for s in cover.shifts for k in cover.skills]
        if cover.employees is None:
            common.update((c, row) for c in cells)
        else:
            for employee in cover.employees:
                own[employee].update({(row, c): 1.0 for c in cells})
    for pairing in problem.pairings:
        row = number_of.setdefault(pairing, len(number_of))
        hard = pairing.weight is None
        pieces.append((row, 0.0, 1.0, penalty if pairing.weight is None else pairing.weight, hard))
        for skill in range(skills):  # partners - employee >= 0
            c = cell(pairing.day, pairing.shift, skill)
            for partner in pairing.partners:
                own[partner][row, c] = 1.0
            own[pairing.employee][row, c] = -1.0
    for employee, rule in counts:
        row = number_of.setdefault((employee, rule), len(number_of))
        amounts = dict(rule.amounts)
        resting = amounts.get(OFF, 0)  # counted by what working takes away from it
        already = rule.start + resting * len(rule.days)
        for bound, side, weight in (
            (rule.minimum, 1.0, rule.under),
            (rule.maximum, -1.0, rule.over),
        ):
            if bound is not None:
                charge = penalty if weight is None else float(weight)
                pieces.append((row, float(bound - already), side, charge, weight is None))
        for day in rule.days:
            for shift in range(shifts):
                amount = float(amounts.get(shift, 0) - resting)
                if amount:
                    own[employee].update(
                        {(row, cell(day, shift, skill)): amount for skill in range(skills)}
                    )
    ordered = sorted(common)
    common_cell = np.array([c for c, _ in ordered], dtype=np.int64)
    common_row = np.array([row for _, row in ordered], dtype=np.int64)
    table = Pieces(
        np.array([piece[0] for piece in pieces], dtype=np.int64),
        np.array([piece[1] for piece in pieces]),
        np.array([piece[2] for piece in pieces]),
        np.array([piece[3] for piece in pieces], dtype=np.float64),
        np.array([piece[4] for piece in pieces], dtype=bool),
    )
    count = len(number_of)
    own_arrays = tuple(_arrays(entries) for entries in own)
    reach = np.zeros((len(own), count), dtype=bool)
    for employee, someone in enumerate(problem.employees):
        reach[employee, common_row[np.isin(common_cell % skills, someone.skills)]] = True
        reach[employee, own_arrays[employee][0]] = True
    low, high, slacks = _slacks(table, count)
    return Rows(
        low,
        high,
        table,
        slacks,
        penalty,
        dearest,
        common_row,
        common_cell,
        np.searchsorted(common_cell, np.arange(problem.days * shifts * skills + 1)),
        own_arrays,
        reach,
        (problem.days, shifts, skills),
        tuple(number_of),
    )


def _pieces(cover: Cover, penalty: float) -> list[tuple[float, float, float, bool]]:
    pieces = []
    for bound, side, weight in (
        (cover.minimum, 1.0, cover.under),
        (cover.maximum, -1.0, cover.over),
    ):
        if bound is not None and weight != 0:
            hard = weight is None
            pieces.append((float(bound), side, penalty if weight is None else float(weight), hard))
    return pieces


def _slacks(pieces: Pieces, count: int) -> tuple[Floats, Floats, tuple[Slack, ...]]:
    """Where each row's charges begin, and slack variables that cost what the pieces do."""
    limits = {1.0: np.full(count, -np.inf), -1.0: np.full(count, np.inf)}
    slacks: list[Slack] = []
    for side in (1.0, -1.0):
        mine = np.flatnonzero(pieces.side == side)
        # From the bound that is met first: the highest minimum, the lowest maximum.
        order = mine[np.lexsort((-side * pieces.bound[mine], pieces.row[mine]))]
        for position, piece in enumerate(order.tolist()):
            row = int(pieces.row[piece])
            fresh = position == 0 or pieces.row[order[position - 1]] != row
            cost = pieces.weight[piece] + (0.0 if fresh else slacks[-1].cost)
            if fresh:
                limits[side][row] = pieces.bound[piece]
            width = np.inf
            if position + 1 < len(order) and pieces.row[order[position + 1]] == row:
                width = abs(pieces.bound[piece] - pieces.bound[order[position + 1]])
            slacks.append(Slack(row, side, float(width), float(cost)))
    return limits[1.0], limits[-1.0], tuple(slacks)


def _dearest(problem: Problem) -> float:
    """The largest weight of a soft rule, at least 1."""
    weights = [1]
    for cover in problem.covers:
        weights += [weight for weight in (cover.under, cover.over) if weight is not None]
    for employee in problem.employees:
        for rule in employee.rules:
            for name in ("weight", "under", "over", "under_in_row", "over_in_row"):
                weights.append(getattr(rule, name, None) or 0)
    return float(max(weights))


def _by_row(row: Ints) -> list[Ints]:
    """Indexes of the first entry of each row, of the second, and so on."""
    order = np.argsort(row, kind="stable")
    nth = np.arange(len(row)) - np.searchsorted(row[order], row[order])
    return [order[nth == n] for n in range(int(nth.max(initial=-1)) + 1)]


def _arrays(entries: dict[tuple[int, int], float]) -> tuple[Ints, Ints, Floats]:
    return (
        np.array([row for row, _ in entries], dtype=np.int64),
        np.array([cell for _, cell in entries], dtype=np.int64),
        np.array(list(entries.values()), dtype=np.float64),
    )
