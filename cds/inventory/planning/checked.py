"""Check an order against the pharmacy's own tables, sharing nothing with what planned it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from cds.inventory.description import Lot, Offer, Pharmacy
from cds.inventory.ordering.check.check import ROUNDING, above, check, cost_agrees
from cds.inventory.ordering.check.picks import check_picks
from cds.inventory.ordering.check.violation import Violation
from cds.inventory.planning.order_plan import OrderLine, OrderPlan

RECKONED_AGAIN: Final = 2
"""Lines whose expected costs are simulated a second time: a second or more for each."""


def check_orders(
    pharmacy: Pharmacy, plan: OrderPlan, *, budget: float | None = None
) -> tuple[Violation, ...]:
    """Everything that is wrong with an order; empty when it may be sent.

    Packs, minimum order, maximum stock, quotas, prices, suppliers' minima and the budget
    (``budget``, where the caller named one) are those of the tables; only lots that may be used
    are counted, first to expire first; then the engine's own plan is checked by its checker.
    """
    return tuple(_faults(pharmacy, plan, budget))


def _faults(pharmacy: Pharmacy, plan: OrderPlan, budget: float | None) -> Iterator[Violation]:
    for item, count in Counter(line.item for line in plan.lines).items():
        if count > 1 or item not in pharmacy.items:
            text = f"{item}: {count} lines, 1 expected of each known item"
            yield Violation("one line an item", item, count, 1, text)
            return
    ordered = {line.item: line for line in plan.lines}
    lots: dict[str, list[Lot]] = {item: [] for item in pharmacy.items}
    for lot in pharmacy.lots:
        if lot.status == "available" and lot.expiry >= pharmacy.as_of:
            lots[lot.item].append(lot)
    for line in plan.lines:
        yield from _amounts(pharmacy, line)
        yield from _stock(pharmacy, line, lots[line.item])
    yield from _quotas(pharmacy, ordered)
    yield from _money(pharmacy, plan, budget)
    usable = {item: sum(lot.quantity for lot in held) for item, held in lots.items()}
    problems = plan.portfolio.problems
    yield from check(problems, plan.portfolio.limits, plan.engine, usable=usable)
    for chosen in plan.engine.lines:
        theirs = ordered.get(chosen.item)
        if theirs is None or theirs.quantity != chosen.quantity:
            text = f"{chosen.item}: the order is not what the engine chose"
            quantity = math.nan if theirs is None else theirs.quantity
            yield Violation("as planned", chosen.item, quantity, chosen.quantity, text)
    by_item = {problem.item: problem for problem in problems}
    simulated = [each for each in plan.engine.lines if each.method == "simulated"]
    for chosen in simulated[:RECKONED_AGAIN]:
        if chosen.item not in plan.engine.rough:
            yield from cost_agrees(by_item[chosen.item], chosen)


def _amounts(pharmacy: Pharmacy, line: OrderLine) -> Iterator[Violation]:
    """Whole packs of the item at the offer's price, no fewer than it sells, below the maximum."""
    item, name = pharmacy.items[line.item], line.item
    if line.packs < 0 or abs(line.packs * item.pack - line.quantity) > ROUNDING * line.quantity:
        text = f"{name}: {line.quantity:g} is not {line.packs} packs of {item.pack:g}"
        yield Violation("packs", name, line.quantity, line.packs * item.pack, text)
    if line.quantity <= 0:
        return
    offers = [one for one in pharmacy.offers if one.item == name and one.supplier == line.supplier]
    fair = [one for one in offers if abs(one.price - line.pack_price) <= ROUNDING * one.price]
    paid = pharmacy.prices.get(name)
    receipt = paid is not None and paid.source == "receipt" and paid.supplier == line.supplier
    if not fair and not receipt:
        text = f"{name}: {line.supplier} does not offer a pack at {line.pack_price:g}"
        yield Violation("offer", name, line.pack_price, math.nan, text)
    yield from _least(line, fair)
    cost = line.packs * line.pack_price
    if abs(cost - line.cost) > ROUNDING * max(1.0, cost):
        text = f"{name}: {line.packs} packs at {line.pack_price:g} are not {line.cost:g}"
        yield Violation("cost", name, line.cost, cost, text)


def _least(line: OrderLine, offers: Sequence[Offer]) -> Iterator[Violation]:
    least = min((one.minimum_packs for one in offers), default=0)
    if line.packs < least:
        text = f"{line.item}: {line.packs} packs, {line.supplier} sells {least} or more"
        yield Violation("minimum order", line.item, line.packs, least, text)


def _stock(pharmacy: Pharmacy, line: OrderLine, usable: Sequence[Lot]) -> Iterator[Violation]:
    """The lots counted are all usable, listed first to expire first; stock keeps its maximum."""
    name, item = line.item, pharmacy.items[line.item]
    there = {f"{lot.lot} {lot.place} {at}": lot for at, lot in enumerate(usable)}
    keys = {id(lot): key for key, lot in there.items()}
    for lot in line.lots:
        if id(lot) not in keys:
            text = f"{name} lot {lot.lot}: counted, but it is expired, held back or not there"
            yield Violation("usable stock", name, lot.quantity, 0, text)
            return
    picks = [(keys[id(lot)], lot.quantity) for lot in line.lots]
    held = {key: (lot.quantity, lot.expiry) for key, lot in there.items()}
    yield from check_picks(held, picks, as_of=pharmacy.as_of, item=name)
    total = math.fsum(lot.quantity for lot in usable)
    if abs(total - line.usable) > ROUNDING * max(1.0, total):
        text = f"{name}: {line.usable:g} counted, {total:g} is usable"
        yield Violation("usable stock", name, line.usable, total, text)
    open_orders = math.fsum(one.quantity for one in pharmacy.orders if one.item == name)
    if above(line.on_order, open_orders):
        text = f"{name}: {line.on_order:g} counted on order, {open_orders:g} is"
        yield Violation("on order", name, line.on_order, open_orders, text)
    reached = total + line.on_order + line.quantity
    if line.quantity > 0 and item.maximum is not None and above(reached, item.maximum):
        # A lot that expires before it can be used takes no room in the plan.
        dying = math.fsum(
            lot.quantity
            for lot in usable
            if (lot.expiry - pharmacy.as_of).days < pharmacy.settings.review_days
        )
        if above(reached - dying, item.maximum):
            text = f"{name}: stock would reach {reached:g}, at most {item.maximum:g} is allowed"
            yield Violation("maximum stock", name, reached, item.maximum, text)


def _quotas(pharmacy: Pharmacy, ordered: dict[str, OrderLine]) -> Iterator[Violation]:
    """What was ordered of a controlled item this month, and this order, keep its quota."""
    import polars as pl

    month = pharmacy.as_of.replace(day=1)
    came = pharmacy.receipts.filter(
        pl.col("supplier").is_not_null() & (pl.coalesce("ordered", "date") >= month)
    )
    received: dict[str, float] = {}
    for name, quantity in came.select("item", "quantity").iter_rows():
        received[name] = received.get(name, 0.0) + quantity
    for name, item in pharmacy.items.items():
        line = ordered.get(name)
        if item.monthly_quota is None or not item.controlled or line is None or not line.quantity:
            continue
        before = received.get(name, 0.0) + math.fsum(
            one.quantity for one in pharmacy.orders if one.item == name and one.ordered >= month
        )
        if above(before + line.quantity, item.monthly_quota):
            text = (
                f"{name}: {before:g} ordered this month and {line.quantity:g} now, "
                f"the quota is {item.monthly_quota:g}"
            )
            total = before + line.quantity
            yield Violation("quota", name, total, item.monthly_quota, text)


def _money(pharmacy: Pharmacy, plan: OrderPlan, budget: float | None) -> Iterator[Violation]:
    """The order is within the money there is; each supplier gets its minimum or nothing."""
    spent = math.fsum(line.cost for line in plan.lines)
    day = pharmacy.as_of
    amounts = [one.amount for one in pharmacy.budgets if one.first <= day <= one.last]
    limit = budget if budget is not None else (math.fsum(amounts) if amounts else math.inf)
    for name, money in (("budget", limit), ("budget for tonight", plan.budget)):
        if money is not None and above(spent, money):
            text = f"the order takes {spent:g}, the {name} is {money:g}"
            yield Violation("budget", "", spent, money, text)
    for code, supplier in pharmacy.suppliers.items():
        worth = math.fsum(line.cost for line in plan.lines if line.supplier == code)
        least = supplier.minimum_order_value or 0.0
        if worth > 0 and above(least, worth):
            text = f"{code}: an order worth {worth:g}, its minimum is {least:g}"
            yield Violation("supplier minimum", code, worth, least, text)
