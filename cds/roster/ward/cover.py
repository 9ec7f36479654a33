"""How many are needed when: the ward's needs on each date, and the cover they ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cds.errors import InputError, Place
from cds.roster.problem import Cover, Pairing
from cds.roster.ward.calendar import WEEKDAYS, Calendar, full_weekday, shift_index
from cds.roster.ward.description import Need, Together, Ward
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.people import skill_index

PREFERRED_WEIGHT = 10
"""What each one short of the preferred number costs where the ward does not say."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How many are needed on one day in one shift; ``skill`` None: in any skill."""

    day: int
    shift: int
    skill: int | None
    minimum: int
    preferred: int | None
    maximum: int | None
    place: Place

    @property
    def wanted(self) -> int:
        """The number that is aimed at."""
        return max(self.minimum, self.preferred or 0)


def demands_of_needs(ward: Ward, calendar: Calendar) -> tuple[Demand, ...]:
    """The needs that hold on each day: a date's own, else a holiday's, a weekday's, every day's.

    Raises InputError for a shift, skill or day that is not known, and for two
    needs that say the same thing of the same day.
    """
    chosen: dict[tuple[int, int, int], tuple[int, Need]] = {}
    for need in ward.needs:
        shift = _shift(ward, need)
        skill = -1 if need.skill in ("", "any") else skill_index(ward, need.skill, need.place)
        for day in range(calendar.period.days):
            rank = _rank(need, calendar, day)
            if rank is None:
                continue
            key = (day, shift, skill)
            before = chosen.get(key)
            if before is not None and before[0] == rank:
                raise InputError(
                    f"a need for {need.shift} {need.skill} on {need.day} is also at"
                    f" {before[1].place}; expected one of them",
                    need.place,
                )
            if before is None or rank < before[0]:
                chosen[key] = (rank, need)
    return tuple(
        Demand(
            day,
            shift,
            None if skill < 0 else skill,
            need.minimum,
            need.preferred,
            need.maximum,
            need.place,
        )
        for (day, shift, skill), (_, need) in sorted(chosen.items(), key=lambda item: item[0])
    )


def covers(ward: Ward, demands: Sequence[Demand]) -> tuple[Cover, ...]:
    """Cover for each demand: too few and too many are hard unless the ward weighs them."""
    every_skill = frozenset(range(len(ward.skills)))
    rows = []
    for demand in demands:
        shift = ward.shifts[demand.shift].code
        label = shift if demand.skill is None else f"{shift} · {ward.skills[demand.skill].code}"
        skills = every_skill if demand.skill is None else frozenset({demand.skill})
        place, shifts = str(demand.place), frozenset({demand.shift})
        if demand.minimum > 0:
            rows.append(
                Cover(
                    "cover minimum", demand.day, shifts, skills, minimum=demand.minimum,
                    under=ward.weights.get("minimum"), label=label, origin=place,
                )
            )  # fmt: skip
        if demand.preferred is not None and demand.preferred > demand.minimum:
            rows.append(
                Cover(
                    "cover preferred", demand.day, shifts, skills, minimum=demand.preferred,
                    under=ward.weights.get("preferred", PREFERRED_WEIGHT), label=label,
                    origin=place,
                )
            )  # fmt: skip
        if demand.maximum is not None:
            rows.append(
                Cover(
                    "cover maximum", demand.day, shifts, skills, maximum=demand.maximum,
                    over=ward.weights.get("maximum"), label=label, origin=place,
                )
            )  # fmt: skip
    return tuple(rows)


def together(
    ward: Ward, days: int, employees: Mapping[str, int]
) -> tuple[tuple[Cover, ...], tuple[Pairing, ...]]:
    """Who must be beside whom (pairings), and who apart from whom (cover of at most one)."""
    every_skill = frozenset(range(len(ward.skills)))
    apart: list[Cover] = []
    beside: list[Pairing] = []
    codes = shift_index(ward.shifts)
    for entry in ward.together:
        person, *others = (
            _employee(employees, name, entry) for name in (entry.person, *entry.others)
        )
        place = str(entry.place)
        for day in range(days):
            for code in sorted(entry.shifts or codes, key=lambda code: codes.get(code, -1)):
                if code not in codes:
                    raise InputError(
                        f"shift {code!r} is not known; expected {', '.join(codes)}"
                        f"{did_you_mean(code, codes)}",
                        entry.place,
                    )
                shift = codes[code]
                if not entry.apart:
                    beside.append(
                        Pairing(
                            "together", day, shift, person, frozenset(others), entry.weight, place
                        )
                    )
                    continue
                apart += [
                    Cover(
                        "apart", day, frozenset({shift}), every_skill, maximum=1,
                        over=entry.weight, employees=frozenset({person, other}),
                        label=f"{code} · {entry.person} / {name}", origin=place,
                    )
                    for other, name in zip(others, entry.others, strict=True)
                ]  # fmt: skip
    return tuple(apart), tuple(beside)


def _employee(employees: Mapping[str, int], name: str, entry: Together) -> int:
    if name not in employees:
        raise InputError(
            f"{name!r} is nobody on this ward{did_you_mean(name, employees)}", entry.place
        )
    return employees[name]


def _shift(ward: Ward, need: Need) -> int:
    codes = shift_index(ward.shifts)
    if need.shift not in codes:
        raise InputError(
            f"a need for shift {need.shift!r}, which is not known; expected {', '.join(codes)}"
            f"{did_you_mean(need.shift, codes)}",
            need.place,
        )
    return codes[need.shift]


def _rank(need: Need, calendar: Calendar, day: int) -> int | None:
    """How closely the need's day names this one (0: exactly); None where it does not."""
    this = calendar.period.date_of(day)
    if isinstance(need.day, date):
        return 0 if need.day == this else None
    word = full_weekday(need.day)
    if word == "holiday":
        return 1 if this in calendar.holidays else None
    if word == "daily":
        return 3
    if word in WEEKDAYS:
        return 2 if word == calendar.weekday(day) else None
    expected = (*WEEKDAYS, "holiday", "daily")
    raise InputError(
        f"a need's day is {need.day!r}; expected a date, {', '.join(expected)}"
        f"{did_you_mean(word, expected)}",
        need.place,
    )
