"""Read a TOML table key by key, noting every problem instead of stopping at the first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast


@dataclass
class Problems:
    """The problems found so far: (where, what)."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, message: str) -> None:
        """Note a problem at ``place``."""
        self.found.append((place, message))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` where ``known`` holds something close, else nothing."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


class CheckedTable:
    """One TOML table. Getters return a value of the asked type, or the default and a problem."""

    def __init__(self, content: object, place: str, problems: Problems) -> None:
        """``content`` is what TOML gave for the table at ``place``."""
        self.place = place
        self.problems = problems
        self._asked: set[str] = set()
        if not isinstance(content, dict):
            self.problem("", f"expected a table, found {content!r}")
            content = {}
        self._content: Mapping[str, object] = content

    def __contains__(self, key: str) -> bool:
        """Whether the table has the key."""
        return key in self._content

    def problem(self, key: str, message: str) -> None:
        """Note a problem with the value of ``key``."""
        self.problems.add(f"{self.place} {key}".strip(), message)

    def _take(self, key: str, expected: str, types: tuple[type, ...], required: bool) -> object:
        self._asked.add(key)
        value = self._content.get(key)
        if value is None:
            if required:
                self.problem(key, f"is missing; expected {expected}")
            return None
        # a TOML boolean is no number, though Python's bool is an int
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            self.problem(key, f"is {value!r}; expected {expected}")
            return None
        return value

    def raw(self, key: str) -> object:
        """The value as it stands, of any type; None where absent."""
        self._asked.add(key)
        return self._content.get(key)

    def text(self, key: str, *, required: bool = False) -> str | None:
        """A string, None where absent."""
        value = cast("str | None", self._take(key, "a text", (str,), required))
        if value is not None and required and not value.strip():
            self.problem(key, "is empty; expected a text")
        return value

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        """One of ``choices``."""
        allowed = tuple(choices)
        value = cast("str | None", self._take(key, " | ".join(allowed), (str,), False))
        if value is None or value in allowed:
            return default if value is None else value
        hint = did_you_mean(value, allowed)
        self.problem(key, f"is {value!r}; expected {' | '.join(allowed)}{hint}")
        return default

    def flag(self, key: str, default: bool = False) -> bool:
        """A boolean."""
        value = self._take(key, "true or false", (bool,), False)
        return default if value is None else bool(value)

    def number(
        self, key: str, default: float | None = None, low: float | None = None,
        high: float | None = None,
    ) -> float | None:  # fmt: skip
        """A number within ``low`` and ``high``."""
        value = cast("float | None", self._take(key, "a number", (int, float), False))
        if value is None:
            return default
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"{'' if low is None else f'{low:g} ≤ '}number"
            self.problem(key, f"is {value!r}; expected {bounds}"
                         f"{'' if high is None else f' ≤ {high:g}'}")  # fmt: skip
            return default
        return float(value)

    def whole(self, key: str, default: int, low: int = 0) -> int:
        """A whole number of at least ``low``."""
        value = self._take(key, f"a whole number, {low} or more", (int,), False)
        if value is not None and cast(int, value) < low:
            self.problem(key, f"is {value!r}; expected a whole number, {low} or more")
            value = None
        return default if value is None else cast(int, value)

    def values(self, key: str) -> list[object]:
        """A list of anything; empty where absent."""
        return cast("list[object]", self._take(key, "a list", (list,), False) or [])

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        return tuple(
            cast(str, item) for item in self.values(key) if self._is(key, item, (str,), "a text")
        )

    def cells(self, key: str) -> tuple[str, ...]:
        """A list of cell contents: strings or numbers, as text."""
        kept = (v for v in self.values(key) if self._is(key, v, (str, int, float), "a text"))
        return tuple(item if isinstance(item, str) else f"{item:g}" for item in kept)

    def numbers(self, key: str, count: int | None = None) -> tuple[float, ...]:
        """A list of numbers, ``count`` of them if given."""
        items = self.values(key)
        kept = tuple(
            float(cast(float, v)) for v in items if self._is(key, v, (int, float), "a number")
        )
        if items and count is not None and len(kept) != count:
            self.problem(key, f"is {items!r}; expected {count} numbers")
            return ()
        return kept

    def _is(self, key: str, item: object, types: tuple[type, ...], expected: str) -> bool:
        if isinstance(item, types) and not isinstance(item, bool):
            return True
        self.problem(key, f"holds {item!r}; expected {expected}")
        return False

    def mapping(self, key: str) -> dict[str, object]:
        """A table as it stands; empty where absent."""
        return dict(cast("Mapping[str, object]", self._take(key, "a table", (dict,), False) or {}))

    def mapping_of_numbers(self, key: str) -> dict[str, float]:
        """A table whose values are numbers."""
        return {
            name: float(cast(float, value))
            for name, value in self.mapping(key).items()
            if self._is(f"{key}.{name}", value, (int, float), "a number")
        }

    def mapping_of_texts(self, key: str) -> dict[str, str]:
        """A table whose values are strings."""
        return {
            name: cast(str, value)
            for name, value in self.mapping(key).items()
            if self._is(f"{key}.{name}", value, (str,), "a text")
        }

    def table(self, key: str) -> CheckedTable:
        """A table within this one, empty where absent."""
        self._asked.add(key)
        return CheckedTable(self._content.get(key, {}), f"{self.place}[{key}]", self.problems)

    def tables(self, key: str) -> list[CheckedTable]:
        """A list of tables ([[key]]), each named by its number or its own name."""
        items = cast("list[object]", self._take(key, "a list of tables", (list,), False) or [])
        return [
            CheckedTable(item, f"{self.place}[[{key}]] {_title(item, number)}", self.problems)
            for number, item in enumerate(items, 1)
        ]

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._content.keys() - self._asked:
            hint = did_you_mean(key, self._asked)
            self.problem(key, f"is not a key of this table{hint}")


def _title(item: object, number: int) -> str:
    name = item.get("name") if isinstance(item, dict) else None
    return f"{number} ({name})" if isinstance(name, str) else str(number)
