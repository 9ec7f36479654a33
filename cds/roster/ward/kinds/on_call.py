"""Kinds about being on call."""

from __future__ import annotations

from cds.roster.problem import OFF, Count, Rule
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms


def on_call_frequency(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many on-call shifts in any so many days (or on average, over some weeks).

    The average is over the weeks that end on the last day planned, and 7, 14, ...
    days earlier.
    """
    on_call = sorted(i for i, shift in enumerate(context.shifts) if shift.on_call)
    most, days = terms.whole("maximum"), terms.whole("days")
    weeks = terms.whole_or_none("average_weeks")
    length, step = (days, 1) if weeks is None else (weeks * 7, 7)
    amounts = tuple((shift, 1) for shift in on_call)
    rules: list[Rule] = []
    for window in context.windows(length, step):
        # A stretch shorter than the one the rule speaks of may hold as many as it may.
        maximum = most if weeks is None else max(most * window.length // days, min(most, 1))
        start = sum(context.past.get(day, OFF) in on_call for day in window.past)
        if on_call and start + len(window.days) > maximum:
            rules.append(
                Count(
                    terms.name,
                    window.days,
                    amounts,
                    maximum=maximum,
                    over=terms.weight,
                    start=min(start, maximum),
                    origin=terms.origin,
                )
            )
    return tuple(rules)
