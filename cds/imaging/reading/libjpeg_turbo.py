"""JPEG lossless and 12-bit JPEG by libjpeg-turbo (imagecodecs), as a decoder of pydicom.

Used in the decoding process only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydicom import uid
from pydicom.pixels.decoders.base import get_decoder

from cds.imaging.reading.limits import CannotRead

if TYPE_CHECKING:
    from pydicom.pixels.decoders.base import DecodeRunner

_LABEL = "libjpeg-turbo"
_SYNTAXES = (uid.JPEGLossless, uid.JPEGLosslessSV1, uid.JPEGExtended12Bit)
DECODER_DEPENDENCIES = {syntax: ("imagecodecs",) for syntax in _SYNTAXES}


def is_available(syntax: str) -> bool:
    """Whether ``syntax`` can be decoded here."""
    try:
        import imagecodecs
    except ImportError:
        return False
    return syntax in _SYNTAXES and bool(imagecodecs.JPEG8.available)


def register() -> None:
    """Let pydicom decode with it; raises CannotRead where imagecodecs is not installed."""
    if not is_available(uid.JPEGLossless):
        raise CannotRead(
            "is compressed as JPEG lossless or 12-bit JPEG; install imagecodecs to read it"
        )
    for syntax in _SYNTAXES:
        decoder: Any = get_decoder(syntax)
        if _LABEL not in decoder.available_plugins:
            decoder.add_plugin(_LABEL, (__name__, "decode_frame"))


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """One frame, its samples as they are coded: pydicom converts colours."""
    import imagecodecs

    colours = "RGB" if runner.samples_per_pixel == 3 else "GRAYSCALE"
    image = imagecodecs.jpeg8_decode(source, colorspace=colours, outcolorspace=colours)
    runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", 8 * image.dtype.itemsize)
    content: bytes = image.tobytes()
    return content
