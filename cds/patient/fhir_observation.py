"""Observation: one value, or one for each component, of a concept at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import (
    coded_concepts,
    codings_of,
    text_at,
    texts_of,
)
from cds.patient.fhir_items import Item
from cds.patient.fhir_time import Unusable, moment_at
from cds.patient.flat_values import warn_comparator
from cds.patient.reading import Reading
from cds.patient.record import Observation
from cds.patient.values import (
    comparator_of,
    expected_value,
    is_level,
    is_truth,
    level_of,
    number_of,
    quantity,
    split_number,
)
from cds.vocabulary import Concept

_NOT_DATA: Final = frozenset({"entered-in-error", "cancelled"})
_NOT_OBSERVED: Final = frozenset({"condition", "medication", "stay"})
_OTHER_VALUES: Final = [
    "valueRange",
    "valueRatio",
    "valueSampledData",
    "valueTime",
    "valueDateTime",
    "valuePeriod",
]
_TIMES: Final = (
    "effectiveDateTime",
    "effectiveInstant",
    "effectivePeriod",
    "effectiveTiming",
    "issued",
)


def read_observation(context: FhirContext, item: Item) -> None:
    """Read an Observation; it is used if any of its values is."""
    reading, resource = context.reading, item.resource
    status = text_at(resource, "status")
    if status in _NOT_DATA:
        reading.account.ignored(f"Observation: {status}")
        return
    parts = [
        (part, place, concepts)
        for part, place in _parts(item)
        if (concepts := _concepts(reading, part))
    ]
    if not parts:
        reading.account.ignored("Observation: code not in vocabulary")
        return
    valued = [part for part in parts if _has_value(part[0])]
    if not valued:
        reading.account.ignored("Observation: no value")
        return
    try:
        time = moment_at(reading, resource, item.pointer, *_TIMES)
    except Unusable:
        reading.account.warned("Observation")
        return
    if status == "registered":
        reading.warn(f"{item.pointer}/status", "registered only, but has a value; used", status)
    used = [
        _read_part(reading, part, place, concept, time)
        for part, place, concepts in valued
        for concept in concepts
    ]
    if any(used):
        reading.account.used("Observation")
    else:
        reading.account.warned("Observation")


def _parts(item: Item) -> Iterator[tuple[Mapping[str, object], str]]:
    """The observation itself and its components, each with its pointer."""
    yield item.resource, item.pointer
    components = item.resource.get("component")
    if isinstance(components, list):
        for index, component in enumerate(components):
            if isinstance(component, dict):
                yield component, f"{item.pointer}/component/{index}"


def _concepts(reading: Reading, part: Mapping[str, object]) -> list[Concept]:
    found = coded_concepts(reading, part.get("code"))
    return [concept for concept in found.values() if concept.kind not in _NOT_OBSERVED]


def _has_value(part: Mapping[str, object]) -> bool:
    return any(key.startswith("value") and value is not None for key, value in part.items())


def _read_part(
    reading: Reading,
    part: Mapping[str, object],
    pointer: str,
    concept: Concept,
    time: datetime | None,
) -> bool:
    if part.get("dataAbsentReason") is not None:
        reading.warn(
            f"{pointer}/dataAbsentReason", "a value and a reason for having none; not used"
        )
        return False
    value: float | str | bool | None
    comparator: str | None = None
    if is_truth(concept) or is_level(concept):
        value, place = _read_level(reading, part, pointer, concept)
    else:
        value, comparator, place = _read_number(reading, part, pointer, concept)
    if value is None:
        return False
    reading.add(concept.name, Observation(value, time, None, comparator, place))
    return True


def _read_level(
    reading: Reading, part: Mapping[str, object], pointer: str, concept: Concept
) -> tuple[str | bool | None, str]:
    answer = part.get("valueBoolean")
    if isinstance(answer, bool) and is_truth(concept):
        return answer, f"{pointer}/valueBoolean"
    coded = part.get("valueCodeableConcept")
    if coded is not None:
        place = f"{pointer}/valueCodeableConcept"
        texts = [code for _, code in codings_of(coded)]
        return level_of(reading, concept, [*texts, *texts_of(coded)], place), place
    for key in ("valueString", "valueInteger", "valueBoolean"):
        plain = part.get(key)
        if isinstance(plain, str | int):
            place = f"{pointer}/{key}"
            return level_of(reading, concept, [str(plain)[:200]], place), place
    reading.warn(
        pointer,
        "a kind of value that does not fit; not used",
        concept.name,
        expected_value(concept),
    )
    return None, pointer


def _read_number(
    reading: Reading, part: Mapping[str, object], pointer: str, concept: Concept
) -> tuple[float | None, str | None, str]:
    expected = expected_value(concept)
    if part.get("valueQuantity") is not None:
        return _read_quantity(reading, part["valueQuantity"], f"{pointer}/valueQuantity", concept)
    for key in ("valueInteger", "valueDecimal"):
        if part.get(key) is not None:
            place = f"{pointer}/{key}"
            number = number_of(reading, part[key], place, expected)
            if number is None:
                return None, None, place
            return quantity(reading, concept, number, (), place), None, place
    text = part.get("valueString")
    if isinstance(text, str):
        place = f"{pointer}/valueString"
        return (*_read_text(reading, text, place, concept), place)
    reading.warn(pointer, "a kind of value that does not fit; not used", concept.name, expected)
    return None, None, pointer


def _read_quantity(
    reading: Reading, raw: object, pointer: str, concept: Concept
) -> tuple[float | None, str | None, str]:
    if not isinstance(raw, dict) or raw.get("value") is None:
        reading.warn(pointer, "no number in the quantity; not used", raw, expected_value(concept))
        return None, None, pointer
    value = raw["value"]
    if isinstance(value, str) and (parts := split_number(value)) and not parts[0] and not parts[2]:
        reading.warn(f"{pointer}/value", "a text, read as a number", value, "a number")
        value = parts[1]
    number = number_of(reading, value, f"{pointer}/value", expected_value(concept))
    if number is None:
        return None, None, pointer
    comparator = comparator_of(reading, raw.get("comparator"), f"{pointer}/comparator")
    # The code is meant for machines; the unit's text helps where it is missing or local.
    units = tuple(
        unit
        for unit in (raw.get("code"), raw.get("unit"))
        if isinstance(unit, str) and unit.strip()
    )
    converted = quantity(reading, concept, number, units, pointer)
    if converted is not None and comparator is not None:
        warn_comparator(reading, comparator, number, pointer)
    return converted, comparator, pointer


def _read_text(
    reading: Reading, text: str, pointer: str, concept: Concept
) -> tuple[float | None, str | None]:
    parts = split_number(text[:100])
    if parts is None:
        reading.warn(pointer, "not a number; value not used", text, expected_value(concept))
        return None, None
    comparator, number, unit = parts
    converted = quantity(reading, concept, number, (unit,) if unit else (), pointer)
    if converted is not None:
        reading.warn(pointer, f"a text, read as the number {number:.12g}", text, "a quantity")
    return converted, comparator
