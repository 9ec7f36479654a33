"""Reads a table of a TOML file key by key: right kind, known choice, nothing left over."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from cds.errors import InputError, Place

_Choice = TypeVar("_Choice")


class Section:
    """One table. Every reader names the key it reads; ``close`` refuses keys that nobody read."""

    def __init__(self, content: Any, source: str, pointer: str = "") -> None:
        if not isinstance(content, Mapping):
            raise InputError("expected a table", Place(source, pointer))
        self._content = content
        self._source = source
        self._pointer = pointer
        self._read: set[str] = set()

    def place(self, key: str) -> Place:
        """Where ``key`` is."""
        return Place(self._source, f"{self._pointer}.{key}" if self._pointer else key)

    def refuse(self, key: str, expected: str) -> InputError:
        """The error for a value that is not as expected, or not there."""
        if key not in self._content:
            return InputError(f"is missing; expected {expected}", self.place(key))
        return InputError(f"is {self._content[key]!r}; expected {expected}", self.place(key))

    def has(self, key: str) -> bool:
        """True where the key is there."""
        return key in self._content

    def text(self, key: str, default: str | None = None) -> str:
        """A string; not empty where it has no default."""
        value = self._take(key, default, "a text")
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.refuse(key, "a text")
        return value

    def choice(self, key: str, kind: Any, default: _Choice | None = None) -> Any:
        """One of the strings of the Literal ``kind``."""
        options = get_args(kind)
        expected = f"one of {', '.join(map(repr, options))}"
        value = self._take(key, default, expected)
        if value not in options:
            raise self.refuse(key, expected)
        return value

    def whole(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        expected = f"a whole number of at least {least}"
        value = self._take(key, default, expected)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.refuse(key, expected)
        return value

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        above: float = -math.inf,
        least: float = -math.inf,
        most: float = math.inf,
    ) -> float:
        """A finite number within limits."""
        expected = "a number" + _limits(above, least, most)
        value = self._take(key, default, expected)
        if not _is_number(value) or value <= above or not least <= value <= most:
            raise self.refuse(key, expected)
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default, "true or false")
        if not isinstance(value, bool):
            raise self.refuse(key, "true or false")
        return value

    def numbers(
        self, key: str, default: Sequence[float], lengths: Sequence[int]
    ) -> tuple[float, ...]:
        """A list of finite numbers of one of the ``lengths``."""
        expected = f"a list of {' or '.join(map(str, dict.fromkeys(lengths)))} numbers"
        value = self._take(key, default, expected)
        if not isinstance(value, list | tuple) or len(value) not in lengths:
            raise self.refuse(key, expected)
        if not all(map(_is_number, value)):
            raise self.refuse(key, expected)
        return tuple(float(number) for number in value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty where it is missing."""
        value = self._take(key, (), "a list of texts")
        if not isinstance(value, list | tuple) or not all(isinstance(text, str) for text in value):
            raise self.refuse(key, "a list of texts")
        return tuple(value)

    def words(self, key: str, *, required: bool = False) -> dict[str, str]:
        """A table of texts."""
        value = self._take(key, None if required else {}, "a table of texts")
        if not isinstance(value, Mapping) or not all(isinstance(t, str) for t in value.values()):
            raise self.refuse(key, "a table of texts")
        return dict(value)

    def section(self, key: str) -> Section | None:
        """The table ``key``, or None."""
        if key not in self._content:
            return None
        self._read.add(key)
        return Section(self._content[key], self._source, str(self.place(key).pointer))

    def required(self, key: str) -> Section:
        """The table ``key``, which must be there."""
        found = self.section(key)
        if found is None:
            raise self.refuse(key, f"a table [{key}]")
        return found

    def sections(self, key: str) -> list[Section]:
        """The list of tables ``key``."""
        value = self._take(key, None, f"tables [[{key}]]")
        if not isinstance(value, list) or not value:
            raise self.refuse(key, f"tables [[{key}]]")
        pointer = self.place(key).pointer
        return [Section(one, self._source, f"{pointer}[{n}]") for n, one in enumerate(value)]

    def close(self) -> None:
        """Raises InputError for a key that is not known."""
        for key in self._content:
            if key not in self._read:
                near = get_close_matches(key, self._read, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known: {sorted(self._read)}"
                raise InputError(f"is not a key of a contract; {hint}", self.place(key))

    def _take(self, key: str, default: Any, expected: str) -> Any:
        self._read.add(key)
        if key in self._content:
            return self._content[key]
        if default is None:
            raise self.refuse(key, expected)
        return default


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _limits(above: float, least: float, most: float) -> str:
    parts = []
    if above > -math.inf:
        parts.append(f"above {above:g}")
    if least > -math.inf:
        parts.append(f"of at least {least:g}")
    if most < math.inf:
        parts.append(f"of at most {most:g}")
    return f" {' and '.join(parts)}" if parts else ""
