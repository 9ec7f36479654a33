"""Policies for a replay: the order plan, base-stock, and min-max."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cds.inventory.ordering.outcome import Plan
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import ItemProblem, Limits, Outstanding
from cds.inventory.simulation.world import Beliefs, Item, Shelf


def in_packs(item: Item, amount: float, held: float) -> float:
    """Whole packs that cover ``amount``, within minimum order and maximum stock."""
    if amount <= 0:
        return 0.0
    packs = math.ceil(max(amount, item.minimum_order) / item.pack - 1e-9)
    if packs * item.pack > item.maximum_stock - held + 1e-9:
        packs = math.floor((item.maximum_stock - held) / item.pack + 1e-9)
    quantity = packs * item.pack
    return quantity if quantity > 0 and quantity >= item.minimum_order else 0.0


def within_budget(
    items: Sequence[Item],
    wanted: NDArray[np.float64],
    cover: NDArray[np.float64],
    budget: float,
) -> NDArray[np.float64]:
    """Orders cut to the budget as a pharmacist would: by priority, then least cover first."""
    left = budget
    kept = np.zeros(len(items))
    order = sorted(
        range(len(items)), key=lambda index: (items[index].priority, cover[index], index)
    )
    for index in order:
        item = items[index]
        quantity = wanted[index]
        if quantity * item.price > left:
            quantity = math.floor(left / (item.price * item.pack)) * item.pack
            if quantity < item.minimum_order:
                quantity = 0.0
        kept[index] = quantity
        left -= quantity * item.price
    return kept


@dataclass(frozen=True, slots=True)
class BaseStock:
    """Order up to mean + safety × spread of the demand until the next order would be in.

    ``safety`` is one factor a priority (vital, essential, non-essential).
    """

    items: tuple[Item, ...]
    safety: tuple[float, float, float]
    budget: float = math.inf

    def orders(
        self, period: int, shelves: Sequence[Shelf], beliefs: Beliefs
    ) -> NDArray[np.float64]:
        """Whole packs up to the level, within the budget."""
        wanted = np.zeros(len(self.items))
        cover = np.zeros(len(self.items))
        means, spreads = beliefs.protection
        for index, (item, shelf) in enumerate(zip(self.items, shelves, strict=True)):
            level = float(means[index] + self.safety[item.priority] * spreads[index])
            held = shelf.on_hand + shelf.outstanding
            wanted[index] = in_packs(item, level - held, held)
            cover[index] = held / max(float(means[index]), 1e-9)
        return within_budget(self.items, wanted, cover, self.budget)


@dataclass(frozen=True, slots=True)
class MinMax:
    """The textbook's (s, S): at or below ``s`` order up to ``S``.

    ``s`` covers mean demand of the delay and ``safety`` spreads (of demand and delay both);
    ``S`` is an economic order quantity above it. Mean and spread are those of the last
    ``window`` periods.
    """

    items: tuple[Item, ...]
    safety: tuple[float, float, float]
    budget: float = math.inf
    window: int = 52

    def orders(
        self, period: int, shelves: Sequence[Shelf], beliefs: Beliefs
    ) -> NDArray[np.float64]:
        """Whole packs up to S where the position is at or below s, within the budget."""
        wanted = np.zeros(len(self.items))
        cover = np.zeros(len(self.items))
        for index, (item, shelf) in enumerate(zip(self.items, shelves, strict=True)):
            seen = beliefs.seen[index, -self.window :]
            mean, spread = float(seen.mean()), float(seen.std())
            delays = beliefs.lead_times[index] + 1.0  # an order of the next review counts
            delay, delay_spread = float(delays.mean()), float(delays.std())
            both = math.sqrt(delay * spread**2 + (mean * delay_spread) ** 2)
            low = mean * delay + self.safety[item.priority] * both
            lot_size = (
                math.sqrt(2 * mean * item.order_line / item.holding) if item.holding else mean
            )
            held = shelf.on_hand + shelf.outstanding
            if held <= low:
                wanted[index] = in_packs(item, low + lot_size - held, held)
            cover[index] = held / max(mean, 1e-9)
        return within_budget(self.items, wanted, cover, self.budget)


@dataclass(slots=True)
class ByPlan:
    """Order what ``plan`` says, from the beliefs alone.

    ``plans`` keeps the plans made, one a period, where ``keep`` asks for it. ``capital_charge``
    makes the plan hold less than its costs alone would: holding counts ``1 + capital_charge``
    times (in the plan, not in what the replay adds up).
    """

    items: tuple[Item, ...]
    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    workers: int = 1
    capital_charge: float = 0.0
    keep: bool = False
    plans: list[Plan] = field(default_factory=list)

    def orders(
        self, period: int, shelves: Sequence[Shelf], beliefs: Beliefs
    ) -> NDArray[np.float64]:
        """The plan's quantities."""
        problems = problems_of(self.items, period, shelves, beliefs, self.seed)
        if self.capital_charge:
            charge = 1.0 + self.capital_charge
            problems = [replace(problem, holding=problem.holding * charge) for problem in problems]
        made = plan(problems, self.limits, seed=self.seed, workers=self.workers)
        if self.keep:
            self.plans.append(made)
        quantity = {line.item: line.quantity for line in made.lines}
        return np.array([quantity[item.item] for item in self.items])


def problems_of(
    items: Sequence[Item], period: int, shelves: Sequence[Shelf], beliefs: Beliefs, seed: int
) -> list[ItemProblem]:
    """The items as they stand at a review, with sampled demand and delays.

    Delays are drawn from those seen; an order that is under way for ``n`` periods arrives
    after one of the delays seen that are longer than ``n`` (one period from now where none is).
    """
    problems = []
    for index, (item, shelf) in enumerate(zip(items, shelves, strict=True)):
        demand = beliefs.demand[index]
        random = np.random.default_rng((seed, index))
        delays = beliefs.lead_times[index]
        lead_time = random.choice(delays, size=demand.shape).astype(np.int32)
        pipeline = []
        for _, quantity, placed in shelf.orders:
            waited = period - placed
            longer = delays[delays > waited]
            left = random.choice(longer, size=len(demand)) - waited if len(longer) else None
            arrival = np.ones(len(demand), np.int32) if left is None else left.astype(np.int32)
            pipeline.append(Outstanding(quantity, arrival, item.life))
        lots = [(quantity, expires - period) for expires, quantity in shelf.lots]
        problems.append(
            ItemProblem(
                item=item.item,
                demand=demand,
                lead_time=lead_time,
                life_on_arrival=item.life,
                lots=np.array(lots, np.float64).reshape(-1, 2),
                pipeline=tuple(pipeline),
                price=item.price,
                shortage=item.shortage,
                expiry=item.expiry,
                holding=item.holding,
                order_line=item.order_line,
                pack=item.pack,
                minimum_order=item.minimum_order,
                maximum_stock=item.maximum_stock,
                volume=item.volume,
                supplier=item.supplier,
                priority=item.priority,
                issuing=item.issuing,
            )
        )
    return problems
