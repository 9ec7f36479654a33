"""What is settled for each person before any rule: employment, leave, fixed cells, wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cds.errors import InputError, Place
from cds.roster.problem import OFF, Options, Unwanted
from cds.roster.ward.calendar import Period, shift_index
from cds.roster.ward.description import Assigned, Contract, Leave, Person, Ward, Wish
from cds.roster.ward.nearest import did_you_mean

LOOK_BACK = 366
"""How many past days may matter to any rule."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is settled for one person; all days count from the period's first."""

    person: Person
    contract: Contract
    allowed: Options
    past: Mapping[int, int]
    frozen: Mapping[int, int]
    away: frozenset[int]
    employed: frozenset[int]
    leave_minutes: Mapping[int, float]
    skills: tuple[int, ...]
    skill_costs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WishCell:
    """A wish in the period: which options on that day grant it."""

    wish: Wish
    employee: int
    day: int
    granted: Options


def settle(ward: Ward, period: Period, person: Person) -> Settled:
    """Everything settled about ``person``; raises InputError where that contradicts itself."""
    contract = contract_of(ward, person)
    employed = frozenset(
        day for day, date in enumerate(period.dates)
        if (person.first_day is None or date >= person.first_day)
        and (person.last_day is None or date <= person.last_day)
    )  # fmt: skip
    leave = _leave_days(ward, period, person)
    past_away = {day for day in leave if day < 0}
    away = past_away | {day for day in range(period.days) if day in leave or day not in employed}
    skills, costs = _skills(ward, person)
    return Settled(
        person=person,
        contract=contract,
        allowed=_allowed(ward, contract),
        past=_past(ward, period, person),
        frozen={
            day: option for day, option in _frozen(ward, period, person).items() if day not in away
        },
        away=frozenset(away),
        employed=employed,
        leave_minutes={
            day: 60.0 * _paid(entry, contract) for day, entry in leave.items() if day in employed
        },
        skills=skills,
        skill_costs=costs,
    )


def contract_of(ward: Ward, person: Person) -> Contract:
    """The person's contract; raises InputError where the ward has none of that name."""
    for contract in ward.contracts:
        if contract.name == person.contract:
            return contract
    names = [contract.name for contract in ward.contracts]
    raise InputError(
        f"contract {person.contract!r} of {person.name} is not known"
        f"; expected {', '.join(names)}{did_you_mean(person.contract, names)}",
        person.place,
    )


def fixed_cells(ward: Ward, settled: Settled, period: Period) -> tuple[Unwanted, ...]:
    """Hard rules that say where the person cannot be otherwise: all but wishes and laws."""
    work = frozenset(range(len(ward.shifts)))
    rules = []
    origin_of = {
        day: str(entry.place) for day, entry in _leave_days(ward, period, settled.person).items()
    }
    for day in range(period.days):
        if day not in settled.employed:
            rules.append(Unwanted("employment", day, work, None, str(settled.person.place)))
        elif day in origin_of:
            rules.append(Unwanted("leave", day, work, None, origin_of[day]))
        elif day in settled.frozen:
            others = (work | {OFF}) - {settled.frozen[day]}
            rules.append(Unwanted("published", day, others, None, "published roster"))
        elif work - settled.allowed:
            refused = work - settled.allowed
            rules.append(Unwanted("contract", day, refused, None, str(settled.contract.place)))
    return (*rules, *_assigned(ward, settled, period))


def wish_cells(ward: Ward, settled: Settled, employee: int, period: Period) -> tuple[WishCell, ...]:
    """The person's wishes for days of the period, published ones too, but for days away."""
    every = frozenset(range(len(ward.shifts))) | {OFF}
    cells = []
    for wish in ward.wishes:
        if wish.person != settled.person.name or wish.day not in period:
            continue
        day = period.day_of(wish.day)
        if day in settled.away:
            continue
        named = _options(ward, wish.shift, wish.place)
        cells.append(WishCell(wish, employee, day, named if wish.wanted else every - named))
    return tuple(cells)


def wish_rules(ward: Ward, cells: tuple[WishCell, ...]) -> tuple[Unwanted, ...]:
    """What it costs not to grant each wish."""
    every = frozenset(range(len(ward.shifts))) | {OFF}
    return tuple(
        Unwanted("wishes", cell.day, every - cell.granted, cell.wish.weight, str(cell.wish.place))
        for cell in cells
        if every - cell.granted
    )


def _assigned(ward: Ward, settled: Settled, period: Period) -> tuple[Unwanted, ...]:
    every = frozenset(range(len(ward.shifts))) | {OFF}
    rules = []
    fixed: dict[int, Assigned] = {}
    for entry in ward.assigned:
        if entry.person != settled.person.name or entry.day not in period:
            continue
        day = period.day_of(entry.day)
        named = _options(ward, entry.shift, entry.place)
        if not entry.forbidden:
            _check_assigned(ward, settled, entry, day, named)
            other = fixed.setdefault(day, entry)
            if other.shift != entry.shift:
                raise InputError(
                    f"{entry.person} has {entry.shift!r} on {entry.day}, and {other.shift!r} at"
                    f" {other.place}; expected one of them",
                    entry.place,
                )
        others = named if entry.forbidden else every - named
        rules.append(Unwanted("assigned", day, others, None, str(entry.place)))
    return tuple(rules)


def _check_assigned(
    ward: Ward, settled: Settled, entry: Assigned, day: int, named: Options
) -> None:
    if named == {OFF}:
        return
    if day in settled.away:
        reason = "on leave" if day in settled.employed else "not employed"
        raise InputError(
            f"{entry.person} is to work {entry.shift!r} on {entry.day} but is {reason} that day",
            entry.place,
        )
    if not named & settled.allowed:
        raise InputError(
            f"{entry.person} is to work {entry.shift!r}, which contract"
            f" {settled.contract.name!r} does not allow ({settled.contract.place})",
            entry.place,
        )
    if entry.skill and skill_index(ward, entry.skill, entry.place) not in settled.skills:
        raise InputError(
            f"{entry.person} is to work in skill {entry.skill!r} but has"
            f" {', '.join(settled.person.skills)}",
            entry.place,
        )


def skill_index(ward: Ward, code: str, place: Place) -> int:
    """The index of a skill; raises InputError where the ward has none such."""
    codes = [skill.code for skill in ward.skills]
    if code not in codes:
        raise InputError(
            f"skill {code!r} is not known; expected {', '.join(codes)}{did_you_mean(code, codes)}",
            place,
        )
    return codes.index(code)


def _options(ward: Ward, word: str, place: Place) -> Options:
    codes = shift_index(ward.shifts)
    if word in codes:
        return frozenset({codes[word]})
    if word.lower() == "off":
        return frozenset({OFF})
    if word.lower() == "any":
        return frozenset(codes.values())
    raise InputError(
        f"shift {word!r} is not known; expected {', '.join(codes)}, any or off"
        f"{did_you_mean(word, codes)}",
        place,
    )


def _allowed(ward: Ward, contract: Contract) -> Options:
    codes = shift_index(ward.shifts)
    for code in sorted(contract.shifts):
        if code not in codes:
            raise InputError(
                f"contract {contract.name!r} allows shift {code!r}, which is not known"
                f"; expected {', '.join(codes)}{did_you_mean(code, codes)}",
                contract.place,
            )
    return frozenset(codes[code] for code in contract.shifts or codes)


def _skills(ward: Ward, person: Person) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The person's own skills, and those they may stand in for at a cost a shift."""
    costs = {skill_index(ward, code, person.place): 0 for code in person.skills}
    for index, skill in enumerate(ward.skills):
        offers = [cost for code, cost in skill.substitutes if code in person.skills]
        if offers and index not in costs:
            costs[index] = min(offers)
    if not costs:
        raise InputError(f"{person.name} has no skill; expected at least one", person.place)
    order = tuple(sorted(costs))
    paid = tuple(costs[index] for index in order)
    return order, paid if any(paid) else ()


def _leave_days(ward: Ward, period: Period, person: Person) -> dict[int, Leave]:
    days: dict[int, Leave] = {}
    for entry in ward.leave:
        if entry.person == person.name:
            first = max(period.day_of(entry.first), -LOOK_BACK)
            last = min(period.day_of(entry.last), period.days - 1)
            days.update(dict.fromkeys(range(first, last + 1), entry))
    return days


def _paid(entry: Leave, contract: Contract) -> float:
    hours = entry.paid_hours_per_day
    return contract.hours_per_week / 7 if hours is None else hours


def _past(ward: Ward, period: Period, person: Person) -> dict[int, int]:
    """Day → option for every day from the first that is known; days between are off."""
    codes = shift_index(ward.shifts)
    found: dict[int, int] = {}
    for cells in (ward.published, ward.worked):  # what was worked wins over what was planned
        for (name, date), (code, _) in cells.items():
            day = period.day_of(date)
            if name == person.name and -LOOK_BACK <= day < 0:
                found[day] = _worked_option(ward, codes, code)
    return {day: found.get(day, OFF) for day in range(min(found, default=0), 0)}


def _frozen(ward: Ward, period: Period, person: Person) -> dict[int, int]:
    if ward.published_until is None:
        return {}
    codes = shift_index(ward.shifts)
    return {
        period.day_of(date): _worked_option(ward, codes, code)
        for (name, date), (code, _) in ward.published.items()
        if name == person.name and date in period and date <= ward.published_until
    }


def _worked_option(ward: Ward, codes: Mapping[str, int], code: str) -> int:
    if code in codes:
        return codes[code]
    if code.lower() in ("off", ""):
        return OFF
    raise InputError(
        f"a worked or published roster has shift {code!r}; expected {', '.join(codes)} or off",
        ward.place,
    )
