"""Whose data it is: the patient of a bundle, and what is about somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from cds.patient.account import shown
from cds.patient.fhir_elements import object_at, objects_at, reference_at, text_at
from cds.patient.fhir_items import Item
from cds.patient.reading import Reading

Match = Literal["same", "known other", "unknown other", "unstated"]

# Where the resource types of a patient's record name the patient.
SUBJECT_KEYS: Final = ("subject", "patient", "beneficiary", "individual")


class Subject:
    """The patient a record is about, and every way a reference may name them."""

    __slots__ = ("identifiers", "item", "keys", "others")

    def __init__(self, item: Item | None, keys: Iterable[str], others: Iterable[str] = ()) -> None:
        """``item`` is the Patient resource, if there is one; ``others`` name known others."""
        self.item = item
        self.keys = frozenset(keys)
        self.others = frozenset(others)
        self.identifiers = _identifiers(item.resource) if item is not None else frozenset()

    def match(self, item: Item) -> Match:
        """Whether an item is about this patient, as far as its reference tells."""
        resource = item.resource
        key = next((key for key in SUBJECT_KEYS if key in resource), None)
        if key is None:
            # A contained resource belongs to whom its container belongs.
            return "unstated" if item.parent is None else self.match(item.parent)
        target = reference_at(resource, key)
        if not target:
            logical = _identifiers({"identifier": [object_at(resource, key).get("identifier")]})
            return self._match_identifiers(logical)
        if target in self.keys or reference_key(target) in self.keys:
            return "same"
        if target.startswith("Patient?"):
            return self._match_identifiers(_searched_identifiers(target))
        return "known other" if reference_key(target) in self.others else "unknown other"

    def _match_identifiers(self, identifiers: frozenset[tuple[str, str]]) -> Match:
        if identifiers & self.identifiers:
            return "same"
        systems = {system for system, _ in self.identifiers}
        contradicts = any(system and system in systems for system, _ in identifiers)
        return "unknown other" if contradicts else "unstated"


def reference_key(reference: str) -> str:
    """A reference without the server it is on: ``Patient/123``, or ``urn:uuid:…`` as it stands."""
    start = reference.rfind("Patient/")
    return reference[start:] if start > 0 and reference[start - 1] == "/" else reference


def patient_keys(item: Item) -> frozenset[str]:
    """Every reference that means this Patient resource."""
    keys = {item.full_url, reference_key(item.full_url)} if item.full_url else set()
    if item.id:
        keys |= {f"Patient/{item.id}", f"urn:uuid:{item.id}", item.id}
        if item.parent is not None:
            keys = {f"#{item.id}"}
    return frozenset(keys)


def choose_subject(reading: Reading, items: Sequence[Item]) -> Subject:
    """Find the one patient the items are about.

    Raises ``InputError`` if there are several and no Composition says which,
    or if nothing says that there is one at all.
    """
    patients = [item for item in items if item.type == "Patient" and item.parent is None]
    if not patients:
        patients = [item for item in items if item.type == "Patient"]
    distinct: dict[str, Item] = {}
    for item in patients:
        distinct.setdefault(item.id or item.full_url or item.pointer, item)
    if not distinct:
        return _subject_by_reference(reading, items)
    if len(distinct) == 1:
        chosen = next(iter(distinct.values()))
    else:
        chosen = _subject_of_composition(reading, items, list(distinct.values()))
    others: set[str] = set()
    for item in distinct.values():
        if item is not chosen:
            others |= patient_keys(item)
    return Subject(chosen, patient_keys(chosen), others)


def _subject_by_reference(reading: Reading, items: Sequence[Item]) -> Subject:
    keys: dict[str, None] = {}
    for item in items:
        for key in SUBJECT_KEYS[:2]:
            target = reference_at(item.resource, key)
            if target and not target.startswith(("Group/", "Device/", "Location/", "#")):
                keys[reference_key(target)] = None
    if not keys:
        raise reading.error(
            "no patient: neither a Patient resource nor a resource that refers to one"
        )
    if len(keys) > 1:
        raise _several(reading, list(keys), "no Patient resource, and references to")
    (key,) = keys
    reading.warn("", "no Patient resource: age and sex unknown", key)
    return Subject(None, (key,))


def _subject_of_composition(
    reading: Reading, items: Sequence[Item], patients: Sequence[Item]
) -> Item:
    named: dict[int, Item] = {}
    for item in items:
        if item.type != "Composition":
            continue
        target = reference_at(item.resource, "subject")
        for patient in patients:
            keys = patient_keys(patient)
            if target and (target in keys or reference_key(target) in keys):
                named[id(patient)] = patient
    if len(named) != 1:
        names = [item.id or item.full_url or item.pointer for item in patients]
        raise _several(reading, names, "")
    (chosen,) = named.values()
    for patient in patients:
        if patient is not chosen:
            reading.warn(
                patient.pointer,
                f"another patient than the document's ({shown(chosen.id)}); "
                "nothing about them is used",
                patient.id or patient.full_url,
            )
    return chosen


def _several(reading: Reading, names: Sequence[str], what: str) -> Exception:
    listed = ", ".join(shown(name) for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return reading.error(
        f"{what or 'several patients:'} {listed}{more}; one bundle must be about one patient: "
        "split it, one bundle per patient (one per line in an .ndjson file)"
    )


def _identifiers(resource: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (text_at(identifier, "system"), text_at(identifier, "value"))
        for identifier in objects_at(resource, "identifier")
        if text_at(identifier, "value")
    )


def _searched_identifiers(reference: str) -> frozenset[tuple[str, str]]:
    """The identifier of a conditional reference, ``Patient?identifier=system|value``."""
    from urllib.parse import unquote  # rare, and an import of two milliseconds

    query = unquote(reference.partition("?")[2])
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "identifier":
            system, bar, code = value.rpartition("|")
            return frozenset({(system if bar else "", code)})
    return frozenset()
