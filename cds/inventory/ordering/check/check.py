"""Check a plan against everything that it must keep."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cds.inventory.ordering.check.replay import expected_cost, stock_when_order_arrives
from cds.inventory.ordering.check.violation import Violation
from cds.inventory.ordering.outcome import Line, Plan
from cds.inventory.ordering.problem import ItemProblem, Limits

ROUNDING: Final = 1e-6
"""Relative difference that is rounding and not a violation."""


def check(
    problems: Sequence[ItemProblem],
    limits: Limits,
    plan: Plan,
    *,
    usable: Mapping[str, float] | None = None,
    costs: bool = False,
) -> tuple[Violation, ...]:
    """Every violation of the plan; none when it may be sent.

    ``usable`` is the stock of each item, counted by the caller from lots that are neither
    expired, recalled nor quarantined: a problem that counts more is a violation. With
    ``costs`` the expected costs are reckoned a second time by a slow simulation
    (of lines that were simulated; about 1 ms for 10 scenarios of 12 periods).
    """
    by_item = {problem.item: problem for problem in problems}
    found = [*lines_and_items(by_item, plan)]
    if found:
        return tuple(found)
    pairs = [(by_item[line.item], line) for line in plan.lines]
    for problem, line in pairs:
        found += item_rules(problem, line)
        if usable is not None:
            found += only_usable_stock(problem, usable)
        if costs and line.method == "simulated" and line.item not in plan.rough:
            found += cost_agrees(problem, line)
    found += shared_rules(pairs, limits)
    found += proof(plan)
    return tuple(found)


def above(found: float, limit: float) -> bool:
    """Whether a limit is exceeded by more than rounding."""
    return found > limit + ROUNDING * max(1.0, abs(limit))


def lines_and_items(by_item: Mapping[str, ItemProblem], plan: Plan) -> Iterator[Violation]:
    """A plan has one line an item, and no other lines."""
    lines = Counter(line.item for line in plan.lines)
    for item in sorted(by_item.keys() | lines.keys()):
        if item not in by_item or lines[item] != 1:
            text = f"{item}: {lines[item]} lines in the plan, 1 expected of each known item"
            yield Violation("one line an item", item, lines[item], 1, text)


def item_rules(problem: ItemProblem, line: Line) -> Iterator[Violation]:
    """Packs, minimum order, maximum stock, the item's quota, and the line's value."""
    quantity, item = line.quantity, problem.item
    if not math.isfinite(quantity) or quantity < 0:
        yield Violation("quantity", item, quantity, 0, f"{item}: a quantity of {quantity}")
        return
    packs = quantity / problem.pack
    if abs(packs - round(packs)) > ROUNDING * max(1.0, packs):
        text = f"{item}: {quantity:g} is not a multiple of the pack of {problem.pack:g}"
        yield Violation("packs", item, quantity, problem.pack, text)
    if quantity > 0 and above(problem.minimum_order, quantity):
        text = f"{item}: {quantity:g} is less than the minimum order of {problem.minimum_order:g}"
        yield Violation("minimum order", item, quantity, problem.minimum_order, text)
    held = sum(float(amount) for amount, life in problem.lots if life >= 1)
    held += sum(order.quantity for order in problem.pipeline)
    if quantity > 0 and above(held + quantity, problem.maximum_stock):
        most = problem.maximum_stock
        text = f"{item}: {held:g} held, {quantity:g} ordered, at most {most:g} allowed"
        yield Violation("maximum stock", item, held + quantity, problem.maximum_stock, text)
    if above(quantity, problem.quota):
        text = f"{item}: {quantity:g} is above the quota of {problem.quota:g}"
        yield Violation("quota", item, quantity, problem.quota, text)
    value = problem.price * quantity
    if abs(value - line.value) > ROUNDING * max(1.0, value):
        text = (
            f"{item}: the line says it is worth {line.value:g}, price times quantity is {value:g}"
        )
        yield Violation("value", item, line.value, value, text)


def only_usable_stock(problem: ItemProblem, usable: Mapping[str, float]) -> Iterator[Violation]:
    """No recalled, quarantined or expired lot is counted."""
    counted = sum(float(amount) for amount, life in problem.lots if life >= 1)
    there = usable.get(problem.item, 0.0)
    if above(counted, there):
        text = f"{problem.item}: {counted:g} counted on hand, {there:g} is usable"
        yield Violation("usable stock", problem.item, counted, there, text)


def cost_agrees(problem: ItemProblem, line: Line) -> Iterator[Violation]:
    """The line's expected costs are those of a second, independent simulation (exact lots)."""
    for quantity, stated in (
        (line.quantity, line.expected_cost),
        (0.0, line.expected_cost_without),
    ):
        reckoned = expected_cost(problem, quantity, line.later)
        if abs(reckoned - stated) > ROUNDING * max(1.0, abs(reckoned)):
            text = (
                f"{problem.item}: ordering {quantity:g} is said to cost {stated:g}, "
                f"a second simulation gives {reckoned:g}"
            )
            yield Violation("expected cost", problem.item, stated, reckoned, text)


def shared_rules(pairs: Sequence[tuple[ItemProblem, Line]], limits: Limits) -> Iterator[Violation]:
    """Budget, cold room, supplier minima, quotas over several items, either-or."""
    spent = math.fsum(problem.price * line.quantity for problem, line in pairs)
    if above(spent, limits.budget):
        text = f"the orders are worth {spent:g}, the budget is {limits.budget:g}"
        yield Violation("budget", "", spent, limits.budget, text)
    yield from cold_room(pairs, limits)
    worth: dict[str, float] = {}
    for problem, line in pairs:
        worth[problem.supplier] = worth.get(problem.supplier, 0.0) + problem.price * line.quantity
    for supplier, least in sorted(limits.supplier_minimum.items()):
        value = worth.get(supplier, 0.0)
        if value > 0 and above(least, value):
            text = f"{supplier}: an order worth {value:g}, its minimum is {least:g}"
            yield Violation("supplier minimum", supplier, value, least, text)
    for quota in limits.quotas:
        units = sum(line.quantity for problem, line in pairs if problem.item in quota.items)
        if above(units, quota.units):
            text = f"{quota.name}: {units:g} ordered, the quota is {quota.units:g}"
            yield Violation("quota", quota.name, units, quota.units, text)
    for group in limits.either_or:
        ordered = sum(problem.item in group.items and line.quantity > 0 for problem, line in pairs)
        if ordered > group.orders:
            text = f"{group.name}: {ordered} of the items ordered, {group.orders} allowed"
            yield Violation("either-or", group.name, ordered, group.orders, text)


def cold_room(pairs: Sequence[tuple[ItemProblem, Line]], limits: Limits) -> Iterator[Violation]:
    """What is expected in the cold room when this order arrives, and the order, fit.

    A room that overflows with nothing ordered is no fault of the plan, if it orders nothing
    for that room.
    """
    if not math.isfinite(limits.cold_volume):
        return
    kept = [(problem, line) for problem, line in pairs if problem.volume > 0]
    ordered = math.fsum(problem.volume * line.quantity for problem, line in kept)
    there = math.fsum(problem.volume * stock_when_order_arrives(problem) for problem, _ in kept)
    if ordered > 0 and above(there + ordered, limits.cold_volume):
        text = (
            f"cold room: {there:g} expected there and {ordered:g} ordered, "
            f"it holds {limits.cold_volume:g}"
        )
        yield Violation("cold room", "", there + ordered, limits.cold_volume, text)


def proof(plan: Plan) -> Iterator[Violation]:
    """The plan's cost is the sum of its lines' and not below its bound."""
    total = math.fsum(line.expected_cost for line in plan.lines)
    if abs(total - plan.expected_cost) > ROUNDING * max(1.0, abs(total)):
        text = f"the lines cost {total:g} together, the plan says {plan.expected_cost:g}"
        yield Violation("total cost", "", plan.expected_cost, total, text)
    if above(plan.bound, plan.expected_cost):
        text = f"the bound {plan.bound:g} is above the cost {plan.expected_cost:g}"
        yield Violation("bound", "", plan.bound, plan.expected_cost, text)
