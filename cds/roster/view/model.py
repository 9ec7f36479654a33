"""The parts of a roster as people look at it: plain values, in no language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

WishState = Literal["", "met", "refused"]
Measure = Literal["nights", "weekends", "holidays", "refused"]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the period; ``date`` is None where the problem has no calendar."""

    index: int
    date: date | None
    weekend: bool
    holiday: bool

    @property
    def key(self) -> str:
        """What heads the day's column in a table: the ISO date, else the day's number from 0."""
        return self.date.isoformat() if self.date else str(self.index)


@dataclass(frozen=True, slots=True)
class ShiftLook:
    """A shift as shown; times and minutes are None for public instances, which have none."""

    code: str
    name: str
    colour: str  # "#1f3b73"
    start: time | None = None
    end: time | None = None
    paid_minutes: int | None = None
    night: bool = False


@dataclass(frozen=True, slots=True)
class SkillLook:
    """A skill by its code and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One person on one day.

    ``code`` is the shift, empty on a day off; ``skill`` the skill worked in,
    empty on a day off and where the problem has but one without a name. ``was``
    is the code of the roster before (None: there was none); ``broken`` says
    that a hard rule is broken here, ``absent`` that the leave was not planned.
    """

    day: int
    code: str
    skill: str
    wish: WishState = ""
    leave: str | None = None  # the reason of leave, None where there is none
    fixed: bool = False
    broken: bool = False
    was: str | None = None
    absent: bool = False

    @property
    def changed(self) -> bool:
        """Whether another shift, or none, stood here before."""
        return self.was is not None and self.was != self.code


@dataclass(frozen=True, slots=True)
class Totals:
    """What the period adds up to for one person; None where the problem does not tell."""

    shifts: int
    wishes: int
    refused: int
    paid_minutes: int | None = None  # worked
    leave_minutes: int | None = None  # credited for leave
    contract_minutes: int | None = None  # owed for the days employed
    nights: int | None = None
    weekends: int | None = None
    holidays: int | None = None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: a cell for each day, and the totals.

    ``skills`` are the codes of all that they may work in, ``own`` those in which
    they stand in for nobody.
    """

    name: str
    group: str
    skills: tuple[str, ...]
    cells: tuple[Cell, ...]
    totals: Totals
    own: tuple[str, ...] = ()

    def names_skill(self, cell: Cell) -> bool:
        """Whether a cell must say the skill: it is not the person's only one."""
        return bool(cell.skill) and self.own != (cell.skill,)


@dataclass(frozen=True, slots=True)
class CoverCell:
    """What one day needs and has. ``preferred`` is more than the minimum, or None."""

    day: int
    have: int
    minimum: int | None = None
    preferred: int | None = None
    maximum: int | None = None

    @property
    def short(self) -> int:
        """How many are missing from the minimum."""
        return max(0, (self.minimum or 0) - self.have)

    @property
    def wanting(self) -> int:
        """How many are missing from the preferred number, where the minimum is kept."""
        return 0 if self.short else max(0, (self.preferred or 0) - self.have)

    @property
    def over(self) -> int:
        """How many are above the maximum."""
        return 0 if self.maximum is None else max(0, self.have - self.maximum)


@dataclass(frozen=True, slots=True)
class CoverRow:
    """The cover of some shifts in some skills; ``cells`` has one for each day that has a need.

    ``skills`` is empty where any skill will do.
    """

    shifts: tuple[str, ...]
    skills: tuple[str, ...]
    label: str
    cells: tuple[CoverCell, ...]


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What one rule costs in all, and how often it is broken; None: a hard rule."""

    rule: str
    cost: int | None
    times: int
    titles: Mapping[str, str] = field(default_factory=dict)  # by language


@dataclass(frozen=True, slots=True)
class BreachLine:
    """One broken rule: whose, when, how much, what it costs (None: it must hold), by which law."""

    rule: str
    person: str | None
    day: Day | None
    amount: int
    cost: int | None
    label: str
    citation: str
    origin: str
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fairness:
    """How a burden is spread over those who can carry it.

    ``lowest`` and ``highest`` name who has least and most. Where ``carried``,
    earlier periods are counted too.
    """

    measure: Measure
    least: int
    most: int
    mean: float
    lowest: tuple[str, ...]
    highest: tuple[str, ...]
    carried: bool


@dataclass(frozen=True, slots=True)
class RosterView:
    """Everything the outputs show.

    ``status`` is an Outcome's, or "checked" where a roster was only checked.
    Where there is no roster (``rostered`` is false) the cells are empty.
    ``anonymous`` says that the problem has one skill and no name for it.
    """

    name: str
    first_date: date | None
    zone: ZoneInfo | None
    days: tuple[Day, ...]
    shifts: tuple[ShiftLook, ...]
    skills: tuple[SkillLook, ...]
    anonymous: bool
    people: tuple[PersonRow, ...]
    coverage: tuple[CoverRow, ...]
    costs: tuple[RuleCost, ...]
    breaches: tuple[BreachLine, ...]
    fairness: tuple[Fairness, ...]
    status: str
    rostered: bool
    cost: int | None
    bound: int | None
    gap: float | None
    runtime_s: float
    seed: int | None = None

    def shift(self, code: str) -> ShiftLook:
        """The shift of a code; raises KeyError where there is none."""
        for look in self.shifts:
            if look.code == code:
                return look
        raise KeyError(code)

    @property
    def paid(self) -> tuple[RuleCost, ...]:
        """The rules that cost something or are broken: those that need a look."""
        return tuple(entry for entry in self.costs if entry.cost is None or entry.cost)

    @property
    def hard(self) -> tuple[BreachLine, ...]:
        """The broken rules that must hold."""
        return tuple(breach for breach in self.breaches if breach.cost is None)
