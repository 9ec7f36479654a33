"""What each person's fair share of nights, weekends, holidays and hours is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cds.roster.ward.calendar import Calendar
from cds.roster.ward.cover import Demand
from cds.roster.ward.description import Balance, Ward
from cds.roster.ward.people import Settled

CARRIED: Final[Mapping[str, Callable[[Balance], int]]] = {
    "nights": lambda balance: balance.nights,
    "weekends": lambda balance: balance.weekends,
    "holidays": lambda balance: balance.holidays,
    "refused_wishes": lambda balance: balance.refused_wishes,
}
"""What earlier periods leave to later ones."""

Shares = Mapping[str, float]


def fair_shares(
    ward: Ward, calendar: Calendar, staff: Sequence[Settled], demands: Sequence[Demand]
) -> tuple[Shares, ...]:
    """For each of ``staff``: what is shared → how much of it is theirs in this period.

    What the demand asks for is spread over those who may do it, in proportion to
    their contract's hours on the days that they are there, the scarcest skill
    first; who only works nights does as many as the contract's hours give, before
    the others share what is left. Who can do none of it has no share.

    Who has had less than colleagues of the same skills, for the periods and hours
    they worked, makes up for it, and the other way round, by at most one share a
    period.
    """
    weights = [_weight(person, calendar.period.days) for person in staff]
    holidays = frozenset(calendar.holiday_days)
    weekends = calendar.weekends(0, calendar.period.days - 1)
    weekend_of = {day: len(group) for group in weekends for day in group}

    def nights(demand: Demand) -> float:
        return demand.wanted if ward.shifts[demand.shift].night else 0

    def weekend(demand: Demand) -> float:
        return demand.wanted / weekend_of[demand.day] if demand.day in weekend_of else 0

    def holiday(demand: Demand) -> float:
        return demand.wanted if demand.day in holidays else 0

    def hours(demand: Demand) -> float:
        return demand.wanted * ward.shifts[demand.shift].paid_minutes / 60

    amounts = {"nights": nights, "weekends": weekend, "holidays": holiday, "hours": hours}
    spent = [_only_nights(ward, person, calendar.period.days) for person in staff]
    shares = {
        what: _spread(amount, staff, weights, demands, spent if what == "nights" else None)
        for what, amount in amounts.items()
    }
    # That no wish is refused is nobody's due; only the past makes a difference.
    shares["refused_wishes"] = {index: 0.0 for index in range(len(staff)) if weights[index]}
    for what in CARRIED:
        owed = _owed(what, ward, staff)
        for index, share in shares[what].items():
            most = max(share, 1.0)
            shares[what][index] = max(share + min(max(owed[index], -most), most), 0.0)
    return tuple(
        {what: found[index] for what, found in shares.items() if index in found}
        for index in range(len(staff))
    )


def _only_nights(ward: Ward, person: Settled, days: int) -> float:
    """How many nights the contract's hours give to who may work nothing else."""
    if not all(ward.shifts[shift].night for shift in person.allowed):
        return 0.0
    hours = [ward.shifts[shift].paid_minutes / 60 for shift in person.allowed]
    return _weight(person, days) * days / 7 / max(max(hours, default=0.0), 1.0)


def _weight(person: Settled, days: int) -> float:
    there = sum(day not in person.away for day in range(days))
    return person.contract.hours_per_week * there / days


def _spread(
    amount: Callable[[Demand], float],
    staff: Sequence[Settled],
    weights: Sequence[float],
    demands: Sequence[Demand],
    spent: Sequence[float] | None,
) -> dict[int, float]:
    """Index → share, of all who are able; ``spent`` is what some do before it is shared."""
    totals: dict[tuple[int, ...], float] = defaultdict(float)
    for demand in demands:
        able = tuple(
            index
            for index, person in enumerate(staff)
            if weights[index]
            and demand.shift in person.allowed
            and (demand.skill is None or demand.skill in _own(person))
        )
        if able:
            totals[able] += amount(demand)
    shares = [0.0] * len(staff)
    left = list(spent or [0.0] * len(staff))
    for able, total in sorted(totals.items(), key=lambda item: (_sum(weights, item[0]), item[0])):
        for index in able:
            taken = min(left[index], total)
            shares[index] += taken
            left[index] -= taken
            total -= taken
        sharing = [index for index in able if not (spent and spent[index])]
        if sharing:
            _level(shares, weights, sharing, total)
    return {index: shares[index] for able in totals for index in able}


def _level(
    shares: list[float], weights: Sequence[float], able: Sequence[int], total: float
) -> None:
    """Give ``total`` to those of ``able`` who have least for their weight, until they are level."""
    order = sorted(able, key=lambda index: shares[index] / weights[index])
    for count in range(1, len(order) + 1):
        lowest = order[:count]
        height = (total + _sum(shares, lowest)) / _sum(weights, lowest)
        if count == len(order) or height <= shares[order[count]] / weights[order[count]]:
            for index in lowest:
                shares[index] = height * weights[index]
            return


def _owed(what: str, ward: Ward, staff: Sequence[Settled]) -> list[float]:
    """How much less than their part each has had of what colleagues had in earlier periods."""
    owed = [0.0] * len(staff)
    alike: dict[object, list[int]] = defaultdict(list)
    nights = frozenset(index for index, shift in enumerate(ward.shifts) if shift.night)
    for index, person in enumerate(staff):
        balance = ward.balances.get(person.person.name)
        if balance is not None and balance.periods > 0 and person.contract.hours_per_week > 0:
            # Who only works nights, or none, is not measured by those who work both.
            alike[(_own(person), person.allowed & nights, bool(person.allowed - nights))].append(
                index
            )
    for group in alike.values():
        worked = {
            index: staff[index].contract.hours_per_week
            * ward.balances[staff[index].person.name].periods
            for index in group
        }
        had = {index: CARRIED[what](ward.balances[staff[index].person.name]) for index in group}
        for index in group:
            owed[index] = sum(had.values()) * worked[index] / sum(worked.values()) - had[index]
    return owed


def _own(person: Settled) -> frozenset[int]:
    """The skills held, not those stood in for at a cost."""
    if not person.skill_costs:
        return frozenset(person.skills)
    return frozenset(
        skill for skill, cost in zip(person.skills, person.skill_costs, strict=True) if not cost
    )


def _sum(weights: Sequence[float], members: Sequence[int]) -> float:
    return sum(weights[index] for index in members)
