"""Who counts in training: the label, the exclusions, expressions over a table's columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.expression import parse
from cds.expression.polars_engine import compile_polars
from cds.risk.features.window_folds import Floats
from cds.risk.recipe.model import Recipe, TableLayout
from cds.risk.tables.cells import canonical, cell_set, matches

Mask = NDArray[np.bool_]


def expression_name(column: str) -> str:
    """A column's name as expressions write it: ``d.time`` → ``d_time``."""
    name = re.sub(r"\W", "_", column)
    return f"c{name}" if name[:1].isdigit() or name.startswith("_") else name


def columns_needed(recipe: Recipe, available: Sequence[str]) -> list[str]:
    """The table's columns that training needs besides the inputs."""
    layout, report = recipe.table, recipe.report
    names = {layout.label, layout.group, report.leave_one_out}
    names |= {exclusion.column for exclusion in layout.exclude}
    names |= {subgroup.of for subgroup in report.subgroups}
    texts = [layout.label_expression, recipe.training.soft_target]
    texts += [exclusion.when for exclusion in layout.exclude]
    used = {name for text in texts if text is not None for name in parse(text).names}
    return [name for name in available if name in names or expression_name(name) in used]


def read_outcome(recipe: Recipe, frame: pl.DataFrame) -> Floats:
    """The outcome of each row: 1.0, 0.0, or NaN where it is not known."""
    layout = recipe.table
    if layout.label_expression is not None:
        value = evaluate(layout.label_expression, frame, recipe)
        return np.where(np.isnan(value), np.nan, (value != 0.0).astype(np.float64))
    label = str(layout.label)
    if label not in frame.columns:
        raise InputError(f"has no label column {label!r}", Place(recipe.source.data_text))
    positive, missing = cell_set(layout.positive), cell_set(layout.missing)

    def outcome(cell: object) -> float:
        if cell is None or (isinstance(cell, float) and np.isnan(cell)):
            return np.nan
        if matches(cell, positive):
            return 1.0
        return np.nan if matches(cell, missing) or canonical(cell) == "" else 0.0

    return by_distinct(frame[label], outcome)


def by_distinct(column: pl.Series, meaning: Callable[[object], float]) -> Floats:
    """``meaning(cell)`` for every cell, asked once for each different one; null included."""
    plain = column.cast(pl.String) if column.dtype in (pl.Categorical, pl.Enum) else column
    cells = plain.unique().drop_nulls()
    numbers = pl.Series([meaning(cell) for cell in cells.to_list()], dtype=pl.Float64)
    if not len(cells):
        return np.full(len(column), np.nan)
    read = plain.replace_strict(cells, numbers, default=None, return_dtype=pl.Float64)
    return cast(Floats, read.fill_null(np.nan).to_numpy())


def evaluate(text: str, frame: pl.DataFrame, recipe: Recipe) -> Floats:
    """An expression over the table's columns, NaN where missing."""
    columns = {expression_name(name): name for name in frame.columns}
    expression = parse(text)
    lacking = [name for name in expression.names if name not in columns]
    if lacking:
        raise InputError(
            f"has no column {lacking[0]!r}, which {text!r} uses", Place(recipe.source.data_text)
        )
    numbers = frame.select(
        as_numbers(frame[columns[name]], recipe.table).alias(name) for name in expression.names
    )
    if not expression.names:
        numbers = pl.DataFrame({"": np.zeros(frame.height)})
    value = numbers.with_columns(compile_polars(expression).alias("value"))["value"]
    return cast(Floats, value.fill_null(np.nan).to_numpy())


def as_numbers(column: pl.Series, layout: TableLayout) -> pl.Series:
    """A column as Float64, the table's missing markers as null."""
    plain = column.cast(pl.String) if column.dtype in (pl.Categorical, pl.Enum) else column
    if plain.dtype == pl.String:
        plain = plain.str.strip_chars()
        plain = plain.set(plain.is_in(list(cell_set(layout.missing))), None)
    return plain.cast(pl.Float64, strict=False)


def _holds(column: pl.Series, wanted: frozenset[str]) -> Mask:
    return np.equal(by_distinct(column, lambda cell: float(matches(cell, wanted))), 1.0)


def excluded_rows(recipe: Recipe, frame: pl.DataFrame) -> Mapping[str, Mask]:
    """For each exclusion's reason, a mask of the rows that it leaves out."""
    found: dict[str, Mask] = {}
    for exclusion in recipe.table.exclude:
        if exclusion.when is not None:
            mask = evaluate(exclusion.when, frame, recipe) == 1.0
        else:
            column = str(exclusion.column)
            if column not in frame.columns:
                raise InputError(
                    f"has no column {column!r}, needed for an exclusion",
                    Place(recipe.source.data_text),
                )
            mask = _holds(frame[column], cell_set(exclusion.values))
        found[exclusion.why] = found.get(exclusion.why, np.zeros(frame.height, bool)) | mask
    return found
