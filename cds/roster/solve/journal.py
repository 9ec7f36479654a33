"""What is known so far of a problem being solved: the best roster and the proven bound."""

from __future__ import annotations

import math
from collections.abc import Callable

from cds.roster.check import assess
from cds.roster.outcome import Limits, Outcome, Report, Status, Step
from cds.roster.problem import Problem, Roster


class Journal:
    """Keeps rosters that break no hard rule, by the checker's word, and bounds.

    Every cost is a multiple of ``unit``, so a bound is rounded up to one.
    """

    def __init__(
        self, problem: Problem, limits: Limits, seconds: Callable[[], float], report: Report | None
    ) -> None:
        self.problem = problem
        self.limits = limits
        self.seconds = seconds
        self.roster: Roster | None = None
        self.cost: int | None = None
        self.bound: int | None = None
        self.infeasible = False
        self.steps: list[Step] = []
        self._report = report
        self.unit = _common_unit(problem)

    def mute(self) -> None:
        """Report nothing from now on."""
        self._report = None

    def offer(self, roster: Roster, stage: str) -> bool:
        """Keep ``roster`` if it is the best so far."""
        assessment = assess(self.problem, roster)
        if assessment.hard or (self.cost is not None and assessment.cost >= self.cost):
            return False
        self.roster, self.cost = roster, assessment.cost
        self._tell(stage)
        return True

    def prove(self, bound: float, stage: str) -> None:
        """No roster costs less than ``bound``."""
        if not math.isfinite(bound):
            return
        whole = math.ceil((bound - 1e-4) / self.unit) * self.unit
        if self.bound is None or whole > self.bound:
            self.bound = whole
            self._tell(stage)

    @property
    def done(self) -> bool:
        """True where the best roster is as near to the bound as was asked for."""
        if self.infeasible:
            return True
        if self.cost is None or self.bound is None:
            return False
        return self.cost - self.bound <= self.limits.gap * max(abs(self.cost), 1)

    @property
    def time_left(self) -> float:
        """Seconds until the limit."""
        return self.limits.time_limit - self.seconds()

    def outcome(self) -> Outcome:
        """What to answer now."""
        status: Status
        if self.infeasible:
            status = "infeasible"
        elif self.roster is None or self.cost is None:
            status = "unknown"
        else:
            proved = self.bound is not None and self.cost <= self.bound
            status = "optimal" if proved else "feasible"
        return Outcome(
            status, self.roster, self.cost, self.bound, self.seconds(), tuple(self.steps)
        )

    def _tell(self, stage: str) -> None:
        step = Step(self.seconds(), stage, self.cost, self.bound)
        self.steps.append(step)
        if self._report is not None:
            self._report(step)


def _common_unit(problem: Problem) -> int:
    """The largest number that divides every cost a roster can have."""
    unit = 0
    for cover in problem.covers:
        unit = math.gcd(unit, cover.under or 0, cover.over or 0)
    for pairing in problem.pairings:
        unit = math.gcd(unit, pairing.weight or 0)
    for employee in problem.employees:
        unit = math.gcd(unit, *employee.skill_costs)
        for rule in employee.rules:
            for name in ("weight", "under", "over", "under_in_row", "over_in_row"):
                unit = math.gcd(unit, getattr(rule, name, None) or 0)
    return unit or 1
