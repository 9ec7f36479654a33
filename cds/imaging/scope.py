"""Whether the header says that an image is something else than the model was made for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cds.imaging.contract.model import Scope
from cds.imaging.frame import Identity

# A body part may be written longer (CHEST PA) or in another term for the same part.
_SAME_PART: Final = (
    frozenset({"CHEST", "THORAX", "LUNG", "LUNGS"}),
    frozenset({"HEAD", "BRAIN", "SKULL"}),
    frozenset({"ABDOMEN", "ABDO"}),
    frozenset({"BREAST", "MAMMA"}),
)
_UNSAID: Final = ("", "OT")  # OT: other, which tools write for what they do not know
_WORD: Final = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """``code``: modality, body_part, view or age."""

    code: str
    found: str
    expected: str


def mismatches(identity: Identity, scope: Scope) -> Iterator[Mismatch]:
    """What the header says otherwise than the scope; a header that says nothing contradicts
    nothing (see ``unknown``)."""
    modality = identity.modality.upper()
    if modality not in _UNSAID and scope.modalities and modality not in _upper(scope.modalities):
        yield Mismatch("modality", identity.modality, _listed(scope.modalities))
    part = identity.body_part.upper()
    if part and scope.body_parts and not any(_same(part, one) for one in _upper(scope.body_parts)):
        yield Mismatch("body_part", identity.body_part, _listed(scope.body_parts))
    view = identity.view.upper()
    if view and scope.views and view not in _upper(scope.views):
        yield Mismatch("view", identity.view, _listed(scope.views))
    if identity.age is not None and scope.ages and not _within(identity.age, scope.ages):
        youngest, oldest = scope.ages
        yield Mismatch("age", _years(identity.age), f"{youngest:g} to {oldest:g}")


def unknown(identity: Identity, scope: Scope) -> list[str]:
    """What the scope asks and the header leaves open: modality, body part, view, age."""
    asked = (
        ("modality", scope.modalities, identity.modality.upper() not in _UNSAID),
        ("body part", scope.body_parts, identity.body_part != ""),
        ("view", scope.views, identity.view != ""),
        ("age", scope.ages, identity.age is not None),
    )
    return [what for what, wanted, said in asked if wanted and not said]


def _same(found: str, wanted: str) -> bool:
    words, expected = set(_WORD.findall(found)), set(_WORD.findall(wanted))
    for group in _SAME_PART:
        if expected & group:
            expected |= group
    return not words.isdisjoint(expected) or found == wanted


def _within(age: float, ages: Sequence[float]) -> bool:
    """A child of five is one until the sixth birthday."""
    return ages[0] <= age < ages[1] + 1


def _years(age: float) -> str:
    return f"{age:.1f}" if age < 2 else f"{int(age)}"


def _upper(names: Sequence[str]) -> set[str]:
    return {name.upper() for name in names}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
