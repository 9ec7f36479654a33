"""Unwanted sequences of days, wherever they begin: also those begun in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cds.roster.problem import Options, Pattern, Rule, Unwanted
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms

Sequence = tuple[int, tuple[Options, ...]]
"""The day on which a sequence begins (negative: in the past) and its steps."""


def sequences_from_every_day(context: Context, steps: tuple[Options, ...]) -> list[Sequence]:
    """``steps`` from every day from which they touch the period and lie within it."""
    first, last = 1 - len(steps), context.period.days - len(steps)
    return [(day, steps) for day in range(first, last + 1)]


def unwanted_sequences(
    terms: Terms, context: Context, sequences: Iterable[Sequence]
) -> tuple[Rule, ...]:
    """Rules against ``sequences``; those alike in steps are one rule.

    What began in the past is dropped where the past is otherwise or not known,
    and else what is left of it is unwanted from day 0 on. What reaches beyond
    the period is left to the next one.
    """
    starts: dict[tuple[Options, ...], set[int]] = defaultdict(set)
    for day, steps in sequences:
        left = steps
        while day < 0 and left and context.before(day) in left[0]:
            day, left = day + 1, left[1:]
        if day >= 0 and left and all(left) and day + len(left) <= context.period.days:
            starts[left].add(day)
    rules: list[Rule] = []
    for left, days in starts.items():
        if len(left) == 1:
            rules += [
                Unwanted(terms.name, day, left[0], terms.weight, terms.origin)
                for day in sorted(days)
            ]
        else:
            rules.append(Pattern(terms.name, left, tuple(sorted(days)), terms.weight, terms.origin))
    return tuple(rules)
