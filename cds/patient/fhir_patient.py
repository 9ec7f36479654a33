"""Patient: sex, age at the moment described, death."""

from __future__ import annotations

from typing import Final

from cds.patient.derived import add_age
from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import objects_at
from cds.patient.fhir_items import Item
from cds.patient.moments import parse_moment
from cds.patient.record import Observation

_BIRTH_SEX: Final = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"


def read_patient(context: FhirContext, item: Item) -> None:
    """Read the bundle's patient. It counts as used even if sex and age are missing."""
    reading, resource, pointer = context.reading, item.resource, item.pointer
    _read_death(context, item)
    birth_date = resource.get("birthDate")
    if birth_date is None:
        reading.warn(pointer, "no birth date: age unknown")
    elif add_age(reading, birth_date, f"{pointer}/birthDate"):
        parsed = parse_moment(birth_date, reading.now.tzinfo)
        context.birth = parsed[0] if parsed else None
    _read_sex(context, item)
    reading.account.used("Patient")


def _read_sex(context: FhirContext, item: Item) -> None:
    reading = context.reading
    concept = reading.vocabulary.concept("sex")
    gender, place = item.resource.get("gender"), f"{item.pointer}/gender"
    if gender not in ("male", "female"):
        for extension in objects_at(item.resource, "extension"):
            if extension.get("url") == _BIRTH_SEX:
                gender, place = extension.get("valueCode"), f"{item.pointer}/extension"
    level = concept.level_of(gender) if isinstance(gender, str) and gender else None
    if level is None:
        reading.warn(place, "sex not stated as male or female: unknown", gender, "male or female")
    else:
        reading.add("sex", Observation(level, pointer=place))


def _read_death(context: FhirContext, item: Item) -> None:
    reading, resource = context.reading, item.resource
    if resource.get("deceasedDateTime") is not None:
        pointer = f"{item.pointer}/deceasedDateTime"
        moment = reading.moment(resource["deceasedDateTime"], pointer)
        if moment is not None:
            reading.died(moment, pointer)
    elif resource.get("deceasedBoolean") is True:
        reading.died(None, f"{item.pointer}/deceasedBoolean")
