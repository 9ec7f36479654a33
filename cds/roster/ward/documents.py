"""``ward.toml``, or the sheets of a workbook that say the same, as nested sections."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cds.errors import InputError, Place
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.nearest import did_you_mean

SECTIONS = ("ward", "cover", "notice", "wishes", "files")
LISTS = ("shift", "skill", "rule", "ratio")

Locate = Callable[[str, int, str], Place]
"""The place of (section, which of its kind from 0, key)."""


@dataclass(frozen=True)
class Document:
    """Settings: single sections and lists of them, with a place for everything."""

    sections: Mapping[str, Mapping[str, object]]
    lists: Mapping[str, tuple[Mapping[str, object], ...]]
    locate: Locate
    place: Place

    def section(self, name: str, reading: Reading) -> Fields:
        """A section; empty where there is none."""
        return Fields(self.sections.get(name, {}), lambda key: self.locate(name, 0, key), reading)

    def entries(self, name: str, reading: Reading) -> list[Fields]:
        """Every entry of a list of sections."""

        def fields(index: int, content: Mapping[str, object]) -> Fields:
            return Fields(content, lambda key: self.locate(name, index, key), reading)

        return [fields(index, item) for index, item in enumerate(self.lists.get(name, ()))]


def toml_document(path: Path, source: str, reading: Reading) -> Document:
    """The document in a TOML file; raises InputError where it is not TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read: {reason}; expected a ward", Place(source)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"is not TOML: {error}", Place(source)) from error
    lines = text.splitlines()

    def locate(section: str, index: int, key: str) -> Place:
        return Place(source, _pointer(lines, section, index, key))

    sections: dict[str, Mapping[str, object]] = {}
    lists: dict[str, tuple[Mapping[str, object], ...]] = {}
    for name, value in content.items():
        if name in SECTIONS and isinstance(value, dict):
            sections[name] = value
        elif name in LISTS and isinstance(value, list) and all(isinstance(i, dict) for i in value):
            lists[name] = tuple(value)
        else:
            wanted = ", ".join([f"[{one}]" for one in SECTIONS] + [f"[[{one}]]" for one in LISTS])
            reading.complaints.add(
                locate(name, 0, ""),
                f"'{name}' is not a section; expected {wanted}"
                f"{did_you_mean(name, (*SECTIONS, *LISTS))}",
            )
    return Document(sections, lists, locate, Place(source))


def finish(fields: Fields, known: tuple[str, ...]) -> None:
    """Complains of keys that nobody reads."""
    for key in fields.keys:
        if key not in known:
            fields.complain(
                key,
                f"unknown setting '{key}'; expected {', '.join(known)}{did_you_mean(key, known)}",
            )


def _pointer(lines: list[str], section: str, index: int, key: str) -> str:
    """``line 12, [[shift]] end``; without the line where the file is laid out unusually."""
    listed = section in LISTS
    heads = [
        number
        for number, line in enumerate(lines)
        if re.match(rf"\s*\[{{1,2}}\s*{re.escape(section)}\s*\]{{1,2}}", line)
    ]
    name = f"[[{section}]]" if listed else f"[{section}]"
    pointer = f"{name} {key}".strip()
    if index >= len(heads):
        return f"{pointer} (number {index + 1})" if listed else pointer
    line = heads[index]
    if key:
        for number in range(line + 1, len(lines)):
            if re.match(r"\s*\[{1,2}\s*\w", lines[number]):
                break
            if re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", lines[number]):
                line = number
                break
    return f"line {line + 1}, {pointer}"
