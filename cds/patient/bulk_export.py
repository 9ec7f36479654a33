"""A bulk export: single FHIR resources, one per line, gathered by patient.

Lines are kept as bytes and parsed again when their patient's turn comes:
objects would take ten times the memory. Resources that the record never uses
are only counted. Resources of nobody (drugs, places) are shared: every
patient's account counts them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cds.errors import InputError, Place
from cds.patient.fhir_bundle import is_used_type, read_items
from cds.patient.fhir_elements import reference_at
from cds.patient.fhir_items import Item, Resource, counts_of, items_of
from cds.patient.fhir_subject import SUBJECT_KEYS, Subject, choose_subject, reference_key
from cds.patient.fhir_types import RESOURCE_TYPES
from cds.patient.json_document import parse_json
from cds.patient.options import ReadOptions
from cds.patient.reading import Reading
from cds.patient.record import PatientRecord

_OF_A_PATIENT: Final = frozenset(
    {
        "Observation",
        "Condition",
        "Encounter",
        "MedicationRequest",
        "MedicationStatement",
        "MedicationAdministration",
        "MedicationDispense",
    }
)

Kept = tuple[str, bytes | Resource]


class BulkPatient:
    """What an export holds about one patient."""

    __slots__ = ("counted", "id", "kept")

    def __init__(self, identity: str) -> None:
        """Nothing yet about the patient that this reference names."""
        self.id = identity
        self.kept: list[Kept] = []
        self.counted: dict[str, int] = {}


class BulkExport:
    """Gathers resources; afterwards ``patients`` gives each patient's share."""

    def __init__(self, options: ReadOptions) -> None:
        """An export of nothing yet."""
        self._options = options
        self._patients: dict[str, BulkPatient] = {}
        self._shared: dict[str, Item] = {}
        self._shared_counts: dict[str, int] = {}
        self._unplaced: dict[str, list[str]] = {}
        self._held = 0

    @staticmethod
    def takes(document: object) -> bool:
        """Whether a document is a single resource, to be gathered, and no whole patient."""
        if not isinstance(document, dict):
            return False
        kind = document.get("resourceType")
        return isinstance(kind, str) and kind != "Bundle" and kind in RESOURCE_TYPES

    def add(self, resource: object, place: str, line: bytes | None) -> None:
        """Take one resource; ``line`` is its text, kept instead of the object."""
        assert isinstance(resource, dict)
        kind = str(resource["resourceType"])
        owner = _owner(resource, kind)
        if owner is None:
            self._add_shared(resource, kind, place)
            return
        patient = self._patients.get(owner)
        if patient is None:
            patient = self._patients[owner] = BulkPatient(owner)
        if not is_used_type(kind) and "contained" not in resource:
            patient.counted[kind] = patient.counted.get(kind, 0) + 1
            return
        self._hold(len(line) if line is not None else 0, place)
        patient.kept.append((place, resource if line is None else line))

    def _add_shared(self, resource: Resource, kind: str, place: str) -> None:
        if kind in _OF_A_PATIENT:
            self._unplaced.setdefault(kind, []).append(place)
            return
        counts = counts_of(resource)
        item = Item(place, resource)
        key = f"{kind}/{item.id}"
        if kind in ("Medication", "Location") and item.id and key not in self._shared:
            self._shared[key] = item  # read_items counts it, as used or not
            counts[kind] -= 1
        for name, count in counts.items():
            if count:
                self._shared_counts[name] = self._shared_counts.get(name, 0) + count

    def _hold(self, size: int, place: str) -> None:
        self._held += size
        if self._held > self._options.max_export_bytes:
            raise InputError(
                f"the export holds more than {self._options.max_export_bytes // 2**20} MiB of "
                "resources that must be grouped by patient; split it, or give one Bundle per line",
                Place(place),
            )

    def unplaced(self, source: str) -> Iterator[InputError]:
        """One error for each type with resources that do not say whose they are."""
        for kind, places in self._unplaced.items():
            count = len(places)
            yield InputError(
                f"{count} {kind} resource{'s' if count > 1 else ''} without a subject, "
                "the first here; whose they are is unknown, so they were not used",
                Place(places[0]),
            )

    def patients(self) -> Iterator[BulkPatient]:
        """The patients in the order in which they first occur; each is let go afterwards."""
        while self._patients:
            yield self._patients.pop(next(iter(self._patients)))

    def read(self, patient: BulkPatient, reading: Reading) -> PatientRecord:
        """The record of one patient; raises ``InputError``."""
        items: list[Item] = []
        for place, kept in patient.kept:
            document = kept if isinstance(kept, dict) else parse_json(kept, place)
            assert isinstance(document, dict)
            items.extend(items_of(reading, document, place))
        for name, count in (*patient.counted.items(), *self._shared_counts.items()):
            reading.account.ignored(name, count)
        if any(item.type == "Patient" and item.parent is None for item in items):
            subject = choose_subject(reading, items)
        else:
            key = patient.id
            reading.warn("", "no Patient resource: age and sex unknown", key)
            subject = Subject(None, (key,))
        return read_items(reading, items, subject, patient.id, self._shared)


def _owner(resource: Resource, kind: str) -> str | None:
    """The reference of the patient a resource belongs to, None if it names none."""
    if kind == "Patient":
        identity = resource.get("id")
        return f"Patient/{identity}" if isinstance(identity, str) and identity else None
    for key in SUBJECT_KEYS:
        target = reference_at(resource, key)
        if target:
            found = reference_key(target)
            return found if found.startswith(("Patient/", "urn:")) else None
    return None
