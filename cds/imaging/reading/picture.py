"""Reads PNG, JPEG and TIFF with Pillow: every page a frame, upright, grey or RGB."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cds.imaging.frame import Frame, GreyScale, Unreadable
from cds.imaging.reading.limits import CannotRead, NeedsOwnProcess, ReadLimits

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORMATS = ("PNG", "JPEG", "TIFF")
_ORIENTATION = 0x0112
_PHOTOMETRIC = 0x0106
_BITS = 0x0102
_WHITE_IS_ZERO = 0
_REDUCED = {"bits_reduced": "Colours of 16 bits were read with 8."}


def read_picture(
    name: str, data: bytes, limits: ReadLimits, *, isolated: bool
) -> Iterator[Frame | Unreadable]:
    """One frame a page; a page that is damaged is said, and the pages after it are read.

    Raises CannotRead, and NeedsOwnProcess as ``one_file.read_data`` says.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            # libtiff writes what it thinks of a damaged file on stderr.
            if not isolated and any(tile[0] == "libtiff" for tile in image.tile):
                raise NeedsOwnProcess
            pages = _pages(image)
            limits.check_shape(image.height, image.width, pages)
            for page in range(pages):
                try:
                    image.seek(page)
                    limits.check_shape(image.height, image.width)
                    frame = _page(name, image, page, pages)
                except CannotRead as refusal:
                    yield Unreadable(name, page + 1, refusal.reason)
                except EOFError:
                    yield Unreadable(name, page + 1, "is cut off before this page")
                    return
                else:
                    if _deep_colours(data) and image.mode != "I;16":
                        frame = replace(frame, findings={**frame.findings, **_REDUCED})
                    yield frame
    except Image.DecompressionBombError:
        raise CannotRead("says more pixels than are read") from None
    except UnidentifiedImageError:
        raise CannotRead(
            "starts like a PNG, JPEG or TIFF file, but its header is damaged"
        ) from None


def _pages(image: Image.Image) -> int:
    # Animated PNG and multi-picture JPEG hold previews; only TIFF has pages.
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def _page(name: str, image: Image.Image, page: int, pages: int) -> Frame:
    findings: dict[str, str] = {}
    if image.format == "JPEG":
        findings["lossy"] = "JPEG compression lost detail."
    tags = getattr(image, "tag_v2", {})
    shown = image
    if image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        shown = ImageOps.exif_transpose(image)
        findings["turned"] = "The file says that the camera was turned; the image was set upright."
    stored, bits = _pixels(shown, findings)
    grey_of_many_bits = stored.ndim == 2 and bits > 8
    if grey_of_many_bits:
        bits = min(bits, *tags.get(_BITS, (bits,)))
    # Pillow turns white-is-zero around, except where there are more than 8 bits.
    inverted = grey_of_many_bits and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    return Frame(
        source=name,
        number=page + 1,
        stored=stored,
        photometric="RGB" if stored.ndim == 3 else "MONOCHROME1" if inverted else "MONOCHROME2",
        grey=GreyScale(bits_stored=bits),
        findings=findings,
        kind="picture",
        encoding=str(image.format),
        of=pages,
    )


def _pixels(image: Image.Image, findings: dict[str, str]) -> tuple[NDArray[Any], int]:
    """The pixels and how many bits each has."""
    mode = image.mode
    if mode == "1":
        findings["one_bit"] = "Pixels are black or white, with no grey."
        return np.array(image.convert("L")), 8
    if mode in ("L", "RGB"):
        if "transparency" in image.info:
            findings["transparent"] = "One colour is marked transparent; this was ignored."
        return np.array(image), 8
    if mode.startswith("I;16") or (mode == "I" and image.format == "PNG"):
        return np.asarray(image).astype(np.uint16), 16
    if mode in ("P", "PA", "RGBA", "LA", "RGBX"):
        return _flattened(image, findings), 8
    if mode in ("CMYK", "YCbCr"):
        findings["colours_converted"] = f"Colours were converted from {mode} to RGB."
        return np.array(image.convert("RGB")), 8
    if mode in ("F", "I"):
        raise CannotRead("has pixels of 32 bits, whose range nothing says; expected 8 or 16 bits")
    raise CannotRead(f"has pixels of the form {mode}, which is not read")


def _flattened(image: Image.Image, findings: dict[str, str]) -> NDArray[Any]:
    """Palette colours looked up; what is transparent shows black behind it."""
    if image.mode in ("P", "PA"):
        findings["palette"] = "Colours were looked up in the file's palette."
    whole = image.convert("RGBA")
    if whole.getchannel("A").getextrema() != (255, 255):
        findings["transparent"] = "Transparent parts were laid on black."
        whole = Image.alpha_composite(Image.new("RGBA", whole.size, (0, 0, 0, 255)), whole)
    colours = np.asarray(whole)[..., :3]
    if (colours[..., :1] == colours[..., 1:]).all():
        return np.ascontiguousarray(colours[..., 0])
    return np.ascontiguousarray(colours)


def _deep_colours(data: bytes) -> bool:
    """Whether a PNG's header says 16 bits a sample."""
    return data[1:4] == b"PNG" and data[24:25] == b"\x10"
