"""Exact dynamic programme for an item of few states: short life, small orders, steady delay.

Where all that matters of stock and orders is how many packs there are of each age, and those
combinations are few, the best order in every combination can be computed instead of simulated
(value iteration; Bellman 1957). Platelets, compounded batches and other things that live a
few periods are such items. Demand is taken as independent from period to period, with the
scenarios' own frequencies as its law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cds.inventory.compiled import compiled
from cds.inventory.ordering.problem import ItemProblem, Numbers

MOST_SETTLING: Final = 400
SETTLED: Final = 1e-4
"""Steps of level demand after the horizon, until the cost of a period is known to this share
or there were so many of them: neither the end nor the number of steps may matter."""

MOST_LIFE: Final = 8
MOST_CORRELATION: Final = 0.15
"""Correlation of successive periods, above chance, at which demand is not independent."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An item in packs: ``life`` and ``delay`` in periods, up to ``most`` packs of an age.

    A state is a number whose digits, to base ``most + 1``, are packs by age: the lowest digit
    dies first, then fresher stock, then orders under way, soonest first.
    """

    life: int
    delay: int
    most: int
    start: int  # the state now

    @property
    def states(self) -> int:
        """How many combinations of packs by age there are before an order is placed."""
        count: int = (self.most + 1) ** (self.life + self.delay - 1)
        return count


def shape_of(problem: ItemProblem) -> Shape | None:
    """The item's shape; None where its state is more than packs by age."""
    delay = int(problem.lead_time.flat[0])
    lives = np.asarray(problem.life_on_arrival)
    life = int(lives.flat[0])
    steady = bool((problem.lead_time == delay).all() and (lives == life).all())
    if problem.life_shares is not None and delay > 0:
        return None
    if not steady or life > MOST_LIFE or problem.unmet != "lost" or life + delay > MOST_LIFE + 2:
        return None
    if not in_packs(problem, np.asarray(problem.demand)) or not independent(problem.demand):
        return None
    ages = np.zeros(life + delay, np.int64)
    for quantity, left in problem.lots:
        if left > life - (delay == 0) or not in_packs(problem, np.array(quantity)):
            return None
        if left >= 1:
            ages[int(left) - 1] += round(quantity / problem.pack)
    for order in problem.pipeline:
        arrival = int(order.arrival[0])
        known = bool((order.arrival == arrival).all()) and order.life == life
        if not known or not 0 < arrival < delay or not in_packs(problem, np.array(order.quantity)):
            return None
        ages[life + arrival - 1] += round(order.quantity / problem.pack)
    most = max(most_packs(problem, life + delay), int(ages.max(initial=0)))
    start = int(sum(packs * (most + 1) ** age for age, packs in enumerate(ages[:-1])))
    return Shape(life, delay, most, start)


def in_packs(problem: ItemProblem, amounts: NDArray[np.floating]) -> bool:
    """Whether all amounts are whole packs."""
    packs = amounts / problem.pack
    return bool((np.abs(packs - np.rint(packs)) < 1e-6).all())


def independent(demand: NDArray[np.floating]) -> bool:
    """Whether successive periods are uncorrelated over the scenarios, as far as can be told."""
    scenarios, periods = demand.shape
    if periods < 2 or scenarios < 8:
        return False
    centred = demand - demand.mean(axis=0)
    products = (centred[:, 1:] * centred[:, :-1]).mean()
    variance = (centred**2).mean()
    chance = 2.0 / np.sqrt(scenarios * (periods - 1))
    return bool(abs(products) <= (MOST_CORRELATION + chance) * variance)


def most_packs(problem: ItemProblem, window: int) -> int:
    """Packs beyond which an order cannot be of use: the most that ``window`` periods ever want."""
    demand = np.asarray(problem.demand, np.float64)
    sums: Numbers = np.cumsum(np.pad(demand, ((0, 0), (1, 0))), axis=1)
    reach = min(window, demand.shape[1])
    wanted = float((sums[:, reach:] - sums[:, :-reach]).max())
    room = min(problem.quota, problem.maximum_stock, np.ceil(wanted / problem.pack) * problem.pack)
    return int(room / problem.pack + 1e-9)


def fits(problem: ItemProblem, most_states: int, most_columns: int) -> bool:
    """Whether the item's dynamic programme is small enough to be solved."""
    delay = int(problem.lead_time.flat[0])
    life = int(np.asarray(problem.life_on_arrival).flat[0])
    if 2 ** (life + delay - 1) > most_states:
        return False
    shape = shape_of(problem)
    return shape is not None and shape.states <= most_states and shape.most < most_columns


def action_costs(problem: ItemProblem) -> tuple[Numbers, Numbers]:
    """Quantities that may be ordered now and the expected cost of each, then ordering best.

    Raises ValueError for an item that has no ``Shape``.
    """
    shape = shape_of(problem)
    if shape is None:
        raise ValueError(f"{problem.item}: not an item of few states")
    costs = all_action_costs(problem, shape)[shape.start]
    allowed = np.flatnonzero(np.isfinite(costs))
    quantities: Numbers = allowed.astype(np.float64) * problem.pack
    chosen: Numbers = costs[allowed]
    return quantities, chosen


def all_action_costs(problem: ItemProblem, shape: Shape) -> Numbers:
    """Expected cost of every order (columns, in packs) in every state (rows) now.

    Orders that a rule forbids cost infinity. The value of the end is that of level demand
    going on, relative to its best state.
    """
    demand = np.rint(np.asarray(problem.demand, np.float64) / problem.pack).astype(np.int64)
    periods = demand.shape[1]
    top = int(demand.max(initial=0)) + 1
    by_period = np.zeros((periods, top))
    for period in range(periods):
        by_period[period] = np.bincount(demand[:, period], minlength=top) / len(demand)
    level = by_period[periods // 2 :].mean(axis=0)
    costs = np.array(
        [
            problem.shortage * problem.pack,
            problem.expiry * problem.pack,
            problem.holding * problem.pack,
            problem.order_line,
        ]
    )
    rules = np.array(
        [
            np.ceil(problem.minimum_order / problem.pack - 1e-9),
            np.floor(min(problem.quota / problem.pack, shape.most) + 1e-9),
            min(problem.maximum_stock / problem.pack + 1e-9, 1e15),
        ]
    )
    lifo = problem.issuing == "lifo"

    def step(law: Numbers, value: Numbers) -> Numbers:
        if problem.life_shares is not None:
            return mixed_period(law, value, costs, rules, lifo, shape, problem.life_shares)
        sizes = (shape.life, shape.delay, shape.most + 1)
        result: Numbers = one_period(law, value, costs, rules, lifo, *sizes)
        return result

    value = settled(lambda before: step(level, before).min(axis=1), shape.states)
    for period in range(periods - 1, 0, -1):
        value = step(by_period[period], value).min(axis=1)
    return step(by_period[0], value)


def settled(step: Callable[[Numbers], Numbers], states: int) -> Numbers:
    """The relative value of each state when level demand goes on for ever.

    Half steps, because a policy that orders every other period makes whole ones swing
    (White 1963; Puterman 1994, section 8.5.4).
    """
    value: Numbers = np.zeros(states)
    for _ in range(MOST_SETTLING):
        change = step(value) - value
        value = value + 0.5 * change
        value -= value.min()
        if float(np.ptp(change)) <= SETTLED * abs(float(change.mean())):
            break
    return value


def mixed_period(
    law: Numbers,
    value: Numbers,
    costs: Numbers,
    rules: Numbers,
    lifo: bool,
    shape: Shape,
    shares: Numbers,
) -> Numbers:
    """As ``one_period``, for packs that arrive at once, each with a life drawn by itself.

    Packs of one age beyond ``shape.most`` are turned away.
    """
    base, life = shape.most + 1, shape.life
    anything = np.array([0.0, float(base), 1e15])
    free = costs * np.array([1.0, 1.0, 1.0, 0.0])
    delivered = one_period(law, value, free, anything, lifo, life, 0, base)
    after = delivered.T.reshape((base,) * life)  # axes: the freshest age first
    held = np.indices((base,) * (life - 1)).sum(axis=0).ravel()
    result = np.full((shape.states, base), np.inf)
    for order in range(base):
        mean = after
        chances = shares[min(order, len(shares) - 1)]
        for _ in range(order):
            mean = sum(
                chance * one_more(mean, life - 1 - age) for age, chance in enumerate(chances)
            )
        allowed = (rules[0] <= order <= rules[1]) & (held + order <= rules[2])
        line = costs[3] if order > 0 else 0.0
        first = mean.reshape(base, -1)[0]  # nothing has its full life before the delivery
        result[:, order] = np.where(allowed | (order == 0), first + line, np.inf)
    return result


def one_more(values: Numbers, axis: int) -> Numbers:
    """Values with one pack more of an age, at most as many as there is room for."""
    places = np.minimum(np.arange(values.shape[axis]) + 1, values.shape[axis] - 1)
    more: Numbers = np.take(values, places, axis=axis)
    return more


@compiled
def after_demand(
    state: int, digits: NDArray[np.int64], life: int, base: int, wanted: int, lifo: bool
) -> tuple[int, int, int, int]:  # pragma: no cover - compiled
    """State when ``wanted`` packs have been issued, packs short, packs dying, packs kept."""
    left = wanted
    kept = 0
    oldest = digits[0]
    weight = 1 if not lifo else base ** (life - 1)
    for step in range(life):
        age = life - 1 - step if lifo else step
        taken = min(left, digits[age])
        left -= taken
        kept += digits[age] - taken
        state -= taken * weight
        if age == 0:
            oldest = digits[0] - taken
        weight = weight * base if not lifo else weight // base
    return state, left, oldest, kept - oldest


@compiled
def one_period(
    law: Numbers,
    value: Numbers,
    costs: Numbers,
    rules: Numbers,
    lifo: bool,
    life: int,
    delay: int,
    base: int,
) -> Numbers:  # pragma: no cover - compiled
    """Expected cost of every order in every state, ``value`` being that of the states after it."""
    ages = life + delay
    states = base ** (ages - 1)
    top = base ** (ages - 1)  # the weight of the order's own digit
    shortage, expiry, holding, line = costs
    fewest, most, room = rules
    result = np.full((states, base), np.inf)
    digits = np.zeros(ages, np.int64)
    for state in range(states):
        rest = state
        held = 0
        for age in range(ages - 1):
            digits[age] = rest % base
            held += digits[age]
            rest //= base
        for order in range(base):
            if order == 0 or (fewest <= order <= most and held + order <= room):
                result[state, order] = line if order > 0 else 0.0
        for wanted in range(len(law)):
            chance = law[wanted]
            if chance == 0.0:
                continue
            if delay > 0:
                after, short, dead, kept = after_demand(state, digits, life, base, wanted, lifo)
                cost = shortage * short + expiry * dead + holding * kept
                for order in range(base):
                    result[state, order] += chance * (
                        cost + value[after // base + order * top // base]
                    )
            else:
                for order in range(base):
                    digits[ages - 1] = order
                    after, short, dead, kept = after_demand(
                        state + order * top, digits, life, base, wanted, lifo
                    )
                    cost = shortage * short + expiry * dead + holding * kept
                    result[state, order] += chance * (cost + value[after // base])
                digits[ages - 1] = 0
    return result
