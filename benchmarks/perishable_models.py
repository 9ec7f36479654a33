"""Published perishable problems as small Markov decision processes, solved exactly.

Written apart from the engine: transitions are enumerated one by one, average cost a period is
found by relative value iteration (White 1963), and a given policy's by the same iteration with
the choice taken away.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import stats


@dataclass(frozen=True)
class Case:
    """Demand law and costs a unit; the state is packs by age, the youngest first."""

    name: str
    life: int
    delay: int
    most: int
    law: NDArray[np.float64]  # chance of demand 0, 1, 2 …
    fifo: bool
    order: float
    shortage: float
    waste: float
    holding: float


def rounded_gamma(mean: float, variation: float, top: int = 100) -> NDArray[np.float64]:
    """Gamma demand, rounded to whole units (De Moor et al. 2022)."""
    shape = variation**-2
    edges = stats.gamma.cdf(np.arange(top + 1) + 0.5, shape, scale=mean / shape)
    return trimmed(np.diff(edges, prepend=0.0))


def poisson(mean: float, top: int = 100) -> NDArray[np.float64]:
    return trimmed(stats.poisson.pmf(np.arange(top + 1), mean))


def trimmed(law: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without a tail of less than 1e-10 in all."""
    keep = int(np.searchsorted(np.cumsum(law), 1.0 - 1e-10)) + 1
    cut = law[:keep]
    return cut / cut.sum()


@numba.njit(cache=True)
def sweep(value, base, life, delay, law, fifo, order, shortage, waste, holding, fixed, better):
    """One step of value iteration over all states; ``fixed`` orders where not negative."""
    width = life + delay - 1
    states = base**width
    new = np.empty(states)
    unit = np.empty(width + 1, np.int64)
    stock = np.empty(life, np.int64)
    for state in range(states):
        rest = state
        for place in range(width, 0, -1):  # unit[1..width]: youngest to oldest
            unit[place] = rest % base
            rest //= base
        best = np.inf
        chosen = 0
        first, last = 0, base - 1
        if fixed[state] >= 0:
            first = last = fixed[state]
        for action in range(first, last + 1):
            unit[0] = action
            total = order * action
            for demand in range(len(law)):
                on_hand = 0
                for age in range(life):  # stock[0] is the oldest
                    stock[age] = unit[width - age]
                    on_hand += stock[age]
                left = demand
                for step in range(life):
                    age = step if fifo else life - 1 - step
                    taken = min(left, stock[age])
                    stock[age] -= taken
                    left -= taken
                kept = max(on_hand - demand, 0) - stock[0]
                cost = shortage * left + waste * stock[0] + holding * kept
                after = 0
                for place in range(delay):  # orders under way keep their order
                    after = after * base + unit[place]
                for age in range(life - 1, 0, -1):
                    after = after * base + stock[age]
                total += law[demand] * (cost + value[after])
            if total < best - 1e-12:
                best = total
                chosen = action
        new[state] = best
        better[state] = chosen
    return new


def average_cost(
    case: Case, policy: NDArray[np.int64] | None = None, accuracy: float = 1e-7
) -> tuple[float, NDArray[np.int64]]:
    """Average cost a period of the best policy (or the given one), and the orders by state."""
    base = case.most + 1
    states = base ** (case.life + case.delay - 1)
    fixed = np.full(states, -1, np.int64) if policy is None else policy.astype(np.int64)
    value = np.zeros(states)
    better = np.zeros(states, np.int64)
    for _ in range(5000):
        new = sweep(
            value, base, case.life, case.delay, case.law, case.fifo, case.order, case.shortage,
            case.waste, case.holding, fixed, better,
        )  # fmt: skip
        change = new - value
        # A damped step keeps periodic chains from oscillating.
        value = 0.5 * (new - new[0]) + 0.5 * (value - value[0])
        if change.max() - change.min() < accuracy * abs(change.mean()):
            break
    return float((change.max() + change.min()) / 2), better


def base_stock_policy(case: Case, level: int) -> NDArray[np.int64]:
    """Order up to ``level`` over all stock and orders."""
    width = case.life + case.delay - 1
    held = np.zeros((case.most + 1,) * width, np.int64)
    for axis in range(width):
        shape = [1] * width
        shape[axis] = -1
        held = held + np.arange(case.most + 1).reshape(shape)
    return np.clip(level - held, 0, case.most).ravel()


def best_base_stock(case: Case) -> tuple[int, float]:
    """The best level and its average cost."""
    costs = {}
    for level in range(1, case.most * (case.delay + 1) + 1):
        costs[level], _ = average_cost(case, base_stock_policy(case, level), 1e-6)
        if level > 3 and costs[level] > 1.3 * min(costs.values()):
            break
    level = min(costs, key=costs.__getitem__)
    return level, costs[level]


def ages_of(case: Case, state: int) -> list[int]:
    """Packs from the youngest order under way to the oldest stock."""
    width = case.life + case.delay - 1
    return [
        state // (case.most + 1) ** (width - 1 - place) % (case.most + 1) for place in range(width)
    ]


def de_moor(life: int, delay: int, fifo: bool, waste: float) -> Case:
    name = f"De Moor m{life} L{delay} {'FIFO' if fifo else 'LIFO'} waste {waste:g}"
    return Case(name, life, delay, 10, rounded_gamma(4.0, 0.5), fifo, 3.0, 5.0, waste, 1.0)


def hendrix(life: int, mean: float, most: int) -> Case:
    """Average profit turned to cost: a lost sale costs its price."""
    return Case(
        f"Hendrix m{life} mean {mean:g}", life, 1, most, poisson(mean), True, 0.5, 1.0, 0.0, 0.0
    )


PLATELET_N = (3.5, 11.0, 7.2, 11.1, 5.9, 5.5, 2.2)
PLATELET_MEAN = (5.7, 6.9, 6.5, 6.2, 5.8, 3.3, 3.4)


@dataclass(frozen=True)
class Platelets:
    """Mirjalili 2022: weekday demand, no delay, units arrive with an uncertain life."""

    name: str
    life: int
    c_0: tuple[float, ...]
    c_1: tuple[float, ...]
    most: int = 20
    fixed: float = 10.0
    shortage: float = 20.0
    waste: float = 5.0
    holding: float = 1.0

    def demand(self, weekday: int) -> NDArray[np.float64]:
        """Chance of 0 … 20 units, the tail put on 20."""
        n, mean = PLATELET_N[weekday], PLATELET_MEAN[weekday]
        law = stats.nbinom.pmf(np.arange(self.most + 1), n, n / (n + mean))
        law[-1] += 1.0 - law.sum()
        return law

    def shares(self, order: int) -> NDArray[np.float64]:
        """Chance of each remaining life, 1 … life, of a unit of an order of this size."""
        logits = np.array([0.0, *(a + b * order for a, b in zip(self.c_0, self.c_1, strict=True))])
        weights = np.exp(logits - logits.max())
        return weights / weights.sum()

    def arrivals(self, order: int) -> list[tuple[tuple[int, ...], float]]:
        """Every split of an order over remaining lives, with its chance."""
        shares = self.shares(order)
        found = []
        for bars in itertools.combinations(range(order + self.life - 1), self.life - 1):
            edges = (-1, *bars, order + self.life - 1)
            split = tuple(edges[k + 1] - edges[k] - 1 for k in range(self.life))
            found.append((split, float(stats.multinomial.pmf(split, order, shares))))
        return found


@numba.njit(cache=True)
def platelet_day(value, law, base, life, shortage, waste, holding):
    """Expected cost of a day, and of what follows, by stock after the delivery (oldest lowest)."""
    stocks = base**life
    result = np.empty(stocks)
    stock = np.empty(life, np.int64)
    for state in range(stocks):
        total = 0.0
        for demand in range(len(law)):
            rest = state
            for age in range(life):
                stock[age] = rest % base
                rest //= base
            left = demand
            for age in range(life):
                taken = min(left, stock[age])
                stock[age] -= taken
                left -= taken
            after = 0
            kept = 0
            for age in range(life - 1, -1, -1):
                kept += stock[age]
                if age > 0:
                    after = after * base + stock[age]
            cost = shortage * left + waste * stock[0] + holding * kept
            total += law[demand] * (cost + value[after])
        result[state] = total
    return result


def platelet_cost(
    case: Platelets, policy: NDArray[np.int64] | None = None, accuracy: float = 1e-7
) -> tuple[float, NDArray[np.int64]]:
    """Average cost a day of the best policy (or the given one), and the orders by weekday."""
    base = case.most + 1
    states = base ** (case.life - 1)
    weights = base ** np.arange(case.life)
    held = np.stack([np.arange(states) // weights[k] % base for k in range(case.life - 1)], axis=1)
    held = np.pad(held, ((0, 0), (0, 1)))  # no stock has its full life before the delivery
    laws = [case.demand(weekday) for weekday in range(7)]
    splits = [case.arrivals(order) for order in range(base)]
    moves = []
    for order in range(base):
        parts = []
        for split, chance in splits[order]:
            after = np.minimum(held + np.array(split), case.most) @ weights
            parts.append((after, chance))
        moves.append(parts)
    value = np.zeros(states)
    orders = np.zeros((7, states), np.int64)
    for _ in range(400):
        start = value
        for weekday in range(6, -1, -1):
            after = platelet_day(
                value, laws[weekday], base, case.life, case.shortage, case.waste, case.holding
            )
            costs = np.stack(
                [
                    case.fixed * (order > 0)
                    + sum(chance * after[at] for at, chance in moves[order])
                    for order in range(base)
                ]
            )
            if policy is None:
                orders[weekday] = np.argmin(costs, axis=0)
            else:
                orders[weekday] = policy[weekday]
            value = costs[orders[weekday], np.arange(states)]
        change = value - start
        value = value - value[0]
        if change.max() - change.min() < accuracy * abs(change.mean()):
            break
    return float((change.max() + change.min()) / 14), orders
