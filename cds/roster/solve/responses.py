"""Each person in turn takes the roster that is best beside everybody else's.

On horizons too long for columns this finds a roster that keeps every rule on a
person, whatever it costs, and spreads over the whole horizon what a person may
do in it: weekends, nights, hours. Prices that look a few people to either side
of what is there now, less and less so, keep the first from taking it all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import ceil, gcd

import numpy as np
import numpy.typing as npt

from cds.roster.problem import OFF, Count, Employee, Problem, Roster
from cds.roster.solve.counted import Band, counted_path
from cds.roster.solve.graph import Graph, TooLarge
from cds.roster.solve.pace import courses
from cds.roster.solve.person import Graphs, Person, person
from cds.roster.solve.pricing import cheapest
from cds.roster.solve.pricing_compiled import Compiled
from cds.roster.solve.rows import build_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_ARCS = 3_000_000

ASIDE = 6
"""So many shifts may a roster be ahead of the course it is sought around, or behind."""

STEPS = 24
"""Paths spent on keeping a person's loose caps."""

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
class _Drawn:
    """A person's rules but ``count``, of which ``unit`` divides every amount.

    ``amounts[option]`` are in units, on days that are ``counted``.
    """

    someone: Person
    graph: Graph
    count: Count | None
    unit: int
    amounts: Ints
    counted: Ints

    def done(self, options: Ints) -> Ints:
        """Amounts before each day, in units."""
        return np.concatenate([[0], np.cumsum(self.amounts[options] * self.counted)])


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
        self._people = [self._draw(employee, graphs) for employee in problem.employees]
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
        value, options = self._within_caps(employee, cells)
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
        value, _ = self._path(employee, only)
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

    def _within_caps(self, employee: int, cells: Floats) -> tuple[float, Ints | None]:
        """A cheap path that keeps the caps left out of the graph.

        What a path has beyond a cap is barred, where it is worth least first on
        those days, the next time on all days but the best.
        """
        caps = self._people[employee].someone.loose
        barred = cells
        broken: set[int] = set()
        for _ in range(STEPS):
            value, options = self._path(employee, barred)
            if options is None:
                break
            over = [i for i, cap in enumerate(caps) if _amount(cap, options) > (cap.maximum or 0)]
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

    def _path(self, employee: int, cells: Floats) -> tuple[float, Ints | None]:
        """The cheapest roster near the person's course at ``cells`` [day, option]."""
        drawn = self._people[employee]
        groups = np.unique(drawn.amounts)
        days = np.arange(self._days)
        prices = np.full((self._days, drawn.graph.kinds, len(groups)), np.inf)
        options = np.zeros(prices.shape, dtype=np.int64)
        for kind in range(drawn.graph.kinds):
            for number, amount in enumerate(groups.tolist()):
                members = np.flatnonzero((drawn.graph.class_of == kind) & (drawn.amounts == amount))
                if len(members):
                    best = cells[:, members].argmin(axis=1)
                    prices[:, kind, number] = cells[days, members[best]]
                    options[:, kind, number] = members[best]
        band = self._band(drawn, self._course[employee], groups)
        value, kinds, chosen = counted_path(drawn.graph, prices, band)
        return value, None if value == np.inf else options[days, kinds, chosen]

    def _band(self, drawn: _Drawn, course: Ints, groups: Ints) -> Band:
        aside = ASIDE * max(int(groups[-1]), 1)
        base = np.maximum(course - aside, 0)
        width = 2 * aside + 1
        charge = np.zeros(width)
        count = drawn.count
        if count is not None:
            ends = count.start + drawn.unit * (base[-1] + np.arange(width))
            if count.minimum is not None:
                charge += _charge(np.maximum(count.minimum - ends, 0), count.under)
            if count.maximum is not None:
                charge += _charge(np.maximum(ends - count.maximum, 0), count.over)
        return Band(base, width, groups[None, :] * drawn.counted[:, None], charge)

    def _draw(self, employee: Employee, graphs: Graphs) -> _Drawn:
        count = _longest(employee)
        others = tuple(rule for rule in employee.rules if rule is not count)
        someone = person(self._problem, replace(employee, rules=others))
        graph, left_out = graphs.fitting(someone.structural)
        if graph is None or left_out:
            raise TooLarge
        amounts = np.zeros(self._shifts + 1, dtype=np.int64)
        counted = np.zeros(self._days, dtype=np.int64)
        unit = 1
        if count is not None:
            unit = gcd(*(amount for _, amount in count.amounts)) or 1
            counted[list(count.days)] = 1
            for option, amount in count.amounts:
                amounts[option] = amount // unit
        return _Drawn(someone, graph, count, unit, amounts, counted)

    def _first_courses(self) -> list[Ints]:
        """Courses that follow the need, in each person's units."""
        shortest_path = Compiled()
        most, totals = [], []
        amounts = np.zeros(self._shifts)
        for drawn in self._people:
            worth = drawn.unit * drawn.amounts[None, :] * drawn.counted[:, None]
            amounts = np.maximum(amounts, drawn.unit * drawn.amounts[: self._shifts])
            cells = np.where(np.isinf(drawn.someone.cells), np.inf, -worth.astype(np.float64))
            value, options = cheapest(drawn.graph, cells, shortest_path)
            able = worth[np.arange(self._days), options] if value < np.inf else worth.min(axis=1)
            most.append(able.astype(np.float64))
            totals.append(_total(drawn.count))
        found = courses(self._problem, amounts, most, totals)
        return [
            np.round(course / drawn.unit).astype(np.int64)
            for course, drawn in zip(found, self._people, strict=True)
        ]


def _longest(employee: Employee) -> Count | None:
    """The count with the most amounts to tell apart, of those with a minimum."""

    def amounts(rule: Count) -> int:
        unit = gcd(*(amount for _, amount in rule.amounts)) or 1
        return ((rule.maximum or rule.minimum or 0) - rule.start) // unit

    counts = [r for r in employee.rules if isinstance(r, Count) and r.minimum is not None]
    return max((rule for rule in counts if rule.amounts), key=amounts, default=None)


def _total(count: Count | None) -> float:
    """What somebody should do, beside what was done before."""
    if count is None:
        return 0.0
    minimum = count.minimum or 0
    middle = minimum if count.maximum is None else (minimum + max(count.maximum, minimum)) / 2.0
    return float(max(middle - count.start, 0.0))


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


def _amount(cap: Count, options: Ints) -> int:
    on_days = options[list(cap.days)]
    return cap.start + sum(
        amount * int((on_days == option).sum()) for option, amount in cap.amounts
    )
