"""What is wrong with a pharmacy's files, gathered so that it is said all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cds.errors import InputError, Place

SHOWN: Final = 20
"""How many problems one message lists."""
KEPT: Final = 10
"""How many rows with the same problem in the same column are listed one by one."""

Severity = Literal["refused", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a table.

    ``refused``: the row was set aside and enters no sum. ``warning``: it was used, and
    a person should look. ``count`` rows have the problem; ``row`` is the first (as a
    spreadsheet numbers it; 0: the whole table).
    """

    severity: Severity
    table: str
    file: str
    row: int
    column: str
    message: str
    count: int = 1

    @property
    def place(self) -> Place:
        """Where it is."""
        parts = [f"row {self.row}"] if self.row else []
        parts += [f"column {self.column}"] if self.column else []
        return Place(self.file, ", ".join(parts))

    def __str__(self) -> str:
        others = self.count - 1
        more = f" (and {others} more row{'' if others == 1 else 's'} like it)" if others else ""
        return f"{self.place}: {self.message}{more}"


class Findings:
    """The problems found so far: those of rows, and those that break the whole."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._broken: dict[tuple[str, str], tuple[Place, str]] = {}

    def broken(self, place: Place, message: str) -> None:
        """Nothing can be computed with this: the same is noted once."""
        self._broken.setdefault((str(place), message), (place, message))

    @property
    def is_broken(self) -> bool:
        """Whether something breaks the whole."""
        return bool(self._broken)

    def add(self, problem: Problem) -> None:
        """Note a problem of a row or of a table."""
        self.problems.append(problem)

    def raise_broken(self, whole: Place) -> None:
        """Raises InputError naming all that is broken, one a line."""
        found = list(self._broken.values())
        if not found:
            return
        if len(found) == 1:
            raise InputError(found[0][1], found[0][0])
        lines = [f"{len(found)} problems; nothing was computed"]
        lines += [f"  {place}: {message}" for place, message in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"  … and {len(found) - SHOWN} more")
        raise InputError("\n".join(lines), whole)
