"""One patient as every domain sees it: immutable, in the vocabulary's units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one concept.

    ``value`` is a number in the concept's unit, or the level's name for a
    categorical concept, or a bool for a condition, a medication or a yes/no
    item. ``time`` is timezone-aware, or None where the input states none.
    ``until`` ends a condition, a medication or a stay; None means it lasts.
    """

    value: float | str | bool
    time: datetime | None = None
    until: datetime | None = None
    comparator: str | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """Something in the input that was not used, or was used with a doubt."""

    pointer: str
    message: str
    value: str = ""
    expected: str = ""

    def as_json(self) -> dict[str, str]:
        """The warning as the ``record.warnings`` entry of a result."""
        entry = {"pointer": self.pointer, "message": self.message}
        if self.value:
            entry["value"] = self.value
        if self.expected:
            entry["expected"] = self.expected
        return entry


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """What became of every item (FHIR resource or flat field) of the input.

    ``used`` and ``ignored`` count items by name (resource type or field);
    ``warned`` counts, by name, items that were not used because of a problem.
    The three add up to the number of items read. ``warnings`` also holds
    doubts about items that were used.
    """

    used: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    warned: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[ReadWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """Everything that was understood about one patient.

    ``observations`` maps a concept's name to its values, oldest first (values
    without a time come first). ``complete_lists`` names the kinds
    ("condition", "medication") for which the input gives the patient's whole
    list, so that a concept absent from it counts as "no" instead of unknown.
    ``as_of`` is the moment the record describes: the caller's now, or the time
    of death if that is earlier.
    """

    id: str
    source: str
    as_of: datetime
    observations: Mapping[str, tuple[Observation, ...]] = field(default_factory=dict)
    complete_lists: frozenset[str] = frozenset()
    account: ReadAccount = field(default_factory=ReadAccount)
    deceased: bool = False
