"""What is wrong with a table: each cell by file, row, column, value and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cds.errors import InputError, Place

SHOWN = 5
_LONGEST = 60


class Complaints:
    """Problems found while reading one file; raised together, so that all are mended at once."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.count = 0
        self._first: list[tuple[int, str, str]] = []

    def add(self, row: int, column: str, value: object, expected: str) -> None:
        """One cell that cannot be used; rows as a spreadsheet numbers them."""
        self.count += 1
        # The first rows of the file are shown, whichever check found them first.
        self._first.append((row, column, f"is {shown(value)}; expected {expected}"))
        self._first = sorted(self._first, key=lambda entry: entry[0])[:SHOWN]

    def add_many(self, column: str, rows: Iterable[tuple[int, object]], expected: str) -> None:
        """The same complaint of several cells of a column."""
        for row, value in rows:
            self.add(row, column, value, expected)

    def raise_any(self) -> None:
        """Raises InputError where there is anything to complain of."""
        if not self._first:
            return
        (row, column, message), *others = self._first
        lines = [f"{self.source}: row {r}, column {c}: {m}" for r, c, m in others]
        rest = self.count - len(self._first)
        if rest:
            lines.append(f"and {rest:,} more cell{'' if rest == 1 else 's'} like these")
        text = "\n  ".join([message, *lines])
        raise InputError(text, Place(self.source, f"row {row}, column {column}"))


def shown(value: object) -> str:
    """A cell as messages quote it."""
    text = "empty" if value is None or value == "" else repr(str(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…'"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` where ``known`` holds something close, else nothing."""
    by_fold = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.55)
    return f"; did you mean '{by_fold[close[0]]}'?" if close else ""
