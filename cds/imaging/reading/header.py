"""What a DICOM header says of one frame: identity, grey scale, spacing, direction.

Multi-frame objects keep these in functional groups, per frame or shared (PS3.3 C.7.6.16);
others at the top of the dataset. What is missing or damaged is missing here.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

from cds.imaging.frame import GreyScale, Identity, VoiFunction, Window
from cds.imaging.reading.limits import CannotRead
from cds.imaging.reading.lookup import modality_table, voi_table

_FUNCTIONS: dict[str, VoiFunction] = {
    "": "LINEAR",
    "LINEAR": "LINEAR",
    "LINEAR_EXACT": "LINEAR_EXACT",
    "SIGMOID": "SIGMOID",
}
_SIDES = {
    "L": (1.0, 0.0, 0.0), "R": (-1.0, 0.0, 0.0), "P": (0.0, 1.0, 0.0),
    "A": (0.0, -1.0, 0.0), "H": (0.0, 0.0, 1.0), "F": (0.0, 0.0, -1.0),
}  # fmt: skip
_AGE = re.compile(r"(\d{1,3})([DWMY]?)")
_IN_A_YEAR = {"D": 365.2425, "W": 365.2425 / 7, "M": 12.0, "Y": 1.0}

Vector = tuple[float, float, float]


def whole(header: Any, keyword: str, default: int | None = None) -> int:
    """A whole number of the header; raises CannotRead where it is none or (no default) missing."""
    try:
        value = header.get(keyword)
        if value is None:
            if default is None:
                raise CannotRead(f"lacks {keyword}, without which pixels cannot be read")
            return default
        return int(value)
    except CannotRead:
        raise
    except Exception:
        raise CannotRead(f"{keyword} is damaged; expected a whole number") from None


def text(header: Any, keyword: str) -> str:
    """A text of the header, without spaces at its ends; empty where missing or damaged."""
    try:
        value = header.get(keyword)
    # An element is converted when it is asked for; damaged ones raise nearly anything.
    except Exception:
        return ""
    if value is None:
        return ""
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        value = "\\".join(str(part) for part in value)
    return str(value).strip()


def numbers(header: Any, keyword: str) -> tuple[float, ...]:
    """The finite numbers of an element; empty where missing, or where one is damaged."""
    try:
        value = header.get(keyword)
        if value is None or value == "":
            return ()
        parts = (
            value if hasattr(value, "__iter__") and not isinstance(value, str | bytes) else [value]
        )
        found = tuple(float(part) for part in parts)
    except Exception:
        return ()
    return found if all(map(math.isfinite, found)) else ()


def items(header: Any, keyword: str) -> list[Any]:
    """The items of a sequence; empty where missing or damaged."""
    try:
        value = header.get(keyword)
        return list(value) if value is not None and not isinstance(value, str | bytes) else []
    except Exception:
        return []


def group_of(header: Any, index: int, sequence: str) -> Any:
    """The functional group of frame ``index``; the header itself where it has no groups."""
    per_frame = items(header, "PerFrameFunctionalGroupsSequence")
    shared = items(header, "SharedFunctionalGroupsSequence")
    for groups in (per_frame[index : index + 1], shared[:1]):
        for group in groups:
            found = items(group, sequence)
            if found:
                return found[0]
    return header


def identity_of(header: Any) -> Identity:
    """What the header says the image is."""
    anatomy = items(header, "AnatomicRegionSequence")
    views = items(header, "ViewCodeSequence")
    return Identity(
        modality=text(header, "Modality").upper(),
        body_part=(
            text(header, "BodyPartExamined") or (text(anatomy[0], "CodeMeaning") if anatomy else "")
        ).upper(),
        view=(
            text(header, "ViewPosition") or (text(views[0], "CodeMeaning") if views else "")
        ).upper(),
        laterality=(text(header, "ImageLaterality") or text(header, "Laterality")).upper(),
        age=age_of(header),
        sop_class=text(header, "SOPClassUID"),
        study=text(header, "StudyInstanceUID"),
        series=text(header, "SeriesInstanceUID"),
        instance=text(header, "SOPInstanceUID"),
    )


def age_of(header: Any) -> float | None:
    """The patient's age in years: as said (PS3.5, AS), else from birth to study; None if unsaid.

    Many write a bare number and mean years; it is taken so.
    """
    said = _AGE.fullmatch(text(header, "PatientAge").upper())
    if said is not None:
        return int(said[1]) / _IN_A_YEAR[said[2] or "Y"]
    born, seen = (_day(text(header, name)) for name in ("PatientBirthDate", "StudyDate"))
    if born is None or seen is None or seen < born:
        return None
    return (seen - born).days / _IN_A_YEAR["D"]


def _day(written: str) -> date | None:
    try:
        return datetime.strptime(written, "%Y%m%d").date()
    except ValueError:
        return None


def grey_scale_of(header: Any, index: int, bits_stored: int) -> GreyScale:
    """How stored values of frame ``index`` become what is shown. Raises CannotRead."""
    rescale = group_of(header, index, "PixelValueTransformationSequence")
    slope, intercept = numbers(rescale, "RescaleSlope"), numbers(rescale, "RescaleIntercept")
    if slope and slope[0] == 0:
        raise CannotRead("RescaleSlope is 0: all pixels would be equal")
    signed = whole(header, "PixelRepresentation", 0) == 1
    kind = text(rescale, "RescaleType")
    is_ct = text(header, "Modality").upper() == "CT" and bool(slope)
    voi = group_of(header, index, "FrameVOILUTSequence")
    return GreyScale(
        bits_stored=bits_stored,
        slope=slope[0] if slope else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        unit=(kind or ("HU" if is_ct else "")) if kind != "US" else "",
        modality_table=modality_table(header, signed=signed),
        windows=windows_of(voi),
        voi_table=voi_table(header),
        padding=_padding(header, signed),
    )


def windows_of(header: Any) -> tuple[Window, ...]:
    """The windows that PS3.3 C.11.2.1.2 allows; others are left out."""
    function = _FUNCTIONS.get(text(header, "VOILUTFunction").upper())
    if function is None:
        return ()
    least = 1.0 if function == "LINEAR" else math.ulp(0.0)
    pairs = zip(numbers(header, "WindowCenter"), numbers(header, "WindowWidth"), strict=False)
    return tuple(Window(centre, width, function) for centre, width in pairs if width >= least)


def spacing_of(header: Any, index: int) -> tuple[float, float] | None:
    """Millimetres from row to row and from column to column; None where not known."""
    measures = group_of(header, index, "PixelMeasuresSequence")
    for place, keyword in (
        (measures, "PixelSpacing"),
        (header, "ImagerPixelSpacing"),
        (header, "NominalScannedPixelSpacing"),
    ):
        found = numbers(place, keyword)
        if len(found) == 2 and min(found) > 0:
            return (found[0], found[1])
    return None


def axes_of(header: Any, index: int) -> tuple[Vector | None, Vector | None]:
    """Directions (left, back, head) of growing column and growing row index, where known.

    From ImageOrientationPatient, else, for projections, from the letters of PatientOrientation.
    """
    found = numbers(group_of(header, index, "PlaneOrientationSequence"), "ImageOrientationPatient")
    if len(found) == 6:
        row, column = _unit(found[:3]), _unit(found[3:])
        if row is not None and column is not None:
            return row, column
    letters = text(header, "PatientOrientation").upper().split("\\")
    if len(letters) == 2:
        return _SIDES.get(letters[0][:1]), _SIDES.get(letters[1][:1])
    return None, None


def _unit(vector: tuple[float, ...]) -> Vector | None:
    length = math.hypot(*vector)
    if not 0.5 < length < 2.0:
        return None
    x, y, z = (part / length for part in vector)
    return (x, y, z)


def _padding(header: Any, signed: bool) -> tuple[int, int] | None:
    first = numbers(header, "PixelPaddingValue")
    if not first:
        return None
    last = numbers(header, "PixelPaddingRangeLimit") or first
    bits = whole(header, "BitsAllocated", 16)
    ends = sorted(_with_sign(int(value), bits, signed) for value in (first[0], last[0]))
    return (ends[0], ends[1])


def _with_sign(value: int, bits: int, signed: bool) -> int:
    # Writers often give a negative padding value as the unsigned number of the same bits.
    return value - (1 << bits) if signed and value >= 1 << (bits - 1) else value
