"""Small pieces of FHIR that may be malformed: codings, texts, periods, references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cds.patient.reading import Reading
from cds.vocabulary import Concept

_LONGEST_CODE: Final = 200
_LONGEST_TEXT: Final = 1000
# Codes that say whether there is anything to list (IPS absent-unknown-uv-ips).
NO_INFORMATION: Final = frozenset({"no-problem-info", "no-medication-info", "no-known-info"})
NONE_KNOWN: Final = frozenset(
    # the second: SNOMED CT 160245001 and 787481004 say the same
    {"no-known-problems", "no-known-medications", "160245001", "787481004"}
)


def codings_of(concept: object) -> Iterator[tuple[str, str]]:
    """``(system, code)`` of each coding of a CodeableConcept or Coding."""
    if not isinstance(concept, dict):
        return
    codings = concept.get("coding", [concept])
    if not isinstance(codings, list):
        return
    for coding in codings:
        if isinstance(coding, dict):
            code, system = coding.get("code"), coding.get("system")
            if isinstance(code, str) and code:
                yield (system if isinstance(system, str) else ""), code[:_LONGEST_CODE]


def codes_of(concept: object) -> set[str]:
    """The codes of a CodeableConcept, whatever their system."""
    return {code for _, code in codings_of(concept)}


def texts_of(concept: object) -> Iterator[str]:
    """The words of a CodeableConcept: its text, then each coding's display."""
    if not isinstance(concept, dict):
        return
    text = concept.get("text")
    if isinstance(text, str) and text.strip():
        yield text[:_LONGEST_TEXT]
    codings = concept.get("coding", [concept])
    if isinstance(codings, list):
        for coding in codings:
            display = coding.get("display") if isinstance(coding, dict) else None
            if isinstance(display, str) and display.strip():
                yield display[:_LONGEST_TEXT]


def coded_concepts(reading: Reading, concept: object) -> dict[str, Concept]:
    """The vocabulary's concepts that any coding stands for, by name."""
    found: dict[str, Concept] = {}
    for system, code in codings_of(concept):
        for match in reading.by_code(system, code):
            found[match.name] = match
    return found


def text_at(resource: Mapping[str, object], key: str) -> str:
    """A text element, empty if absent or malformed."""
    value = resource.get(key)
    return value if isinstance(value, str) else ""


def object_at(resource: Mapping[str, object], key: str) -> Mapping[str, object]:
    """An object element, empty if absent or malformed."""
    value = resource.get(key)
    return value if isinstance(value, dict) else {}


def objects_at(resource: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects of a list element, empty if absent or malformed."""
    value = resource.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def reference_at(resource: Mapping[str, object], key: str) -> str:
    """The target of a reference element, without its version; empty if it names none."""
    target = object_at(resource, key).get("reference")
    return target.strip().partition("/_history/")[0] if isinstance(target, str) else ""
