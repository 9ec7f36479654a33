"""What a person must look at before an order is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from cds.inventory.attention import LOOK_KINDS, Look, looks_at_files
from cds.inventory.description import Lot, Pharmacy
from cds.inventory.ordering.outcome import Plan
from cds.inventory.planning.build import Portfolio
from cds.inventory.planning.future import ItemFuture
from cds.inventory.planning.order_plan import SUPPLIER_MINIMUM, OrderLine
from cds.inventory.planning.supply import Sources
from cds.inventory.status import OTHER_RISK, VITAL_RISK

BUDGET: Final = "budget"
COLD_ROOM: Final = "cold room"
QUOTA: Final = "quota"


def looks_of(
    pharmacy: Pharmacy,
    futures: Mapping[str, ItemFuture],
    portfolio: Portfolio,
    engine: Plan,
    lines: Sequence[OrderLine],
    lots: Mapping[str, Sequence[Lot]],
    *,
    own_budget: bool,
) -> tuple[Look, ...]:
    """All of them, the gravest first; within a kind vital items first, in order of rank.

    ``own_budget``: the budget was named by the caller, so the budgets table does not matter.
    """
    found = [
        *looks_at_files(pharmacy),
        *_of_money(pharmacy, portfolio, lines, own_budget=own_budget),
        *_of_cold_room(engine),
        *_of_unplanned(pharmacy, futures, portfolio, lots),
    ]
    sources = Sources(pharmacy)
    for line in lines:
        found += _of_line(pharmacy, line, sources)
        found += [
            Look(
                "order_missing",
                line.item,
                {
                    "order": order.order,
                    "supplier": order.supplier,
                    "quantity": order.quantity,
                    "days": float((pharmacy.as_of - order.ordered).days),
                },
            )
            for order in futures[line.item].missing
        ]
    return tuple(sorted(found, key=lambda look: _gravity(pharmacy, look)))


def _gravity(pharmacy: Pharmacy, look: Look) -> tuple[int, int]:
    ven = "VEN".index(pharmacy.items[look.item].ven) if look.item is not None else -1
    return LOOK_KINDS.index(look.kind), ven


def _of_money(
    pharmacy: Pharmacy, portfolio: Portfolio, lines: Sequence[OrderLine], *, own_budget: bool
) -> Iterator[Look]:
    """No budget for this day although budgets are kept, none left, or a vital item that may run
    out cut by it."""
    left = portfolio.budget_left
    wanted = sum(line.best_quantity * line.pack_price / _pack(pharmacy, line) for line in lines)
    if not own_budget and pharmacy.budgets and left is None:
        yield Look("budget", None, {"why": "no_period", "wanted": wanted})
    elif not own_budget and left is not None and left.left <= 0 and wanted > 0:
        yield Look("budget", None, {"why": "spent", "wanted": wanted, "amount": left.amount})
    for line in lines:
        cut = BUDGET in line.limited_by and line.quantity < line.best_quantity
        if cut and pharmacy.items[line.item].ven == "V" and line.risk_with >= VITAL_RISK:
            yield Look(
                "budget",
                line.item,
                {
                    "why": "vital_cut",
                    "ordered": line.quantity,
                    "wanted": line.best_quantity,
                    "chance": line.risk_with,
                },
            )


def _pack(pharmacy: Pharmacy, line: OrderLine) -> float:
    return pharmacy.items[line.item].pack


def _of_cold_room(engine: Plan) -> Iterator[Look]:
    """It is full before anything is ordered, so nothing for it was."""
    if any(warning.startswith(COLD_ROOM) for warning in engine.warnings):
        yield Look("cold_room", None, {})


def _of_unplanned(
    pharmacy: Pharmacy,
    futures: Mapping[str, ItemFuture],
    portfolio: Portfolio,
    lots: Mapping[str, Sequence[Lot]],
) -> Iterator[Look]:
    """Items in use that cannot be ordered, and vital ones of which neither stock nor use is."""
    for item, why in portfolio.unplanned.items():
        usable = sum(lot.quantity for lot in lots.get(item, []) if lot.usable(pharmacy.as_of))
        future = futures.get(item)
        if future is not None and future.daily > 0:
            values = {"why": why, "usable": usable, "cover_days": usable / future.daily}
            yield Look("no_supplier", item, values)
        elif future is None and pharmacy.items[item].ven == "V" and usable <= 0:
            yield Look("no_history", item, {"usable": usable})


def _of_line(pharmacy: Pharmacy, line: OrderLine, sources: Sources) -> Iterator[Look]:
    item = pharmacy.items[line.item]
    vital = item.ven == "V"
    limited = line.limited_by
    grave = line.risk_with >= (VITAL_RISK if vital else OTHER_RISK)
    if vital and (grave or line.risk_before >= VITAL_RISK):
        yield Look("runs_out", line.item, _way_out(pharmacy, line, sources))
    if vital and grave and line.quantity < line.best_quantity:
        for name in limited:
            if name.startswith(SUPPLIER_MINIMUM):
                yield Look("supplier_minimum", line.item, _minimum(pharmacy, line))
    if QUOTA in limited and item.controlled and grave:
        yield Look("quota", line.item, {"chance": line.risk_with, "ordered": line.quantity})
    if vital and COLD_ROOM in limited and line.quantity < line.best_quantity:
        values = {"ordered": line.quantity, "wanted": line.best_quantity}
        yield Look("cold_room", line.item, values)
    least = max(item.pack, sources.minimum_order(line.item, line.supplier))
    if item.maximum is not None and least > item.maximum and line.daily > 0:
        yield Look("pack_above_maximum", line.item, {"least": least, "maximum": item.maximum})
    reached = line.usable + line.on_order + line.quantity
    if item.minimum is not None and reached < item.minimum - 1e-9:
        yield Look("below_minimum", line.item, {"reached": reached, "minimum": item.minimum})
    if line.stale_price and line.quantity > 0:
        priced = pharmacy.prices[line.item].day
        yield Look(
            "price_stale",
            line.item,
            {"price": line.pack_price, "day": None if priced is None else str(priced)},
        )


def _minimum(pharmacy: Pharmacy, line: OrderLine) -> dict[str, float | str | None]:
    """What the supplier asks at least, in money, and what the item needs."""
    return {
        "supplier": line.supplier,
        "minimum_order_value": pharmacy.suppliers[line.supplier].minimum_order_value,
        "wanted": line.best_quantity,
        "chance": line.risk_with,
    }


def _way_out(
    pharmacy: Pharmacy, line: OrderLine, sources: Sources
) -> dict[str, float | str | None]:
    """How likely it runs out, when an order comes, who delivers sooner, what may stand in."""
    values: dict[str, float | str | None] = {
        "before": line.risk_before,
        "chance": line.risk_with,
        "arrival": str(line.arrival[1]),
        "next_arrival": str(line.next_arrival),
        "needed_by": None if line.needed_by is None else str(line.needed_by),
    }
    source = sources.of(line.item)
    faster = sources.faster(line.item, source) if source is not None else None
    if faster is not None:
        values["faster_supplier"] = faster.supplier
        values["faster_days"] = float(median(faster.days))
        values["faster_price"] = faster.price * _pack(pharmacy, line)
    for substitute in pharmacy.items[line.item].substitutes:
        usable = sum(
            lot.quantity
            for lot in pharmacy.lots
            if lot.item == substitute.item and lot.usable(pharmacy.as_of)
        )
        if usable > 0:
            values["substitute"] = substitute.item
            values["substitute_usable"] = usable
            break
    return values
