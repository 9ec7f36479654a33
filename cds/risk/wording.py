"""Features and verdicts in clinical words, English and Chinese.

A label is made from its declaration (concept, aggregate, window), so that no
label can say something else than what was computed; a recipe's own ``labels``
win where an expression needs a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cds.risk.eligibility import Verdict
from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.predictor import Predictor
from cds.vocabulary import Vocabulary

_AGGREGATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "last": "", "first": "first", "min": "lowest", "max": "highest", "mean": "mean",
        "std": "variability (SD)", "slope": "trend per hour", "delta": "change",
        "range": "range", "sum": "total", "count": "number of measurements",
        "time_since_last": "hours since last measured",
        "time_since_first": "hours since first measured", "present": "",
    },
    "zh": {
        "last": "", "first": "首次", "min": "最低值", "max": "最高值", "mean": "均值",
        "std": "波动（标准差）", "slope": "每小时变化趋势", "delta": "变化", "range": "极差",
        "sum": "总量", "count": "测量次数", "time_since_last": "距上次测量（小时）",
        "time_since_first": "距首次测量（小时）", "present": "",
    },
}  # fmt: skip


def _span(feature: FeatureDeclaration, anchor: str, language: str) -> str:
    """The window in words; empty where the label is clear without."""
    window = feature.window
    if window is None:
        return ""
    if anchor == "moment" and not isinstance(window, tuple):
        return f"过去{window:g}小时" if language == "zh" else f"past {window:g} h"
    low, high = window if isinstance(window, tuple) else (0.0, window)
    return f"第{low:g}–{high:g}小时" if language == "zh" else f"hours {low:g}–{high:g}"


def feature_label(
    feature: FeatureDeclaration, anchor: str, vocabulary: Vocabulary, language: str
) -> str:
    """What a feature is, in a clinician's words."""
    own = feature.labels.get(language) or feature.labels.get("en")
    if own:
        return own
    concept = None if feature.concept is None else vocabulary.get(feature.concept)
    if concept is None:
        return (feature.concept or feature.name).replace("_", " ")
    aggregate = _AGGREGATES[language if language in _AGGREGATES else "en"][feature.aggregate]
    span = _span(feature, anchor, language)
    if feature.aggregate == "last" and anchor == "moment":
        span = ""
    details = [part for part in (aggregate, span) if part]
    label = concept.label(language)
    if not details:
        return label
    return (
        f"{label}，{'，'.join(details)}" if language == "zh" else f"{label}, {', '.join(details)}"
    )


def feature_unit(feature: FeatureDeclaration, vocabulary: Vocabulary) -> str | None:
    """The UCUM unit of a feature's value; None where it has none."""
    if feature.concept is None:
        return feature.unit
    if feature.aggregate in ("count", "present"):
        return None
    if feature.aggregate in ("time_since_last", "time_since_first"):
        return "h"
    concept = vocabulary.get(feature.concept)
    unit = feature.unit or (None if concept is None else concept.unit)
    return f"{unit}/h" if unit and feature.aggregate == "slope" else unit


def verdict_reason(
    verdict: Verdict, predictor: Predictor, vocabulary: Vocabulary, language: str
) -> str:
    """Why a model does not speak, in one sentence; empty where it does."""
    zh = language == "zh"

    def label(name: str) -> str:
        concept = vocabulary.get(name)
        return concept.label(language) if concept else name.replace("_", " ")

    join: Callable[[list[str]], str] = ("、" if zh else ", ").join
    eligibility = predictor.eligibility
    parts = []
    if "age" in verdict.outside and eligibility.age is not None:
        low, high = eligibility.age
        parts.append(f"仅适用于{low:g}–{high:g}岁" if zh else f"made for ages {low:g} to {high:g}")
    if "setting" in verdict.outside:
        settings = [level_words(name, language) for name in eligibility.setting]
        parts.append(f"仅适用于：{join(settings)}" if zh else f"made for: {join(settings)}")
    if "excluded" in verdict.outside:
        words = eligibility.exclude_reason
        parts.append(words.get(language) or words.get("en") or eligibility.exclude or "")
    if parts:  # not made for this patient: what else it would need is beside the point
        return ("；" if zh else "; ").join(parts)
    if verdict.missing:
        names = [label(name) for name in verdict.missing]
        parts.append(f"缺少：{join(names)}" if zh else f"needs {join(names)}")
    if "setting" in verdict.unknown:
        settings = [level_words(name, language) for name in eligibility.setting]
        parts.append(
            f"记录未说明诊疗场所（需要：{join(settings)}）"
            if zh
            else f"made for {join(settings)} patients; the record does not say where this one is"
        )
    if verdict.found < eligibility.minimum_count:
        asked = [label(name) for name in eligibility.minimum_of]
        parts.append(
            f"以下各项至少需要{eligibility.minimum_count}项，现有{verdict.found}项：{join(asked)}"
            if zh
            else f"needs at least {eligibility.minimum_count} of {join(asked)}; has {verdict.found}"
        )
    return ("；" if zh else "; ").join(parts)


def too_early(hours: float, language: str) -> str:
    """Why a model of the first hours of a stay does not speak yet."""
    if language == "zh":
        return f"需等待约{hours:.0f}小时：该模型用于其观察期结束之后"
    return f"too early by {hours:.0f} h: the hours of the stay that it looks at are not over"


_LEVELS_ZH = {"icu": "重症监护", "inpatient": "住院", "outpatient": "门诊", "emergency": "急诊"}


def level_words(level: str, language: str) -> str:
    """A level's name for a reader: its words, without underscores."""
    if language == "zh" and level in _LEVELS_ZH:
        return _LEVELS_ZH[level]
    return "ICU" if level == "icu" else level.replace("_", " ")
