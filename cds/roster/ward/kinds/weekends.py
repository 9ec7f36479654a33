"""Kinds about weekends: how many, how many in a row, whole ones."""

from __future__ import annotations

from cds.roster.problem import OFF, Rule, Weekends
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import Sequence, unwanted_sequences

Group = tuple[int, ...]


def weekends_worked(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many weekends worked in the period, or in any so many weekends."""
    maximum, per = terms.whole("maximum"), terms.whole_or_none("per_weeks")
    groups, under_way = weekends_ahead(context)
    if per is None:
        return _at_most(terms, context, groups, maximum, int(under_way))
    past = past_weekends(context) + [True] * under_way
    rules: list[Rule] = []
    for count in range(1, len(groups) + 1):
        ahead = groups[max(0, count - per) : count]
        behind = past[max(0, len(past) + count - per) :] if count < per else []
        # A window inside a longer one that is also checked says nothing more.
        if count == len(groups) or len(ahead) + len(behind) == per:
            rules += _at_most(terms, context, ahead, maximum, sum(behind))
    return tuple(rules)


def weekends_in_row(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many weekends worked in succession."""
    groups, worked = weekends_ahead(context)
    maximum = terms.whole("maximum")
    in_row = 0
    for item in reversed(past_weekends(context) + [True] * worked):
        if not item:
            break
        in_row += 1
    if not groups or len(groups) + in_row <= maximum:
        return ()
    return (
        Weekends(
            terms.name,
            groups,
            context.work,
            maximum_in_row=maximum,
            over_in_row=terms.weight,
            in_row=min(in_row, maximum),
            origin=terms.origin,
        ),
    )


def complete_weekends(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """Either every day of a weekend is worked or none; days of leave are exempt."""
    off = frozenset({OFF})
    sequences: list[Sequence] = []
    for first, second in _pairs(context):
        if first not in context.away and second not in context.away:
            sequences += [(first, (context.work, off)), (first, (off, context.work))]
    return unwanted_sequences(terms, context, sequences)


def same_shift_at_weekend(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """Who works on both days of a weekend works the same shift."""
    sequences: list[Sequence] = [
        (first, (frozenset({shift}), context.work - {shift}))
        for first, _ in _pairs(context)
        for shift in sorted(context.work)
    ]
    return unwanted_sequences(terms, context, sequences)


def weekends_ahead(context: Context) -> tuple[tuple[Group, ...], bool]:
    """The weekends' planned days, and whether a weekend under way was worked already.

    Such a weekend counts as worked whatever follows, so it is not among the groups.
    """
    groups: list[Group] = []
    worked = False
    for group in context.calendar.weekends(0, context.period.days - 1):
        if any(day < 0 and context.before(day) not in (None, OFF) for day in group):
            worked = True
            continue
        ahead = tuple(day for day in group if 0 <= day < context.period.days)
        groups.append(ahead)
    return tuple(groups), worked


def past_weekends(context: Context) -> list[bool]:
    """Whether each weekend before the period was worked, as far back as is known."""
    if not context.past:
        return []
    first = min(context.past)
    groups = [group for group in context.calendar.weekends(first, -1) if group[-1] < 0]
    return [any(context.past.get(day, OFF) != OFF for day in group) for group in groups]


def _at_most(
    terms: Terms, context: Context, groups: tuple[Group, ...], maximum: int, start: int
) -> tuple[Rule, ...]:
    if len(groups) + start <= maximum:
        return ()
    return (
        Weekends(
            terms.name,
            groups,
            context.work,
            maximum=maximum,
            over=terms.weight,
            start=min(start, maximum),
            origin=terms.origin,
        ),
    )


def _pairs(context: Context) -> list[tuple[int, int]]:
    return [
        (first, second)
        for group in context.calendar.weekends(0, context.period.days - 1)
        for first, second in zip(group, group[1:], strict=False)
    ]
