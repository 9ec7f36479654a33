"""A slow, plain simulation of one item, to reckon a plan's costs a second time.

Written from the meaning of ``ItemProblem`` and ``LaterOrders``, without the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np

from cds.inventory.ordering.outcome import LaterOrders
from cds.inventory.ordering.problem import ItemProblem

NEIGHBOURS: Final = 0.25
"""A scenario stands for its neighbours: the scale of their law, in spreads of demand."""

# Demand after the horizon is taken at eight equally likely levels, spread over the scenarios.
LEVELS: Final = tuple(
    round(NormalDist().inv_cdf((k + 0.5) / 8), 6) for k in (0, 3, 6, 2, 4, 7, 1, 5)
)


@dataclass(slots=True)
class Store:
    """Lots of one item as ``[period from which it cannot be issued, quantity]``."""

    lots: list[list[float]] = field(default_factory=list)

    def put(self, expires: float, quantity: float) -> None:
        """A lot comes in."""
        self.lots.append([expires, quantity])
        self.lots.sort(key=lambda lot: lot[0])

    def take(self, wanted: float, issuing: str) -> float:
        """Issue up to ``wanted`` units, first to expire first (or last); what was issued."""
        issued = 0.0
        order = self.lots if issuing == "fefo" else self.lots[::-1]
        for lot in order:
            taken = min(lot[1], wanted - issued)
            lot[1] -= taken
            issued += taken
        self.lots = [lot for lot in self.lots if lot[1] > 0]
        return issued

    def throw_out(self, period: int) -> float:
        """Discard what cannot be issued in ``period``; the units discarded."""
        dead = sum(lot[1] for lot in self.lots if lot[0] <= period)
        self.lots = [lot for lot in self.lots if lot[0] > period]
        return dead

    @property
    def total(self) -> float:
        """All units."""
        return sum(lot[1] for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Future:
    """Expected demand by period, and the level and spread of a period after the horizon."""

    mean: list[float]
    rate: float
    spread: float

    def between(self, start: int, end: float) -> float:
        """Expected demand from period ``start`` to before period ``end``."""
        periods = len(self.mean)
        inside = sum(self.mean[start : int(min(end, periods))])
        return inside + self.rate * max(end - max(start, periods), 0)


def future_of(problem: ItemProblem) -> Future:
    """Means of the scenarios; the second half of the horizon gives the level after it."""
    demand = np.asarray(problem.demand, np.float64)
    periods = demand.shape[1]
    mean = demand.mean(axis=0)
    return Future(
        mean=[float(value) for value in mean],
        rate=float(mean[periods // 2 :].mean()),
        spread=float(demand.sum(axis=1).std()) / math.sqrt(periods),
    )


def whole_packs(problem: ItemProblem, lacking: float, held: float) -> float:
    """The order that the rule for later periods places when ``lacking`` units are missing."""
    room = min(problem.maximum_stock - held, problem.quota)
    packs = math.ceil(max(lacking, problem.minimum_order) / problem.pack - 1e-9)
    if packs * problem.pack > room + 1e-9:
        packs = math.floor(room / problem.pack + 1e-9)
    quantity = packs * problem.pack
    return float(quantity) if quantity > 0 and quantity >= problem.minimum_order - 1e-9 else 0.0


def expected_cost(problem: ItemProblem, quantity: float, later: LaterOrders) -> float:
    """Mean cost over the scenarios of ordering ``quantity`` now and by ``later`` afterwards.

    With it a shortage's cost for each unit by which the order leaves less than the minimum stock.
    """
    if quantity > 0 and can_wait(problem):
        # The same order at the next review comes in time and is held for less long.
        least = expected_cost(problem, 0.0, later)
        return max(simulated_cost(problem, quantity, later), least)
    return simulated_cost(problem, quantity, later)


def can_wait(problem: ItemProblem) -> bool:
    """Whether what is expected to be unmet before an order of the next review comes is not worth
    holding the smallest order for one period.

    Not with a quota, which is lost when it is not used, nor below the minimum stock.
    """
    held = sum(float(amount) for amount, left in problem.lots if left >= 1)
    held += sum(order.quantity for order in problem.pipeline)
    if math.isfinite(problem.quota) or held < problem.minimum_stock:
        return False
    periods = problem.demand.shape[1]
    scale = scale_of_neighbours(problem)
    missed = []
    for scenario in range(problem.demand.shape[0]):
        store = Store()
        for amount, left in problem.lots:
            if left >= 1:
                store.put(float(left), float(amount))
        waiting = problem.waiting
        before = 0.0
        for period in range(
            min(1 + int(problem.lead_time[scenario, min(1, periods - 1)]), periods)
        ):
            for order in problem.pipeline:
                if order.arrival[scenario] == period and order.life > 0:
                    store.put(period + order.life, order.quantity)
            wanted = float(problem.demand[scenario, period]) + waiting
            nearly = nearly_short(store.total - wanted, scale[period])
            missed.append(max(nearly - before, 0.0))
            before = nearly if problem.unmet == "lost" else 0.0
            unmet = wanted - store.take(wanted, problem.issuing)
            missed.append(unmet)
            waiting = unmet if problem.unmet == "backlog" else 0.0
            store.throw_out(period + 1)
    smallest = max(math.ceil(problem.minimum_order / problem.pack - 1e-9), 1) * problem.pack
    expected = math.fsum(missed) / len(problem.demand)
    return problem.shortage * expected <= problem.holding * smallest * (1 + 1e-9)


def scale_of_neighbours(problem: ItemProblem) -> list[float]:
    """By period, how far the stock may be from a scenario's: ``NEIGHBOURS`` spreads of demand.

    Of demand from now until the period, at most that of a mean delay and one period.
    """
    demand = np.asarray(problem.demand, np.float64)
    until = math.ceil(float(np.mean(problem.lead_time[:, 0])) - 1e-9) + 1
    spread = np.cumsum(demand, axis=1).std(axis=0)
    return [NEIGHBOURS * float(spread[min(t, until - 1)]) for t in range(demand.shape[1])]


def nearly_short(left: float, scale: float) -> float:
    """Expected units unmet beyond the scenario's own, when it leaves ``left`` units (or lacks).

    A double exponential law of ``scale`` about ``left``: E[max(-X, 0)] - max(-left, 0).
    """
    distance = abs(left)
    if distance >= 10.0 * scale:  # no longer worth reckoning
        return 0.0
    return scale / 2.0 * math.exp(-distance / scale)


def simulated_cost(problem: ItemProblem, quantity: float, later: LaterOrders) -> float:
    """Mean over the scenarios of what is simulated, and the price of staying below the minimum."""
    future = future_of(problem)
    scenarios = problem.demand.shape[0]
    scale = scale_of_neighbours(problem)
    costs = [scenario_cost(problem, s, quantity, later, future, scale) for s in range(scenarios)]
    held = sum(float(amount) for amount, left in problem.lots if left >= 1)
    held += sum(order.quantity for order in problem.pipeline)
    below = max(problem.minimum_stock - held - quantity, 0.0)
    return math.fsum(costs) / len(costs) + problem.shortage * below


def scenario_cost(
    problem: ItemProblem,
    scenario: int,
    quantity: float,
    later: LaterOrders,
    future: Future,
    scale: list[float],
) -> float:
    """Cost of one scenario, with what lies there at the end reckoned on."""
    periods = problem.demand.shape[1]
    life = int(np.broadcast_to(problem.life_on_arrival, problem.demand.shape[0])[scenario])
    store = Store()
    for amount, left in problem.lots:
        if left >= 1:
            store.put(float(left), float(amount))
    coming = [
        (int(order.arrival[scenario]), order.quantity, order.life) for order in problem.pipeline
    ]
    waiting = problem.waiting
    cost = 0.0
    before = 0.0
    for period in range(periods):
        for arrival, amount, lasts in coming:
            if arrival == period:
                if lasts > 0:
                    store.put(period + lasts, amount)
                else:
                    cost += problem.expiry * amount
        coming = [order for order in coming if order[0] > period]
        if period == 0:
            order = quantity
        else:
            on_order = sum(amount for _, amount, _ in coming)
            position = will_be_used(problem, store, period, future) + on_order - waiting
            order = 0.0
            learnt = surprise(problem, scenario, period, later, future)
            if position < later.reorder[period] + learnt:
                lacking = later.up_to[period] + learnt - position
                order = whole_packs(problem, lacking, store.total + on_order)
        if order > 0:
            cost += problem.order_line
            delay = int(problem.lead_time[scenario, period])
            if delay == 0:
                store.put(period + life, order)
            else:
                coming.append((period + delay, order, life))
        wanted = float(problem.demand[scenario, period]) + waiting
        nearly = nearly_short(store.total - wanted, scale[period])
        cost += problem.shortage * max(nearly - before, 0.0)
        before = nearly if problem.unmet == "lost" else 0.0
        unmet = wanted - store.take(wanted, problem.issuing)
        cost += problem.shortage * unmet
        waiting = unmet if problem.unmet == "backlog" else 0.0
        cost += problem.expiry * store.throw_out(period + 1)
        cost += problem.holding * store.total
    on_order = sum(amount for _, amount, _ in coming)
    return cost + cost_after(problem, scenario, life, store, on_order, waiting, later, future)


def in_order_of_issue(problem: ItemProblem, store: Store) -> list[list[float]]:
    """The lots as they will be issued."""
    return store.lots if problem.issuing == "fefo" else store.lots[::-1]


def will_be_used(problem: ItemProblem, store: Store, period: int, future: Future) -> float:
    """Units on hand that expected demand uses before they expire."""
    used = 0.0
    for expires, amount in in_order_of_issue(problem, store):
        used = max(min(used + amount, future.between(period, expires)), used)
    return used


def surprise(
    problem: ItemProblem, scenario: int, period: int, later: LaterOrders, future: Future
) -> float:
    """By how much the levels of a period have moved with the demand seen before it."""
    seen = float(np.sum(problem.demand[scenario, :period], dtype=np.float64))
    return later.shift[period] * (seen - sum(future.mean[:period]))


def cost_after(
    problem: ItemProblem,
    scenario: int,
    life: int,
    store: Store,
    on_order: float,
    waiting: float,
    later: LaterOrders,
    future: Future,
) -> float:
    """What the stock at the horizon will cost: units that will die, and the value of the rest.

    Above the reorder point stock is held and spares orders until it has been used, as in the
    economic order quantity: holding on its mean, less the mean cost of a period.
    """
    level = LEVELS[scenario % 8]
    periods = problem.demand.shape[1]

    def demand_within(left: float) -> float:
        return max(future.rate * left + level * future.spread * math.sqrt(left), 0.0)

    used = 0.0
    for expires, amount in in_order_of_issue(problem, store):
        used = max(min(used + amount, demand_within(expires - periods)), used)
    if on_order > 0:
        used = max(min(used + on_order, demand_within(life)), used)
    cost = problem.expiry * max(store.total + on_order - used, 0.0)
    learnt = surprise(problem, scenario, periods - 1, later, future)
    above = used - waiting - later.reorder[-1] - learnt
    if above > 0:
        # A review sees the reorder point passed by up to a period's demand.
        lot_size = max(
            later.up_to[-1] - later.reorder[-1] + future.rate, problem.pack, problem.minimum_order
        )
        wait = min(above / future.rate, life) if future.rate > 1e-9 else life
        mean_period = problem.holding * lot_size / 2
        mean_period += problem.order_line * future.rate / lot_size
        cost += (problem.holding * above / 2 - mean_period) * wait
    return cost


def stock_when_order_arrives(problem: ItemProblem) -> float:
    """Expected units on hand when an order of now arrives, nothing being ordered."""
    totals = []
    for scenario in range(problem.demand.shape[0]):
        stop = min(int(problem.lead_time[scenario, 0]), problem.demand.shape[1] - 1)
        store = Store()
        for amount, left in problem.lots:
            if left >= 1:
                store.put(float(left), float(amount))
        waiting = problem.waiting
        for period in range(stop + 1):
            for order in problem.pipeline:
                if order.arrival[scenario] == period and order.life > 0:
                    store.put(period + order.life, order.quantity)
            if period < stop:
                wanted = float(problem.demand[scenario, period]) + waiting
                unmet = wanted - store.take(wanted, problem.issuing)
                waiting = unmet if problem.unmet == "backlog" else 0.0
                store.throw_out(period + 1)
        totals.append(store.total)
    return math.fsum(totals) / len(totals)
