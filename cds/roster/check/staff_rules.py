"""What one employee's days break of one rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds.roster.problem import (
    OFF,
    Breach,
    Count,
    Pattern,
    Problem,
    Rule,
    Run,
    Unwanted,
    Weekends,
    Weight,
)


def rule_breaches(
    problem: Problem, employee: int, rule: Rule, row: Sequence[int]
) -> Iterator[Breach]:
    """The breaches of ``rule`` in ``row``, the employee's option on each day.

    Labels are codes, the same in every language: the options worked, with ``-``
    for a day off, or what was counted beside its bound (``7 > 5``).
    """
    match rule:
        case Unwanted():
            return _unwanted(problem, employee, rule, row)
        case Count():
            return _count(employee, rule, row)
        case Run():
            return _runs(employee, rule, row)
        case Pattern():
            return _patterns(problem, employee, rule, row)
        case Weekends():
            return _weekends(employee, rule, row)


def cost_of(amount: int, weight: Weight) -> int | None:
    """The cost of ``amount`` units; None where the rule is hard."""
    return None if weight is None else amount * weight


def codes(problem: Problem, options: Sequence[int]) -> str:
    """Shift codes of ``options``, with ``-`` for a day off."""
    return " ".join("-" if option == OFF else problem.shifts[option] for option in options)


def _unwanted(
    problem: Problem, employee: int, rule: Unwanted, row: Sequence[int]
) -> Iterator[Breach]:
    option = row[rule.day]
    if option in rule.options:
        label = codes(problem, (option,))
        yield Breach(rule.rule, employee, rule.day, 1, rule.weight, rule.origin, label)


def _count(employee: int, rule: Count, row: Sequence[int]) -> Iterator[Breach]:
    amounts = dict(rule.amounts)
    quantity = rule.start + sum(amounts.get(row[day], 0) for day in rule.days)
    day = max(rule.days, default=None)
    if rule.minimum is not None and quantity < rule.minimum:
        yield _short(rule, employee, day, quantity, rule.minimum, rule.under)
    if rule.maximum is not None and quantity > rule.maximum:
        yield _excess(rule, employee, day, quantity, rule.maximum, rule.over)


def _runs(employee: int, rule: Run, row: Sequence[int]) -> Iterator[Breach]:
    length = rule.before or 0  # of the run that reaches this day
    within = 0  # how much of it lies in the horizon
    known = rule.before is not None  # whether we know where the run began
    for day, option in enumerate((*row, None)):
        if option is not None and option in rule.options:
            length += 1
            within += 1
            continue
        last = max(day - 1, 0)
        if rule.maximum is not None and length > rule.maximum and within:
            # What lies before day 0 was paid for then.
            paid = min(within, length - rule.maximum)
            yield Breach(
                rule.rule,
                employee,
                last,
                paid,
                cost_of(paid, rule.over),
                rule.origin,
                f"{length} > {rule.maximum}",
            )
        ended = option is not None and length > 0
        if ended and known and rule.minimum is not None and length < rule.minimum:
            yield _short(rule, employee, last, length, rule.minimum, rule.under)
        length = within = 0
        known = True


def _patterns(
    problem: Problem, employee: int, rule: Pattern, row: Sequence[int]
) -> Iterator[Breach]:
    size = len(rule.steps)
    for start in rule.starts:
        # Most end here, and rosters of a year have many starts: the first step goes first.
        if start < 0 or start + size > len(row) or row[start] not in rule.steps[0]:
            continue
        found = row[start : start + size]
        if all(option in step for option, step in zip(found, rule.steps, strict=True)):
            label = codes(problem, found)
            yield Breach(rule.rule, employee, start + size - 1, 1, rule.weight, rule.origin, label)


def _weekends(employee: int, rule: Weekends, row: Sequence[int]) -> Iterator[Breach]:
    worked = [any(row[day] in rule.options for day in group) for group in rule.groups]
    total = rule.start + sum(worked)
    last = max((day for group in rule.groups for day in group), default=None)
    if rule.minimum is not None and total < rule.minimum:
        yield _short(rule, employee, last, total, rule.minimum, rule.under)
    if rule.maximum is not None and total > rule.maximum:
        yield _excess(rule, employee, last, total, rule.maximum, rule.over)
    yield from _weekends_in_row(employee, rule, worked)


def _weekends_in_row(employee: int, rule: Weekends, worked: Sequence[bool]) -> Iterator[Breach]:
    length = rule.in_row
    for group, works in zip(rule.groups, worked, strict=True):
        day = max(group, default=None)
        if works:
            length += 1
            if rule.maximum_in_row is not None and length > rule.maximum_in_row:
                cost = cost_of(1, rule.over_in_row)
                label = f"{length} > {rule.maximum_in_row}"
                yield Breach(rule.rule, employee, day, 1, cost, rule.origin, label)
            continue
        if rule.minimum_in_row is not None and 0 < length < rule.minimum_in_row:
            yield _short(rule, employee, day, length, rule.minimum_in_row, rule.under_in_row)
        length = 0


def _shown(rule: Count | Run | Weekends, number: int) -> str:
    """The number, in hours where it counts time."""
    if isinstance(rule, Count) and rule.unit_minutes:
        return f"{round(number * rule.unit_minutes / 60, 2):g} h"
    return str(number)


def _short(
    rule: Count | Run | Weekends,
    employee: int,
    day: int | None,
    found: int,
    minimum: int,
    weight: Weight,
) -> Breach:
    amount = minimum - found
    label = f"{_shown(rule, found)} < {_shown(rule, minimum)}"
    return Breach(rule.rule, employee, day, amount, cost_of(amount, weight), rule.origin, label)


def _excess(
    rule: Count | Weekends,
    employee: int,
    day: int | None,
    found: int,
    maximum: int,
    weight: Weight,
) -> Breach:
    amount = found - maximum
    label = f"{_shown(rule, found)} > {_shown(rule, maximum)}"
    return Breach(rule.rule, employee, day, amount, cost_of(amount, weight), rule.origin, label)
