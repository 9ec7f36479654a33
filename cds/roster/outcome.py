"""What a solver is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cds.roster.problem import Roster

Status = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop, and with what means.

    ``gap`` is relative: 0.01 stops within 1 % of the proven bound.
    ``reproducible`` gives the same roster for the same input and seed on any
    machine that gets through the same work: no step depends on the clock.
    """

    time_limit: float = 60.0
    gap: float = 0.0
    workers: int = 2
    seed: int = 0
    reproducible: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A better roster or bound, while solving."""

    seconds: float
    stage: str
    cost: int | None
    bound: int | None


Report = Callable[[Step], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A roster with the proof of how good it is.

    ``cost`` is that of soft rules; all hard rules hold in ``roster``. No roster
    can cost less than ``bound``. Where ``status`` is "infeasible" it is proved
    that no roster keeps every hard rule; "unknown" means that none was found.
    """

    status: Status
    roster: Roster | None
    cost: int | None
    bound: int | None
    runtime_s: float
    steps: tuple[Step, ...] = ()

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost; 0.0 when proved optimal."""
        if self.cost is None or self.bound is None:
            return None
        if self.cost <= self.bound:
            return 0.0
        return (self.cost - self.bound) / max(abs(self.cost), 1)
