"""An order as text for a terminal."""

from __future__ import annotations

from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.show.inventory.order_words import OrderWords
from cds.show.inventory.page import Page
from cds.show.inventory.table import table
from cds.show.inventory.words import amount, number, percent, proved
from cds.show.layout import Terminal, clean, wrap

_LINES: Final = 25
_LOOKS: Final = 12
_LEFT_OUT: Final = 8


def order_text(
    pharmacy: Pharmacy, plan: OrderPlan, *, language: str, terminal: Terminal, every: bool
) -> str:
    """What a person must look at, then the lines, best use of money first, with their reasons."""
    page = Page(pharmacy, language, terminal)
    say, words = page.words.say, OrderWords(pharmacy, language)
    currency = pharmacy.settings.currency
    orders = plan.orders
    page.sentence(
        say(
            "order_head",
            lines=len(orders),
            cost=amount(plan.cost),
            currency=currency,
            budget=say("order_budget", budget=amount(plan.budget), currency=currency)
            if plan.budget is not None
            else "",
            saving=amount(plan.saving),
            days=pharmacy.settings.review_days,
        )
    )
    page.sentence(proof(page, plan), "dim")
    _looks(page, words, plan, every=every)
    page.blank()
    if orders:
        _lines(page, words, orders if every else orders[:_LINES], currency)
        if not every and len(orders) > _LINES:
            page.sentence(say("more", count=len(orders) - _LINES), "dim")
    else:
        page.sentence(say("order_held" if plan.left_out else "order_none"))
    _suppliers(page, plan)
    _left_out(page, words, plan, every=every)
    _shared(page, words, plan)
    page.sentence(say("order_rule"), "dim")
    return page.text()


def proof(page: Page, plan: OrderPlan) -> str:
    """That the plan was checked, and how near to the best it is proved to be."""
    engine = plan.engine
    violations = len(plan.violations)
    parts = [
        page.words.say(
            "order_proof",
            cost=amount(engine.expected_cost),
            currency=page.pharmacy.settings.currency,
            gap=proved(engine.gap),
            scenarios=plan.scenarios,
        ),
        page.words.say("order_checked", count=violations),
    ]
    prices = [one for one in engine.multipliers if one.price > 0 and one.name == "budget"]
    for one in prices:
        currency = page.pharmacy.settings.currency
        parts.append(page.words.say("order_price", price=f"{one.price:.2f}", currency=currency))
    return ("" if page.words.language == "zh" else " ").join(parts)


def _looks(page: Page, words: OrderWords, plan: OrderPlan, *, every: bool) -> None:
    if not plan.looks:
        return
    page.blank()
    page.sentence(page.words.say("order_look", count=len(plan.looks)), "bold", "red")
    shown = plan.looks if every else plan.looks[:_LOOKS]
    for look in shown:
        grave = look.kind in ("runs_out", "table_cut_off")
        _bullet(page, words.look(look), "red" if grave else "yellow")
    if len(shown) < len(plan.looks):
        page.sentence(page.words.say("more", count=len(plan.looks) - len(shown)), "dim")


def _bullet(page: Page, text: str, *styles: str) -> None:
    width = page.terminal.columns - 2
    for at, line in enumerate(wrap(page.terminal.plain(clean(text)), width)):
        page.lines.append(("- " if at == 0 else "  ") + page.terminal.paint(line, *styles))


def _lines(page: Page, words: OrderWords, orders: tuple[OrderLine, ...], currency: str) -> None:
    columns = [
        page.column("item"),
        page.column("name", flexible=True),
        page.column("packs", right=True),
        page.column("quantity", right=True),
        page.column("supplier"),
        page.column("cost", right=True),
        page.column("arrives", right=True, spare=True),
        page.column("saves", right=True, spare=True),
        page.column("per_money", right=True, spare=True)._replace(title=f"/{currency}"),
    ]
    rows = [
        [
            line.item,
            page.name(line.item),
            number(line.packs),
            words.units(line.item, line.quantity),
            line.supplier,
            amount(line.cost),
            words.day(line.arrival[1]),
            amount(line.saving),
            f"{line.saving_per_money:.2f}",
        ]
        for line in orders
    ]
    heading, *shown = table(columns, rows, page.terminal)
    page.lines.append(heading)
    width = page.terminal.columns - 4
    for row, line in zip(shown, orders, strict=True):
        page.lines.append(row)
        for text in wrap(page.terminal.plain(clean(words.reason(line))), width):
            page.lines.append("    " + page.terminal.paint(text, "dim"))


def _suppliers(page: Page, plan: OrderPlan) -> None:
    worth: dict[str, list[float]] = {}
    for line in plan.orders:
        worth.setdefault(line.supplier, []).append(line.cost)
    if not worth:
        return
    page.blank()
    parts = []
    for code in sorted(worth):
        known = page.pharmacy.suppliers.get(code)
        name = code
        if known is not None:
            chinese = page.words.language == "zh" and known.name_zh
            name = f"{known.name_zh if chinese else known.name} ({code})"
        parts.append(
            page.words.say(
                "order_supplier",
                name=name,
                lines=len(worth[code]),
                cost=amount(sum(worth[code])),
                currency=page.pharmacy.settings.currency,
            )
        )
    page.sentence(("；" if page.words.language == "zh" else "; ").join(parts))


def _left_out(page: Page, words: OrderWords, plan: OrderPlan, *, every: bool) -> None:
    cut = plan.left_out
    if cut:
        page.blank()
        page.sentence(page.words.say("order_left_out", count=len(cut)), "bold")
        for line in cut if every else cut[:_LEFT_OUT]:
            risk = percent(line.risk_with)
            text = page.words.say(
                "order_cut", name=page.name(line.item), cut=words.cut(line), risk=risk
            )
            _bullet(page, text)
        if not every and len(cut) > _LEFT_OUT:
            page.sentence(page.words.say("more", count=len(cut) - _LEFT_OUT), "dim")
    counts: dict[str, int] = {}
    for why in plan.unplanned.values():
        counts[why] = counts.get(why, 0) + 1
    if counts:
        parts = [f"{words.unplanned(why)}: {count}" for why, count in sorted(counts.items())]
        page.sentence(page.words.say("order_unplanned", list=page.words.listed(parts)), "dim")


def _shared(page: Page, words: OrderWords, plan: OrderPlan) -> None:
    for one in plan.shared:
        parts = [
            page.words.say(
                "order_share", site=site, given=number(units), needs=number(one.needs[site])
            )
            for site, units in one.given.items()
        ]
        page.sentence(
            page.words.say(
                "order_shared",
                name=page.name(one.item),
                available=words.units(one.item, one.available),
                list=page.words.listed(parts),
            )
        )
