"""Sentences whose words agree with a number: ``{count} [row is|rows are] set aside``."""

from __future__ import annotations

import re
from typing import Any

_PIECE = re.compile(r"\{(?P<name>\w+)[^}]*\}|\[(?P<one>[^\[\]|]*)\|(?P<many>[^\[\]|]*)\]")


def fill(sentence: str, **values: Any) -> str:
    """The sentence with its blanks filled.

    Of ``[one|many]`` the first is said where the blank before it is 1. KeyError for a blank
    without a value.
    """
    number: object = None

    def chosen(piece: re.Match[str]) -> str:
        nonlocal number
        if piece["name"] is not None:
            number = values.get(piece["name"])
            return piece[0]
        return piece["one"] if str(number) == "1" else piece["many"]

    return _PIECE.sub(chosen, sentence).format(**values)
