"""Hard rules as items that a manager can name, and the problem that has only some of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from cds.roster.problem import (
    OFF,
    Count,
    Cover,
    Employee,
    Options,
    Pairing,
    Pattern,
    Problem,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

Kind = Literal["rule", "cells", "cover", "pairing"]
Part = Rule | Cover | Pairing


@dataclass(frozen=True, slots=True)
class Item:
    """Hard rules that stand or fall together.

    A ``rule`` is all of one name for one employee; ``cells`` are the options on
    days forbidden to one employee by one rule from one origin (a leave, a fixed
    cell); a ``cover`` is one row of one day; a ``pairing`` one employee's on one day.
    ``parts`` are the rules without their soft sides.
    """

    kind: Kind
    rule: str
    employee: int | None
    day: int | None
    origin: str
    label: str
    parts: tuple[Part, ...]

    @property
    def days(self) -> tuple[int, ...]:
        """The days that forbidden cells, cover and pairings speak of; empty for other rules."""
        days = {part.day for part in self.parts if isinstance(part, Unwanted | Cover | Pairing)}
        return tuple(sorted(days))


def items_of(problem: Problem) -> tuple[Item, ...]:
    """All hard rules of ``problem``, grouped: people's by employee, then cover, then pairings."""
    groups: dict[tuple[object, ...], tuple[Item, list[Part]]] = {}

    def put(key: tuple[object, ...], item: Item, part: Part) -> None:
        groups.setdefault(key, (item, []))[1].append(part)

    for index, employee in enumerate(problem.employees):
        for rule in employee.rules:
            hard = hard_side(rule)
            if hard is None:
                continue
            if isinstance(rule, Unwanted):
                item = Item("cells", rule.rule, index, None, rule.origin, "", ())
                put(("cells", rule.rule, index, rule.origin), item, hard)
            else:
                item = Item("rule", rule.rule, index, None, rule.origin, "", ())
                put(("rule", rule.rule, index), item, hard)
    for cover in problem.covers:
        bounds = hard_side(cover)
        if bounds is not None:
            key = (cover.rule, cover.day, cover.shifts, cover.skills, cover.employees, cover.label)
            item = Item("cover", cover.rule, None, cover.day, cover.origin, cover.label, ())
            put(("cover", *key), item, bounds)
    for pairing in problem.pairings:
        if pairing.weight is None:
            item = Item(
                "pairing", pairing.rule, pairing.employee, pairing.day, pairing.origin, "", ()
            )
            put(("pairing", pairing.rule, pairing.employee, pairing.day), item, pairing)
    return tuple(replace(item, parts=tuple(parts)) for item, parts in groups.values())


def hard_side(part: Part) -> Part | None:
    """What of ``part`` is hard; None where nothing is."""
    if isinstance(part, Unwanted | Pattern | Pairing):
        return part if part.weight is None else None
    low = part.minimum if part.under is None else None
    high = part.maximum if part.over is None else None
    if isinstance(part, Weekends):
        low_row = part.minimum_in_row if part.under_in_row is None else None
        high_row = part.maximum_in_row if part.over_in_row is None else None
        if low is high is low_row is high_row is None:
            return None
        return replace(
            part,
            minimum=low,
            maximum=high,
            minimum_in_row=low_row,
            maximum_in_row=high_row,
            under=None,
            over=None,
            under_in_row=None,
            over_in_row=None,
        )
    if low is high is None:
        return None
    return replace(part, minimum=low, maximum=high, under=None, over=None)


def only(problem: Problem, items: Iterable[Item]) -> Problem:
    """The problem of keeping ``items`` and nothing else.

    People stay in their places. It has a solution exactly where the items can hold
    together, but it is smaller than it looks: who is bound only by items that a day
    off cannot break works only what these items ask for.
    """
    rules: list[list[Rule]] = [[] for _ in problem.employees]
    covers: list[Cover] = []
    pairings: list[Pairing] = []
    for item in items:
        for part in item.parts:
            if isinstance(part, Cover):
                covers.append(part)
            elif isinstance(part, Pairing):
                pairings.append(part)
            elif item.employee is not None:
                rules[item.employee].append(part)
    employees = tuple(
        _narrowed(problem, employee, own, asked)
        for employee, own, asked in zip(
            problem.employees, rules, _asked(problem, covers, pairings), strict=True
        )
    )
    return replace(problem, employees=employees, covers=tuple(covers), pairings=tuple(pairings))


def _asked(
    problem: Problem, covers: Iterable[Cover], pairings: Iterable[Pairing]
) -> list[dict[int, Options]]:
    """By employee and day: the shifts in which their work could help."""
    asked: list[dict[int, Options]] = [{} for _ in problem.employees]

    def ask(employee: int, day: int, shifts: Options) -> None:
        asked[employee][day] = asked[employee].get(day, frozenset()) | shifts

    for cover in covers:
        if cover.minimum is None or cover.minimum <= 0:
            continue
        everybody = range(len(problem.employees))
        for index in everybody if cover.employees is None else cover.employees:
            if not cover.skills.isdisjoint(problem.employees[index].skills):
                ask(index, cover.day, cover.shifts)
    for pairing in pairings:
        for index in pairing.partners:
            ask(index, pairing.day, frozenset({pairing.shift}))
    return asked


def _narrowed(
    problem: Problem, employee: Employee, own: list[Rule], asked: dict[int, Options]
) -> Employee:
    chosen: set[int] = set()
    for rule in own:
        if isinstance(rule, Unwanted) and OFF in rule.options:
            chosen.add(rule.day)
        elif not off_is_safe(rule):
            return replace(employee, rules=tuple(own), skill_costs=())
    if not asked and not chosen:
        return replace(employee, skills=(), rules=(), skill_costs=())
    idle = [
        Unwanted("idle", day, problem.every_shift - asked.get(day, frozenset()), None)
        for day in range(problem.days)
        if day not in chosen
    ]
    return replace(employee, rules=(*idle, *own), skill_costs=())


def off_is_safe(rule: Rule) -> bool:
    """Whether days off alone keep ``rule``, all of it hard, and one more can never break it."""
    match rule:
        case Unwanted():
            return OFF not in rule.options
        case Count():
            kept = rule.maximum is None or rule.start <= rule.maximum
            return kept and rule.minimum is None and not dict(rule.amounts).get(OFF, 0)
        case Run():
            return rule.minimum is None and OFF not in rule.options
        case Pattern():
            return not any(OFF in step for step in rule.steps)
        case Weekends():
            kept = rule.maximum is None or rule.start <= rule.maximum
            no_minimum = rule.minimum is None and rule.minimum_in_row is None
            return kept and no_minimum and OFF not in rule.options
