"""Which column is which: names hospitals give them, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cds.errors import InputError, Place
from cds.forecasting.intake.complaints import did_you_mean

SERIES, TIME, VALUE, OUT = "unique_id", "ds", "y", "out_of_stock"

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    SERIES: (
        "unique_id", "id", "series", "series_id", "item", "item_id", "item_code", "code", "sku",
        "product", "drug", "medicine", "编号", "编码", "药品编码", "药品", "药品名称", "品种",
        "物品", "项目", "序列", "科室",
    ),
    TIME: (
        "ds", "date", "time", "datetime", "timestamp", "day", "week", "month", "period",
        "日期", "时间", "月份", "周", "年月", "发药日期", "出库日期", "发药时间",
    ),
    VALUE: (
        "y", "quantity", "qty", "value", "count", "amount", "demand", "units", "issued",
        "arrivals", "attendances", "数量", "用量", "需求", "需求量", "出库数量", "发药数量",
        "人数", "例数",
    ),
    OUT: ("out_of_stock", "stockout", "stock_out", "缺货", "缺货比例", "断货"),
}  # fmt: skip


def find_columns(
    names: Sequence[str],
    source: str,
    chosen: Mapping[str, str],
    required: Sequence[str],
    spellings: Mapping[str, tuple[str, ...]] = SPELLINGS,
) -> dict[str, str]:
    """What each column means → its header; ``chosen`` are those that the user named.

    Raises InputError for a column that is not there or may be two.
    """
    found: dict[str, str] = {}
    folded = {_fold(name): name for name in names}
    for meaning, header in chosen.items():
        if _fold(header) not in folded:
            raise InputError(
                f"has no column {header!r}; it has {', '.join(names)}{did_you_mean(header, names)}",
                Place(source),
            )
        found[meaning] = folded[_fold(header)]
    for meaning, words in spellings.items():
        if meaning in found:
            continue
        here = [folded[_fold(word)] for word in words if _fold(word) in folded]
        here = [name for name in here if name not in found.values()]
        if here and (_fold(here[0]) == meaning or len(set(here)) == 1):
            found[meaning] = here[0]
        elif here:
            raise InputError(
                f"has the columns {', '.join(dict.fromkeys(here))}, each of which may be "
                f"'{meaning}'; name one with --{option_of(meaning)}",
                Place(source),
            )
    for meaning in required:
        if meaning not in found:
            raise InputError(
                f"has no column '{meaning}' ({spellings[meaning][1]}, {spellings[meaning][2]}, …); "
                f"it has {', '.join(names)}{_near(names, spellings[meaning])}; "
                f"name it with --{option_of(meaning)} COLUMN",
                Place(source),
            )
    return found


def option_of(meaning: str) -> str:
    """The option that names the column of a meaning."""
    return {SERIES: "id", TIME: "time", VALUE: "value"}.get(meaning, meaning.replace("_", "-"))


def _near(names: Sequence[str], spellings: Sequence[str]) -> str:
    for name in names:
        if len(name) > 2 and did_you_mean(name, [word for word in spellings if len(word) > 2]):
            return f"; is it '{name}'?"
    return ""


def _fold(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")
