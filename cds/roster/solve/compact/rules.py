"""What each rule on one person means to the model.

Runs and successions of weekends are bounded by windows: linear relaxations of
these are far tighter, and searched faster, than those of automata.
"""

from __future__ import annotations

from collections.abc import Sequence

from cds.roster.problem import OFF, Count, Pattern, Run, Unwanted, Weekends, Weight
from cds.roster.solve.compact.builder import Builder, Literal, Sum, negated
from cds.roster.solve.compact.cells import Cells


def add_unwanted(cells: Cells, employee: int, rule: Unwanted) -> None:
    """Charge a soft unwanted option (the hard ones have shaped the cells)."""
    if rule.weight is None or not 0 <= rule.day < cells.problem.days:
        return
    builder = cells.builder
    allowed = cells.allowed[employee][rule.day]
    if OFF in rule.options and cells.may_be_off[employee][rule.day]:
        builder.charge(True, rule.weight)
        for shift in allowed:
            if shift not in rule.options:
                builder.charge(cells.works[employee, rule.day, shift], -rule.weight)
    else:
        for shift in allowed:
            if shift in rule.options:
                builder.charge(cells.works[employee, rule.day, shift], rule.weight)


def add_count(cells: Cells, employee: int, rule: Count, when: Literal) -> None:
    """Bound an amount added up over days."""
    amounts = dict(rule.amounts)
    total = Sum([], [], rule.start, rule.start, rule.start)
    for day in sorted(set(rule.days)):
        allowed = cells.allowed[employee][day]
        values = [amounts.get(shift, 0) for shift in allowed]
        possible = [*values, amounts.get(OFF, 0)] if cells.may_be_off[employee][day] else values
        if not possible:
            continue  # no option is left: the model has no solution
        # Each day counts its amount off, and the difference where a shift is worked.
        base = possible[-1]
        total.constant += base
        total.low += min(possible)
        total.high += max(possible)
        differences = {value - base for value in values}
        if len(differences) == 1 and cells.may_be_off[employee][day]:
            _add_term(total, cells.working(employee, day), differences.pop())
        else:
            for shift, value in zip(allowed, values, strict=True):
                _add_term(total, cells.works[employee, day, shift], value - base)
    cells.builder.bound(total, rule.minimum, rule.maximum, rule.under, rule.over, when)


def _add_term(total: Sum, literal: Literal, coefficient: int) -> None:
    if coefficient:
        total.literals.append(literal)
        total.coefficients.append(coefficient)


def add_run(cells: Cells, employee: int, rule: Run, when: Literal) -> None:
    """Bound the length of runs of days with one of the options."""
    inside = [cells.any_of(employee, day, rule.options) for day in range(cells.problem.days)]
    if rule.maximum is not None:
        _at_most(cells.builder, inside, rule.maximum, rule.over, rule.before or 0, when)
    if rule.minimum is not None:
        _at_least(cells.builder, inside, rule.minimum, rule.under, rule.before, when)


def add_pattern(cells: Cells, employee: int, rule: Pattern, when: Literal) -> None:
    """Forbid or charge options on consecutive days."""
    length = len(rule.steps)
    for start in sorted(set(rule.starts)):
        if 0 <= start <= cells.problem.days - length:
            otherwise = [
                negated(cells.any_of(employee, start + offset, step))
                for offset, step in enumerate(rule.steps)
            ]
            if rule.weight is None:
                cells.builder.clause(otherwise, when)
            else:
                cells.builder.soft_clause(otherwise, rule.weight)


def add_weekends(cells: Cells, employee: int, rule: Weekends, when: Literal) -> None:
    """Bound the number of weekends worked and their successions."""
    builder = cells.builder
    worked = [
        builder.any_of([cells.any_of(employee, day, rule.options) for day in group])
        for group in rule.groups
    ]
    certain = rule.start + sum(literal is True for literal in worked)
    open_ = [literal for literal in worked if not isinstance(literal, bool)]
    total = Sum(open_, [1] * len(open_), certain, certain, certain + len(open_))
    builder.bound(total, rule.minimum, rule.maximum, rule.under, rule.over, when)
    if rule.maximum_in_row is not None:
        _at_most(builder, worked, rule.maximum_in_row, rule.over_in_row, rule.in_row, when)
    if rule.minimum_in_row is not None:
        _at_least(builder, worked, rule.minimum_in_row, rule.under_in_row, rule.in_row, when)


def _at_most(
    builder: Builder,
    inside: Sequence[Literal],
    maximum: int,
    weight: Weight,
    before: int,
    when: Literal,
) -> None:
    """Each place at which a run is longer than ``maximum`` ends a window that is all inside."""
    for place in range(len(inside)):
        first = place - maximum
        if first < -before:
            continue
        otherwise = [negated(literal) for literal in inside[max(first, 0) : place + 1]]
        if weight is None:
            builder.clause(otherwise, when)
        else:
            builder.soft_clause(otherwise, weight)


def _at_least(
    builder: Builder,
    inside: Sequence[Literal],
    minimum: int,
    weight: Weight,
    before: int | None,
    when: Literal,
) -> None:
    """Nobody leaves a run before its ``minimum``; or each place short of it is charged.

    A run that begins at ``start`` lacks its place ``start + k``, ``k < minimum``,
    where it has ended by then: either it is not inside, or it lacked the place
    before too.
    """
    count = len(inside)
    begun: list[tuple[int, list[Literal]]] = []  # (start, literals of which none holds if it began)
    if before:
        begun.append((-before, []))
    elif before == 0:
        begun.append((0, [negated(inside[0])]))
    for start in range(1, count):
        begun.append((start, [inside[start - 1], negated(inside[start])]))
    for start, begins in begun:
        if any(literal is True for literal in begins):
            continue
        places = range(max(start + 1, 0), min(start + minimum, count))
        if weight is None:
            for place in places:
                builder.clause([*begins, inside[place]], when)
            continue
        lacked: Literal = False
        for place in places:
            lacked = builder.broken([[*begins, inside[place]], [negated(lacked)]])
            # Places beyond the last one are lacking where the last one is.
            weights = start + minimum - place if place == count - 1 else 1
            builder.charge(lacked, weights * weight)
