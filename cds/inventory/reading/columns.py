"""Which tables and columns a pharmacy's folder may have, and what else they may be called."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

NOTES: Final = frozenset(
    {"notes", "note", "comment", "comments", "remark", "remarks", "备注", "说明"}
)
"""Columns that are for people: never read."""

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("item", "medicines", "drugs", "药品", "品种", "药品目录"),
    "places": ("place", "locations", "wards", "库位", "地点", "药房"),
    "lots": ("lot", "stock", "batches", "批次", "库存", "批号"),
    "issues": ("issue", "consumption", "dispensed", "出库", "发药", "消耗"),
    "receipts": ("receipt", "deliveries", "入库", "收货"),
    "adjustments": ("adjustment", "调整", "盘点"),
    "orders": ("order", "open_orders", "在途", "未到货", "订单"),
    "suppliers": ("supplier", "供应商"),
    "offers": ("offer", "prices", "报价", "价格"),
    "lead_times": ("lead_time", "交货期", "到货记录"),
    "stock_outs": ("stock_out", "stockouts", "缺货"),
    "budgets": ("budget", "预算"),
    "conversions": ("conversion", "单位换算"),
}
"""Each table's file name without its ending, and what else it may be called."""

NEEDED: Final = ("items", "lots", "issues")

_COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item_id", "code", "item_code", "drug", "unique_id", "药品编码", "药品代码", "编码"),
    "name": ("name_en", "英文名"),
    "name_zh": ("chinese_name", "名称", "中文名", "药品名称"),
    "quantity": ("qty", "units", "amount", "数量"),
    "packs": ("boxes", "盒数", "包装数"),
    "unit": ("uom", "单位"),
    "pack": ("pack_size", "units_per_pack", "包装", "包装规格", "包装量"),
    "date": ("day", "日期", "出库日期", "入库日期"),
    "place": ("location", "store", "库位", "地点", "药房"),
    "site": ("hospital", "campus", "院区"),
    "to": ("ward", "receiver", "department", "科室", "病区", "领用科室"),
    "lot": ("batch", "lot_number", "batch_number", "批号", "批次"),
    "expiry": ("expires", "expiry_date", "exp", "use_by", "有效期", "有效期至", "失效日期"),
    "supplier": ("vendor", "供应商"),
    "order": ("order_number", "po", "订单号"),
    "ordered": ("order_date", "ordered_on", "订货日期", "下单日期"),
    "received": ("receipt_date", "到货日期", "收货日期"),
    "price": ("unit_price", "pack_price", "单价", "价格"),
    "currency": ("币种",),
    "document": ("movement", "voucher", "单据号"),
    "gs1": ("barcode", "element_string", "udi", "追溯码", "条码"),
    "status": ("state", "状态"),
    "reason": ("原因",),
    "lead_time_days": ("lead_time", "交货天数"),
}

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "items": (
        "item", "name", "name_zh", "atc", "form", "unit", "pack", "ven", "abc", "storage",
        "volume_l", "controlled", "monthly_quota", "shelf_life_days", "substitutes", "minimum",
        "maximum", "shortage_cost", "gtin",
    ),
    "places": ("place", "name", "name_zh", "site", "stores", "controlled"),
    "lots": (
        "item", "lot", "quantity", "packs", "unit", "expiry", "place", "status", "gtin", "gs1",
    ),
    "issues": ("item", "date", "quantity", "packs", "unit", "place", "to", "lot", "document"),
    "receipts": (
        "item", "date", "quantity", "packs", "unit", "place", "lot", "expiry", "supplier", "order",
        "ordered", "price", "document", "gs1",
    ),
    "adjustments": (
        "item", "date", "quantity", "packs", "unit", "place", "lot", "reason", "document",
    ),
    "orders": ("order", "item", "supplier", "quantity", "packs", "unit", "ordered", "due"),
    "suppliers": (
        "supplier", "name", "name_zh", "lead_time_days", "delivery_days", "minimum_order_value",
    ),
    "offers": (
        "item", "supplier", "price", "minimum_packs", "lead_time_days", "priced_on",
        "valid_until", "currency",
    ),
    "lead_times": ("supplier", "item", "ordered", "received"),
    "stock_outs": ("item", "from", "to", "place"),
    "budgets": ("period", "amount", "currency"),
    "conversions": ("item", "unit", "factor"),
}  # fmt: skip
"""The columns that each table may have, in the usual order."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("item", "unit", "pack", "ven"),  # and name or name_zh
    "places": ("place",),
    "lots": (),  # a GS1 element string may stand for item, lot, expiry and quantity
    "issues": ("item", "date"),
    "receipts": ("date",),
    "adjustments": ("item", "date"),
    "orders": ("item", "supplier", "ordered"),
    "suppliers": ("supplier",),
    "offers": ("item", "supplier", "price"),
    "lead_times": ("supplier", "ordered", "received"),
    "stock_outs": ("item", "from", "to"),
    "budgets": ("period", "amount"),
    "conversions": ("item", "unit", "factor"),
}

_OWN: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "items": {
        "name": ("item_name", "generic", "inn"),
        "atc": ("atc_code",),
        "form": ("dosage_form", "剂型"),
        "ven": ("priority", "分级"),
        "storage": ("store_at", "储存", "储存条件"),
        "volume_l": ("volume", "litres", "体积"),
        "controlled": ("narcotic", "麻精", "管制"),
        "monthly_quota": ("quota", "月限额"),
        "shelf_life_days": ("shelf_life", "保质期"),
        "substitutes": ("alternatives", "替代"),
        "minimum": ("min", "minimum_stock", "最低库存"),
        "maximum": ("max", "maximum_stock", "最高库存"),
        "shortage_cost": ("缺货成本",),
        "gtin": ("gtins", "ean"),
    },
    "places": {
        "name": ("名称",),
        "name_zh": ("中文名",),
        "stores": ("storage", "储存条件"),
        "controlled": ("麻精", "管制"),
    },
    "suppliers": {
        "name": ("名称",),
        "delivery_days": ("deliveries", "送货日"),
        "minimum_order_value": ("minimum_value", "起订金额"),
    },
    "offers": {
        "minimum_packs": ("minimum_order", "moq", "起订量"),
        "priced_on": ("price_date", "报价日期"),
        "valid_until": ("有效期至",),
    },
    "orders": {"due": ("due_date", "expected", "预计到货")},
    "stock_outs": {"from": ("first", "start", "开始"), "to": ("last", "end", "结束")},
    "budgets": {"period": ("month", "期间", "月份"), "amount": ("budget", "金额", "预算")},
    "conversions": {"factor": ("换算",)},
}


def spellings(table: str) -> dict[str, str]:
    """What a header may say, squeezed → the column meant; a column's own name wins."""
    meant = {squeezed(column): column for column in COLUMNS[table]}
    for names in (_OWN.get(table, {}), _COMMON):
        for column in COLUMNS[table]:
            for other in names.get(column, ()):
                meant.setdefault(squeezed(other), column)
    return meant


def headings(table: str) -> list[str]:
    """The columns a table may have, each with its first Chinese name, where it has one."""
    own = _OWN.get(table, {})
    found = []
    for column in COLUMNS[table]:
        names = (*own.get(column, ()), *_COMMON.get(column, ()))
        chinese = next((name for name in names if "\u4e00" <= name[0] <= "\u9fff"), None)
        found.append(column if chinese is None else f"{column} ({chinese})")
    return found


def squeezed(header: str) -> str:
    """A header without case, width, blanks, underscores and hyphens."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in folded if letter not in " _-\t")
