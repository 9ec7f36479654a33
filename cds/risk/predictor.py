"""A trained model ready to speak: the contents of ``predictor.json`` and its scorer.

Light on purpose: a cold prediction loads this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cds.risk.eligibility import Eligibility, eligibility_features, eligibility_from_json
from cds.risk.features.declaration import FeatureDeclaration, concepts_used, from_json, inputs
from cds.risk.features.record_engine import FeaturePlan

if TYPE_CHECKING:
    from cds.risk.scoring import Scorer

SCHEMA = "cds.predictor/1"


@dataclass(frozen=True)
class Predictor:
    """One model: what it says of itself, how features are made, how scores become risks.

    ``document`` is the parsed ``predictor.json``; ``open_scorer`` loads the
    LightGBM model, which happens at the first score and not before: most
    models of a hospital are not meant for most patients.
    """

    document: Mapping[str, Any]
    open_scorer: Callable[[], Scorer]

    @property
    def name(self) -> str:
        """The model's name, as in ``--model NAME``."""
        return str(self.document["name"])

    @property
    def version(self) -> str:
        """The model's semantic version."""
        return str(self.document["version"])

    @property
    def anchor(self) -> str:
        """Where feature windows count from: ``start`` of the stay or ``moment``."""
        return str(self.document["anchor"])

    def words(self, key: str, language: str) -> str:
        """``outcome``, ``purpose`` or ``not_for`` in a language, English where it lacks it."""
        texts = self.document[key]
        return str(texts.get(language) or texts["en"])

    @cached_property
    def declared(self) -> tuple[FeatureDeclaration, ...]:
        """The recipe's features, hidden ones included."""
        return tuple(from_json(entry) for entry in self.document["features"])

    @cached_property
    def eligibility(self) -> Eligibility:
        """Whom the model is for."""
        return eligibility_from_json(self.document["eligibility"])

    @cached_property
    def features(self) -> tuple[FeatureDeclaration, ...]:
        """What is computed for a patient: declared features, then those of the eligibility."""
        return self.declared + eligibility_features(self.eligibility, self.declared)

    @cached_property
    def plan(self) -> FeaturePlan:
        """The features ready to be computed for a record."""
        return FeaturePlan(self.features, self.anchor)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the model's inputs, in the model's order."""
        return inputs(self.declared)

    @cached_property
    def concepts(self) -> tuple[str, ...]:
        """The concepts whose values the features read."""
        return concepts_used(self.features)

    @cached_property
    def scorer(self) -> Scorer:
        """The LightGBM model."""
        return self.open_scorer()

    def band(self, risk: float) -> str:
        """The name of the band of risk that ``risk`` falls in."""
        bands = self.document["bands"]
        return str(next((name for name, upper in bands if risk < upper), bands[-1][0]))
