"""Named values of one row of a table or one section of ``ward.toml``, read with complaints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from cds.errors import Place
from cds.roster.ward import values
from cds.roster.ward.complaints import Complaints
from cds.roster.ward.names import Names
from cds.roster.ward.values import Unreadable

T = TypeVar("T")
N = TypeVar("N", int, float)


@dataclass
class Reading:
    """What all parts of one reading share."""

    complaints: Complaints = field(default_factory=Complaints)
    date_order: str = values.DATE_ORDERS[0]


class Fields:
    """Getters return a value of the asked type, or the default and leave a complaint.

    ``broken`` says that something was complained of: what was read is not to
    be used.
    """

    def __init__(
        self, content: Mapping[str, object], place: Callable[[str], Place], reading: Reading
    ) -> None:
        """``place`` gives where the value of a key stands; of the empty key, the whole."""
        self._content = content
        self._place = place
        self.reading = reading
        self.broken = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key with a value, in the order of the source."""
        return tuple(key for key in self._content if self.has(key))

    def has(self, key: str) -> bool:
        """Whether there is a value that is not empty."""
        return not values.empty(self._content.get(key))

    def raw(self, key: str) -> object:
        """The value as it stands; None where there is none."""
        return self._content.get(key) if self.has(key) else None

    def place(self, key: str = "") -> Place:
        """Where the value stands."""
        return self._place(key)

    def complain(self, key: str, message: str) -> None:
        """Note a problem with the value of ``key``."""
        self.broken = True
        self.reading.complaints.add(self.place(key), message)

    def text(self, key: str, *, required: bool = False) -> str:
        """A text; empty where there is none."""
        return self._get(key, values.text, "a text", required) or ""

    def items(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        return self._get(key, values.items, "a list set off by ;", required) or ()

    def number(
        self, key: str, *, low: float = 0, high: float | None = None, required: bool = False
    ) -> float | None:
        """A number within bounds."""
        found = self._get(key, values.number, "a number", required)
        return self._within(key, found, low, high)

    def whole(
        self, key: str, *, low: float = 0, high: float | None = None, required: bool = False
    ) -> int | None:
        """A whole number within bounds."""
        found = self._get(key, values.whole, "a whole number", required)
        return self._within(key, found, low, high)

    def yes(self, key: str, default: bool = False) -> bool:
        """Yes or no."""
        found = self._get(key, values.yes, "yes or no", False)
        return default if found is None else found

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date."""

        def read(value: object) -> date:
            return values.day(value, self.reading.date_order)

        return self._get(key, read, "a date such as 2026-12-25", required)

    def clock(self, key: str, *, required: bool = False) -> time | None:
        """A time of day."""
        return self._get(key, values.clock, "a time such as 07:30", required)

    def name(self, key: str, names: Names, *, required: bool = True) -> str:
        """One of ``names`` as it is spelled there; empty where there is none."""
        found = self.text(key, required=required)
        return self.known(key, found, names) if found else ""

    def names(self, key: str, names: Names, *, required: bool = False) -> tuple[str, ...]:
        """A list of ``names``, each of them once."""
        found = [self.known(key, one, names) for one in self.items(key, required=required)]
        return tuple(dict.fromkeys(name for name in found if name))

    def known(self, key: str, name: str, names: Names) -> str:
        """The name as it is spelled in ``names``; empty, with a complaint, where it is not."""
        found = names.find(name)
        if found is None:
            self.complain(key, names.unknown(name))
        return found or ""

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of ``choices``."""
        return self.name(key, Names("word", choices), required=False) or default

    def _get(
        self, key: str, read: Callable[[object], T], expected: str, required: bool
    ) -> T | None:
        if not self.has(key):
            if required:
                self.complain(key, f"is empty; expected {expected}")
            return None
        try:
            return read(self._content[key])
        except Unreadable as error:
            self.complain(key, str(error))
            return None

    def _within(self, key: str, found: N | None, low: float, high: float | None) -> N | None:
        if found is None or (found >= low and (high is None or found <= high)):
            return found
        bounds = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
        self.complain(key, f"is {found:g}; expected {bounds}")
        return None
