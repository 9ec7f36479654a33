"""How good forecasts were on a table's own past: ours beside seasonal naive."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cds.show.forecast.text import grid
from cds.show.forecast.words import words
from cds.show.layout import Terminal, wrap

if TYPE_CHECKING:
    from cds.forecasting.evaluation import Evaluation

_DECIMALS = 6
_METHODS = {"cds": "forecast", "seasonal_naive": "seasonal_naive"}


def evaluation_document(found: Evaluation) -> dict[str, Any]:
    """For JSON: measure → value and its 95 % confidence limits; null where it cannot be taken."""
    methods: dict[str, dict[str, Any]] = {name: {} for name in _METHODS.values()}
    for row in found.table.iter_rows(named=True):
        methods[_METHODS[row["method"]]][row["measure"].lower()] = {
            key: _plain(row[key]) for key in ("value", "low", "high")
        }
    return {
        "windows": found.windows,
        "series": found.series,
        "points": found.points,
        **methods,
    }


def evaluation_text(document: dict[str, Any], language: str, terminal: Terminal) -> str:
    """A line a measure."""
    head = words(
        "judged",
        language,
        windows=document["windows"],
        horizon=document["horizon"],
        period=words(f"period_{document['frequency']}", language),
        series=f"{document['series']:,}",
    )
    ours, naive = document["forecast"], document["seasonal_naive"]
    columns = [
        (words("measure", language), [_measure(name, language) for name in ours]),
        (words("ours", language), [_shown(one["value"]) for one in ours.values()]),
        (words("limits", language), [_limits(one) for one in ours.values()]),
        (words("naive", language), [_shown(naive[name]["value"]) for name in ours]),
        (words("ratio", language), [_ratio(name, ours, naive) for name in ours]),
    ]
    lines = [
        *wrap(terminal.plain(head), terminal.columns),
        "",
        *grid(columns, terminal, left=1),
        "",
        *wrap(terminal.plain(words("lower_better", language)), terminal.columns),
    ]
    return "".join(f"{line}\n" for line in lines)


def _plain(value: float | None) -> float | None:
    known = value is not None and math.isfinite(value)
    return round(value, _DECIMALS) if known and value is not None else None


def _measure(name: str, language: str) -> str:
    kind, _, level = name.partition("_")
    if not level:
        return kind.upper()
    return words(kind, language, level=level)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _limits(one: dict[str, float | None]) -> str:
    if one["low"] is None or one["high"] is None:
        return "–"
    return f"{_shown(one['low'])}–{_shown(one['high'])}"


def _ratio(name: str, ours: dict[str, Any], naive: dict[str, Any]) -> str:
    one, other = ours[name]["value"], naive[name]["value"]
    if name.startswith("coverage") or one is None or not other:
        return ""
    return f"{one / other:.2f}"
