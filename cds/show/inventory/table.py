"""A plain table that fits the terminal: the widest column of text gives way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cds.show.layout import Terminal, cells, clean, pad

_GAP = "  "
_NARROWEST = 8


class Column(NamedTuple):
    """A heading; ``right`` for numbers, ``flexible`` for text that may be cut short."""

    title: str
    right: bool = False
    flexible: bool = False


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], terminal: Terminal
) -> list[str]:
    """Heading and rows as lines no wider than the terminal, where the flexible columns allow."""
    shown = [[clean(cell) for cell in row] for row in rows]
    widths = [
        max([cells(column.title), *(cells(row[at]) for row in shown)])
        for at, column in enumerate(columns)
    ]
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
