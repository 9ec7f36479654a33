"""Cells of a workbook: values that stay text, fills, borders, and counts as formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from cds.roster.sheets.workbook_values import Values

TEXT: Final = "@"  # a typed 1/2 stays 1/2 and becomes no date
TITLE: Final = Font(bold=True, size=14)
HEAD: Final = Font(bold=True)
QUIET: Final = Font(color="FF57606A", size=9)
MIDDLE: Final = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
WEEKEND: Final = PatternFill("solid", fgColor="FFE7E9EC")
HOLIDAY: Final = PatternFill("solid", fgColor="FFF9E1D2")
LEAVE: Final = PatternFill("lightUp", fgColor="FF9AA0A6")
SHORT: Final = PatternFill("solid", fgColor="FFF4B6B6", bgColor="FFF4B6B6")
_LINE = Side(style="hair", color="FF9AA0A6")
THIN: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def framed(colour: str) -> Border:
    """A border that stands out, in ``colour`` (``A61B1B``)."""
    side = Side(style="medium", color=f"FF{colour}")
    return Border(left=side, right=side, top=side, bottom=side)


BROKEN: Final = framed("A61B1B")
REFUSED: Final = framed("C77700")
CHANGED: Final = framed("2467A8")


def put(sheet: Worksheet, row: int, column: int, value: object) -> Cell:
    """Write a value; text stays text even where it starts like a formula."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
        cell.data_type = "s"
    elif value is not None:
        cell.value = value  # type: ignore[assignment]
    return cell


def formula(
    sheet: Worksheet, row: int, column: int, text: str, value: float, values: Values
) -> Cell:
    """Write a formula, without its equals sign; what it comes to is noted in ``values``."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = f"={text}"
    values[sheet.title, cell.coordinate] = value
    return cell


def fill(colour: str) -> PatternFill:
    """A fill for cells that change with what is typed: such fills are read from ``bgColor``."""
    code = colour.removeprefix("#").upper()
    code = code if re.fullmatch("[0-9A-F]{6}", code) else "999999"
    return PatternFill("solid", fgColor=f"FF{code}", bgColor=f"FF{code}")


def when(condition: str, pattern: PatternFill, font: Font | None = None) -> Rule:
    """A format that cells take while ``condition`` (a formula) holds."""
    shown = DifferentialStyle(fill=pattern, font=font)
    return Rule(type="expression", formula=[condition], dxf=shown)


def below(number: int) -> Rule:
    """Red while a cell holds less than ``number``."""
    shown = DifferentialStyle(fill=SHORT)
    return Rule(type="cellIs", operator="lessThan", formula=[str(number)], dxf=shown)


def is_dark(colour: str) -> bool:
    """Whether white letters are read better on ``colour``: its luminance is under 0.18."""
    code = colour.removeprefix("#")
    if not re.fullmatch("[0-9a-fA-F]{6}", code):
        return False
    red, green, blue = ((int(code[at : at + 2], 16) / 255) ** 2.2 for at in (0, 2, 4))
    return bool(0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.18)


def quoted(text: str) -> str:
    """``text`` as a string inside a formula."""
    return '"' + text.replace('"', '""') + '"'


class Counts:
    """Formulas that count who works a shift, as ``N`` or as ``N/RN``.

    A spreadsheet's COUNTIF does not tell ``n`` from ``N``: where codes differ
    by case only, EXACT does the counting.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        folded = [code.casefold() for code in codes]
        self._by_case = len(set(folded)) < len(folded)

    def shift(self, cells: str, code: str) -> str:
        """How many of ``cells`` hold the shift, in any skill."""
        if self._by_case:
            start = f"LEFT({cells},{len(code) + 1})"
            return f"SUMPRODUCT(EXACT({cells},{quoted(code)})+EXACT({start},{quoted(code + '/')}))"
        return (
            f"COUNTIF({cells},{quoted('=' + _plain(code))})"
            f"+COUNTIF({cells},{quoted('=' + _plain(code) + '/*')})"
        )

    def skilled(self, cells: str, code: str, skills: str, skill: str) -> str:
        """How many hold the shift in a skill, told in the cell or the only one beside it."""
        if self._by_case:
            named = f"EXACT({cells},{quoted(f'{code}/{skill}')})"
            only = f"EXACT({cells},{quoted(code)})*EXACT({skills},{quoted(skill)})"
            return f"SUMPRODUCT({named}+{only})"
        return (
            f"COUNTIF({cells},{quoted('=' + _plain(f'{code}/{skill}'))})"
            f"+COUNTIFS({skills},{quoted('=' + _plain(skill))},"
            f"{cells},{quoted('=' + _plain(code))})"
        )


def _plain(code: str) -> str:
    """Without the meaning that ``*``, ``?`` and ``~`` have in a search."""
    return re.sub(r"([*?~])", r"~\1", code)
