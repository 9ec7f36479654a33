"""A DICOM file's bytes as a header and, apart from it, what is needed to decode its pixels."""

from __future__ import annotations

import io
from typing import Any

import pydicom
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset

from cds.imaging.reading.header import text, whole
from cds.imaging.reading.inflate import RAW, inflate
from cds.imaging.reading.limits import CannotRead, ReadLimits

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


def parse(data: bytes, limits: ReadLimits) -> tuple[Any, Any]:
    """(header without pixels, what decoders need: group 0028, pixels, transfer syntax).

    Raises CannotRead where it is no DICOM file, holds no image, or one beyond ``limits``.
    """
    whole_dataset = _dataset(data, limits)
    present = [keyword for keyword in _PIXELS if keyword in whole_dataset]
    if not present:
        what = _what(whole_dataset)
        without = " without pixels, or cut off before them" if "Image Storage" in what else ""
        raise CannotRead(f"holds no image: it is {what}{without}")
    pixels = Dataset()
    pixels.update(whole_dataset.group_dataset(0x0028))
    for keyword in (*present[:1], "ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in whole_dataset:
            pixels[keyword] = whole_dataset[keyword]
    pixels.file_meta = FileMetaDataset()
    pixels.file_meta.TransferSyntaxUID = _syntax(whole_dataset)
    for keyword in (*_PIXELS, "ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in whole_dataset:
            del whole_dataset[keyword]
    _check(pixels, limits)
    return whole_dataset, pixels


def _dataset(data: bytes, limits: ReadLimits) -> Any:
    stream = io.BytesIO(data)
    try:
        if data[128:132] == b"DICM":
            meta, at = _meta(data)
            # pydicom would inflate without a bound.
            if text(meta, "TransferSyntaxUID") == uid.DeflatedExplicitVRLittleEndian:
                return _inflated(memoryview(data)[at:], meta, limits)
        return pydicom.dcmread(stream, force=True)
    except InvalidDicomError:
        raise CannotRead("is not a DICOM file") from None
    except EOFError:
        raise CannotRead("is cut off within its header") from None


def _meta(data: bytes) -> tuple[Any, int]:
    """The file meta information and where it ends."""
    stream = io.BytesIO(data)
    stream.seek(132)
    meta = read_dataset(
        stream,
        is_implicit_VR=False,
        is_little_endian=True,
        stop_when=lambda tag, _vr, _length: tag.group != 2,
    )
    return meta, stream.tell()


def _inflated(content: memoryview, meta: Any, limits: ReadLimits) -> Any:
    whole_content = inflate(content, RAW, limits.unpacked_bytes)
    dataset = read_dataset(io.BytesIO(whole_content), is_implicit_VR=False, is_little_endian=True)
    dataset.file_meta = meta
    return dataset


def _syntax(dataset: Any) -> uid.UID:
    said = text(getattr(dataset, "file_meta", Dataset()), "TransferSyntaxUID")
    if said:
        return uid.UID(said)
    implicit, little = dataset.original_encoding
    if not little:
        return uid.ExplicitVRBigEndian
    return uid.ImplicitVRLittleEndian if implicit else uid.ExplicitVRLittleEndian


def _what(dataset: Any) -> str:
    sop_class = text(dataset, "SOPClassUID")
    if not uid.UID(sop_class).is_valid or not sop_class:
        return "no complete DICOM object"
    return f"{uid.UID(sop_class).name} (SOP class {sop_class})"


def _check(pixels: Any, limits: ReadLimits) -> None:
    frames = whole(pixels, "NumberOfFrames", 1) or 1
    pixels.NumberOfFrames = frames
    rows, columns = whole(pixels, "Rows"), whole(pixels, "Columns")
    limits.check_shape(rows, columns, frames)
    samples = whole(pixels, "SamplesPerPixel", 1)
    if samples not in (1, 3):
        raise CannotRead(f"has {samples} samples a pixel; expected 1 (grey) or 3 (colour)")
    pixels.SamplesPerPixel = samples
    allocated = whole(pixels, "BitsAllocated")
    if "BitsStored" not in pixels:
        pixels.BitsStored = allocated
    stored = whole(pixels, "BitsStored")
    if allocated not in (1, 8, 16, 32, 64) or not 1 <= stored <= allocated:
        raise CannotRead(f"says {stored} bits stored of {allocated}; expected 1 to 64, whole bytes")
    pixels.PixelRepresentation = whole(pixels, "PixelRepresentation", 0)
    if not text(pixels, "PhotometricInterpretation"):
        raise CannotRead("lacks PhotometricInterpretation: is white high or low?")
    if rows * columns * samples * frames * allocated > 8 * limits.unpacked_bytes:
        raise CannotRead(
            f"says {frames} frames of {rows} × {columns} pixels; together more than "
            f"{limits.unpacked_bytes:,} bytes"
        )
