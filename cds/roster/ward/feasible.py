"""Contracts that no roster of one person can meet, found before any solving."""

from __future__ import annotations

from collections.abc import Sequence

from cds.errors import InputError, Place
from cds.roster.problem import OFF, Count, Options, Rule, Unwanted
from cds.roster.ward.description import RuleSetting
from cds.roster.ward.kinds.context import Context

_OF_CONTRACTS = frozenset(
    {"contracted_hours", "hours_per_week", "hours_per_period", "shifts_per_period"}
)


def check_reachable(
    context: Context, rules: Sequence[Rule], made: Sequence[tuple[RuleSetting, Rule]]
) -> None:
    """Raises InputError where the person may work no shift, or no sum meets a hard minimum.

    ``made`` are rules with the settings they come from. Only what each day allows
    is looked at, not how days may follow each other.
    """
    free = _free(context, rules)
    name, contract = context.person.name, context.contract
    there = [day for day in context.days if day not in context.away]
    if there and contract.hours_per_week > 0 and not context.allowed & _lawful(context, rules):
        raise InputError(
            f"contract {contract.name!r} of {name} leaves no shift that may be worked"
            f"; expected at least one of {', '.join(shift.code for shift in context.shifts)}",
            contract.place,
        )
    for setting, rule in made:
        if (
            setting.kind in _OF_CONTRACTS
            and isinstance(rule, Count)
            and rule.minimum is not None
            and rule.under is None
            and not rule.start  # a week that began in the past may be past mending
        ):
            _check_sum(context, setting, rule, free)


def _free(context: Context, rules: Sequence[Rule]) -> tuple[Options, ...]:
    """The options of each day that no hard rule about that day alone forbids."""
    free = [context.every] * context.period.days
    for rule in rules:
        if isinstance(rule, Unwanted) and rule.weight is None:
            free[rule.day] = free[rule.day] - rule.options
    return tuple(free)


def _lawful(context: Context, rules: Sequence[Rule]) -> Options:
    """The shifts that are not forbidden on every day for what they are."""
    forbidden: dict[int, set[int]] = {}
    for rule in rules:
        if isinstance(rule, Unwanted) and rule.weight is None and rule.rule not in _OF_DAYS:
            for option in rule.options:
                forbidden.setdefault(option, set()).add(rule.day)
    return frozenset(
        shift for shift in context.work if len(forbidden.get(shift, ())) < context.period.days
    )


_OF_DAYS = frozenset({"employment", "leave", "published", "assigned"})


def _check_sum(
    context: Context, setting: RuleSetting, rule: Count, free: Sequence[Options]
) -> None:
    amounts = dict(rule.amounts)
    sums = 1  # bit n: a sum of n is possible
    for day in rule.days:
        reached = 0
        for step in {amounts.get(option, 0) for option in free[day]} or {0}:
            reached |= sums << step
        sums = reached
    possible = [value for value in range(sums.bit_length()) if sums >> value & 1]
    minimum = rule.minimum or 0
    maximum = rule.maximum if rule.maximum is not None and rule.over is None else None
    if any(value >= minimum and (maximum is None or value <= maximum) for value in possible):
        return
    unit = _unit(context, setting, rule)
    what = "shifts" if setting.kind == "shifts_per_period" else "h"
    days = sum(free[day] != frozenset({OFF}) for day in rule.days)
    if possible[-1] < minimum:
        asked = f"at least {minimum * unit:.4g} {what}"
        found = f"{possible[-1] * unit:.4g} {what} are the most that its shifts give"
    else:
        # No shift is finer than a unit, so that a narrow band may lie between two of them.
        last = minimum if maximum is None else maximum
        below = max((value for value in possible if value < max(minimum, last + 1)), default=0)
        above = min(value for value in possible if value > min(last, minimum - 1))
        asked = f"more than {below * unit:.4g} and less than {above * unit:.4g} {what}"
        found = "no shifts add up to that; expected a wider tolerance"
    raise InputError(
        f"contract {context.contract.name!r} asks {context.person.name} for {asked}"
        f" ({setting.name}), but on the {days} days that are free {found}",
        _place(context, setting),
    )


def _place(context: Context, setting: RuleSetting) -> Place:
    return setting.place if setting in context.contract.rules else context.contract.place


def _unit(context: Context, setting: RuleSetting, rule: Count) -> float:
    """Hours, or shifts, of one unit of the count."""
    if setting.kind == "shifts_per_period":
        return 1.0
    counting = str(setting.parameters.get("counting", "paid"))
    minutes = context.minutes(counting)
    option, amount = rule.amounts[0]
    return minutes[option] / amount / 60
