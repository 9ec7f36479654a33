"""Windows and the arithmetic both engines share: whole seconds, closed ends, no float drift."""

from __future__ import annotations

from cds.risk.features.declaration import Window

HOUR = 3600
FOREVER = 1 << 52  # seconds; beyond any time a record can hold, exact as a float

# Sums of measured values are rounded to this many parts: the engines add in
# different orders, and equal patients must get equal numbers.
PARTS = 1e9
ROUNDED_BELOW = 1e6


def seconds(hours: float) -> int:
    """Hours as whole seconds."""
    return round(hours * HOUR)


def bounds(window: Window, anchor: str) -> tuple[int, int]:
    """The first and last second, relative to the anchor, that a window takes in."""
    if isinstance(window, tuple):
        return seconds(window[0]), seconds(window[1])
    if anchor == "start":
        return -FOREVER, FOREVER
    return (-FOREVER if window is None else 1 - seconds(window)), 0


def reference(window: Window, anchor: str) -> int:
    """The second from which "time since" counts: the moment, or the window's end."""
    return seconds(window[1]) if anchor == "start" and isinstance(window, tuple) else 0


def stable(value: float) -> float:
    """``value`` rounded to nine decimals (large values are left alone)."""
    return round(value * PARTS) / PARTS if -ROUNDED_BELOW < value < ROUNDED_BELOW else value
