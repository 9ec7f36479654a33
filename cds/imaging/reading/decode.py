"""Decodes the frames of a DICOM image, in this process where its decoder is safe there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydicom import uid
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from cds.imaging.reading.codestream import size_said
from cds.imaging.reading.header import whole
from cds.imaging.reading.limits import CannotRead, NeedsOwnProcess
from cds.imaging.reading.one_file import fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_BY_LIBJPEG_TURBO = frozenset({uid.JPEGLossless, uid.JPEGLosslessSV1, uid.JPEGExtended12Bit})
# On damaged data CharLS does not end, and libjpeg-turbo and OpenJPH are little tried.
_APART = (
    _BY_LIBJPEG_TURBO
    | frozenset({uid.HTJ2K, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL})
    | frozenset({uid.JPEGLSLossless, uid.JPEGLSNearLossless})
)
_SLOW_BYTES = 1 << 20  # that the slow decoder of run lengths is used for


def encoding_of(syntax: str) -> str:
    """The transfer syntax in words."""
    if not uid.UID(syntax).is_valid:
        return "a transfer syntax that is no UID"
    name = uid.UID(syntax).name
    return "Deflated Image Frame Compression" if syntax == _DEFLATED_FRAMES else str(name)


def decoded_frames(pixels: Any, *, isolated: bool) -> Iterator[NDArray[Any] | str]:
    """Each frame as (rows, columns) or (rows, columns, 3), RGB, sign applied; or why not.

    ``pixels`` as ``dataset.parse`` gives them. Raises CannotRead where no frame can be decoded.
    """
    syntax = pixels.file_meta.TransferSyntaxUID
    if syntax == _DEFLATED_FRAMES:
        from cds.imaging.reading.own_decoders import deflated_frames

        yield from deflated_frames(pixels)
        return
    if syntax == uid.RLELossless and pixels.BitsAllocated == 1:
        from cds.imaging.reading.own_decoders import one_bit_rle_frames

        yield from one_bit_rle_frames(pixels)
        return
    if not isolated and _needs_own_process(pixels):
        raise NeedsOwnProcess
    if syntax in _BY_LIBJPEG_TURBO:
        from cds.imaging.reading import libjpeg_turbo

        libjpeg_turbo.register()
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise CannotRead(f"is written as {encoding_of(syntax)}, which is not read") from None
    if decoder.is_encapsulated:
        _check_codestreams(pixels)
    else:
        _check_length(pixels)
    # The fast decoder of run lengths panics on damaged ones, and writes on stderr.
    plugin = "pydicom" if syntax == uid.RLELossless and not isolated else ""
    yield from frames_by(decoder, pixels, plugin)


def _needs_own_process(pixels: Any) -> bool:
    syntax = pixels.file_meta.TransferSyntaxUID
    if syntax == uid.RLELossless:
        samples = pixels.Rows * pixels.Columns * pixels.SamplesPerPixel * pixels.NumberOfFrames
        return bool(samples * pixels.BitsAllocated > 8 * _SLOW_BYTES)
    return syntax in _APART


def frames_by(decoder: Any, pixels: Any, plugin: str) -> Iterator[NDArray[Any] | str]:
    """Each frame as pydicom's ``decoder`` gives it; a damaged one does not stop the others."""
    count = int(pixels.NumberOfFrames)
    index = 0
    while index < count:
        # Empty indices mean all of them, read in one pass.
        rest = list(range(index, count)) if index else None
        try:
            for image, _ in decoder.iter_array(
                pixels, indices=rest, raw=False, decoding_plugin=plugin
            ):
                if index == count:
                    return
                index += 1
                yield image
            if index < count:
                raise CannotRead(f"says {count} frames and holds {index}")
        except CannotRead:
            raise
        except Exception as error:
            yield fault(error)
            index += 1


def _check_length(pixels: Any) -> None:
    if "PixelData" not in pixels:
        return
    rows, columns, samples = pixels.Rows, pixels.Columns, pixels.SamplesPerPixel
    count, allocated = int(pixels.NumberOfFrames), pixels.BitsAllocated
    bits = rows * columns * samples * count * allocated
    if pixels.PhotometricInterpretation == "YBR_FULL_422":
        bits = bits * 2 // 3
    expected, found = (bits + 7) // 8, len(pixels.PixelData)
    if found < expected:
        raise CannotRead(f"is cut off: {found:,} bytes of pixels of {expected:,}")


def _check_codestreams(pixels: Any) -> None:
    """Raise CannotRead where a frame's own header says another size than the file's."""
    rows, columns = whole(pixels, "Rows"), whole(pixels, "Columns")
    count = int(pixels.NumberOfFrames)
    frames = generate_frames(pixels.PixelData, number_of_frames=count)
    for seen, frame in enumerate(frames, start=1):
        size = size_said(frame)
        if size is not None and (size.rows, size.columns) != (rows, columns):
            raise CannotRead(
                f"frame {seen} is compressed as {size.rows} × {size.columns} pixels, "
                f"but the header says {rows} × {columns}"
            )
        if seen == count:
            return
