"""Every sentence that a person reads in a result, in English and Chinese, in one table."""

from __future__ import annotations

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
        "{count} more findings weigh less; --top shows more.",
        "另有 {count} 项影响较小的依据；用 --top 可显示更多。",
    ),
    "missing": ("Not known, and what knowing it could change", "缺少的资料及其可能影响"),
    "missing_effect": ("{label}: risk {low} to {high}", "{label}：风险 {low} 至 {high}"),
    "missing_more": (
        "{count} more are missing and matter less.",
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
}

_PUNCTUATION = {"en": ", ", "zh": "、"}


def text(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` (``en`` or ``zh``) with its placeholders filled."""
    return _TEXTS[key][language == "zh"].format(**values)


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
