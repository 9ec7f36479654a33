"""Recipes: what a model is made of, as a reviewable TOML file."""

from __future__ import annotations

from cds.risk.recipe.model import (
    ConceptSource,
    Drop,
    Exclusion,
    MaskPlan,
    Recipe,
    ReportPlan,
    SourceDescription,
    Subgroup,
    TableLayout,
    TrainingPlan,
)
from cds.risk.recipe.parse import parse_recipe

__all__ = [
    "ConceptSource",
    "Drop",
    "Exclusion",
    "MaskPlan",
    "Recipe",
    "ReportPlan",
    "SourceDescription",
    "Subgroup",
    "TableLayout",
    "TrainingPlan",
    "parse_recipe",
]
