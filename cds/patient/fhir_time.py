"""When something in FHIR happened: date, instant, period, age, or not stated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import object_at
from cds.patient.moments import after_years, parse_moment
from cds.patient.reading import Reading

_YEARS_PER_UNIT: Final = {"a": 1.0, "mo": 1 / 12, "wk": 7 / 365.2425, "d": 1 / 365.2425}


class Unusable(Exception):
    """A stated time cannot be used; a warning has been given."""


def moment_at(
    reading: Reading, resource: Mapping[str, object], pointer: str, *keys: str
) -> datetime | None:
    """The first of ``keys`` that is stated, as a moment not in the future.

    A ``…Period`` counts as its end, or its start while it lasts; a ``…Timing``
    as its last event. None if no key is stated; raises ``Unusable`` if the
    first one stated cannot be used.
    """
    for key in keys:
        value = resource.get(key)
        if value is None:
            continue
        place = f"{pointer}/{key}"
        if key.endswith("Period") and isinstance(value, dict):
            value, place = _of_period(reading, value, place)
        elif key.endswith("Timing") and isinstance(value, dict):
            events = value.get("event")
            value = events[-1] if isinstance(events, list) and events else None
        if value is None:
            continue
        found = reading.moment(value, place)
        if found is None:
            raise Unusable
        return found
    return None


def _of_period(reading: Reading, period: Mapping[str, object], pointer: str) -> tuple[object, str]:
    start, end = period.get("start"), period.get("end")
    if end is None:
        return start, f"{pointer}/start"
    parsed = parse_moment(end, reading.now.tzinfo)
    if parsed is not None and parsed[0] > reading.now and start is not None:
        return start, f"{pointer}/start"
    return end, f"{pointer}/end"


def start_at(
    context: FhirContext, resource: Mapping[str, object], pointer: str, stem: str
) -> datetime | None:
    """When something began: ``onset`` or ``abatement`` as date, period's start or age.

    None if not stated in one of these ways; raises ``Unusable`` if in the future.
    An unreadable date counts, after a warning, as not stated.
    """
    reading = context.reading
    for key, value in (
        (f"{stem}DateTime", resource.get(f"{stem}DateTime")),
        (f"{stem}Period/start", object_at(resource, f"{stem}Period").get("start")),
    ):
        if value is None:
            continue
        if parse_moment(value, reading.now.tzinfo) is None:
            reading.warn(f"{pointer}/{key}", "not a date; used without one", value)
            continue
        found = reading.moment(value, f"{pointer}/{key}")
        if found is None:
            raise Unusable
        return found
    return _at_age(context.birth, object_at(resource, f"{stem}Age"))


def _at_age(birth: datetime | None, age: Mapping[str, object]) -> datetime | None:
    value, code = age.get("value"), age.get("code", "a")
    if birth is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    years_per_unit = _YEARS_PER_UNIT.get(code) if isinstance(code, str) else None
    if years_per_unit is None or not 0 <= value <= 200 * 366:
        return None
    return after_years(birth, value * years_per_unit)


def end_at(reading: Reading, value: object, pointer: str) -> datetime | None:
    """An end as stated, which may lie ahead; None if not stated or unreadable."""
    return None if value is None else reading.ending(value, pointer)
