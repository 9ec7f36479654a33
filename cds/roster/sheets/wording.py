"""What a writer needs to say things in the reader's language; the caller gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cds.roster.view import BreachLine, CoverRow, Day, RosterView, ShiftLook


class Wording(Protocol):
    """Sentences, dates and names in one language."""

    def say(self, key: str, **values: object) -> str:
        """The sentence ``key`` of rosters with its blanks filled."""

    def label(self, key: str) -> str:
        """The sentence ``key`` as a heading: with a capital."""

    def weekday(self, day: Day) -> str:
        """``Fri``; the day's number where there is no calendar."""

    def day(self, day: Day) -> str:
        """``Fri 8 Jan``."""

    def period(self, days: tuple[Day, ...]) -> str:
        """``Mon 4 Jan – Sun 10 Jan 2027``."""

    def title(self, rule: str, titles: Mapping[str, str]) -> str:
        """What a rule is called."""

    def cover(self, row: CoverRow) -> str:
        """``N, registered nurse``."""

    def breach(self, breach: BreachLine) -> str:
        """One broken rule as a sentence: who, when, what, by which law, at what cost."""

    def shift(self, shift: ShiftLook) -> str:
        """``N Night 21:00-07:00``."""

    def verdict(self, view: RosterView) -> str:
        """Status, cost, proven bound, gap and time in one line."""
