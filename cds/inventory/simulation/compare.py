"""Policies replayed side by side over one pharmacy's past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final, Literal

from cds.inventory.description import VEN_CLASSES, Settings
from cds.inventory.ordering.problem import Limits
from cds.inventory.simulation.past import Past
from cds.inventory.simulation.policies import BaseStock, ByPlan, MinMax
from cds.inventory.simulation.replay import Outcome, Policy, replay_each

PolicyName = Literal["plan", "base-stock", "min-max"]
POLICIES: Final[tuple[PolicyName, ...]] = ("plan", "base-stock", "min-max")

MOST_WARM_UP: Final = 8
"""Reviews at the start that are not counted: the stock they begin with was not the policy's."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a policy would have done. ``safety``: its factors for V, E and N; None: it has none."""

    policy: PolicyName
    outcome: Outcome
    safety: tuple[float, float, float] | None


def compare(
    past: Past,
    settings: Settings,
    names: Sequence[PolicyName],
    *,
    budget: float | None = None,
    seed: int = 0,
    workers: int = 1,
) -> tuple[Replayed, ...]:
    """Each policy over the same past, with the same beliefs, demand and delays.

    ``budget`` is money a review. Base-stock and min-max take the safety factor of the normal
    law at each class's service level.
    """
    allowed = inf if budget is None else budget
    made = [_policy(name, past, settings, allowed, seed, workers) for name in names]
    outcomes = replay_each(
        past.world,
        [policy for policy, _ in made],
        past.believe,
        warm_up=warm_up(past.periods),
    )
    return tuple(
        Replayed(name, outcome, safety)
        for name, outcome, (_, safety) in zip(names, outcomes, made, strict=True)
    )


def warm_up(periods: int) -> int:
    """Reviews not counted: a sixth of them, at most ``MOST_WARM_UP``."""
    return min(periods // 6, MOST_WARM_UP)


def _policy(
    name: PolicyName, past: Past, settings: Settings, budget: float, seed: int, workers: int
) -> tuple[Policy, tuple[float, float, float] | None]:
    items = past.world.items
    if name == "plan":
        return ByPlan(items, Limits(budget=budget), seed=seed, workers=workers), None
    vital, essential, other = (_factor(settings.service[ven]) for ven in VEN_CLASSES)
    safety = (vital, essential, other)
    kind = BaseStock if name == "base-stock" else MinMax
    return kind(items, safety, budget), safety


def _factor(service: float) -> float:
    """Spreads above the mean that hold the demand of so many of all cycles."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(min(max(service, 0.5), 0.99999))
