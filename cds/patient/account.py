"""Book-keeping while one patient is read: used, ignored by name, warned about."""

from __future__ import annotations

from typing import Final

from cds.patient.record import ReadAccount, ReadWarning

# A ward's export can repeat one flaw ten thousand times; the first ones show
# where, the last line says how many, and the counts stay exact.
SAME_MESSAGE_LIMIT: Final = 20
_SHOWN_LENGTH: Final = 80


class Account:
    """Counts items and gathers warnings; ``finish`` freezes them."""

    __slots__ = ("_ignored", "_repeats", "_used", "_warned", "_warnings")

    def __init__(self) -> None:
        """An empty account."""
        self._used: dict[str, int] = {}
        self._ignored: dict[str, int] = {}
        self._warned: dict[str, int] = {}
        self._warnings: list[ReadWarning] = []
        self._repeats: dict[str, int] = {}

    def used(self, name: str, count: int = 1) -> None:
        """Count an item whose content went into the record."""
        _count(self._used, name, count)

    def ignored(self, name: str, count: int = 1) -> None:
        """Count an item that this program does not use, by name."""
        _count(self._ignored, name, count)

    def warned(self, name: str, count: int = 1) -> None:
        """Count an item that was not used because of a problem."""
        _count(self._warned, name, count)

    def warn(self, pointer: str, message: str, value: object = "", expected: str = "") -> None:
        """Add a warning; repeats beyond the limit are summed up in one line."""
        repeats = self._repeats.get(message, 0) + 1
        self._repeats[message] = repeats
        if repeats <= SAME_MESSAGE_LIMIT:
            place = clean_text(pointer)
            self._warnings.append(ReadWarning(place, message, shown(value), expected))

    def finish(self) -> ReadAccount:
        """The account as the record keeps it."""
        for message, repeats in self._repeats.items():
            if repeats > SAME_MESSAGE_LIMIT:
                more = f"{repeats - SAME_MESSAGE_LIMIT} more: {message}"
                self._warnings.append(ReadWarning("", more))
        return ReadAccount(self._used, self._ignored, self._warned, tuple(self._warnings))


def _count(counts: dict[str, int], name: str, count: int) -> None:
    name = clean_text(name[:_SHOWN_LENGTH])  # a flat record's fields are named by its author
    counts[name] = counts.get(name, 0) + count


def shown(value: object) -> str:
    """A value from the input, short and safe to print on a terminal."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else f"{'-' if value < 0 else ''}over 10^15"
    text = clean_text(str(value)[: _SHOWN_LENGTH + 1])
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"


def clean_text(text: str) -> str:
    """Text without what could break a terminal or an encoder (control codes, surrogates)."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
