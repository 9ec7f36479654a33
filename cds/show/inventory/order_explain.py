"""Why so much of one item is ordered: as text for a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

import polars as pl

from cds.inventory.description import Pharmacy
from cds.inventory.planning.demand import DemandForecast
from cds.inventory.planning.explain import PARTS, Candidate, Explanation
from cds.inventory.planning.order_plan import OrderPlan
from cds.show.inventory.order_words import OrderWords
from cds.show.inventory.page import Page
from cds.show.inventory.words import amount, iso, number, percent
from cds.show.layout import Terminal

_PERIODS = 6
_PART_KEYS = dict(zip(PARTS, ("shortage", "expiry_cost", "holding", "order_lines"), strict=True))


def explain_text(
    pharmacy: Pharmacy,
    forecast: DemandForecast,
    plan: OrderPlan,
    found: Explanation,
    *,
    language: str,
    terminal: Terminal,
) -> str:
    """The order of one item, its candidates, its forecast and its lots."""
    page = Page(pharmacy, language, terminal)
    words, say, line = OrderWords(pharmacy, language), page.words.say, found.line
    currency = pharmacy.settings.currency
    page.sentence(
        say(
            "explain_head",
            name=words.name(line.item),
            item=line.item,
            packs=number(line.packs),
            units=words.units(line.item, line.quantity),
            supplier=line.supplier,
            cost=amount(line.cost),
            currency=currency,
        ),
        "bold",
    )
    page.sentence(words.reason(line))
    for look in plan.looks:
        if look.item == line.item:
            page.sentence(words.look(look), "red")
    page.blank()
    page.table(
        [
            page.column("packs", right=True),
            page.column("quantity", right=True),
            *(page.column(key, right=True) for key in _PART_KEYS.values()),
            page.column("others", right=True),
            page.column("total", right=True),
            page.column("risk", right=True),
            page.column("note"),
        ],
        [_candidate(page, words, one) for one in found.candidates],
    )
    for sentence in why_not_the_next(found, words, page):
        page.sentence(sentence)
    page.sentence(say("explain_rule", currency=currency), "dim")
    _forecast(page, words, forecast, line.item)
    _lots(page, words, found)
    return page.text()


def _candidate(page: Page, words: OrderWords, one: Candidate) -> list[str]:
    mark = page.words.say("chosen") if one.chosen else ""
    note = words.limits((one.forbidden,)) if one.forbidden else mark
    shared = one.shared + one.below_minimum
    return [
        number(one.packs),
        number(one.quantity),
        *(amount(part) for part in one.parts),
        amount(shared) if abs(shared) >= 0.5 else "",
        amount(one.with_shared),
        percent(one.risk),
        note,
    ]


def why_not_the_next(found: Explanation, words: OrderWords, page: Page) -> list[str]:
    """Why not one pack more, and not one fewer."""
    sentences = []
    for step, key in ((1, "next_more"), (-1, "next_fewer")):
        other = found.beside(step)
        if other is None:
            continue
        if other.forbidden:
            limit = words.limits((other.forbidden,))
            sentences.append(page.words.say(f"{key}_forbidden", limit=limit))
            continue
        parts = [
            (page.words.say(_PART_KEYS[name]), other.parts[at] - found.chosen.parts[at])
            for at, name in enumerate(PARTS)
        ]
        shared = other.shared + other.below_minimum
        shared -= found.chosen.shared + found.chosen.below_minimum
        parts.append((page.words.say("others"), shared))
        told = [f"{name} {value:+,.2f}" for name, value in parts if abs(value) >= 0.005]
        change = other.with_shared - found.chosen.with_shared
        sentences.append(
            page.words.say(
                key,
                change=f"{change:+,.2f}",
                currency=page.pharmacy.settings.currency,
                parts=page.words.listed(told),
            )
        )
    return sentences


def _forecast(page: Page, words: OrderWords, forecast: DemandForecast, item: str) -> None:
    say = page.words.say
    table = forecast.forecast.table.filter(pl.col("unique_id") == item).head(_PERIODS)
    if table.is_empty():
        return
    page.blank()
    series = forecast.forecast.series.filter(pl.col("unique_id") == item).to_dicts()[0]
    page.sentence(say("explain_forecast", kind=say(f"class_{series['class']}")), "bold")
    page.table(
        [
            page.column("from_day"),
            page.column("mean", right=True),
            *(page.column(key, right=True) for key in ("low", "half", "high")),
        ],
        [
            [words.day(row["ds"]), *(number(row[key]) for key in ("mean", "q0.1", "q0.5", "q0.9"))]
            for row in table.iter_rows(named=True)
        ],
    )
    for row in forecast.corrections.filter(pl.col("unique_id") == item).iter_rows(named=True):
        page.sentence(
            say(
                "explain_censored",
                periods=row["periods_out"],
                issued=number(row["issued_mean"]),
                demand=number(row["demand_mean"]),
            )
        )


def _lots(page: Page, words: OrderWords, found: Explanation) -> None:
    say, item = page.words.say, found.line.item
    page.blank()
    page.sentence(say("explain_lots", units=words.units(item, found.line.usable)), "bold")
    if found.lots:
        page.table(
            [
                page.column("lot"),
                page.column("place"),
                page.column("expiry"),
                page.column("quantity", right=True),
                page.column("used_by"),
                page.column("unused", right=True),
            ],
            [
                [
                    use.lot.lot,
                    use.lot.place,
                    iso(use.lot.expiry),
                    number(use.lot.quantity),
                    iso(use.last_day),
                    number(use.unused) if use.unused >= 1 else "",
                ]
                for use in found.lots
            ],
        )
    if found.not_counted:
        held = [
            f"{lot.lot} ({words.units(item, lot.quantity)}, {iso(lot.expiry)}, "
            f"{say('expired_lot') if lot.status == 'available' else say(lot.status + '_lot')})"
            for lot in found.not_counted
        ]
        page.sentence(say("explain_not_counted", list=page.words.listed(held)))


def explain_content(
    forecast: DemandForecast, plan: OrderPlan, found: Explanation
) -> dict[str, Any]:
    """What ``cds.order_explain/1`` holds beside the order's line."""
    item = found.line.item
    table = forecast.forecast.table.filter(pl.col("unique_id") == item)
    history = forecast.history.filter(pl.col("unique_id") == item)
    corrections = forecast.corrections.filter(pl.col("unique_id") == item).to_dicts()
    return {
        "candidates": [
            {
                "packs": one.packs,
                "quantity": round(one.quantity, 3),
                **{name: round(part, 2) for name, part in zip(PARTS, one.parts, strict=True)},
                "below_minimum": round(one.below_minimum, 2),
                "total": round(one.total, 2),
                "money": round(one.money, 2),
                "shared": round(one.shared, 2),
                "with_shared": round(one.with_shared, 2),
                "risk": round(one.risk, 4),
                "chosen": one.chosen,
                "forbidden": one.forbidden,
            }
            for one in found.candidates
        ],
        "forecast": [
            {name: _plain(value) for name, value in row.items() if name != "unique_id"}
            for row in table.iter_rows(named=True)
        ],
        "history": [
            {name: _plain(value) for name, value in row.items() if name != "unique_id"}
            for row in history.tail(52).iter_rows(named=True)
        ],
        "correction": {
            name: _plain(value) for name, value in corrections[0].items() if name != "unique_id"
        }
        if corrections
        else None,
        "lots": [
            {
                "lot": use.lot.lot,
                "place": use.lot.place,
                "expiry": use.lot.expiry.isoformat(),
                "quantity": round(use.lot.quantity, 3),
                "used": round(use.used, 3),
                "unused": round(use.unused, 3),
                "last_day": None if use.last_day is None else use.last_day.isoformat(),
            }
            for use in found.lots
        ],
        "not_counted": [
            {
                "lot": lot.lot,
                "place": lot.place,
                "expiry": lot.expiry.isoformat(),
                "quantity": round(lot.quantity, 3),
                "status": "expired" if lot.status == "available" else lot.status,
            }
            for lot in found.not_counted
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat()
