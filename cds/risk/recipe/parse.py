"""Read a recipe (TOML) and check all of it; every problem is named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from cds.errors import InputError, Place
from cds.risk.eligibility import Eligibility
from cds.risk.features.declaration import ANCHORS, FeatureDeclaration, inputs
from cds.risk.recipe.checked_table import CheckedTable, Problems, did_you_mean
from cds.risk.recipe.feature_sections import ConceptBook, check_expression, parse_features
from cds.risk.recipe.model import (
    DEFAULT_BANDS,
    MaskPlan,
    Recipe,
    ReportPlan,
    Subgroup,
    TrainingPlan,
)
from cds.risk.recipe.table_sections import (
    check_parses,
    parse_layout,
    parse_local_concepts,
    parse_source,
    parse_sources,
)

CALIBRATORS = ("none", "platt", "beta", "isotonic")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def parse_recipe(path: Path) -> Recipe:
    """The recipe in ``path``, validated.

    Raises InputError naming every problem: table, key, value, what was expected.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read: {reason}; expected a recipe", _at(path)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"is not TOML: {error}", _at(path)) from error
    problems = Problems()
    recipe = _recipe(CheckedTable(document, "", problems), path)
    if problems.found:
        place, message = problems.found[0]
        others = [f"{where}: {what}" for where, what in problems.found[1:]]
        if others:
            message += f"\n{len(others)} more:\n  " + "\n  ".join(others)
        raise InputError(message, Place(str(path), place))
    return recipe


def _at(path: Path) -> Place:
    return Place(str(path))


def _recipe(root: CheckedTable, path: Path) -> Recipe:
    time = root.table("time")
    anchor = time.choice("anchor", ANCHORS, "moment")
    time.finish()
    local = parse_local_concepts(root)
    book = ConceptBook(local)
    layout = parse_layout(root)
    if layout.layout == "panel" and anchor == "start":
        time.problem("anchor", "is 'start'; expected 'moment' for a panel, whose rows are moments")
    features = parse_features(root, anchor, book)
    if not inputs(features):
        root.problem("[[feature]]", "is missing; expected at least one that is not hidden")
    name = root.text("name", required=True) or ""
    if name and not _NAME.fullmatch(name):
        root.problem("name", f"is {name!r}; expected small letters, digits and hyphens")
    recipe = Recipe(
        path=path,
        name=name,
        version=root.text("version", required=True) or "",
        outcome=_words(root, "outcome"),
        purpose=_words(root, "purpose"),
        not_for=_words(root, "not_for"),
        source=parse_source(root),
        table=layout,
        sources=parse_sources(root, layout, book),
        local_concepts=local,
        anchor=anchor,
        features=features,
        eligibility=_eligibility(root, features, book),
        training=_training(root, features),
        report=_report(root, inputs(features)),
        card=root.mapping("card"),
    )
    root.finish()
    return recipe


def _words(root: CheckedTable, key: str) -> dict[str, str]:
    """A text in English and, if given, Chinese (English stands in where it is not)."""
    table = root.table(key)
    en = table.text("en", required=True) or ""
    zh = table.text("zh") or en
    table.finish()
    return {"en": en, "zh": zh}


def _eligibility(
    root: CheckedTable, features: tuple[FeatureDeclaration, ...], book: ConceptBook
) -> Eligibility:
    table = root.table("eligibility")
    minimum, exclude = table.table("minimum"), table.table("exclude")
    names = {feature.name for feature in features}
    required, minimum_of = table.texts("required"), minimum.texts("of")
    for where, key, wanted in ((table, "required", required), (minimum, "of", minimum_of)):
        for name in wanted:
            if name not in names:
                book.find(name, where, key)
    count = minimum.whole("count", 0)
    if count > len(minimum_of):
        minimum.problem("count", f"is {count}; expected at most {len(minimum_of)}, the list's size")
    setting = table.texts("setting")
    care_setting = book.find("care_setting", table, "setting") if setting else None
    for level in setting:
        if care_setting is not None and level not in care_setting.levels:
            known = ", ".join(care_setting.levels)
            table.problem("setting", f"holds {level!r}; expected any of {known}")
    age = table.numbers("age", 2)
    expression = exclude.text("expression")
    if expression is not None:
        check_expression(exclude, "expression", expression, names)
    reason = {"en": exclude.text("en") or "", "zh": exclude.text("zh") or ""}
    if expression is not None and not reason["en"]:
        exclude.problem("en", "is missing; expected the reason in words")
    for part in (minimum, exclude, table):
        part.finish()
    return Eligibility(
        required=required,
        minimum_count=count,
        minimum_of=minimum_of,
        setting=setting,
        age=(age[0], age[1]) if age else None,
        exclude=expression,
        exclude_reason={} if expression is None else reason,
    )


def _training(root: CheckedTable, features: tuple[FeatureDeclaration, ...]) -> TrainingPlan:
    table = root.table("training")
    known = inputs(features)
    monotone = {name: int(sign) for name, sign in table.mapping_of_numbers("monotone").items()}
    for name, sign in monotone.items():
        if sign not in (-1, 0, 1):
            table.problem(f"monotone.{name}", f"is {sign}; expected -1, 0 or 1")
    masks = []
    for item in table.tables("mask"):
        masks.append(
            MaskPlan(
                features=item.texts("features"),
                share=item.number("share", 0.5, 0.0, 1.0) or 0.0,
                weight=item.number("weight", 0.5, 0.0) or 0.0,
                copies=item.whole("copies", 1, 1),
            )
        )
        item.finish()
    for name in (*monotone, *(name for mask in masks for name in mask.features)):
        if name not in known:
            hint = did_you_mean(name, known)
            table.problem("monotone/mask", f"names {name!r}; expected inputs of the model{hint}")
    calibrators = table.texts("calibrators") or CALIBRATORS
    for calibrator in calibrators:
        if calibrator not in CALIBRATORS:
            known_ones = " | ".join(CALIBRATORS)
            table.problem("calibrators", f"holds {calibrator!r}; expected {known_ones}")
    plan = TrainingPlan(
        params=table.mapping("params"),
        rounds=table.whole("rounds", 300, 1),
        boosters=table.whole("boosters", 1, 1),
        monotone=monotone,
        mask=tuple(masks),
        folds=table.whole("folds", 5, 2),
        repeats=table.whole("repeats", 1, 1),
        calibrators=calibrators,
        prevalence=table.number("prevalence", None, 0.0, 1.0),
        soft_target=table.text("soft_target"),
    )
    if plan.soft_target is not None:
        check_parses(table, "soft_target", plan.soft_target)
    table.finish()
    return plan


def _report(root: CheckedTable, inputs: Sequence[str]) -> ReportPlan:
    table = root.table("report")
    subgroups = tuple(_subgroup(table, item) for item in table.values("subgroups"))
    bands = tuple(_band(table, item) for item in table.values("bands"))
    uppers = [upper for _, upper in bands]
    if bands and (uppers != sorted(set(uppers)) or uppers[-1] != 1.0):
        table.problem("bands", f"end at {uppers}; expected rising risks, the last one 1")
    masked = {}
    for item in table.tables("masked"):
        names = item.texts("features")
        masked[item.text("name", required=True) or ""] = names
        item.finish()
        for name in names:
            if name not in inputs:
                hint = did_you_mean(name, inputs)
                item.problem("features", f"names {name!r}; expected inputs of the model{hint}")
    plan = ReportPlan(subgroups, table.text("leave_one_out"), masked, bands or DEFAULT_BANDS)
    table.finish()
    return plan


AGE_EDGES = (40.0, 65.0, 80.0)


def _subgroup(table: CheckedTable, item: object) -> Subgroup:
    """A column's or concept's name, or {name, of, edges}; ``age_band`` is known."""
    if item == "age_band":
        return Subgroup("age_band", "age", AGE_EDGES)
    if isinstance(item, str):
        return Subgroup(item, item)
    part = CheckedTable(item, f"{table.place} subgroups", table.problems)
    of = part.text("of", required=True) or ""
    subgroup = Subgroup(part.text("name") or of, of, part.numbers("edges"))
    part.finish()
    return subgroup


def _band(table: CheckedTable, item: object) -> tuple[str, float]:
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
        upper = item[1]
        if isinstance(upper, (int, float)) and not isinstance(upper, bool):
            return item[0], float(upper)
    table.problem("bands", f"holds {item!r}; expected [name, upper risk]")
    return "", 1.0
