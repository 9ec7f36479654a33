"""Sentences about an order: why each line, what was left out, what a person must look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from cds.inventory.attention import Look
from cds.inventory.description import Pharmacy
from cds.inventory.planning.order_plan import SUPPLIER_MINIMUM, OrderLine
from cds.show.grammar import fill
from cds.show.inventory.words import amount, number, percent

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "join": ("; ", "；"),
    "comma": (", ", "，"),
    # why a line
    "none_left": ("none left", "已无库存"),
    "cover": ("{cover} of {wanted} day[|s] of cover", "现有可用 {cover} 天，需 {wanted} 天"),
    "no_use": ("not used", "无用量"),
    "on_order": ("{units} on order", "在途 {units}"),
    "late": ("supplier late {times} time[|s] in {of}", "供应商 {of} 次中 {times} 次延迟到货"),
    "always_late": ("supplier always late", "供应商总是延迟到货"),
    "runs_out": (
        "{chance} to run out before {day}",
        "{day}前断货概率 {chance}",
    ),
    "runs_out_anyway": (
        "{chance} to run out before it comes (usually {day})",
        "到货（通常{day}）前断货概率 {chance}",
    ),
    "with_it": ("{chance} with this order", "下此订单后 {chance}"),
    "minimum": ("below the minimum of {units}", "低于库存下限 {units}"),
    "spares": (
        "more now spares later orders and late risks: {saving} {currency}",
        "现在多订可减少后续订货与延迟到货风险：{saving} {currency}",
    ),
    "fills_up": (
        "ordered only to fill up the minimum order of {supplier}",
        "仅为凑足 {supplier} 的起订金额而订",
    ),
    "filled_up": (
        "{best} pack[|s] would be best: the rest fills up the minimum order of {supplier}",
        "{best} 盒即为最佳，其余为凑足 {supplier} 的起订金额",
    ),
    "wasted": ("{units} expected to expire", "预计过期 {units}"),
    "stale": ("price is old", "价格已过时"),
    # limits
    "by_budget": ("the budget", "预算"),
    "by_cold room": ("the cold room", "冷库容量"),
    "by_quota": ("the monthly quota", "月度限量"),
    "by_maximum stock": ("the maximum stock", "库存上限"),
    "by_minimum": ("the minimum order of {supplier}", "{supplier} 的起订金额"),
    "limited": ("held to this by {limits}", "受限于{limits}"),
    "cut": (
        "{ordered} instead of {best} pack[|s] because of {limits}",
        "订 {ordered} 盒而非 {best} 盒，因{limits}",
    ),
    # not planned
    "why_no_demand": ("nothing was ever issued", "从未出库"),
    "why_no_price": ("no price is known", "无价格"),
    "why_no_supplier": ("no supplier is known", "无供应商"),
    "why_no_lead_time": ("no lead time is known", "无供货周期"),
    # looks
    "look_runs_out": (
        "{name}: {before} to run out before an order of today comes (usually {arrival}), "
        "{chance} before {next} even with it",
        "{name}：今日订货到货（通常{arrival}）前断货概率 {before}；"
        "即使下单，{next}前断货概率 {chance}",
    ),
    "look_faster": (
        "{supplier} delivers in {days} day[|s] at {price} {currency} a pack",
        "{supplier} 供货约 {days} 天，每盒 {price} {currency}",
    ),
    "look_substitute": ("{units} of {name} are there", "可替代：{name} 现有 {units}"),
    "look_no_supplier": (
        "{name} is used and cannot be ordered: {why}; {usable} left, {cover} day[|s]",
        "{name} 有用量但无法订货：{why}；现有 {usable}，可用 {cover} 天",
    ),
    "look_no_history": (
        "{name} is vital, none is there and none was ever issued: set a minimum to keep some",
        "{name} 为抢救药品，无库存且从未出库：如需备药请设定下限",
    ),
    "look_budget_no_period": (
        "no budget covers this day; orders worth {wanted} {currency} are not held to any",
        "今日不在任何预算期内；{wanted} {currency} 的订货未受预算约束",
    ),
    "look_budget_spent": (
        "the budget of {amount} {currency} is spent; orders worth {wanted} {currency} are wanted",
        "预算 {amount} {currency} 已用完；需订货 {wanted} {currency}",
    ),
    "look_budget_vital_cut": (
        "{name}: the budget allows {ordered} of the {wanted} it needs; {chance} to run out",
        "{name}：预算仅够订 {ordered}，需要 {wanted}；断货概率 {chance}",
    ),
    "look_supplier_minimum": (
        "{name}: not ordered, as {supplier} takes no order below {minimum_order_value} {currency}; "
        "{wanted} are needed, {chance} to run out",
        "{name}：未订，因 {supplier} 起订金额为 {minimum_order_value} {currency}；"
        "需要 {wanted}，断货概率 {chance}",
    ),
    "look_cold_room_full": (
        "the cold room is full before anything is ordered: nothing for it is ordered",
        "订货前冷库已满：未订任何冷藏品",
    ),
    "look_cold_room_cut": (
        "{name}: the cold room leaves room for {ordered} of {wanted}",
        "{name}：冷库仅能容纳 {ordered}，需要 {wanted}",
    ),
    "look_quota": (
        "{name}: this month's quota allows {ordered}; {chance} to run out: ask for more",
        "{name}：本月限量仅允许 {ordered}；断货概率 {chance}：请申请增量",
    ),
    "look_pack_above_maximum": (
        "{name} cannot be ordered: {least} are delivered at least, {maximum} is the most to keep",
        "{name} 无法订货：最少供货 {least}，库存上限 {maximum}",
    ),
    "look_below_minimum": (
        "{name} stays below its minimum: {reached} of {minimum}",
        "{name} 仍低于库存下限：{reached} / {minimum}",
    ),
    "look_price_stale": (
        "{name}: the price of {price} {currency} a pack is old ({day}); ask before you send",
        "{name}：每盒 {price} {currency} 为旧价（{day}）；发送前请询价",
    ),
    "look_order_missing": (
        "{name}: order {order} of {supplier} ({units}) is out for {days} day[|s], longer than any "
        "delivery took: it is not counted on",
        "{name}：{supplier} 的订单 {order}（{units}）已 {days} 天未到，超过以往任何一次：未计入",
    ),
    "look_table_cut_off_rows": (
        "{refused} of the {rows} rows of {table} were set aside: it looks cut off or broken; send "
        "no order before it is whole",
        "{table} 的 {rows} 行中有 {refused} 行被剔除：表格似乎不完整或已损坏；恢复之前请勿发送订单",
    ),
    "look_table_cut_off_items": (
        "lots and issues name {lacking} item[|s] that {table} does not have (it has {known}): it "
        "looks cut off; send no order before it is whole",
        "库存与出库中有 {lacking} 个品种不在 {table} 中（其中仅有 {known} 个）：表格似乎不完整；"
        "恢复之前请勿发送订单",
    ),
    "look_rows_refused": (
        "{table}: {rows} row[ was|s were] set aside as wrong and [is|are] in no sum",
        "{table} 有 {rows} 行数据有误，已搁置，未计入任何数字",
    ),
    "look_unusual_issue": (
        "{name}: {file}, row {row} says that {quantity} were issued on {day}; the largest other "
        "issue is {largest_other}, the usual use {usual_daily} a day. It counts: if it was "
        "mistyped, mend it and order again",
        "{name}：{file} 第 {row} 行记录{day}出库 {quantity}；其余单笔出库最多 {largest_other}，"
        "通常日用量 {usual_daily}。该行已计入：如为误录，请更正后重新计算",
    ),
    "look_feed_stale_issues": (
        "the newest issue is of {day}, {days} day[|s] old: is the feed stale?",
        "最新出库记录为 {day}，已 {days} 天：数据是否中断？",
    ),
    "look_feed_stale_lots": (
        "the lots were counted on {day}, {days} day[|s] ago",
        "批次盘点日期为 {day}，已 {days} 天",
    ),
}  # fmt: skip

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_FEW: Final = 5
_SURE: Final = 0.95
_WORTH_SAYING: Final = 0.01


class OrderWords:
    """Sentences about orders of ``pharmacy`` in ``language``, ``en`` or ``zh``."""

    def __init__(self, pharmacy: Pharmacy, language: str) -> None:
        self.pharmacy, self.language = pharmacy, language

    def say(self, key: str, **values: object) -> str:
        """The sentence ``key`` with its blanks filled."""
        return fill(_TEXTS[key][1 if self.language == "zh" else 0], **values)

    def day(self, day: date | str | None) -> str:
        """``9 Dec`` or ``12月9日``."""
        if day is None:
            return "?"
        known = date.fromisoformat(day) if isinstance(day, str) else day
        if self.language == "zh":
            return f"{known.month}月{known.day}日"
        return f"{known.day} {_MONTHS[known.month - 1]}"

    def name(self, item: str) -> str:
        """An item's name in this language."""
        return self.pharmacy.items[item].label(self.language)

    def units(self, item: str, quantity: float | str | None) -> str:
        """``240 tablet``."""
        known = quantity if isinstance(quantity, int | float) else None
        return f"{number(known)} {self.pharmacy.items[item].unit}"

    def reason(self, line: OrderLine) -> str:
        """Why so much of it is ordered, in one sentence of facts."""
        item = self.pharmacy.items[line.item]
        parts = [self._cover(line)]
        if line.on_order > 0:
            parts.append(self.say("on_order", units=self.units(line.item, line.on_order)))
        if line.late:
            parts.append(self._late(line.late))
        if line.risk_without >= _WORTH_SAYING:
            day = self.day(line.next_arrival)
            said = self.say("runs_out", chance=percent(line.risk_without), day=day)
            if line.quantity > 0 and line.risk_with >= _WORTH_SAYING:
                said += self.say("comma") + self.say("with_it", chance=percent(line.risk_with))
            parts.append(said)
        if line.risk_before >= _WORTH_SAYING:
            day = self.day(line.arrival[1])
            parts.append(self.say("runs_out_anyway", chance=percent(line.risk_before), day=day))
        if item.minimum is not None and line.usable + line.on_order < item.minimum:
            parts.append(self.say("minimum", units=self.units(line.item, item.minimum)))
        elif line.quantity > 0 and line.risk_without < _WORTH_SAYING and not line.filled_up:
            saving = amount(line.saving) if line.saving >= 1 else f"{line.saving:.2f}"
            currency = self.pharmacy.settings.currency
            parts.append(self.say("spares", saving=saving, currency=currency))
        if line.filled_up:
            parts.append(self._filled_up(line))
        if line.waste_with >= 1:
            parts.append(self.say("wasted", units=self.units(line.item, line.waste_with)))
        if line.stale_price:
            parts.append(self.say("stale"))
        limits = tuple(
            name
            for name in line.limited_by
            if not (line.filled_up and name.startswith(SUPPLIER_MINIMUM))
        )
        if limits:
            parts.append(self.say("limited", limits=self.limits(limits)))
        return self.say("comma").join(parts)

    def _cover(self, line: OrderLine) -> str:
        if line.usable <= 0:
            return self.say("none_left")
        if line.cover_days is None:
            return self.say("no_use")
        return self.say("cover", cover=number(round(line.cover_days)), wanted=line.wanted_days)

    def _filled_up(self, line: OrderLine) -> str:
        best = line.best_quantity / self.pharmacy.items[line.item].pack
        key = "filled_up" if best > 0 else "fills_up"
        return self.say(key, best=number(best), supplier=line.supplier)

    def _late(self, share: float) -> str:
        if share > _SURE:
            return self.say("always_late")
        part = Fraction(share).limit_denominator(_FEW)
        if part.numerator == 0:
            part = Fraction(1, round(1 / share))
        if part == 1:
            part = Fraction(_FEW - 1, _FEW)
        return self.say("late", times=part.numerator, of=part.denominator)

    def limits(self, names: tuple[str, ...]) -> str:
        """The limits that hold a line, in words."""
        return self.say("comma").join(self._limit(name) for name in names)

    def _limit(self, name: str) -> str:
        if name.startswith(SUPPLIER_MINIMUM):
            return self.say("by_minimum", supplier=name.removeprefix(SUPPLIER_MINIMUM))
        key = f"by_{name}"
        return self.say(key) if key in _TEXTS else name

    def cut(self, line: OrderLine) -> str:
        """That a limit keeps an order below what would be best."""
        pack = self.pharmacy.items[line.item].pack
        return self.say(
            "cut",
            ordered=line.packs,
            best=number(line.best_quantity / pack),
            limits=self.limits(line.limited_by),
        )

    def unplanned(self, why: str) -> str:
        """Why no order could be reckoned."""
        return self.say(f"why_{why}")

    def look(self, look: Look) -> str:
        """What a person must look at."""
        values, item = look.values, look.item
        said: dict[str, object] = {"currency": self.pharmacy.settings.currency}
        if item is not None:
            said["name"] = f"{self.name(item)} ({item})"
        for key, value in values.items():
            said[key] = self._value(key, value, item)
        key = f"look_{look.kind}"
        if look.kind == "budget":
            key += f"_{values['why']}"
        elif look.kind == "cold_room":
            key += "_full" if item is None else "_cut"
        elif look.kind == "feed_stale":
            key += f"_{values['what']}"
        elif look.kind == "table_cut_off":
            key += "_items" if "lacking" in values else "_rows"
        if look.kind == "runs_out":
            said["next"] = said["next_arrival"]
        if look.kind == "no_supplier":
            said["why"] = self.unplanned(str(values["why"]))
            said["cover"] = number(_rounded(values["cover_days"]))
        if look.kind == "order_missing" and item is not None:
            said["units"] = self.units(item, values["quantity"])
        return self.say("join").join([self.say(key, **said), *self._way_out(look, values)])

    def _way_out(self, look: Look, values: Mapping[str, float | str | None]) -> list[str]:
        found = []
        if "faster_supplier" in values:
            found.append(
                self.say(
                    "look_faster",
                    supplier=values["faster_supplier"],
                    days=number(_rounded(values["faster_days"])),
                    price=_price(values["faster_price"]),
                    currency=self.pharmacy.settings.currency,
                )
            )
        substitute = values.get("substitute")
        if isinstance(substitute, str):
            units = self.units(substitute, values["substitute_usable"])
            found.append(self.say("look_substitute", units=units, name=self.name(substitute)))
        return found

    def _value(self, key: str, value: float | str | None, item: str | None) -> str:
        if key in ("chance", "before") and isinstance(value, float):
            return percent(value)
        if key in ("arrival", "next_arrival", "needed_by", "day"):
            return self.day(value if isinstance(value, str) else None)
        if isinstance(value, str) or key == "row":
            return str(value)
        if key == "price":
            return _price(value)
        if key in ("days", "minimum_order_value") or item is None:
            return amount(value)
        return self.units(item, value)


def _rounded(value: float | str | None) -> float | None:
    return float(round(value)) if isinstance(value, int | float) else None


def _price(value: float | str | None) -> str:
    return f"{value:,.2f}" if isinstance(value, int | float) else "?"
