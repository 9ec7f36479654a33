"""A recipe as values: where a model's data come from, its features, how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cds.risk.eligibility import Eligibility
from cds.risk.features.declaration import FeatureDeclaration, concepts_used
from cds.vocabulary import Concept, Range, load_vocabulary


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """The data a model is made from, and the right to use them.

    ``data`` maps a part's name (a site, say) to its file, relative to the data
    folder; a single file has the empty name. ``labels`` is a second table that
    is joined on the id.
    """

    title: str
    licence: str
    citation: str
    data: Mapping[str, str]
    labels: str | None = None

    @property
    def data_text(self) -> str:
        """The data files as a message names them."""
        return ", ".join(self.data.values())


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows left out of training, and why: an expression, or a column's values."""

    why: str
    when: str | None = None
    column: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """A column that must never be an input, and why (most often: it leaks the label)."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table is read: one row a unit (wide), a value (long) or a moment (panel).

    ``time_unit`` is s, min, h, d or datetime. ``missing`` are cell contents
    that mean missing in every column. ``part_column`` is the name under which
    the part (site) of a source in several files can be used for reports.
    """

    layout: str
    id: str | None = None
    group: str | None = None
    time: str | None = None
    time_unit: str = "h"
    parameter: str | None = None
    value: str | None = None
    header: bool = True
    columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    part_column: str = "site"
    label: str | None = None
    positive: tuple[str, ...] = ()
    label_expression: str | None = None
    exclude: tuple[Exclusion, ...] = ()
    drop: tuple[Drop, ...] = ()

    @property
    def history(self) -> str | None:
        """The column whose rows look back on each other: the patient's, where a panel names one."""
        return self.group if self.layout == "panel" and self.group else self.id


@dataclass(frozen=True, slots=True)
class ConceptSource:
    """How a column (wide, panel), a parameter (long) or a constant becomes a concept.

    Steps, in order: missing markers, ``map``, number or level, zero as
    missing, unit to the vocabulary's, ``factor`` (a sign or scale the unit
    does not say), plausible range. Several sources of one concept: in wide and
    panel tables the first that is there wins, in long tables all values count,
    and in panels those of ``pooled`` ones (a list of diagnoses in columns).
    """

    name: str
    column: str | None = None
    constant: float | str | bool | None = None
    unit: str | None = None
    factor: float = 1.0
    map: Mapping[str, float | str | bool] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    plausible: Range = (None, None)
    zero_is_missing: bool = False
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class MaskPlan:
    """Extra copies of rows with some features set missing, so that the model copes without."""

    features: tuple[str, ...]
    share: float = 0.5
    weight: float = 0.5
    copies: int = 1


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How the model is fitted: LightGBM's parameters, constraints, protocol.

    ``prevalence`` is the outcome's share where the model will be used, when
    the table was sampled by outcome; None if the table's own share is right.
    ``soft_target`` is an expression over the table's columns, from 0 to 1, that
    the model learns from instead of the outcome, by which it is still judged.
    """

    params: Mapping[str, object] = field(default_factory=dict)
    rounds: int = 300
    boosters: int = 1
    monotone: Mapping[str, int] = field(default_factory=dict)
    mask: tuple[MaskPlan, ...] = ()
    folds: int = 5
    repeats: int = 1
    calibrators: tuple[str, ...] = ("none", "platt", "beta", "isotonic")
    prevalence: float | None = None
    soft_target: str | None = None


@dataclass(frozen=True, slots=True)
class Subgroup:
    """People whose results are reported apart: by a concept's or column's values or bands."""

    name: str
    of: str
    edges: tuple[float, ...] = ()


DEFAULT_BANDS = (("low", 0.1), ("moderate", 0.3), ("high", 1.0))


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """What the card reports: subgroups, leave-one-site-out, the bands of risk.

    ``masked`` names sets of inputs, by what a record without them is called:
    the model is judged once more as if they were not known.
    """

    subgroups: tuple[Subgroup, ...] = ()
    leave_one_out: str | None = None
    masked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bands: tuple[tuple[str, float], ...] = DEFAULT_BANDS


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that is needed to make a model from its data, validated.

    ``features`` holds the expanded feature sets, hidden features included, in
    the recipe's order. ``card`` is free text for the model card.
    """

    path: Path
    name: str
    version: str
    outcome: Mapping[str, str]
    purpose: Mapping[str, str]
    not_for: Mapping[str, str]
    source: SourceDescription
    table: TableLayout
    sources: tuple[ConceptSource, ...]
    local_concepts: Mapping[str, Concept]
    anchor: str
    features: tuple[FeatureDeclaration, ...]
    eligibility: Eligibility
    training: TrainingPlan
    report: ReportPlan
    card: Mapping[str, object] = field(default_factory=dict)

    def concept(self, name: str) -> Concept:
        """The recipe's own or the vocabulary's concept; KeyError if neither has it."""
        own = self.local_concepts.get(name)
        return own if own is not None else load_vocabulary().concept(name)

    @property
    def inputs(self) -> tuple[FeatureDeclaration, ...]:
        """The features that enter the model, in its order."""
        return tuple(feature for feature in self.features if not feature.hidden)

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts that the features read."""
        return concepts_used(self.features)


def is_text(concept: Concept) -> bool:
    """Whether the concept's values are level names or codes rather than numbers."""
    return concept.kind == "categorical" or bool(concept.levels)
