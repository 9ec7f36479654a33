"""Tonight's order: stock, forecast and suppliers meet here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy as np

from cds.inventory.description import Lot, Pharmacy
from cds.inventory.fefo import cover_days, in_order
from cds.inventory.ordering.outcome import Line
from cds.inventory.ordering.plan import plan
from cds.inventory.ordering.problem import ItemProblem
from cds.inventory.planning.build import build_problems
from cds.inventory.planning.checked import check_orders
from cds.inventory.planning.future import ItemFuture, futures
from cds.inventory.planning.looks import looks_of
from cds.inventory.planning.order_plan import OrderLine, OrderPlan, Shared
from cds.inventory.planning.sites import Sites
from cds.inventory.planning.stock_path import stock_path, stocks_of
from cds.inventory.planning.supply import NEVER
from cds.inventory.status import OTHER_RISK, VITAL_RISK

if TYPE_CHECKING:
    from cds.inventory.planning.demand import DemandForecast

Progress = Callable[[str, float], None]

SCENARIOS: Final = 1000
"""A vital item's stock is decided by demand that is exceeded once in a thousand."""
NEEDED: Final = 0.05
"""The chance of having run out by which an order is needed."""


def plan_orders(
    pharmacy: Pharmacy,
    forecast: DemandForecast,
    *,
    scenarios: int = SCENARIOS,
    seed: int = 0,
    budget: float | None = None,
    deadline: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> OrderPlan:
    """What to order of every item with a forecast, and why.

    ``budget`` (money) takes the place of what the budgets table leaves for tonight.
    ``deadline``: seconds from now, after which what is left is reckoned roughly; without one the
    plan depends on the pharmacy, the forecast, ``scenarios``, ``seed`` and ``budget`` alone.
    """
    future = futures(pharmacy, forecast, scenarios=scenarios, seed=seed)
    portfolio = build_problems(pharmacy, future, seed=seed, budget=budget)
    engine = plan(
        portfolio.problems,
        portfolio.limits,
        seed=seed,
        deadline=deadline,
        workers=workers,
        progress=progress,
    )
    lots = lots_by_item(pharmacy)
    sites = Sites(pharmacy)
    problems = {problem.item: problem for problem in portfolio.problems}
    lines = tuple(
        order_line(pharmacy, rank, line, problems[line.item], future[line.item], lots, sites)
        for rank, line in enumerate(engine.lines, 1)
    )
    made = OrderPlan(
        as_of=pharmacy.as_of,
        seed=seed,
        scenarios=scenarios,
        lines=lines,
        unplanned=portfolio.unplanned,
        looks=looks_of(
            pharmacy, future, portfolio, engine, lines, lots, own_budget=budget is not None
        ),
        shared=tuple(shares(pharmacy, lines, sites)),
        violations=(),
        budget=portfolio.limits.budget if isfinite(portfolio.limits.budget) else None,
        engine=engine,
        portfolio=portfolio,
        futures=future,
    )
    return replace(made, violations=check_orders(pharmacy, made, budget=budget))


def lots_by_item(pharmacy: Pharmacy) -> dict[str, list[Lot]]:
    """All lots of each item."""
    found: dict[str, list[Lot]] = {}
    for lot in pharmacy.lots:
        found.setdefault(lot.item, []).append(lot)
    return found


def order_line(
    pharmacy: Pharmacy,
    rank: int,
    line: Line,
    problem: ItemProblem,
    future: ItemFuture,
    lots: Mapping[str, Sequence[Lot]],
    sites: Sites,
) -> OrderLine:
    """An engine's line with dates, risks and money as a pharmacist reads them."""
    source, as_of = future.source, pharmacy.as_of
    assert source is not None
    held = in_order(lots.get(line.item, []), as_of)
    on_order = sum(each.order.quantity for each in future.arriving)
    review = pharmacy.settings.review_days
    now, next_days = future.lead_days[:, 0], future.until_next
    horizon = review * problem.demand.shape[1]
    without = stock_path(future, stocks_of(pharmacy, future, held), horizon)
    given = without
    if line.quantity > 0:
        given = stock_path(future, stocks_of(pharmacy, future, held, line.quantity), horizon)
    wanted_days = int(np.median(next_days))
    reach = min(max(int(next_days.max()), 1), horizon) - 1
    early, usual, late = (int(np.quantile(now, at)) for at in (0.05, 0.5, 0.95))
    by = int(np.quantile(without.out, NEEDED, method="lower"))
    packs = round(line.quantity / problem.pack)
    return OrderLine(
        rank=rank,
        item=line.item,
        supplier=source.supplier,
        packs=packs,
        quantity=line.quantity,
        pack_price=source.price * problem.pack,
        cost=line.value,
        stale_price=source.stale_price,
        arrival=(
            as_of + timedelta(days=early),
            as_of + timedelta(days=usual),
            as_of + timedelta(days=late),
        ),
        next_arrival=as_of + timedelta(days=wanted_days),
        needed_by=None if by >= NEVER else as_of + timedelta(days=by),
        usable=sum(lot.quantity for lot in held),
        on_order=on_order,
        daily=future.daily,
        cover_days=cover_days(held, as_of, future.daily) if future.daily > 0 else None,
        wanted_days=wanted_days,
        late=source.late,
        risk_before=float((without.out < now).mean()),
        risk_without=float((without.out < next_days).mean()),
        risk_with=float((given.out < next_days).mean()),
        expected_cost=line.expected_cost,
        expected_cost_without=line.expected_cost_without,
        saving=line.saving,
        saving_per_money=line.saving_per_budget,
        short_without=float(without.short[reach]),
        short_with=float(given.short[reach]),
        waste_without=line.expected_waste_without,
        waste_with=line.expected_waste,
        best_quantity=line.best_quantity,
        limited_by=line.limited_by,
        method=line.method,
        lots=tuple(held),
        sites=sites.of_order(line.item, line.quantity, problem.pack, held, on_order),
    )


def shares(pharmacy: Pharmacy, lines: Sequence[OrderLine], sites: Sites) -> Iterator[Shared]:
    """What there is of items that may run out before an order comes, shared out by need."""
    for line in lines:
        vital = pharmacy.items[line.item].ven == "V"
        if line.risk_before >= (VITAL_RISK if vital else OTHER_RISK):
            days = (line.arrival[1] - pharmacy.as_of).days
            found = sites.of_stock(line.item, line.daily * days, line.lots)
            if found is not None:
                yield found
