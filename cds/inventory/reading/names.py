"""The name nearest to one that was not found, as a message suggests it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from typing import Final

_LISTED: Final = 8


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` where ``known`` holds something close, else nothing."""
    by_fold = {one.casefold(): one for one in known}
    cutoff = 0.5 if len(name) <= 3 else 0.6
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=cutoff)
    return f"; did you mean '{by_fold[close[0]]}'?" if close else ""


def expected(name: str, known: Collection[str]) -> str:
    """``expected one of A, B; did you mean 'A'?``."""
    if not known:
        return "there are none at all"
    listed = ", ".join(list(known)[:_LISTED])
    if len(known) > _LISTED:
        listed += f" and {len(known) - _LISTED} more"
    return f"expected one of {listed}{did_you_mean(name, known)}"
