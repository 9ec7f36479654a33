"""Colours of maps and regions, made so that a grey print tells the same story.

The ramp's lightness rises evenly (OKLab, https://bottosson.github.io/posts/oklab), its hue turns
from violet by red to yellow.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]

REGIONS: Final[tuple[Colour, ...]] = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
)
"""Of boxes and masks, by label: told apart by colour-blind eyes (Okabe and Ito, 2008)."""

_LIGHTNESS: Final = (0.22, 0.96)
_HUE: Final = (300.0, 465.0)  # degrees; 465 is the yellow at 105
_CHROMA: Final = 0.2


@cache
def ramp() -> NDArray[np.uint8]:
    """256 colours (256, 3) of sRGB, from nothing to most."""
    share = np.linspace(0, 1, 256)
    lightness = _LIGHTNESS[0] + share * (_LIGHTNESS[1] - _LIGHTNESS[0])
    hue = np.radians(_HUE[0] + share * (_HUE[1] - _HUE[0]))
    least, most = np.zeros(256), np.full(256, _CHROMA)
    for _ in range(20):  # as much chroma as a screen has at this lightness and hue
        chroma = (least + most) / 2
        inside = (np.abs(_linear_rgb(lightness, chroma, hue) - 0.5) <= 0.5).all(axis=1)
        least, most = np.where(inside, chroma, least), np.where(inside, most, chroma)
    linear = _linear_rgb(lightness, least, hue)
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours = (255 * encoded).round().astype(np.uint8)
    colours.setflags(write=False)
    return colours


def _linear_rgb(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=1,
    )
