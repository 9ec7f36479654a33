"""What is ordered otherwise than in an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Change = Literal["new", "more", "less", "gone", "supplier"]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What one run orders of an item."""

    packs: int
    supplier: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An item that is ordered otherwise; no packs: not ordered."""

    item: str
    change: Change
    before: int
    after: int
    supplier_before: str | None
    supplier_after: str | None


def changes(before: Mapping[str, Ordered], after: Mapping[str, Ordered]) -> tuple[Changed, ...]:
    """The items that differ, in order of code."""
    found = []
    for item in sorted({*before, *after}):
        was, now = before.get(item), after.get(item)
        if was == now:
            continue
        found.append(
            Changed(
                item,
                _kind(was, now),
                0 if was is None else was.packs,
                0 if now is None else now.packs,
                None if was is None else was.supplier,
                None if now is None else now.supplier,
            )
        )
    return tuple(found)


def _kind(was: Ordered | None, now: Ordered | None) -> Change:
    if was is None:
        return "new"
    if now is None:
        return "gone"
    if was.packs == now.packs:
        return "supplier"
    return "more" if now.packs > was.packs else "less"
