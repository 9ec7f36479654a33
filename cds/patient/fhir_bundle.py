"""FHIR R4: a Bundle of any type, or one resource, becomes one patient's record.

Every resource, contained ones included, ends in exactly one place of the
account: used, ignored by name, or warned about with its pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cds.patient.derived import add_bmi
from cds.patient.fhir_condition import read_condition
from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import codes_of, object_at, objects_at
from cds.patient.fhir_encounter import read_encounter
from cds.patient.fhir_items import Item, Resource, items_of
from cds.patient.fhir_medication import read_medication_use
from cds.patient.fhir_observation import read_observation
from cds.patient.fhir_patient import read_patient
from cds.patient.fhir_subject import Subject, choose_subject, reference_key
from cds.patient.fhir_types import RESOURCE_TYPES
from cds.patient.reading import Reading
from cds.patient.record import PatientRecord

_READERS: Final[Mapping[str, Callable[[FhirContext, Item], None]]] = {
    "Observation": read_observation,
    "Condition": read_condition,
    "MedicationRequest": read_medication_use,
    "MedicationStatement": read_medication_use,
    "MedicationAdministration": read_medication_use,
    "MedicationDispense": read_medication_use,
    "Encounter": read_encounter,
}
# Sections of a patient summary whose "nil known" makes a list complete (LOINC).
_SECTIONS: Final = {"11450-4": "condition", "10160-0": "medication"}
_USED_TYPES: Final = frozenset({*_READERS, "Patient", "Medication", "Location", "Composition"})


def is_used_type(kind: str) -> bool:
    """Whether resources of this type can put anything into a record."""
    return kind in _USED_TYPES


def read_fhir(document: Resource, reading: Reading, fallback_id: str) -> PatientRecord:
    """Read a Bundle or a single resource about one patient.

    Raises ``InputError`` for something that is not about exactly one patient.
    """
    kind = document.get("resourceType")
    if not isinstance(kind, str) or kind not in RESOURCE_TYPES:
        found = kind[:40] if isinstance(kind, str) else "something else"
        raise reading.error(
            f"{found!r} is not a resource type of FHIR R4; expected a Bundle or a Patient",
            "/resourceType",
        )
    items = items_of(reading, document)
    subject = choose_subject(reading, items)
    return read_items(reading, items, subject, fallback_id)


def read_items(
    reading: Reading,
    items: Sequence[Item],
    subject: Subject,
    fallback_id: str,
    shared: Mapping[str, Item] | None = None,
) -> PatientRecord:
    """Read a patient's items; ``shared`` are those of nobody (``Medication/…``)."""
    context = FhirContext(reading, subject, items, shared)
    if subject.item is not None:
        read_patient(context, subject.item)
    for item in items:
        if item.type == "Patient":
            _count_other_patient(context, item)
        elif item.type == "Composition":
            _read_composition(context, item)
        elif item.type in _READERS:
            if _is_about_subject(context, item):
                _READERS[item.type](context, item)
        elif item.type not in ("Medication", "Location"):
            reading.account.ignored(item.type)
    _count_referred(context, items)
    add_bmi(reading)
    return reading.finish(_identity(subject) or fallback_id)


def _is_about_subject(context: FhirContext, item: Item) -> bool:
    """Count away what is about somebody else; one patient's values never mix with another's."""
    reading = context.reading
    match = context.subject.match(item)
    if match == "same":
        return True
    if match == "unstated":
        if context.subject.item is None:
            reading.warn(item.pointer, "does not say whose it is; not used")
            reading.account.warned(item.type)
            return False
        reading.warn(item.pointer, "does not say whose it is; taken as the bundle's patient's")
        return True
    if match == "known other":
        reading.account.ignored(f"{item.type}: another patient")
        return False
    target = object_at(item.resource, "subject").get("reference", "")
    reading.warn(f"{item.pointer}/subject", "about somebody else; not used", target)
    reading.account.warned(item.type)
    return False


def _count_other_patient(context: FhirContext, item: Item) -> None:
    subject, reading = context.subject, context.reading
    if item is subject.item:
        return
    if subject.item is not None and item.id == subject.item.id and item.parent is None:
        reading.warn(item.pointer, "the patient occurs again; the first is used", item.id)
        reading.account.ignored("Patient: repeated")
    elif item.parent is not None:
        reading.account.ignored("Patient: contained")
    else:
        reading.account.ignored("Patient: another patient")


def _read_composition(context: FhirContext, item: Item) -> None:
    """A section that says "nothing known" makes its list complete."""
    if context.subject.match(item) not in ("same", "unstated"):
        context.reading.account.ignored("Composition: another patient")
        return
    used = False
    for section in objects_at(item.resource, "section"):
        if "nilknown" in codes_of(section.get("emptyReason")):
            for code in codes_of(section.get("code")):
                if code in _SECTIONS:
                    context.reading.complete.add(_SECTIONS[code])
                    used = True
    if used:
        context.reading.account.used("Composition")
    else:
        context.reading.account.ignored("Composition")


def _count_referred(context: FhirContext, items: Sequence[Item]) -> None:
    """Medications and locations count as used if a value came from them."""
    for item in (*items, *context.shared.values()):
        if item.type in ("Medication", "Location"):
            if id(item) in context.referred:
                context.reading.account.used(item.type)
            else:
                context.reading.account.ignored(item.type)


def _identity(subject: Subject) -> str:
    if subject.item is None:
        (key,) = subject.keys
        return key.removeprefix("Patient/").removeprefix("urn:uuid:")
    if subject.item.id:
        return subject.item.id
    return reference_key(subject.item.full_url).removeprefix("Patient/").removeprefix("urn:uuid:")
