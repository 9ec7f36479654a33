"""Laying out lines of text: widths as a terminal counts them, bars, colours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_COLOURS = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "dim": "2", "bold": "1"}
_EIGHTHS = "▏▎▍▌▋▊▉█"
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "…": "...", "▲": "+", "▼": "-", "─": "-", "°": "deg", "µ": "u"}
    | {"²": "2", "³": "^3", "⁶": "^6", "×": "x", "≤": "<=", "≥": ">=", "·": "|", "↑": "H", "↓": "L"}
    | {"\u00a0": " ", "\u202f": " ", "•": "*", "’": "'"}
)


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the place we write to can show.

    ``columns`` is its width in cells; ``colour`` allows escape codes;
    ``symbols`` allows drawing characters (triangles, blocks, dashes) beyond
    plain letters. Chinese text is written in either case.
    """

    columns: int = 80
    colour: bool = False
    symbols: bool = False

    def paint(self, text: str, *styles: str) -> str:
        """``text`` in the given colours, or as it is where colours are off."""
        if not self.colour or not text:
            return text
        codes = ";".join(_COLOURS[style] for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def plain(self, text: str) -> str:
        """``text`` with drawing characters replaced where they cannot be shown."""
        return text if self.symbols else text.translate(_PLAIN)

    def bar(self, share: float, cells: int) -> str:
        """A bar of ``share`` (0 to 1) of ``cells``; anything above nothing shows a little."""
        share = min(max(share, 0.0), 1.0)
        if not self.symbols:
            return "#" * max(round(share * cells), 1 if share > 0 else 0)
        eighths = max(round(share * cells * 8), 1 if share > 0 else 0)
        whole, rest = divmod(eighths, 8)
        return "█" * whole + (_EIGHTHS[rest - 1] if rest else "")


def clean(text: object) -> str:
    """``text`` from a file made safe to show: no control or direction-changing characters."""
    return _CONTROL.sub(" ", str(text)).strip()


def cells(text: str) -> int:
    """The number of terminal cells that ``text`` takes: 2 for a Chinese character."""
    if text.isascii():
        return len(text)
    return sum(_character_cells(character) for character in text)


def pad(text: str, width: int, *, right: bool = False) -> str:
    """``text`` filled with spaces to ``width`` cells, on its left where ``right``."""
    gap = " " * max(0, width - cells(text))
    return gap + text if right else text + gap


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken at spaces, or inside Chinese."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if cells(line) + cells(piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        while cells(line.rstrip()) > width:
            cut = _cut(line, width)
            lines.append(line[:cut])
            line = line[cut:]
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


# Punctuation that may not start a line in Chinese typesetting.
_CLOSING = "，。；：、！？）】》”’%"


def _pieces(text: str) -> list[str]:
    """Words with the spaces after them; each wide character alone, closing marks kept on."""
    pieces: list[str] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        start = 0
        for index in range(1, len(word)):
            here, before = word[index], word[index - 1]
            beside_wide = 2 in (_character_cells(here), _character_cells(before))
            if beside_wide and here not in _CLOSING and not here.isspace():
                pieces.append(word[start:index])
                start = index
        pieces.append(word[start:])
    return pieces


def _cut(text: str, width: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += _character_cells(character)
        if used > width:
            return max(index, 1)
    return len(text)


def _character_cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
