"""A rostering problem: who may work what, which rules bind them, what must be covered.

This is the one description that everything else reads: the pricing of column
generation, the CP-SAT model and the independent checker each give it a meaning
of their own, and the three must agree. Every public format and the ward's own
tables are compiled to it. All costs are whole numbers; a weight of ``None``
makes a rule hard.

On every day an employee has one *option*: a shift, by its index in
``Problem.shifts``, or ``OFF``. Who works a shift works it in one *skill* (the
role taken on that shift), by its index in ``Problem.skills``. Days count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

OFF: Final = -1
"""The option of not working."""

Options = frozenset[int]
"""A set of options: shift indexes, and ``OFF``."""

Weight = int | None
"""Cost of each unit of violation; ``None`` for a hard rule."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """An option on a day that costs ``weight``, or is forbidden (``None``).

    Leave, fixed and frozen assignments, wishes for a shift (every other option
    is unwanted) and against one all take this form.
    """

    rule: str
    day: int
    options: Options
    weight: Weight
    origin: str = ""  # where the user wrote it, "leave.csv: line 7"


@dataclass(frozen=True, slots=True)
class Count:
    """Bounds on an amount added up over days: shifts, minutes, nights, days off.

    The quantity is ``start`` + the sum over ``days`` of ``amounts[option]``
    (absent options count 0; amounts are never negative). Each unit under
    ``minimum`` costs ``under``, each unit over ``maximum`` costs ``over``. Where
    the amounts are times, ``unit_minutes`` says how long a unit is, for people.
    """

    rule: str
    days: tuple[int, ...]
    amounts: tuple[tuple[int, int], ...]  # (option, amount)
    minimum: int | None = None
    maximum: int | None = None
    under: Weight = None
    over: Weight = None
    start: int = 0
    origin: str = ""
    unit_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Bounds on the length of runs of consecutive days with one of ``options``.

    A run longer than ``maximum`` costs ``over`` for each day beyond it. A run
    shorter than ``minimum`` costs ``under`` for each day it lacks, when it ends;
    a run still open on the last day has not ended.

    ``before`` is the length of the run that was going on before day 0 and that
    day 0 continues or ends (0: there was none; days of it beyond ``maximum``
    were paid for earlier). With ``None`` nothing is known of the past: a run that
    touches day 0 counts from day 0 for the maximum and is never too short.
    """

    rule: str
    options: Options
    minimum: int | None = None
    maximum: int | None = None
    under: Weight = None
    over: Weight = None
    before: int | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Options on consecutive days that cost ``weight`` each time, or are forbidden.

    It occurs at day ``t`` in ``starts`` where day ``t + i`` has an option of
    ``steps[i]`` for every ``i``; it must lie wholly within the horizon. What
    began before day 0 is given as a shorter pattern that starts on day 0.
    """

    rule: str
    steps: tuple[Options, ...]
    starts: tuple[int, ...]
    weight: Weight
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Weekends:
    """Bounds on weekends worked: how many, and how many in a row.

    ``groups`` are the days of each weekend, in order (any groups of days will
    do). A weekend is worked where any of its days has an option of ``options``.
    Each worked weekend over ``maximum`` (``start`` were worked before) costs
    ``over``, each under ``minimum`` costs ``under``. Of worked weekends in
    succession, each beyond ``maximum_in_row`` costs ``over_in_row``; ``in_row``
    were worked just before the first group. A succession shorter than
    ``minimum_in_row`` costs ``under_in_row`` for each it lacks, when it ends.
    """

    rule: str
    groups: tuple[tuple[int, ...], ...]
    options: Options
    minimum: int | None = None
    maximum: int | None = None
    under: Weight = None
    over: Weight = None
    start: int = 0
    minimum_in_row: int | None = None
    maximum_in_row: int | None = None
    under_in_row: Weight = None
    over_in_row: Weight = None
    in_row: int = 0
    origin: str = ""


Rule = Unwanted | Count | Run | Pattern | Weekends


@dataclass(frozen=True, slots=True)
class Employee:
    """One person: the skills they may work in and the rules that bind them.

    ``skill_costs`` is parallel to ``skills``: what each shift worked in that
    skill costs (a grade standing in for another); its rule is ``skill``.
    """

    name: str
    skills: tuple[int, ...]
    rules: tuple[Rule, ...]
    skill_costs: tuple[int, ...] = ()
    group: str = ""  # contract or ward team, for display


@dataclass(frozen=True, slots=True)
class Cover:
    """Bounds on how many work on a day, in given shifts and skills.

    Counts the assignments on ``day`` whose shift is in ``shifts``, whose skill
    is in ``skills`` and whose employee is in ``employees`` (None: anybody).
    Each one under ``minimum`` costs ``under``, over ``maximum`` costs ``over``.
    A preferred number is a second Cover with its own weight.
    """

    rule: str
    day: int
    shifts: Options
    skills: frozenset[int]
    minimum: int | None = None
    maximum: int | None = None
    under: Weight = None
    over: Weight = None
    employees: frozenset[int] | None = None
    label: str = ""  # what a person calls it: "N, registered nurse"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Pairing:
    """``employee`` works ``shift`` on ``day`` only beside one of ``partners``.

    Costs ``weight`` once where nobody of ``partners`` works that shift that day.
    """

    rule: str
    day: int
    shift: int
    employee: int
    partners: frozenset[int]
    weight: Weight
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a roster must satisfy.

    ``first_date`` is the date of day 0 where there is a calendar.
    """

    name: str
    days: int
    shifts: tuple[str, ...]
    skills: tuple[str, ...]
    employees: tuple[Employee, ...]
    covers: tuple[Cover, ...]
    pairings: tuple[Pairing, ...] = ()
    first_date: date | None = None

    @property
    def every_shift(self) -> Options:
        """All options but ``OFF``."""
        return frozenset(range(len(self.shifts)))

    @property
    def every_skill(self) -> frozenset[int]:
        """All skills."""
        return frozenset(range(len(self.skills)))


@dataclass(frozen=True, slots=True)
class Roster:
    """Who works what: ``shifts[employee][day]`` is an option.

    ``skills[employee][day]`` is the skill worked in, and -1 on a day off.
    """

    shifts: tuple[tuple[int, ...], ...]
    skills: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if len(self.shifts) != len(self.skills):
            raise ValueError("shifts and skills must have a row for each employee")


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken rule: by whom, when, how much, at what cost.

    ``cost`` is None where the rule is hard. ``employee`` is None for cover,
    ``day`` is the day the breach shows (the last of a run or pattern, the last
    counted day of a count) and None where no single day can be named.
    """

    rule: str
    employee: int | None
    day: int | None
    amount: int
    cost: int | None
    origin: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the checker found: every breach, and the sum of the soft ones."""

    breaches: tuple[Breach, ...]
    cost: int = 0
    costs: dict[str, int] = field(default_factory=dict)  # by rule, soft rules only

    @property
    def hard(self) -> tuple[Breach, ...]:
        """The breaches of hard rules."""
        return tuple(breach for breach in self.breaches if breach.cost is None)
