"""Each person in turn takes the roster that is best beside everybody else's.

On horizons too long for columns this finds a roster that keeps every rule on a
person, whatever it costs, and spreads over the whole horizon what a person may
do in it: weekends, nights, hours. Prices that look a few people to either side
of what is there now, less and less so, keep the first from taking it all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from cds.roster.problem import OFF, Problem, Roster
from cds.roster.solve.counted_person import CountedPerson
from cds.roster.solve.pace import courses
from cds.roster.solve.person import Graphs
from cds.roster.solve.pricing import cheapest
from cds.roster.solve.pricing_compiled import Compiled
from cds.roster.solve.rows import build_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_ARCS = 3_000_000

WIDE, NARROW = 2.0, 0.03
"""People to either side that prices look at while they narrow."""

FAINT = 0.05
"""The share of the prices of what is there now at first; the rest are fair prices.

What binds people to each other mostly costs far more than a wish. At its full price
from the start it would leave nothing to wishes, and once every cell is filled only
two people together could still exchange what they have.
"""

NOISE = 0.1, 0.01
"""Between rosters that cost the same: while prices narrow, and later on."""

TOGETHER = 2
"""So many people answer at once, whatever the number of threads: the same answers always."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """A person's options and skills by day, and what the person's own rules charge for it."""

    options: Ints
    roles: Ints
    cost: float


class Responses:
    """A roster that changes person by person; at first everybody is off.

    ``fair`` are prices of the rows at which everybody's best rosters together nearly cover what
    is needed; rows have none where it is not given. Raises TooLarge where somebody's rules
    cannot be drawn without more than one count.
    """

    def __init__(
        self, problem: Problem, seed: int, threads: int = 1, fair: Floats | None = None
    ) -> None:
        self._problem = problem
        self._days, self._shifts = problem.days, len(problem.shifts)
        self._rows = build_rows(problem)
        self._fair = np.zeros(self._rows.count) if fair is None else fair
        self._fair_cells = self._rows.cell_prices(self._fair)
        self._random = np.random.default_rng(seed)
        graphs = Graphs(self._days, self._shifts, most_arcs=MOST_ARCS)
        self._people = [
            CountedPerson.of(problem, employee, graphs) for employee in problem.employees
        ]
        self._skills = [np.array(e.skills, dtype=np.int64) for e in problem.employees]
        self._skill_costs = [
            np.array(e.skill_costs or (0,) * len(e.skills), dtype=np.float64)
            for e in problem.employees
        ]
        self._course = self._first_courses()
        people = len(self._people)
        self._options = np.full((people, self._days), self._shifts, dtype=np.int64)
        self._roles = np.full((people, self._days), -1, dtype=np.int64)
        self._placed = np.zeros(people, dtype=bool)
        self._activity = np.zeros(self._rows.count)
        self._own_cost = np.zeros(people)
        self._narrowed = 0.0
        self._threads = ThreadPoolExecutor(threads, "answers") if threads > 1 else None

    @property
    def complete(self) -> bool:
        """True where everybody has a roster that keeps their own rules."""
        return bool(self._placed.all())

    @property
    def cooled(self) -> bool:
        """True where prices are those of what is there now."""
        return self._narrowed >= 1.0

    @property
    def roster(self) -> Roster:
        """The roster as it is."""
        shifts = np.where(self._options == self._shifts, OFF, self._options)
        return Roster(
            tuple(tuple(row) for row in shifts.tolist()),
            tuple(tuple(row) for row in self._roles.tolist()),
        )

    def take(self, roster: Roster) -> None:
        """Go on from ``roster``, which keeps everybody's rules."""
        shifts = np.array(roster.shifts, dtype=np.int64)
        options = np.where(shifts == OFF, self._shifts, shifts)
        roles = np.array(roster.skills, dtype=np.int64)
        same = (options == self._options).all(axis=1) & (roles == self._roles).all(axis=1)
        for employee in np.flatnonzero(~(same & self._placed)).tolist():
            self._course[employee] = self._people[employee].done(options[employee])
            cost = self._cost_of(employee, options[employee], roles[employee])
            self._put(employee, _Answer(options[employee], roles[employee], cost))

    def round(self, stop: Callable[[], bool], narrowed: float) -> None:
        """Everybody answers once, in an order by chance.

        ``narrowed``, from 0 to 1, says how far prices have come to those of what is there now.
        The longer they take, the better the roster.
        """
        self._narrowed = narrowed
        order = self._random.permutation(len(self._people)).tolist()
        for first in range(0, len(order), TOGETHER):
            if stop():
                return
            self._answer(order[first : first + TOGETHER])

    def _answer(self, together: Sequence[int]) -> None:
        """Let some people answer, each beside what all others do now."""
        spread, share = 0.0, 1.0
        if not self.cooled:
            spread = WIDE * (NARROW / WIDE) ** self._narrowed
            share = FAINT ** (1.0 - self._narrowed)
        size = (len(together), self._days, self._shifts + 1)
        noise = self._random.uniform(0.0, NOISE[self.cooled], size)

        def answer(place: int) -> _Answer | None:
            return self._best(together[place], spread, share, noise[place])

        way = map if self._threads is None else self._threads.map
        for employee, found in zip(together, list(way(answer, range(len(together)))), strict=True):
            if found is not None and (spread or self._gains(employee, found)):
                self._put(employee, found)

    def _gains(self, employee: int, found: _Answer) -> bool:
        """True where the answer costs no more than what the person does now."""
        if not self._placed[employee]:
            return True
        others = self._others(employee)
        rows, values = self._entries(employee, found.options, found.roles)
        after = others.copy()
        after[rows] += values
        change = float((self._rows.charge(after) - self._rows.charge(self._activity)).sum())
        return bool(found.cost - self._own_cost[employee] + change < 1e-6)

    def _put(self, employee: int, found: _Answer) -> None:
        """Let the person do so."""
        self._activity = self._others(employee)
        self._options[employee], self._roles[employee] = found.options, found.roles
        self._own_cost[employee] = found.cost
        self._placed[employee] = True
        self._course[employee] = self._people[employee].done(found.options)
        rows, values = self._entries(employee, found.options, found.roles)
        self._activity[rows] += values

    def _others(self, employee: int) -> Floats:
        """The rows without the person's work."""
        rows, values = self._entries(employee, self._options[employee], self._roles[employee])
        others = self._activity.copy()
        others[rows] -= values
        return others

    def _entries(self, employee: int, options: Ints, roles: Ints) -> tuple[Ints, Floats]:
        """The rows that work enters, and by how much."""
        working = np.flatnonzero(options < self._shifts)
        count = self._rows.shape[2]
        cells = (working * self._shifts + options[working]) * count
        return self._rows.activity(employee, cells + roles[working])

    def _best(self, employee: int, spread: float, share: float, noise: Floats) -> _Answer | None:
        """The cheapest roster beside the others; None where none was found."""
        mine = self._prices(employee, self._others(employee), spread, share)
        best = mine.argmin(axis=2)
        own = self._people[employee].someone.cells
        cells = own + noise
        cells[:, : self._shifts] += np.take_along_axis(mine, best[:, :, None], axis=2)[:, :, 0]
        value, options = self._people[employee].within_caps(cells, self._course[employee])
        if options is None or value >= self._present(employee, mine, noise):
            return None
        days = np.arange(self._days)
        working = np.flatnonzero(options < self._shifts)
        chosen = best[working, options[working]]
        roles = np.full(self._days, -1, dtype=np.int64)
        roles[working] = self._skills[employee][chosen]
        structural = value - float(cells[days, options].sum())
        extra = float(self._skill_costs[employee][chosen].sum())
        return _Answer(options, roles, structural + float(own[days, options].sum()) + extra)

    def _present(self, employee: int, mine: Floats, noise: Floats) -> float:
        """What the roster of now costs at the same prices: caps are kept roughly, answers vary."""
        if not self._placed[employee]:
            return np.inf
        days, options, roles = np.arange(self._days), self._options[employee], self._roles[employee]
        working = np.flatnonzero(options < self._shifts)
        place = self._place_of(employee, roles[working])
        paid = mine[working, options[working], place] - self._skill_costs[employee][place]
        return float(self._own_cost[employee] + paid.sum() + noise[days, options].sum())

    def _cost_of(self, employee: int, options: Ints, roles: Ints) -> float:
        """What the person's own rules charge for a roster that keeps them."""
        days = np.arange(self._days)
        cells = self._people[employee].someone.cells
        only = np.full(cells.shape, np.inf)
        only[days, options] = cells[days, options]
        value, _ = self._people[employee].path(only, self._course[employee])
        place = self._place_of(employee, roles[options < self._shifts])
        return value + float(self._skill_costs[employee][place].sum())

    def _place_of(self, employee: int, roles: Ints) -> Ints:
        """Where skills stand among the person's own."""
        places = np.zeros(self._rows.shape[2], dtype=np.int64)
        places[self._skills[employee]] = np.arange(len(self._skills[employee]))
        return places[roles]

    def _prices(self, employee: int, others: Floats, spread: float, share: float) -> Floats:
        """What working a cell changes the rows' charges by, [day, shift, own skill]."""
        rows = self._rows
        up, down = np.zeros(rows.count), np.zeros(rows.count)
        distances = np.arange(-ceil(spread), ceil(spread) + 1)
        weights = np.maximum(1.0 + spread - np.abs(distances), 0.0)
        weights /= weights.sum()
        for distance, weight in zip(distances.tolist(), weights.tolist(), strict=True):
            here = rows.charge(others + distance)
            up += weight * (rows.charge(others + (distance + 1)) - here)
            down += weight * (rows.charge(others + (distance - 1)) - here)
        prices = -rows.cell_prices(up)
        own_row, own_cell, coefficient = rows.own[employee]
        if len(own_row):
            change = np.where(coefficient > 0, up[own_row], down[own_row])
            np.add.at(prices.reshape(-1), own_cell, change)
        if share < 1.0:
            fair = rows.own_prices(employee, self._fair, self._fair_cells)
            prices = share * prices + (1.0 - share) * fair
        mine = prices[:, :, self._skills[employee]] + self._skill_costs[employee]
        return np.asarray(mine, dtype=np.float64)

    def _first_courses(self) -> list[Ints]:
        """Courses that follow the need, in each person's units."""
        shortest_path = Compiled()
        most, totals = [], []
        amounts = np.zeros(self._shifts)
        for drawn in self._people:
            worth = drawn.worth
            amounts = np.maximum(amounts, drawn.unit * drawn.amounts[: self._shifts])
            cells = np.where(np.isinf(drawn.someone.cells), np.inf, -worth.astype(np.float64))
            value, options = cheapest(drawn.graph, cells, shortest_path)
            able = worth[np.arange(self._days), options] if value < np.inf else worth.min(axis=1)
            most.append(able.astype(np.float64))
            totals.append(drawn.total)
        found = courses(self._problem, amounts, most, totals)
        return [
            np.round(course / drawn.unit).astype(np.int64)
            for course, drawn in zip(found, self._people, strict=True)
        ]
