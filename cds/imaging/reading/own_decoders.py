"""Legal DICOM that pydicom does not decode: deflated frames, and run lengths of single bits.

PS3.5 A.4.13 (Deflated Image Frame Compression) and Annex G (RLE), of BitsAllocated 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from cds.imaging.reading.inflate import RAW, inflate
from cds.imaging.reading.limits import CannotRead

if TYPE_CHECKING:
    from numpy.typing import NDArray

_RLE_HEADER = 64


def deflated_frames(pixels: Any) -> Iterator[NDArray[Any] | str]:
    """Each frame of an image whose frames are deflated one by one; or why not."""
    expected = _frame_bytes(pixels)
    for fragment in _fragments(pixels):
        try:
            # A deflated frame may be padded to an even length.
            yield _native(pixels, inflate(fragment, RAW, expected + 1))
        except CannotRead as refusal:
            yield refusal.reason


def one_bit_rle_frames(pixels: Any) -> Iterator[NDArray[Any] | str]:
    """Each frame of an image of packed single bits compressed by run lengths; or why not."""
    expected = _frame_bytes(pixels)
    for fragment in _fragments(pixels):
        try:
            yield _native(pixels, _run_lengths(fragment, expected))
        except CannotRead as refusal:
            yield refusal.reason


def _fragments(pixels: Any) -> Iterator[bytes]:
    count = int(pixels.NumberOfFrames)
    seen = 0
    for fragment in generate_frames(pixels.PixelData, number_of_frames=count):
        if seen == count:
            return
        seen += 1
        yield fragment
    if seen < count:
        raise CannotRead(f"says {count} frames and holds {seen}")


def _frame_bytes(pixels: Any) -> int:
    bits = pixels.Rows * pixels.Columns * pixels.SamplesPerPixel * pixels.BitsAllocated
    return int(bits + 7) // 8


def _run_lengths(fragment: bytes, expected: int) -> bytes:
    """The one segment of ``fragment`` unpacked (PackBits), no longer than ``expected``."""
    first = int.from_bytes(fragment[4:8], "little")
    if fragment[:4] != b"\x01\x00\x00\x00" or first != _RLE_HEADER:
        raise CannotRead("has a damaged run-length header; expected one segment of single bits")
    unpacked = bytearray()
    at = _RLE_HEADER
    while len(unpacked) < expected and at + 1 < len(fragment):
        control = fragment[at]
        if control < 128:
            unpacked += fragment[at + 1 : at + 2 + control]
            at += 2 + control
        else:
            if control > 128:
                unpacked += fragment[at + 1 : at + 2] * (257 - control)
            at += 1 + (control > 128)
    return bytes(unpacked[:expected])


def _native(pixels: Any, content: bytes) -> NDArray[Any]:
    """One frame of uncompressed bytes, as pydicom shapes it."""
    expected = _frame_bytes(pixels)
    if len(content) < expected:
        raise CannotRead(f"is cut off: {len(content):,} bytes of pixels of {expected:,}")
    frame = Dataset()
    frame.update(pixels)
    frame.NumberOfFrames = 1
    frame.PixelData = content
    frame.file_meta = FileMetaDataset()
    frame.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    image, _ = get_decoder(uid.ExplicitVRLittleEndian).as_array(frame, raw=False)
    return image
