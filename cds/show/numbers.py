"""How numbers are written for people: risks, frequencies, measured values, units."""

from __future__ import annotations

from cds.show.predict.levels import level_words

# UCUM as a clinician writes it; a unit that is not here is shown as it is.
_UNITS = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "kg/m2": "kg/m²",
    "10*3/uL": "10³/µL",
    "10*6/uL": "10⁶/µL",
    "ug/dL": "µg/dL",
    "umol/L": "µmol/L",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "[pH]": "",
    "1": "",
    "{score}": "",
    "{count}": "",
}
_WORDS = {"a": ("years", "岁"), "d": ("days", "天"), "h": ("h", "小时"), "mo": ("months", "个月")}


def percent(share: float, language: str = "en") -> str:
    """A probability in percent: ``23 %``, ``4.2 %``, ``<0.1 %``, ``>99.9 %``."""
    return f"{_points(share)}{_sign(language)}"


def percent_range(low: float, high: float, language: str = "en") -> str:
    """Two probabilities as one range: ``14–35 %``."""
    return f"{_points(low)}–{_points(high)}{_sign(language)}"


def frequency(share: float) -> tuple[int, int]:
    """A probability as "about N in M", M being 100, 1,000 or 10,000.

    The smallest M that gives at least one whole case; never 0 and never M in
    M, since a model cannot know either.
    """
    for size in (100, 1000, 10000):
        count = round(share * size)
        if count >= 1:
            return min(count, size - 1), size
    return 1, 10000


def value(content: object, unit: str | None, language: str = "en") -> str:
    """A measured value with its unit: ``3.1 mg/dL``, ``yes``, ``63 years``."""
    if isinstance(content, bool):
        return (("no", "否"), ("yes", "是"))[content][language == "zh"]
    if isinstance(content, int | float):
        shown = unit_text(unit, language)
        if shown.startswith("/") or shown in ("%", "°C") or not shown:
            gap = " " if shown and not shown.startswith("/") else ""
            return f"{number(content)}{gap}{shown}"
        return f"{number(content)} {shown}"
    return level_words(str(content), language)


def number(content: float) -> str:
    """Three significant digits, whole numbers whole: ``145``, ``7.41``, ``0.052``."""
    if content == int(content) and abs(content) < 1e7:
        return str(int(content))
    if abs(content) >= 100:
        return f"{content:.0f}"
    text = f"{content:.3g}"
    return text


def unit_text(unit: str | None, language: str = "en") -> str:
    """A UCUM unit as people write it; empty for counts and scores."""
    if not unit:
        return ""
    if unit in _WORDS:
        return _WORDS[unit][language == "zh"]
    return _UNITS.get(unit, unit)


def normal_range(low: float | None, high: float | None) -> str:
    """A normal range: ``0.7–1.3``, ``≤ 5``, ``≥ 95``; empty where nothing is known."""
    if low is not None and high is not None:
        return f"{number(low)}–{number(high)}"
    if high is not None:
        return f"≤ {number(high)}"
    return "" if low is None else f"≥ {number(low)}"


def _points(share: float) -> str:
    points = 100 * share
    if points < 0.1:
        return "<0.1"
    if points > 99.9:
        return ">99.9"
    if round(points, 1) < 10:
        return f"{points:.1f}"
    if points > 99:
        return f"{points:.1f}"
    return f"{points:.0f}"


def _sign(language: str) -> str:
    return "%" if language == "zh" else " %"
