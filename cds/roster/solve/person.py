"""One person's rules turned into prices of cells and a graph of rosters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt

from cds.roster.problem import Count, Employee, Pattern, Problem, Run, Unwanted, Weekends
from cds.roster.solve.counters import (
    Counter,
    count_counter,
    pattern_counter,
    run_counter,
    weekends_counter,
)
from cds.roster.solve.graph import Graph, TooLarge, build

LOOSE = 8
"""A cap above this many shifts is left out of the graph until a roster breaks it."""


MOST_ROOM = 200
"""Caps are in the graph together while the product of their counts stays below this."""


@dataclass(frozen=True, slots=True)
class Person:
    """``cells[day, option]`` is what the option costs that person; infinite where forbidden.

    ``structural`` are the rules that a graph must hold, ``loose`` the caps that
    seldom bind and are added when one does.
    """

    cells: npt.NDArray[np.float64]
    structural: tuple[Count | Run | Pattern | Weekends, ...]
    loose: tuple[Count, ...]


def person(problem: Problem, employee: Employee, *, widest_cap: int = LOOSE) -> Person:
    """Split the rules of ``employee`` into cell costs, structure and loose caps.

    Caps above ``widest_cap`` shifts are loose.
    """
    shifts = len(problem.shifts)
    cells = np.zeros((problem.days, shifts + 1))
    structural: list[Count | Run | Pattern | Weekends] = []
    loose: list[Count] = []
    for rule in employee.rules:
        if isinstance(rule, Unwanted):
            for option in rule.options:
                cells[rule.day, option] += np.inf if rule.weight is None else rule.weight
        elif isinstance(rule, Count):
            _place(rule, problem.days, cells, structural, loose, widest_cap)
        elif isinstance(rule, Pattern) and len(rule.steps) == 1:
            for day in rule.starts:
                for option in rule.steps[0]:
                    cells[day, option] += np.inf if rule.weight is None else rule.weight
        else:
            structural.append(rule)
    _loosen(structural, loose)
    return Person(cells, tuple(structural), tuple(loose))


def total_of(count: Count, options: npt.NDArray[np.int64]) -> int:
    """What ``options[day]`` amount to, with what was done before."""
    on_days = options[list(count.days)]
    return count.start + sum(
        amount * int((on_days == option).sum()) for option, amount in count.amounts
    )


def _loosen(structural: list[Count | Run | Pattern | Weekends], loose: list[Count]) -> None:
    """Leave caps out, the widest first, of which a graph would have to hold too many at once."""
    caps = [rule for rule in structural if isinstance(rule, Count) and _is_cap(rule)]
    caps.sort(key=_room)
    while prod(_room(cap) + 1 for cap in caps) > MOST_ROOM:
        widest = caps.pop()
        structural.remove(widest)
        loose.append(widest)


def _is_cap(rule: Count) -> bool:
    return rule.minimum is None and rule.maximum is not None and rule.over is None


def _room(cap: Count) -> int:
    """How many times a cap can be counted before it is full."""
    return ((cap.maximum or 0) - cap.start) // min(amount for _, amount in cap.amounts)


def _place(
    rule: Count,
    days: int,
    cells: npt.NDArray[np.float64],
    structural: list[Count | Run | Pattern | Weekends],
    loose: list[Count],
    widest_cap: int,
) -> None:
    """Cell costs where each option alone decides; nothing where it can never bind."""
    minimum = rule.minimum if rule.minimum is not None and rule.minimum > rule.start else None
    maximum = rule.maximum
    amounts = {option: amount for option, amount in rule.amounts if amount > 0}
    if maximum is not None and rule.over is None:
        for option, amount in list(amounts.items()):
            if rule.start + amount > maximum:  # impossible even once
                cells[list(rule.days), option] = np.inf
                del amounts[option]
    if not amounts or not rule.days:  # it is what it is from the start
        cells[0] += _fixed_cost(rule)
        return
    if maximum is not None and rule.over is None and rule.start > maximum:
        cells[0] = np.inf
        return
    most = rule.start + len(set(rule.days)) * max(amounts.values(), default=0)
    if maximum is not None and most <= maximum:
        maximum = None
    if minimum is None and maximum is None:
        return
    kept = Count(
        rule.rule, rule.days, tuple(sorted(amounts.items())), minimum, maximum,
        rule.under, rule.over, rule.start,
    )  # fmt: skip
    if _is_cap(kept) and _room(kept) > widest_cap:
        loose.append(kept)
    else:
        structural.append(kept)


def _fixed_cost(rule: Count) -> float:
    """What a count costs whose amount cannot change any more."""
    cost = 0.0
    for lacking, weight in (
        ((rule.minimum if rule.minimum is not None else rule.start) - rule.start, rule.under),
        (rule.start - (rule.maximum if rule.maximum is not None else rule.start), rule.over),
    ):
        if lacking > 0:
            cost += np.inf if weight is None else lacking * weight
    return cost


MOST_ARCS = 6_000_000
"""Arcs, before those that lead nowhere are dropped, that one person's graph may have."""

Structural = Count | Run | Pattern | Weekends


class Graphs:
    """Graphs by the rules they hold, so that people with one contract share theirs."""

    def __init__(self, days: int, shifts: int, *, most_arcs: int | None = None) -> None:
        self._days = days
        self._shifts = shifts
        self._most_arcs = MOST_ARCS if most_arcs is None else most_arcs
        self._made: dict[object, tuple[Graph | None, tuple[int, ...]]] = {}
        self._counters: dict[object, Counter] = {}

    def fitting(self, rules: tuple[Structural, ...]) -> tuple[Graph | None, tuple[Count, ...]]:
        """The graph of ``rules`` (None: they cannot hold together), and counts left out.

        Counts are left out, those with the most states first, until the graph is
        small enough. Raises TooLarge where it is too large without any.
        """
        key = tuple(_meaning(rule) for rule in rules)
        if key not in self._made:
            self._made[key] = self._fit(rules)
        graph, left_out = self._made[key]
        return graph, tuple(rule for i in left_out if isinstance(rule := rules[i], Count))

    def _fit(self, rules: tuple[Structural, ...]) -> tuple[Graph | None, tuple[int, ...]]:
        sizes = {
            index: self._counter(rule).size
            for index, rule in enumerate(rules)
            if isinstance(rule, Count)
        }
        expendable = sorted(sizes, key=lambda index: (-sizes[index], index))
        for left_out in range(len(expendable) + 1):
            without = frozenset(expendable[:left_out])
            kept = [rule for index, rule in enumerate(rules) if index not in without]
            try:
                graph = build(
                    self._all_counters(kept), self._days, self._shifts, most_arcs=self._most_arcs
                )
            except TooLarge:
                continue
            return graph, tuple(sorted(without))
        raise TooLarge

    def _all_counters(self, rules: list[Structural]) -> list[Counter]:
        patterns = [rule for rule in rules if isinstance(rule, Pattern)]
        counters = [self._counter(rule) for rule in rules if not isinstance(rule, Pattern)]
        if patterns:
            counters.append(pattern_counter(patterns, self._days, self._shifts))
        return counters

    def _counter(self, rule: Count | Run | Weekends) -> Counter:
        key = _meaning(rule)
        if key not in self._counters:
            if isinstance(rule, Count):
                made = count_counter(rule, self._days, self._shifts)
            elif isinstance(rule, Run):
                made = run_counter(rule, self._days, self._shifts)
            else:
                made = weekends_counter(rule, self._days, self._shifts)
            self._counters[key] = made
        return self._counters[key]


def _meaning(rule: Structural) -> object:
    """What two rules must share to be one to the solver: all but names."""
    return (type(rule).__name__, replace(rule, rule="", origin=""))
