"""Where a loaded table becomes the rows that a model is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cds.risk.leaks import LeakFinding, find_leaks
from cds.risk.recipe.model import Recipe
from cds.risk.tables.training_table import load_training_table
from cds.risk.train import TrainingRows


@dataclass(frozen=True, slots=True)
class LoadedRows:
    """A recipe's rows, and what was noticed while loading them.

    ``excluded`` counts rows left out by reason, ``implausible`` values not
    used by concept; ``leaks`` are suspicions for a person to judge.
    """

    rows: TrainingRows
    excluded: Mapping[str, int]
    implausible: Mapping[str, int]
    leaks: tuple[LeakFinding, ...]


def rows_of_recipe(recipe: Recipe, data_root: Path) -> LoadedRows:
    """The recipe's rows, checked for leaks.

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
    return LoadedRows(
        rows, dict(table.excluded), dict(table.tally.implausible), find_leaks(recipe, table)
    )
