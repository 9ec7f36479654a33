"""Colours of shifts on a terminal and on paper, always with a letter that can be read on them."""

from __future__ import annotations

import re

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_GREY = (153, 153, 153)
_STEPS = (0, 95, 135, 175, 215, 255)  # the levels of the 6 x 6 x 6 cube of 256-colour terminals


def rgb(colour: str) -> tuple[int, int, int]:
    """``#1f3b73`` as red, green, blue from 0 to 255; grey for what is no colour."""
    if not _HEX.fullmatch(colour):
        return _GREY
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexadecimal(colour: str) -> str:
    """``colour`` as ``#rrggbb``, grey for what is no colour: safe inside a style sheet."""
    return "#{:02x}{:02x}{:02x}".format(*rgb(colour))


def dark(colour: str) -> bool:
    """Whether white is easier to read on ``colour`` than black (contrast as WCAG 2.2 has it)."""
    luminance = _luminance(colour)
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05


def painted(text: str, colour: str) -> str:
    """``text`` on ``colour`` with escape codes of a 256-colour terminal."""
    cube = [_step(value) for value in rgb(colour)]
    background = 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    return f"\x1b[38;5;{231 if dark(colour) else 16};48;5;{background}m{text}\x1b[0m"


def _step(value: int) -> int:
    return min(range(6), key=lambda step: abs(_STEPS[step] - value))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(value / 255) for value in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
