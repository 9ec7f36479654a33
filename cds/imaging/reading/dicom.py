"""Reads DICOM: every frame of one file, decoded, with what its header says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from cds.imaging.frame import Frame, GreyScale, Unreadable
from cds.imaging.reading.dataset import parse
from cds.imaging.reading.decode import decoded_frames, encoding_of
from cds.imaging.reading.findings import findings_of, with_geometry
from cds.imaging.reading.header import axes_of, grey_scale_of, identity_of, spacing_of
from cds.imaging.reading.limits import CannotRead, ReadLimits

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_dicom(
    name: str, data: bytes, limits: ReadLimits, *, isolated: bool
) -> Iterator[Frame | Unreadable]:
    """The frames of one file in order; one that is damaged is said, and the rest go on.

    Raises CannotRead, and NeedsOwnProcess as ``one_file.read_data`` says.
    """
    header, pixels = parse(data, limits)
    identity = identity_of(header)
    syntax = str(pixels.file_meta.TransferSyntaxUID)
    encoding = encoding_of(syntax)
    count = pixels.NumberOfFrames
    for index, image in enumerate(decoded_frames(pixels, isolated=isolated)):
        if isinstance(image, str):
            yield Unreadable(name, index + 1, image)
            continue
        try:
            stored, photometric, bits = _shown_form(image, pixels)
            grey = GreyScale(bits) if photometric == "RGB" else grey_scale_of(header, index, bits)
        except CannotRead as refusal:
            yield Unreadable(name, index + 1, refusal.reason)
            continue
        row_axis, column_axis = axes_of(header, index)
        frame = Frame(
            source=name,
            number=index + 1,
            stored=stored,
            photometric=photometric,
            grey=grey,
            identity=identity,
            spacing=spacing_of(header, index),
            row_axis=row_axis,
            column_axis=column_axis,
            findings=findings_of(header, syntax, grey),
            kind="dicom",
            header=header,
            encoding=encoding,
            of=count,
        )
        yield replace(frame, findings=with_geometry(frame))


def _shown_form(
    image: NDArray[Any], pixels: Any
) -> tuple[NDArray[Any], Literal["MONOCHROME1", "MONOCHROME2", "RGB"], int]:
    """Pixels as grey or RGB, and how many bits each sample has (0: real numbers)."""
    said = str(pixels.PhotometricInterpretation)
    whole = image.dtype.kind != "f"
    bits = min(int(pixels.BitsStored), 8 * image.dtype.itemsize) if whole else 0
    if said == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        colours: NDArray[Any] = apply_color_lut(image, pixels)[..., :3]
        return colours, "RGB", 8 * colours.dtype.itemsize
    if image.ndim == 3:
        if said == "RGB" or said.startswith("YBR"):
            return image, "RGB", bits
    elif said == "MONOCHROME1":
        return image, "MONOCHROME1", bits
    elif said == "MONOCHROME2":
        return image, "MONOCHROME2", bits
    raise CannotRead(
        f"has the photometric interpretation {said!r}; expected grey, RGB, YBR or PALETTE COLOR"
    )
