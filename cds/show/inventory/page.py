"""What the pages of ``cds inventory`` have in common: heading, notes, long lists."""

from __future__ import annotations

from collections.abc import Sequence

from cds.inventory.description import Pharmacy
from cds.show.inventory.table import Column, table
from cds.show.inventory.words import InventoryWords
from cds.show.layout import Terminal, clean, wrap

_LINES = 25  # of a list that may be long; --all has every one


class Page:
    """Lines of text for one terminal, one after another."""

    def __init__(self, pharmacy: Pharmacy, language: str, terminal: Terminal) -> None:
        self.pharmacy, self.terminal = pharmacy, terminal
        self.words = InventoryWords(language)
        self.lines: list[str] = []
        self.sentence(self.words.heading(pharmacy), "bold")

    def sentence(self, text: str, *styles: str) -> None:
        """A sentence in as many lines as it needs."""
        for line in wrap(self.terminal.plain(clean(text)), self.terminal.columns):
            self.lines.append(self.terminal.paint(line, *styles))

    def blank(self) -> None:
        """An empty line."""
        self.lines.append("")

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, every: bool = True
    ) -> None:
        """A table, of a long one the first rows unless ``every``."""
        shown = rows if every else rows[:_LINES]
        self.lines += table(columns, shown, self.terminal)
        if len(shown) < len(rows):
            self.sentence(self.words.say("more", count=len(rows) - len(shown)), "dim")

    def column(
        self, key: str, *, right: bool = False, flexible: bool = False, spare: bool = False
    ) -> Column:
        """A column with its heading in words."""
        return Column(self.words.say(key), right, flexible, spare)

    def name(self, item: str) -> str:
        """An item's name in the page's language."""
        return self.pharmacy.items[item].label(self.words.language)

    def text(self) -> str:
        """All lines, with what does not count and what this is not, ended by a newline."""
        notes = [*self.words.set_aside(self.pharmacy), self.words.say("support")]
        self.blank()
        for note in notes:
            self.sentence(note, "dim")
        return self.terminal.plain("\n".join(self.lines)) + "\n"
