"""Write a first recipe for a hospital's own table, for a person to review and improve."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from cds.errors import InputError, Place
from cds.risk.recipe.checked_table import did_you_mean
from cds.risk.recipe.column_guess import MISSING_WORDS, ColumnGuess, guess_column
from cds.risk.tables.cells import canonical
from cds.risk.tables.read import open_table

SAMPLE_ROWS = 100_000
_POSITIVE = ("1", "true", "yes", "y", "是", "阳性", "positive", "dead", "died", "死亡", "有")


def first_recipe(
    table: Path, *, label: str, id_column: str | None = None, group: str | None = None,
    name: str = "my-model",
) -> str:  # fmt: skip
    """A recipe (TOML text) for a table with one row a unit, every guess marked for review.

    Columns that the vocabulary does not know become concepts of the recipe's
    own, so that the table can be trained on as it is.

    Raises:
        InputError: the table cannot be read, a named column is not in it, or
            the label has more or fewer than two values.
    """
    opened = open_table(table)
    for asked, column in (("--label", label), ("--id", id_column), ("--group", group)):
        if column is not None and column not in opened.columns:
            hint = did_you_mean(column, opened.columns)
            shown = ", ".join(opened.columns[:20])
            raise InputError(
                f"{asked} {column!r} is no column of the table{hint} (columns: {shown})",
                Place(str(table)),
            )
    sample = opened.scan.head(SAMPLE_ROWS).collect()
    positive, values = _positive(sample[label], label, table)
    guesses: list[ColumnGuess] = []
    for column in opened.columns:
        if column not in (label, id_column, group):
            taken = [guess.name for guess in guesses]
            guesses.append(guess_column(column, sample[column], taken))
    used = [guess for guess in guesses if guess.role != "unused"]
    if not used:
        raise InputError("has no column that could be an input", Place(str(table)))
    sections = [
        _head(table, name, label, positive, values, id_column, group, sample),
        *map(_concept_section, used),
        *map(_local_section, [guess for guess in used if guess.role == "local"]),
        '[time]\nanchor = "moment"',
        *map(_feature_section, used),
        _unused_section([guess for guess in guesses if guess.role == "unused"]),
        _training_section(sample.height, used),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _text(value: str) -> str:
    """A TOML basic string."""
    return json.dumps(value, ensure_ascii=False)


def _positive(cells: pl.Series, label: str, table: Path) -> tuple[str, list[str]]:
    """The label's value that means "happened", and all its values."""
    counts = cells.cast(pl.String).str.strip_chars().drop_nulls().value_counts(sort=True)
    seen = [canonical(cell) for cell in counts.to_series(0).to_list()]
    values = list(dict.fromkeys(v for v in seen if v and v not in MISSING_WORDS))
    if len(values) != 2:
        shown = ", ".join(values[:8])
        raise InputError(
            f"label {label!r} has {len(values)} values ({shown}); expected two. Write a recipe "
            "with positive = [...] or label_expression for more",
            Place(str(table), label),
        )
    clear = [value for value in values if value.casefold() in _POSITIVE]
    return (clear[0] if len(clear) == 1 else values[-1]), values


def _head(
    table: Path, name: str, label: str, positive: str, values: Sequence[str],
    id_column: str | None, group: str | None, sample: pl.DataFrame,
) -> str:  # fmt: skip
    columns = [sample[name].cast(pl.String).str.strip_chars() for name in sample.columns]
    markers = sorted(
        marker for marker in MISSING_WORDS if any((texts == marker).any() for texts in columns)
    )
    lines = [
        "# First recipe, guessed from the table. Go through it before you train:",
        "# every line with CHECK, the words below, and whether a column could leak the outcome.",
        f"name = {_text(re.sub(r'[^a-z0-9-]+', '-', name.lower()).strip('-') or 'my-model')}",
        'version = "0.1.0"',
        "",
        "[outcome]",
        f"en = {_text(label)}  # CHECK: the outcome in words",
        f"zh = {_text(label)}",
        "",
        "[purpose]",
        'en = "CHECK: what decision the risk supports, in whom, when"',
        "",
        "[not_for]",
        'en = "CHECK: whom and what the model must not be used for"',
        "",
        "[source]",
        f"title = {_text(table.name)}",
        'licence = "CHECK: the right to use these data"',
        f"data = {_text(table.name)}",
        "",
        "[table]",
        'layout = "wide"',
        f"label = {_text(label)}",
        f"positive = [{_text(positive)}]  # CHECK: of {', '.join(values)}",
    ]
    if id_column is not None:
        lines.append(f"id = {_text(id_column)}")
    if group is not None:
        lines.append(f"group = {_text(group)}")
    else:
        lines.append('# group = "…"  # the patient\'s column, if a patient can have several rows')
    if markers:
        lines.append(f"missing = [{', '.join(map(_text, markers))}]")
    lines.append('# drop = [{column = "…", why = "known only after the outcome"}]')
    return "\n".join(lines)


def _concept_section(guess: ColumnGuess) -> str:
    lines = [
        *([f"# CHECK: {guess.note}"] if guess.note else []),
        "[[concept]]",
        f"name = {_text(guess.name)}",
        f"column = {_text(guess.column)}",
    ]
    if guess.unit is not None:
        lines.append(f"unit = {_text(guess.unit)}")
    return "\n".join(lines)


def _local_section(guess: ColumnGuess) -> str:
    lines = [
        "[[local_concept]]",
        f"name = {_text(guess.name)}",
        f"kind = {_text(guess.kind)}",
        f"en = {_text(guess.column)}  # CHECK: the name a clinician would use",
    ]
    if guess.levels:
        lines.append(f"levels = [{', '.join(map(_text, guess.levels))}]")
    elif guess.kind == "observation":
        lines.append('# unit = "…"\n# plausible = [low, high]')
    return "\n".join(lines)


def _feature_section(guess: ColumnGuess) -> str:
    lines = ["[[feature]]", f"name = {_text(guess.name)}", f"concept = {_text(guess.name)}"]
    if guess.kind in ("condition", "medication", "stay"):
        lines.append('aggregate = "present"')
    elif guess.kind == "categorical" or (guess.kind == "demographic" and guess.unit is None):
        lines.append("categorical = true")
    return "\n".join(lines)


def _unused_section(unused: Sequence[ColumnGuess]) -> str:
    if not unused:
        return ""
    return "\n".join(["# Not used:", *(f"#   {guess.column}: {guess.note}" for guess in unused)])


def _training_section(rows: int, used: Sequence[ColumnGuess]) -> str:
    leaves = 7 if rows < 2000 else 15 if rows < 50_000 else 31
    has = {guess.name for guess in used if guess.role == "concept"}
    subgroups = [name for name in ("sex", "age_band") if name.removesuffix("_band") in has]
    lines = [
        "[training]",
        f"params = {{num_leaves = {leaves}, learning_rate = 0.03, min_data_in_leaf = "
        f"{max(5, min(100, rows // 100))}}}",
        f"rounds = {200 if rows < 2000 else 400}",
        f"folds = 5\nrepeats = {3 if rows < 5000 else 1}",
    ]
    if subgroups:
        lines.append(f"\n[report]\nsubgroups = [{', '.join(map(_text, subgroups))}]")
    return "\n".join(lines)
