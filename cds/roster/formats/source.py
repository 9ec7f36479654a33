"""Lines of a public instance, with what is said when one cannot be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cds.errors import InputError, Place

LONGEST_HORIZON: Final = 3660
"""Days; ten years, far beyond any roster: more is a slip of the pen."""

_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, without its comment and outer blanks; numbered from 1."""

    source: str
    number: int
    text: str

    def error(self, found: str, expected: str) -> InputError:
        """What to raise when ``found`` stands where ``expected`` should."""
        place = Place(self.source, f"line {self.number}")
        return InputError(f"{found}; expected {expected}", place)

    def fields(self, expected: str, *counts: int) -> list[str]:
        """The comma-separated fields, as many as one of ``counts`` (none: any number)."""
        fields = [field.strip() for field in self.text.split(",")]
        if counts and len(fields) not in counts:
            raise self.error(f"{len(fields)} fields in {self.text!r}", expected)
        return fields

    def whole(self, text: str, what: str, *, least: int = 0, below: int | None = None) -> int:
        """``text`` as a whole number from ``least`` up to, not including, ``below``."""
        value = int(text) if _WHOLE.fullmatch(text) else None
        if value is None or value < least or (below is not None and value >= below):
            bounds = f"from {least}" + ("" if below is None else f" to {below - 1}")
            raise self.error(f"{what} {text!r}", f"a whole number {bounds}")
        return value

    def named(self, name: str, what: str, known: Mapping[str, int]) -> int:
        """The index of ``name`` among ``known``."""
        if name not in known:
            raise self.error(f"unknown {what} {name!r}", f"one of {listed(known)}")
        return known[name]

    def new(self, name: str, what: str, taken: Iterable[str]) -> str:
        """``name``, if it is not empty and not taken yet."""
        if not name:
            raise self.error(f"no name for {what}", "a name")
        if name in taken:
            raise self.error(f"{what} {name!r} for the second time", "each only once")
        return name


class Cursor:
    """Goes through lines that come in a fixed order."""

    def __init__(self, path: Path, lines: list[Line]) -> None:
        self.path = path
        self._lines = lines
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether there is another line."""
        return self._at < len(self._lines)

    def peek(self) -> str:
        """The text of the next line; empty at the end."""
        return self._lines[self._at].text if self.left else ""

    def next(self, expected: str) -> Line:
        """The next line; InputError where the file ends before ``expected``."""
        if not self.left:
            after = f" after line {self._lines[-1].number}" if self._lines else ""
            raise whole_file(self.path, f"ends{after}", expected)
        self._at += 1
        return self._lines[self._at - 1]

    def heading(self, word: str) -> Line:
        """The next line, which must be ``word`` alone."""
        line = self.next(word)
        if line.text.rstrip(";") != word:
            raise line.error(f"found {line.text[:60]!r}", word)
        return line

    def setting(self, word: str) -> tuple[Line, str]:
        """The line ``word = value`` and its value."""
        line = self.next(f"{word} = ...")
        name, _, value = (part.strip() for part in line.text.rstrip(";").partition("="))
        if name != word or not value:
            raise line.error(f"found {line.text[:60]!r}", f"{word} = ...")
        return line, value

    def rows(self, word: str, what: str) -> list[Line]:
        """The lines that ``word = number`` announces."""
        line, value = self.setting(word)
        number = line.whole(value, f"number of {what}")
        return [self.next(f"{number} {what}, as line {line.number} says") for _ in range(number)]

    def end(self) -> None:
        """InputError where something follows."""
        if self.left:
            line = self.next("")
            raise line.error(f"found {line.text[:60]!r}", "the end of the file")


def listed(names: Iterable[str]) -> str:
    """``a, b, c``; cut after twelve names."""
    every = list(names)
    return ", ".join(every[:12]) + (f" and {len(every) - 12} more" if len(every) > 12 else "")


def read_text(path: Path) -> str:
    """The text of ``path``; InputError where it cannot be read or is not text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot be read: {reason}; expected an instance", Place(str(path))
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "is not text; expected an instance of curtois, inrc1 or inrc2", Place(str(path))
        ) from error
    return text


def lines_of(path: Path, text: str, comment: str) -> list[Line]:
    """The lines that say something: not blank, and not a comment that starts so."""
    found = []
    for number, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if stripped and not stripped.startswith(comment):
            found.append(Line(str(path), number, stripped))
    return found


def whole_file(path: Path, found: str, expected: str) -> InputError:
    """What to raise when something is wrong with the file as a whole."""
    return InputError(f"{found}; expected {expected}", Place(str(path)))
