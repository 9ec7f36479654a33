"""Flat JSON: one object whose keys are the vocabulary's concept names.

``{"age": 63, "sex": "male", "systolic_bp": {"value": 145, "unit": "mm[Hg]"}}``;
a value is a number, text, true/false, null (missing), an object with ``value``,
``unit``, ``time``, ``until`` and ``comparator``, or a list of those. Labels of
the vocabulary (``年龄``) are accepted as keys too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cds.patient.account import clean_text
from cds.patient.derived import add_age, add_bmi
from cds.patient.flat_lists import read_listed, read_observations
from cds.patient.flat_values import read_values
from cds.patient.json_document import escape
from cds.patient.labels import concepts_labelled
from cds.patient.moments import parse_moment
from cds.patient.reading import Reading
from cds.patient.record import Observation, PatientRecord
from cds.patient.values import plausible_range
from cds.vocabulary import Concept

_IDENTITY: Final = ("id", "patient_id")
_BIRTH: Final = ("birth_date", "birthDate", "出生日期")
_NOT_USED: Final = frozenset({"name", "姓名", "note", "notes", "comment", "_comment", "$schema"})
_BLOOD_PRESSURE: Final = frozenset({"blood_pressure", "bp", "血压"})


def read_flat(document: Mapping[str, object], reading: Reading, fallback_id: str) -> PatientRecord:
    """Read one flat object. Each key is one item of the account.

    Raises ``InputError`` where nothing can be right: no known key, an age that
    no person has.
    """
    identity = fallback_id
    concept_keys: list[tuple[str, Concept]] = []
    for key, value in document.items():
        if key in _NOT_USED or _is_missing(value):
            reading.account.ignored(key)
        elif key in _IDENTITY:
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                identity = str(value)[:200]
                reading.account.used(key)
            else:
                _refuse(reading, key, value, "a text or a whole number")
        elif key not in _SPECIAL:
            concept = concept_called(reading, key)
            if concept is None:
                _unknown(reading, key)
            else:
                concept_keys.append((key, concept))
    _read_special(document, reading)
    for key, concept in concept_keys:
        pointer = _pointer(key)
        used = read_values(reading, concept, document[key], pointer)
        _count(reading, key, used)
        if concept.name == "age" and not used:
            _refuse_impossible_age(reading, concept, document[key], pointer)
    _birth_date(document, reading)
    _stay_from_admission(document, reading)
    add_bmi(reading)
    if not reading.series and not reading.complete and not _mostly_known(document, reading):
        raise _nothing_known(document, reading)
    return reading.finish(identity)


def concept_called(reading: Reading, key: str) -> Concept | None:
    """The concept with this name, or with this label if no other has it."""
    found = reading.vocabulary.get(key)
    if found is not None:
        return found
    labelled = concepts_labelled(key)
    return labelled[0] if len(labelled) == 1 else None


def _is_missing(value: object) -> bool:
    """Null, alone or as every element of a list, says that there is nothing to say."""
    return value is None or (
        isinstance(value, list) and bool(value) and all(element is None for element in value)
    )


def _pointer(key: str) -> str:
    return f"/{escape(clean_text(key))}"


def _count(reading: Reading, key: str, used: bool) -> None:
    if used:
        reading.account.used(key)
    else:
        reading.account.warned(key)


def _refuse(reading: Reading, key: str, value: object, expected: str) -> None:
    reading.warn(_pointer(key), "wrong type; not used", value, expected)
    reading.account.warned(key)


def _unknown(reading: Reading, key: str) -> None:
    if key.casefold() in _BLOOD_PRESSURE:
        expected = "systolic_bp and diastolic_bp"
    else:
        nearest = reading.vocabulary.nearest(key[:80])
        expected = f"did you mean {nearest}?" if nearest else "a name from the vocabulary"
    reading.warn(_pointer(key), "unknown field; not used", key, expected)
    reading.account.warned(key)


def _refuse_impossible_age(reading: Reading, concept: Concept, value: object, pointer: str) -> None:
    """Stop: with an age that no person has, nothing else can be trusted."""
    number = value.get("value") if isinstance(value, dict) else value
    if isinstance(number, int | float) and not isinstance(number, bool):
        message = f"age {str(number)[:20]} is impossible; expected {plausible_range(concept)}"
        raise reading.error(message, pointer)


def _read_special(document: Mapping[str, object], reading: Reading) -> None:
    for key, read in _READERS.items():
        if not _is_missing(document.get(key)):
            _count(reading, key, read(reading, document[key], f"/{key}"))


def _deceased(reading: Reading, value: object, pointer: str) -> bool:
    if isinstance(value, bool):
        if value:
            reading.died(None, pointer)
        return True
    moment = reading.moment(value, pointer)
    if moment is not None:
        reading.died(moment, pointer)
    return moment is not None


def _birth_date(document: Mapping[str, object], reading: Reading) -> None:
    for key in _BIRTH:
        text = document.get(key)
        if _is_missing(text):
            continue
        pointer = _pointer(key)
        stated = reading.series.pop("age", None)
        used = add_age(reading, text, pointer)
        if stated is not None:
            derived = reading.series.pop("age", None)
            reading.series["age"] = stated
            if derived and abs(float(derived[-1].value) - float(stated[-1].value)) > 1:
                reading.warn(pointer, "disagrees with the age given, which is used", text)
        _count(reading, key, used)


def _admission_time(reading: Reading, value: object, pointer: str) -> bool:
    moment = reading.moment(value, pointer)
    if moment is None:
        return False
    reading.add("inpatient_stay", Observation(True, time=moment, pointer=pointer))
    return True


def _stay_from_admission(document: Mapping[str, object], reading: Reading) -> None:
    """A patient whose care setting is the ICU is taken to be there since admission."""
    settings = reading.series.get("care_setting", [])
    in_icu = any(setting.value == "icu" for setting in settings)
    admission = parse_moment(document.get("admission_time"), reading.now.tzinfo)
    if in_icu and admission and "inpatient_stay" in reading.series:
        reading.series.setdefault(
            "icu_stay", [Observation(True, time=admission[0], pointer="/admission_time")]
        )


def _mostly_known(document: Mapping[str, object], reading: Reading) -> bool:
    """Whether the object is a record after all: an id, or known fields that were all refused."""
    return any(
        key in _IDENTITY or key in _SPECIAL or concept_called(reading, key) is not None
        for key in document
    )


def _nothing_known(document: Mapping[str, object], reading: Reading) -> Exception:
    if not document:
        return reading.error("an empty object; expected a FHIR Bundle or fields such as age, sex")
    keys = ", ".join(repr(key[:40]) for key in list(document)[:3])
    return reading.error(
        f"not a patient record: no known field among {keys}; expected a FHIR Bundle "
        '("resourceType") or fields named as in the vocabulary, such as age, sex, systolic_bp'
    )


def _listed(kind: str) -> Callable[[Reading, object, str], bool]:
    return lambda reading, value, pointer: read_listed(reading, value, pointer, kind)


_READERS: Final[Mapping[str, Callable[[Reading, object, str], bool]]] = {
    "deceased": _deceased,
    "admission_time": _admission_time,
    "conditions": _listed("condition"),
    "medications": _listed("medication"),
    "observations": read_observations,
}
_SPECIAL: Final = frozenset({*_READERS, *_BIRTH, *_IDENTITY})
