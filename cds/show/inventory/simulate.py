"""Policies side by side, as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.simulation.compare import Replayed
from cds.inventory.simulation.past import Past
from cds.show.grammar import fill
from cds.show.inventory.page import Page
from cds.show.inventory.table import Column
from cds.show.inventory.words import amount
from cds.show.layout import Terminal

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "head": (
        "{items} item[|s] over {reviews} review[|s] of {days} day[|s] from {first}{skipped}; "
        "amounts in {currency}",
        "{items} 个品种，自 {first} 起 {reviews} 次订货（每 {days} 天一次）{skipped}；"
        "金额单位 {currency}",
    ),
    "skipped": (", the first {count} not counted", "，前 {count} 次不计"),
    "left_out": (
        "{count} item[|s] left out: no history before, no price, or no supplier (--json names "
        "them).",
        "{count} 个品种未纳入：此前无用量、无价格或无供应商（--json 列出）。",
    ),
    "rule": (
        "Demand: what was asked for, stock-outs corrected. Forecasts and delays: what was known at "
        "each review. Prices and suppliers: today's. Base-stock and min-max aim at the service "
        "levels of pharmacy.toml and are not tuned. What would have been, not what will be.",
        "需求：实际需求（断货已校正）。预测与到货期：仅用当时已知信息。价格与供应商：按今日。"
        "base-stock 与 min-max 按 pharmacy.toml 的服务水平设定，未经调优。结果是回放，不是预测。",
    ),
    "policy": ("", ""),
    "plan": ("plan", "计划"),
    "base-stock": ("base-stock", "基准库存"),
    "min-max": ("min-max", "最小最大"),
    "cost": ("cost", "总成本"),
    "shortage": ("  shortage", "  缺货"),
    "expiry": ("  expiry", "  过期"),
    "holding": ("  holding", "  持有"),
    "order lines": ("  order lines", "  订货行"),
    "fill": ("met from the shelf", "满足率"),
    "fill0": ("  vital", "  V 类"),
    "fill1": ("  essential", "  E 类"),
    "fill2": ("  non-essential", "  N 类"),
    "waste": ("wasted of what came", "过期占购入"),
    "stock": ("mean stock", "平均库存"),
    "lines": ("lines ordered", "订货行数"),
}


def simulate_text(
    pharmacy: Pharmacy,
    past: Past,
    replayed: Sequence[Replayed],
    skipped: int,
    *,
    language: str,
    terminal: Terminal,
) -> str:
    """A row for each measure, a column for each policy."""
    page = Page(pharmacy, language, terminal)

    def say(key: str, **values: object) -> str:
        return fill(_TEXTS[key][language == "zh"], **values)

    page.sentence(
        say(
            "head",
            items=len(past.world.items),
            reviews=past.periods,
            days=past.review_days,
            first=past.first,
            skipped=say("skipped", count=skipped) if skipped else "",
            currency=pharmacy.settings.currency,
        )
    )
    if past.left_out:
        page.sentence(say("left_out", count=len(past.left_out)), "dim")
    page.blank()
    columns = [Column(say("policy")), *(Column(say(one.policy), right=True) for one in replayed)]
    outcomes = [one.outcome for one in replayed]
    costs = [outcome.costs() for outcome in outcomes]
    rows = [[say("cost"), *(amount(outcome.cost) for outcome in outcomes)]]
    rows += [[say(cause), *(amount(cost[cause]) for cost in costs)] for cause in costs[0]]
    rows.append([say("fill"), *(_share(outcome.fill_rate()) for outcome in outcomes)])
    for at in range(3):
        if any(item.priority == at for item in past.world.items):
            shares = [_share(outcome.fill_rate(at)) for outcome in outcomes]
            rows.append([say(f"fill{at}"), *shares])
    rows.append([say("waste"), *(_share(outcome.waste_share) for outcome in outcomes)])
    rows.append([say("stock"), *(amount(outcome.mean_stock_value) for outcome in outcomes)])
    counts = [f"{int((outcome.ordered > 0).sum()):,}" for outcome in outcomes]
    rows.append([say("lines"), *counts])
    page.table(columns, rows)
    page.blank()
    page.sentence(say("rule"), "dim")
    return page.text()


def _share(value: float) -> str:
    return f"{100 * value:.2f} %"
