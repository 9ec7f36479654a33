"""Compiled parts of the exact search over sequences of batches: path costs and one period's states.

Arrays throughout: ``due`` (products, most), the periods by which the units of a product are due,
ascending; ``counts`` (products,), how many there are; ``changeover`` (products + 1, products),
whose last row is the bench before its first batch; ``prices`` (3, products, periods), what the
two relaxed halves charge each other for a product's batch after another product, its batch after
itself, and an idle period between two of its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cds.inventory.compiled import compiled

FloatArray = NDArray[np.float64]
SmallArray = NDArray[np.int16]
IntArray = NDArray[np.int64]


@compiled
def bench_costs(changeover: FloatArray, prices: FloatArray) -> FloatArray:
    """Least cost of the bench's sequence, amounts ignored: (periods + 1, products + 1).

    Entry ``[t, j]``: over periods before ``t``, the last product made being ``j``.
    """
    products, periods = prices.shape[1], prices.shape[2]
    costs = np.full((periods + 1, products + 1), np.inf)
    costs[0, products] = 0.0
    for period in range(periods):
        costs[period + 1, products] = costs[period, products]
        for product in range(products):
            best = costs[period, product] - prices[2, product, period]
            again = costs[period, product] + changeover[product, product]
            best = min(best, again - prices[1, product, period])
            for before in range(products + 1):
                if before != product:
                    after = costs[period, before] + changeover[before, product]
                    best = min(best, after - prices[0, product, period])
            costs[period + 1, product] = best
    return costs


@compiled
def product_costs(
    due: IntArray, counts: IntArray, holding: float, prices: FloatArray
) -> FloatArray:
    """Least cost of each product alone: (periods + 1, products, most + 1, 2).

    Entry ``[t, i, k, on]``: over periods before ``t``, ``k`` units made, ``on`` where the product
    is the last one made on the bench.
    """
    products, periods = prices.shape[1], prices.shape[2]
    costs = np.full((periods + 1, products, due.shape[1] + 1, 2), np.inf)
    for product in range(products):
        costs[0, product, 0, 0] = 0.0
        for period in range(periods):
            start = prices[0, product, period]
            again = prices[1, product, period]
            idle = prices[2, product, period]
            for made in range(counts[product] + 1):
                off, on = costs[period, product, made, 0], costs[period, product, made, 1]
                more = made < counts[product]
                if not more or due[product, made] > period:
                    now = costs[period + 1, product, made]
                    now[0] = min(now[0], off, on)
                    now[1] = min(now[1], on + idle)
                if more and due[product, made] >= period:
                    early = holding * (due[product, made] - period)
                    then = costs[period + 1, product, made + 1]
                    then[1] = min(then[1], off + start + early, on + again + early)
    return costs


@compiled
def disagreement(
    changeover: FloatArray,
    due: IntArray,
    counts: IntArray,
    holding: float,
    prices: FloatArray,
    bench: FloatArray,
    alone: FloatArray,
    gap: FloatArray,
) -> float:
    """The relaxed cost; ``gap`` becomes what the products do less what the bench does."""
    products, periods = prices.shape[1], prices.shape[2]
    for way in range(3):
        for product in range(products):
            for period in range(periods):
                gap[way, product, period] = 0.0
    last, total = products, np.inf
    for product in range(products + 1):
        if bench[periods, product] < total:
            last, total = product, bench[periods, product]
    for back in range(periods):
        period = periods - 1 - back
        if last == products:
            break
        now = bench[period + 1, last]
        stay = bench[period, last]
        if now == stay - prices[2, last, period]:
            gap[2, last, period] -= 1.0
        elif now == stay + changeover[last, last] - prices[1, last, period]:
            gap[1, last, period] -= 1.0
        else:
            gap[0, last, period] -= 1.0
            for before in range(products + 1):
                if before != last:
                    after = bench[period, before] + changeover[before, last]
                    if now == after - prices[0, last, period]:
                        last = before
                        break
    for product in range(products):
        made = counts[product]
        ends = alone[periods, product, made]
        on = 0 if ends[0] <= ends[1] else 1
        total += ends[on]
        for back in range(periods):
            period = periods - 1 - back
            now = alone[period + 1, product, made, on]
            if on == 0:
                on = 0 if now == alone[period, product, made, 0] else 1
                continue
            if now == alone[period, product, made, 1] + prices[2, product, period]:
                gap[2, product, period] += 1.0
                continue
            made -= 1
            early = holding * (due[product, made] - period)
            if now == alone[period, product, made, 0] + prices[0, product, period] + early:
                gap[0, product, period] += 1.0
                on = 0
            else:
                gap[1, product, period] += 1.0
    return float(total)


@compiled
def climb(
    changeover: FloatArray,
    due: IntArray,
    counts: IntArray,
    holding: float,
    prices: FloatArray,
    target: float,
    step: float,
    rounds: int,
    patience: int,
) -> tuple[float, float]:
    """Raise the bound by deflected subgradients; ``prices`` becomes the best found.

    Returns the best bound and the step that was left. ``target`` is the cost of a known answer.
    """
    # Loops where NumPy would take a line: they compile in a fraction of the time.
    gap = np.zeros(prices.shape)
    trial = prices.copy()
    flat, tried, differs = prices.reshape(-1), trial.reshape(-1), gap.reshape(-1)
    way = np.zeros(flat.size)
    best, stale = -np.inf, 0
    for _ in range(rounds):
        bench = bench_costs(changeover, trial)
        alone = product_costs(due, counts, holding, trial)
        bound = disagreement(changeover, due, counts, holding, trial, bench, alone, gap)
        if bound > best + 1e-9:
            if bound > best + 1e-5 * abs(best):
                stale = 0
            best = bound
            for place in range(flat.size):
                flat[place] = tried[place]
        else:
            stale += 1
            if stale >= patience:
                stale = 0
                step *= 0.7
                for place in range(flat.size):
                    tried[place] = flat[place]
                    way[place] = 0.0
                continue
        size = 0.0
        for place in range(flat.size):
            way[place] = 0.9 * way[place] + 0.1 * differs[place]
            size += way[place] * way[place]
        if size < 1e-12 or target - bound < 1e-9:
            break
        scale = step * (target - bound) / size
        for place in range(flat.size):
            tried[place] += scale * way[place]
    return best, step


@compiled
def expand(
    period: int,
    left: SmallArray,
    setups: SmallArray,
    spent: FloatArray,
    changeover: FloatArray,
    due: IntArray,
    holding: float,
    bench: FloatArray,
    alone: FloatArray,
    limit: float,
    room: int,
) -> tuple[int, SmallArray, SmallArray, FloatArray, FloatArray, IntArray, SmallArray]:
    """All states before ``period`` from those after it, the cheapest of equals, below ``limit``.

    A state: units ``left`` to make (states, products), the product ``setups`` last made (products
    where there is none), ``spent`` from here to the end. Returned: how many, then their left,
    setup, spent, least total, the state each came from, and the product made (-1 idle).
    ``room``, a power of two, is the most there may be; -1 are returned where there are more.
    """
    states, products = left.shape
    slots = np.full(2 * room, -1, np.int64)
    new_left = np.empty((room, products), np.int16)
    new_setup = np.empty(room, np.int16)
    new_spent = np.empty(room)
    new_total = np.empty(room)
    parent = np.empty(room, np.int64)
    made = np.empty(room, np.int16)
    size = 0
    for state in range(states):
        setup = setups[state]
        remaining = 0
        for product in range(products):
            remaining += left[state, product]
        for action in range(2):
            row = left[state].copy()
            cost, rest = spent[state], remaining
            if action == 0:
                if remaining > period:
                    continue
            else:
                if setup == products or row[setup] == 0:
                    continue
                deadline = due[setup, row[setup] - 1]
                if deadline < period:
                    continue
                cost += holding * (deadline - period)
                row[setup] -= 1
                rest -= 1
            base, never = 0.0, 0
            for product in range(products):
                off = alone[period, product, row[product], 0]
                if off == np.inf:
                    never += 1
                else:
                    base += off
            if never > 1:
                continue
            for before in range(products + 1):
                if action == 0:
                    if before != setup:
                        continue
                    after = cost
                else:
                    after = cost + changeover[before, setup]
                if before == products:
                    if rest > 0 or never > 0:
                        continue
                    total = after + base + bench[period, before]
                else:
                    if row[before] == 0:
                        continue
                    if rest > min(period, due[before, row[before] - 1] + 1):
                        continue  # it must come next, and then too few periods are left
                    off = alone[period, before, row[before], 0]
                    if never == 1 and off < np.inf:
                        continue
                    total = after + base + bench[period, before]
                    total += alone[period, before, row[before], 1]
                    if never == 0:
                        total -= off
                if not total < limit:
                    continue
                mixed = before + 1
                for product in range(products):
                    mixed = (mixed * 1000003) ^ (row[product] + 0x9E3779B9)
                    mixed ^= mixed >> 29
                place = mixed & (2 * room - 1)
                while True:
                    old = slots[place]
                    if old < 0:
                        break
                    if new_setup[old] == before:
                        same = True
                        for product in range(products):
                            if new_left[old, product] != row[product]:
                                same = False
                                break
                        if same:
                            break
                    place = (place + 1) & (2 * room - 1)
                if old >= 0:
                    if after >= new_spent[old]:
                        continue
                    index = old
                else:
                    if size == room:
                        return -1, new_left, new_setup, new_spent, new_total, parent, made
                    index = size
                    size += 1
                    slots[place] = index
                    new_setup[index] = before
                    for product in range(products):
                        new_left[index, product] = row[product]
                new_spent[index] = after
                new_total[index] = total
                parent[index] = state
                made[index] = setup if action == 1 else -1
    return size, new_left, new_setup, new_spent, new_total, parent, made
