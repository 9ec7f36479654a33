"""The whole search: bound, dive, then better and better until time or gap is reached.

1. Column generation gives a bound that is seldom more than 1 % below the best
   roster, while CP-SAT tries the whole problem beside it.
2. A dive turns the columns into a roster.
3. Large-neighbourhood search improves it, in two processes where two may work.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from cds.roster.outcome import Limits, Outcome, Report, Stop
from cds.roster.problem import Problem, Roster
from cds.roster.solve.beside import Beside, solve_beside
from cds.roster.solve.columns import OutOfTime, Pricing, to_roster
from cds.roster.solve.compact import solve_compact
from cds.roster.solve.graph import TooLarge
from cds.roster.solve.incumbent import Incumbent
from cds.roster.solve.journal import Journal
from cds.roster.solve.neighbourhood import Neighbourhoods
from cds.roster.solve.partner import Exchange, Partner, can_fork
from cds.roster.solve.root import Root, dive_from_root, relax_root
from cds.roster.solve.stretches import Stretches

WAIT = 0.05
"""Seconds between looks at whether the other process has found a roster."""

ROOT_SHARE = 0.6
"""Of the time, what the relaxation may take: a dive from less is better than no roster."""

FEW_CELLS = 200
"""(person, day, shift) of a problem that CP-SAT alone proves in no time."""

SHORT_DAYS = 7
"""On horizons of so few days CP-SAT goes on beside the search: it often proves a week first."""

LONG_DAYS = 84
MOST_CELLS = 50_000
"""Horizons of so many days, with more (person, day, shift), are solved by stretches."""

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
        self._beside: Beside | None = None
        self._partner: Partner | None = None

    def close(self) -> None:
        """End what runs beside this thread, and keep what it found."""
        self._take_over()
        if self._partner is not None:
            self._partner.close()
            self._partner = None

    def stop(self) -> bool:
        """True where the search must end."""
        if self._beside is not None and self._beside.finished:
            self._take_over()
        if self._asked_to_stop() or self._journal.done:
            return True
        return not self._limits.reproducible and self._journal.time_left <= 0.0

    def run(self) -> None:
        journal = self._journal
        if _is_long(self._problem) and (
            Stretches(self._problem, journal, self.stop).run() or self.stop()
        ):
            return
        if self._limits.workers > 1 and not self._limits.reproducible:
            self._beside = solve_beside(self._problem, self._limits, journal.roster)
        try:
            pricing = Pricing(self._problem, stop=self.stop)
        except OutOfTime:
            return
        except TooLarge:
            self._by_cp_sat_alone()
            return
        if not all(pricing.possible(e) for e in range(len(self._problem.employees))):
            journal.infeasible = True  # someone's own rules contradict each other
            return
        root = relax_root(pricing, journal, self._root_stop)
        if self._problem.days > SHORT_DAYS or root is None or _is_small(self._problem):
            self._take_over()
        if root is None or self.stop():
            if not self.stop():
                self._seek_feasible(to_the_end=True)
            return
        if _is_small(self._problem):
            self._seek_feasible(to_the_end=True)
            if self.stop():
                return
        if self._beside is None:
            self._take_partner(pricing, root)
        incumbent = self._best_known(pricing, self._dive(pricing, root, None))
        if self.stop():
            return
        if incumbent is None or pricing.rows.missed(incumbent.activity):
            self._seek_feasible()
            incumbent = self._best_known(pricing, incumbent)
        exchange = self._partner.exchange if self._partner is not None else _alone
        if incumbent is None and self._partner is not None:
            incumbent = self._wait_for_roster(pricing, exchange)
        if incumbent is not None and not self.stop():
            self._climb(pricing, root, incumbent, self._limits.seed, exchange)

    def _take_partner(self, pricing: Pricing, root: Root) -> None:
        """Let a second process dive otherwise and climb from there."""

        def work(exchange: Exchange) -> None:
            self._partner = None  # this is the partner's own process: it reports to nobody
            self._journal.mute()
            seed = self._limits.seed + 1
            incumbent = self._best_known(pricing, self._dive(pricing, root, seed))
            if incumbent is None:
                incumbent = self._wait_for_roster(pricing, exchange)
            if incumbent is not None:
                self._climb(pricing, root, incumbent, seed, exchange)

        if self._limits.workers > 1 and not self._limits.reproducible and can_fork():
            self._partner = Partner(work)

    def _wait_for_roster(self, pricing: Pricing, exchange: Exchange) -> Incumbent | None:
        """The first roster that the other process finds; None where time runs out."""
        while not self.stop():
            theirs = exchange(None)
            if theirs is not None:
                self._journal.offer(theirs, "dive")
                return self._best_known(pricing, None)
            time.sleep(WAIT)
        return None

    def _heard(self) -> bool:
        """True where the other process has found a roster, which the journal then has."""
        theirs = None if self._partner is None else self._partner.exchange(None)
        return theirs is not None and self._journal.offer(theirs, "dive")

    def _best_known(self, pricing: Pricing, mine: Incumbent | None) -> Incumbent | None:
        """``mine`` or the journal's roster, whichever costs less."""
        roster = self._journal.roster
        if roster is None:
            return mine
        columns = [pricing.column_of(roster, e) for e in range(len(pricing.people))]
        if any(column is None for column in columns):
            return mine
        known = Incumbent.of(pricing.rows, [c for c in columns if c is not None])
        return known if mine is None or known.cost < mine.cost else mine

    def _dive(self, pricing: Pricing, root: Root, seed: int | None) -> Incumbent | None:
        """A roster by diving from the root, in a way of its own where a seed is given."""
        found = dive_from_root(pricing, root, self._journal, self.stop, seed)
        if found is None:
            return None
        return self._offer(Incumbent.of(pricing.rows, found), "dive")

    def _root_stop(self) -> bool:
        journal = self._journal
        late = journal.seconds() > ROOT_SHARE * self._limits.time_limit
        return self.stop() or (late and not self._limits.reproducible)

    def _offer(self, incumbent: Incumbent, stage: str) -> Incumbent:
        self._journal.offer(to_roster(list(incumbent.columns), len(self._problem.shifts)), stage)
        return incumbent

    def _take_over(self) -> None:
        """End CP-SAT's run beside this one and keep what it found."""
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
            self._problem,
            limits,
            hint=journal.roster,
            lower=journal.bound,
            stop=lambda: self.stop() or self._heard(),
        )
        if outcome.status == "infeasible":
            journal.infeasible = True
        if outcome.roster is not None:
            journal.offer(outcome.roster, "compact")
        if outcome.bound is not None:
            journal.prove(outcome.bound, "compact")

    def _climb(
        self,
        pricing: Pricing,
        root: Root,
        incumbent: Incumbent,
        seed: int,
        exchange: Exchange,
    ) -> None:
        """Improve until it is time to stop, telling the other process what was found."""
        neighbourhoods = Neighbourhoods(
            self._problem,
            pricing,
            root.duals,
            seed=seed,
            seconds=self._journal.seconds,
            unit=self._journal.unit,
            reproducible=self._limits.reproducible,
        )
        neighbourhoods.remember([*root.columns, *incumbent.columns])
        news: Roster | None = to_roster(list(incumbent.columns), len(self._problem.shifts))
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
        exchange(news)

    def _better_of(self, pricing: Pricing, mine: Incumbent, roster: Roster) -> Incumbent:
        columns = [pricing.column_of(roster, e) for e in range(len(pricing.people))]
        if any(column is None for column in columns):
            return mine
        other = Incumbent.of(pricing.rows, [c for c in columns if c is not None])
        return self._offer(other, "neighbourhood") if other.cost < mine.cost else mine


def _is_small(problem: Problem) -> bool:
    """True where CP-SAT closes a gap at once that the relaxation leaves."""
    return len(problem.employees) * problem.days * len(problem.shifts) <= FEW_CELLS


def _is_long(problem: Problem) -> bool:
    """True where the whole horizon at once is beyond column generation."""
    cells = len(problem.employees) * problem.days * len(problem.shifts)
    return problem.days >= LONG_DAYS and cells > MOST_CELLS


def _alone(_: Roster | None) -> Roster | None:
    """The exchange of who has no partner."""
    return None
