"""A bundle as a flat list of items: entries, nested bundles' entries, contained resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cds.patient.fhir_elements import text_at
from cds.patient.fhir_types import RESOURCE_TYPES
from cds.patient.reading import Reading

Resource = dict[str, object]

# Deeper nests of bundles and contained resources do not occur in practice.
_MAX_NESTING: Final = 20


class Item:
    """One resource and where it stands. ``parent`` is the resource that contains it."""

    __slots__ = ("full_url", "parent", "pointer", "resource", "type")

    def __init__(
        self, pointer: str, resource: Resource, full_url: str = "", parent: Item | None = None
    ) -> None:
        """An item for a resource whose ``resourceType`` is known to be a text."""
        self.pointer = pointer
        self.resource = resource
        self.type = str(resource["resourceType"])
        self.full_url = full_url
        self.parent = parent

    @property
    def id(self) -> str:
        """The resource's id, empty if it has none."""
        found = self.resource.get("id")
        return found if isinstance(found, str) else ""


def items_of(reading: Reading, document: Resource, pointer: str = "") -> list[Item]:
    """Every resource of a document that can be looked at.

    What is not a resource of FHIR R4 is warned about and counted here; so is
    an entry without a resource (a deletion, a search). The outermost Bundle is
    the envelope and no item; a Bundle within it is one.
    """
    if document.get("resourceType") == "Bundle":
        return list(_entries(reading, document, pointer, 0))
    return list(_resource(reading, document, pointer, "", None, 0))


def _entries(reading: Reading, bundle: Resource, pointer: str, depth: int) -> Iterator[Item]:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        reading.warn(f"{pointer}/entry", "not a list of entries; not used", entries)
        reading.account.warned("Bundle.entry")
        return
    deleted = _deleted(entries) if bundle.get("type") == "history" else frozenset()
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        place = f"{pointer}/entry/{index}"
        if not isinstance(entry, dict):
            reading.warn(place, "not an entry; not used", entry, "an object with a resource")
            reading.account.warned("Bundle.entry")
            continue
        resource = entry.get("resource")
        if resource is None:
            reading.account.ignored("entry without a resource")
            continue
        url = entry.get("fullUrl")
        full_url = url if isinstance(url, str) else ""
        if bundle.get("type") == "history" and isinstance(resource, dict):
            name = f"{text_at(resource, 'resourceType')}/{text_at(resource, 'id')}"
            if name in seen or name in deleted:
                _pass_over(reading, resource, "deleted" if name in deleted else "older version")
                continue
            if text_at(resource, "id"):
                seen.add(name)  # the newest version comes first (FHIR R4, http.html#history)
        yield from _resource(reading, resource, f"{place}/resource", full_url, None, depth)


def _deleted(entries: list[object]) -> frozenset[str]:
    """``Type/id`` of every entry whose newest version is a deletion."""
    newest: dict[str, bool] = {}
    for entry in entries:
        request = entry.get("request") if isinstance(entry, dict) else None
        if isinstance(request, dict):
            url = request.get("url")
            if isinstance(url, str):
                newest.setdefault(url, request.get("method") == "DELETE")
    return frozenset(url for url, gone in newest.items() if gone)


def _pass_over(reading: Reading, resource: Resource, why: str) -> None:
    for name, count in counts_of(resource).items():
        reading.account.ignored(f"{name}: {why}", count)


def _resource(
    reading: Reading,
    resource: object,
    pointer: str,
    full_url: str,
    parent: Item | None,
    depth: int,
) -> Iterator[Item]:
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(kind, str):
        reading.warn(f"{pointer}", "not a FHIR resource; not used", resource, "a resourceType")
        reading.account.warned("not a resource")
        return
    if depth > _MAX_NESTING:
        reading.warn(pointer, "nested too deeply; not used", kind)
        reading.account.warned("nested too deeply")
        return
    if kind not in RESOURCE_TYPES:
        reading.warn(f"{pointer}/resourceType", "not a resource type of FHIR R4; not used", kind)
        reading.account.warned("unknown resource type")
    elif kind == "Bundle":
        reading.account.used("Bundle")
        yield from _entries(reading, resource, pointer, depth + 1)
    else:
        item = Item(pointer, resource, full_url, parent)
        yield item
        parent = item
    contained = resource.get("contained")
    if isinstance(contained, list):
        for index, inner in enumerate(contained):
            place = f"{pointer}/contained/{index}"
            yield from _resource(reading, inner, place, "", parent, depth + 1)
    elif contained is not None:
        reading.warn(f"{pointer}/contained", "not a list of resources; not used", contained)
        reading.account.warned("not a resource")


def counts_of(resource: Resource) -> dict[str, int]:
    """The resource and what it contains, counted by type, without looking inside."""
    counts: dict[str, int] = {}
    pending: list[tuple[object, int]] = [(resource, 0)]
    while pending:
        found, depth = pending.pop()
        if not isinstance(found, dict):
            counts["not a resource"] = counts.get("not a resource", 0) + 1
            continue
        kind = found.get("resourceType")
        name = kind if isinstance(kind, str) and kind in RESOURCE_TYPES else "not a resource"
        counts[name] = counts.get(name, 0) + 1
        contained = found.get("contained")
        if isinstance(contained, list) and depth < _MAX_NESTING:
            pending.extend((inner, depth + 1) for inner in contained)
    return counts
