"""What a feature is: a concept, how its values are summed up, over which window.

Light on purpose: a cold prediction loads this module and reads its
declarations from ``predictor.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

AGGREGATES = (
    "last", "first", "min", "max", "mean", "std", "slope", "delta", "range", "sum",
    "count", "time_since_last", "time_since_first", "present",
)  # fmt: skip

# Aggregates that ask when or whether something was recorded, not what its value was.
VALUE_FREE = frozenset(("count", "time_since_last", "time_since_first", "present"))

# Kinds whose values last from ``time`` until ``until``; all others are points in time.
LASTING_KINDS = frozenset(("condition", "medication", "stay"))

ANCHORS = ("start", "moment")

Window = float | tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class FeatureDeclaration:
    """One number computed for a patient: an aggregate of a concept, or an expression.

    ``window`` is in hours: (from, to) after the start of the stay, both ends
    included, for recipes anchored at the start; hours back from the moment
    (w: moment − w < t ≤ moment) for recipes anchored at a moment; None is all
    values up to the moment. ``kind`` is the concept's kind in the vocabulary.
    ``scale`` and ``offset`` turn a value in the concept's unit into ``unit``.
    ``levels`` gives each level of a categorical concept its number; a code
    list reaches a level through ``levels_prefix`` (longest prefix wins) or
    ``levels_range`` (first range wins); ``other`` is the number of every
    remaining level, missing if None. ``hidden`` features serve expressions
    and are no inputs of the model; ``categorical`` ones enter LightGBM as
    native categories. ``expression`` is over other features' names.
    """

    name: str
    concept: str | None = None
    aggregate: str = "last"
    window: Window = None
    expression: str | None = None
    kind: str = "observation"
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    levels: Mapping[str, float] = field(default_factory=dict)
    levels_prefix: Mapping[str, str] = field(default_factory=dict)
    levels_range: Mapping[str, str] = field(default_factory=dict)
    other: float | None = None
    hidden: bool = False
    categorical: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def level_named(self, code: float) -> str | None:
        """The level whose number is ``code``, None if no level has it."""
        return next((name for name, number in self.levels.items() if number == code), None)


def to_json(feature: FeatureDeclaration) -> dict[str, object]:
    """The declaration as plain JSON values; what equals its default is left out."""
    document: dict[str, object] = {}
    for entry in fields(feature):
        value = getattr(feature, entry.name)
        if value is None or value == {} or value == entry.default:
            continue
        if isinstance(value, Mapping):
            value = dict(value)
        document[entry.name] = list(value) if isinstance(value, tuple) else value
    return document


def from_json(document: Mapping[str, object]) -> FeatureDeclaration:
    """The declaration that ``to_json`` wrote."""
    values = dict(document)
    window = values.get("window")
    if isinstance(window, list):
        values["window"] = tuple(window)
    return FeatureDeclaration(**values)  # type: ignore[arg-type]


def inputs(features: Sequence[FeatureDeclaration]) -> tuple[str, ...]:
    """The names of the model's inputs, in order: every feature that is not hidden."""
    return tuple(feature.name for feature in features if not feature.hidden)


def concepts_used(features: Sequence[FeatureDeclaration]) -> tuple[str, ...]:
    """The concepts that the features read, each once, in order of first use."""
    return tuple(dict.fromkeys(f.concept for f in features if f.concept is not None))


def window_suffix(window: Window) -> str:
    """How a window shows in a feature's name: ``24h``, ``24_48h``, empty for none."""
    if window is None:
        return ""
    ends = window if isinstance(window, tuple) else (0.0, window)
    spelled = [f"{end:g}".replace(".", "p").replace("-", "minus") for end in ends]
    return f"_{spelled[1]}h" if ends[0] == 0 else f"_{spelled[0]}_{spelled[1]}h"


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """A shorthand for many features: every concept × aggregate × window."""

    concepts: tuple[str, ...]
    aggregates: tuple[str, ...]
    windows: tuple[Window, ...] = (None,)
    hidden: bool = False


def expand(feature_set: FeatureSet) -> tuple[FeatureDeclaration, ...]:
    """The features of a set, named ``{concept}_{aggregate}_{window}``, concept by concept."""
    return tuple(
        FeatureDeclaration(
            name=f"{concept}_{aggregate}{window_suffix(window)}",
            concept=concept,
            aggregate=aggregate,
            window=window,
            hidden=feature_set.hidden,
        )
        for concept in feature_set.concepts
        for window in feature_set.windows
        for aggregate in feature_set.aggregates
    )
