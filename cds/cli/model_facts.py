"""Where models meet the presentation: normal ranges and words for what is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cds.patient.record import PatientRecord
from cds.risk.predictor import Predictor
from cds.risk.wording import feature_unit
from cds.show.predict.facts import ModelFacts, Range
from cds.vocabulary import load_vocabulary

# Aggregates whose value is still on the concept's own scale.
_ON_SCALE = ("last", "first", "min", "max", "mean")
# A model's name may end in the time its outcome is meant for: readmission-30d, sepsis-6h.
_HORIZON = re.compile(r"-(\d+)(h|d|mo|y)$")
_UCUM = {"h": "h", "d": "d", "mo": "mo", "y": "a"}


def facts(
    record: PatientRecord, predictors: Sequence[Predictor], language: str
) -> Mapping[str, ModelFacts]:
    """Model name → what its results are shown with, for this patient's sex."""
    sexes = record.observations.get("sex", ())
    sex = str(sexes[-1].value) if sexes else None
    return {predictor.name: _one(predictor, sex, language) for predictor in predictors}


def _one(predictor: Predictor, sex: str | None, language: str) -> ModelFacts:
    return ModelFacts(
        purpose=predictor.words("purpose", language),
        not_for=predictor.words("not_for", language),
        normal=_normal(predictor, sex),
        horizon=horizon(predictor.name),
    )


def _normal(predictor: Predictor, sex: str | None) -> Mapping[str, Range]:
    vocabulary = load_vocabulary()
    ranges: dict[str, Range] = {}
    for feature in predictor.declared:
        concept = None if feature.concept is None else vocabulary.get(feature.concept)
        if feature.hidden or concept is None or feature.aggregate not in _ON_SCALE:
            continue
        low, high = concept.normal(sex)
        if (low, high) != (None, None) and feature_unit(feature, vocabulary) == concept.unit:
            ranges[feature.name] = (low, high)
    return ranges


def horizon(name: str) -> tuple[float, str] | None:
    """The time a model's name ends in, as a number and a UCUM unit."""
    found = _HORIZON.search(name)
    return (float(found[1]), _UCUM[found[2]]) if found else None
