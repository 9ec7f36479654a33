"""One image as it was read: stored pixels and what the file says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Photometric = Literal["MONOCHROME1", "MONOCHROME2", "RGB"]
VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True, slots=True)
class Window:
    """A display window (DICOM PS3.3 C.11.2.1.2), in the units after the modality transform."""

    centre: float
    width: float
    function: VoiFunction = "LINEAR"


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A modality or VOI look-up table: value ``first`` and below give ``values[0]``."""

    first: int
    values: NDArray[np.float64]
    bits: int


@dataclass(frozen=True, slots=True)
class GreyScale:
    """How stored values become the values that are shown (PS3.3 C.7.6.3, C.11).

    ``padding``: stored values from its first to its last are no part of the image.
    """

    bits_stored: int
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""  # "HU" where the modality transform gives Hounsfield units
    modality_table: LookupTable | None = None
    windows: tuple[Window, ...] = ()
    voi_table: LookupTable | None = None
    padding: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What the header says the image is; empty strings where it says nothing.

    ``age``: the patient's in years, None where unsaid.
    """

    modality: str = ""
    body_part: str = ""
    view: str = ""
    laterality: str = ""
    age: float | None = None
    sop_class: str = ""
    study: str = ""
    series: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: ``stored`` is (rows, columns) or (rows, columns, 3), sign applied.

    ``spacing``: mm from row to row and from column to column. ``row_axis`` and ``column_axis``:
    unit vectors in patient coordinates (LPS) of increasing column and row index, where known.
    ``findings`` are what a reader of the result must know (burned-in text, secondary capture,
    lossy compression), as codes with a sentence. ``header``: the DICOM dataset without pixels,
    for results that refer to it; None for pictures. ``number`` counts from 1. ``encoding`` is how
    the file holds its pixels, in words; ``of`` is how many frames, pages or slices it has.
    """

    source: str
    number: int
    stored: NDArray[Any]
    photometric: Photometric
    grey: GreyScale
    identity: Identity = field(default_factory=Identity)
    spacing: tuple[float, float] | None = None
    row_axis: tuple[float, float, float] | None = None
    column_axis: tuple[float, float, float] | None = None
    findings: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["dicom", "picture", "nifti"] = "picture"
    header: Any = None
    encoding: str = ""
    of: int = 1


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file (``number`` 0) or a frame of it that gave no image, and why in one sentence."""

    source: str
    number: int
    reason: str
