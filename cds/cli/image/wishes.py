"""Reads what the flags of ``cds image pack`` hold: lists, pairs, choices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.imaging.frame import Window


def names(text: str | None) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def choice(flag: str, text: str | None, kind: Any) -> Any:
    """One of the strings of the Literal ``kind``, or None."""
    options = get_args(kind)
    if text is not None and text not in options:
        raise InputError(f"{flag} is {text!r}; expected one of {', '.join(options)}")
    return text


def several(flag: str, text: str | None) -> tuple[float, ...] | None:
    """Finite numbers with commas between them, or None."""
    if text is None:
        return None
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(map(math.isfinite, numbers)):
        raise InputError(f"{flag} is {text!r}; expected numbers with commas between them")
    return numbers


def pair(flag: str, text: str | None, between: str = ",") -> tuple[float, float] | None:
    """Two finite numbers, or None."""
    if text is None:
        return None
    numbers = several(flag, text.lower().replace(between, ","))
    if numbers is None or len(numbers) != 2:
        raise InputError(f"{flag} is {text!r}; expected two numbers, such as 0{between}1")
    return numbers[0], numbers[1]


def window_of(text: str | None) -> Window | Any:
    """``header``, ``none``, or a window as centre and width; None where not given."""
    if text is None or text in ("header", "none"):
        return text
    from cds.imaging.frame import Window

    numbers = several("--window", text)
    if numbers is None or len(numbers) != 2 or numbers[1] <= 0:
        raise InputError(
            f"--window is {text!r}; expected header, none, or centre and width such as 40,400"
        )
    return Window(numbers[0], numbers[1])
