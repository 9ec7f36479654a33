"""The value of one flat field: number, text, yes/no, object with unit and time, list."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cds.patient.json_document import escape
from cds.patient.reading import Reading
from cds.patient.record import Observation
from cds.patient.values import (
    comparator_of,
    expected_value,
    is_level,
    is_truth,
    level_of,
    number_of,
    plausible,
    quantity,
    split_number,
)
from cds.vocabulary import Concept

_PARTS: Final = frozenset({"value", "unit", "time", "until", "comparator", "concept", "code"})


def read_values(reading: Reading, concept: Concept, value: object, pointer: str) -> bool:
    """Read a field's value, or each value of its list. Returns whether any was used."""
    if not isinstance(value, list):
        return read_value(reading, concept, value, pointer)
    used = False
    for index, element in enumerate(value):
        if isinstance(element, list):
            reading.warn(f"{pointer}/{index}", "a list within a list; not used", element)
        elif element is not None:
            used |= read_value(reading, concept, element, f"{pointer}/{index}")
    if not value:
        reading.warn(pointer, "an empty list; nothing to use", value, expected_value(concept))
    return used


def read_value(reading: Reading, concept: Concept, value: object, pointer: str) -> bool:
    """Read one value, bare or as an object. Returns whether it was used."""
    if not isinstance(value, dict):
        return _add(reading, concept, value, None, pointer, None, None, None)
    for key in value:
        if key not in _PARTS:
            reading.warn(f"{pointer}/{escape(key)}", "unknown part was left out", key)
    time = until = None
    if value.get("time") is not None:
        time = reading.moment(value["time"], f"{pointer}/time")
        if time is None:
            return False
    if value.get("until") is not None:
        until = reading.ending(value["until"], f"{pointer}/until")
    unit = value.get("unit")
    if unit is not None and not isinstance(unit, str):
        reading.warn(f"{pointer}/unit", "unit is not a text; value not used", unit, "a UCUM unit")
        return False
    comparator = comparator_of(reading, value.get("comparator"), f"{pointer}/comparator")
    raw = value.get("value")
    if raw is None:
        if concept.kind != "stay" and not (is_truth(concept) and time is not None):
            reading.warn(pointer, "no value", value, expected_value(concept))
            return False
        raw = True  # {"time": …, "until": …} alone says that it was so
    return _add(reading, concept, raw, unit, pointer, time, until, comparator)


def _add(
    reading: Reading,
    concept: Concept,
    raw: object,
    unit: str | None,
    pointer: str,
    time: datetime | None,
    until: datetime | None,
    comparator: str | None,
) -> bool:
    value: float | str | bool | None
    if is_truth(concept):
        value = _truth(reading, concept, raw, pointer)
    elif is_level(concept):
        value = _level(reading, concept, raw, pointer)
    else:
        value, comparator = _number(reading, concept, raw, unit, pointer, comparator)
    if value is None:
        return False
    reading.add(concept.name, Observation(value, time, until, comparator, pointer))
    return True


def _truth(reading: Reading, concept: Concept, raw: object, pointer: str) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float) and raw in (0, 1):
        return bool(raw)
    if isinstance(raw, str):
        answer = level_of(reading, concept, [raw], pointer)
        return answer if isinstance(answer, bool) else None
    reading.warn(pointer, "wrong type; value not used", raw, "true or false")
    return None


def _level(reading: Reading, concept: Concept, raw: object, pointer: str) -> str | None:
    if isinstance(raw, str) or (isinstance(raw, int) and not isinstance(raw, bool)):
        text = raw if isinstance(raw, str) else shortened(raw)
        level = level_of(reading, concept, [text], pointer)
        return level if isinstance(level, str) else None
    reading.warn(pointer, "wrong type; value not used", raw, expected_value(concept))
    return None


def shortened(number: int) -> str:
    """A whole number as text; huge ones, which name no level, are cut short."""
    return str(number) if abs(number) < 10**15 else "a huge number"


def _number(
    reading: Reading,
    concept: Concept,
    raw: object,
    unit: str | None,
    pointer: str,
    comparator: str | None,
) -> tuple[float | None, str | None]:
    if isinstance(raw, str):
        parts = split_number(raw)
        if parts is None:
            reading.warn(pointer, "not a number; value not used", raw, expected_value(concept))
            return None, None
        said, number, written = parts
        comparator = comparator or said
        if unit is None:
            unit = written
        elif written is not None and written != unit:
            reading.warn(
                pointer, "two different units; value not used", f"{written} and {unit}", "one unit"
            )
            return None, None
        reading.warn(pointer, f"a text, read as the number {number:.12g}", raw, "a number")
    else:
        found = number_of(reading, raw, pointer, expected_value(concept))
        if found is None:
            return None, None
        number = found
    if comparator is not None:
        warn_comparator(reading, comparator, number, pointer)
    if unit is None or not unit.strip():
        return plausible(reading, concept, number, pointer, number), comparator
    return quantity(reading, concept, number, (unit,), pointer), comparator


def warn_comparator(reading: Reading, comparator: str, number: float, pointer: str) -> None:
    """A result beyond the device's range: the limit is used, and that is said."""
    reading.warn(
        pointer, "outside the measurable range; the limit is used", f"{comparator}{number:.12g}"
    )
