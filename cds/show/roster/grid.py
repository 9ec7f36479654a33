"""The grid of people and days on a terminal: blocks of whole weeks, cells of equal width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cds.roster.view import Cell, CoverCell, CoverRow, Day, PersonRow, RosterView
from cds.show.layout import Terminal, cells, clean, pad
from cds.show.roster.colours import painted
from cds.show.roster.words import RosterWords

_NAME = (8, 20)  # the least and most cells of the column of names
_SHORTENED = 13  # names may be cut to this where the totals then fit beside the grid
_SMALLEST_CELL = 4
_MOST_COVER_ROWS = 20

Column = tuple[str, Callable[[PersonRow], str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """A character after a shift's letter, and the sentence that explains it."""

    sign: str
    key: str
    shown: Callable[[Cell], bool]


# The first that holds is shown: what a manager must see comes first.
MARKS = (
    Mark("#", "broken", lambda cell: cell.broken),
    Mark("!", "wish_refused", lambda cell: cell.wish == "refused"),
    Mark("*", "changed", lambda cell: cell.changed),
    Mark("=", "fixed", lambda cell: cell.fixed),
    Mark("+", "wish_met", lambda cell: cell.wish == "met"),
)


def mark_of(cell: Cell) -> Mark | None:
    """What is special about a cell, the most pressing only."""
    return next((mark for mark in MARKS if mark.shown(cell)), None)


def shown_cover(view: RosterView) -> tuple[list[CoverRow], int]:
    """The rows of cover to show, and how many that are in order are left out."""
    rows = list(view.coverage)
    if len(rows) <= _MOST_COVER_ROWS:
        return rows, 0
    wrong = [row for row in rows if any(cell.short or cell.over for cell in row.cells)]
    shown = wrong[:_MOST_COVER_ROWS]
    return shown, len(rows) - len(wrong)


class Grid:
    """Lays a view out for one terminal."""

    def __init__(
        self,
        view: RosterView,
        words: RosterWords,
        terminal: Terminal,
        columns: Sequence[Column] = (),
    ) -> None:
        self.view = view
        self.words = words
        self.terminal = terminal
        self.cover, self.hidden = shown_cover(view)
        self.name, self.cell = _NAME[0], _SMALLEST_CELL
        # A skill is worth its room only where the whole period is short.
        self.with_skill = not view.anonymous and len(view.days) <= 7
        self._size()
        spare = self.terminal.columns - self.cell * len(view.days)
        spare -= sum(self._width(title, value) for title, value in columns)
        if columns and _NAME[1] > spare >= _SHORTENED and self._told_apart(spare):
            self.name = min(self.name, spare)

    def _told_apart(self, width: int) -> bool:
        names = {self._plain(row.name) for row in self.view.people}
        return len({cut(name, width - 1, self.terminal) for name in names}) == len(names)

    def _size(self) -> None:
        texts = [self._cell_text(row, cell) for row in self.view.people for cell in row.cells]
        texts += [self._cover_text(cell) for row in self.cover for cell in row.cells]
        texts += [self.words.weekday(day) for day in self.view.days]
        self.cell = max(_SMALLEST_CELL, max(map(cells, texts), default=0) + 1)
        labels = [self._plain(row.name) for row in self.view.people]
        labels += [self._plain(self.words.cover(row)) for row in self.cover]
        longest = max(map(cells, labels), default=0)
        room = max(_NAME[0], self.terminal.columns - 7 * self.cell)
        self.name = min(max(longest, _NAME[0]), _NAME[1], room)
        if self.with_skill and self.name + 7 * self.cell > self.terminal.columns:
            self.with_skill = False
            self._size()

    def blocks(self) -> list[list[Day]]:
        """The days in blocks of whole weeks that fit beside the names."""
        fitting = max(1, (self.terminal.columns - self.name) // self.cell)
        if len(self.view.days) <= fitting:
            return [list(self.view.days)]
        weeks: list[list[Day]] = []
        for day in self.view.days:
            starts = day.date.weekday() == 0 if day.date else day.index % 7 == 0
            if not weeks or starts or len(weeks[-1]) == fitting:
                weeks.append([])
            weeks[-1].append(day)
        blocks = [weeks[0]]
        for week in weeks[1:]:
            if len(blocks[-1]) + len(week) <= fitting:
                blocks[-1].extend(week)
            else:
                blocks.append(list(week))
        return blocks

    def block(self, days: Sequence[Day], columns: Sequence[Column] = ()) -> list[str]:
        """Some days of everybody, ``columns`` of totals beside them, and the cover below."""
        widths = [self._width(title, value) for title, value in columns]
        heads = [
            pad(title, width, right=True) for (title, _), width in zip(columns, widths, strict=True)
        ]
        lines = [self._line([self.words.weekday(day) for day in days], days, "".join(heads))]
        if days[0].date:
            numbers = [str(day.date.day) if day.date else "" for day in days]
            lines.append(self._line(numbers, days, ""))
        lines.append(self._rule(days, sum(widths)))
        for row in self.view.people:
            totals = [
                pad(value(row), width, right=True)
                for (_, value), width in zip(columns, widths, strict=True)
            ]
            painted_cells = [self._painted(row, row.cells[day.index]) for day in days]
            lines.append(
                self._named(self._plain(row.name)) + "".join(painted_cells) + "".join(totals)
            )
        if self.cover:
            lines.append(self._rule(days, 0))
        lines += [self._cover_line(row, days) for row in self.cover]
        return [line.rstrip() for line in lines]

    def fits(self, days: Sequence[Day], columns: Sequence[Column]) -> bool:
        """Whether the totals fit beside ``days``."""
        width = sum(self._width(title, value) for title, value in columns)
        return self.name + self.cell * len(days) + width <= self.terminal.columns

    def table(self, columns: Sequence[Column]) -> list[str]:
        """The totals below the grid, as many columns as fit."""
        chosen: list[Column] = []
        for column in columns:
            if self.fits((), [*chosen, column]):
                chosen.append(column)
        widths = [self._width(title, value) for title, value in chosen]
        heads = [pad(t, w, right=True) for (t, _), w in zip(chosen, widths, strict=True)]
        lines = [self.terminal.paint(pad("", self.name) + "".join(heads), "dim")]
        for row in self.view.people:
            amounts = [pad(v(row), w, right=True) for (_, v), w in zip(chosen, widths, strict=True)]
            lines.append((self._named(self._plain(row.name)) + "".join(amounts)).rstrip())
        return lines

    def _plain(self, text: str) -> str:
        return self.terminal.plain(clean(text))

    def _width(self, title: str, value: Callable[[PersonRow], str]) -> int:
        longest = max((cells(value(row)) for row in self.view.people), default=0)
        return max(cells(title), longest) + 1

    def _named(self, name: str) -> str:
        return pad(cut(name, self.name - 1, self.terminal), self.name)

    def _line(self, texts: Sequence[str], days: Sequence[Day], rest: str) -> str:
        parts = [
            self.terminal.paint(pad(text, self.cell), "bold")
            if day.weekend or day.holiday
            else pad(text, self.cell)
            for text, day in zip(texts, days, strict=True)
        ]
        return self._named("") + "".join(parts) + self.terminal.paint(rest, "dim")

    def _rule(self, days: Sequence[Day], rest: int) -> str:
        signs = ("─", "═", "▒") if self.terminal.symbols else ("-", "=", "%")
        strokes = [
            signs[2 if day.holiday else 1 if day.weekend else 0] * (self.cell - 1) + " "
            for day in days
        ]
        head = signs[0] * (self.name - 1) + " "
        return self.terminal.paint(head + "".join(strokes) + signs[0] * rest, "dim")

    def _cell_text(self, row: PersonRow, cell: Cell) -> str:
        mark = mark_of(cell)
        sign = mark.sign if mark else ""
        if not cell.code:
            kind = "absent_mark" if cell.absent else "leave_mark"
            return (self.words.say(kind) if cell.leave is not None else ".") + sign
        skill = f"/{cell.skill}" if self.with_skill and row.names_skill(cell) else ""
        return self._plain(cell.code) + skill + sign

    def _painted(self, row: PersonRow, cell: Cell) -> str:
        words = self._cell_text(row, cell)
        gap = " " * (self.cell - cells(words))
        if not cell.code:
            style = ("red", "bold") if cell.broken or cell.wish == "refused" else ("dim",)
            return self.terminal.paint(words, *style) + gap
        if not self.terminal.colour:
            return words + gap
        return painted(words + gap[1:], self.view.shift(cell.code).colour) + " "

    def _cover_line(self, row: CoverRow, days: Sequence[Day]) -> str:
        needs = {cell.day: cell for cell in row.cells}
        parts = []
        for day in days:
            cell = needs.get(day.index)
            words = pad(self._cover_text(cell) if cell else ".", self.cell)
            if cell and cell.short:
                words = self.terminal.paint(words, "red", "bold")
            elif cell and (cell.wanting or cell.over):
                words = self.terminal.paint(words, "yellow")
            parts.append(words)
        return self._named(self._plain(self.words.cover(row))) + "".join(parts)

    def _cover_text(self, cell: CoverCell) -> str:
        if cell.short:
            return f"{cell.have}<{cell.minimum}"
        if cell.over:
            return f"{cell.have}>{cell.maximum}"
        return f"{cell.have}~{cell.preferred}" if cell.wanting else str(cell.have)


def cut(text: str, width: int, terminal: Terminal) -> str:
    """``text`` cut to ``width`` cells, with a sign that it was cut."""
    if cells(text) <= width:
        return text
    sign = "…" if terminal.symbols else "~"
    while text and cells(text) + 1 > width:
        text = text[:-1]
    return text.rstrip() + sign
