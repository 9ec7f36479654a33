"""Compile a recipe and a trained model into ``predictor.json``."""

from __future__ import annotations

import json
from typing import Any

from cds.risk.features.declaration import to_json
from cds.risk.metrics import Estimate
from cds.risk.predictor import SCHEMA
from cds.risk.recipe.model import Recipe
from cds.risk.train import TrainedModel


def predictor_document(recipe: Recipe, model: TrainedModel) -> dict[str, Any]:
    """Everything a prediction needs besides the trees, as plain JSON values."""
    measures = model.results.model.measures
    return {
        "schema": SCHEMA,
        "name": recipe.name,
        "version": recipe.version,
        "outcome": dict(recipe.outcome),
        "purpose": dict(recipe.purpose),
        "not_for": dict(recipe.not_for),
        "source": {"title": recipe.source.title, "licence": recipe.source.licence},
        "anchor": recipe.anchor,
        "features": [to_json(feature) for feature in recipe.features],
        "inputs": [feature.name for feature in recipe.inputs],
        "eligibility": recipe.eligibility.to_json(),
        "calibrator": dict(model.calibrator),
        "prior_shift": model.prior_shift,
        "interval": dict(model.interval),
        "conformal": dict(model.conformal),
        "bands": [list(band) for band in recipe.report.bands],
        "reference": dict(model.reference),
        "trained_on": dict(model.trained_on),
        "performance": {
            name: _estimate(measures[name]) for name in ("auroc", "brier", "slope", "intercept")
        },
    }


def predictor_json(recipe: Recipe, model: TrainedModel) -> str:
    """``predictor_document`` as text; the same values give the same bytes."""
    document = predictor_document(recipe, model)
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    """A figure and its interval; JSON has no NaN, so what is not known is null."""
    values = {"value": estimate.value, "lo": estimate.lo, "hi": estimate.hi}
    return {name: None if value != value else round(value, 4) for name, value in values.items()}
