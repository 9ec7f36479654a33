"""What the readers of single resources share: the subject, and references resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from cds.patient.fhir_elements import object_at, reference_at
from cds.patient.fhir_items import Item
from cds.patient.fhir_subject import Subject
from cds.patient.reading import Reading

_REFERRED: Final = frozenset({"Medication", "Location", "Encounter"})


class FhirContext:
    """One patient's bundle while it is read."""

    __slots__ = ("_by_reference", "_contained", "birth", "reading", "referred", "shared", "subject")

    def __init__(
        self,
        reading: Reading,
        subject: Subject,
        items: Iterable[Item],
        shared: Mapping[str, Item] | None = None,
    ) -> None:
        """Index what items may refer to; ``shared`` is looked in last."""
        self.reading = reading
        self.subject = subject
        self.birth: datetime | None = None
        self.shared = shared or {}
        self.referred: set[int] = set()  # ids of items that others' values came from
        self._by_reference: dict[str, Item] = {}
        self._contained: dict[tuple[int, str], Item] = {}
        for item in items:
            if item.parent is not None:
                self._contained.setdefault((id(item.parent), item.id), item)
            elif item.type in _REFERRED:
                self._by_reference.setdefault(f"{item.type}/{item.id}", item)
                if item.full_url:
                    self._by_reference.setdefault(item.full_url, item)

    def resolve(self, item: Item, reference: str) -> Item | None:
        """The item that a reference of ``item`` points to, if it is here."""
        if reference.startswith("#"):
            container = item if item.parent is None else item.parent
            return self._contained.get((id(container), reference[1:]))
        found = self._by_reference.get(reference)
        if found is None and "/" in reference:
            tail = "/".join(reference.rsplit("/", 2)[-2:])
            found = self._by_reference.get(tail) or self.shared.get(tail)
        return found

    def encounter_start(self, item: Item) -> object:
        """The start of the encounter an item belongs to, as written; None if unknown."""
        reference = reference_at(item.resource, "encounter")
        encounter = self.resolve(item, reference) if reference else None
        return object_at(encounter.resource, "period").get("start") if encounter else None
