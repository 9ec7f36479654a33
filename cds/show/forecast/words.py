"""Every sentence of forecasts and patient flow, in English and Chinese, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cds.show.grammar import fill

if TYPE_CHECKING:
    from cds.forecasting.intake.findings import Finding

FORECAST_TEXTS: dict[str, tuple[str, str]] = {
    "period_H": ("hour", "小时"),
    "period_D": ("day", "日"),
    "period_W": ("week", "周"),
    "period_M": ("month", "月"),
    "head": (
        "Forecast by {period}, {horizon} ahead: {series} series, {rows} row[|s], {first} to {last}",
        "按{period}预测，向前{horizon}期：{series}个序列，{rows}行，{first} 至 {last}",
    ),
    "series": ("series", "序列"),
    "class": ("class", "类型"),
    "recent": ("recent", "近期"),
    "last": ("last", "上期"),
    "when": ("from", "起始"),
    "mean": ("mean", "均值"),
    "median": ("median", "中位数"),
    "interval80": ("80 % interval", "80%区间"),
    "interval95": ("95 % interval", "95%区间"),
    "in_brackets": ("In brackets: 80 % interval.", "括号内为80%区间。"),
    "more": (
        "{count} more series; --top N shows more, -o FILE writes all.",
        "另有 {count} 个序列；--top N 显示更多，-o 文件 写出全部。",
    ),
    "more_periods": (
        "{count} more period[|s]; -o FILE writes all.",
        "另有 {count} 期；-o 文件 写出全部。",
    ),
    "corrected": ("Corrected for stock-outs", "已按缺货修正"),
    "correction": (
        "{series}: out of stock in {out} of periods; issued {issued}, demand {demand} a period",
        "{series}：{out}的期间缺货；每期发出 {issued}，需求 {demand}",
    ),
    "corrections_more": ("{count} more; --json lists all.", "另有 {count} 个；--json 列出全部。"),
    "class_smooth": ("smooth", "平稳"),
    "class_erratic": ("erratic", "波动"),
    "class_intermittent": ("intermittent", "间歇"),
    "class_lumpy": ("lumpy", "块状"),
    "class_new": ("new", "新"),
    "class_dead": ("dead", "停用"),
    # evaluation
    "judged": (
        "{windows} rolling origin[|s] by {period}, {horizon} ahead, {series} series",
        "{windows} 个滚动起点，向前 {horizon} {period}，{series} 个序列",
    ),
    "measure": ("measure", "指标"),
    "ours": ("forecast", "预测"),
    "naive": ("seasonal naive", "季节朴素"),
    "ratio": ("ratio", "比值"),
    "limits": ("95 % limits", "95%置信限"),
    "pinball": ("pinball at {level}", "{level} 分位损失"),
    "coverage": ("coverage of {level} %", "{level}%区间覆盖率"),
    "lower_better": (
        "Lower is better but for coverage, which should be as named.",
        "除覆盖率应与名义值相符外，数值越低越好。",
    ),
    # findings: the whole table's sentences with their numbers
    "found_equal_rows_kept": (
        "{rows} row[ equals another|s equal others] in every cell and [was|were] kept: nothing "
        "tells whether [it is a duplicate|they are duplicates]",
        "{rows} 行与其他行完全相同，无法判断是否重复，已保留",
    ),
    "found_duplicates_dropped": (
        "{rows} row[ equals another|s equal others] in every cell and [was|were] dropped",
        "{rows} 行与其他行完全相同，已去除",
    ),
    "found_rows_summed": (
        "{rows} rows have the series and the time of another and were summed (the first: rows "
        "{row} and {other_row}, {series}, {ds}); --transactions says that this is meant",
        "{rows} 行与其他行的序列和时间相同，已相加（首例：第 {row} 行与第 {other_row} 行，"
        "{series}，{ds}）；--transactions 表示确应如此",
    ),
    "found_negative_values": ("negative values are taken as they are", "负值按原样使用"),
    "found_returns_netted": (
        "{rows} row[ is a return and was netted in its|s are returns and were netted in "
        "their] period",
        "{rows} 行为退回，已在当期抵减",
    ),
    "found_gaps_zero": (
        "{periods} period[ has no row and counts|s have no row and count] as 0 "
        "(--gaps missing changes that)",
        "{periods} 期无记录，按 0 计（--gaps missing 可更改）",
    ),
    "found_gaps_missing": (
        "{periods} period[ has no row and is|s have no row and are] missing "
        "(--gaps zero changes that)",
        "{periods} 期无记录，按缺失处理（--gaps zero 可更改）",
    ),
    "found_empty": (
        "{periods} period[ is|s are] empty and missing",
        "{periods} 期为空，按缺失处理",
    ),
    "found_clock_set_back": (
        "{hours} hour[|s] passed twice, the clock being set back, and [counts|count] once, "
        "by the mean",
        "{hours} 个小时因时钟回拨出现两次，按均值计一次",
    ),
    "found_last_period_dropped": (
        "the last period, from {ds}, was not over and was left out",
        "最后一期（自 {ds} 起）尚未结束，未使用",
    ),
    "found_first_period_partial": (
        "the first period, from {ds}, may be incomplete",
        "第一期（自 {ds} 起）可能不完整",
    ),
    # findings: of single series
    "found_returns_carried_back": (
        "returns beyond their period's issues were taken from earlier periods",
        "超出当期发出量的退回已从更早各期扣减",
    ),
    "found_level_shift": ("a lasting shift of level", "水平发生持久变化"),
    "found_unit_change": (
        "a jump of about a pack's size: perhaps the unit changed (--mend-units rescales)",
        "出现约一个包装倍数的跳变：单位可能已改变（--mend-units 可换算）",
    ),
    "of_series": ("{what}: {series}", "{what}：{series}"),
    "and_more": ("{series} and {count} more", "{series} 等（另 {count} 个）"),
    # flow
    "flow_arrivals": (
        "Arrivals by {period}, {horizon} ahead, from {rows} row[|s], {first} to {last}",
        "按{period}预测到达人数，向前{horizon}期，依据 {rows} 行，{first} 至 {last}",
    ),
    "flow_census": (
        "Census by {period}, {horizon} ahead: {now} in now, from {rows} row[|s]",
        "按{period}预测在院人数，向前{horizon}期：目前在院 {now} 人，依据 {rows} 行",
    ),
    "flow_counted": (
        "Census by {period}, {horizon} ahead, from {rows} count[|s], {first} to {last}",
        "按{period}预测在院人数，向前{horizon}期，依据 {rows} 个计数，{first} 至 {last}",
    ),
    "flow_stay": (
        "Length of stay: median {median} day[|s]; still open: {open} of {stays} stay[|s]",
        "住院时长：中位数 {median} 天；{stays} 次住院中 {open} 次尚未结束",
    ),
    "flow_staff": ("staff", "人员"),
    "flow_staff_rule": (
        "Staff: one for each {per} patient[|s] at {quantile}, rounded up.",
        "人员：按 {quantile}，每 {per} 名患者一名，向上取整。",
    ),
    "flow_measure_peak": (
        "A day's census is the highest of its 24 hours.",
        "每日在院人数取当日24个整点的最大值。",
    ),
    "flow_measure_midnight": (
        "A day's census is counted at the midnight that begins it.",
        "每日在院人数以当日零点计。",
    ),
    "flow_measure_mean": (
        "A day's census is the mean of its 24 hours.",
        "每日在院人数取当日24个整点的均值。",
    ),
    "flow_support": (
        "A forecast supports, and does not replace, the judgement of who plans the staff.",
        "预测仅供辅助，不能代替排班负责人的判断。",
    ),
}

_NAMED = 5


def words(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` (``en`` or ``zh``) with its placeholders filled."""
    return fill(FORECAST_TEXTS[key][language == "zh"], **values)


def class_words(name: str, language: str) -> str:
    """A class's code in words."""
    key = f"class_{name}"
    return words(key, language) if key in FORECAST_TEXTS else name


def finding_lines(findings: Iterable[Finding], language: str, *, every: bool = False) -> list[str]:
    """What was noticed: one line for each thing of the table, one for each kind of series."""
    lines: list[str] = []
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.unique_id:
            by_code.setdefault(finding.code, []).append(finding)
        else:
            lines.append(_table_line(finding, language))
    for code, found in by_code.items():
        if every and language == "en":
            lines += [f"{one.unique_id}: {one.sentence}" for one in found]
            continue
        names = ", ".join(one.unique_id for one in found[:_NAMED])
        if len(found) > _NAMED:
            names = words("and_more", language, series=names, count=len(found) - _NAMED)
        lines.append(
            words("of_series", language, what=words(f"found_{code}", language), series=names)
        )
    return lines


def _table_line(finding: Finding, language: str) -> str:
    values: Mapping[str, object] = finding.values
    code = f"found_{finding.code}"
    if finding.code == "gaps":
        code = f"{code}_{values['as']}"
    plain = {
        key: f"{value:,}" if isinstance(value, int) else value for key, value in values.items()
    }
    return words(code, language, **plain)
