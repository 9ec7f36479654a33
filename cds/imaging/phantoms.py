"""Drawn images that are of nobody: golden vectors that any model folder may carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cds.imaging.frame import Frame, GreyScale

Grey = NDArray[np.uint8]


def phantom_frames() -> tuple[Frame, ...]:
    """Six frames: two trunks, one of them turned about, one in 12 bits, one negative, one colour.

    Between them, a mistake of polarity, range, channels or orientation changes what comes out.
    """
    first, second = trunk(192, 160, 0), trunk(120, 140, 1)
    wide = (first.astype(np.uint16) * 16).astype(np.uint16)
    grey = _frame(first)
    return (
        grey,
        _frame(second),
        _frame(np.ascontiguousarray(first[::-1, ::-1])),
        replace(grey, stored=wide, grey=GreyScale(bits_stored=12)),
        replace(grey, stored=255 - second, photometric="MONOCHROME1"),
        replace(
            grey,
            stored=np.stack([second, second // 2, 255 - second], axis=2),
            photometric="RGB",
        ),
    )


def trunk(rows: int, columns: int, variant: int) -> Grey:
    """A trunk with two dark fields, a bright middle and ribs, drawn with integers' exactness."""
    down = (np.arange(rows)[:, None] + 0.5) / rows - 0.5
    across = (np.arange(columns)[None, :] + 0.5) / columns - 0.5
    body = (down / 0.62) ** 2 + (across / 0.47) ** 2 < 1
    picture = np.where(body, 150.0, 12.0) + np.zeros((rows, columns))
    for side in (-1, 1):
        field = ((down + 0.03) / 0.34) ** 2 + ((across - side * 0.2) / 0.15) ** 2 < 1
        picture[field] = 60.0
    ribs = np.sin(38 * (down + 0.5 * across**2)) > 0.75
    picture += np.where(ribs & body, 28.0, 0.0)
    picture += np.where((np.abs(across) < 0.045) & body, 45.0, 0.0)
    heart = ((down - 0.12) / 0.15) ** 2 + ((across - 0.07) / 0.14) ** 2 < 1
    picture[heart] = 170.0
    if variant:
        spot = ((down - 0.08) / 0.1) ** 2 + ((across + 0.22) / 0.08) ** 2 < 1
        picture[spot] += 70.0
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _frame(stored: Grey) -> Frame:
    return Frame("phantom", 0, stored, "MONOCHROME2", GreyScale(bits_stored=8))
