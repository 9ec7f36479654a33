"""Where a loaded table becomes the rows that a model is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cds.risk.recipe.model import Recipe
from cds.risk.tables.training_table import load_training_table
from cds.risk.train import TrainingRows


def rows_of_recipe(recipe: Recipe, data_root: Path) -> tuple[TrainingRows, Mapping[str, int]]:
    """The recipe's rows, and how many were left out, by reason.

    Raises InputError where a file is missing or does not fit the recipe.
    """
    table = load_training_table(recipe, data_root)
    rows = TrainingRows(
        inputs=table.inputs,
        outcome=table.outcome,
        groups=table.groups,
        report_columns=table.report_columns,
        sites=table.sites,
        soft_target=table.soft_target,
    )
    return rows, dict(table.excluded)
