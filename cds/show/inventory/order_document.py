"""An order as JSON and as lines of a table: codes stay, sentences in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any, Final

from cds.inventory.attention import Look
from cds.inventory.description import Pharmacy
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.show.inventory.order_words import OrderWords

COLUMNS: Final = (
    "rank", "supplier", "item", "name", "name_zh", "packs", "pack", "unit", "quantity",
    "pack_price", "cost", "needed_by", "arrives_early", "arrives", "arrives_late", "cover_days",
    "wanted_days", "risk_before_arrival", "risk_without", "risk_with", "risk_until", "saving",
    "saving_per_money", "reason", "reason_zh",
)  # fmt: skip
"""Of a table of order lines."""

CHECKED: Final = (
    "packs", "minimum order", "maximum stock", "price", "budget", "supplier minimum", "quota",
    "cold room", "usable lots only", "first expired first out", "expected cost",
)  # fmt: skip
"""What the independent checker looked at."""


def order_content(pharmacy: Pharmacy, plan: OrderPlan) -> dict[str, Any]:
    """What ``cds.order/1`` holds beside what every document does."""
    english, chinese = OrderWords(pharmacy, "en"), OrderWords(pharmacy, "zh")
    engine = plan.engine
    return {
        "seed": plan.seed,
        "scenarios": plan.scenarios,
        "review_days": pharmacy.settings.review_days,
        "budget": _budget(plan),
        "order": {
            "lines": len(plan.orders),
            "cost": _money(plan.cost),
            "saving": _money(plan.saving),
            "expected_cost": _money(engine.expected_cost),
            "bound": _money(engine.bound),
            "gap": round(engine.gap, 8),
            "status": engine.status,
        },
        "checked": {
            "rules": list(CHECKED),
            "violations": [
                {"rule": one.rule, "subject": one.subject, "text": one.text}
                for one in plan.violations
            ],
        },
        "multipliers": [
            {
                "limit": one.name,
                "price": round(one.price, 6),
                "used": _money(one.used),
                "of": _money(one.limit),
            }
            for one in engine.multipliers
        ],
        "suppliers": _suppliers(pharmacy, plan),
        "look": [look_entry(one, english, chinese) for one in plan.looks],
        "lines": [line_entry(pharmacy, one, english, chinese) for one in plan.orders],
        "left_out": [
            {
                "item": one.item,
                "ordered": _units(one.quantity),
                "best": _units(one.best_quantity),
                "limited_by": list(one.limited_by),
                "risk_with": _chance(one.risk_with),
            }
            for one in plan.left_out
        ],
        "not_ordered": [
            {
                "item": one.item,
                "cover_days": _days(one.cover_days),
                "wanted_days": one.wanted_days,
                "risk_before_arrival": _chance(one.risk_before),
                "risk_without": _chance(one.risk_without),
                "needed_by": _iso(one.needed_by),
            }
            for one in plan.lines
            if one.quantity <= 0
        ],
        "not_planned": [{"item": item, "why": why} for item, why in plan.unplanned.items()],
        "shared": [
            {
                "item": one.item,
                "available": _units(one.available),
                "sites": [
                    {"site": site, "needs": _units(need), "given": _units(one.given[site])}
                    for site, need in one.needs.items()
                ],
            }
            for one in plan.shared
        ],
        "substitutions": [
            {
                "item": one.item,
                "substitute": one.substitute,
                "share": round(one.share, 6),
                "ratio": one.ratio,
            }
            for one in plan.portfolio.substitutions
        ],
        "warnings": [*engine.warnings, *_warnings(plan)],
    }


def line_entry(
    pharmacy: Pharmacy, line: OrderLine, english: OrderWords, chinese: OrderWords
) -> dict[str, Any]:
    """One line of the order with the facts behind it."""
    item = pharmacy.items[line.item]
    early, usual, late = line.arrival
    return {
        "rank": line.rank,
        "supplier": line.supplier,
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "ven": item.ven,
        "packs": line.packs,
        "pack": _units(item.pack),
        "unit": item.unit,
        "quantity": _units(line.quantity),
        "pack_price": round(line.pack_price, 4),
        "cost": _money(line.cost),
        "stale_price": line.stale_price,
        "needed_by": _iso(line.needed_by),
        "arrives_early": _iso(early),
        "arrives": _iso(usual),
        "arrives_late": _iso(late),
        "usable": _units(line.usable),
        "on_order": _units(line.on_order),
        "daily_use": round(line.daily, 4),
        "cover_days": _days(line.cover_days),
        "wanted_days": line.wanted_days,
        "supplier_late": None if line.late is None else round(line.late, 4),
        "risk_before_arrival": _chance(line.risk_before),
        "risk_without": _chance(line.risk_without),
        "risk_with": _chance(line.risk_with),
        "risk_until": _iso(line.next_arrival),
        "short_without": round(line.short_without, 3),
        "short_with": round(line.short_with, 3),
        "expires_without": round(line.waste_without, 3),
        "expires_with": round(line.waste_with, 3),
        "expected_cost": _money(line.expected_cost),
        "expected_cost_without": _money(line.expected_cost_without),
        "saving": _money(line.saving),
        "saving_per_money": round(line.saving_per_money, 4),
        "best_quantity": _units(line.best_quantity),
        "limited_by": list(line.limited_by),
        "method": line.method,
        "sites": {site: _units(units) for site, units in line.sites.items()},
        "reason": english.reason(line),
        "reason_zh": chinese.reason(line),
    }


def look_entry(look: Look, english: OrderWords, chinese: OrderWords) -> dict[str, Any]:
    """One thing that a person must look at."""
    return {
        "kind": look.kind,
        "item": look.item,
        "values": {key: _value(value) for key, value in look.values.items()},
        "text": english.look(look),
        "text_zh": chinese.look(look),
    }


def _budget(plan: OrderPlan) -> dict[str, Any] | None:
    left = plan.portfolio.budget_left
    if plan.budget is None:
        return None
    return {
        "tonight": _money(plan.budget),
        "period_first": None if left is None else _iso(left.first),
        "period_last": None if left is None else _iso(left.last),
        "amount": None if left is None else _money(left.amount),
        "committed": None if left is None else _money(left.committed),
        "reviews_left": None if left is None else left.reviews,
    }


def _suppliers(pharmacy: Pharmacy, plan: OrderPlan) -> list[dict[str, Any]]:
    lines: dict[str, list[OrderLine]] = {}
    for line in plan.orders:
        lines.setdefault(line.supplier, []).append(line)
    found = []
    for code in sorted(lines):
        known = pharmacy.suppliers.get(code)
        found.append(
            {
                "supplier": code,
                "name": None if known is None else known.name,
                "name_zh": None if known is None else known.name_zh,
                "lines": len(lines[code]),
                "cost": _money(sum(line.cost for line in lines[code])),
                "minimum_order_value": None if known is None else known.minimum_order_value,
            }
        )
    return found


def _warnings(plan: OrderPlan) -> list[str]:
    found = []
    if plan.portfolio.cold_unknown:
        listed = ", ".join(plan.portfolio.cold_unknown)
        found.append(f"volume not known, taken to need no room in the cold room: {listed}")
    if plan.engine.rough:
        found.append(f"reckoned roughly, for time ran out: {', '.join(plan.engine.rough)}")
    return found


def _money(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, 2)


def _units(value: float) -> float | int:
    rounded = round(value, 3)
    return int(rounded) if float(rounded).is_integer() else rounded


def _days(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _chance(value: float) -> float:
    return round(value, 4)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _value(value: float | str | None) -> float | str | None:
    return round(value, 4) if isinstance(value, float) else value


def table_lines(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of ``order_content`` as rows of a table, by supplier, then rank."""
    rows = [{key: line[key] for key in COLUMNS} for line in content["lines"]]
    return sorted(rows, key=lambda row: (row["supplier"], row["rank"]))
