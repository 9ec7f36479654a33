"""An order as one printable page without outside parts: a chart for each item."""

from __future__ import annotations

from html import escape
from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.planning.demand import DemandForecast
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.show.inventory.order_charts import demand_chart, stock_chart
from cds.show.inventory.order_words import OrderWords
from cds.show.inventory.words import InventoryWords, amount, number, percent, proved
from cds.show.layout import clean

MOST_CHARTS: Final = 400
"""Items with a chart of their own: those ordered and those to look at come first."""

STYLE: Final = """\
@page { size: A4; margin: 11mm 12mm; }
:root { --ink: #1b1f23; --quiet: #57606a; --rule: #d0d7de; --with: #2467a8; --without: #b35900;
  --bad: #a61b1b; --demand: #5a6b7b; }
* { box-sizing: border-box; }
body { margin: 0; background: #eceff1; color: var(--ink); print-color-adjust: exact;
  -webkit-print-color-adjust: exact; font: 10pt/1.4 system-ui, "Segoe UI", "Noto Sans",
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; }
main { max-width: 200mm; margin: 6mm auto; padding: 9mm 11mm; background: #fff; }
h1 { margin: 0; font-size: 16pt; }
h2 { margin: 6mm 0 2mm; font-size: 12.5pt; break-after: avoid; }
header p { margin: .5mm 0; }
.quiet { color: var(--quiet); font-size: 9pt; }
.look { margin: 3mm 0; padding: 2mm 4mm; border: 1px solid var(--rule);
  border-left: 5px solid var(--bad); border-radius: 3px; }
.look h2 { margin: 0 0 1mm; color: var(--bad); }
ul { margin: 1mm 0; padding-left: 5mm; }
li { overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; margin: 1mm 0 3mm; font-size: 9pt; }
th { text-align: left; color: var(--quiet); font-size: 8.5pt; border-bottom: 1px solid var(--rule);
  vertical-align: bottom; }
td, th { padding: .5mm 1.2mm; vertical-align: top; }
td.n, th.n { text-align: right; white-space: nowrap; }
tbody tr:nth-child(even) { background: #f6f8fa; }
tr { break-inside: avoid; }
td small { display: block; color: var(--quiet); }
article { break-inside: avoid; margin: 4mm 0; padding: 2.5mm 3.5mm; border: 1px solid var(--rule);
  border-radius: 3px; }
article.bad { border-left: 5px solid var(--bad); }
article h3 { display: flex; gap: 1em; justify-content: space-between; margin: 0; font-size: 11pt; }
article h3 small { color: var(--quiet); font-weight: normal; font-size: 9pt; }
article p { margin: .5mm 0; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 3mm; }
figure { margin: 1mm 0 0; }
figcaption { color: var(--quiet); font-size: 8.5pt; }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 8.5px; fill: var(--quiet); }
svg text.y { text-anchor: end; }
svg text.x { text-anchor: start; }
.grid { stroke: #eaeef2; } .axis, .tick { stroke: #8c959f; fill: none; }
.issued { fill: #8fa1b3; } .hidden { fill: #f0c36d; }
.band { stroke: none; } .line { fill: none; stroke-width: 1.4; }
.band.wide { fill: #d6e2ee; } .band.near { fill: #aac5e0; } .line.half { stroke: var(--with); }
.band.with { fill: var(--with); opacity: .22; } .line.with { stroke: var(--with); }
.band.without { fill: var(--without); opacity: .22; }
.line.without { stroke: var(--without); stroke-dasharray: 4 2; }
.today { stroke: #8c959f; stroke-dasharray: 2 2; }
.arrival { stroke: var(--with); stroke-dasharray: 1.5 2; }
.next { stroke: #8c959f; stroke-dasharray: 1.5 2; }
.limit { stroke: #8c959f; stroke-dasharray: 6 3; fill: none; }
.expiry { fill: var(--bad); }
.key { display: inline-block; width: 1em; height: .7em; margin: 0 .3em 0 .8em; }
footer { margin-top: 5mm; border-top: 1px solid var(--rule); color: var(--quiet); font-size: 9pt; }
@media print { body { background: #fff; font-size: 9pt; }
  main { max-width: none; margin: 0; padding: 0; } }
@media (max-width: 700px) { .charts { grid-template-columns: 1fr; } main { padding: 4mm; } }
"""


def order_page(
    pharmacy: Pharmacy,
    forecast: DemandForecast,
    plan: OrderPlan,
    *,
    language: str,
    version: str,
    made_at: str,
) -> str:
    """The whole order as a self-contained page. ``made_at``: when, as ISO 8601."""
    page = _Page(pharmacy, forecast, plan, language)
    tongue = "zh-Hans" if language == "zh" else "en"
    parts = [page.heading(), page.looks(), page.lines(), page.left_out(), page.items()]
    parts.append(page.footer(version, made_at))
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{page.title()}</title>\n<style>\n{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page. Every text passes through ``escape``."""

    def __init__(
        self, pharmacy: Pharmacy, forecast: DemandForecast, plan: OrderPlan, language: str
    ) -> None:
        self.pharmacy, self.forecast, self.plan = pharmacy, forecast, plan
        self.words = OrderWords(pharmacy, language)
        self.common = InventoryWords(language)
        self.looked = {look.item for look in plan.looks if look.item is not None}

    def say(self, key: str, **values: object) -> str:
        return escape(clean(self.common.say(key, **values)))

    def title(self) -> str:
        return escape(clean(self.common.heading(self.pharmacy)))

    def heading(self) -> str:
        plan, currency = self.plan, self.pharmacy.settings.currency
        budget = ""
        if plan.budget is not None:
            budget = self.common.say("order_budget", budget=amount(plan.budget), currency=currency)
        head = self.say(
            "order_head",
            lines=len(plan.orders),
            cost=amount(plan.cost),
            currency=currency,
            budget=budget,
            saving=amount(plan.saving),
            days=self.pharmacy.settings.review_days,
        )
        proof = self.say(
            "order_proof",
            cost=amount(plan.engine.expected_cost),
            currency=currency,
            gap=proved(plan.engine.gap),
            scenarios=plan.scenarios,
        )
        checked = self.say("order_checked", count=len(plan.violations))
        return (
            f"<header><h1>{self.title()}</h1><p><strong>{head}</strong></p>"
            f'<p class="quiet">{proof} {checked} {self.say("order_rule")}</p></header>'
        )

    def looks(self) -> str:
        looks = self.plan.looks
        if not looks:
            return ""
        entries = "".join(f"<li>{escape(clean(self.words.look(look)))}</li>" for look in looks)
        shared = "".join(
            f"<li>{escape(clean(self._shared(at)))}</li>" for at in range(len(self.plan.shared))
        )
        head = self.say("order_look", count=len(looks))
        return f'<section class="look"><h2>{head}</h2><ul>{entries}{shared}</ul></section>'

    def _shared(self, at: int) -> str:
        one = self.plan.shared[at]
        parts = [
            self.common.say(
                "order_share", site=site, given=number(units), needs=number(one.needs[site])
            )
            for site, units in one.given.items()
        ]
        return self.common.say(
            "order_shared",
            name=self.words.name(one.item),
            available=self.words.units(one.item, one.available),
            list=self.common.listed(parts),
        )

    def lines(self) -> str:
        if not self.plan.orders:
            return f"<p>{self.say('order_held' if self.plan.left_out else 'order_none')}</p>"
        parts = []
        for code in sorted({line.supplier for line in self.plan.orders}):
            lines = [line for line in self.plan.orders if line.supplier == code]
            parts.append(self._supplier(code, lines))
        return "\n".join(parts)

    def _supplier(self, code: str, lines: list[OrderLine]) -> str:
        from cds.show.inventory.order_workbook import supplier_name

        head = self.say(
            "order_supplier",
            name=supplier_name(self.pharmacy, code, self.words.language),
            lines=len(lines),
            cost=amount(sum(line.cost for line in lines)),
            currency=self.pharmacy.settings.currency,
        )
        titles = "".join(
            f"<th{' class=n' if right else ''}>{self.say(key)}</th>"
            for key, right in (
                ("item", False), ("name", False), ("packs", True), ("quantity", True),
                ("cost", True), ("arrives", True), ("saves", True),
            )
        )  # fmt: skip
        rows = "".join(self._row(line) for line in lines)
        per = escape(self.pharmacy.settings.currency)
        return (
            f"<h2>{head}</h2><table><thead><tr>{titles}<th class=n>/{per}</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def _row(self, line: OrderLine) -> str:
        words = self.words
        name = escape(clean(words.name(line.item)))
        reason = escape(clean(words.reason(line)))
        numbers = (
            number(line.packs),
            words.units(line.item, line.quantity),
            amount(line.cost),
            words.day(line.arrival[1]),
            amount(line.saving),
            f"{line.saving_per_money:.2f}",
        )
        right = "".join(f"<td class=n>{escape(clean(each))}</td>" for each in numbers)
        link = f'<a href="#{escape(line.item, quote=True)}">{escape(line.item)}</a>'
        return f"<tr><td>{link}</td><td>{name}<small>{reason}</small></td>{right}</tr>"

    def left_out(self) -> str:
        cut = self.plan.left_out
        entries = [
            self.common.say(
                "order_cut",
                name=self.words.name(line.item),
                cut=self.words.cut(line),
                risk=percent(line.risk_with),
            )
            for line in cut
        ]
        entries += [
            f"{self.words.name(item)}: {self.words.unplanned(why)}"
            for item, why in self.plan.unplanned.items()
        ]
        if not entries:
            return ""
        listed = "".join(f"<li>{escape(clean(entry))}</li>" for entry in entries)
        head = self.say("order_left_out", count=len(cut)) if cut else self.say("left_out")
        return f"<h2>{head}</h2><ul>{listed}</ul>"

    def items(self) -> str:
        """A chart for each item: to look at, ordered, then the nearest to running out."""
        lines = sorted(
            self.plan.lines,
            key=lambda line: (
                line.item not in self.looked,
                line.quantity <= 0,
                line.rank if line.quantity > 0 else 0,
                (line.cover_days or 1e9) / line.wanted_days if line.quantity <= 0 else 0,
                line.item,
            ),
        )[:MOST_CHARTS]
        key = "".join(
            f'<span class="key" style="background:{colour}"></span>{self.say(name)}'
            for colour, name in (
                ("#8fa1b3", "key_issued"),
                ("#f0c36d", "key_hidden"),
                ("#aac5e0", "key_forecast"),
                ("#b35900", "key_without"),
                ("#2467a8", "key_with"),
                ("#a61b1b", "key_expiry"),
            )
        )
        head = f"<h2>{self.say('key_head')}</h2>"
        note = f'<p class="quiet">{key}. {self.say("key_rule")}</p>'
        more = len(self.plan.lines) - len(lines)
        rest = f'<p class="quiet">{self.say("key_more", count=more)}</p>' if more else ""
        return head + note + "\n".join(self._item(line) for line in lines) + rest

    def _item(self, line: OrderLine) -> str:
        words, item = self.words, self.pharmacy.items[line.item]
        name = f"{words.name(line.item)} ({line.item}, {item.ven})"
        ordered = f"{number(line.packs)} × {number(item.pack)} {item.unit}, {line.supplier}"
        if line.quantity <= 0:
            ordered = self.common.say("not_ordered")
        stock_title = self.common.say("key_stock", unit=item.unit)
        demand_title = self.common.say("key_demand", unit=item.unit)
        stock = stock_chart(self.pharmacy, self.plan, line, words, f"{name}: {stock_title}")
        demand = demand_chart(self.forecast, line.item, words, f"{name}: {demand_title}")
        bad = " class=bad" if line.item in self.looked else ""
        return (
            f'<article id="{escape(line.item, quote=True)}"{bad}><h3>{escape(clean(name))}'
            f"<small>{escape(clean(ordered))}</small></h3>"
            f"<p>{escape(clean(words.reason(line)))}</p><div class=charts>"
            f"<figure>{stock}<figcaption>{escape(clean(stock_title))}</figcaption></figure>"
            f"<figure>{demand}<figcaption>{escape(clean(demand_title))}</figcaption></figure>"
            "</div></article>"
        )

    def footer(self, version: str, made_at: str) -> str:
        notes = [*self.common.set_aside(self.pharmacy), self.common.say("support")]
        made = f"cds {version}, {made_at}"
        return (
            "<footer>" + "".join(f"<p>{escape(note)}</p>" for note in (*notes, made)) + "</footer>"
        )
