"""Recipes as TOML: read with every mistake named, written so that they read back the same."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_type_hints

from cds.errors import InputError, Place
from cds.imaging.training.recipe import (
    Augmentation,
    Description,
    Network,
    Recipe,
    Schedule,
)

RECIPE = "recipe.toml"
_SECTIONS = {
    "network": Network,
    "schedule": Schedule,
    "augmentation": Augmentation,
    "description": Description,
}
_CHOICES = {
    "architecture": ("pooled", "classic"),
    "calibration": ("auto", "none", "temperature", "platt"),
}
_AT_LEAST = {
    "size": 16,
    "epochs": 1,
    "batch": 2,
    "patience": 1,
    "coarsest": 4,
    "calibration_versions": 1,
}
_SHARES = frozenset(
    ("validation", "test", "accepted", "doubt", "coarse", "erase", "dropout", "averaging")
    + ("smoothing", "finale_strength")
)
_COUNT_OF_WIDTHS = 4


def read_recipe(path: Path) -> Recipe:
    """The recipe in ``path``; raises InputError where a key is unknown or a value is not one."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}", Place(str(path))) from error
    return parse_recipe(document, str(path))


def parse_recipe(document: Mapping[str, Any], source: str) -> Recipe:
    """The recipe that ``document`` states; what it does not state is as by default."""
    values: dict[str, Any] = {}
    for key, value in document.items():
        if key in _SECTIONS:
            if not isinstance(value, dict):
                raise InputError("expected a table", Place(source, key))
            values[key] = _section(_SECTIONS[key], value, source, f"{key}.")
        else:
            values[key] = value
    recipe: Recipe = _section(Recipe, values, source, "")
    if recipe.validation <= 0:
        raise InputError("is 0; training stops by validation pictures", Place(source, "validation"))
    return recipe


def recipe_text(recipe: Recipe, comment: str = "") -> str:
    """``recipe`` as TOML, every choice stated."""
    lines = [f"# {line}" for line in comment.splitlines()]
    plain = [one for one in fields(Recipe) if one.name not in _SECTIONS]
    lines += [f"{one.name} = {_value(getattr(recipe, one.name))}" for one in plain]
    for name in _SECTIONS:
        section = getattr(recipe, name)
        lines += ["", f"[{name}]"]
        for one in fields(section):
            lines.append(f"{one.name} = {_value(getattr(section, one.name))}")
    return "\n".join(lines) + "\n"


def _section(kind: Any, values: Mapping[str, Any], source: str, prefix: str) -> Any:
    known = {one.name: one for one in fields(kind)}
    hints = get_type_hints(kind)
    found: dict[str, Any] = {}
    for key, value in values.items():
        place = Place(source, f"{prefix}{key}")
        if key not in known:
            raise InputError(f"is no key of a recipe; expected one of {', '.join(known)}", place)
        default = known[key].default
        if default is MISSING:
            factory = known[key].default_factory
            default = factory() if factory is not MISSING else None
        found[key] = _checked(key, value, default, hints[key], place)
    return kind(**found)


def _checked(key: str, value: Any, default: Any, hint: Any, place: Place) -> Any:
    if key in _SECTIONS:
        return value
    if key in _CHOICES:
        if value not in _CHOICES[key]:
            expected = ", ".join(_CHOICES[key])
            raise InputError(f"is {value!r}; expected one of {expected}", place)
        return value
    if isinstance(default, tuple):
        of = int if key in ("widths", "ages") else str
        if not isinstance(value, list) or not all(type(one) is of for one in value):
            raise InputError(f"is {value!r}; expected a list of {_WORDS[of]}", place)
        if key == "widths" and (len(value) != _COUNT_OF_WIDTHS or min(value) < 1):
            raise InputError(f"is {value!r}; expected four numbers of channels", place)
        if key == "ages" and value and (len(value) != 2 or not 0 <= value[0] <= value[1]):
            expected = "the youngest and the oldest patient, in years"
            raise InputError(f"is {value!r}; expected {expected}", place)
        return tuple(value)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise InputError(f"is {value!r}; expected {_WORDS[type(default)]}", place)
    if isinstance(value, int | float) and not isinstance(value, bool):
        least = _AT_LEAST.get(key, 0)
        if not least <= value < float("inf"):
            raise InputError(f"is {value}; expected {least} or more", place)
        if key in _SHARES and value > 1:
            raise InputError(f"is {value}; expected a share from 0 to 1", place)
    return value


_WORDS: dict[Any, str] = {
    int: "whole numbers",
    float: "a number",
    str: "words in quotes",
    bool: "true or false",
    dict: "a table",
}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_value(str(key))} = {_value(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    return repr(value)
