"""Each rule on one person as a small automaton, day by day.

A counter has a few states; on each day the option chosen moves it to another
state at a cost, ``FORBIDDEN`` where a hard rule breaks. Costs that fall due at
the end of what a rule looks at are charged on its last day, after which the
counter has one state again and takes no room in the product of counters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cds.roster.problem import OFF, Count, Pattern, Run, Weekends, Weight

FORBIDDEN = 1 << 40
"""A cost that no roster reaches; sums of a few of them still fit 64 bits."""

Remainder = tuple[tuple[frozenset[int], ...], Weight]
"""The steps that would complete a pattern, and its weight."""

Table = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Next state and cost, each [state, option]; the last column is ``OFF``."""


@dataclass(frozen=True, slots=True)
class Counter:
    """``tables[day]`` moves states; days that behave alike share one table."""

    size: int
    initial: int
    tables: tuple[Table, ...]


def count_counter(rule: Count, days: int, shifts: int) -> Counter:
    """The amount so far, capped where more makes no difference."""
    amounts = np.zeros(shifts + 1, dtype=np.int64)
    for option, amount in rule.amounts:
        amounts[option] = amount  # OFF is -1: the last column
    counted = sorted(set(rule.days))
    unit = int(np.gcd.reduce(amounts)) or 1
    cap = max(rule.maximum or 0, rule.minimum or 0)
    # Amounts that differ by less than a unit cannot both occur.
    values = np.arange(rule.start % unit, max(cap, rule.start) + unit, unit, dtype=np.int64)
    first = int((min(rule.start, values[-1]) - values[0]) // unit)
    reached = values[:, None] + amounts[None, :]
    cost = np.zeros_like(reached)
    if rule.maximum is not None:
        beyond = (
            np.maximum(reached - rule.maximum, 0) - np.maximum(values - rule.maximum, 0)[:, None]
        )
        cost += _charge(beyond, rule.over)
    following = (np.minimum(reached, values[-1]) - values[0]) // unit
    stay = np.repeat(np.arange(len(values))[:, None], shifts + 1, axis=1)
    still: Table = (stay, np.zeros_like(stay))
    moving: Table = (following, cost)
    lacking = np.zeros_like(cost)
    if rule.minimum is not None:
        lacking = _charge(np.maximum(rule.minimum - reached, 0), rule.under)
    if rule.maximum is not None:  # what was over the maximum before the first day
        lacking = lacking + _price(rule.start - rule.maximum, rule.over)
    closing: Table = (np.zeros_like(following), cost + lacking)
    done: Table = (np.zeros((1, shifts + 1), np.int64), np.zeros((1, shifts + 1), np.int64))
    tables: list[Table] = []
    counted_days = set(counted)
    for day in range(days):
        if not counted or day > counted[-1]:
            tables.append(done)
        elif day == counted[-1]:
            tables.append(closing)
        elif day in counted_days:
            tables.append(moving)
        else:
            tables.append(still)
    return Counter(len(values), first if counted else 0, tuple(tables))


def run_counter(rule: Run, days: int, shifts: int) -> Counter:
    """Days in the present run; runs that touch an unknown past are kept apart.

    States 0..cap are lengths; the states after them are lengths of a run that
    may have begun before day 0 and so is never too short.
    """
    minimum = rule.minimum or 0
    maximum = rule.maximum
    cap = max(minimum, maximum or 0, 1)
    unknown = rule.before is None and minimum > 0
    exempt = cap + 1  # the state of exempt length 0
    size = cap + 1 + (cap if unknown else 0)

    def step(_: int, state: int, option: int) -> tuple[int, int]:
        free = state >= exempt
        length = state - exempt if free else state
        if option in rule.options:
            cost = _price(1, rule.over) if maximum is not None and length >= maximum else 0
            longer = min(length + 1, cap)
            return (exempt + longer if free and longer < cap else longer), cost
        lacking = 0 if free or length == 0 else max(minimum - length, 0)
        return 0, _price(lacking, rule.under)

    start = exempt if unknown else 0
    initial = start if rule.before is None else min(rule.before, cap)
    return _tabulate(size, initial, days, shifts, lambda day: 0, step)


def pattern_counter(rules: Sequence[Pattern], days: int, shifts: int) -> Counter:
    """All unwanted patterns of a person at once: what is left of those under way.

    They look at the same last few days, so together they have few states; shifts
    after which the same is unwanted lead to the same state.
    """
    starts = [frozenset(rule.starts) for rule in rules]
    kinds: dict[tuple[int, ...], int] = {}
    day_kinds = []
    for day in range(days):  # days on which the same patterns may begin behave alike
        begin = tuple(index for index, days_ in enumerate(starts) if day in days_)
        day_kinds.append(kinds.setdefault(begin, len(kinds)))
    begins = [[(rules[index].steps, rules[index].weight) for index in begin] for begin in kinds]
    names: dict[Remainder, str] = {}

    def name(remainder: Remainder) -> str:
        """Remainders have no order of their own; what they say has."""
        if remainder not in names:
            steps, weight = remainder
            names[remainder] = f"{[sorted(step) for step in steps]} {weight}"
        return names[remainder]

    known: dict[tuple[Remainder, ...], int] = {(): 0}
    states: list[tuple[Remainder, ...]] = [()]
    moves: dict[tuple[int, int, int], tuple[int, int]] = {}
    frontier = {0}
    for day_kind in day_kinds:  # states are found as the days go by
        following: set[int] = set()
        for state in frontier:
            for option in range(-1, shifts):
                key = (day_kind, state, option)
                if key not in moves:
                    left = []
                    cost = 0
                    for steps, weight in (*states[state], *begins[day_kind]):
                        if option not in steps[0]:
                            continue
                        if len(steps) == 1:
                            cost += _price(1, weight)
                        else:
                            left.append((steps[1:], weight))
                    if any(weight is None for _, weight in left):  # forbidden once is enough
                        hard = {item for item in left if item[1] is None}
                        left = [*hard, *(item for item in left if item[1] is not None)]
                    after = tuple(sorted(left, key=name))
                    if after not in known:
                        known[after] = len(states)
                        states.append(after)
                    moves[key] = (known[after], min(cost, FORBIDDEN))
                following.add(moves[key][0])
        frontier = following
    stuck = (0, FORBIDDEN)
    return _tabulate(
        len(states),
        0,
        days,
        shifts,
        lambda day: day_kinds[day],
        lambda day, state, option: moves.get((day_kinds[day], state, option), stuck),
    )


def weekends_counter(rule: Weekends, days: int, shifts: int) -> Counter:
    """Weekends worked so far, those in a row, and whether this one is worked.

    A group without days is a weekend nobody can work: it ends a succession.
    """
    total_cap = max(rule.maximum or 0, rule.minimum or 0)
    row_cap = max(rule.maximum_in_row or 0, rule.minimum_in_row or 0)
    group_of = {day: index for index, group in enumerate(rule.groups) for day in group}
    last_of = {max(group): index for index, group in enumerate(rule.groups) if group}
    final = max(last_of, default=-1)
    rows = row_cap + 1
    broken_after = {index for index, group in enumerate(rule.groups[1:]) if not group}

    def pack(total: int, row: int, worked: int) -> int:
        return (min(total, total_cap) * rows + min(row, row_cap)) * 2 + worked

    def kind(day: int) -> int:
        if day > final:
            return 0
        return (
            1
            + (day in group_of)
            + (day in last_of)
            + (day == final)
            + 4 * (last_of.get(day, -1) in broken_after)
        )

    def ended(row: int) -> int:
        lacking = (rule.minimum_in_row or 0) - row
        return _price(lacking, rule.under_in_row) if row else 0

    def step(day: int, state: int, option: int) -> tuple[int, int]:
        if day > final:
            return 0, 0
        worked = state % 2
        row = state // 2 % rows
        total = state // 2 // rows
        cost = 0
        if day in group_of and option in rule.options and not worked:
            if rule.maximum is not None and total >= rule.maximum:
                cost += _price(1, rule.over)
            if rule.maximum_in_row is not None and row >= rule.maximum_in_row:
                cost += _price(1, rule.over_in_row)
            worked, total, row = 1, min(total + 1, total_cap), min(row + 1, row_cap)
        if day in last_of:
            if not worked or last_of[day] in broken_after:
                cost += ended(row)
                row = 0
            worked = 0
        if day == final:
            if rule.minimum is not None:
                cost += _price(max(rule.minimum - total, 0), rule.under)
            if rule.maximum is not None:  # more than the maximum before the first day
                cost += _price(max(rule.start - rule.maximum, 0), rule.over)
            return 0, cost
        return pack(total, row, worked), cost

    size = (total_cap + 1) * rows * 2
    return _tabulate(size, pack(rule.start, rule.in_row, 0), days, shifts, kind, step)


def _tabulate(
    size: int,
    initial: int,
    days: int,
    shifts: int,
    kind: Callable[[int], int],
    step: Callable[[int, int, int], tuple[int, int]],
) -> Counter:
    """Tables of a step function; days of one kind share theirs."""
    made: dict[int, Table] = {}
    tables = []
    for day in range(days):
        key = kind(day)
        if key not in made:
            following = np.zeros((size, shifts + 1), np.int64)
            cost = np.zeros((size, shifts + 1), np.int64)
            for state in range(size):
                for option in (*range(shifts), OFF):
                    following[state, option], cost[state, option] = step(day, state, option)
            made[key] = (following, cost)
        tables.append(made[key])
    return Counter(size, initial, tuple(tables))


def _price(amount: int, weight: Weight) -> int:
    if amount <= 0:
        return 0
    return FORBIDDEN if weight is None else amount * weight


def _charge(amount: npt.NDArray[np.int64], weight: Weight) -> npt.NDArray[np.int64]:
    if weight is None:
        return np.where(amount > 0, FORBIDDEN, 0).astype(np.int64)
    return amount * weight
