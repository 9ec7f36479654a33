"""From stored values to the image as displayed, one function a step, in the standard's order.

DICOM PS3.3 C.7.6.3 and C.11: stored values, padding, modality transform, window, MONOCHROME1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cds.imaging.frame import Frame, GreyScale, LookupTable, Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_USUAL_BITS = (8, 10, 12, 14)
_LITTLE = 16  # a range of which less than one in so many is used tells nothing of the image
_TABLE_BYTES = 2  # stored values of at most this size are transformed once each, not pixel by pixel


class CannotPrepare(Exception):
    """The image is not what the contract takes: ``reason`` is one sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def displayed(
    frame: Frame, window: Window | None, *, use_header: bool, steps: list[str]
) -> NDArray[np.float32]:
    """``frame`` as displayed: (rows, columns[, 3]) from 0, black, to 1. Raises CannotPrepare.

    ``window`` comes before the header's; with neither, the full range of the stored bits counts.
    """
    if frame.photometric == "RGB":
        if window is not None:
            raise CannotPrepare("is a colour image; the contract's window is for grey values")
        most = float(2**frame.grey.bits_stored - 1)
        steps.append(f"range: 0 to {most:g} -> 0 to 1 (RGB)")
        colours: NDArray[np.float32] = np.divide(frame.stored, most, dtype=np.float32)
        return colours
    if window is not None and frame.kind == "picture":
        raise CannotPrepare(
            "is a picture, whose values have no unit; the contract's window needs the modality's "
            "(DICOM or NIfTI)"
        )
    with np.errstate(all="ignore"):
        transform = _grey_transform(frame, window, use_header, steps)
        shown = per_stored_value(frame.stored, transform)
    if not np.isfinite(shown).all():
        raise CannotPrepare(
            "gives no numbers for some pixels: its slope, intercept or window is beyond reason"
        )
    return shown


def per_stored_value(
    stored: NDArray[Any], transform: Callable[[Values], Values]
) -> NDArray[np.float32]:
    """``transform`` of each pixel, by way of each possible stored value where those are fewer."""
    size = stored.dtype.itemsize
    possible = 1 << 8 * size
    if stored.dtype.kind not in "iu" or size > _TABLE_BYTES or stored.size < possible:
        return transform(stored.astype(np.float64)).astype(np.float32)
    unsigned = np.dtype(f"u{size}")
    native = np.ascontiguousarray(stored, dtype=stored.dtype.newbyteorder("="))
    every = np.arange(possible, dtype=unsigned).view(native.dtype)
    table = transform(every.astype(np.float64)).astype(np.float32)
    found: NDArray[np.float32] = np.take(table, native.view(unsigned))
    return found


def is_padding(values: Values, padding: tuple[int, int]) -> NDArray[np.bool_]:
    """Which stored values are no part of the image (PS3.3 C.7.5.1.1.2)."""
    return (values >= padding[0]) & (values <= padding[1])


def modality(values: Values, grey: GreyScale) -> Values:
    """Stored values as the modality's (PS3.3 C.11.1): its table, or slope and intercept."""
    if grey.modality_table is not None:
        return looked_up(values, grey.modality_table)
    return values * grey.slope + grey.intercept


def looked_up(values: Values, table: LookupTable) -> Values:
    """What ``table`` has for each value; those beyond its ends get its end (PS3.3 C.11.1.1.1)."""
    at = np.clip(np.rint(values) - table.first, 0, len(table.values) - 1)
    found: Values = table.values[at.astype(np.intp)]
    return found


def through_voi_table(values: Values, table: LookupTable) -> Values:
    """The modality's values shown by a VOI table, 0 to 1 (PS3.3 C.11.2.1.1)."""
    return np.clip(looked_up(values, table) / (2.0**table.bits - 1), 0.0, 1.0)


def windowed(values: Values, window: Window) -> Values:
    """The modality's values shown by a window, 0 to 1 (PS3.3 C.11.2.1.2, C.11.2.1.3)."""
    centre, width = window.centre, window.width
    if window.function == "SIGMOID":
        with np.errstate(over="ignore"):  # far below the window it comes to 1 / infinity
            return 1.0 / (1.0 + np.exp(-4.0 * (values - centre) / width))
    if window.function == "LINEAR_EXACT":
        return np.clip((values - centre) / width + 0.5, 0.0, 1.0)
    if width == 1:
        return np.where(values > centre - 0.5, 1.0, 0.0)
    return np.clip((values - (centre - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)


def full_range(grey: GreyScale, *, signed: bool) -> tuple[float, float]:
    """The least and greatest value that the stored bits can give. Raises CannotPrepare."""
    if grey.bits_stored == 0:
        raise CannotPrepare(
            "has real numbers for pixels and no window; the contract needs one, or the header"
        )
    if grey.modality_table is not None:
        return 0.0, 2.0**grey.modality_table.bits - 1
    least = -(2.0 ** (grey.bits_stored - 1)) if signed else 0.0
    ends = (least, least + 2.0**grey.bits_stored - 1)
    low, high = sorted(end * grey.slope + grey.intercept for end in ends)
    return low, high


def bits_that_suffice(
    stored: NDArray[Any], grey: GreyScale, declared: tuple[float, float]
) -> int | None:
    """How many bits hold the modality's values, where those use little of what is declared.

    Writers often declare 16 bits for values of 8 or 12, with no window. None where more than a
    sixteenth of the declared range is used, and where a value is negative.
    """
    ends = modality(np.array([stored.min(), stored.max()], np.float64), grey)
    if ends.min() < 0 or ends.max() * _LITTLE > declared[1] - declared[0]:
        return None
    return next((bits for bits in _USUAL_BITS if ends.max() < 2**bits), None)


def inverted(values: NDArray[Any]) -> NDArray[Any]:
    """Black for white, of values from 0 to 1."""
    return 1 - values


def _grey_transform(
    frame: Frame, window: Window | None, use_header: bool, steps: list[str]
) -> Callable[[Values], Values]:
    """All steps of grey values as one function of them, and their account in ``steps``."""
    grey = frame.grey
    account, show = _window_step(frame.stored, grey, window, use_header)
    if grey.padding is not None:
        steps.append(f"padding: {grey.padding[0]} to {grey.padding[1]} -> darkest")
    if grey.modality_table is not None:
        steps.append(f"modality: look-up table of {len(grey.modality_table.values)} entries")
    elif (grey.slope, grey.intercept) != (1.0, 0.0) or grey.unit:
        unit = f" -> {grey.unit}" if grey.unit else ""
        steps.append(f"modality: slope {grey.slope:g} intercept {grey.intercept:g}{unit}")
    steps.append(account)
    dark = frame.photometric == "MONOCHROME1"
    if dark:
        steps.append("inverted: MONOCHROME1")

    def transform(values: Values) -> Values:
        result = show(modality(values, grey))
        if dark:
            result = inverted(result)
        if grey.padding is not None:
            result = np.where(is_padding(values, grey.padding), 0.0, result)
        return result

    return transform


def _window_step(
    stored: NDArray[Any], grey: GreyScale, window: Window | None, use_header: bool
) -> tuple[str, Callable[[Values], Values]]:
    origin = "contract"
    table = grey.voi_table if use_header and window is None else None
    if table is not None:
        chosen = table
        return (
            f"window: VOI look-up table of {len(table.values)} entries (header)",
            lambda values: through_voi_table(values, chosen),
        )
    if window is None and use_header and grey.windows:
        window = grey.windows[0]
        origin = "header" if len(grey.windows) == 1 else f"header, 1 of {len(grey.windows)}"
    if window is not None:
        used = window
        return (
            f"window: centre {used.centre:g} width {used.width:g} {used.function} ({origin})",
            lambda values: windowed(values, used),
        )
    low, high = full_range(grey, signed=stored.dtype.kind == "i")
    why = f"no window; all {grey.bits_stored} bits"
    bits = bits_that_suffice(stored, grey, (low, high))
    if bits is not None:
        low, high = 0.0, 2.0**bits - 1
        why += f" would leave it black; its values fit {bits}"
    return (
        f"range: {low:g} to {high:g} -> 0 to 1 ({why})",
        lambda values: np.clip((values - low) / (high - low), 0.0, 1.0),
    )
