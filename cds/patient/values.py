"""From what the input says to a value in the vocabulary's unit, level or yes/no.

Each function returns None, after a warning, when the value cannot be used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final

from cds.patient.reading import Reading
from cds.vocabulary import Concept, UnitError, accepted_units, convert

_TRUTH_KINDS: Final = frozenset({"yes_no", "condition", "medication", "stay"})
_NUMBER_TEXT: Final = (
    r"\s*(<=|>=|<|>|≤|≥)?\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(\S.{0,30})?\s*"
)
_COMPARATORS: Final = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}


def is_truth(concept: Concept) -> bool:
    """Whether the concept's values are yes or no."""
    return concept.kind in _TRUTH_KINDS


def is_level(concept: Concept) -> bool:
    """Whether the concept's values are names of levels."""
    return concept.kind == "categorical" or bool(concept.levels)


def expected_value(concept: Concept) -> str:
    """What a value of the concept should look like, for messages."""
    if is_truth(concept):
        return "true or false"
    if is_level(concept):
        return "one of " + ", ".join(concept.levels) if concept.levels else "a text"
    unit = concept.unit or "1"
    return "a number" if is_dimensionless(concept) else f"a number in {unit}"


def is_dimensionless(concept: Concept) -> bool:
    """Whether a number alone says everything: counts, scores, ratios, pH."""
    unit = concept.unit
    return unit is None or unit in ("1", "[pH]") or unit.startswith("{")


def number_of(reading: Reading, raw: object, pointer: str, expected: str) -> float | None:
    """A finite number from a JSON value that should be one."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        reading.warn(pointer, "not a number; value not used", raw, expected)
        return None
    try:
        number = float(raw)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        reading.warn(pointer, "number out of range; value not used", raw, expected)
        return None
    return number


def split_number(text: str) -> tuple[str | None, float, str | None] | None:
    """Comparator, number and unit of a text like ``<5``, ``145 mmHg``; None if it is none."""
    found = re.fullmatch(_NUMBER_TEXT, text, re.ASCII)
    if found is None:
        return None
    comparator, digits, unit = found.groups()
    number = float(digits)
    if not math.isfinite(number):
        return None
    return _COMPARATORS[comparator] if comparator else None, number, unit and unit.strip()


def comparator_of(reading: Reading, raw: object, pointer: str) -> str | None:
    """A comparator in ASCII; an unknown one is warned about and left out."""
    if raw is None:
        return None
    if isinstance(raw, str) and raw in _COMPARATORS:
        return _COMPARATORS[raw]
    reading.warn(pointer, "unknown comparator was left out", raw, "<, <=, >= or >")
    return None


def quantity(
    reading: Reading, concept: Concept, number: float, units: Sequence[str], pointer: str
) -> float | None:
    """``number`` in the concept's unit, if a unit fits and the result is plausible.

    ``units`` are tried in order; without any, the number must be dimensionless.
    """
    value = number
    if units:
        converted = _converted(concept, number, units)
        if converted is None:
            reading.warn(
                pointer,
                f"unit not known for {concept.name}; value not used",
                f"{number:.12g} {units[0]}",
                f"{concept.unit} or a unit that converts to it",
            )
            return None
        value = converted
    elif not is_dimensionless(concept):
        reading.warn(
            pointer, f"{concept.name} without a unit; value not used", number, concept.unit or ""
        )
        return None
    return plausible(reading, concept, value, pointer, number, units[0] if units else "")


def _converted(concept: Concept, number: float, units: Sequence[str]) -> float | None:
    if concept.unit is None:
        return None
    for unit in units:
        if unit == concept.unit:
            return number
        try:
            return convert(number, unit, concept)
        except UnitError:
            continue
    return None


def plausible(
    reading: Reading,
    concept: Concept,
    value: float,
    pointer: str,
    number: float,
    unit: str = "",
) -> float | None:
    """``value``, given as ``number`` in ``unit``, if a living patient can have it.

    Otherwise a warning, which names a unit in which the number would make sense.
    """
    if _in_range(concept, value):
        return value
    allowed = reading.options.allow_implausible and math.isfinite(value)
    outcome = "used, as asked" if allowed else "value not used"
    expected = plausible_range(concept)
    if not allowed and (fitting := _fitting_unit(concept, number)):
        expected += f"; {number:.12g} would be plausible in {fitting}"
    given = f"{number:.12g} {unit}".strip()
    reading.warn(pointer, f"implausible {concept.name}; {outcome}", given, expected)
    return value if allowed else None


def _in_range(concept: Concept, value: float) -> bool:
    low, high = concept.plausible
    return (
        math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)
    )


def _fitting_unit(concept: Concept, number: float) -> str | None:
    """The one unit that would make the number plausible: a hint for people, never applied."""
    if concept.kind != "observation":
        return None
    others = accepted_units(concept)[1:]
    fitting = [unit for unit in others if _in_range(concept, convert(number, unit, concept))]
    return fitting[0] if len(fitting) == 1 else None


def plausible_range(concept: Concept) -> str:
    """The plausible range in words, for messages."""
    low, high = concept.plausible
    unit = "" if is_dimensionless(concept) else f" {concept.unit}"
    if low is None:
        return f"at most {high:g}{unit}" if high is not None else "a finite number"
    return f"at least {low:g}{unit}" if high is None else f"{low:g} to {high:g}{unit}"


def level_of(
    reading: Reading, concept: Concept, texts: Iterable[str], pointer: str
) -> str | bool | None:
    """The level, or the yes or no, that any of ``texts`` (codes, words) names."""
    candidates = [text for text in texts if text.strip()]
    for text in candidates:
        level = concept.level_of(text)
        if level is not None:
            return level == "true" if is_truth(concept) else level
    shown = candidates[0] if candidates else ""
    reading.warn(
        pointer, f"not a value of {concept.name}; not used", shown, expected_value(concept)
    )
    return None
