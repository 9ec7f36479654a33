"""Every sentence that a person reads in a result, in English and Chinese, in one table."""

from __future__ import annotations

from cds.show.grammar import fill

_TEXTS: dict[str, tuple[str, str]] = {
    # heading of a patient
    "patient": ("Patient {id}", "患者 {id}"),
    "as_of": ("results of {date}", "结果日期 {date}"),
    "account": (
        "{source}: {used} items used, {ignored} not needed, {warnings} warned about",
        "{source}：已用 {used} 项，不需要 {ignored} 项，警告 {warnings} 条",
    ),
    "title": ("Risk report", "风险报告"),
    # one prediction
    "risk": ("Risk", "风险"),
    "interval": ("95 % interval {low} to {high}", "95%区间 {low} 至 {high}"),
    "band": ("{band} risk", "{band}"),
    "band_low": ("low", "低风险"),
    "band_moderate": ("moderate", "中等风险"),
    "band_intermediate": ("intermediate", "中等风险"),
    "band_high": ("high", "高风险"),
    "band_very_high": ("very high", "极高风险"),
    "band_very_low": ("very low", "极低风险"),
    "frequency": (
        "About {count} in {size} patients with findings like these.",
        "情况类似的每 {size} 名患者中约有 {count} 名。",
    ),
    "frequency_rare": (
        "Fewer than {count} in {size} patients with findings like these.",
        "情况类似的每 {size} 名患者中不到 {count} 名。",
    ),
    "raises": ("Raises this patient's risk", "使该患者风险升高"),
    "lowers": ("Lowers this patient's risk", "使该患者风险降低"),
    "finding": ("Finding", "依据"),
    "value": ("value", "数值"),
    "normal": ("normal", "参考范围"),
    "weight": ("weight", "影响"),
    "no_reasons": ("No finding stands out.", "没有突出的依据。"),
    "not_known": ("not known", "未知"),
    "above": ("H", "↑"),
    "below": ("L", "↓"),
    "more_reasons": (
        "{count} more [finding weighs|findings weigh] less; --top shows more.",
        "另有 {count} 项影响较小的依据；用 --top 可显示更多。",
    ),
    "missing": ("Not known, and what knowing it could change", "缺少的资料及其可能影响"),
    "missing_effect": ("{label}: risk {low} to {high}", "{label}：风险 {low} 至 {high}"),
    "missing_more": (
        "{count} more [is missing and matters|are missing and matter] less.",
        "另有 {count} 项缺失，影响较小。",
    ),
    "model": ("model {name} {version}", "模型 {name} {version}"),
    # models that gave no risk
    "not_applicable": ("Models that do not apply", "不适用的模型"),
    "insufficient": ("{outcome} ({model}): {reason}", "{outcome}（{model}）：{reason}"),
    "refused": ("{outcome} ({model}) refused: {reason}", "{outcome}（{model}）拒绝预测：{reason}"),
    "nothing": (
        "No model could give a risk for this patient.",
        "没有模型能为该患者给出风险。",
    ),
    # warnings and limits
    "warnings": ("Check in the record", "请核对记录"),
    "warning": ("{message}", "{message}"),
    "warnings_more": (
        "{count} more; --json or -v lists all.",
        "另有 {count} 条；用 --json 或 -v 查看全部。",
    ),
    "support": (
        "Supports, and does not replace, a clinician's judgement.",
        "仅供辅助，不能代替临床医生的判断。",
    ),
    "limits": (
        "A reason is what the model weighed, not a cause: changing it need not change the outcome.",
        "“依据”是模型所权衡的因素，不等于病因：改变它不一定改变结局。",
    ),
    "purpose": ("Meant for: {text}", "用途：{text}"),
    "not_for": ("Not for: {text}", "不适用于：{text}"),
    "made_by": (
        "cds {version}, {date}. What each model was made from: cds models show NAME.",
        "cds {version}，{date}。各模型的来源：cds models show 名称。",
    ),
    # models
    "outcome": ("Outcome: {text}", "结局：{text}"),
    "inputs": ("Inputs", "输入"),
    "verified": ("verified", "校验通过"),
    "broken": ("does not verify", "校验失败"),
    "no_models": ("No models are installed.", "没有安装模型。"),
    # FHIR notes
    "note_interval": (
        "95 % interval {low} to {high}, for patients given a risk like this one.",
        "95%区间 {low} 至 {high}（针对被给出类似风险的患者）。",
    ),
    "note_missing": ("Not known: {labels}.", "缺少：{labels}。"),
    "note_record": ("Record: {message}", "记录：{message}"),
    "reason_up": ("raises: {finding}", "升高：{finding}"),
    "reason_down": ("lowers: {finding}", "降低：{finding}"),
    # rosters: dates and headings
    "roster_title": ("Roster", "排班表"),
    "roster_date": ("{weekday} {day} {month}", "{month}月{day}日周{weekday}"),
    "roster_day_number": ("day {number}", "第{number}天"),
    "roster_days": ("{count} day[|s]", "{count}天"),
    "roster_period": ("{first} to {last} {year}", "{year}年{first}至{last}"),
    "roster_period_years": (
        "{first} {first_year} to {last} {year}",
        "{first_year}年{first}至{year}年{last}",
    ),
    "roster_head": ("{name}: {period}", "{name}：{period}"),
    "roster_name": ("Name", "姓名"),
    "roster_contract": ("Contract", "合同"),
    "roster_skill": ("Skill", "技能"),
    "roster_shift": ("Shift", "班次"),
    "roster_date_column": ("Date", "日期"),
    "roster_start": ("Start", "开始"),
    "roster_end": ("End", "结束"),
    "roster_colleagues": ("With", "同班"),
    "roster_hours": ("hours", "工时"),
    "roster_owed": ("owed", "应出勤"),
    "roster_leave_hours": ("leave h", "休假时"),
    "roster_shifts": ("shifts", "班数"),
    "roster_nights": ("nights", "夜班"),
    "roster_weekends": ("weekends", "周末"),
    "roster_holidays": ("holidays", "节假日"),
    "roster_wishes": ("wishes met", "满足愿望"),
    "roster_refused": ("refused wishes", "未满足愿望"),
    "roster_totals": ("Totals", "合计"),
    "roster_nights_short": ("nts", "夜班"),
    "roster_weekends_short": ("w/e", "周末"),
    "roster_holidays_short": ("hol", "节日"),
    "roster_wishes_short": ("wish", "愿望"),
    # rosters: cells
    "roster_off": ("off", "休息"),
    "roster_leave_mark": ("(L)", "(休)"),
    "roster_leave": ("leave", "休假"),
    "roster_leave_for": ("leave: {reason}", "休假：{reason}"),
    "roster_weekend": ("weekend", "周末"),
    "roster_holiday": ("public holiday", "节假日"),
    "roster_wish_refused": ("wish refused", "愿望未满足"),
    "roster_wish_met": ("wish met", "愿望已满足"),
    "roster_fixed": ("fixed", "固定"),
    "roster_changed": ("changed", "已更改"),
    "roster_broken": ("rule broken", "违反规则"),
    "roster_key_short": ("1<2: one of two needed", "1<2：需要2人，只有1人"),
    "roster_key_wanting": ("2~3: three would be better", "2~3：最好有3人"),
    "roster_key_over": ("4>3: more than the limit", "4>3：超过上限"),
    # rosters: cover
    "roster_coverage": ("Coverage", "人力覆盖"),
    "roster_covered": ("Every shift has its minimum.", "各班次均达到最低人数。"),
    "roster_cover_hidden": (
        "{count} more [row of cover has what it needs|rows of cover have what they need].",
        "另有 {count} 行人力覆盖满足需要。",
    ),
    "roster_short": ("Short", "人手不足"),
    "roster_short_line": (
        "{day}, {cover}: {have} of {need}",
        "{day}，{cover}：需要 {need} 人，只有 {have} 人",
    ),
    "roster_more": ("{count} more; --json lists all.", "另有 {count} 条；用 --json 查看全部。"),
    "roster_have": ("have", "实有"),
    "roster_minimum": ("minimum", "最低"),
    "roster_preferred": ("preferred", "期望"),
    "roster_maximum": ("maximum", "最高"),
    # rosters: fairness
    "roster_fairness": ("Fairness", "公平性"),
    "roster_spread": (
        "{measure}: {least} to {most}, mean {mean}; most: {highest}; least: {lowest}",
        "{measure}：{least} 至 {most}，平均 {mean}；最多：{highest}；最少：{lowest}",
    ),
    "roster_spread_even": ("{measure}: {most} each", "{measure}：每人 {most}"),
    "roster_carried": ("{what} (with earlier periods)", "{what}（含以往各期）"),
    "roster_and_more": ("{names} and {count} more", "{names}等（另 {count} 人）"),
    # rosters: costs and broken rules
    "roster_costs": ("Costs of the rules", "各规则的代价"),
    "roster_rule": ("Rule", "规则"),
    "roster_cost": ("cost", "代价"),
    "roster_times": ("times", "次数"),
    "roster_must": ("must hold", "必须遵守"),
    "roster_no_costs": ("No rule is broken.", "没有违反任何规则。"),
    "roster_hard": ("Rules that must hold and are broken", "被违反的强制规则"),
    "roster_soft": ("Wishes and preferences not met", "未满足的愿望与偏好"),
    "roster_placed": ("{place}: {what}", "{place}：{what}"),
    "roster_labelled": ("{what}, {label}", "{what}，{label}"),
    "roster_cited": ("{what} ({citation})", "{what}（{citation}）"),
    "roster_by": ("{what}, by {amount}", "{what}，相差 {amount}"),
    "roster_must_hold": ("{what}; must hold", "{what}；必须遵守"),
    "roster_costing": ("{what}; cost {cost}", "{what}；代价 {cost}"),
    "roster_rule_cover_minimum": ("at least the minimum on each shift", "各班次达到最低人数"),
    "roster_rule_cover_preferred": ("the preferred number on each shift", "各班次达到期望人数"),
    "roster_rule_cover_maximum": ("no more than the maximum on each shift", "各班次不超过最高人数"),
    "roster_rule_skill": ("work in one's own skill", "按本人技能上岗"),
    "roster_rule_leave": ("leave is kept", "休假得到保证"),
    "roster_rule_assigned": ("cells fixed by hand", "人工固定的班次"),
    "roster_rule_published": ("published days stay", "已公布的日期不变"),
    "roster_rule_contract": ("shifts that the contract allows", "合同允许的班次"),
    "roster_rule_employment": ("only while employed", "仅在受雇期间排班"),
    "roster_rule_together": ("must work together", "必须同班"),
    "roster_rule_apart": ("must not work together", "不得同班"),
    # rosters: how sure
    "roster_status": ("Status", "状态"),
    "roster_status_optimal": ("proved optimal", "已证明最优"),
    "roster_status_feasible": ("keeps every rule that must hold", "满足全部强制规则"),
    "roster_status_infeasible": (
        "no roster can keep every rule that must hold",
        "不存在满足全部强制规则的排班",
    ),
    "roster_status_unknown": ("no roster found in the time", "在限定时间内未找到排班"),
    "roster_status_checked": (
        "checked: every rule that must hold is kept",
        "已核对：满足全部强制规则",
    ),
    "roster_status_broken": (
        "{count} rule[ that must hold is|s that must hold are] broken",
        "违反强制规则 {count} 处",
    ),
    "roster_cost_is": ("cost {cost}", "代价 {cost}"),
    "roster_bound_is": ("proven bound {bound}", "已证明下界 {bound}"),
    "roster_gap_is": ("gap {gap} %", "差距 {gap}%"),
    "roster_time_is": ("{seconds} s", "用时 {seconds} 秒"),
    "roster_bound": ("proven bound", "已证明下界"),
    "roster_gap": ("gap", "差距"),
    "roster_time": ("time", "用时"),
    "roster_seed": ("seed", "随机种子"),
    # rosters: workbooks and calendars
    "roster_about": ("About", "说明"),
    "roster_made": ("made {time} by cds {version}", "由 cds {version} 生成，{time}"),
    "roster_setting": ("How it was made", "生成信息"),
    "roster_entry": ("Entry", "填写内容"),
    "roster_meaning": ("Meaning", "含义"),
    "roster_edit": (
        "Cells of the roster may be changed: type an entry of this list, or clear the cell for a "
        "day off. cds roster check FILE tells what the change breaks. A person's own sheet shows "
        "the roster as it was made.",
        "可以修改排班表的单元格：填写此列表中的内容，休息则清空。"
        "用 cds roster check 文件 可检查修改违反了什么。个人工作表显示生成时的排班。",
    ),
    "roster_not_an_entry": (
        "Not a shift of this ward. The sheet About lists what may stand here; empty is a day off.",
        "不是本病区的班次。可填写的内容见“说明”工作表；休息则留空。",
    ),
    "roster_support": (
        "Made by rules that the ward wrote down; the ward manager answers for the roster.",
        "按照病区写明的规则生成；排班由病区负责人负责。",
    ),
}

_PUNCTUATION = {"en": ", ", "zh": "、"}


def text(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` (``en`` or ``zh``) with its placeholders filled."""
    return fill(_TEXTS[key][language == "zh"], **values)


def band_words(band: str, language: str) -> str:
    """A band's code (``very_high``) in words; a hospital's own codes are shown as they are."""
    key = f"band_{band}"
    if key not in _TEXTS:
        return band.replace("_", " ")
    return text(key, language)


def joined(words: list[str], language: str) -> str:
    """A list of words as one enumeration."""
    return _PUNCTUATION[language].join(words)


def catalogue() -> dict[str, tuple[str, str]]:
    """All keys with their English and Chinese sentence, for the tests."""
    return dict(_TEXTS)
