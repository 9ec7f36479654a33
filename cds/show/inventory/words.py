"""Sentences and numbers about a pharmacy's stock, in English and Chinese."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from typing import Final

from cds.inventory.description import Pharmacy
from cds.show.grammar import fill

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "head": ("{name}, {day}", "{name}，{day}"),
    "refused": (
        "{count} row[ was|s were] set aside as wrong and not counted here ({tables}).",
        "{count} 行数据有误，已搁置，未计入以下任何数字（{tables}）。",
    ),
    "later": (
        "{count} row[ does|s do] not count: later than {day}.",
        "{count} 行日期晚于 {day}，未计入。",
    ),
    "more": (
        "{count} more; --all shows them, --json has all.",
        "另有 {count} 行；--all 显示全部，--json 含全部数据。",
    ),
    "support": (
        "Supports, and does not replace, a pharmacist's judgement.",
        "仅供辅助，不能代替药师的判断。",
    ),
    # columns
    "item": ("item", "编码"),
    "name": ("name", "名称"),
    "ven": ("VEN", "VEN"),
    "usable": ("usable", "可用"),
    "cover": ("cover", "可用天数"),
    "on_order": ("on order", "在途"),
    "next": ("delivery", "下次到货"),
    "risk": ("risk", "断货风险"),
    "expiring_value": ("expires", "预计过期"),
    "concern": ("concern", "问题"),
    "lot": ("lot", "批号"),
    "place": ("place", "地点"),
    "expiry": ("expiry", "有效期"),
    "days": ("days", "天数"),
    "quantity": ("quantity", "数量"),
    "unit": ("unit", "单位"),
    "value": ("value", "金额"),
    "unused": ("unused", "预计剩余"),
    "suggestion": ("what to do", "建议"),
    "from": ("from", "调出"),
    "to": ("to", "调入"),
    "why": ("why", "原因"),
    "saved_value": ("saved value", "挽回金额"),
    "use": ("use a year", "年用量"),
    "share": ("share", "占比"),
    "abc": ("ABC", "ABC"),
    "was": ("was", "原"),
    "xyz": ("XYZ", "XYZ"),
    "variation": ("variation", "变异系数"),
    # status
    "concern_out": ("none left", "已断货"),
    "concern_risk": ("may run out", "可能断货"),
    "concern_overdue": ("order overdue", "逾期未到货"),
    "concern_unknown": ("not known", "未知"),
    "concern_expired": ("expired on shelf", "有过期品"),
    "concern_expiring": ("will expire", "将过期"),
    "concern_none": ("", ""),
    "status_count": (
        "{items} item[|s]: {out} with none left, {risk} that may run out before the next delivery, "
        "{overdue} with an overdue order, {expiring} of which some will expire unused",
        "{items} 个品种：{out} 个已断货，{risk} 个可能在下次到货前断货，{overdue} 个逾期未到货，"
        "{expiring} 个预计有过期",
    ),
    "status_value": (
        "Usable stock is worth {value} {currency}; {expiring} {currency} of it will expire unused "
        "at the recent rate{unpriced}.",
        "可用库存价值 {value} {currency}；按近期用量预计 {expiring} {currency} 将过期{unpriced}。",
    ),
    "unpriced": (
        " ({count} item[|s] without a known price left out)",
        "（{count} 个无价格品种未计入）",
    ),
    "status_vital": (
        "A person must look: {items}.",
        "需要人工处理：{items}。",
    ),
    "status_overdue": (
        "Overdue, and not counted on: {orders}.",
        "逾期未到货、不予计入的订单：{orders}。",
    ),
    "status_rule": (
        "Risk: the share of past stretches, as long as past deliveries took, whose use this stock "
        "could not have met. Cover: at the mean use of the last {days} day[|s] with stock. "
        "Next delivery: days until what is on order comes; *: nothing on order can be counted on, "
        "days of an order of now.",
        "断货风险：以往与供货周期等长的时段中，现有库存不能满足其用量的比例。"
        "可用天数：按最近 {days} 天（有货日）的平均用量。下次到货：在途订单的天数；*：无可计入的"
        "在途订单，按现在下单计。",
    ),
    # forecast
    "demand_head": (
        "Demand of {items} item[|s], {periods} period[|s] of {days} day[|s] ahead; {hidden} "
        "[was|were] out of stock at times, and what that hid is added",
        "{items} 个品种未来 {periods} 个周期（每周期 {days} 天）的需求；{hidden} 个品种曾断货，"
        "已补回被掩盖的需求",
    ),
    "demand_class": ("kind", "类型"),
    "demand_last": ("lately", "近期"),
    "hidden": ("hidden", "掩盖"),
    "demand_rule": (
        "Units a review period: the mean of the last four, then the forecast's mean and its 10 and "
        "90 % quantiles for the first. Hidden: demand above what was issued, because the item was "
        "out of stock (estimated).",
        "单位/周期：最近四个周期均值、预测均值、首个周期的 10% 与 90% 分位。掩盖：因断货未发出"
        "的需求（估计）。",
    ),
    # order
    "packs": ("packs", "盒数"),
    "supplier": ("from", "供应商"),
    "cost": ("cost", "金额"),
    "arrives": ("arrives", "到货"),
    "saves": ("saves", "节省"),
    "per_money": ("/money", "/金额"),
    "pack": ("in a pack", "每盒"),
    "pack_price": ("price a pack", "每盒价格"),
    "needed_by": ("needed by", "最迟需要"),
    "look": ("look at", "需处理"),
    "left_out": ("left out", "未足额"),
    "order_head": (
        "Order {lines} line[|s] for {cost} {currency}{budget}; expected to save {saving} "
        "{currency} over waiting {days} day[|s]",
        "建议订货 {lines} 项，{cost} {currency}{budget}；与 {days} 天后再订相比，预计节省 {saving} "
        "{currency}",
    ),
    "order_budget": (
        " of the {budget} {currency} for tonight",
        "（今晚预算 {budget} {currency}）",
    ),
    "order_proof": (
        "Expected cost {cost} {currency} over {scenarios} scenario[|s], proved within {gap} of "
        "the least.",
        "{scenarios} 个情景下预期成本 {cost} {currency}，已证明与最优相差不超过 {gap}。",
    ),
    "order_checked": ("Checked: {count} violation[|s].", "独立核查：{count} 项违规。"),
    "order_price": (
        "One {currency} more of budget would save {price} {currency}.",
        "预算每增加 1 {currency} 可节省 {price} {currency}。",
    ),
    "order_look": ("{count} thing[|s] a person must look at:", "需要人工处理 {count} 项："),
    "order_none": ("Nothing is worth ordering today.", "今日无需订货。"),
    "order_held": ("Nothing is ordered today: limits hold it back.", "今日无订货：受限制所致。"),
    "order_supplier": (
        "{name}: {lines} line[|s], {cost} {currency}",
        "{name}：{lines} 项，{cost} {currency}",
    ),
    "order_left_out": (
        "{count} [item gets|items get] less than would be best for them:",
        "{count} 个品种的订货量低于最优：",
    ),
    "order_cut": ("{name}: {cut}; {risk} to run out", "{name}：{cut}；断货概率 {risk}"),
    "order_unplanned": ("Not planned: {list}.", "未纳入计划：{list}。"),
    "order_shared": (
        "{name}: {available} must do until the delivery: {list}.",
        "{name}：到货前仅有 {available}，建议分配：{list}。",
    ),
    "order_share": ("{site} {given} of {needs}", "{site} {given} / 需 {needs}"),
    "order_rule": (
        "Saves: expected money against ordering at the next review instead (shortage, expiry, "
        "holding, order lines; below a minimum too). Ranked by it for each unit of money.",
        "节省：与下次再订相比，预期可节省的金额（缺货、过期、持有、订货手续，含低于库存下限）；"
        "按每单位金额的节省排序。",
    ),
    "shortage": ("shortage", "缺货"),
    "expiry_cost": ("expiry", "过期"),
    "holding": ("holding", "持有"),
    "order_lines": ("lines", "订货"),
    "others": ("others", "其他"),
    "total": ("in all", "合计"),
    "note": ("", ""),
    "chosen": ("<- ordered", "<- 建议"),
    "explain_head": (
        "{name} ({item}): order {packs} pack[|s] ({units}) from {supplier} for {cost} {currency}",
        "{name}（{item}）：向 {supplier} 订 {packs} 盒（{units}），{cost} {currency}",
    ),
    "next_more": (
        "One pack more would change the cost by {change} {currency}: {parts}.",
        "多订一盒成本变化 {change} {currency}：{parts}。",
    ),
    "next_fewer": (
        "One pack fewer would change it by {change} {currency}: {parts}.",
        "少订一盒成本变化 {change} {currency}：{parts}。",
    ),
    "next_more_forbidden": ("One pack more: not allowed by {limit}.", "多订一盒：{limit}不允许。"),
    "next_fewer_forbidden": (
        "One pack fewer: not allowed by {limit}.",
        "少订一盒：{limit}不允许。",
    ),
    "explain_rule": (
        "Expected {currency} over the periods looked ahead, later orders included. Others: what "
        "the money and the room would save elsewhere, the supplier's minimum, and the price of "
        "staying below the minimum stock. Risk: to run out before the next review's order comes.",
        "展望期内的预期 {currency}，含后续订货。其他：所占资金与容量在别处可节省的金额、供应商起订"
        "金额，以及低于库存下限的代价。风险：下次订货到货前断货。",
    ),
    "explain_forecast": ("Demand by review period ({kind}):", "各周期需求预测（{kind}）："),
    "from_day": ("from", "起始"),
    "mean": ("mean", "均值"),
    "low": ("10 %", "10%"),
    "half": ("50 %", "50%"),
    "high": ("90 %", "90%"),
    "class_smooth": ("steady", "平稳"),
    "class_erratic": ("erratic", "波动"),
    "class_intermittent": ("now and then", "间歇"),
    "class_lumpy": ("now and then, in lumps", "块状"),
    "class_new": ("new: as items like it", "新品：参照同类"),
    "class_dead": ("no longer used", "停用"),
    "explain_censored": (
        "It was out of stock in {periods} period[|s]: {issued} were issued a period, {demand} "
        "would have been asked for.",
        "有 {periods} 个周期断货：每周期发出 {issued}，实际需求估计 {demand}。",
    ),
    "explain_lots": ("{units} usable, first to expire first:", "可用 {units}，近效期先出："),
    "used_by": ("used by", "预计用完"),
    "explain_not_counted": ("Not counted: {list}.", "未计入：{list}。"),
    "expired_lot": ("expired", "过期"),
    "quarantined_lot": ("quarantined", "待验"),
    "recalled_lot": ("recalled", "召回"),
    "not_ordered": ("not ordered", "不订"),
    "key_head": ("Item by item", "逐品种"),
    "key_issued": ("issued", "已发出"),
    "key_hidden": ("hidden by stock-outs (estimated)", "断货掩盖的需求（估计）"),
    "key_forecast": ("forecast, 80 and 95 %", "预测区间 80% 与 95%"),
    "key_without": ("stock without the order, 80 %", "不订时的库存（80%）"),
    "key_with": ("stock with it, 80 %", "订后的库存（80%）"),
    "key_expiry": ("a lot expires", "批次过期"),
    "key_rule": (
        "Dotted lines: the order comes (blue), the next review's order comes (grey). Dashed: "
        "minimum and maximum stock. Nothing later is ordered in these pictures.",
        "点线：本次到货（蓝）、下次订货到货（灰）。虚线：库存上下限。图中不含此后的订货。",
    ),
    "key_more": ("{count} item[|s] without a picture.", "另有 {count} 个品种未绘图。"),
    "key_stock": ("usable stock, {unit}", "可用库存（{unit}）"),
    "key_demand": ("demand a review period, {unit}", "每周期需求（{unit}）"),
    # expiring
    "expiring_head": (
        "{lots} lot[|s] expired or to expire within {days} day[|s]; {value} {currency} of them "
        "will not be used in time",
        "{lots} 个批次已过期或将在 {days} 天内过期；预计 {value} {currency} 用不完",
    ),
    "expiring_none": ("No lot expires within {days} day[|s].", "{days} 天内没有批次过期。"),
    "do_destroy": ("expired: take out and destroy", "已过期：下架销毁"),
    "do_use_first": ("use first", "优先使用"),
    "do_move": ("move to {place}", "调往 {place}"),
    "do_swap_or_return": ("return or swap", "退货或调换"),
    "do_ask": ("decide: held, or use not known", "待定：冻结或用量未知"),
    # recall
    "recall_found": ("Lot {lot} of {item} ({code})", "{item}（{code}）批号 {lot}"),
    "recall_here": ("On hand: {units}", "现存：{units}"),
    "recall_nowhere": ("None on hand.", "现无库存。"),
    "recall_received": ("Received", "入库"),
    "recall_given": ("Given out: {units}", "已发出：{units}"),
    "recall_not_given": ("No issue names this lot.", "没有注明该批号的出库记录。"),
    "recall_transfer": ("moved to {to}", "调往 {to}"),
    "recall_to": ("to {to}", "发往 {to}"),
    "recall_to_unknown": ("to whom is not recorded", "未记录接收者"),
    "recall_unaccounted": (
        "{units} of what was received are neither on hand nor in an issue of this lot.",
        "入库数量中有 {units} 既不在库，也没有该批号的出库记录。",
    ),
    "recall_over": (
        "{units} more left or lie there than were received: a receipt is missing.",
        "发出与在库之和比入库多 {units}：缺少入库记录。",
    ),
    "recall_no_receipt": (
        "No receipt names this lot: how much came is not known.",
        "没有该批号的入库记录：到货数量未知。",
    ),
    "recall_blind": (
        "{rows} issue[|s] of this item ({units}){since} without a lot: some may be of this one. "
        "They went to {receivers}.",
        "该品种{since}有 {rows} 笔出库（{units}）未注明批号，可能包含本批。发往：{receivers}。",
    ),
    "recall_since": (" since {day}", "自 {day} 起"),
    "recall_nobody": ("receivers that are not recorded", "未记录的接收者"),
    "recall_act": (
        "Hold it back now: {units} can still be taken ({places}).",
        "请立即冻结：仍可领用 {units}（{places}）。",
    ),
    "recall_none": (
        "Lot {lot} is in no lot, receipt or issue{item}.",
        "库存、入库、出库中都没有批号 {lot}{item}。",
    ),
    "recall_of": (" of {item}", "（{item}）"),
    "recall_similar": ("Similar numbers: {lots}.", "相近批号：{lots}。"),
    "recall_blind_all": (
        "{rows} [issue names|issues name] no lot, so that it was never here cannot be said.",
        "有 {rows} 笔出库未注明批号，因此不能断定从未有过该批。",
    ),
    # pick
    "pick_head": ("Pick {units} of {item} ({code})", "拣货 {item}（{code}）{units}"),
    "pick_short": (
        "Short: {available} of {asked} are there; {short} are missing.",
        "不足：需 {asked}，仅有 {available}，缺 {short}。",
    ),
    "pick_held": ("Not to be used: {list}.", "不可使用：{list}。"),
    "pick_elsewhere": ("Elsewhere: {list}.", "其他地点：{list}。"),
    "pick_substitute": (
        "Instead: {units} of {item} ({code}); {usable} are there.",
        "可替代：{item}（{code}）{units}；现有 {usable}。",
    ),
    "pick_no_substitute": ("No substitute is stated.", "未设定替代品种。"),
    "quarantined": ("{units} quarantined", "待验 {units}"),
    "recalled": ("{units} recalled", "召回 {units}"),
    "expired": ("{units} expired", "过期 {units}"),
    "at": ("{units} at {place}", "{place} {units}"),
    # redistribute
    "moves_head": (
        "{moves} move[|s]: {saved} {currency} less will expire, {covered} place[|s] fewer lack "
        "{days} days of cover",
        "{moves} 项调拨：过期减少 {saved} {currency}，不足 {days} 天用量的地点减少 {covered} 个",
    ),
    "moves_rule": (
        "saves: units that would have expired where they lie; covers: units that the receiver "
        "lacks for {days} day[|s] of its own use.",
        "避免过期：在原处将过期的数量；补足：调入方达到 {days} 天用量所缺的数量。",
    ),
    "moves_none": (
        "No move is worth making: {items} [item lies|items lie] in more than one place.",
        "没有值得做的调拨：{items} 个品种存放于多个地点。",
    ),
    "why_saves": ("saves {units}", "避免过期 {units}"),
    "why_covers": ("covers {units}", "补足 {units}"),
    "unmet": (
        "{count} [place still lacks|places still lack] cover: order for {listed}.",
        "仍有 {count} 处用量不足，需要采购：{listed}。",
    ),
    "unmet_one": ("{item} in {place}", "{place} 的 {item}"),
    "unmet_vital": ("{item} in {place} (vital)", "{place} 的 {item}（V 类）"),
    # classify
    "classes_head": (
        "Use of the last 364 days at today's prices: {value} {currency}",
        "最近 364 天用量按现价计：{value} {currency}",
    ),
    "classes_rule": (
        "A: the first {a} % of the value, B: up to {b} %, C: the rest. X, Y, Z: weekly use varies "
        "by up to {x}, up to {y}, more (standard deviation over mean).",
        "A：累计金额前 {a}%，B：至 {b}%，C：其余。X、Y、Z：周用量变异系数至 {x}、至 {y}、更大。",
    ),
    "classes_unpriced": (
        "{count} [item is used and has|items are used and have] no known price, and so no class.",
        "{count} 个品种有用量但无价格：未分类。",
    ),
    "classes_changes": ("{count} item[|s] would change class:", "{count} 个品种的分类将改变："),
    "classes_same": ("No item would change class.", "没有品种的分类会改变。"),
    "matrix": ("items (% of value)", "品种数（金额占比 %）"),
}


class InventoryWords:
    """Sentences about a pharmacy in ``language``, ``en`` or ``zh``."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """The sentence ``key`` with its blanks filled."""
        return fill(_TEXTS[key][1 if self.language == "zh" else 0], **values)

    def heading(self, pharmacy: Pharmacy) -> str:
        """Whose stock, on which day."""
        settings = pharmacy.settings
        name = settings.name_zh if self.language == "zh" and settings.name_zh else settings.name
        return self.say("head", name=name, day=pharmacy.as_of.isoformat())

    def set_aside(self, pharmacy: Pharmacy) -> list[str]:
        """What does not count, where there is something."""
        lines = []
        if pharmacy.refused_rows:
            tables = ", ".join(f"{table} {count}" for table, count in pharmacy.refused.items())
            lines.append(self.say("refused", count=pharmacy.refused_rows, tables=tables))
        later = sum(pharmacy.later.values())
        if later:
            lines.append(self.say("later", count=later, day=pharmacy.as_of))
        return lines

    def units(self, pharmacy: Pharmacy, item: str, quantity: float) -> str:
        """``240 tablet``."""
        return f"{number(quantity)} {pharmacy.items[item].unit}"

    def listed(self, parts: list[str]) -> str:
        """Parts set off by commas."""
        return ("、" if self.language == "zh" else ", ").join(parts)


def number(value: float | None) -> str:
    """A quantity with as few decimals as say it; ``?`` where it is not known."""
    if value is None:
        return "?"
    rounded = round(value, 2)
    if float(rounded).is_integer():
        return f"{int(rounded):,}"
    text = f"{rounded:,.1f}"
    return text if text in ("0.0", "-0.0") else text.removesuffix(".0")  # never 0 when it is not


def amount(value: float | None) -> str:
    """Money without hundredths; ``?`` where it is not known."""
    return "?" if value is None else f"{value:,.0f}"


def total(values: Iterable[float | None]) -> float | None:
    """The sum of those known; not known where none is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def proved(gap: float) -> str:
    """How far from the least a plan is at most: hundredths of a percent, rounded up."""
    hundredths = math.ceil(10_000 * gap - 1e-9)
    return f"{max(hundredths, 1) / 100:.2f} %"


def percent(share: float | None) -> str:
    """A share that is never shown as 0 or 100 when it is not; ``?`` where it is not known."""
    if share is None:
        return "?"
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def iso(day: date | None) -> str:
    """A date, or nothing."""
    return "" if day is None else day.isoformat()
