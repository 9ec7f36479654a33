"""Values that follow from others: age from the birth date, BMI from weight and height."""

from __future__ import annotations

from cds.patient.moments import completed_years, middle, parse_moment
from cds.patient.reading import Reading
from cds.patient.record import Observation
from cds.patient.values import plausible


def add_age(reading: Reading, birth_date: object, pointer: str) -> bool:
    """Add the age in completed years at the moment the record describes.

    A birth date known to the year or month only is taken in the middle of it,
    with a warning. Returns whether an age was added.
    """
    zone = reading.now.tzinfo
    parsed = parse_moment(birth_date, zone)
    if parsed is None:
        reading.warn(pointer, "not a birth date; no age", birth_date, "a date like 1956-08-03")
        return False
    birth, precision = parsed
    # A time of birth in another zone must not move the birthday to the day before.
    years = completed_years(middle(birth, precision), reading.as_of.astimezone(zone))
    if birth > reading.now:
        reading.warn(pointer, "birth date lies in the future; no age", birth_date)
        return False
    concept = reading.vocabulary.concept("age")
    age = plausible(reading, concept, float(max(years, 0)), pointer, float(years), "a")
    if age is None:
        return False
    if precision in ("year", "month"):
        reading.warn(pointer, f"birth date known to the {precision} only; age approximate")
    reading.add("age", Observation(age, pointer=pointer))
    return True


def add_bmi(reading: Reading) -> None:
    """Add the body mass index from the last weight and height where none is given."""
    weights, heights = reading.series.get("weight"), reading.series.get("height")
    if not weights or not heights or "bmi" in reading.series:
        return
    weight, height = max(weights, key=_moment), max(heights, key=_moment)
    if not isinstance(weight.value, float) or not isinstance(height.value, float):
        return
    pointer = f"{weight.pointer} and {height.pointer}"
    if height.value <= 0:
        return
    concept = reading.vocabulary.concept("bmi")
    raw = weight.value / (height.value / 100.0) ** 2
    bmi = plausible(reading, concept, raw, pointer, raw)
    if bmi is not None:
        time = weight.time
        reading.add("bmi", Observation(bmi, time=time, pointer=pointer))


def _moment(observation: Observation) -> float:
    return float("-inf") if observation.time is None else observation.time.timestamp()
