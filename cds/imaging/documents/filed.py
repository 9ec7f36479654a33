"""Results together with what their header says of patient and study, for reports without pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cds.imaging.frame import Frame
    from cds.imaging.result import ImageResult

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class Filed:
    """One result; empty strings where the source says nothing (pictures say nothing).

    ``taken``: the day of the study, ISO 8601. ``at_the_detector``: lengths are of a projection's
    detector.
    """

    result: ImageResult
    patient: str = ""
    accession: str = ""
    study: str = ""
    series: str = ""
    instance: str = ""
    modality: str = ""
    body_part: str = ""
    taken: str = ""
    at_the_detector: bool = False


def filed(result: ImageResult, frame: Frame | None) -> Filed:
    """The result with what the frame's header says."""
    if frame is None:
        return Filed(result)
    from cds.imaging.heatmap.illustrate import at_the_detector

    identity, header = frame.identity, frame.header
    return Filed(
        result,
        patient=_text(header, "PatientID"),
        accession=_text(header, "AccessionNumber"),
        study=identity.study,
        series=identity.series,
        instance=identity.instance,
        modality=identity.modality,
        body_part=identity.body_part,
        taken=_day(_text(header, "AcquisitionDate") or _text(header, "StudyDate")),
        at_the_detector=at_the_detector(frame),
    )


def _text(header: Any, name: str) -> str:
    try:
        return "" if header is None else str(header.get(name) or "").strip()
    except Exception:  # pydicom reads values when they are asked for, and raises all kinds
        return ""


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    return "-".join(found.groups()) if found else ""
