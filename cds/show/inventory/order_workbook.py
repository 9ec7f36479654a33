"""An order as a workbook: a sheet for each supplier, then what to look at and what was left out."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cds.inventory.description import Pharmacy
from cds.inventory.planning.order_plan import OrderLine, OrderPlan
from cds.show.inventory.order_words import OrderWords
from cds.show.inventory.words import InventoryWords, amount, number
from cds.show.xlsx import Sheet, Value, workbook

_COLUMNS: Final = (
    "item", "name", "packs", "pack", "unit", "quantity", "pack_price", "cost", "needed_by",
    "arrives", "saves", "per_money", "why",
)  # fmt: skip
_SUMMED: Final = (7, 10)


def order_workbook(
    pharmacy: Pharmacy,
    plan: OrderPlan,
    *,
    language: str,
    made_at: datetime,
    version: str,
    supplier: str | None = None,
) -> bytes:
    """The order as a file's bytes; only one supplier's sheet where ``supplier`` is named."""
    words, say = OrderWords(pharmacy, language), InventoryWords(language)
    codes = sorted({line.supplier for line in plan.orders})
    wanted = codes if supplier is None else [supplier]
    sheets = [_supplier(pharmacy, plan, code, words, say) for code in wanted]
    if supplier is None:
        sheets += [_looks(plan, words, say), _left_out(plan, words, say)]
    return workbook(sheets, title=say.heading(pharmacy), made_at=made_at, version=version)


def supplier_name(pharmacy: Pharmacy, code: str, language: str) -> str:
    """A supplier's name in ``language``, with its code."""
    known = pharmacy.suppliers.get(code)
    if known is None:
        return code
    name = known.name_zh if language == "zh" and known.name_zh else known.name
    return f"{name} ({code})"


def _supplier(
    pharmacy: Pharmacy, plan: OrderPlan, code: str, words: OrderWords, say: InventoryWords
) -> Sheet:
    lines = [line for line in plan.orders if line.supplier == code]
    rows: list[list[Value]] = [_row(pharmacy, line, words) for line in lines]
    cost, currency = amount(sum(line.cost for line in lines)), pharmacy.settings.currency
    name = supplier_name(pharmacy, code, words.language)
    above = [
        say.heading(pharmacy),
        say.say("order_supplier", name=name, lines=len(lines), cost=cost, currency=currency),
        say.say("support"),
    ]
    headings = [say.say(key) for key in _COLUMNS[:-2]]
    headings += [f"{say.say('saves')}/{currency}", say.say("why")]
    return Sheet(code, above, headings, rows, _SUMMED)


def _row(pharmacy: Pharmacy, line: OrderLine, words: OrderWords) -> list[Value]:
    item = pharmacy.items[line.item]
    return [
        line.item,
        words.name(line.item),
        line.packs,
        item.pack,
        item.unit,
        line.quantity,
        round(line.pack_price, 4),
        round(line.cost, 2),
        line.needed_by,
        line.arrival[1],
        round(line.saving, 2),
        round(line.saving_per_money, 4),
        words.reason(line),
    ]


def _looks(plan: OrderPlan, words: OrderWords, say: InventoryWords) -> Sheet:
    rows: list[list[Value]] = [[look.kind, look.item, words.look(look)] for look in plan.looks]
    above = [say.say("order_look", count=len(plan.looks))]
    return Sheet(say.say("look"), above, [say.say("concern"), say.say("item"), ""], rows)


def _left_out(plan: OrderPlan, words: OrderWords, say: InventoryWords) -> Sheet:
    rows: list[list[Value]] = [
        [line.item, words.name(line.item), number(line.packs), words.cut(line)]
        for line in plan.left_out
    ]
    rows += [
        [item, words.name(item), "0", words.unplanned(why)] for item, why in plan.unplanned.items()
    ]
    above = [say.say("order_left_out", count=len(plan.left_out))]
    columns = [say.say(key) for key in ("item", "name", "packs", "why")]
    return Sheet(say.say("left_out"), above, columns, rows)
