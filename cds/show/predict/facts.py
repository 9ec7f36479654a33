"""What the presentation knows about a model beside the result itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Words about one model, in the reader's language.

    ``normal`` maps a feature's name to the normal range of adults in the
    feature's own unit; features whose value is not on a measured scale
    (slopes, counts, ratios) are absent. ``horizon`` is (number, UCUM unit),
    the time within which the outcome is meant, where the model states one.
    """

    purpose: str = ""
    not_for: str = ""
    normal: Mapping[str, Range] = field(default_factory=dict)
    horizon: tuple[float, str] | None = None


NO_FACTS = ModelFacts()
