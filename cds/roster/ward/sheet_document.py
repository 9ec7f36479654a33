"""A ward's settings from the sheets of a workbook instead of ``ward.toml``."""

from __future__ import annotations

from collections.abc import Mapping

from cds.errors import Place
from cds.roster.ward import values
from cds.roster.ward.documents import SECTIONS, Document
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.raw_sheets import RawSheet
from cds.roster.ward.tables import Table, read_table

_LISTS = {
    "shifts": ("shift", ("code", "start", "end")),
    "skills": ("skill", ("code",)),
    "rules": ("rule", ("kind",)),
    "ratios": ("ratio", ("skill", "shift", "series", "per")),
}
_WARD_KEYS = ("name", "timezone", "weekend", "holidays", "laws")


def sheet_document(sheets: Mapping[str, RawSheet], reading: Reading) -> Document:
    """The document in the sheets ``ward`` (setting, value), shifts, skills, rules and ratios.

    A setting is ``name``, or with its section ``cover minimum``. The parameters
    of a rule stand in one cell: ``minimum = 2; maximum = 4``.
    """
    where: dict[tuple[str, int, str], Place] = {}
    sections: dict[str, dict[str, object]] = {}
    lists: dict[str, tuple[Mapping[str, object], ...]] = {}
    ward = sheets["ward"]
    table = read_table(ward, "ward", ("setting", "value"), reading)
    for _, fields in table.rows() if table else ():
        section, key = _setting(fields)
        if key in sections.get(section, {}):
            fields.complain("setting", f"'{key}' is there twice; expected it once")
        if section:
            sections.setdefault(section, {})[key] = fields.raw("value")
            where[section, 0, key] = fields.place("value")
    for sheet_name, (name, required) in _LISTS.items():
        sheet = sheets.get(sheet_name)
        listed = read_table(sheet, sheet_name, required, reading) if sheet else None
        if listed is not None:
            lists[name] = _entries(listed, name, where)
    place = ward.place(0)

    def locate(section: str, index: int, key: str) -> Place:
        return where.get((section, index, key)) or where.get((section, index, "")) or place

    return Document(sections, lists, locate, place)


def _setting(fields: Fields) -> tuple[str, str]:
    """``cover minimum``, ``cover.minimum`` or ``name`` as (section, key)."""
    words = fields.text("setting", required=True).replace(".", " ").replace("_", " ").split()
    if not words:
        return "", ""
    if words[0] in SECTIONS and len(words) > 1:
        return words[0], "_".join(words[1:])
    key = "_".join(words)
    if key not in _WARD_KEYS:
        fields.complain(
            "setting",
            f"unknown setting '{key}'; expected {', '.join(_WARD_KEYS)}, or one with its section "
            f"such as 'cover minimum'{did_you_mean(key, _WARD_KEYS)}",
        )
        return "", ""
    return "ward", key


def _entries(
    table: Table, name: str, where: dict[tuple[str, int, str], Place]
) -> tuple[Mapping[str, object], ...]:
    found = []
    for index, (_, fields) in enumerate(table.rows()):
        where[name, index, ""] = fields.place()
        entry: dict[str, object] = {}
        for key in fields.keys:
            where[name, index, key] = fields.place(key)
            if key == "parameters":
                for parameter, value in _parameters(fields).items():
                    entry[parameter] = value
                    where[name, index, parameter] = fields.place(key)
            else:
                entry[key] = fields.raw(key)
        found.append(entry)
    return tuple(found)


def _parameters(fields: Fields) -> dict[str, object]:
    """``minimum = 2; shift = N`` → numbers, yes or no, texts; ``N > off > E`` is a list."""
    found: dict[str, object] = {}
    for part in values.text(fields.raw("parameters")).replace("；", ";").split(";"):
        key, sign, word = (piece.strip() for piece in part.partition("="))
        if not key and not sign:
            continue
        if not key or not word:
            fields.complain("parameters", f"holds '{part.strip()}'; expected such as maximum = 5")
            continue
        found[key] = _value(word)
    return found


def _value(word: str) -> object:
    if ">" in word:
        return [piece.strip() for piece in word.split(">")]
    if word.lower() in ("true", "yes", "是", "false", "no", "否"):
        return values.yes(word)
    try:
        number = values.number(word)
    except values.Unreadable:
        return word
    return int(number) if number.is_integer() else number
