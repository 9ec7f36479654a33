"""Why an order is as large as it is: what other quantities would be expected to cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

import numpy as np

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import Use, use_at
from cds.inventory.ordering import kernel
from cds.inventory.ordering.batch import batch_of
from cds.inventory.ordering.problem import ItemProblem
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.inventory.planning.stock_path import stock_path, stocks_of

PARTS: Final = ("shortage", "expiry", "holding", "order_line")
AROUND: Final = 2
"""Packs more and fewer than those ordered that are shown."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quantity and what it is expected to cost, in money, over the plan's horizon.

    ``parts``: shortage, expiry, holding and order lines, those of later orders too; what lies
    there at the end is reckoned on with them. ``below_minimum``: the price of leaving less than
    the minimum stock. ``total`` is their sum. ``money``: what the packs cost; ``shared``: what
    that money, room and so on is worth to other items, by the multipliers. ``forbidden``: the
    rule that does not allow it. ``risk``: to run out before the next review's order usually
    comes.
    """

    packs: int
    quantity: float
    parts: tuple[float, float, float, float]
    below_minimum: float
    money: float
    shared: float
    risk: float
    chosen: bool
    forbidden: str | None

    @property
    def total(self) -> float:
        """All expected costs."""
        return sum(self.parts) + self.below_minimum

    @property
    def with_shared(self) -> float:
        """Expected costs and what is taken from others: the least is ordered."""
        return self.total + self.shared


@dataclass(frozen=True, slots=True)
class Explanation:
    """All about one item's order.

    ``lots``: what becomes of the usable lots at expected use, first to expire first;
    ``not_counted``: lots that are expired, quarantined or recalled. ``fewer`` and ``more``: the
    candidates of one pack less and one more, where there are such.
    """

    line: OrderLine
    candidates: tuple[Candidate, ...]
    lots: tuple[Use, ...]
    not_counted: tuple[Lot, ...]

    @property
    def chosen(self) -> Candidate:
        """What is ordered."""
        return next(one for one in self.candidates if one.chosen)

    def beside(self, step: int) -> Candidate | None:
        """The candidate of so many packs more (or fewer); None where it is not shown."""
        packs = self.chosen.packs + step
        return next((one for one in self.candidates if one.packs == packs), None)


def explain(pharmacy: Pharmacy, plan: OrderPlan, item: str) -> Explanation:
    """The explanation of a planned item; KeyError for one that was not planned."""
    line = plan.line(item)
    if line is None:
        raise KeyError(item)
    lots = [lot for lot in pharmacy.lots if lot.item == item]
    return Explanation(
        line=line,
        candidates=tuple(_candidates(pharmacy, plan, line, lots)),
        lots=tuple(use_at(lots, pharmacy.as_of, line.daily)),
        not_counted=tuple(lot for lot in lots if not lot.usable(pharmacy.as_of)),
    )


def _candidates(
    pharmacy: Pharmacy, plan: OrderPlan, line: OrderLine, lots: list[Lot]
) -> Iterator[Candidate]:
    problem = next(one for one in plan.portfolio.problems if one.item == line.item)
    future = plan.futures[line.item]
    # Costs are linear in their rates once the rule of later orders is fixed.
    alone = [_of_one_cost(problem, kept) for kept in PARTS]
    batch = batch_of(alone)
    later = plan.engine_line(line.item).later
    reorder, up_to = np.array(later.reorder), np.array(later.up_to)
    prices = {one.name: one.price for one in plan.engine.multipliers}
    horizon = future.demand.shape[1] * pharmacy.settings.review_days
    for packs in _packs(problem, line):
        quantity = packs * problem.pack
        parts = [
            float(
                kernel.measure(
                    batch,
                    at,
                    float(quantity),
                    kernel.outlook_of(batch, at),
                    reorder,
                    up_to,
                    kernel.work_for(batch, at),
                    1,
                )[kernel.COST]
            )
            for at in range(len(PARTS))
        ]
        path = stock_path(future, stocks_of(pharmacy, future, lots, quantity), horizon)
        yield Candidate(
            packs=packs,
            quantity=quantity,
            parts=(parts[0], parts[1], parts[2], parts[3]),
            below_minimum=problem.shortage * problem.below_minimum(quantity),
            money=quantity * problem.price,
            shared=_shared(problem, quantity, prices),
            risk=float((path.out < future.until_next).mean()),
            chosen=packs == line.packs,
            forbidden=_forbidden(problem, quantity),
        )


def _of_one_cost(problem: ItemProblem, kept: str) -> ItemProblem:
    """The item as if only one of the costs were there."""
    return replace(
        problem,
        minimum_stock=0.0,
        shortage=problem.shortage if kept == "shortage" else 0.0,
        expiry=problem.expiry if kept == "expiry" else 0.0,
        holding=problem.holding if kept == "holding" else 0.0,
        order_line=problem.order_line if kept == "order_line" else 0.0,
    )


def _packs(problem: ItemProblem, line: OrderLine) -> list[int]:
    """None, half, what is ordered and its neighbours, what is best alone, double."""
    chosen, best = line.packs, round(line.best_quantity / problem.pack)
    packs = {0, chosen // 2, best, 2 * chosen, *range(chosen - AROUND, chosen + AROUND + 1)}
    if chosen == 0:
        least = max(round(np.ceil(problem.minimum_order / problem.pack - 1e-9)), 1)
        packs |= {least, least + 1, 2 * least}
    return sorted(count for count in packs if count >= 0)


def _shared(problem: ItemProblem, quantity: float, prices: dict[str, float]) -> float:
    """What an order takes from the others, at the multipliers' prices."""
    value = quantity * problem.price
    cost = prices.get("budget", 0.0) * value
    cost += prices.get("cold room", 0.0) * quantity * problem.volume
    return cost - prices.get(f"minimum of {problem.supplier}", 0.0) * value


def _forbidden(problem: ItemProblem, quantity: float) -> str | None:
    if quantity <= 0:
        return None
    if quantity < problem.minimum_order - 1e-9:
        return "minimum order"
    held = problem.on_hand + problem.outstanding
    if isfinite(problem.maximum_stock) and held + quantity > problem.maximum_stock + 1e-9:
        return "maximum stock"
    return "quota" if quantity > problem.quota + 1e-9 else None
