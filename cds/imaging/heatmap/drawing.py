"""Pictures with heat maps, boxes, regions and a scale, as a radiologist looks at them.

A panel is the whole source frame in its true proportions, so that one length is the same
everywhere on it. Letters are Latin: a picture must be the same bytes on every computer, and no
Chinese type is on every computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from cds.imaging.heatmap.colours import REGIONS, Colour, ramp
from cds.imaging.heatmap.grid import enlarged
from cds.imaging.heatmap.mark import MARK

if TYPE_CHECKING:
    from cds.imaging.result import Box, Region

SIDE: Final = 640  # pixels of a panel's longer side
_MARGIN: Final = 10
_LETTERS: Final = 15
_OPACITY: Final = 0.6
_PAPER: Final = (16, 16, 16)
_INK: Final = (240, 240, 240)
_QUIET: Final = (175, 175, 175)
_BAR_LENGTHS: Final = tuple(m * 10.0**e for e in range(-2, 4) for m in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture in the making, and how source pixels lie on it.

    ``across``, ``down``: panel pixels per source column and row. ``millimetre``: panel pixels
    per mm, None where the source's spacing is not known.
    """

    picture: Image.Image
    across: float
    down: float
    millimetre: float | None = None


def panel(
    shown: NDArray[Any], spacing: tuple[float, float] | None = None, side: int = SIDE
) -> Panel:
    """The frame (rows, columns) or (rows, columns, 3), 0 to 255, with ``side`` pixels at most.

    ``spacing``: mm from row to row and from column to column; pixels that are not square are
    drawn in their true shape.
    """
    rows, columns = shown.shape[:2]
    high, wide = (rows, columns) if spacing is None else (rows * spacing[0], columns * spacing[1])
    scale = side / max(high, wide)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    picture = Image.fromarray(np.ascontiguousarray(shown).astype(np.uint8)).convert("RGB")
    smooth = Image.Resampling.BICUBIC if max(rows, columns) < side else Image.Resampling.LANCZOS
    return Panel(
        picture.resize(size, smooth),
        across=size[0] / columns,
        down=size[1] / rows,
        millimetre=None if spacing is None else scale,
    )


def with_heat(base: Panel, heat: NDArray[np.float64]) -> Panel:
    """``base`` under the map (rows, columns) of the source frame; only what speaks for the label.

    Colours begin where the map is above zero and are strongest at its maximum; the line is drawn
    at half of it. NaN is no part of what the model saw and stays uncoloured.
    """
    width, height = base.picture.size
    positive = np.clip(np.nan_to_num(heat, nan=0.0), 0, None)
    fine = _sized(positive, height, width)
    most = float(fine.max())
    if most <= 0:
        return base
    share = fine / most
    colour = ramp()[(255 * share).round().astype(int)].astype(np.float64)
    opacity = (_OPACITY * np.sqrt(share))[..., None]
    under = np.asarray(base.picture, np.float64)
    mixed = (under * (1 - opacity) + colour * opacity).round().astype(np.uint8)
    mixed[_outline(share >= 0.5, 2)] = (0, 0, 0)
    mixed[_outline(share >= 0.5, 1)] = (255, 255, 255)
    return _over(base, Image.fromarray(mixed))


def with_regions(base: Panel, regions: Sequence[Region], labels: Sequence[str]) -> Panel:
    """``base`` with the outline of each region, coloured by its label's place in ``labels``."""
    width, height = base.picture.size
    drawn = np.asarray(base.picture).copy()
    for region in regions:
        mask = _sized(region.mask.astype(np.float64), height, width) >= 0.5
        drawn[_outline(mask, 3)] = (0, 0, 0)
        drawn[_outline(mask, 2)] = _colour(region.label, labels)
    result = _over(base, Image.fromarray(drawn))
    pen = ImageDraw.Draw(result.picture)
    for region in regions:
        rows, columns = np.nonzero(region.mask)
        if rows.size:
            corner = (columns.max() + 1) * base.across + 4, rows.min() * base.down
            size = "" if region.area_mm2 is None else f" {_three(region.area_mm2)} mm2"
            _write(pen, corner, region.label + size, _colour(region.label, labels), base)
    return result


def with_boxes(base: Panel, boxes: Sequence[Box], labels: Sequence[str]) -> Panel:
    """``base`` with each box, its label, score and size in mm where it is known."""
    result = _over(base, base.picture.copy())
    pen = ImageDraw.Draw(result.picture)
    for box in boxes:
        left, top = box.left * base.across, box.top * base.down
        right, bottom = left + box.width * base.across, top + box.height * base.down
        colour = _colour(box.label, labels)
        pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=(0, 0, 0), width=4)
        pen.rectangle((left, top, right, bottom), outline=colour, width=2)
        size = ""
        if box.width_mm is not None and box.height_mm is not None:
            size = f" {_three(box.width_mm)} x {_three(box.height_mm)} mm"
        words = f"{box.label} {100 * box.score:.0f} %{size}"
        _write(pen, (left, max(0.0, top - _LETTERS - 5)), words, colour, base)
    return result


def with_scale(base: Panel) -> Panel:
    """``base`` with a bar of a round length in mm at its lower left; as it is without spacing."""
    if base.millimetre is None:
        return base
    width, height = base.picture.size
    length = max(
        (mm for mm in _BAR_LENGTHS if mm * base.millimetre <= width / 3), default=_BAR_LENGTHS[0]
    )
    result = _over(base, base.picture.copy())
    pen = ImageDraw.Draw(result.picture)
    left, low, span = 12, height - 14, length * base.millimetre
    pen.rectangle((left - 1, low - 1, left + span + 1, low + 5), fill=(0, 0, 0))
    pen.rectangle((left, low, left + span, low + 4), fill=(255, 255, 255))
    _write(pen, (left, low - _LETTERS - 6), f"{_three(length)} mm", (255, 255, 255), base)
    return result


def sheet(panels: Sequence[Panel], lines: Sequence[str], *, heat: bool = False) -> Image.Image:
    """The panels side by side over ``lines`` of text; with the key of the colours where ``heat``.

    The first line is the largest. Without lines there is no word in the picture, on the key
    neither.
    """
    width = sum(p.picture.width for p in panels) + _MARGIN * (len(panels) + 1)
    top = max(p.picture.height for p in panels) + 2 * _MARGIN
    broken = [
        (part, index == 0)
        for index, line in enumerate(lines)
        for part in _broken(_latin(line), _font(index == 0), width - 2 * _MARGIN)
    ]
    key = 30 if heat else 0
    height = top + key + sum(_line_height(large) for _, large in broken) + _MARGIN
    page = Image.new("RGB", (width, height), _PAPER)
    left = _MARGIN
    for each in panels:
        page.paste(each.picture, (left, _MARGIN))
        left += each.picture.width + _MARGIN
    pen = ImageDraw.Draw(page)
    if heat:
        _key(page, pen, top, worded=bool(lines))
    at = top + key
    for part, large in broken:
        pen.text((_MARGIN, at), part, fill=_INK if large else _QUIET, font=_font(large))
        at += _line_height(large)
    return page


def png(picture: Image.Image) -> bytes:
    """``picture`` as a PNG file that says what drew it, the same bytes each time."""
    about = PngInfo()
    about.add_text("Software", MARK)
    stream = BytesIO()
    picture.save(stream, "PNG", pnginfo=about, optimize=False, compress_level=6)
    return stream.getvalue()


def _key(page: Image.Image, pen: ImageDraw.ImageDraw, top: int, *, worded: bool) -> None:
    strip = np.repeat(ramp()[None, :, :], 12, axis=0)
    start = _MARGIN
    if worded:
        words = "looked at least"
        pen.text((_MARGIN, top), words, fill=_QUIET, font=_font(False))
        start += int(pen.textlength(words, font=_font(False))) + 8
        pen.text((start + 264, top), "most; line: half of most", fill=_QUIET, font=_font(False))
    page.paste(Image.fromarray(strip), (start, top + 4))


def _sized(values: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """``values`` in as many cells as the panel has pixels; shrunk by means, not by picking."""
    if rows >= values.shape[0] and columns >= values.shape[1]:
        return enlarged(values, rows, columns)
    picture = Image.fromarray(values.astype(np.float32), mode=None)
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), np.float64)


def _outline(inside: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """The pixels of ``inside`` within ``width`` of its border."""
    kept = inside
    for _ in range(width):
        padded = np.pad(kept, 1, mode="edge")
        kept = kept & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return inside & ~kept


def _write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    colour: Colour,
    base: Panel,
) -> None:
    """Letters with a black edge, kept inside the panel."""
    words, font = _latin(words), _font(False)
    left = max(2.0, min(at[0], base.picture.width - pen.textlength(words, font=font) - 4))
    top = max(0.0, min(at[1], base.picture.height - _LETTERS - 6))
    pen.text((left, top), words, fill=colour, font=font, stroke_width=2, stroke_fill=(0, 0, 0))


def _broken(line: str, font: Any, width: int) -> list[str]:
    parts: list[str] = []
    for word in line.split():
        if parts and font.getlength(f"{parts[-1]} {word}") <= width:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts


def _font(large: bool) -> Any:
    return ImageFont.load_default(_LETTERS + 6 if large else _LETTERS)


def _line_height(large: bool) -> int:
    return (_LETTERS + 6 if large else _LETTERS) + 6


def _latin(words: str) -> str:
    """``words`` in the letters of the built-in type; a question mark for each other one."""
    return "".join(letter if letter.isascii() else "?" for letter in words)


def _colour(label: str, labels: Sequence[str]) -> Colour:
    place = labels.index(label) if label in labels else len(labels)
    return REGIONS[place % len(REGIONS)]


def _over(base: Panel, picture: Image.Image) -> Panel:
    return Panel(picture, base.across, base.down, base.millimetre)


def _three(value: float) -> str:
    """A length or area with three digits at most, whole from a hundred on."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
