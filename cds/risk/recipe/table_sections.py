"""The recipe's [source], [table], [[concept]] and [[local_concept]] tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from cds.errors import InputError
from cds.expression import parse
from cds.risk.recipe.checked_table import CheckedTable
from cds.risk.recipe.feature_sections import ConceptBook
from cds.risk.recipe.model import (
    ConceptSource,
    Drop,
    Exclusion,
    SourceDescription,
    TableLayout,
    is_text,
)
from cds.vocabulary import Concept, UnitError, convert
from cds.vocabulary.concept import plain

KINDS = ("demographic", "observation", "categorical", "yes_no", "condition", "medication", "stay")
YES_NO_KINDS = ("yes_no", "condition", "medication", "stay")
LAYOUTS = ("wide", "long", "panel")
TIME_UNITS = ("s", "min", "h", "d", "datetime")


def parse_source(root: CheckedTable) -> SourceDescription:
    """Where the data come from; ``data`` is one file or a table part = file."""
    table = root.table("source")
    if isinstance(table.raw("data"), dict):
        data: Mapping[str, str] = table.mapping_of_texts("data")
    else:
        single = table.text("data", required=True)
        data = {} if single is None else {"": single}
    source = SourceDescription(
        title=table.text("title", required=True) or "",
        licence=table.text("licence", required=True) or "",
        citation=table.text("citation") or "",
        data=data,
        labels=table.text("labels"),
    )
    table.finish()
    return source


def parse_layout(root: CheckedTable) -> TableLayout:
    """How the table is laid out, which column is the label, who is left out."""
    table = root.table("table")
    layout = TableLayout(
        layout=table.choice("layout", LAYOUTS, "wide"),
        id=table.text("id"),
        group=table.text("group"),
        time=table.text("time"),
        time_unit=table.choice("time_unit", TIME_UNITS, "h"),
        parameter=table.text("parameter"),
        value=table.text("value"),
        header=table.flag("header", True),
        columns=table.texts("columns"),
        missing=table.cells("missing"),
        part_column=table.text("part_column") or "site",
        label=table.text("label"),
        positive=table.cells("positive"),
        label_expression=table.text("label_expression"),
        exclude=tuple(_exclusion(item) for item in table.tables("exclude")),
        drop=tuple(_drop(item) for item in table.tables("drop")),
    )
    _check_layout(table, layout)
    table.finish()
    return layout


def _exclusion(table: CheckedTable) -> Exclusion:
    found = Exclusion(
        why=table.text("why", required=True) or "",
        when=table.text("when"),
        column=table.text("column"),
        values=table.cells("values"),
    )
    if (found.when is None) == (found.column is None):
        table.problem("when", "expected either when = an expression, or column and values")
    if found.when is not None:
        check_parses(table, "when", found.when)
    if found.column is not None and not found.values:
        table.problem("values", "is missing; expected the column's values to leave out")
    table.finish()
    return found


def _drop(table: CheckedTable) -> Drop:
    drop = Drop(table.text("column", required=True) or "", table.text("why", required=True) or "")
    table.finish()
    return drop


def check_parses(table: CheckedTable, key: str, text: str) -> None:
    """Note a problem where ``text`` is no expression."""
    try:
        parse(text)
    except InputError as error:
        table.problem(key, error.message)


def _check_layout(table: CheckedTable, layout: TableLayout) -> None:
    needed = {"wide": (), "panel": ("id", "time"), "long": ("id", "time", "parameter", "value")}
    for key in needed[layout.layout]:
        if getattr(layout, key) is None:
            table.problem(key, f"is missing; expected a column's name (layout {layout.layout!r})")
    if not layout.header and not layout.columns:
        table.problem("columns", "is missing; expected the columns' names (header = false)")
    if (layout.label is None) == (layout.label_expression is None):
        table.problem("label", "expected either label and positive, or label_expression")
    if layout.label is not None and not layout.positive:
        table.problem("positive", "is missing; expected the label's values that are the outcome")
    if layout.label_expression is not None:
        check_parses(table, "label_expression", layout.label_expression)


def parse_local_concepts(root: CheckedTable) -> dict[str, Concept]:
    """Concepts that only this recipe knows, for columns the vocabulary has no name for."""
    found: dict[str, Concept] = {}
    for table in root.tables("local_concept"):
        name = table.text("name", required=True) or ""
        kind = table.choice("kind", KINDS, "observation")
        en = table.text("en", required=True) or name
        low, high = table.numbers("plausible", 2) or (-math.inf, math.inf)
        levels = table.texts("levels")
        found[name] = Concept(
            name=name,
            kind=kind,
            labels={"en": en, "zh": table.text("zh") or en},
            unit=table.text("unit"),
            plausible=(low if math.isfinite(low) else None, high if math.isfinite(high) else None),
            levels=levels,
            level_aliases={plain(level): level for level in levels},
        )
        if levels and kind != "categorical":
            table.problem("levels", f"are given, but kind is {kind!r}; expected 'categorical'")
        table.finish()
    return found


def parse_sources(
    root: CheckedTable, layout: TableLayout, book: ConceptBook
) -> tuple[ConceptSource, ...]:
    """How columns become concepts, each checked against the concept it claims to be."""
    sources = []
    dropped = {drop.column: drop.why for drop in layout.drop}
    for table in root.tables("concept"):
        name = table.text("name", required=True) or ""
        concept = book.find(name or None, table, "name")
        source = ConceptSource(
            name=name,
            column=table.text("column"),
            constant=cast("float | str | bool | None", table.raw("constant")),
            unit=table.text("unit"),
            factor=table.number("factor", 1.0) or 1.0,
            map={key: _map_value(table, key, v) for key, v in table.mapping("map").items()},
            missing=table.cells("missing"),
            plausible=cast("tuple[float, float]", table.numbers("plausible", 2)) or (None, None),
            zero_is_missing=table.flag("zero_is_missing"),
            pooled=table.flag("pooled"),
        )
        table.finish()
        if (source.column is None) == (source.constant is None):
            table.problem("column", "expected either a column or a constant")
        if source.column in dropped:
            table.problem("column", f"{source.column!r} is also in drop: {dropped[source.column]}")
        if concept is not None:
            _check_source(table, source, concept)
            sources.append(source)
    return tuple(sources)


def _map_value(table: CheckedTable, key: str, value: object) -> float | str | bool:
    if isinstance(value, (int, float, str)):
        return value if isinstance(value, (str, bool)) else float(value)
    table.problem(f"map.{key}", f"is {value!r}; expected a level, a number or true/false")
    return ""


def _check_source(table: CheckedTable, source: ConceptSource, concept: Concept) -> None:
    given = dict(source.map)
    if source.constant is not None:
        given["(constant)"] = source.constant
    for key, value in given.items():
        place = f"map.{key}" if key != "(constant)" else "constant"
        if is_text(concept):
            if not isinstance(value, str) or (concept.levels and value not in concept.levels):
                known = ", ".join(concept.levels) or "a text"
                table.problem(place, f"is {value!r}; expected a level of {concept.name} ({known})")
        elif concept.kind in YES_NO_KINDS:
            if value not in (True, False):
                table.problem(place, f"is {value!r}; expected true or false")
        elif isinstance(value, (str, bool)):
            table.problem(place, f"is {value!r}; expected a number")
    if source.unit is not None:
        try:
            convert(1.0, source.unit, concept)
        except UnitError as error:
            table.problem("unit", str(error))
