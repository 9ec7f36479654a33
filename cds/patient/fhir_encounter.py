"""Encounter: a stay or visit from start to end, and the setting the patient is in now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import (
    codings_of,
    object_at,
    objects_at,
    reference_at,
    text_at,
    texts_of,
)
from cds.patient.fhir_items import Item
from cds.patient.record import Observation

_NOT_DATA: Final = frozenset({"entered-in-error", "cancelled", "planned"})
_ENDED: Final = frozenset({"finished", "completed", "discharged"})
# Classes of HL7 v3 ActEncounterCode, and the words older Synthea writes.
_SETTINGS: Final = {
    "IMP": "inpatient",
    "ACUTE": "inpatient",
    "NONAC": "inpatient",
    "SS": "inpatient",
    "OBSENC": "inpatient",
    "INPATIENT": "inpatient",
    "EMER": "emergency",
    "EMERGENCY": "emergency",
    "AMB": "outpatient",
    "HH": "outpatient",
    "VR": "outpatient",
    "AMBULATORY": "outpatient",
    "OUTPATIENT": "outpatient",
    "WELLNESS": "outpatient",
    "URGENTCARE": "outpatient",
    "VIRTUAL": "outpatient",
    "HOME": "outpatient",
}
_STAY: Final = {
    "inpatient": "inpatient_stay",
    "emergency": "emergency_visit",
    "outpatient": "outpatient_visit",
    "icu": "icu_stay",
}
_INTENSITY: Final = ("outpatient", "emergency", "inpatient", "icu")
_ICU_CODES: Final = frozenset({"ICU", "PEDICU", "CCU", "309904001", "309905000"})
_ICU_WORDS: Final = (
    r"\b(ICU|[CMSN]?[CMS]ICU|CCU|CVICU|TSICU|NICU|PICU)\b|intensive care|critical care"
    r"|coronary care unit|重症|监护"
)
_ICU_LONGEST_TEXT: Final = 300


def read_encounter(context: FhirContext, item: Item) -> None:
    """Read an Encounter as a stay; locations in intensive care become ICU stays."""
    reading, resource = context.reading, item.resource
    status = text_at(resource, "status")
    if status in _NOT_DATA:
        reading.account.ignored(f"Encounter: {status}")
        return
    setting = _setting(resource)
    if setting is None:
        reading.account.ignored("Encounter: class not used")
        return
    period, place = object_at(resource, "period"), f"{item.pointer}/period"
    if period.get("start") is None:
        reading.warn(place, "encounter without a start; not used", "", "period.start")
        reading.account.warned("Encounter")
        return
    start = reading.moment(period["start"], f"{place}/start")
    if start is None:
        reading.account.warned("Encounter")
        return
    end = None if period.get("end") is None else reading.ending(period["end"], f"{place}/end")
    if end is None and status in _ENDED:
        end = start  # over, but nobody wrote when
    _add_stay(context, _STAY[setting], start, end, item.pointer)
    _note_current(context, setting, start, end, item.pointer)
    if _is_icu_encounter(resource):
        _add_stay(context, "icu_stay", start, end, item.pointer)
        _note_current(context, "icu", start, end, item.pointer)
    for begin, until, pointer in _icu_locations(context, item):
        _add_stay(context, "icu_stay", begin, until or end, pointer)
        _note_current(context, "icu", begin, until or end, pointer)
    reading.account.used("Encounter")


def _setting(resource: Mapping[str, object]) -> str | None:
    """R4 has one class Coding; R5 a list of CodeableConcepts."""
    kind = resource.get("class")
    for candidate in kind if isinstance(kind, list) else [kind]:
        for _, code in codings_of(candidate):
            setting = _SETTINGS.get(code.upper())
            if setting is not None:
                return setting
    return None


def _add_stay(
    context: FhirContext, name: str, start: datetime, end: datetime | None, pointer: str
) -> None:
    series = context.reading.series.get(name, ())
    if any(stay.time == start and stay.until == end for stay in series):
        return  # the hospital's encounter and the unit's state the same stay
    context.reading.add(name, Observation(True, start, end, None, pointer))


def _note_current(
    context: FhirContext, setting: str, start: datetime, end: datetime | None, pointer: str
) -> None:
    """Note the care setting if the stay is going on; the most intensive one wins."""
    reading = context.reading
    if not (start <= reading.as_of and (end is None or end > reading.as_of)):
        return
    known = reading.series.get("care_setting")
    if known and _INTENSITY.index(str(known[0].value)) >= _INTENSITY.index(setting):
        return
    reading.series["care_setting"] = [Observation(setting, start, end, None, pointer)]


def _is_icu_encounter(resource: Mapping[str, object]) -> bool:
    kinds = [*objects_at(resource, "type"), object_at(resource, "serviceType")]
    return any(_means_icu(kind) for kind in kinds)


def _means_icu(concept: Mapping[str, object]) -> bool:
    if any(code.upper() in _ICU_CODES for _, code in codings_of(concept)):
        return True
    return any(_names_icu(text) for text in texts_of(concept))


def _names_icu(text: str) -> bool:
    # Compiled at first use: most records have no place to look at.
    return re.search(_ICU_WORDS, text[:_ICU_LONGEST_TEXT], re.IGNORECASE) is not None


def _icu_locations(
    context: FhirContext, item: Item
) -> Iterator[tuple[datetime, datetime | None, str]]:
    """The parts of the encounter spent at an intensive care location."""
    reading = context.reading
    whole = object_at(item.resource, "period")
    for index, stay in enumerate(objects_at(item.resource, "location")):
        target = reference_at(stay, "location")
        location = context.resolve(item, target) if target else None
        display = object_at(stay, "location").get("display")
        in_icu = isinstance(display, str) and _names_icu(display)
        if location is not None and location.type == "Location":
            kinds = objects_at(location.resource, "type")
            name = text_at(location.resource, "name")
            if _names_icu(name) or any(_means_icu(kind) for kind in kinds):
                context.referred.add(id(location))
                in_icu = True
        if not in_icu:
            continue
        pointer = f"{item.pointer}/location/{index}/period"
        period = object_at(stay, "period") or whole
        begin = None
        if period.get("start") is not None:
            begin = reading.moment(period["start"], f"{pointer}/start")
        if begin is not None:
            end = period.get("end")
            yield begin, None if end is None else reading.ending(end, f"{pointer}/end"), pointer
