"""Reads NIfTI (.nii, .nii.gz): every slice a frame, as stored and with its axes.

NIfTI keeps (x, y, slice[, time]); a slice's rows are y and its columns x. Axes come from the
affine, which counts towards the patient's right, front and head; frames say left, back, head.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import nibabel
import numpy as np

from cds.imaging.frame import Frame, GreyScale, Window
from cds.imaging.reading.inflate import GZIP, inflate
from cds.imaging.reading.limits import CannotRead, ReadLimits

if TYPE_CHECKING:
    from numpy.typing import NDArray

# It has a handler of its own, which writes on stderr.
nibabel.imageglobals.logger.disabled = True

_HEADER_BYTES = 544  # of NIfTI-2, with its extension flag; NIfTI-1 has fewer
_MM = {"mm": 1.0, "meter": 1000.0, "micron": 0.001, "unknown": 1.0}
_COLOURS = (128, 2304)  # data types of RGB and RGBA
_FROM_RAS = np.array([-1.0, -1.0, 1.0])

_NO_ORIENTATION = {
    "no_orientation": "The file does not say how the patient lies; the first axis of its array "
    "was taken for rows."
}


def read_nifti(name: str, data: bytes, limits: ReadLimits) -> Iterator[Frame]:
    """One frame a slice (and time, slices first). Raises CannotRead."""
    image = _opened(data, limits)
    header = image.header
    stored = np.asanyarray(image.dataobj.get_unscaled())
    if stored.dtype.kind == "V":
        colours = np.stack([stored[channel] for channel in ("R", "G", "B")], axis=-1)
        stored = colours
    elif stored.dtype.kind not in "iuf":
        raise CannotRead(f"has values of the type {stored.dtype}; expected whole or real numbers")
    is_colour = stored.ndim > 3 and stored.shape[-1] == 3 and int(header["datatype"]) in _COLOURS
    grey, findings = _grey_scale(image, stored, is_colour)
    known = _says_orientation(image)
    if not known:
        findings.update(_NO_ORIENTATION)
    space = _spacing(header)
    spacing = space if known or space is None else (space[1], space[0])
    column_step, row_step = _axes(image.affine) if known else (None, None)
    slices = stored.reshape((*stored.shape[:2], -1, 3) if is_colour else (*stored.shape[:2], -1))
    count = slices.shape[2]
    for index in range(count):
        plane = slices[:, :, index]
        if known:
            plane = plane.swapaxes(0, 1)
        yield Frame(
            source=name,
            number=index + 1,
            stored=np.ascontiguousarray(plane.astype(plane.dtype.newbyteorder("="))),
            photometric="RGB" if is_colour else "MONOCHROME2",
            grey=grey,
            spacing=spacing,
            row_axis=column_step,
            column_axis=row_step,
            findings=findings,
            kind="nifti",
            encoding=f"NIfTI-{2 if int(header['sizeof_hdr']) == 540 else 1}",
            of=count,
        )


def _opened(data: bytes, limits: ReadLimits) -> Any:
    packed = data[:2] == b"\x1f\x8b"
    start = inflate(data, GZIP, _HEADER_BYTES, stop_at=_HEADER_BYTES) if packed else data
    if start[4:7] == b"n+2" or start[:4] in (b"\x1c\x02\x00\x00", b"\x00\x00\x02\x1c"):
        kind: Any = nibabel.Nifti2Image
    elif start[344:347] == b"n+1":
        kind = nibabel.Nifti1Image
    elif start[344:347] == b"ni1":
        raise CannotRead("is the header of a pair (.hdr and .img); expected one file, .nii")
    else:
        raise CannotRead("is not a NIfTI file: its header lacks the mark n+1 or n+2")
    header = kind.header_class.from_fileobj(_stream(start), check=False)
    shape = tuple(int(extent) for extent in header.get_data_shape())
    if not 2 <= len(shape) <= 5:
        raise CannotRead(f"has {len(shape)} axes; expected 2 to 5")
    limits.check_shape(shape[1], shape[0], math.prod(shape[2:]))
    size = math.prod(shape) * header.get_data_dtype().itemsize
    offset = int(header["vox_offset"])
    needed = size + offset
    if needed > limits.unpacked_bytes or offset < 0:
        raise CannotRead(f"says {needed:,} bytes; at most {limits.unpacked_bytes:,} are read")
    whole = inflate(data, GZIP, limits.unpacked_bytes, stop_at=needed) if packed else data
    if len(whole) < needed:
        raise CannotRead(f"is cut off: {len(whole):,} bytes of {needed:,}")
    return kind.from_bytes(whole)


def _stream(start: bytes) -> Any:
    import io

    return io.BytesIO(start)


def _grey_scale(
    image: Any, stored: NDArray[Any], is_colour: bool
) -> tuple[GreyScale, dict[str, str]]:
    findings: dict[str, str] = {}
    header = image.header
    # Of a file that was read, nibabel keeps these with the data and clears the header's.
    slope, intercept = float(image.dataobj.slope), float(image.dataobj.inter)
    low, high = float(header["cal_min"]), float(header["cal_max"])
    windows: tuple[Window, ...] = ()
    if math.isfinite(low) and math.isfinite(high) and high > low:
        windows = (Window((low + high) / 2, high - low, "LINEAR_EXACT"),)
    whole = stored.dtype.kind in "iu"
    bits = 8 * stored.dtype.itemsize if whole else 0
    if not windows and not is_colour and bits != 8:
        findings["no_window"] = (
            "The header has no window (cal_min, cal_max): grey levels depend on the contract."
        )
    return GreyScale(bits, slope, intercept, windows=windows), findings


def _says_orientation(image: Any) -> bool:
    """Whether the affine was meant: none, or the unit matrix, is what writers leave by default."""
    header = image.header
    if int(header["qform_code"]) == 0 and int(header["sform_code"]) == 0:
        return False
    return not np.array_equal(image.affine, np.eye(4))


def _spacing(header: Any) -> tuple[float, float] | None:
    """Millimetres from row to row (y) and from column to column (x)."""
    unit = _MM.get(header.get_xyzt_units()[0])
    x, y = (float(zoom) for zoom in header.get_zooms()[:2])
    if unit is None or not (0 < x < math.inf and 0 < y < math.inf):
        return None
    return (y * unit, x * unit)


def _axes(
    affine: NDArray[np.float64],
) -> tuple[tuple[float, float, float] | None, tuple[float, float, float] | None]:
    """Unit vectors (left, back, head) of growing x and growing y; None where it has no length."""
    found: list[tuple[float, float, float] | None] = []
    for column in (0, 1):
        vector = affine[:3, column] * _FROM_RAS
        length = float(np.linalg.norm(vector))
        if not (0 < length < math.inf):
            found.append(None)
            continue
        x, y, z = (float(part) for part in vector / length)
        found.append((x, y, z))
    return found[0], found[1]
