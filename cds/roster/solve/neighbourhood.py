"""Large-neighbourhood search: let a part of the roster go and solve it anew.

Three ways take turns, each as often as it has paid: a few people by column
generation and a dive, a few people by CP-SAT, and many people for some days by
CP-SAT. The parts grow while they are solved with ease and shrink when they are
not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.outcome import Limits
from cds.roster.problem import Problem, Roster
from cds.roster.solve.columns import Column, Pricing, to_roster
from cds.roster.solve.compact import solve_compact
from cds.roster.solve.dive import dive
from cds.roster.solve.dive_cells import FEW_PEOPLE, dive_by_cells
from cds.roster.solve.generation import converge
from cds.roster.solve.incumbent import Incumbent
from cds.roster.solve.master import Master
from cds.roster.solve.restricted import best_choice
from cds.roster.solve.rows import Rows
from cds.roster.solve.subproblem import merge, restrict

Floats = npt.NDArray[np.float64]
Stop = Callable[[], bool]

POOL = 20
ROOT_POOL = 100
"""Known columns of a person to begin with: in a part, and with everybody let go."""

ROUNDS = 30
PRICINGS = 300
"""A part is dived into less thoroughly than the whole: there are many parts."""

EVERYBODY = 0.7
"""Of the time, the share of rostering all anew, which seldom pays, but then decides."""

SUBSECONDS = 2.0
FORGET = 0.9
EASY = 1.0
"""A part may grow that took no more seconds, whether anything came of it or not."""


@dataclass(slots=True)
class Way:
    """A way to choose and solve a part: its size, and what it has earned a second."""

    name: str
    size: float
    least: int
    most: int
    reward: float = 1.0
    seconds: float = 0.5

    def learn(self, gain: float, seconds: float, solved: bool) -> None:
        """``gain`` in cost; ``solved``: the part was solved to the end with time to spare."""
        self.reward = FORGET * self.reward + (1.0 - FORGET) * gain / max(seconds, 0.02)
        self.seconds = FORGET * self.seconds + (1.0 - FORGET) * seconds
        if seconds < EASY:
            self.size *= 1.0 if gain else 1.12
        else:
            self.size *= 1.06 if solved and not gain else (1.0 if solved else 0.93)
        self.size = min(max(self.size, float(self.least)), float(self.most))


class Neighbourhoods:
    """Improves a roster part by part.

    ``duals`` are the prices that gave the root's bound. ``seconds`` tells the time
    spent so far; with ``reproducible`` no choice depends on it.
    """

    def __init__(
        self,
        problem: Problem,
        pricing: Pricing,
        duals: Floats,
        *,
        seed: int,
        seconds: Callable[[], float],
        unit: int,
        reproducible: bool = False,
    ) -> None:
        self._problem = problem
        self._pricing = pricing
        self._duals = duals
        self._random = np.random.default_rng(seed)
        self._seconds = seconds
        self._unit = unit
        self._reproducible = reproducible
        people, days = len(problem.employees), problem.days
        prices = pricing.rows.cell_prices(duals)
        self._least = np.zeros(people)
        for batch in pricing.batches(range(people)):
            self._least[batch] = [value for value, _ in pricing.best(batch, duals, prices)]
        self._row_least, _ = pricing.rows.least(duals)
        self._pool: list[dict[bytes, Column]] = [{} for _ in range(people)]
        self.ways = (
            Way("people, by columns", min(8.0, people), min(2, people), people),
            Way("people, by CP-SAT", min(4.0, people), min(2, people), people),
            Way("days, by CP-SAT", min(max(7.0, 50.0 / people), days), min(3, days), days),
            *([Way("everybody, by cells", people, people, people)] if people <= FEW_PEOPLE else []),
        )

    def remember(self, columns: list[Column]) -> None:
        """Keep columns for later neighbourhoods."""
        for column in columns:
            self._pool[column.employee].setdefault(column.key, column)

    def step(self, incumbent: Incumbent, stop: Stop) -> Incumbent | None:
        """One part let go and solved: a better roster, if that gives one."""
        rewards = np.array([way.reward for way in self.ways])
        shares = 0.6 * rewards / max(rewards.sum(), 1e-9) + 0.4 / len(self.ways)
        if len(self.ways) > 3:
            shares[:3] *= (1.0 - EVERYBODY) / shares[:3].sum()
            shares[3] = EVERYBODY
        shares /= np.array([way.seconds for way in self.ways])  # shares of time, not of turns
        number = int(self._random.choice(len(self.ways), p=shares / shares.sum()))
        if self._reproducible:  # rewards are measured in seconds
            number = int(self._random.integers(len(self.ways)))
        way = self.ways[number]
        began = self._seconds()
        if number == 0:
            better, solved = self._by_columns(incumbent, self._people(incumbent, way), stop)
        elif number == 1:
            better, solved = self._by_cp_sat(incumbent, self._people(incumbent, way), None, stop)
        elif number == 3:
            better, solved = self._dive_again(incumbent, stop), True
        else:
            people, days = self._window(incumbent, way)
            better, solved = self._by_cp_sat(incumbent, people, days, stop)
        gain = 0.0 if better is None else incumbent.cost - better.cost
        spent = 1.0 if self._reproducible else self._seconds() - began
        # In proportion to what can still be gained, so that late gains count too.
        way.learn(100.0 * gain / max(incumbent.cost, 1.0), spent, solved)
        return better

    def _people(self, incumbent: Incumbent, way: Way) -> list[int]:
        """Whom to set free: half by chance, half those who seem to be dear.

        Dear at the root's prices are people whose column costs more than their
        best, and rows that are charged more than they need be.
        """
        count = len(incumbent.columns)
        size = min(count, max(way.least, round(way.size)))
        regret = self._regret(incumbent)
        weights = np.ones(count)
        if self._random.random() < 0.5:
            weights = regret + (regret.sum() + 1e-9) / count
        rows = self._pricing.rows
        paid = rows.charge(incumbent.activity) + self._duals * incumbent.activity
        slack = np.maximum(paid - self._row_least, 0.0)
        if slack.sum() > 0 and self._random.random() < 0.5:
            row = int(self._random.choice(len(slack), p=slack / slack.sum()))
            weights = weights * (0.1 + rows.reach[:, row])
        chosen = self._random.choice(count, size=size, replace=False, p=weights / weights.sum())
        return sorted(chosen.tolist())

    def _regret(self, incumbent: Incumbent) -> Floats:
        reduced = [c.cost - float(self._duals[c.rows] @ c.values) for c in incumbent.columns]
        return np.asarray(np.maximum(np.array(reduced) - self._least, 0.0))

    def _window(self, incumbent: Incumbent, way: Way) -> tuple[list[int], range]:
        """Days in a row, and as many people as make a part of bearable size."""
        size = min(self._problem.days, max(way.least, round(way.size)))
        first = int(self._random.integers(self._problem.days - size + 1))
        count = len(incumbent.columns)
        most = max(4, 300 // size)
        if count <= most:
            return list(range(count)), range(first, first + size)
        people = self._random.choice(count, size=most, replace=False)
        return sorted(people.tolist()), range(first, first + size)

    def _by_columns(
        self, incumbent: Incumbent, people: list[int], stop: Stop
    ) -> tuple[Incumbent | None, bool]:
        pricing, rows = self._pricing, self._pricing.rows
        fixed = incumbent.activity.copy()
        for employee in people:
            column = incumbent.columns[employee]
            fixed[column.rows] -= column.values
        inside = set(people)
        paid = sum(c.cost for c in incumbent.columns if c.employee not in inside)
        cutoff = incumbent.cost - paid - 0.5
        master = Master(rows, people, fixed)
        mine = [incumbent.columns[employee] for employee in people]
        master.add(mine)
        for employee in people:
            master.add(self._promising(employee))
        known: dict[tuple[int, bytes], Column] = {}

        def keep(columns: list[Column]) -> None:
            for column in columns:
                known.setdefault((column.employee, column.key), column)

        try:
            state = converge(
                pricing, master, stop=stop, cutoff=cutoff, rounds=ROUNDS, gap=0.002,
                center=self._duals,
            )  # fmt: skip
            if state.bound >= cutoff or stop():
                return None, state.bound >= cutoff
            keep(master.columns)
            found = dive(
                pricing, master, fixed=fixed, stop=stop, pricings=PRICINGS, cutoff=cutoff,
                share=0.0, seen=keep,
            )  # fmt: skip
        except ArithmeticError:  # the linear programme broke down: another part will do
            return None, False
        choice = best_choice(
            rows,
            list(known.values()) + [column for column in found or [] if column not in mine],
            fixed=fixed,
            hint=found or mine,
            cutoff=cutoff if found is None else _cost(rows, found, fixed) - 0.5,
            seconds=0.5,
            work=0.5 if self._reproducible else None,
        )
        found = choice or found
        if found is None:
            return None, len(people) < len(self._pool) // 3
        self.remember(found)
        better = incumbent.with_columns(rows, found)
        return (better if better.cost < incumbent.cost - 0.5 else None), True

    def _dive_again(self, incumbent: Incumbent, stop: Stop) -> Incumbent | None:
        """A dive from the root on which other cells are fixed first."""
        pricing = self._pricing
        known = [one for e in range(len(pricing.people)) for one in self._promising(e, ROOT_POOL)]
        try:
            found = dive_by_cells(
                pricing,
                known,
                self._duals,
                stop=stop,
                unit=self._unit,
                cutoff=incumbent.cost - 0.5,
                random=self._random,
            )
        except ArithmeticError:
            return None
        if found is None:
            return None
        self.remember(found)
        better = Incumbent.of(pricing.rows, found)
        return better if better.cost < incumbent.cost - 0.5 else None

    def _promising(self, employee: int, most: int = POOL) -> list[Column]:
        """Known columns of least reduced cost at the root's prices, slightly shaken."""
        columns = list(self._pool[employee].values())
        if len(columns) <= most:
            return columns
        reduced = np.array([c.cost - float(self._duals[c.rows] @ c.values) for c in columns])
        shaken = reduced + self._random.exponential(1.0 + reduced.std(), len(columns))
        return [columns[index] for index in np.argsort(shaken)[:most].tolist()]

    def _by_cp_sat(
        self, incumbent: Incumbent, people: list[int], days: range | None, stop: Stop
    ) -> tuple[Incumbent | None, bool]:
        roster = to_roster(list(incumbent.columns), len(self._problem.shifts))
        part = restrict(self._problem, roster, people, days)
        kept = Roster(
            tuple(roster.shifts[e] for e in people), tuple(roster.skills[e] for e in people)
        )
        limits = Limits(
            time_limit=SUBSECONDS,
            workers=1,
            seed=int(self._random.integers(1 << 30)),
            reproducible=self._reproducible,
        )
        outcome = solve_compact(part, limits, hint=kept, stop=stop)
        solved = outcome.status in ("optimal", "infeasible")
        if outcome.roster is None:
            return None, solved
        whole = merge(roster, people, outcome.roster)
        columns = [self._pricing.column_of(whole, employee) for employee in people]
        if any(column is None for column in columns):
            return None, solved
        better = incumbent.with_columns(self._pricing.rows, [c for c in columns if c is not None])
        return (better if better.cost < incumbent.cost - 0.5 else None), solved


def _cost(rows: Rows, columns: list[Column], fixed: Floats) -> float:
    activity = fixed.copy()
    for column in columns:
        activity[column.rows] += column.values
    return sum(column.cost for column in columns) + float(rows.charge(activity).sum())
