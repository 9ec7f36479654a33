"""Condition: a diagnosis that the patient has or had."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cds.patient.fhir_context import FhirContext
from cds.patient.fhir_elements import (
    NO_INFORMATION,
    NONE_KNOWN,
    coded_concepts,
    codes_of,
    object_at,
    text_at,
    texts_of,
)
from cds.patient.fhir_items import Item
from cds.patient.fhir_time import Unusable, end_at, start_at
from cds.patient.labels import concepts_labelled
from cds.patient.record import Observation
from cds.vocabulary import Concept

_NOT_DATA: Final = ("entered-in-error", "refuted")
_ENDED: Final = frozenset({"inactive", "remission", "resolved"})
_DOUBTFUL: Final = frozenset({"unconfirmed", "provisional"})


def read_condition(context: FhirContext, item: Item) -> None:
    """Read a Condition. Having one makes the list of conditions count as complete."""
    reading, resource = context.reading, item.resource
    verification = codes_of(resource.get("verificationStatus"))
    for status in _NOT_DATA:
        if status in verification:
            reading.account.ignored(f"Condition: {status}")
            return
    codes = codes_of(resource.get("code"))
    if codes & NO_INFORMATION:
        reading.account.ignored("Condition: no information")
        return
    reading.complete.add("condition")
    if codes & NONE_KNOWN:
        reading.account.used("Condition")
        return
    concepts = _concepts(context, item)
    if not concepts and not codes:
        # Words alone may be the very diagnosis that would count as absent.
        reading.incomplete.add("condition")
        words = next(iter(texts_of(resource.get("code"))), "")
        reading.warn(f"{item.pointer}/code", "diagnosis without a code; not understood", words)
        reading.account.warned("Condition")
        return
    if not concepts:
        reading.account.ignored("Condition: code not in vocabulary")
        return
    if "differential" in verification:
        place = f"{item.pointer}/verificationStatus"
        reading.warn(place, "one of several possible diagnoses; not used", "differential")
        reading.account.warned("Condition")
        return
    try:
        begin, until = _span(context, item)
    except Unusable:
        reading.account.warned("Condition")
        return
    doubts = sorted(verification & _DOUBTFUL)
    if doubts:
        place = f"{item.pointer}/verificationStatus"
        reading.warn(place, "diagnosis not confirmed; used as present", doubts[0])
    for concept in concepts:
        reading.add(concept.name, Observation(True, begin, until, None, f"{item.pointer}/code"))
    reading.account.used("Condition")


def _concepts(context: FhirContext, item: Item) -> list[Concept]:
    code = item.resource.get("code")
    found = coded_concepts(context.reading, code)
    for text in () if found else texts_of(code):
        found.update((concept.name, concept) for concept in concepts_labelled(text))
    return [concept for concept in found.values() if concept.kind == "condition"]


def _span(context: FhirContext, item: Item) -> tuple[datetime | None, datetime | None]:
    """From onset (else when recorded, else the encounter's start) to abatement.

    A condition that is over without a stated end counts as over from the last
    date it carries: it must not look present today.
    """
    reading, resource, pointer = context.reading, item.resource, item.pointer
    begin = start_at(context, resource, pointer, "onset")
    recorded = resource.get("recordedDate")
    recorded_at = None if recorded is None else reading.moment(recorded, f"{pointer}/recordedDate")
    if begin is None:
        begin = recorded_at
    if begin is None and (start := context.encounter_start(item)) is not None:
        begin = reading.moment(start, f"{pointer}/encounter")
        if begin is None:
            raise Unusable
    until = end_at(reading, resource.get("abatementDateTime"), f"{pointer}/abatementDateTime")
    if until is None:
        period = object_at(resource, "abatementPeriod") or object_at(resource, "onsetPeriod")
        until = end_at(reading, period.get("end"), f"{pointer}/abatementPeriod/end")
    if until is None:
        until = start_at(
            context, {"abatementAge": resource.get("abatementAge")}, pointer, "abatement"
        )
    over = codes_of(resource.get("clinicalStatus")) & _ENDED or text_at(resource, "abatementString")
    if until is None and (over or resource.get("abatementBoolean") is True):
        until = recorded_at or begin or reading.as_of
    return begin, until
