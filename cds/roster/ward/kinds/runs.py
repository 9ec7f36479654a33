"""Kinds about consecutive days: shifts, nights and days off in a row."""

from __future__ import annotations

from cds.roster.problem import OFF, Count, Options, Rule, Run
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import unwanted_sequences


def consecutive_shifts(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many days worked in a row, whatever the shift."""
    return _run(terms, context, context.work)


def consecutive_nights(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many night shifts in a row."""
    return _run(terms, context, context.nights)


def consecutive_same_shift(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many of the same shift in a row.

    Where several shifts are named the limits hold for each by itself.
    """
    options = sorted(context.options(terms, terms.texts("shift")))
    return tuple(rule for item in options for rule in _run(terms, context, frozenset({item})))


def consecutive_days_off(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many days off in a row; leave is never too long."""
    off = frozenset({OFF})
    maximum = terms.whole_or_none("maximum")
    if maximum is None or not context.away:
        return _run(terms, context, off)
    rules: list[Rule] = []
    minimum = terms.whole_or_none("minimum")
    if minimum is not None:
        before = context.run_before(off)
        rules.append(
            Run(terms.name, off, minimum, under=terms.weight, before=before, origin=terms.origin)
        )
    # A run of off days that is too long by k holds k + 1 stretches one day too long.
    stretch = maximum + 1
    first, last = 1 - stretch, context.period.days - stretch
    starts = [
        day
        for day in range(first, last + 1)
        if not any(at in context.away for at in range(day, day + stretch))
    ]
    steps = (off,) * stretch
    return (*rules, *unwanted_sequences(terms, context, [(day, steps) for day in starts]))


def day_off_in(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least so many days off in any so many days (or on average, over some weeks).

    A day off is a day on which no shift begins. The average is over the weeks that
    end on the last day planned, and 7, 14, ... days earlier.
    """
    needed, days = terms.whole("days_off"), terms.whole("days")
    weeks = terms.whole_or_none("average_weeks")
    if weeks is None and needed == 1:
        return (
            Run(
                terms.name,
                context.work,
                maximum=days - 1,
                over=terms.weight,
                before=context.run_before(context.work),
                origin=terms.origin,
            ),
        )
    length, step = (days, 1) if weeks is None else (weeks * 7, 7)
    rules: list[Rule] = []
    for window in context.windows(length, step):
        start = sum(context.past.get(day, OFF) == OFF for day in window.past)
        # What the past has missed cannot be made up for on fewer days than it takes.
        minimum = min(needed * window.length // days, start + len(window.days))
        if minimum > start:
            rules.append(
                Count(
                    terms.name,
                    window.days,
                    ((OFF, 1),),
                    minimum=minimum,
                    under=terms.weight,
                    start=start,
                    origin=terms.origin,
                )
            )
    return tuple(rules)


def _run(terms: Terms, context: Context, options: Options) -> tuple[Rule, ...]:
    if not options:
        return ()
    return (
        Run(
            terms.name,
            options,
            terms.whole_or_none("minimum"),
            terms.whole_or_none("maximum"),
            terms.weight,
            terms.weight,
            context.run_before(options),
            terms.origin,
        ),
    )
