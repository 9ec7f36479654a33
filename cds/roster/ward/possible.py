"""Contracts that nobody could keep: found before any roster is looked for."""

from __future__ import annotations

from cds.errors import Place
from cds.roster.ward.description import Contract, RuleSetting, Ward
from cds.roster.ward.fields import Reading

_WEEKLY = {"average_hours": "maximum", "hours_per_week": "maximum"}


def check_contracts(ward: Ward, reading: Reading) -> None:
    """Complains of contracts whose hours their own limits, the ward's or the law's forbid."""
    held = {person.contract for person in ward.people}
    for contract in ward.contracts:
        if contract.name not in held:
            continue
        for rule in (*contract.rules, *ward.rules):
            if rule.weight is None and _binds_all(rule, contract):
                _check_week(contract, rule, reading)
        _check_runs(ward, contract, reading)


def _binds_all(rule: RuleSetting, contract: Contract) -> bool:
    return not (rule.skills or rule.people) and (
        not rule.contracts or contract.name in rule.contracts
    )


def _hours_place(contract: Contract) -> Place:
    return Place(contract.place.source, f"{contract.place.pointer}, column hours_per_week")


def _check_week(contract: Contract, rule: RuleSetting, reading: Reading) -> None:
    most = rule.parameters.get(_WEEKLY.get(rule.kind, ""))
    if isinstance(most, int | float) and contract.hours_per_week > most:
        reading.complaints.add(
            _hours_place(contract),
            f"'{contract.name}' has {contract.hours_per_week:g} h a week, but {rule.name} "
            f"({rule.citation or rule.place}) allows {most:g}; expected hours that may be worked",
        )


def _check_runs(ward: Ward, contract: Contract, reading: Reading) -> None:
    """At most so many shifts, then at least so many days off: is that enough for the hours?"""
    limits = {rule.name: rule.parameters for rule in contract.rules if rule.weight is None}
    longest = max(
        (
            shift.paid_minutes / 60
            for shift in ward.shifts
            if not contract.shifts or shift.code in contract.shifts
        ),
        default=0.0,
    )
    work = limits.get(f"{contract.name}: max_consecutive_shifts", {}).get("maximum")
    rest = limits.get(f"{contract.name}: min_days_off", {}).get("minimum", 1)
    if not isinstance(work, int | float) or not isinstance(rest, int | float):
        return
    most = 7 * longest * work / (work + max(1, rest))
    if contract.hours_per_week > most + 1e-6:
        reading.complaints.add(
            _hours_place(contract),
            f"'{contract.name}' has {contract.hours_per_week:g} h a week, but {work:g} shifts of "
            f"{longest:g} h, then {max(1, rest):g} days off, are {most:.4g} h a week at most",
        )
