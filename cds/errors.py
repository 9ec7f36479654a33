"""Errors that a user can mend. Everything else that escapes is our fault."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's input something is: a file and, within it, a pointer.

    ``pointer`` is a JSON pointer (``/entry/3/resource/valueQuantity``), a
    column name, or ``line 7``; empty when the whole file is meant.
    """

    source: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.pointer}" if self.pointer else self.source


class InputError(Exception):
    """The user's input cannot be used: exit code 2, one message, no traceback.

    The message says what was found and what was expected; ``place`` says where.
    """

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message
