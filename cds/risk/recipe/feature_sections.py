"""The recipe's [[feature]] and [[feature_set]] tables → validated declarations."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import replace

from cds.errors import InputError
from cds.expression import parse
from cds.risk.features.declaration import (
    AGGREGATES,
    VALUE_FREE,
    FeatureDeclaration,
    FeatureSet,
    Window,
    expand,
)
from cds.risk.features.levels import CodeRange
from cds.risk.features.record_engine import expression_order
from cds.risk.recipe.checked_table import CheckedTable, did_you_mean
from cds.risk.recipe.model import is_text
from cds.vocabulary import Concept, UnitError, convert, load_vocabulary


class ConceptBook:
    """The concepts a recipe may use: the vocabulary's and its own."""

    def __init__(self, local: Mapping[str, Concept]) -> None:
        """``local`` holds the recipe's own concepts by name."""
        self._local = local
        self.names = (*local, *load_vocabulary().names)

    def find(self, name: str | None, table: CheckedTable, key: str) -> Concept | None:
        """The concept called ``name``; a problem is noted where there is none."""
        if name is None:
            return None
        found = self._local.get(name) or load_vocabulary().get(name)
        if found is None:
            hint = did_you_mean(name, self.names)
            table.problem(key, f"is {name!r}; expected a concept of the vocabulary{hint}")
        return found


def parse_features(
    root: CheckedTable, anchor: str, book: ConceptBook
) -> tuple[FeatureDeclaration, ...]:
    """All features in the recipe's order: the [[feature]] tables, then the sets."""
    features: list[tuple[CheckedTable, FeatureDeclaration]] = []
    for table in root.tables("feature"):
        single = _feature(table, anchor, book)
        if single is not None:
            features.append((table, single))
        table.finish()
    for table in root.tables("feature_set"):
        features.extend((table, feature) for feature in _set(table, anchor, book))
        table.finish()
    _check_names(features)
    _check_expressions(features)
    return tuple(feature for _, feature in features)


def _feature(table: CheckedTable, anchor: str, book: ConceptBook) -> FeatureDeclaration | None:
    name = table.text("name", required=True)
    concept_name, expression = table.text("concept"), table.text("expression")
    if (concept_name is None) == (expression is None):
        table.problem("", "has to have either a concept or an expression")
    concept = book.find(concept_name, table, "concept")
    feature = FeatureDeclaration(
        name=name or "",
        concept=concept_name,
        expression=expression,
        aggregate=table.choice("aggregate", AGGREGATES, "last"),
        window=_window(table, "window", anchor),
        unit=table.text("unit"),
        levels=table.mapping_of_numbers("levels"),
        levels_prefix=table.mapping_of_texts("levels_prefix"),
        levels_range=table.mapping_of_texts("levels_range"),
        other=table.number("other"),
        hidden=table.flag("hidden"),
        categorical=table.flag("categorical"),
        labels=table.mapping_of_texts("labels"),
    )
    if name is None or (concept is None and expression is None):
        return None
    return feature if concept is None else _complete(table, feature, concept, anchor)


def _set(table: CheckedTable, anchor: str, book: ConceptBook) -> tuple[FeatureDeclaration, ...]:
    """The product of a set's lists, each member checked like a single feature."""
    concepts = [book.find(name, table, "concepts") for name in table.texts("concepts")]
    aggregates = table.texts("aggregates") or ("last",)
    for aggregate in aggregates:
        if aggregate not in AGGREGATES:
            hint = did_you_mean(aggregate, AGGREGATES)
            table.problem("aggregates", f"holds {aggregate!r}; expected aggregates{hint}")
    windows = tuple(
        _as_window(table, "windows", item, anchor) for item in table.values("windows")
    ) or (None,)
    known = [concept for concept in concepts if concept is not None]
    kinds = {concept.name: concept for concept in known}
    if not concepts:
        table.problem("concepts", "is missing; expected a list of concepts")
    expanded = expand(
        FeatureSet(
            concepts=tuple(kinds),
            aggregates=tuple(a for a in aggregates if a in AGGREGATES),
            windows=windows,
            hidden=table.flag("hidden"),
        )
    )
    return tuple(_complete(table, f, kinds[str(f.concept)], anchor) for f in expanded)


def _window(table: CheckedTable, key: str, anchor: str) -> Window:
    if key not in table:
        return None
    return _as_window(table, key, table.raw(key), anchor)


def _as_window(table: CheckedTable, key: str, value: object, anchor: str) -> Window:
    """A window in hours: [from, to] for recipes anchored at the start, else hours back."""
    expected = "[from, to] in hours" if anchor == "start" else "hours back, a positive number"
    if anchor == "start" and isinstance(value, list) and len(value) == 2:
        low, high = value
        if _is_number(low) and _is_number(high) and low < high:
            return (float(low), float(high))
    if anchor == "moment" and _is_number(value) and value > 0:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    table.problem(key, f"is {value!r}; expected {expected} (anchor is {anchor!r})")
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _complete(
    table: CheckedTable, feature: FeatureDeclaration, concept: Concept, anchor: str
) -> FeatureDeclaration:
    """Fill in what the vocabulary knows (kind, unit, levels) and check that it fits."""
    feature = replace(feature, kind=concept.kind)
    if feature.aggregate.startswith("time_since") and anchor == "start" and feature.window is None:
        table.problem("window", f"is missing; {feature.aggregate} counts from the window's end")
    if is_text(concept):
        return _with_levels(table, feature, concept)
    if feature.levels or feature.levels_prefix or feature.levels_range:
        table.problem("levels", f"are given, but {concept.name} has numbers, not levels")
    return _with_unit(table, feature, concept)


def _with_levels(
    table: CheckedTable, feature: FeatureDeclaration, concept: Concept
) -> FeatureDeclaration:
    levels = feature.levels
    if not levels and concept.levels and feature.categorical:
        levels = {level: float(number) for number, level in enumerate(concept.levels)}
    if not levels and feature.aggregate not in VALUE_FREE:
        known = ", ".join(concept.levels) or "any text"
        table.problem("levels", f"are missing; expected a number for each level of "
                      f"{concept.name} ({known})")  # fmt: skip
    for level in feature.levels:
        if concept.levels and level not in concept.levels:
            hint = did_you_mean(level, concept.levels)
            known = ", ".join(concept.levels)
            table.problem(f"levels.{level}", f"is no level of {concept.name} ({known}){hint}")
    for key, mapping in (("levels_prefix", feature.levels_prefix),
                         ("levels_range", feature.levels_range)):  # fmt: skip
        for code, level in mapping.items():
            if level not in levels:
                known = ", ".join(levels)
                table.problem(f"{key}.{code}", f"is {level!r}; expected a key of levels ({known})")
    for text in feature.levels_range:
        try:
            CodeRange(text)
        except ValueError as error:
            table.problem("levels_range", f"holds {text!r}; {error}")
    if feature.categorical and any(v < 0 or v != int(v) for v in levels.values()):
        table.problem("levels", "of a categorical feature have to be whole numbers from 0 up")
    if feature.unit is not None:
        table.problem("unit", f"is {feature.unit!r}, but {concept.name} has levels, not numbers")
    return replace(feature, levels=levels)


def _with_unit(
    table: CheckedTable, feature: FeatureDeclaration, concept: Concept
) -> FeatureDeclaration:
    """The feature with the scale and offset that turn the concept's unit into its own."""
    if feature.unit is None or concept.unit is None:
        if feature.unit is not None:
            table.problem("unit", f"is {feature.unit!r}, but {concept.name} has no unit")
        return feature
    try:
        offset, at_thousand = (
            convert(value, concept.unit, concept, feature.unit) for value in (0.0, 1000.0)
        )
    except UnitError as error:
        table.problem("unit", str(error))
        return feature
    return replace(feature, scale=(at_thousand - offset) / 1000.0, offset=offset)


def _check_names(features: list[tuple[CheckedTable, FeatureDeclaration]]) -> None:
    seen: dict[str, str] = {}
    for table, feature in features:
        name = feature.name
        if not name.isidentifier() or keyword.iskeyword(name):
            table.problem("name", f"is {name!r}; expected letters, digits and underscores")
        if name in seen:
            table.problem("name", f"{name!r} is already the name of {seen[name]}")
        seen.setdefault(name, table.place)


def _check_expressions(features: list[tuple[CheckedTable, FeatureDeclaration]]) -> None:
    """Expressions parse, use features that exist, and do not go in circles."""
    names = {feature.name for _, feature in features}
    used: dict[str, list[str]] = {}
    for table, feature in features:
        if feature.expression is not None:
            used[feature.name] = check_expression(table, "expression", feature.expression, names)
    try:
        expression_order([feature for _, feature in features], used)
    except ValueError as circle:
        features[0][0].problems.add("[[feature]] expression", f"goes in a circle: {circle}")


def check_expression(table: CheckedTable, key: str, text: str, names: set[str]) -> list[str]:
    """The names an expression uses; problems are noted where it or they are unknown."""
    try:
        used = sorted(parse(text).names)
    except InputError as error:
        table.problem(key, error.message)
        return []
    for name in used:
        if name not in names:
            hint = did_you_mean(name, names)
            table.problem(key, f"uses {name!r}; expected features of the recipe{hint}")
    return [name for name in used if name in names]
