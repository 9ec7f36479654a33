"""The lists of a flat record: conditions, medications, observations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from cds.patient.flat_values import read_value
from cds.patient.labels import concepts_labelled, medications_named
from cds.patient.reading import Reading
from cds.patient.record import Observation
from cds.vocabulary import Concept

_ICD10: Final = r"[A-TV-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?"
_ICD10_SYSTEM: Final = "http://hl7.org/fhir/sid/icd-10"
_SYSTEMS: Final = {
    "icd10": _ICD10_SYSTEM,
    "icd-10": _ICD10_SYSTEM,
    "icd9": "http://hl7.org/fhir/sid/icd-9-cm",
    "icd-9": "http://hl7.org/fhir/sid/icd-9-cm",
    "loinc": "http://loinc.org",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
}
_ENDED: Final = frozenset({"inactive", "resolved", "remission", "stopped", "completed"})
_NEVER: Final = frozenset({"entered-in-error", "refuted", "cancelled", "not-done", "not-taken"})


def read_listed(reading: Reading, value: object, pointer: str, kind: str) -> bool:
    """Read the list of conditions or medications.

    Giving it makes the kind complete, unless something in it was not
    understood: that might be the very thing that would count as absent.
    """
    if not isinstance(value, list):
        reading.warn(pointer, "wrong type; not used", value, f"a list of {kind}s")
        return False
    understood = [
        _read_entry(reading, element, f"{pointer}/{index}", kind)
        for index, element in enumerate(value)
    ]
    reading.complete.add(kind)
    if not all(understood):
        reading.incomplete.add(kind)
    return True


def _read_entry(reading: Reading, element: object, pointer: str, kind: str) -> bool:
    """Read one entry; False where it was not understood."""
    entry = {"text": element} if isinstance(element, str) else element
    if not isinstance(entry, dict):
        reading.warn(pointer, "wrong type; not used", element, "a name, or an object with code")
        return False
    status = entry.get("status")
    if not isinstance(status, str):
        status = ""
    if status in _NEVER:
        return True
    concepts = _concepts_of(reading, entry, kind)
    if not concepts:
        text = _first_text(entry)
        nearest = reading.vocabulary.nearest(text[:80]) if text else None
        hint = f"did you mean {nearest}?" if nearest else f"a {kind} of the vocabulary, or its code"
        reading.warn(pointer, f"{kind} not known to the vocabulary; not used", text, hint)
        return False
    time = until = None
    start = entry.get("time", entry.get("onset"))
    if start is not None:
        time = reading.moment(start, f"{pointer}/time")
        if time is None:
            return False
    if entry.get("until") is not None:
        until = reading.ending(entry["until"], f"{pointer}/until")
    elif status in _ENDED:
        until = _end_without_date(time, reading.as_of)
    for concept in concepts:
        reading.add(concept.name, Observation(True, time, until, None, pointer))
    return True


def _end_without_date(time: datetime | None, as_of: datetime) -> datetime:
    """Over, but since when is not said: over from its first known moment."""
    return time or as_of


def _first_text(entry: Mapping[str, object]) -> str:
    for key in ("text", "name", "concept", "display", "code"):
        value = entry.get(key)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _concepts_of(reading: Reading, entry: Mapping[str, object], kind: str) -> list[Concept]:
    found: dict[str, Concept] = {}
    code, system = entry.get("code"), entry.get("system")
    if isinstance(code, str) and isinstance(system, str):
        _keep(found, reading.by_code(_SYSTEMS.get(system.casefold(), system), code[:100]), kind)
    for key in ("text", "name", "concept", "display", "code"):
        text = entry.get(key)
        if not isinstance(text, str) or not text.strip():
            continue
        text = text[:500]
        if kind == "medication":
            _keep(found, medications_named(text), kind)
            continue
        _keep(found, concepts_labelled(text), kind)
        if not found and re.fullmatch(_ICD10, text.strip()):
            _keep(found, reading.by_code(_ICD10_SYSTEM, text.strip()), kind)
    return list(found.values())


def _keep(found: dict[str, Concept], concepts: Iterable[Concept], kind: str) -> None:
    found.update((concept.name, concept) for concept in concepts if concept.kind == kind)


def read_observations(reading: Reading, value: object, pointer: str) -> bool:
    """Read ``[{"concept" or "code", "value", "unit", "time"}, …]``."""
    if not isinstance(value, list):
        reading.warn(pointer, "wrong type; not used", value, "a list of observations")
        return False
    used = not value
    for index, element in enumerate(value):
        place = f"{pointer}/{index}"
        if not isinstance(element, dict):
            reading.warn(place, "wrong type; not used", element, "an object with concept and value")
            continue
        concepts = _observed(reading, element)
        if not concepts:
            reading.warn(
                place,
                "concept not known; not used",
                _first_text(element),
                "a concept or LOINC code",
            )
        values = {key: element[key] for key in element if key not in ("system", "text", "display")}
        for concept in concepts:
            used |= read_value(reading, concept, values, place)
    return used


def _observed(reading: Reading, element: Mapping[str, object]) -> tuple[Concept, ...]:
    name, code, system = element.get("concept"), element.get("code"), element.get("system")
    if isinstance(name, str):
        labelled = concepts_labelled(name)
        if len(labelled) == 1:
            return labelled
    if isinstance(code, str):
        uri = system if isinstance(system, str) else "loinc"
        return reading.by_code(_SYSTEMS.get(uri.casefold(), uri), code[:100])
    return ()
