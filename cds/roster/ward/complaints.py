"""Gathers everything that is wrong with a ward's files, to say it all at once."""

from __future__ import annotations

from cds.errors import InputError, Place

SHOWN = 20
"""How many problems one message lists."""


class Complaints:
    """The problems found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[Place, str, bool]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: Place, message: str, *, root: bool = False) -> None:
        """Note a problem; the same one is noted once.

        A ``root`` is told first: a whole table that cannot be used, on which others depend.
        """
        self._found.setdefault((str(place), message), (place, message, root))

    def absorb(self, error: InputError, place: Place, *, root: bool = False) -> None:
        """Note an error that something else raised; ``place`` is for one that has none."""
        self.add(error.place or place, error.message, root=root)

    def raise_any(self, whole: Place) -> None:
        """Raises InputError naming the problems, one a line; ``whole`` is where they all are."""
        found = [
            (place, message)
            for place, message, _ in sorted(self._found.values(), key=lambda one: not one[2])
        ]
        if not found:
            return
        if len(found) == 1:
            place, message = found[0]
            raise InputError(message, place)
        lines = [f"{len(found)} problems; nothing was planned"]
        lines += [f"  {place}: {message}" for place, message in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append(f"  … and {len(found) - SHOWN} more")
        raise InputError("\n".join(lines), whole)
