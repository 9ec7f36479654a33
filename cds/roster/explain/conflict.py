"""Which smallest set of rules and people cannot hold together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cds.roster.explain.items import Item, items_of, off_is_safe, only
from cds.roster.outcome import Limits
from cds.roster.problem import Cover, Pairing, Problem

Clock = Callable[[], float]
# Work on one question, in CP-SAT's deterministic time: about seconds of one processor.
_COARSE = 0.3
_FINE = 2.0
_WINDOW = 8  # days of cover looked at together; neighbours share one

Unit = frozenset[int]
"""Items tried together, by index."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Items that cannot hold together, people's first, then cover by day, then pairings.

    That no roster keeps them all is proved. With ``minimal`` it is proved too that
    without any one of them the others can be kept; else the time ran out, and fewer
    might do. Other conflicts may exist beside this one.
    """

    items: tuple[Item, ...]
    minimal: bool
    runtime_s: float


def find_conflict(
    problem: Problem, limits: Limits, *, clock: Clock = time.monotonic
) -> Conflict | None:
    """An irreducible set of hard rules of ``problem`` that cannot hold together.

    None where they can, or where neither could be proved in ``limits.time_limit``.
    What is always in force, and never named, is one option a day and work only in
    skills that are held. Rules are removed as long as the rest stays impossible,
    in large steps first: days of cover, rules, people, and then one by one, so that
    what is left is close together and names leave rather than a limit on hours.
    """
    began = clock()
    items = items_of(problem)
    search = _Search(problem, items, began + limits.time_limit, clock, limits.workers)
    found = _focus(search, items)
    if found is None:
        return None
    left, stages = found
    for stage in stages:
        left = search.without(left, stage(items, left))
    kept = tuple(items[index] for index in sorted(left))
    return Conflict(kept, search.needs(left), clock() - began)


Stage = Callable[[Sequence[Item], frozenset[int]], list[Unit]]
"""What to try to do without, given what is left."""


def _grouped(
    items: Sequence[Item],
    left: Iterable[int],
    chosen: Callable[[Item], bool],
    key: Callable[[Item], object],
) -> list[Unit]:
    groups: dict[object, set[int]] = {}
    for index in sorted(left, reverse=True):
        if chosen(items[index]):
            groups.setdefault(key(items[index]), set()).add(index)
    return [frozenset(group) for group in groups.values()]


def _minimums(items: Sequence[Item], left: frozenset[int]) -> list[Unit]:
    return _grouped(items, left, _asks_for_work, lambda _: None)


def _names(items: Sequence[Item], left: frozenset[int]) -> list[Unit]:
    return _grouped(items, left, lambda item: item.kind != "cells", lambda i: (i.rule, i.label))


def _days(items: Sequence[Item], left: frozenset[int]) -> list[Unit]:
    return _grouped(items, left, _is_staffing, lambda item: item.day)


def _people(items: Sequence[Item], left: frozenset[int]) -> list[Unit]:
    return _grouped(items, left, lambda item: not _is_staffing(item), lambda item: item.employee)


def _singles(items: Sequence[Item], left: frozenset[int]) -> list[Unit]:
    # What limits people in general goes before what is written for one cell.
    order = {"cover": 0, "pairing": 1, "rule": 2, "cells": 3}
    ranked = sorted(left, key=lambda index: (order[items[index].kind], -index))
    return [frozenset({index}) for index in ranked]


def _focus(
    search: _Search, items: Sequence[Item]
) -> tuple[frozenset[int], tuple[Stage, ...]] | None:
    """Items that cannot hold together, the likely few before all, and how to take them apart.

    None where all items can hold together, or nothing is known.
    """
    every = frozenset(range(len(items)))
    staffing = frozenset(index for index in every if _is_staffing(items[index]))
    people = every - staffing
    # Whoever may be off every day is easily satisfied: rules that ask for work come last.
    idle = frozenset(index for index in people if not _asks_for_work(items[index]))
    guesses: list[tuple[frozenset[int], tuple[Stage, ...]]] = []
    guesses.append((people, (_minimums, _people, _names, _singles)))
    days = _days(items, staffing)[::-1]
    for first in range(0, max(len(days) - 1, 1), _WINDOW - 1):
        window = frozenset[int]().union(*days[first : first + _WINDOW])
        guesses.append((idle | window, (_days, _names, _people, _singles)))
    capped = frozenset(index for index in staffing if _is_capped(items[index]))
    if capped:
        guesses.append((people | capped, (_people, _names, _days, _singles)))
    grades = _grouped(items, staffing, lambda item: item.kind == "cover", _skills)
    if len(grades) > 1:
        for grade in grades:
            guesses.append((idle | grade, (_names, _days, _people, _singles)))
    for guess, stages in guesses:
        if guess != every and search.possible(guess, _COARSE) is False:
            return guess, stages
    if search.possible(every) is False:
        return every, (_minimums, _names, _days, _people, _singles)
    return None


def _skills(item: Item) -> frozenset[frozenset[int]]:
    return frozenset(part.skills for part in item.parts if isinstance(part, Cover))


def _is_capped(item: Item) -> bool:
    return any(isinstance(part, Cover) and part.maximum is not None for part in item.parts)


def _is_staffing(item: Item) -> bool:
    return item.kind in ("cover", "pairing")


def _asks_for_work(item: Item) -> bool:
    """Whether a roster of days off alone could break the rule."""
    return item.kind == "rule" and not all(
        off_is_safe(part) for part in item.parts if not isinstance(part, Cover | Pairing)
    )


class _Search:
    """Asks CP-SAT whether items can hold together, until the time is up."""

    def __init__(
        self,
        problem: Problem,
        items: Sequence[Item],
        deadline: float,
        clock: Clock,
        workers: int,
    ) -> None:
        self._needed: set[int] = set()
        self._problem = problem
        self._items = items
        self._deadline = deadline
        self._clock = clock
        self._workers = workers

    def possible(self, chosen: Iterable[int], effort: float | None = None) -> bool | None:
        """Whether a roster keeps all of ``chosen``; None where the time was too short.

        ``effort`` limits the work, in CP-SAT's deterministic time.
        """
        from ortools.sat.python import cp_model

        from cds.roster.solve.compact import CompactModel

        left = self._deadline - self._clock()
        if left <= 0:
            return None
        problem = only(self._problem, [self._items[index] for index in chosen])
        model = CompactModel(problem).model
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = left
        solver.parameters.num_workers = 1
        if effort is not None:
            solver.parameters.max_deterministic_time = effort
        # Counting arguments (more nights than people may work) need the whole relaxation.
        solver.parameters.linearization_level = 2
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return False
        return True if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None

    def needs(self, left: frozenset[int]) -> bool:
        """Whether each of ``left`` is known to be needed."""
        return left <= self._needed

    def without(self, left: frozenset[int], units: Sequence[Unit]) -> frozenset[int]:
        """``left`` less all of ``units`` that it is still impossible without.

        Steps double where they succeed and halve where they fail.
        """
        units = [unit for unit in units if len(unit) > 1 or not unit <= self._needed]
        start, step = 0, max(len(units) // 2, 1)
        while start < len(units):
            chunk = units[start : start + step]
            rest = left.difference(*chunk)
            answer = self.possible(rest, _COARSE if len(units[0]) > 1 else _FINE)
            if answer is False:
                left = rest
                start += len(chunk)
                step *= 2
            elif len(chunk) > 1:
                step = len(chunk) // 2
            else:
                if len(chunk[0]) == 1:
                    # What was possible without it stays so when more is left out.
                    self._needed |= chunk[0] if answer else set()
                start += 1
                step = 1
        return left
