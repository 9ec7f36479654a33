"""Compiled simulation: exact lots, period by period, scenario by scenario, quantity by quantity.

All quantities tried for an item meet the same demand and the same lead times (common random
numbers), so that their costs differ by what was ordered and by nothing else.

Everything compiled that calls one another stands in this one file: the compiler's cache
notices a change in a function's own file only, and a stale cache gives wrong numbers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cds.inventory.compiled import compiled
from cds.inventory.ordering.batch import Batch
from cds.inventory.ordering.problem import Numbers, Whole

COST: Final = 0
SHORT: Final = 1  # units not met
WASTE: Final = 2  # units that die, in the horizon or after it
RISK_EARLY: Final = 3  # run out before an order of now arrives
RISK_NEXT: Final = 4  # run out before an order of the next review arrives
SHORT_NEXT: Final = 5  # expected units not met before an order of the next review arrives
MEASURES: Final = 6

BY_RULE: Final = -1.0
"""In the place of a first quantity: order by the rule in period 0 too."""

# Normal quantiles at (k + 1/2) / 8: demand after the horizon, one of eight to each scenario.
AFTER: Final = (-1.534121, -0.157311, 0.887147, -0.488776, 0.157311, 1.534121, -0.887147, 0.488776)

BLUR: Final = 0.25
"""Scale of what the scenarios leave open (see ``Outlook.blur``), in spreads of demand."""

NEAR: Final = 10.0
"""Scales of blur beyond which it makes no difference worth reckoning."""

COARSE: Final = 9
"""Quantities tried at first, besides none; all that are allowed where they are no more."""

REFINEMENTS: Final = 3
"""Halvings of the grid round the best quantity before what is shared has its price."""

FEW: Final = 4
"""Quantities tried of an item that can wait: an order of it only fills up a supplier's minimum."""

LAST_REFINEMENTS: Final = 8
"""Most halvings after that: until one pack more and one fewer have been tried, as a rule."""

COLUMNS: Final = 40
"""Room for the quantities of an item."""

AT_FIRST: Final = 200
"""Scenarios that meet the grid of quantities; all meet those near the best. Half tune the rule."""

SAFETY_STEP: Final = 0.5
SAFETY_LEAST: Final = -1.0
SAFETY_MOST: Final = 6.0

# Periods of demand that the rule orders beyond its reorder point.
COVERS: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 13.0)


class Outlook(NamedTuple):
    """What the rule knows of an item's demand: means and spreads, never a scenario.

    ``protection_mean[t]`` and ``protection_sd[t]`` are of demand from ``t`` to the period in
    which an order of ``t`` arrives; ``cumulative[t]`` is expected demand before ``t``. For each
    unit that demand before ``t`` was above that, ``shift[t]`` more are expected in the window.
    After the horizon a period brings ``rate`` with spread ``rate_sd``.

    ``blur[t]``: a few hundred scenarios say nothing of demand that is exceeded once in thousands,
    where a vital item's stock is decided. Each scenario therefore stands for its neighbours too:
    the stock left in ``t`` has a double exponential law of this scale about the simulated.
    """

    protection_mean: Numbers
    protection_sd: Numbers
    cumulative: Numbers
    shift: Numbers
    rate: float
    rate_sd: float
    blur: Numbers


class Work(NamedTuple):
    """Arrays that are used again for each scenario."""

    expires: Whole
    quantity: Numbers
    arriving: Numbers


@compiled
def outlook_of(batch: Batch, item: int) -> Outlook:  # pragma: no cover - compiled
    """Means and spreads of an item's scenarios.

    A window that passes the horizon goes on with the last periods of the next scenario,
    backwards: the level of the end, without repeating the scenario's own luck.
    """
    demand = batch.demand[item]
    lead = batch.lead[item]
    scenarios, periods = demand.shape
    mean = np.zeros(periods)
    spread = np.zeros(periods)
    cumulative = np.zeros(periods + 1)
    totals = 0.0
    squares = 0.0
    sums = np.zeros((scenarios, 2 * periods + 1))
    for s in range(scenarios):
        after = (s + 1) % scenarios
        for t in range(2 * periods):
            now = demand[s, t] if t < periods else demand[after, 2 * periods - 1 - t]
            sums[s, t + 1] = sums[s, t] + now
        totals += sums[s, periods]
        squares += sums[s, periods] ** 2
    within = 0.0
    for t in range(periods):
        first = 0.0
        second = 0.0
        level = 0.0
        level_squares = 0.0
        for s in range(scenarios):
            end = min(t + lead[s, t] + 1, 2 * periods)
            window = sums[s, end] - sums[s, t]
            first += window
            second += window * window
            level += demand[s, t]
            level_squares += demand[s, t] ** 2
        within += max(level_squares / scenarios - (level / scenarios) ** 2, 0.0)
        mean[t] = first / scenarios
        spread[t] = np.sqrt(max(second / scenarios - mean[t] ** 2, 0.0))
        cumulative[t + 1] = cumulative[t] + level / scenarios
    half = periods // 2
    rate = (cumulative[periods] - cumulative[half]) / (periods - half)
    variance = max(squares / scenarios - (totals / scenarios) ** 2, 0.0)
    # The best linear guess of the level from t periods seen, each of variance ``own`` and any
    # two of covariance ``shared``.
    own = within / periods
    shared = (variance - within) / max(periods * (periods - 1), 1)
    shift = np.zeros(periods)
    for t in range(1, periods):
        if shared > 0.0 and cumulative[t] > 0.0:
            shift[t] = t * shared / (own + (t - 1) * shared) * mean[t] / cumulative[t]
    return Outlook(
        mean, spread, cumulative, shift, rate, np.sqrt(variance / periods), blur_of(demand, lead)
    )


@compiled
def blur_of(demand: Numbers, lead: Whole) -> Numbers:  # pragma: no cover - compiled
    """``BLUR`` spreads of demand until each period, at most of a mean delay and a review."""
    scenarios, periods = demand.shape
    longest = int(np.ceil(lead[:, 0].mean() - 1e-9)) + 1
    blur = np.zeros(periods)
    total = np.zeros(scenarios)
    for t in range(periods):
        if t < longest:
            total += demand[:, t]
            blur[t] = BLUR * total.std()
        else:
            blur[t] = blur[t - 1]
    return blur


@compiled
def expected_until(outlook: Outlook, start: int, end: int) -> float:  # pragma: no cover
    """Expected demand in the periods from ``start`` to before ``end``."""
    horizon = len(outlook.cumulative) - 1
    within: float = outlook.cumulative[min(end, horizon)] - outlook.cumulative[min(start, horizon)]
    return within + outlook.rate * max(end - max(start, horizon), 0)


@compiled
def add_lot(
    work: Work, head: int, count: int, expires: int, quantity: float
) -> int:  # pragma: no cover
    """Put a lot in its place, first to expire first; the new number of lots."""
    place = count
    while place > head and work.expires[place - 1] > expires:
        work.expires[place] = work.expires[place - 1]
        work.quantity[place] = work.quantity[place - 1]
        place -= 1
    work.expires[place] = expires
    work.quantity[place] = quantity
    return count + 1


@compiled
def issue(
    work: Work, head: int, count: int, wanted: float, lifo: bool
) -> tuple[int, int, float]:  # pragma: no cover - compiled
    """Take ``wanted`` units, first to expire first or last; the lots left, and what is unmet."""
    while wanted > 0.0 and count > head:
        lot = count - 1 if lifo else head
        taken = min(wanted, work.quantity[lot])
        work.quantity[lot] -= taken
        wanted -= taken
        if work.quantity[lot] <= 0.0:
            if lifo:
                count -= 1
            else:
                head += 1
    return head, count, wanted


@compiled
def discard(
    work: Work, head: int, count: int, period: int
) -> tuple[int, float]:  # pragma: no cover
    """Discard lots that cannot be issued in ``period``; the first lot left, the units lost."""
    lost = 0.0
    while head < count and work.expires[head] <= period:
        lost += work.quantity[head]
        head += 1
    return head, lost


@compiled
def packs_for(amount: float, on_order: float, rules: Numbers) -> float:  # pragma: no cover
    """Whole packs that cover ``amount``, keeping minimum order, maximum stock and quota."""
    pack = rules[0]
    packs = np.ceil(max(amount, rules[1]) / pack - 1e-9)
    room = min(rules[2] - on_order, rules[3])
    if packs * pack > room + 1e-9:
        packs = np.floor(room / pack + 1e-9)
    quantity = packs * pack
    return quantity if quantity > 0 and quantity >= rules[1] - 1e-9 else 0.0


@compiled
def simulate(
    batch: Batch,
    item: int,
    scenario: int,
    first: float,
    outlook: Outlook,
    reorder: Numbers,
    up_to: Numbers,
    work: Work,
    totals: Numbers,
) -> None:  # pragma: no cover - compiled
    """Add to ``totals`` what happens in one scenario when ``first`` is ordered now.

    Later periods order by the rule. After the horizon: units that will not be used before
    they die cost ``expiry``; what lies above the reorder point is worth what it is worth to
    the rule that goes on (its holding, less the reviews for which no order is needed).
    """
    demand = batch.demand[item, scenario]
    lead = batch.lead[item, scenario]
    periods = len(demand)
    shortage, expiry, holding, line = batch.costs[item]
    rules = batch.rules[item]
    life = batch.life[item, scenario]
    lifo = batch.lifo[item]
    backlog = batch.backlog[item]
    orders_from, orders_to = batch.order_start[item], batch.order_start[item + 1]

    count = 0
    on_hand = 0.0
    for lot in range(batch.lot_start[item], batch.lot_start[item + 1]):
        work.expires[count] = batch.lot_life[lot]
        work.quantity[count] = batch.lot_quantity[lot]
        on_hand += batch.lot_quantity[lot]
        count += 1
    outstanding = 0.0
    for order in range(orders_from, orders_to):
        outstanding += batch.order_quantity[order]
    for t in range(periods):
        work.arriving[t] = 0.0
    head = 0
    waiting = batch.waiting[item]
    seen = 0.0
    cost = 0.0
    short = 0.0
    waste = 0.0
    first_short = periods + 1000
    near_before = 0.0
    until_next = 1 + lead[min(1, periods - 1)]

    for t in range(periods):
        for order in range(orders_from, orders_to):
            if batch.order_arrival[order, scenario] == t:
                quantity = batch.order_quantity[order]
                outstanding -= quantity
                if batch.order_life[order] > 0:
                    on_hand += quantity
                    count = add_lot(work, head, count, t + batch.order_life[order], quantity)
                else:
                    waste += quantity
                    cost += expiry * quantity
        if work.arriving[t] > 0.0:
            outstanding -= work.arriving[t]
            on_hand += work.arriving[t]
            count = add_lot(work, head, count, t + life, work.arriving[t])

        if t == 0 and first >= 0.0:
            quantity = first
        else:
            used = on_hand
            # Where even the first lot to expire lasts for all stock, all of it will be used.
            if count > head and expected_until(outlook, t, work.expires[head]) < on_hand:
                used = 0.0
                for step in range(count - head):
                    lot = count - 1 - step if lifo else head + step
                    cap = expected_until(outlook, t, work.expires[lot])
                    used = max(min(used + work.quantity[lot], cap), used)
            position = used + outstanding - waiting
            quantity = 0.0
            more = outlook.shift[t] * (seen - outlook.cumulative[t])
            if position < reorder[t] + more:
                quantity = packs_for(up_to[t] + more - position, on_hand + outstanding, rules)
        if quantity > 0.0:
            cost += line
            if lead[t] == 0:
                on_hand += quantity
                count = add_lot(work, head, count, t + life, quantity)
            else:
                outstanding += quantity
                if t + lead[t] < periods:
                    work.arriving[t + lead[t]] += quantity

        seen += demand[t]
        wanted = demand[t] + waiting
        on_hand -= wanted
        near = 0.0
        scale = outlook.blur[t]
        if abs(on_hand) < NEAR * scale:
            near = scale / 2.0 * np.exp(-abs(on_hand) / scale)
        more = max(near - near_before, 0.0)
        near_before = 0.0 if backlog else near
        head, count, wanted = issue(work, head, count, wanted, lifo)
        on_hand += wanted
        cost += shortage * more
        if t < until_next:
            totals[SHORT_NEXT] += wanted + more
        if wanted > 1e-9:
            short += wanted
            cost += shortage * wanted
            first_short = min(first_short, t)
        waiting = wanted if backlog else 0.0
        head, dead = discard(work, head, count, t + 1)
        on_hand -= dead
        waste += dead
        cost += expiry * dead
        cost += holding * max(on_hand, 0.0)

    used = 0.0
    total = 0.0
    node = AFTER[scenario % 8]
    for step in range(count - head):
        lot = count - 1 - step if lifo else head + step
        left = work.expires[lot] - periods
        after = max(outlook.rate * left + node * outlook.rate_sd * np.sqrt(left), 0.0)
        used = max(min(used + work.quantity[lot], after), used)
        total += work.quantity[lot]
    if outstanding > 0.0:
        after = max(outlook.rate * life + node * outlook.rate_sd * np.sqrt(life), 0.0)
        used = max(min(used + outstanding, after), used)
        total += outstanding
    waste += max(total - used, 0.0)
    cost += expiry * max(total - used, 0.0)
    more = outlook.shift[periods - 1] * (
        seen - demand[periods - 1] - outlook.cumulative[periods - 1]
    )
    above = used - waiting - reorder[periods - 1] - more
    if above > 0.0:
        rate = outlook.rate
        lot_size = max(up_to[periods - 1] - reorder[periods - 1] + rate, rules[0], rules[1])
        wait = min(above / rate, float(life)) if rate > 1e-9 else float(life)
        each_period = holding * lot_size / 2 + line * rate / lot_size
        cost += (holding * above / 2 - each_period) * wait

    totals[COST] += cost
    totals[SHORT] += short
    totals[WASTE] += waste
    if first_short < lead[0]:
        totals[RISK_EARLY] += 1.0
    if first_short < until_next:
        totals[RISK_NEXT] += 1.0


@compiled
def work_for(batch: Batch, item: int) -> Work:  # pragma: no cover - compiled
    """Room for every lot that an item can ever have."""
    periods = batch.demand.shape[2]
    lots = batch.lot_start[item + 1] - batch.lot_start[item]
    orders = batch.order_start[item + 1] - batch.order_start[item]
    room = lots + orders + 2 * periods + 2
    return Work(np.zeros(room, np.int32), np.zeros(room), np.zeros(periods))


@compiled
def measure(
    batch: Batch,
    item: int,
    first: float,
    outlook: Outlook,
    reorder: Numbers,
    up_to: Numbers,
    work: Work,
    stride: int,
) -> Numbers:  # pragma: no cover - compiled
    """Means over every ``stride``-th scenario of all measures.

    A first quantity that leaves less than the minimum stock costs a shortage a unit more.
    """
    scenarios = batch.demand.shape[1]
    totals = np.zeros(MEASURES)
    used = 0
    for scenario in range(0, scenarios, stride):
        simulate(batch, item, scenario, first, outlook, reorder, up_to, work, totals)
        used += 1
    result = totals / used
    if first >= 0.0:
        lacking = batch.rules[item, 4] - stock_and_orders(batch, item) - first
        result[COST] += batch.costs[item, 0] * max(lacking, 0.0)
    return result


@compiled
def stock_at(
    batch: Batch, item: int, scenario: int, stop: int, work: Work
) -> float:  # pragma: no cover
    """Units on hand at the start of period ``stop``, its deliveries in, when nothing is ordered."""
    count = 0
    for lot in range(batch.lot_start[item], batch.lot_start[item + 1]):
        count = add_lot(work, 0, count, batch.lot_life[lot], batch.lot_quantity[lot])
    head = 0
    waiting = batch.waiting[item]
    for t in range(stop + 1):
        for order in range(batch.order_start[item], batch.order_start[item + 1]):
            if batch.order_arrival[order, scenario] == t and batch.order_life[order] > 0:
                expires = t + batch.order_life[order]
                count = add_lot(work, head, count, expires, batch.order_quantity[order])
        if t < stop:
            wanted = batch.demand[item, scenario, t] + waiting
            head, count, wanted = issue(work, head, count, wanted, batch.lifo[item])
            waiting = wanted if batch.backlog[item] else 0.0
            head, _ = discard(work, head, count, t + 1)
    total = 0.0
    for lot in range(head, count):
        total += work.quantity[lot]
    return total


class Tables(NamedTuple):
    """For each item its quantities, smallest first, and their measures.

    ``measures`` has shape (n, COLUMNS, MEASURES); only the first ``counts[i]`` columns of item
    ``i`` are filled, those of ``thinned`` from some of the scenarios only.

    ``waits[i]``: what is expected to be unmet before an order of the next review comes is worth
    less than holding the smallest order for one period. An order of now is then not better
    than the same one at the next review, and no column costs less than ordering nothing: what
    the simulation says against that is of the rule by which it orders later, not of the item.
    """

    quantities: Numbers
    measures: Numbers
    thinned: NDArray[np.bool_]
    counts: Whole
    reorder: Numbers
    up_to: Numbers
    shift: Numbers
    waits: NDArray[np.bool_]


def empty_tables(items: int, periods: int) -> Tables:
    """Tables to be filled."""
    return Tables(
        quantities=np.zeros((items, COLUMNS)),
        measures=np.zeros((items, COLUMNS, MEASURES)),
        thinned=np.zeros((items, COLUMNS), np.bool_),
        counts=np.zeros(items, np.int32),
        reorder=np.zeros((items, periods)),
        up_to=np.zeros((items, periods)),
        shift=np.zeros((items, periods)),
        waits=np.zeros(items, np.bool_),
    )


@compiled
def set_levels(
    outlook: Outlook, safety: float, cover: float, reorder: Numbers, up_to: Numbers
) -> None:  # pragma: no cover - compiled
    """Reorder points ``safety`` spreads above the mean; up to ``cover`` periods more."""
    periods = len(reorder)
    rate = outlook.cumulative[periods] / periods
    for t in range(periods):
        reorder[t] = outlook.protection_mean[t] + safety * outlook.protection_sd[t]
        up_to[t] = reorder[t] + cover * rate


@compiled
def rule_cost(
    batch: Batch,
    item: int,
    outlook: Outlook,
    safety: float,
    cover: float,
    reorder: Numbers,
    up_to: Numbers,
    work: Work,
    stride: int,
) -> float:  # pragma: no cover - compiled
    """Expected cost of ordering by the rule from now on."""
    set_levels(outlook, safety, cover, reorder, up_to)
    cost: float = measure(batch, item, BY_RULE, outlook, reorder, up_to, work, stride)[COST]
    return cost


@compiled
def climb(
    batch: Batch,
    item: int,
    outlook: Outlook,
    safety: float,
    cover: float,
    step: float,
    reorder: Numbers,
    up_to: Numbers,
    work: Work,
    stride: int,
) -> tuple[float, float]:  # pragma: no cover - compiled
    """The safety factor from which no step of ``step`` lowers the cost, and that cost."""
    best = rule_cost(batch, item, outlook, safety, cover, reorder, up_to, work, stride)
    for direction in (step, -step):
        moved = False
        while SAFETY_LEAST <= safety + direction <= SAFETY_MOST:
            cost = rule_cost(
                batch, item, outlook, safety + direction, cover, reorder, up_to, work, stride
            )
            if cost >= best:
                break
            best = cost
            safety += direction
            moved = True
        if moved:
            break
    return safety, best


@compiled
def tune_rule(
    batch: Batch,
    item: int,
    outlook: Outlook,
    reorder: Numbers,
    up_to: Numbers,
    work: Work,
    stride: int,
) -> None:  # pragma: no cover - compiled
    """Choose safety factor and cover of the rule by simulating it."""
    safety, best = climb(batch, item, outlook, 1.5, 0.0, SAFETY_STEP, reorder, up_to, work, stride)
    cover = 0.0
    for longer in COVERS:
        cost = rule_cost(batch, item, outlook, safety, longer, reorder, up_to, work, stride)
        if cost >= best:
            break
        best = cost
        cover = longer
    if cover > 0.0:
        safety, best = climb(
            batch, item, outlook, safety, cover, SAFETY_STEP, reorder, up_to, work, stride
        )
    safety, best = climb(
        batch, item, outlook, safety, cover, SAFETY_STEP / 2, reorder, up_to, work, stride
    )
    set_levels(outlook, safety, cover, reorder, up_to)


@compiled
def fill_column(
    batch: Batch,
    item: int,
    column: int,
    outlook: Outlook,
    work: Work,
    tables: Tables,
    stride: int,
) -> None:  # pragma: no cover - compiled
    """Simulate the quantity of a column."""
    quantity = tables.quantities[item, column]
    tables.measures[item, column] = measure(
        batch, item, quantity, outlook, tables.reorder[item], tables.up_to[item], work, stride
    )
    tables.thinned[item, column] = False
    if tables.waits[item] and column > 0:
        least = tables.measures[item, 0, COST]
        tables.measures[item, column, COST] = max(tables.measures[item, column, COST], least)


@compiled
def add_column(
    batch: Batch,
    item: int,
    packs: float,
    outlook: Outlook,
    work: Work,
    tables: Tables,
    stride: int,
    thinned: bool,
) -> None:  # pragma: no cover - compiled
    """Try one more quantity, unless it is there already or there is no room."""
    count = tables.counts[item]
    quantity = packs * batch.rules[item, 0]
    place = count
    for column in range(count):
        if abs(tables.quantities[item, column] - quantity) < 1e-9:
            return
        if tables.quantities[item, column] > quantity:
            place = column
            break
    if count >= COLUMNS:
        return
    for column in range(count, place, -1):
        tables.quantities[item, column] = tables.quantities[item, column - 1]
        tables.measures[item, column] = tables.measures[item, column - 1]
        tables.thinned[item, column] = tables.thinned[item, column - 1]
    tables.quantities[item, place] = quantity
    tables.counts[item] = count + 1
    fill_column(batch, item, place, outlook, work, tables, stride)
    tables.thinned[item, place] = thinned


@compiled
def stock_and_orders(batch: Batch, item: int) -> float:  # pragma: no cover - compiled
    """Units on hand and outstanding."""
    total = 0.0
    for lot in range(batch.lot_start[item], batch.lot_start[item + 1]):
        total += batch.lot_quantity[lot]
    for order in range(batch.order_start[item], batch.order_start[item + 1]):
        total += batch.order_quantity[order]
    return total


@compiled
def pack_range(batch: Batch, item: int) -> tuple[float, float]:  # pragma: no cover - compiled
    """Fewest and most packs that may be ordered; most < fewest where none may."""
    pack, minimum, maximum, quota = batch.rules[item, :4]
    fewest = max(np.ceil(minimum / pack - 1e-9), 1.0)
    room = min(maximum - stock_and_orders(batch, item), quota)
    return fewest, (np.floor(room / pack + 1e-9) if room < 1e15 else 1e15)


@compiled
def fill_tables(
    batch: Batch, begin: int, end: int, stride: int, tables: Tables
) -> None:  # pragma: no cover - compiled
    """Tune the rule of each item from ``begin`` to before ``end`` and try a grid of quantities."""
    thin = max(stride, batch.demand.shape[1] // AT_FIRST)
    some = thin > stride
    for item in range(begin, end):
        outlook = outlook_of(batch, item)
        work = work_for(batch, item)
        reorder = tables.reorder[item]
        up_to = tables.up_to[item]
        tables.shift[item] = outlook.shift
        tune_rule(batch, item, outlook, reorder, up_to, work, 2 * thin)
        pack = batch.rules[item, 0]
        add_column(batch, item, 0.0, outlook, work, tables, stride, False)
        fewest, most = pack_range(batch, item)
        if most < fewest:
            continue
        held = stock_and_orders(batch, item)
        lacking = batch.rules[item, 4] - held
        enough = lacking <= 0.0 and batch.rules[item, 3] >= 1e15
        missed = batch.costs[item, 0] * tables.measures[item, 0, SHORT_NEXT]
        tables.waits[item] = enough and missed <= batch.costs[item, 2] * fewest * pack
        columns = FEW if tables.waits[item] else COARSE
        cover = max(up_to[0] - reorder[0], 4.0 * outlook.rate)
        useful = outlook.protection_mean[0] + 5.0 * outlook.protection_sd[0] + 2.0 * cover - held
        top = min(most, max(np.ceil(useful / pack), fewest + 1.0))
        if top - fewest < columns:
            packs = fewest
            while packs <= top:
                add_column(batch, item, packs, outlook, work, tables, thin, some)
                packs += 1.0
        else:
            by_rule = packs_for(up_to[0] - held, held, batch.rules[item]) / pack
            if by_rule > 0.0:
                add_column(batch, item, by_rule, outlook, work, tables, thin, some)
            for step in range(columns):
                packs = np.rint(fewest + (top - fewest) * step / (columns - 1))
                add_column(batch, item, packs, outlook, work, tables, thin, some)
        if lacking > 0.0:
            packs = min(max(np.ceil(lacking / pack - 1e-9), fewest), most)
            add_column(batch, item, packs, outlook, work, tables, thin, some)


@compiled
def refine_tables(
    batch: Batch,
    begin: int,
    end: int,
    stride: int,
    unit_price: Numbers,
    order_price: Numbers,
    tables: Tables,
    halvings: int,
) -> None:  # pragma: no cover - compiled
    """Halve the grid round the best quantity of each item at the given prices, some times.

    A quantity counts as best only once every ``stride``-th scenario has met it.
    """
    for item in range(begin, end):
        fewest, most = pack_range(batch, item)
        if most < fewest or (tables.waits[item] and unit_price[item] >= 0.0):
            continue
        pack = batch.rules[item, 0]
        outlook = outlook_of(batch, item)
        work = work_for(batch, item)
        halved = 0
        while halved < halvings:
            count = tables.counts[item]
            best = 0
            least = np.inf
            for column in range(count):
                quantity = tables.quantities[item, column]
                cost = tables.measures[item, column, COST] + unit_price[item] * quantity
                if quantity > 0.0:
                    cost += order_price[item]
                if cost < least - 1e-12:
                    least = cost
                    best = column
            if tables.thinned[item, best]:
                fill_column(batch, item, best, outlook, work, tables, stride)
                continue
            halved += 1
            here = np.rint(tables.quantities[item, best] / pack)
            below = np.rint(tables.quantities[item, max(best - 1, 0)] / pack)
            if best + 1 < count:
                above = np.rint(tables.quantities[item, best + 1] / pack)
            else:
                above = min(2.0 * here + 2.0 * fewest, most)
            added = False
            for packs in (np.floor((below + here) / 2), np.ceil((here + above) / 2)):
                if fewest <= packs <= most and packs != here:
                    before = tables.counts[item]
                    add_column(batch, item, packs, outlook, work, tables, stride, False)
                    added = added or tables.counts[item] > before
            if not added:
                break


@compiled
def expected_stock_at_arrival(batch: Batch) -> Numbers:  # pragma: no cover - compiled
    """Expected units of each item on hand when an order of now arrives, nothing being ordered.

    Counted at the start of that period (the last one simulated, where it comes later), after
    the period's own deliveries and before its demand.
    """
    items, scenarios, periods = batch.demand.shape
    result = np.zeros(items)
    for item in range(items):
        work = work_for(batch, item)
        for s in range(scenarios):
            stop = min(batch.lead[item, s, 0], periods - 1)
            result[item] += stock_at(batch, item, s, stop, work)
        result[item] /= scenarios
    return result
