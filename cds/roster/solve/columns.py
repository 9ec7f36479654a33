"""Rosters of one person as columns of the master problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cds.roster.problem import OFF, Count, Problem, Roster
from cds.roster.solve.graph import Graph
from cds.roster.solve.person import LOOSE, Graphs, Person, person, total_of
from cds.roster.solve.pricing import (
    ShortestPath,
    ShortestPaths,
    all_cheapest,
    cheapest,
    shortest_path,
    shortest_paths,
)
from cds.roster.solve.pricing_compiled import ABREAST, WORTH_COMPILING, Compiled
from cds.roster.solve.rows import Rows, build_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


MULTIPLIER_STEPS = 8
"""Shortest paths spent on keeping a person's loose caps."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """``options[day]`` (the last option is OFF) in ``skills[day]`` (-1 when off).

    ``cost`` is the person's own; the column enters master row ``rows[i]`` with
    ``values[i]``.
    """

    employee: int
    options: Ints
    skills: Ints
    cost: float
    rows: Ints
    values: Floats

    @property
    def key(self) -> bytes:
        """Equal for equal rosters of one person."""
        return self.options.astype(np.int8).tobytes() + self.skills.astype(np.int8).tobytes()


Priced = tuple[float, Column | None]
"""The least reduced cost of a person's columns, and the column that has it."""


class OutOfTime(Exception):
    """Asked to stop before all was ready."""


class Pricing:
    """Finds each person's cheapest column at given duals of the rows.

    ``caps_as_rows``: caps that are not in a graph are rows too, instead of being kept by every
    column. One shortest path a person then gives the bound, however long the horizon.
    Drawing everybody's graph takes seconds where people are many: raises OutOfTime where
    ``stop()`` becomes true on the way, and TooLarge where somebody's graph cannot be drawn.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        widest_cap: int = LOOSE,
        caps_as_rows: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.problem = problem
        self.days = problem.days
        self.shifts = len(problem.shifts)
        self.people: list[Person] = [
            person(problem, e, widest_cap=widest_cap) for e in problem.employees
        ]
        graphs = Graphs(self.days, self.shifts)
        self._graph: list[Graph | None] = []
        counts: list[tuple[int, Count]] = []
        for number, someone in enumerate(self.people):
            if stop():
                raise OutOfTime
            graph, left_out = graphs.fitting(someone.structural)
            self._graph.append(graph)
            counts += [(number, count) for count in left_out]
            if caps_as_rows:
                counts += [(number, cap) for cap in someone.loose]
                self.people[number] = replace(someone, loose=())
        self.rows: Rows = build_rows(problem, counts)
        arcs = sum(graph.arcs for graph in self._graph if graph is not None)
        self._shortest_path: ShortestPath = shortest_path
        self._shortest_paths: ShortestPaths = shortest_paths
        if arcs > WORTH_COMPILING:
            compiled = Compiled()
            self._shortest_path, self._shortest_paths = compiled, compiled.together
        self._skills = [np.array(e.skills, dtype=np.int64) for e in problem.employees]
        self._skill_costs = [
            np.array(e.skill_costs or (0,) * len(e.skills), dtype=np.float64)
            for e in problem.employees
        ]

    def possible(self, employee: int) -> bool:
        """False where no roster keeps the person's own hard rules."""
        return self._graph[employee] is not None

    def within(self, allowed: Flags) -> Pricing:
        """The same of rosters that keep to what is ``allowed[person, day, option]`` alone."""
        narrowed = copy(self)
        narrowed.people = [
            replace(someone, cells=np.where(allowed[number], someone.cells, np.inf))
            for number, someone in enumerate(self.people)
        ]
        return narrowed

    def batches(self, employees: Iterable[int]) -> list[list[int]]:
        """``employees`` in batches that can be priced together, as they share a graph."""
        alike: dict[int, list[int]] = {}
        for employee in employees:
            alike.setdefault(id(self._graph[employee]), []).append(employee)
        return [
            members[first : first + ABREAST]
            for members in alike.values()
            for first in range(0, len(members), ABREAST)
        ]

    def best(self, batch: Sequence[int], duals: Floats, prices: Floats) -> list[Priced]:
        """Each person's least reduced cost (before the person's own dual) and its column.

        ``batch`` is one of ``batches``, ``prices`` are ``rows.cell_prices(duals)``. The
        cost is a lower bound even where a loose cap had to be added on the way.
        """
        graph = self._graph[batch[0]]
        if graph is None:
            return [(np.inf, None) for _ in batch]
        cells = np.empty((len(batch), self.days, self.shifts + 1))
        chosen = []
        for number, employee in enumerate(batch):
            own = self.rows.own_prices(employee, duals, prices)[:, :, self._skills[employee]]
            own = own + self._skill_costs[employee]
            chosen.append(own.argmin(axis=2))
            cells[number] = self.people[employee].cells
            cells[number, :, : self.shifts] += own.min(axis=2)
        values, options = all_cheapest(graph, cells, self._shortest_paths)
        return [
            self._priced(*one)
            for one in zip(batch, values.tolist(), options, cells, chosen, strict=True)
        ]

    def _priced(
        self, employee: int, value: float, options: Ints, cells: Floats, chosen: Ints
    ) -> Priced:
        """The cheapest roster, found without its loose caps, with them kept and as a column."""
        days = np.arange(self.days)
        if value == np.inf:
            return value, None
        caps = self.people[employee].loose
        if any(total_of(cap, options) > (cap.maximum or 0) for cap in caps):
            value, kept, structural = self._within_caps(employee, cells, value, options)
            if kept is None:
                return value, None
            options = kept
        else:
            structural = value - float(cells[days, options].sum())
        working = options < self.shifts
        skills = np.full(self.days, -1, dtype=np.int64)
        picked = chosen[days[working], options[working]]
        skills[working] = self._skills[employee][picked]
        cost = (
            structural
            + self.people[employee].cells[days, options].sum()
            + self._skill_costs[employee][picked].sum()
        )
        return value, self._column(employee, options, skills, float(np.rint(cost)))

    def _within_caps(
        self, employee: int, cells: Floats, value: float, options: Ints
    ) -> tuple[float, Ints | None, float]:
        """A bound on the cheapest roster, a good one, and its cost beside ``cells``.

        Loose caps are not in the graph. Where the cheapest path, ``options`` at ``value``,
        breaks one, a multiplier on what it counts is searched for: every multiplier
        gives a bound, and one that is large enough a roster that keeps the cap.
        """
        graph = self._graph[employee]
        assert graph is not None
        caps = self.people[employee].loose
        bound = value
        kept, structural, least = None, 0.0, np.inf
        low = [0.0] * len(caps)
        high = [np.inf] * len(caps)
        multipliers = [0.0] * len(caps)
        spread = float(np.abs(cells[np.isfinite(cells)]).max(initial=1.0))
        days = np.arange(self.days)
        for _ in range(MULTIPLIER_STEPS):
            for index, cap in enumerate(caps):
                amount = total_of(cap, options) - (cap.maximum or 0)
                if amount > 0:
                    low[index] = multipliers[index]
                    doubled = max(4.0 * low[index], spread / 64.0)
                    multipliers[index] = min(doubled, (low[index] + high[index]) / 2.0)
                elif amount < 0 and multipliers[index] > 0.0:
                    high[index] = multipliers[index]
                    multipliers[index] = (low[index] + high[index]) / 2.0
            charged = cells.copy()
            allowance = 0.0
            for cap, multiplier in zip(caps, multipliers, strict=True):
                allowance += multiplier * ((cap.maximum or 0) - cap.start)
                for option, amount in cap.amounts:
                    charged[list(cap.days), option] += multiplier * amount
            value, options = cheapest(graph, charged, self._shortest_path)
            bound = max(bound, value - allowance)
            if all(total_of(cap, options) <= (cap.maximum or 0) for cap in caps):
                beside = value - float(charged[days, options].sum())
                total = beside + float(cells[days, options].sum())
                if total < least:
                    kept, structural, least = options, beside, total
                if least - bound < 1e-6:
                    break
        return bound, kept, structural

    def column_of(self, roster: Roster, employee: int) -> Column | None:
        """The column of a person's row in ``roster``; None where it breaks a hard rule."""
        options = np.array(roster.shifts[employee], dtype=np.int64)
        options[options == OFF] = self.shifts
        return self.column(employee, options, np.array(roster.skills[employee], dtype=np.int64))

    def column(self, employee: int, options: Ints, skills: Ints) -> Column | None:
        """The column of a given roster; None where it breaks a hard rule."""
        cells = np.full((self.days, self.shifts + 1), np.inf)
        days = np.arange(self.days)
        cells[days, options] = self.people[employee].cells[days, options]
        graph = self._graph[employee]
        if graph is None or any(
            total_of(cap, options) > (cap.maximum or 0) for cap in self.people[employee].loose
        ):
            return None
        value, _ = cheapest(graph, cells, self._shortest_path)
        if value == np.inf:
            return None
        position = {int(skill): index for index, skill in enumerate(self._skills[employee])}
        extra = 0.0
        for skill in skills[options < self.shifts]:
            if int(skill) not in position:
                return None
            extra += self._skill_costs[employee][position[int(skill)]]
        return self._column(employee, options, skills, float(np.rint(value + extra)))

    def _column(self, employee: int, options: Ints, skills: Ints, cost: float) -> Column:
        working = np.flatnonzero(options < self.shifts)
        count = self.rows.shape[2]
        cells = (working * self.shifts + options[working]) * count + skills[working]
        rows, values = self.rows.activity(employee, cells)
        return Column(employee, options, skills, cost, rows, values)


def to_roster(columns: list[Column], shifts: int) -> Roster:
    """The roster made of one column for each employee, in order."""
    return Roster(
        tuple(
            tuple(OFF if option == shifts else int(option) for option in column.options)
            for column in columns
        ),
        tuple(tuple(int(skill) for skill in column.skills) for column in columns),
    )
