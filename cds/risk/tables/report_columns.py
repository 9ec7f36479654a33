"""The subgroups a card reports: a concept's, a feature's or a column's values, or bands of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from cds.errors import InputError, Place
from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.recipe.model import Recipe, Subgroup, is_text
from cds.risk.tables.cells import YES_NO_KINDS
from cds.risk.tables.outcome import as_numbers

_PREFIX = "@"


def report_features(recipe: Recipe) -> tuple[FeatureDeclaration, ...]:
    """Hidden features that hold the subgroups' concepts: the last value of each."""
    wanted = {subgroup.of for subgroup in recipe.report.subgroups}
    known = {source.name for source in recipe.sources}
    found = []
    for name in sorted(wanted & known):
        concept = recipe.concept(name)
        levels = {level: float(place) for place, level in enumerate(_levels(recipe, name))}
        if is_text(concept) and not levels:
            continue  # any text is a value: the raw column serves better
        found.append(
            FeatureDeclaration(
                f"{_PREFIX}{name}", concept=name, kind=concept.kind, levels=levels, hidden=True
            )
        )
    declared = {feature.name: feature for feature in recipe.features}
    for name in sorted(wanted - known):
        if name in declared:
            found.append(FeatureDeclaration(f"{_PREFIX}{name}", expression=name, hidden=True))
    return tuple(found)


def _levels(recipe: Recipe, name: str) -> tuple[str, ...]:
    concept = recipe.concept(name)
    if concept.levels or not is_text(concept):
        return concept.levels
    sources = [source for source in recipe.sources if source.name == name]
    mapped = [str(value) for source in sources for value in source.map.values()]
    mapped += [str(source.constant) for source in sources if source.constant is not None]
    return tuple(dict.fromkeys(mapped))


def report_columns(recipe: Recipe, frame: pl.DataFrame) -> dict[str, tuple[object, ...]]:
    """Each subgroup's value of every row, None where not known; shape (rows,) each.

    Raises InputError where a subgroup is neither concept nor column nor feature.
    """
    return {subgroup.name: _values(recipe, subgroup, frame) for subgroup in recipe.report.subgroups}


def _values(recipe: Recipe, subgroup: Subgroup, frame: pl.DataFrame) -> tuple[object, ...]:
    computed = f"{_PREFIX}{subgroup.of}"
    if computed in frame.columns:
        numbers = [None if math.isnan(v) else v for v in frame[computed].to_list()]
        if subgroup.edges:
            return tuple(band(value, subgroup.edges) for value in numbers)
        return _in_words(recipe, subgroup.of, numbers)
    if subgroup.of not in frame.columns:
        raise InputError(
            f"subgroup {subgroup.of!r} is no concept, feature or column of the table",
            Place(str(recipe.path), "[report] subgroups"),
        )
    if subgroup.edges:
        column = as_numbers(frame[subgroup.of], recipe.table)
        return tuple(band(value, subgroup.edges) for value in column.to_list())
    texts = frame[subgroup.of].cast(pl.String).str.strip_chars()
    return tuple(None if text in recipe.table.missing else text for text in texts.to_list())


def _in_words(recipe: Recipe, name: str, numbers: Sequence[float | None]) -> tuple[object, ...]:
    if name in {source.name for source in recipe.sources}:
        levels = _levels(recipe, name)
        if levels:
            return tuple(None if value is None else levels[int(value)] for value in numbers)
        if recipe.concept(name).kind in YES_NO_KINDS:
            words = {1.0: "yes", 0.0: "no"}
            return tuple(words.get(value) if value is not None else None for value in numbers)
    return tuple(None if value is None else f"{value:g}" for value in numbers)


def band(value: float | None, edges: Sequence[float]) -> str | None:
    """The band a value lies in: ``<40``, ``40 to <65``, ``≥65``; None if it is missing."""
    if value is None or math.isnan(value):
        return None
    if value < edges[0]:
        return f"<{edges[0]:g}"
    for low, high in zip(edges, edges[1:], strict=False):
        if value < high:
            return f"{low:g} to <{high:g}"
    return f"≥{edges[-1]:g}"
