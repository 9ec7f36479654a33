"""How nights, weekends, holidays and refused wishes are spread."""

from __future__ import annotations

from collections.abc import Sequence

from cds.roster.view.model import Fairness, Measure, PersonRow
from cds.roster.ward.description import Balance, Ward

_MEASURES: tuple[Measure, ...] = ("nights", "weekends", "holidays", "refused")


def fairness_of(people: Sequence[PersonRow], ward: Ward | None) -> tuple[Fairness, ...]:
    """A line for each burden that anybody carries, among two or more who can carry it.

    Everybody can have a wish refused: who asked for nothing was refused nothing.
    """
    lines = []
    for measure in _MEASURES:
        carriers = [row for row in people if _can_carry(row, measure, ward)]
        amounts = {row.name: _amount(row, measure, ward) for row in carriers}
        if len(amounts) < 2 or not any(amounts.values()):
            continue
        least, most = min(amounts.values()), max(amounts.values())
        lines.append(
            Fairness(
                measure,
                least,
                most,
                sum(amounts.values()) / len(amounts),
                tuple(name for name, amount in amounts.items() if amount == least),
                tuple(name for name, amount in amounts.items() if amount == most),
                any(_earlier(row.name, measure, ward) for row in carriers),
            )
        )
    return tuple(lines)


def _can_carry(row: PersonRow, measure: Measure, ward: Ward | None) -> bool:
    if getattr(row.totals, measure) is None:
        return False
    if measure != "nights" or ward is None:
        return True
    # Nights are shared by those who work both; who only works nights has chosen them.
    allowed = next((c.shifts for c in ward.contracts if c.name == row.group), frozenset())
    kinds = {shift.night for shift in ward.shifts if not allowed or shift.code in allowed}
    return kinds == {True, False}


def _amount(row: PersonRow, measure: Measure, ward: Ward | None) -> int:
    return int(getattr(row.totals, measure)) + _earlier(row.name, measure, ward)


def _earlier(name: str, measure: Measure, ward: Ward | None) -> int:
    balance = ward.balances.get(name, Balance()) if ward else Balance()
    return balance.refused_wishes if measure == "refused" else int(getattr(balance, measure))
