"""A ward as its manager describes it: people, shifts, contracts, needs, wishes, rules.

Read from ``ward.toml`` and the tables beside it; compiled, for a stretch of
days, to a ``Problem``. Everything that a message may have to point at carries
the ``Place`` it was read from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from cds.errors import Place

Value = int | float | str | bool | tuple[str, ...]
"""What a rule's parameter may be."""


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A shift by its clock times; it ends on the next day where ``end <= start``.

    ``paid_minutes`` counts towards contracted hours, ``working_minutes`` towards
    the law's working time (on call at home may count in part or not at all).
    """

    code: str  # "N": what stands in the roster's cells
    name: str
    start: time
    end: time
    paid_minutes: int
    working_minutes: int
    night: bool
    on_call: bool
    colour: str  # "#1f3b73"
    place: Place


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill or grade; ``substitutes`` may stand in for it, at a cost a shift."""

    code: str
    name: str
    substitutes: tuple[tuple[str, int], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One rule of the ward, a contract or a law, before it meets people and dates.

    ``kind`` names an entry of the catalogue of rule kinds, ``parameters`` are
    its own. ``weight`` None: hard. The rule binds people for whom every filter
    given holds (empty: no filter).
    """

    kind: str
    name: str  # unique; stands in costs and explanations
    parameters: Mapping[str, Value]
    weight: int | None
    place: Place
    contracts: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    citation: str = ""  # "Directive 2003/88/EC, Article 3"
    title: Mapping[str, str] = field(default_factory=dict)  # by language, for people


@dataclass(frozen=True, slots=True)
class Contract:
    """Hours and what goes with them; its limits are rule settings too."""

    name: str
    hours_per_week: float
    shifts: frozenset[str]  # the shift codes that may be worked; all where the cell is empty
    rules: tuple[RuleSetting, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on the ward, from ``first_day`` to ``last_day`` where given."""

    name: str
    contract: str
    skills: tuple[str, ...]
    place: Place
    email: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off that must be kept; ``paid_hours_per_day`` counts towards contracted hours.

    ``absent``: nobody planned it. The person was in the roster and cannot come.
    """

    person: str
    first: date
    last: date
    reason: str
    paid_hours_per_day: float | None  # None: contract's weekly hours / 7
    place: Place
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish for (``wanted``) or against working ``shift`` (a code, "any" or "off")."""

    person: str
    day: date
    shift: str
    wanted: bool
    weight: int
    place: Place


@dataclass(frozen=True, slots=True)
class Assigned:
    """A cell fixed by hand: this shift in this skill ("": any), "off", or not this shift."""

    person: str
    day: date
    shift: str
    skill: str
    forbidden: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Need:
    """How many are needed; ``day`` is a date, a weekday name, "holiday" or "daily".

    A date wins over "holiday", that over a weekday, that over "daily". Weekday
    names are English in small letters, "monday". An empty ``skill`` means any.
    """

    day: date | str
    shift: str
    skill: str
    minimum: int
    preferred: int | None
    maximum: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Together:
    """``person`` must be beside one of ``others`` (or apart from all of them)."""

    person: str
    others: tuple[str, ...]
    apart: bool
    weight: int | None
    place: Place
    shifts: frozenset[str] = frozenset()  # empty: on every shift


@dataclass(frozen=True, slots=True)
class Balance:
    """What earlier periods left: for fairness that does not start anew each week."""

    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    refused_wishes: int = 0
    periods: int = 0  # how many periods these figures add up


@dataclass(frozen=True, slots=True)
class Ratio:
    """Staff of ``skill`` for each so many patients, for a forecast of the census.

    ``series`` is the forecast's ``unique_id`` it reads; ``per`` patients need one;
    ``quantile`` is the forecast's column ("mean", "q0.8").
    """

    skill: str
    shift: str
    series: str
    per: float
    quantile: str
    at_least: int
    preferred_quantile: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Ward:
    """All of it. ``worked`` and ``published`` give (person, date) -> (shift code, skill)."""

    name: str
    zone: ZoneInfo
    shifts: tuple[ShiftType, ...]
    skills: tuple[Skill, ...]
    contracts: tuple[Contract, ...]
    people: tuple[Person, ...]
    leave: tuple[Leave, ...]
    wishes: tuple[Wish, ...]
    assigned: tuple[Assigned, ...]
    needs: tuple[Need, ...]
    together: tuple[Together, ...]
    rules: tuple[RuleSetting, ...]  # the ward's own and those of its working-time packs
    ratios: tuple[Ratio, ...]
    weights: Mapping[str, int]  # of cover: "minimum", "preferred", "maximum"; absent: hard
    holidays: frozenset[date]
    weekend: tuple[str, ...]  # weekday names, "saturday"
    worked: Mapping[tuple[str, date], tuple[str, str]]  # last roster; shift "off" where off
    published: Mapping[tuple[str, date], tuple[str, str]]  # days of this period that stay
    published_until: date | None  # minimum notice: up to this day published cells are frozen
    balances: Mapping[str, Balance]
    place: Place
    notice_days: int | None = None  # or: days from today on that are frozen where published
