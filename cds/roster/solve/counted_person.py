"""One person's rosters, with the longest count of the rules beside the graph of the others.

Over a year the hours of a person would swell the graph beyond use. The path carries them along
instead, within a band around the course of hours that the person is thought to take.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd

import numpy as np
import numpy.typing as npt

from cds.roster.problem import Count, Employee, Problem
from cds.roster.solve.counted import Band, counted_path
from cds.roster.solve.graph import Graph, TooLarge
from cds.roster.solve.person import Graphs, Person, person, total_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ASIDE = 6
"""So many shifts may a roster be ahead of the course it is sought around, or behind."""

STEPS = 24
"""Paths spent on keeping a person's loose caps."""


@dataclass(frozen=True, slots=True, eq=False)
class CountedPerson:
    """A person's rules but ``count``, of which ``unit`` divides every amount.

    ``amounts[option]`` are in units, on days that are ``counted``.
    """

    someone: Person
    graph: Graph
    count: Count | None
    unit: int
    amounts: Ints
    counted: Ints

    @classmethod
    def of(cls, problem: Problem, employee: Employee, graphs: Graphs) -> CountedPerson:
        """Draw the graph; raises TooLarge where more than one count had to be left out of it."""
        count = _longest(employee)
        others = tuple(rule for rule in employee.rules if rule is not count)
        someone = person(problem, replace(employee, rules=others))
        graph, left_out = graphs.fitting(someone.structural)
        if graph is None or left_out:
            raise TooLarge
        amounts = np.zeros(len(problem.shifts) + 1, dtype=np.int64)
        counted = np.zeros(problem.days, dtype=np.int64)
        unit = 1
        if count is not None:
            unit = gcd(*(amount for _, amount in count.amounts)) or 1
            counted[list(count.days)] = 1
            for option, amount in count.amounts:
                amounts[option] = amount // unit
        return cls(someone, graph, count, unit, amounts, counted)

    @property
    def total(self) -> float:
        """What the person should do, beside what was done before."""
        if self.count is None:
            return 0.0
        least, most = self.count.minimum or 0, self.count.maximum
        middle = least if most is None else (least + max(most, least)) / 2.0
        return float(max(middle - self.count.start, 0.0))

    @property
    def worth(self) -> Ints:
        """What a cell [day, option] counts, in the rule's own amounts."""
        return self.unit * self.amounts[None, :] * self.counted[:, None]

    def done(self, options: Ints) -> Ints:
        """Amounts before each day, in units."""
        return np.concatenate([[0], np.cumsum(self.amounts[options] * self.counted)])

    def within_caps(self, cells: Floats, course: Ints) -> tuple[float, Ints | None]:
        """A cheap path near ``course``, as ``path``, that keeps the caps left out of the graph.

        What a path has beyond a cap is barred, where it is worth least first on
        those days, the next time on all days but the best.
        """
        caps = self.someone.loose
        barred = cells
        broken: set[int] = set()
        for _ in range(STEPS):
            value, options = self.path(barred, course)
            if options is None:
                break
            over = [i for i, cap in enumerate(caps) if total_of(cap, options) > (cap.maximum or 0)]
            if not over:
                return value, options
            barred = barred.copy()
            for index in over:
                days, kept = _worth_keeping(caps[index], options, cells)
                elsewhere = np.array(caps[index].days) if index in broken else days
                bar = np.setdiff1d(elsewhere, kept)
                for option, _ in caps[index].amounts:
                    barred[bar, option] = np.inf
                broken.add(index)
        return np.inf, None

    def path(self, cells: Floats, course: Ints) -> tuple[float, Ints | None]:
        """The cheapest roster at ``cells`` [day, option] near ``course``, units before each day."""
        groups = np.unique(self.amounts)
        days = np.arange(len(cells))
        prices = np.full((len(cells), self.graph.kinds, len(groups)), np.inf)
        options = np.zeros(prices.shape, dtype=np.int64)
        for kind in range(self.graph.kinds):
            for number, amount in enumerate(groups.tolist()):
                members = np.flatnonzero((self.graph.class_of == kind) & (self.amounts == amount))
                if len(members):
                    best = cells[:, members].argmin(axis=1)
                    prices[:, kind, number] = cells[days, members[best]]
                    options[:, kind, number] = members[best]
        band = self._band(course, groups)
        value, kinds, chosen = counted_path(self.graph, prices, band)
        return value, None if value == np.inf else options[days, kinds, chosen]

    def _band(self, course: Ints, groups: Ints) -> Band:
        aside = ASIDE * max(int(groups[-1]), 1)
        base = np.maximum(course - aside, 0)
        width = 2 * aside + 1
        charge = np.zeros(width)
        count = self.count
        if count is not None:
            ends = count.start + self.unit * (base[-1] + np.arange(width))
            if count.minimum is not None:
                charge += _charge(np.maximum(count.minimum - ends, 0), count.under)
            if count.maximum is not None:
                charge += _charge(np.maximum(ends - count.maximum, 0), count.over)
        return Band(base, width, groups[None, :] * self.counted[:, None], charge)


def _longest(employee: Employee) -> Count | None:
    """The count with the most amounts to tell apart, of those with a minimum."""

    def amounts(rule: Count) -> int:
        unit = gcd(*(amount for _, amount in rule.amounts)) or 1
        return ((rule.maximum or rule.minimum or 0) - rule.start) // unit

    counts = [r for r in employee.rules if isinstance(r, Count) and r.minimum is not None]
    return max((rule for rule in counts if rule.amounts), key=amounts, default=None)


def _worth_keeping(cap: Count, options: Ints, cells: Floats) -> tuple[Ints, Ints]:
    """The days on which ``options`` count towards ``cap``, and those of them that fit in it."""
    amounts = np.zeros(cells.shape[1], dtype=np.int64)
    for option, amount in cap.amounts:
        amounts[option] = amount
    counted = np.zeros(len(options), dtype=bool)
    counted[list(cap.days)] = True
    days = np.flatnonzero(counted & (amounts[options] > 0))
    others = np.where(amounts[None, :] > 0, np.inf, cells)[days].min(axis=1)
    worth = np.where(np.isinf(others), np.inf, others - cells[days, options[days]])
    order = days[np.argsort(-worth, kind="stable")]
    fits = np.cumsum(amounts[options[order]]) <= (cap.maximum or 0) - cap.start
    return days, order[fits]


def _charge(beyond: Ints, weight: int | None) -> Floats:
    if weight is None:
        return np.where(beyond > 0, np.inf, 0.0)
    return (beyond * weight).astype(np.float64)
