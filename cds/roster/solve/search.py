"""The whole search: bound, dive, then better and better until time or gap is reached.

1. Column generation gives a bound that is seldom more than 1 % below the best
   roster, while CP-SAT tries the whole problem in a thread beside it.
2. A dive turns the columns into a roster.
3. Large-neighbourhood search improves it, in two processes where two may work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cds.roster.outcome import Limits, Outcome, Report, Stop
from cds.roster.problem import Problem, Roster
from cds.roster.solve.columns import Column, Pricing, to_roster
from cds.roster.solve.compact import solve_compact
from cds.roster.solve.dive import dive
from cds.roster.solve.generation import Relaxation, converge
from cds.roster.solve.graph import TooLarge
from cds.roster.solve.incumbent import Incumbent
from cds.roster.solve.journal import Journal
from cds.roster.solve.master import Master
from cds.roster.solve.neighbourhood import Neighbourhoods
from cds.roster.solve.partner import Exchange, Partner, can_fork
from cds.roster.solve.restricted import best_choice

STEPS_A_SECOND = 2
"""Neighbourhoods that a second of the time limit stands for in a reproducible run."""


def solve(
    problem: Problem,
    limits: Limits,
    *,
    hint: Roster | None = None,
    report: Report | None = None,
    stop: Stop | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """The best roster found within ``limits``, with a proven bound on its cost.

    ``hint`` is a roster to start from. ``report`` hears of each better roster and
    bound. The search ends when ``stop()`` is true or on KeyboardInterrupt, and
    gives the best so far. The outcome's roster keeps every hard rule; status
    "infeasible" is proved.
    """
    began = clock()
    journal = Journal(problem, limits, lambda: clock() - began, report)
    search = _Search(problem, journal, stop)
    try:
        if hint is not None:
            journal.offer(hint, "hint")
        search.run()
    except KeyboardInterrupt:
        pass
    finally:
        search.close()
    return journal.outcome()


class _Search:
    def __init__(self, problem: Problem, journal: Journal, stop: Stop | None) -> None:
        self._problem = problem
        self._journal = journal
        self._limits = journal.limits
        self._asked_to_stop = stop or (lambda: False)
        self._beside: _Beside | None = None
        self._partner: Partner | None = None

    def close(self) -> None:
        """End what runs beside this thread."""
        if self._beside is not None:
            self._beside.end()
        if self._partner is not None:
            self._partner.close()
            self._partner = None

    def stop(self) -> bool:
        """True where the search must end."""
        if self._asked_to_stop() or self._journal.done:
            return True
        return not self._limits.reproducible and self._journal.time_left <= 0.0

    def run(self) -> None:
        journal = self._journal
        if self._limits.workers > 1 and not self._limits.reproducible:
            self._beside = _Beside(self._problem, self._limits, journal.roster)
        try:
            pricing = Pricing(self._problem)
        except TooLarge:
            self._by_cp_sat_alone()
            return
        if not all(pricing.possible(e) for e in range(len(self._problem.employees))):
            journal.infeasible = True  # someone's own rules contradict each other
            return
        incumbent, state, columns = self._root(pricing)
        if self.stop():
            return
        self._take_over()
        if journal.roster is not None:
            found = [pricing.column_of(journal.roster, e) for e in range(len(pricing.people))]
            if all(column is not None for column in found):
                known = Incumbent.of(pricing.rows, [c for c in found if c is not None])
                if incumbent is None or known.cost < incumbent.cost:
                    incumbent = known
        if self.stop():
            return
        if incumbent is None or state.duals is None or pricing.rows.missed(incumbent.activity):
            self._seek_feasible()
            if journal.done or journal.roster is None and incumbent is None:
                return
        if incumbent is not None and state.duals is not None:
            self._improve(pricing, incumbent, state, columns)

    def _root(self, pricing: Pricing) -> tuple[Incumbent | None, Relaxation, list[Column]]:
        """The bound, and a roster by diving from it."""
        people = range(len(pricing.people))
        master = Master(pricing.rows, people)
        try:
            state = converge(
                pricing,
                master,
                stop=self._root_stop,
                unit=self._journal.unit,
                watch=lambda now: self._journal.prove(now.bound, "bound"),
            )
            self._journal.prove(state.bound, "bound")
            if self._root_stop():
                return None, state, master.columns
            columns = list(master.columns)
            found = dive(pricing, master, stop=self._root_stop, seen=columns.extend)
        except ArithmeticError:  # the linear programme broke down
            return None, Relaxation(), []
        if found is None:
            return None, state, columns
        incumbent = self._offer(Incumbent.of(pricing.rows, found), "dive")
        return incumbent, state, columns

    def _root_stop(self) -> bool:
        beside = self._beside
        if beside is not None and beside.finished:
            self._take_over()
        return self.stop()

    def _offer(self, incumbent: Incumbent, stage: str) -> Incumbent:
        self._journal.offer(to_roster(list(incumbent.columns), len(self._problem.shifts)), stage)
        return incumbent

    def _take_over(self) -> None:
        """End CP-SAT's run beside this thread and keep what it found."""
        if self._beside is None:
            return
        outcome = self._beside.end()
        self._beside = None
        if outcome is None:
            return
        if outcome.status == "infeasible":
            self._journal.infeasible = True
        if outcome.roster is not None:
            self._journal.offer(outcome.roster, "compact")
        if outcome.bound is not None:
            self._journal.prove(outcome.bound, "compact")

    def _by_cp_sat_alone(self) -> None:
        """For problems whose people have too many rosters to draw as graphs."""
        self._take_over()
        self._seek_feasible(to_the_end=True)

    def _seek_feasible(self, *, to_the_end: bool = False) -> None:
        """Let CP-SAT find a roster that keeps the hard rules, or prove that there is none."""
        journal = self._journal
        limits = Limits(
            time_limit=max(journal.time_left, 0.1) * (1.0 if to_the_end else 0.6),
            gap=self._limits.gap if to_the_end else 1.0,
            workers=self._limits.workers,
            seed=self._limits.seed,
            reproducible=self._limits.reproducible,
        )
        outcome = solve_compact(
            self._problem, limits, hint=journal.roster, lower=journal.bound, stop=self.stop
        )
        if outcome.status == "infeasible":
            journal.infeasible = True
        if outcome.roster is not None:
            journal.offer(outcome.roster, "compact")
        if outcome.bound is not None:
            journal.prove(outcome.bound, "compact")

    def _improve(
        self,
        pricing: Pricing,
        incumbent: Incumbent,
        state: Relaxation,
        columns: list[Column],
    ) -> None:
        assert state.duals is not None
        duals = state.duals

        def neighbourhoods(seed: int) -> Neighbourhoods:
            made = Neighbourhoods(
                self._problem,
                pricing,
                duals,
                seed=seed,
                seconds=self._journal.seconds,
                reproducible=self._limits.reproducible,
            )
            made.remember(columns)
            return made

        def work(exchange: Exchange) -> None:
            self._partner = None  # this is the partner's own process: it reports to nobody
            self._journal.mute()
            self._climb(pricing, incumbent, neighbourhoods(self._limits.seed + 1), exchange)

        if self._limits.workers > 1 and not self._limits.reproducible and can_fork():
            self._partner = Partner(work)
        exchange = self._partner.exchange if self._partner is not None else _alone
        better = best_choice(
            pricing.rows,
            _distinct([*columns, *incumbent.columns]),
            hint=incumbent.columns,
            cutoff=incumbent.cost - 0.5,
            seconds=min(3.0, 0.1 * max(self._journal.time_left, 0.0)),
            work=2.0 if self._limits.reproducible else None,
        )
        if better is not None:
            incumbent = self._offer(Incumbent.of(pricing.rows, better), "columns")
        self._climb(pricing, incumbent, neighbourhoods(self._limits.seed), exchange)

    def _climb(
        self,
        pricing: Pricing,
        incumbent: Incumbent,
        neighbourhoods: Neighbourhoods,
        exchange: Exchange,
    ) -> None:
        """Improve until it is time to stop, telling the other process what was found."""
        news: Roster | None = None
        steps = 0
        while not self.stop():
            if self._limits.reproducible and steps >= STEPS_A_SECOND * self._limits.time_limit:
                return
            steps += 1
            theirs = exchange(news)
            news = None
            if theirs is not None:
                incumbent = self._better_of(pricing, incumbent, theirs)
            better = neighbourhoods.step(incumbent, self.stop)
            if better is not None and better.cost < incumbent.cost:
                incumbent = self._offer(better, "neighbourhood")
                news = to_roster(list(incumbent.columns), len(self._problem.shifts))

    def _better_of(self, pricing: Pricing, mine: Incumbent, roster: Roster) -> Incumbent:
        columns = [pricing.column_of(roster, e) for e in range(len(pricing.people))]
        if any(column is None for column in columns):
            return mine
        other = Incumbent.of(pricing.rows, [c for c in columns if c is not None])
        return self._offer(other, "neighbourhood") if other.cost < mine.cost else mine


class _Beside:
    """CP-SAT on the whole problem, in a thread, while column generation works."""

    def __init__(self, problem: Problem, limits: Limits, hint: Roster | None) -> None:
        self._over = threading.Event()
        self._outcome: Outcome | None = None
        own = Limits(time_limit=limits.time_limit, gap=limits.gap, workers=1, seed=limits.seed)

        def work() -> None:
            self._outcome = solve_compact(problem, own, hint=hint, stop=self._over.is_set)

        self._thread = threading.Thread(target=work, name="compact", daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """True once it has come to an end of its own."""
        return not self._thread.is_alive()

    def end(self) -> Outcome | None:
        """Stop it; what it found."""
        self._over.set()
        self._thread.join()
        return self._outcome


def _alone(_: Roster | None) -> Roster | None:
    """The exchange of who has no partner."""
    return None


def _distinct(columns: list[Column]) -> list[Column]:
    return list({(column.employee, column.key): column for column in columns}.values())
