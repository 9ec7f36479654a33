"""Medication orders, statements, administrations and dispenses: what drug, from when to when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import (
    NO_INFORMATION,
    NONE_KNOWN,
    coded_concepts,
    codes_of,
    codings_of,
    object_at,
    objects_at,
    reference_at,
    text_at,
    texts_of,
)
from cds.patient.fhir_items import Item
from cds.patient.fhir_time import Unusable, end_at, moment_at
from cds.patient.labels import medications_named
from cds.patient.record import Observation
from cds.vocabulary import Concept

# Not data at all, or not (yet) taken by the patient.
_NOT_DATA: Final = {
    "MedicationRequest": frozenset({"entered-in-error", "cancelled", "draft"}),
    "MedicationStatement": frozenset({"entered-in-error", "intended"}),
    "MedicationAdministration": frozenset({"entered-in-error", "not-done"}),
    "MedicationDispense": frozenset(
        {"entered-in-error", "cancelled", "declined", "preparation", "in-progress", "on-hold"}
    ),
}
_ENDED: Final = {
    "MedicationRequest": frozenset({"completed", "stopped"}),
    "MedicationStatement": frozenset({"completed", "stopped"}),
    "MedicationAdministration": frozenset({"completed", "stopped"}),
    "MedicationDispense": frozenset({"completed", "stopped"}),
}
_TIMES: Final = {
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "dateAsserted"),
    "MedicationAdministration": ("effectiveDateTime",),
    "MedicationDispense": ("whenHandedOver", "whenPrepared"),
}
_NOT_AN_ORDER: Final = frozenset({"proposal", "option"})
# One dose counts as "on the drug" for a day.
_DOSE_LASTS: Final = timedelta(days=1)
_LONGEST_SUPPLY_DAYS: Final = 3 * 366
_INGREDIENT_DEPTH: Final = 3


def read_medication_use(context: FhirContext, item: Item) -> None:
    """Read one resource that says a drug was ordered, taken, given or handed over."""
    reading, resource, kind = context.reading, item.resource, item.type
    status = text_at(resource, "status")
    if status in _NOT_DATA[kind]:
        reading.account.ignored(f"{kind}: {status}")
        return
    if kind == "MedicationRequest":
        if text_at(resource, "intent") in _NOT_AN_ORDER:
            reading.account.ignored(f"{kind}: {text_at(resource, 'intent')}")
            return
        if resource.get("doNotPerform") is True:
            reading.account.ignored(f"{kind}: not to be given")
            return
    codes = codes_of(resource.get("medicationCodeableConcept"))
    if codes & NO_INFORMATION:
        reading.account.ignored(f"{kind}: no information")
        return
    if kind in ("MedicationRequest", "MedicationStatement"):
        reading.complete.add("medication")
    if codes & NONE_KNOWN:
        reading.account.used(kind)
        return
    concepts = _drugs(context, item)
    if concepts is None:
        place = f"{item.pointer}/medicationReference"
        reading.warn(place, "refers to a Medication that is not here; not used")
        reading.account.warned(kind)
    elif not concepts:
        reading.account.ignored(f"{kind}: drug not in vocabulary")
    else:
        _add(context, item, concepts, status)


def _add(context: FhirContext, item: Item, concepts: list[Concept], status: str) -> None:
    reading = context.reading
    try:
        begin, until = _span(context, item, status)
    except Unusable:
        reading.account.warned(item.type)
        return
    taken = status != "not-taken"
    for concept in concepts:
        reading.add(concept.name, Observation(taken, begin, until, None, item.pointer))
    reading.account.used(item.type)


def _drugs(context: FhirContext, item: Item) -> list[Concept] | None:
    """The vocabulary's drugs in this resource; None if it only points to what is not here."""
    resource = item.resource
    found: dict[str, Concept] = {}
    stated = resource.get("medicationCodeableConcept")
    if stated is not None:
        _named_in(context, stated, found)
        return list(found.values())
    reference = object_at(resource, "medicationReference")
    target = reference_at(resource, "medicationReference")
    medication = context.resolve(item, target) if target else None
    if medication is not None and medication.type == "Medication":
        if _in_medication(context, medication, found, 0):
            context.referred.add(id(medication))
        return list(found.values())
    display = reference.get("display")
    if isinstance(display, str) and display.strip():
        _named_in(context, {"text": display}, found)
        return list(found.values())
    return None


def _in_medication(
    context: FhirContext, medication: Item, found: dict[str, Concept], depth: int
) -> bool:
    """Collect the drugs of a Medication and its ingredients; whether there were any."""
    _named_in(context, medication.resource.get("code"), found)
    for identifier in objects_at(medication.resource, "identifier"):
        if text_at(identifier, "system").endswith("medication-name"):
            _named_in(context, {"text": text_at(identifier, "value")}, found)
    if depth < _INGREDIENT_DEPTH:
        for ingredient in objects_at(medication.resource, "ingredient"):
            _named_in(context, ingredient.get("itemCodeableConcept"), found)
            target = reference_at(ingredient, "itemReference")
            inner = context.resolve(medication, target) if target else None
            if inner is not None and inner.type == "Medication" and inner is not medication:
                _in_medication(context, inner, found, depth + 1)
    return bool(found)


def _named_in(context: FhirContext, concept: object, found: dict[str, Concept]) -> None:
    """Drugs by code, else by the ingredients that the words name."""
    coded = {
        name: match
        for name, match in coded_concepts(context.reading, concept).items()
        if match.kind == "medication"
    }
    found.update(coded)
    if coded:
        return
    # Local code systems often use the drug's name as its code.
    words = [code for _, code in codings_of(concept) if not any(map(str.isdigit, code))]
    for text in (*texts_of(concept), *words):
        found.update((match.name, match) for match in medications_named(text))


def _span(context: FhirContext, item: Item, status: str) -> tuple[datetime | None, datetime | None]:
    """From when the drug was ordered, taken or given, to when it ended.

    What is over without a stated end counts as over from its first date: it
    must not look current today.
    """
    reading, resource, pointer, kind = context.reading, item.resource, item.pointer, item.type
    period = object_at(resource, "effectivePeriod")
    begin: datetime | None = None
    if period.get("start") is not None:
        begin = reading.moment(period["start"], f"{pointer}/effectivePeriod/start")
        if begin is None:
            raise Unusable
    if begin is None:
        begin = moment_at(reading, resource, pointer, *_TIMES[kind])
    until = end_at(reading, period.get("end"), f"{pointer}/effectivePeriod/end")
    if until is None:
        until = _stated_end(context, item, begin)
    if until is None and status in _ENDED[kind]:
        if kind == "MedicationAdministration" and begin is not None:
            until = begin + _DOSE_LASTS
        else:
            until = begin or reading.as_of
    return begin, until


def _stated_end(context: FhirContext, item: Item, begin: datetime | None) -> datetime | None:
    reading, resource, pointer = context.reading, item.resource, item.pointer
    validity = object_at(object_at(resource, "dispenseRequest"), "validityPeriod")
    end = end_at(reading, validity.get("end"), f"{pointer}/dispenseRequest/validityPeriod/end")
    if end is not None:
        return end
    for key in ("dosageInstruction", "dosage"):
        for index, dosage in enumerate(objects_at(resource, key)):
            bounds = object_at(object_at(object_at(dosage, "timing"), "repeat"), "boundsPeriod")
            place = f"{pointer}/{key}/{index}/timing/repeat/boundsPeriod/end"
            end = end_at(reading, bounds.get("end"), place)
            if end is not None:
                return end
    supply = object_at(resource, "daysSupply").get("value")
    if begin is None or isinstance(supply, bool) or not isinstance(supply, int | float):
        return None
    return begin + timedelta(days=supply) if 0 < supply <= _LONGEST_SUPPLY_DAYS else None
