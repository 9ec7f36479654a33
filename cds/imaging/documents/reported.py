"""Results together with the headers they refer to, ready to become documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset

    from cds.imaging.frame import Frame
    from cds.imaging.result import ImageResult

_REQUIRED: Final = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
)
_EXPECTED: Final = (  # may be empty, may not be missing in what we write
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
_DAYS: Final = re.compile(r"(\d{8})?")
_TEXTS: Final = frozenset(("AE", "AS", "CS", "DA", "LO", "LT", "PN", "SH", "ST", "TM", "UI"))
_SEXES: Final = ("M", "F", "O")
_PIXELS: Final = 0x7FE0
_OVERLAYS_AND_CURVES: Final = (0x6000, 0x5000)


@dataclass(frozen=True, slots=True)
class Reported:
    """One result and its source's header, made fit to be copied from (``referable``).

    ``spacing``: mm from row to row and from column to column, None where not known.
    ``frames``: how many the source has.
    """

    result: ImageResult
    header: Dataset
    spacing: tuple[float, float] | None = None
    frames: int = 1

    @property
    def frame_numbers(self) -> list[int] | None:
        """The frame to refer to, None where the source has but one."""
        return [self.result.frame] if self.frames > 1 else None


def reported(result: ImageResult, frame: Frame | None) -> Reported | str:
    """The result with its header, or in one sentence why no DICOM object can be made of it."""
    if frame is None or frame.header is None:
        return "the source is no DICOM file: it names no patient, no study and no instance"
    missing = [name for name in _REQUIRED if not frame.header.get(name)]
    if missing:
        return f"the source's header has no {missing[0]}"
    return Reported(result, referable(frame.header), frame.spacing, frame.of)


def referable(header: Dataset) -> Dataset:
    """A copy of the header without pixels, overlays and private elements.

    Elements that every DICOM object must have are there, if need be empty; those with values that
    DICOM forbids are emptied, so that no wrong value is copied into a new object.
    """
    from pydicom import Dataset

    copied = Dataset()
    for tag in list(header.keys()):  # not the elements: reading one may raise
        if tag.is_private or tag.group == _PIXELS or tag.group & 0xFF00 in _OVERLAYS_AND_CURVES:
            continue
        try:
            element = deepcopy(header[tag])
        except Exception:  # pydicom reads values when they are asked for, and raises all kinds
            continue
        if _valid(element):
            copied.add(element)
    for name in _EXPECTED:
        if copied.get(name) is None:
            setattr(copied, name, "")
    return copied


def studies(images: Iterable[Reported]) -> Mapping[str, Sequence[Reported]]:
    """Study UID → its images, both in the order they came."""
    found: dict[str, list[Reported]] = {}
    for image in images:
        found.setdefault(str(image.header.StudyInstanceUID), []).append(image)
    return found


def _valid(element: DataElement) -> bool:
    from pydicom.config import RAISE
    from pydicom.valuerep import validate_value

    if element.keyword == "PatientSex":
        return element.value in ("", *_SEXES)
    if element.VR == "DA" and not _DAYS.fullmatch(str(element.value or "")):
        return False  # as before DICOM 3, with points
    values = element.value if element.VM > 1 else [element.value]
    try:
        for value in values if element.VR in _TEXTS else ():
            validate_value(element.VR, value, RAISE)
    except (ValueError, TypeError, OverflowError):
        return False
    return True
