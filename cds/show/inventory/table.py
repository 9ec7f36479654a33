"""A plain table that fits the terminal: text gives way, then columns that can be done without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cds.show.layout import Terminal, cells, clean, pad

_GAP = "  "
_NARROWEST = 8


class Column(NamedTuple):
    """A heading; ``right`` for numbers, ``flexible`` for text that may be cut short.

    ``spare``: left out where there is no room for all, the last of them first.
    """

    title: str
    right: bool = False
    flexible: bool = False
    spare: bool = False


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], terminal: Terminal
) -> list[str]:
    """Heading and rows as lines no wider than the terminal, where the flexible and the spare
    columns allow."""
    shown = [[clean(cell) for cell in row] for row in rows]
    widths = [
        max([cells(column.title), *(cells(row[at]) for row in shown)])
        for at, column in enumerate(columns)
    ]
    kept = _kept(columns, widths, terminal.columns)
    columns = [columns[at] for at in kept]
    widths = [widths[at] for at in kept]
    shown = [[row[at] for at in kept] for row in shown]
    room = terminal.columns - len(_GAP) * (len(columns) - 1)
    while sum(widths) > room:
        flexible = [at for at, column in enumerate(columns) if column.flexible]
        widest = max(flexible, key=lambda at: widths[at], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    titles = [column.title for column in columns]
    return [
        terminal.paint(_line(columns, titles, widths), "bold"),
        *(_line(columns, row, widths) for row in shown),
    ]


def _kept(columns: Sequence[Column], widths: Sequence[int], room: int) -> list[int]:
    """The columns there is room for, when text is cut as short as it may be."""
    kept = list(range(len(columns)))
    for at in reversed(range(len(columns))):
        least = sum(
            min(widths[one], _NARROWEST) if columns[one].flexible else widths[one] for one in kept
        )
        if least + len(_GAP) * (len(kept) - 1) <= room:
            break
        if columns[at].spare:
            kept.remove(at)
    return kept


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, ended by dots where it is cut."""
    if cells(text) <= width:
        return text
    kept = text
    while kept and cells(kept) > width - 2:
        kept = kept[:-1]
    return kept.rstrip() + ".."


def _line(columns: Sequence[Column], row: Sequence[str], widths: Sequence[int]) -> str:
    parts = [
        pad(shortened(cell, width), width, right=column.right)
        for column, cell, width in zip(columns, row, widths, strict=True)
    ]
    return _GAP.join(parts).rstrip()
