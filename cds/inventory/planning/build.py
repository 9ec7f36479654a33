"""From a pharmacy and its scenarios to the problems and limits of the ordering engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from cds.inventory.description import VEN_CLASSES, Lot, Pharmacy
from cds.inventory.fefo import days_left
from cds.inventory.ordering.problem import ItemProblem, Limits, Outstanding, Substitution
from cds.inventory.ordering.substitution import with_substitution
from cds.inventory.planning.chance import generator
from cds.inventory.planning.committed import BudgetLeft, budget_left, quota_of, quotas_left
from cds.inventory.planning.future import ItemFuture

Unplannable = Literal["no_demand", "no_price", "no_supplier", "no_lead_time"]
"""Why nothing can be said of an order: never issued; nobody tells a price; only a receipt without
a supplier does; no delivery, promise or date tells how long one takes."""


@dataclass(frozen=True)
class Portfolio:
    """What the engine is given, and what it is not.

    ``budget``: the money for tonight; None where neither a budget nor a caller says.
    ``cold_unknown``: cold items whose volume is not known: they take no room in the plan.
    ``substitutions``: demand that turns to another item before an order of now can help.
    """

    problems: tuple[ItemProblem, ...]
    limits: Limits
    unplanned: Mapping[str, Unplannable]
    budget_left: BudgetLeft | None
    quotas: Mapping[str, float]
    cold_unknown: tuple[str, ...]
    substitutions: tuple[Substitution, ...]


def build_problems(
    pharmacy: Pharmacy,
    futures: Mapping[str, ItemFuture],
    *,
    seed: int = 0,
    budget: float | None = None,
) -> Portfolio:
    """One problem an item that can be ordered, and what all of them share.

    The whole pharmacy is one: suppliers, orders and budgets are not of a place. ``budget``
    takes the place of what the budgets table leaves for tonight.
    """
    lots: dict[str, list[Lot]] = {}
    for lot in pharmacy.lots:
        lots.setdefault(lot.item, []).append(lot)
    quotas = quotas_left(pharmacy)
    problems: list[ItemProblem] = []
    unplanned: dict[str, Unplannable] = {}
    for code in pharmacy.items:
        future = futures.get(code)
        if future is None:
            unplanned[code] = "no_demand"
        elif future.source is None:
            unplanned[code] = _why_no_source(pharmacy, code)
        else:
            held = lots.get(code, [])
            problems.append(_problem(pharmacy, future, held, quota_of(quotas, code), seed))
    left = budget_left(pharmacy)
    money = budget if budget is not None else (left.limit if left is not None else inf)
    rules = _substitutions(pharmacy, {problem.item: problem for problem in problems})
    return Portfolio(
        problems=tuple(with_substitution(problems, rules)),
        limits=Limits(
            budget=money,
            cold_volume=_cold_room(pharmacy),
            supplier_minimum={
                code: supplier.minimum_order_value
                for code, supplier in pharmacy.suppliers.items()
                if supplier.minimum_order_value
            },
        ),
        unplanned=unplanned,
        budget_left=left,
        quotas=quotas,
        cold_unknown=tuple(
            problem.item
            for problem in problems
            if pharmacy.items[problem.item].storage == "cold" and problem.volume == 0
        ),
        substitutions=tuple(rules),
    )


def _why_no_source(pharmacy: Pharmacy, code: str) -> Unplannable:
    price = pharmacy.prices.get(code)
    if price is None:
        return "no_price"
    return "no_supplier" if price.supplier is None else "no_lead_time"


def _problem(
    pharmacy: Pharmacy, future: ItemFuture, lots: list[Lot], quota: float, seed: int
) -> ItemProblem:
    item, source, grid = pharmacy.items[future.item], future.source, future.grid
    settings, as_of = pharmacy.settings, pharmacy.as_of
    assert source is not None
    life = grid.life(future.shelf_life)
    usable = [
        (lot.quantity, float(grid.periods_left(days_left(lot.expiry, as_of))))
        for lot in lots
        if lot.usable(as_of)
    ]
    cold = item.storage == "cold" and item.volume is not None
    shortage = pharmacy.shortage_cost(item.code)
    assert shortage is not None  # it has a price
    return ItemProblem(
        item=item.code,
        demand=grid.demand(future.demand, future.whole, generator(seed + 1, item.code)),
        lead_time=grid.at_or_after(future.lead_days),
        life_on_arrival=life,
        lots=np.array(usable, np.float64).reshape(-1, 2),
        pipeline=tuple(
            Outstanding(each.order.quantity, grid.at_or_after(each.days), life)
            for each in future.arriving
        ),
        price=source.price,
        shortage=shortage,
        expiry=settings.expiry_factor * source.price,
        holding=settings.holding_rate * source.price * settings.review_days / 365,
        order_line=settings.order_line_cost,
        pack=item.pack,
        minimum_order=source.minimum_order,
        maximum_stock=inf if item.maximum is None else item.maximum,
        quota=quota,
        minimum_stock=item.minimum or 0.0,
        volume=item.volume / item.pack if cold and item.volume is not None else 0.0,
        supplier=source.supplier,
        priority=VEN_CLASSES.index(item.ven),
    )


def _cold_room(pharmacy: Pharmacy) -> float:
    """Litres for what may be used: what is held back or expired stands there too."""
    capacity = pharmacy.settings.cold_capacity
    if capacity is None:
        return inf
    taken = 0.0
    for lot in pharmacy.lots:
        item = pharmacy.items[lot.item]
        if item.storage == "cold" and item.volume is not None and not lot.usable(pharmacy.as_of):
            taken += lot.quantity / item.pack * item.volume
    return max(capacity - taken, 0.0)


def _substitutions(pharmacy: Pharmacy, problems: Mapping[str, ItemProblem]) -> list[Substitution]:
    """What turns to a substitute: in equal parts where there are several."""
    found = []
    for code, problem in problems.items():
        others = [one for one in pharmacy.items[code].substitutes if one.item in problems]
        if others and _may_run_out(problem):
            share = 1.0 / len(others)
            found += [Substitution(code, one.item, share, one.ratio) for one in others]
    return found


def _may_run_out(problem: ItemProblem) -> bool:
    """Whether, in some scenario, demand until an order of now may be more than what lasts."""
    longest = int(problem.lead_time[:, 0].max())
    lasting = float(problem.lots[problem.lots[:, 1] >= longest, 0].sum())
    wanted = problem.demand[:, :longest].sum(axis=1)
    return bool((wanted > lasting).any())
