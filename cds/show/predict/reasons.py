"""Which contributions a person is shown, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds.show.layout import clean
from cds.show.numbers import normal_range, value
from cds.show.predict.facts import ModelFacts
from cds.show.texts import text

# A contribution below this share of the strongest is noise to a reader.
_FAINT = 0.02


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding that moved this patient's risk.

    ``share`` is its weight relative to the strongest of the prediction (0 to
    1); ``raises`` its direction; ``normal`` is empty where no range applies;
    ``flag`` marks a value above or below it (H, L; in Chinese arrows).
    """

    label: str
    value: str
    normal: str
    share: float
    raises: bool
    flag: str

    @property
    def finding(self) -> str:
        """Label and value in one phrase."""
        return f"{self.label} {self.value}".strip()


def strongest(
    prediction: Mapping[str, Any], facts: ModelFacts, language: str, top: int
) -> tuple[list[Reason], int]:
    """The ``top`` strongest findings of a prediction, and how many weaker ones are left out."""
    entries: Sequence[Mapping[str, Any]] = prediction.get("contributions") or []
    ordered = sorted(entries, key=lambda entry: -abs(entry["contribution"]))
    largest = abs(ordered[0]["contribution"]) if ordered else 0.0
    if largest == 0:
        return [], 0
    kept = [e for e in ordered if abs(e["contribution"]) >= _FAINT * largest]
    chosen = [_reason(entry, facts, language, largest) for entry in kept[:top]]
    return chosen, len(kept) - len(chosen)


def missing(prediction: Mapping[str, Any], top: int) -> tuple[list[Mapping[str, Any]], int]:
    """The missing inputs that could move the risk most, widest range first, and the rest."""

    def reach(entry: Mapping[str, Any]) -> float:
        low, high = entry.get("risk_range") or (0.0, 0.0)
        return float(high) - float(low)

    entries = sorted(prediction.get("missing") or [], key=reach, reverse=True)
    return entries[:top], max(0, len(entries) - top)


def _reason(entry: Mapping[str, Any], facts: ModelFacts, language: str, largest: float) -> Reason:
    content = entry.get("value")
    low, high = facts.normal.get(entry["feature"], (None, None))
    flag = ""
    if isinstance(content, int | float) and not isinstance(content, bool):
        if low is not None and content < low:
            flag = text("below", language)
        elif high is not None and content > high:
            flag = text("above", language)
    known = content is not None
    shown = value(content, entry.get("unit"), language) if known else text("not_known", language)
    return Reason(
        label=clean(entry.get("label") or entry["feature"]),
        value=clean(shown),
        normal=normal_range(low, high) if known else "",
        share=abs(entry["contribution"]) / largest,
        raises=entry["contribution"] > 0,
        flag=flag,
    )
