"""Load the rows that a recipe trains on: inputs, outcome, patients, report columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl

from cds.errors import InputError, Place
from cds.risk.features.declaration import inputs
from cds.risk.features.window_folds import Floats, Ints
from cds.risk.recipe.model import Recipe
from cds.risk.tables.cells import Tally
from cds.risk.tables.outcome import columns_needed, evaluate, excluded_rows, read_outcome
from cds.risk.tables.read import open_table
from cds.risk.tables.report_columns import report_columns, report_features
from cds.risk.tables.units import BATCH_ROWS, UnitBatch, UnitReader

UNKNOWN_OUTCOME = "outcome not known"
_PERSON = re.compile(r"patient|subject|person|mrn|empi|病人|患者|住院号|病历号", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """The rows that a model is made from, one per unit or moment.

    ``inputs`` has shape (rows, names), NaN missing; ``outcome`` (rows,) is 0
    or 1; ``groups`` numbers each row's patient from 0 by first appearance;
    ``report_columns`` hold each row's subgroup; ``sites`` is the column for
    leaving one site out. ``excluded`` gives (reason, rows left out).
    ``repeated_people`` names columns that look like a person's number, repeat,
    and are not the group. ``soft_target`` (rows,) is what the model learns from
    instead of the outcome, if the recipe has it; where it is missing, the outcome.
    """

    names: tuple[str, ...]
    ids: pl.Series
    times: pl.Series | None
    groups: Ints
    inputs: Floats
    outcome: Floats
    report_columns: Mapping[str, tuple[object, ...]]
    sites: tuple[object, ...] | None
    excluded: tuple[tuple[str, int], ...]
    tally: Tally
    grouped: bool
    repeated_people: tuple[str, ...] = ()
    soft_target: Floats | None = None

    @property
    def features(self) -> pl.DataFrame:
        """The inputs as a frame with named columns."""
        return pl.DataFrame(self.inputs, schema=list(self.names))


def load_training_table(
    recipe: Recipe, data_root: Path, batch_rows: int = BATCH_ROWS
) -> TrainingTable:
    """The recipe's training rows from the files under ``data_root``.

    Raises InputError where a file or column is missing, where no row is left,
    or where the outcome never or always occurs.
    """
    parts = [
        _part(recipe, part, _resolved(data_root, recipe, file), data_root, batch_rows)
        for part, file in recipe.source.data.items()
    ]
    frame = pl.concat([part.frame for part in parts], how="diagonal_relaxed")
    values = np.concatenate([part.inputs for part in parts])
    tally = _joined([part.tally for part in parts])
    outcome = read_outcome(recipe, frame)
    keep = np.ones(len(outcome), dtype=bool)
    excluded: list[tuple[str, int]] = []
    for why, mask in (*excluded_rows(recipe, frame).items(), (UNKNOWN_OUTCOME, np.isnan(outcome))):
        if (mask & keep).any():
            excluded.append((why, int((mask & keep).sum())))
        keep &= ~mask
    outcome = outcome[keep]
    _check_outcome(recipe, outcome)
    groups = _group_numbers(recipe, frame)[keep]
    frame = frame.filter(pl.Series(keep))
    names = inputs(recipe.features)
    subgroups = report_columns(recipe, frame)
    left_out = recipe.report.leave_one_out
    return TrainingTable(
        names=names,
        ids=frame["id:"],
        times=frame["time:"] if "time:" in frame.columns else None,
        groups=_renumbered(groups),
        inputs=values[keep],
        outcome=outcome,
        report_columns=subgroups,
        sites=None if left_out is None else _sites(recipe, frame, left_out),
        excluded=tuple(excluded),
        tally=tally,
        grouped=recipe.table.group is not None or recipe.table.layout != "wide",
        repeated_people=_repeated_people(recipe, frame),
        soft_target=_soft_target(recipe, frame, outcome),
    )


def _soft_target(recipe: Recipe, frame: pl.DataFrame, outcome: Floats) -> Floats | None:
    text = recipe.training.soft_target
    if text is None:
        return None
    target = evaluate(text, frame, recipe)
    if np.nanmin(target) < 0.0 or np.nanmax(target) > 1.0:
        raise InputError(
            f"{text!r} goes from {np.nanmin(target):g} to {np.nanmax(target):g}; expected 0 to 1",
            Place(str(recipe.path), "[training] soft_target"),
        )
    return np.where(np.isnan(target), outcome, target)


@dataclass(frozen=True, slots=True)
class _Part:
    """One file's units: their inputs, and a frame of everything else about them."""

    inputs: Floats
    frame: pl.DataFrame
    tally: Tally = field(default_factory=Tally)


def _resolved(root: Path, recipe: Recipe, file: str) -> Path:
    """A recipe's file: absolute, or under the data folder (or beside the recipe)."""
    for folder in (root, recipe.path.parent):
        if (folder / file).is_file():
            return folder / file
    raise InputError(
        f"data file {file!r} is not in {root}; expected the folder that holds it (--data)",
        Place(str(recipe.path), "[source] data"),
    )


def _part(recipe: Recipe, name: str, path: Path, root: Path, batch_rows: int) -> _Part:
    extra_features = report_features(recipe)
    table = open_table(path, recipe.table.header, recipe.table.columns)
    wanted = columns_needed(recipe, table.columns)
    people = [column for column in table.columns if _PERSON.search(column)]
    if recipe.table.layout == "wide":
        wanted = list(dict.fromkeys([*wanted, *people]))
    reader = UnitReader(
        path, recipe, extra_features=extra_features, extra_columns=wanted, order="C"
    )
    batches = list(reader.batches(batch_rows, keep_order=False))
    if not batches:
        raise InputError("has no rows; expected data to train on", Place(str(path)))
    if reader.tally.absent:
        lacking = ", ".join(sorted(reader.tally.absent))
        raise InputError(f"has no column {lacking}, which the recipe reads", Place(str(path)))
    frame = pl.concat(list(_frames(batches)), how="vertical_relaxed")
    if recipe.source.labels is not None:
        labels = open_table(_resolved(root, recipe, recipe.source.labels))
        frame = _with_labels(recipe, frame, labels.scan.collect(), labels.path)
    if name:
        frame = frame.with_columns(pl.lit(name).alias(recipe.table.part_column))
    return _Part(np.concatenate([batch.inputs for batch in batches]), frame, reader.tally)


def _frames(batches: Sequence[UnitBatch]) -> Iterator[pl.DataFrame]:
    for batch in batches:
        times = [] if batch.times is None else [batch.times.alias("time:")]
        yield pl.DataFrame([batch.ids.alias("id:"), *times, *batch.extra])


def _with_labels(
    recipe: Recipe, frame: pl.DataFrame, labels: pl.DataFrame, path: Path
) -> pl.DataFrame:
    """The label table's columns beside the units they belong to, matched by id."""
    key = recipe.table.id
    if key is None or key not in labels.columns:
        raise InputError(f"has no column {key!r} to join labels by", Place(str(path)))
    new = [name for name in labels.columns if name not in frame.columns or name == key]
    second = labels.select(new).with_columns(_id_text(labels[key]).alias("key:")).drop(key)
    if second["key:"].is_duplicated().any():
        raise InputError(f"has a {key!r} twice; expected one label each", Place(str(path)))
    keyed = frame.with_columns(_id_text(frame["id:"]).alias("key:"))
    return keyed.join(second, on="key:", how="left", maintain_order="left").drop("key:")


def _id_text(ids: pl.Series) -> pl.Series:
    """Ids as text: 7, 7.0 and " 7" are one."""
    if ids.dtype.is_float() and (ids.drop_nulls() % 1 == 0).all():
        ids = ids.cast(pl.Int64)
    return ids.cast(pl.String).str.strip_chars()


def _group_numbers(recipe: Recipe, frame: pl.DataFrame) -> Ints:
    """Each row's patient as a number; rows without one stand alone."""
    name = recipe.table.group
    if name is not None and name not in frame.columns and name != recipe.table.id:
        raise InputError(
            f"has no column {name!r}, the recipe's group", Place(recipe.source.data_text)
        )
    column = frame["id:"] if name is None or name == recipe.table.id else frame[name]
    people = column.cast(pl.String)
    # row numbers of two sites are not the same patient
    if recipe.table.part_column in frame.columns and len(recipe.source.data) > 1:
        people = frame[recipe.table.part_column].cast(pl.String) + "\t" + people
    alone = pl.Series([f"\n{number}" for number in range(len(people))])
    return _first_seen(people.zip_with(people.is_not_null(), alone))


def _first_seen(values: pl.Series) -> Ints:
    """0, 1, 2 … by first appearance of each value."""
    distinct = values.unique(maintain_order=True)
    numbers = pl.Series(np.arange(len(distinct)), dtype=pl.Int64)
    return cast(Ints, values.replace_strict(distinct, numbers, return_dtype=pl.Int64).to_numpy())


def _renumbered(groups: Ints) -> Ints:
    return _first_seen(pl.Series(groups))


def _sites(recipe: Recipe, frame: pl.DataFrame, name: str) -> tuple[object, ...]:
    if name not in frame.columns:
        raise InputError(
            f"has no column {name!r}, the recipe's leave_one_out", Place(recipe.source.data_text)
        )
    return tuple(frame[name].cast(pl.String).to_list())


def _check_outcome(recipe: Recipe, outcome: Floats) -> None:
    place = Place(recipe.source.data_text)
    if not len(outcome):
        raise InputError("no row is left to train on after the recipe's exclusions", place)
    if outcome.min() == outcome.max():
        always = "always" if outcome[0] else "never"
        raise InputError(
            f"the outcome {always} occurs in {len(outcome)} rows; expected both. "
            "Check label and positive in the recipe's [table]",
            place,
        )


def _repeated_people(recipe: Recipe, frame: pl.DataFrame) -> tuple[str, ...]:
    taken = {recipe.table.group, recipe.table.id}
    looked = [name for name in frame.columns if _PERSON.search(name) and name not in taken]
    return tuple(
        name
        for name in looked
        if 0.3 < frame[name].drop_nulls().n_unique() / max(frame.height, 1) < 1.0
    )


def _joined(tallies: Sequence[Tally]) -> Tally:
    joined = Tally()
    for tally in tallies:
        joined.implausible.update(tally.implausible)
        joined.unknown.update(tally.unknown)
        joined.absent |= tally.absent
    return joined
