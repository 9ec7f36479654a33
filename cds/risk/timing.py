"""The moment a model speaks about, and whether the record's times allow it to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cds.patient.record import PatientRecord, ReadWarning
from cds.risk.features.record_engine import stay_start
from cds.risk.predictor import Predictor
from cds.vocabulary import Vocabulary

LONGEST_STAY_HOURS = 14 * 24.0
"""Without a recorded stay, how far back its first measurement is looked for."""

LONG_AGO = timedelta(days=1)
"""An hourly model's latest measurement is worth a warning when it is older than this."""

OLD_VALUE = timedelta(days=366)
"""So is any other measurement when it is older than this."""


def anchor_of(record: PatientRecord, predictor: Predictor) -> datetime:
    """The moment from which windows count.

    A model that looks back a few hours speaks about the patient's latest
    measurement: an export that is read the next day is still about that hour.
    """
    if predictor.anchor == "start":
        return stay_start(record, predictor.concepts, LONGEST_STAY_HOURS)
    windowed = _windowed(predictor)
    return max(_times(record, windowed), default=record.as_of) if windowed else record.as_of


def hours_to_wait(record: PatientRecord, predictor: Predictor, start: datetime) -> float:
    """How many hours of the stay are still to come before the model may speak.

    0 for models that need none, and where the record gives no times at all.
    """
    if predictor.anchor != "start" or not _times(record, predictor.concepts):
        return 0.0
    ends = [
        feature.window[1] for feature in predictor.features if isinstance(feature.window, tuple)
    ]
    passed = (record.as_of - start) / timedelta(hours=1)
    return max(max(ends, default=0.0) - passed, 0.0)


def old_values(
    record: PatientRecord,
    predictor: Predictor,
    moment: datetime,
    vocabulary: Vocabulary,
    language: str,
) -> list[ReadWarning]:
    """Doubts about values that are taken as current although they are old."""
    if predictor.anchor == "start":
        return []
    if _windowed(predictor):
        if record.as_of - moment <= LONG_AGO:
            return []
        words = f"speaks about {moment:%F %H:%M}, the time of the latest measurement, not about now"
        return [ReadWarning("", f"{predictor.name}: {words}")]
    old = []
    for name in predictor.concepts:
        concept = vocabulary.get(name)
        seen = record.observations.get(name, ())
        if concept is None or concept.kind != "observation" or not seen or seen[-1].time is None:
            continue
        if record.as_of - seen[-1].time > OLD_VALUE:
            old.append(f"{concept.label(language)} ({seen[-1].time:%F})")
    if not old:
        return []
    return [
        ReadWarning("", f"{predictor.name}: uses values more than a year old: {', '.join(old)}")
    ]


def _windowed(predictor: Predictor) -> list[str]:
    """The concepts that are looked at over some hours only."""
    return [
        feature.concept
        for feature in predictor.features
        if feature.window is not None and feature.concept is not None
    ]


def _times(record: PatientRecord, concepts: Sequence[str]) -> list[datetime]:
    return [
        seen.time
        for concept in concepts
        for seen in record.observations.get(concept, ())
        if seen.time is not None and seen.time <= record.as_of
    ]
