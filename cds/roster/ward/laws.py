"""Working-time law as packs of rules: one TOML file each, every rule with its article.

A pack may extend another and replace or drop its rules by name. A pack of a
hospital's own folder wins over ours of the same name, and may extend it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.ward.description import RuleSetting, Value
from cds.roster.ward.kinds import KINDS
from cds.roster.ward.nearest import did_you_mean

_HEAD = ("title", "reviewed", "extends", "drop", "rule")
_RULE = ("name", "kind", "hard", "weight", "citation", "title", "contracts", "skills", "people")


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of a law; ``reviewed`` is when somebody last compared them with its text."""

    name: str
    title: Mapping[str, str]
    reviewed: date
    rules: tuple[RuleSetting, ...]


def load_pack(name: str, folders: Sequence[Path]) -> Pack:
    """The pack ``NAME.toml`` of the first of ``folders`` that has it.

    Raises InputError where there is none, and for anything in it that cannot be
    meant: file, rule, what was found, what was expected.
    """
    return _load(name, tuple(folders), ())


def pack_names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The packs that there are, by name."""
    return tuple(
        sorted(
            {path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml")}
        )
    )


def _load(name: str, folders: tuple[Path, ...], above: tuple[Path, ...]) -> Pack:
    """``above`` are the packs that extend this one; a pack may extend one of its own name."""
    for folder in folders:
        path = folder / f"{name}.toml"
        if path.is_file() and path not in above:
            return _read(path, name, folders, above)
    place = Place(str(above[-1]), "extends") if above else None
    if any(path.stem == name for path in above):
        raise InputError(f"{name!r} extends itself; expected another pack", place)
    names = pack_names(folders)
    known = ", ".join(names) or "none at all"
    raise InputError(
        f"there is no working-time pack {name!r}; expected one of {known}"
        f"{did_you_mean(name, names)}",
        place,
    )


def _read(path: Path, name: str, folders: tuple[Path, ...], above: tuple[Path, ...]) -> Pack:
    place = Place(str(path))
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}", place) from error
    _only(document, _HEAD, place)
    reviewed = document.get("reviewed")
    if not isinstance(reviewed, date):
        raise InputError(
            f"is {reviewed!r}; expected a date such as 2026-11-24", Place(str(path), "reviewed")
        )
    rules: dict[str, RuleSetting] = {}
    extended = document.get("extends")
    if extended is not None:
        if not isinstance(extended, str):
            raise InputError(
                f"is {extended!r}; expected a pack's name", Place(str(path), "extends")
            )
        rules = {rule.name: rule for rule in _load(extended, folders, (*above, path)).rules}
    for dropped in _texts(document, "drop", path):
        if dropped not in rules:
            raise InputError(
                f"names {dropped!r}, which the extended pack has not"
                f"; expected {', '.join(rules) or 'nothing'}{did_you_mean(dropped, rules)}",
                Place(str(path), "drop"),
            )
        del rules[dropped]
    entries = document.get("rule", [])
    if not isinstance(entries, list):
        raise InputError("is not a list of tables; expected [[rule]]", Place(str(path), "rule"))
    own: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        rule = _rule(entry, number, path)
        if rule.name in own:
            raise InputError(f"a second rule {rule.name!r}; expected each name once", rule.place)
        own.add(rule.name)
        rules[rule.name] = rule
    return Pack(name, _words(document, "title", place), reviewed, tuple(rules.values()))


def _rule(entry: object, number: int, path: Path) -> RuleSetting:
    place = Place(str(path), f"rule {number}")
    if not isinstance(entry, dict):
        raise InputError(f"is {entry!r}; expected a table", place)
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise InputError(f"has the name {name!r}; expected a text", place)
    place = Place(str(path), f"rule {name!r}")
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(
            f"kind is {kind!r}; expected one of {', '.join(KINDS)}{did_you_mean(str(kind), KINDS)}",
            place,
        )
    citation = entry.get("citation")
    if not isinstance(citation, str) or not citation:
        raise InputError("lacks 'citation'; expected the article it states", place)
    setting = RuleSetting(
        kind=kind,
        name=name,
        parameters={key: _value(key, entry[key], place) for key in entry if key not in _RULE},
        weight=_weight(entry, place),
        place=place,
        contracts=frozenset(_texts(entry, "contracts", path)),
        skills=frozenset(_texts(entry, "skills", path)),
        people=frozenset(_texts(entry, "people", path)),
        citation=citation,
        title=_words(entry, "title", place),
    )
    KINDS[kind].check(setting)
    # In a ward's messages the pack's file says enough; its folder is the program's own.
    return replace(setting, place=Place(path.name, place.pointer))


def _weight(entry: Mapping[str, object], place: Place) -> int | None:
    """Hard, or a cost: it must be said which."""
    hard, weight = entry.get("hard"), entry.get("weight")
    if hard is True and weight is None:
        return None
    if hard in (None, False) and isinstance(weight, int) and not isinstance(weight, bool):
        if weight >= 1:
            return weight
        raise InputError(f"weight is {weight}; expected at least 1", place)
    raise InputError(
        f"has hard = {hard!r} and weight = {weight!r}; expected hard = true or a whole weight",
        place,
    )


def _value(key: str, value: object, place: Place) -> Value:
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise InputError(f"{key} is {value!r}; expected a number, a text or a list of texts", place)


def _words(table: Mapping[str, object], key: str, place: Place) -> Mapping[str, str]:
    words = table.get(key)
    if isinstance(words, dict) and all(
        isinstance(words.get(language), str) and words[language] for language in ("en", "zh")
    ):
        return words
    raise InputError(f"{key} is {words!r}; expected texts in en and zh", place)


def _texts(table: Mapping[str, object], key: str, path: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise InputError(f"is {value!r}; expected a list of texts", Place(str(path), key))


def _only(table: Mapping[str, object], known: Sequence[str], place: Place) -> None:
    for key in table:
        if key not in known:
            raise InputError(
                f"{key!r} is not a key of a pack; expected {', '.join(known)}"
                f"{did_you_mean(key, known)}",
                place,
            )
