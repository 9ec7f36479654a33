"""Names that others refer to: of people, contracts, skills and shifts."""

from __future__ import annotations

from collections.abc import Iterable

from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.values import folded

_LISTED = 8


class Names:
    """The names there are of one sort of thing, found also where only the case differs."""

    def __init__(self, sort: str, names: Iterable[str]) -> None:
        """``sort`` is what messages call one of them: "skill"."""
        self.sort = sort
        self.all = tuple(dict.fromkeys(names))
        self._exact = frozenset(self.all)
        self._folded: dict[str, list[str]] = {}
        for name in self.all:
            self._folded.setdefault(folded(name), []).append(name)

    def find(self, name: str) -> str | None:
        """The name as it was given, or None; codes that differ only in case must match exactly.

        Where there are no names at all, that was complained of where they are read: any will do.
        """
        if not self.all:
            return name
        if name in self._exact:
            return name
        alike = self._folded.get(folded(name), [])
        return alike[0] if len(alike) == 1 else None

    def unknown(self, name: str) -> str:
        """What to say about a name that was not found."""
        return f"unknown {self.sort} '{name}'; {self.expected(name)}"

    def expected(self, name: str) -> str:
        """``expected one of RN, HCA; did you mean 'RN'?``."""
        listed = ", ".join(self.all[:_LISTED])
        if len(self.all) > _LISTED:
            listed += f" and {len(self.all) - _LISTED} more"
        return f"expected one of {listed}{did_you_mean(name, self.all)}"
