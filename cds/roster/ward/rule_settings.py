"""Rules as settings: those of ``[[rule]]`` and those of a contract's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cds.errors import InputError
from cds.roster.ward.description import RuleSetting, Value
from cds.roster.ward.documents import Document
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.kinds import KINDS
from cds.roster.ward.names import Names
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.values import shown

_OWN = ("kind", "name", "weight", "hard", "contracts", "skills", "people", "title", "citation")
_SHIFT_WORDS = ("any", "work", "night", "day", "on_call", "off")


@dataclass(frozen=True, slots=True)
class Known:
    """The names that rules may refer to."""

    shifts: Names
    skills: Names
    contracts: Names
    people: Names


@dataclass(frozen=True, slots=True)
class Limit:
    """A column of the contracts that is a rule: its kind, its parameter, what else is set."""

    kind: str
    parameter: str = ""  # empty: the rule has none, the cell says yes or no
    others: Mapping[str, Value] | None = None
    chinese: tuple[str, ...] = ()


LIMITS: Final[Mapping[str, Limit]] = {
    "min_consecutive_shifts": Limit("consecutive_shifts", "minimum", None, ("最少连续上班",)),
    "max_consecutive_shifts": Limit("consecutive_shifts", "maximum", None, ("最多连续上班",)),
    "min_consecutive_nights": Limit("consecutive_nights", "minimum", None, ("最少连续夜班",)),
    "max_consecutive_nights": Limit("consecutive_nights", "maximum", None, ("最多连续夜班",)),
    "min_days_off": Limit("consecutive_days_off", "minimum", None, ("最少连续休息",)),
    "max_days_off": Limit("consecutive_days_off", "maximum", None, ("最多连续休息",)),
    "min_hours_per_week": Limit("hours_per_week", "minimum", None, ("每周最少工时",)),
    "max_hours_per_week": Limit("hours_per_week", "maximum", None, ("每周最多工时",)),
    "min_shifts": Limit("shifts_per_period", "minimum", None, ("最少班数",)),
    "max_shifts": Limit("shifts_per_period", "maximum", None, ("最多班数",)),
    "max_nights": Limit("shifts_per_period", "maximum", {"shift": "night"}, ("最多夜班",)),
    "max_weekends": Limit(
        "weekends_worked", "maximum", {"per_weeks": 4}, ("max weekends in 4 weeks", "最多周末")
    ),
    "max_weekends_in_row": Limit("weekends_in_row", "maximum", None, ("最多连续周末",)),
    "min_rest_hours": Limit("rest_between_shifts", "hours", None, ("最少休息小时",)),
    "max_shift_hours": Limit("shift_length", "maximum", None, ("最长班次小时",)),
    "days_off_after_nights": Limit("days_off_after_nights", "days", None, ("夜班后休息",)),
    "hours_tolerance": Limit("contracted_hours", "tolerance", None, ("工时允差",)),
    "complete_weekends": Limit("complete_weekends", "", None, ("完整周末",)),
    "same_shift_at_weekend": Limit("same_shift_at_weekend", "", None, ("周末同班次",)),
}
"""Contract columns → rules. Each may have a second column with ``_weight`` added to its name;
where that is empty the rule is hard."""


def limit_columns() -> dict[str, tuple[str, ...]]:
    """Every column of limits, and the weights', with other spellings."""
    found = {column: limit.chinese for column, limit in LIMITS.items()}
    weights = {
        f"{column}_weight": tuple(f"{one}权重" for one in limit.chinese)
        for column, limit in LIMITS.items()
    }
    return found | weights | {"nights_only": ("仅夜班", "只上夜班"), "no_nights": ("不上夜班",)}


def contract_rules(fields: Fields, contract: str) -> tuple[RuleSetting, ...]:
    """The rules in a contract's row: one for each limit that has a value."""
    found = []
    for column, limit in LIMITS.items():
        if not fields.has(column):
            if fields.has(f"{column}_weight"):
                fields.complain(f"{column}_weight", f"weighs '{column}', which is empty")
            continue
        weight = fields.whole(f"{column}_weight", low=1)
        parameters: dict[str, Value] = dict(limit.others or {})
        if limit.parameter:
            value = fields.number(column)
            if value is None:
                continue
            parameters[limit.parameter] = int(value) if value.is_integer() else value
        elif not fields.yes(column):
            continue
        setting = RuleSetting(
            kind=limit.kind,
            name=f"{contract}: {column}",
            parameters=parameters,
            weight=weight,
            place=fields.place(column),
            contracts=frozenset({contract}),
        )
        checked(setting, fields)
        found.append(setting)
    _check_pairs(fields)
    return tuple(found)


def _check_pairs(fields: Fields) -> None:
    for column in LIMITS:
        other = column.replace("min_", "max_", 1)
        if column.startswith("min_") and other in LIMITS:
            low, high = fields.number(column), fields.number(other)
            if low is not None and high is not None and low > high:
                fields.complain(column, f"is {low:g}, above the {high:g} of '{other}'")


def read_rules(document: Document, known: Known, reading: Reading) -> tuple[RuleSetting, ...]:
    """Every ``[[rule]]``, checked against the kinds that there are."""
    found: list[RuleSetting] = []
    seen: set[str] = set()
    for fields in document.entries("rule", reading):
        kind = fields.text("kind", required=True)
        name = fields.text("name") or kind
        if kind and kind not in KINDS:
            fields.complain(
                "kind", f"unknown kind of rule '{kind}'; expected one of "
                f"{', '.join(KINDS)}{did_you_mean(kind, KINDS)}",
            )  # fmt: skip
        if name in seen:
            fields.complain("name", f"is '{name}' for a second time; expected each name once")
        seen.add(name)
        setting = RuleSetting(
            kind=kind,
            name=name,
            parameters=_parameters(fields, known.shifts),
            weight=read_weight(fields),
            place=fields.place(),
            contracts=frozenset(fields.names("contracts", known.contracts)),
            skills=frozenset(fields.names("skills", known.skills)),
            people=frozenset(fields.names("people", known.people)),
            citation=fields.text("citation"),
            title=_title(fields),
        )
        if not fields.broken and checked(setting, fields):
            found.append(setting)
    return tuple(found)


def checked(setting: RuleSetting, fields: Fields) -> bool:
    """Whether the kind accepts the setting; complains where it does not."""
    try:
        KINDS[setting.kind].check(setting)
    except InputError as error:
        fields.reading.complaints.absorb(error, fields.place())
        fields.broken = True
    return not fields.broken


def read_weight(fields: Fields) -> int | None:
    """``weight``, or None for ``hard``; complains where neither or both are given."""
    hard, weight = fields.yes("hard"), fields.whole("weight", low=1)
    if fields.broken:
        return None
    if hard and weight is not None:
        fields.complain("weight", "stands beside hard = yes; expected one of the two")
    elif not hard and weight is None:
        fields.complain("", "is neither hard nor has it a weight; expected hard = true or a weight")
    return weight


def _title(fields: Fields) -> Mapping[str, str]:
    raw = fields.raw("title")
    if isinstance(raw, dict):
        return {str(language): str(words) for language, words in raw.items()}
    return {"en": fields.text("title")} if raw is not None else {}


def _parameters(fields: Fields, shifts: Names) -> Mapping[str, Value]:
    """Everything that is not a rule's own; shift codes are checked and spelled as the ward does."""
    kind = KINDS.get(fields.text("kind"))
    types = {item.name: item.type for item in kind.parameters} if kind else {}
    found: dict[str, Value] = {}
    for key in fields.keys:
        if key in _OWN:
            continue
        value = fields.raw(key)
        if types.get(key) in ("shift", "sequence"):
            found[key] = _shift_words(fields, key, value, shifts)
        elif isinstance(value, list | tuple):
            found[key] = tuple(str(item) for item in value)
        elif isinstance(value, bool | int | float | str):
            found[key] = value
        else:
            fields.complain(key, f"is {shown(value)}; expected a number, a text or a list")
    return found


def _shift_words(fields: Fields, key: str, value: object, shifts: Names) -> Value:
    """Codes and classes of shifts; a list within a sequence are alternatives, ``E|L``."""
    if isinstance(value, list | tuple):
        words = tuple(
            "|".join(map(str, item)) if isinstance(item, list | tuple) else str(item)
            for item in value
        )
        return tuple(_alternatives(fields, key, word, shifts) for word in words)
    return _alternatives(fields, key, str(value), shifts)


def _alternatives(fields: Fields, key: str, words: str, shifts: Names) -> str:
    found = []
    for word in (part.strip() for part in words.split("|")):
        if shifts.find(word) is None and word.lower() in _SHIFT_WORDS:
            found.append(word.lower())
        else:
            found.append(fields.known(key, word, shifts))
    return "|".join(found)
