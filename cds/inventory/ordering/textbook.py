"""Exact answers of textbook inventory problems, to check the engine by and to explain it with.

Sources: Snyder and Shen, *Fundamentals of Supply Chain Theory* (2nd ed., 2019), chapters 3 to
5; Wagner and Whitin, Management Science 5(1), 1958; Zheng and Federgruen, Operations Research
39(4), 1991.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, inf, sqrt
from statistics import NormalDist


def economic_order_quantity(fixed: float, holding: float, rate: float) -> tuple[float, float]:
    """Order quantity and cost a period of steady demand (Harris 1913): sqrt(2 K d / h)."""
    return sqrt(2 * fixed * rate / holding), sqrt(2 * fixed * rate * holding)


def quantity_with_backorders(
    fixed: float, holding: float, shortage: float, rate: float
) -> tuple[float, float, float]:
    """Order quantity, share of time short, cost a period, where demand may wait."""
    ratio = (holding + shortage) / shortage
    quantity = sqrt(2 * fixed * rate / holding * ratio)
    return quantity, holding / (holding + shortage), sqrt(2 * fixed * rate * holding / ratio)


def quantity_with_discounts(
    fixed: float, holding_rate: float, rate: float, breaks: Sequence[float], prices: Sequence[float]
) -> tuple[float, float]:
    """Order quantity and cost a period (purchase included) under all-units discounts.

    ``prices[k]`` holds for all units of an order of ``breaks[k]`` or more.
    """
    best = (0.0, inf)
    ends = (*breaks[1:], inf)
    for low, high, price in zip(breaks, ends, prices, strict=True):
        alone, _ = economic_order_quantity(fixed, holding_rate * price, rate)
        quantity = max(alone, low)
        if quantity >= high:
            continue  # the next price is better at that quantity
        cost = price * rate + fixed * rate / quantity + holding_rate * price * quantity / 2
        if cost < best[1]:
            best = (quantity, cost)
    return best


def wagner_whitin(
    demand: Sequence[float], fixed: float, holding: float
) -> tuple[list[float], float]:
    """Orders by period and least cost of known demand, an order costing ``fixed``."""
    periods = len(demand)
    cost = [0.0] * (periods + 1)  # of the periods from t on
    until = [0] * periods
    for t in range(periods - 1, -1, -1):
        cost[t] = inf
        held = 0.0
        for end in range(t + 1, periods + 1):
            held += holding * (end - 1 - t) * demand[end - 1]
            if fixed + held + cost[end] < cost[t]:
                cost[t], until[t] = fixed + held + cost[end], end
    orders = [0.0] * periods
    t = 0
    while t < periods:
        orders[t] = float(sum(demand[t : until[t]]))
        t = until[t]
    return orders, cost[0]


def newsvendor_normal(
    holding: float, shortage: float, mean: float, spread: float, delay: float = 0.0
) -> tuple[float, float]:
    """Base-stock level and cost of one period's normal demand, or of ``delay + 1`` periods'."""
    standard = NormalDist()
    mean, spread = mean * (delay + 1), spread * sqrt(delay + 1)
    z = standard.inv_cdf(shortage / (shortage + holding))
    return mean + z * spread, (holding + shortage) * spread * standard.pdf(z)


def newsvendor_discrete(holding: float, shortage: float, law: Sequence[float]) -> tuple[int, float]:
    """Base-stock level and cost; ``law[d]`` is the chance of a demand of ``d``."""
    ratio = shortage / (shortage + holding)
    total = 0.0
    level = len(law) - 1
    for demand, chance in enumerate(law):
        total += chance
        if total >= ratio - 1e-12:
            level = demand
            break
    return level, one_period_cost(holding, shortage, law, level)


def one_period_cost(holding: float, shortage: float, law: Sequence[float], level: float) -> float:
    """Expected holding and shortage with ``level`` units before demand."""
    return sum(
        chance * (holding * max(level - demand, 0) + shortage * max(demand - level, 0))
        for demand, chance in enumerate(law)
    )


def poisson_law(mean: float, tail: float = 1e-14) -> list[float]:
    """Chances of 0, 1, 2 …, until less than ``tail`` is left above."""
    law = [exp(-mean)]
    total = law[0]
    while total < 1 - tail and len(law) < 20 * mean + 60:
        law.append(law[-1] * mean / len(law))
        total += law[-1]
    return law


def best_s_S(
    fixed: float, holding: float, shortage: float, law: Sequence[float]
) -> tuple[int, int, float]:
    """Reorder point, order-up-to level and cost a period of discrete demand that may wait.

    At or below ``s`` order up to ``S``, no delay; Zheng and Federgruen's search, exact.
    """
    expected: dict[int, float] = {}

    def period(level: int) -> float:
        if level not in expected:
            expected[level] = one_period_cost(holding, shortage, law, level)
        return expected[level]

    cost = renewal_cost(fixed, period, law)
    centre = newsvendor_discrete(holding, shortage, law)[0]
    low, high = centre - 1, centre
    while cost(low, high) > period(low):
        low -= 1
    best_low, best_high, best = low, high, cost(low, high)
    high += 1
    while period(high) <= best:
        if cost(best_low, high) < best:
            best_high = high
            while cost(best_low, best_high) <= period(best_low + 1):
                best_low += 1
            best = cost(best_low, best_high)
        high += 1
    return best_low, best_high, best


def renewal_cost(
    fixed: float, period: Callable[[int], float], law: Sequence[float]
) -> Callable[[int, int], float]:
    """Cost a period of an (s, S) rule: of a cycle from S down to s or below, by its length."""
    visits = [1 / (1 - law[0])]  # expected periods at j units below S

    def visited(j: int) -> float:
        while len(visits) <= j:
            k = len(visits)
            reach = sum(law[d] * visits[k - d] for d in range(1, min(k, len(law) - 1) + 1))
            visits.append(reach / (1 - law[0]))
        return visits[j]

    def cost(low: int, high: int) -> float:
        steps = range(high - low)
        length = sum(visited(j) for j in steps)
        return (fixed + sum(visited(j) * period(high - j) for j in steps)) / length

    return cost
