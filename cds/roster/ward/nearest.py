"""Which of the known names somebody may have meant; of several that are as near, all."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cds.roster.ward.values import folded

_CODE = 3
"""Up to so many letters it is a code, in which a single slip is the most to be believed."""

_ALIKE, _CODE_ALIKE = 0.6, 0.5
_NAMED = 4


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, ``'x' or 'y'?`` where both are as near, nothing where none is."""
    near = nearest_names(name, known)
    quoted = [f"'{one}'" for one in near]
    listed = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
    return f"; did you mean {listed}?" if near else ""


def nearest_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The names of ``known`` that take the fewest slips to become ``name``, in their order.

    None where nothing is alike, or where so many are that naming them helps nobody.
    """
    asked = folded(name)
    by_fold = {folded(one): one for one in known}
    short = len(asked) <= _CODE
    cutoff = _CODE_ALIKE if short else _ALIKE
    alike = difflib.get_close_matches(asked, list(by_fold), max(len(by_fold), 1), cutoff)
    slips = {one: _slips(asked, one) for one in alike}
    if short:
        slips = {one: n for one, n in slips.items() if n <= 1 or asked in one}
    fewest = min(slips.values(), default=0)
    best = tuple(one for fold, one in by_fold.items() if slips.get(fold) == fewest)
    return best if len(best) <= _NAMED else ()


def _slips(one: str, other: str) -> int:
    """Letters put in, left out, mistaken, or swapped with their neighbour (Damerau, 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
