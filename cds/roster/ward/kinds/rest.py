"""Rest between shifts, from clock times in the ward's time zone."""

from __future__ import annotations

from collections import defaultdict

from cds.roster.problem import OFF, Options, Rule
from cds.roster.ward.calendar import clock_minutes
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import Sequence, unwanted_sequences


def rest_between_shifts(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least so many hours between the end of a shift and the start of the next.

    Hours are those that pass: on the night on which the clock goes forward, one
    less than the clock shows. ``after`` and ``after_length`` (hours between start
    and end) limit the rule to the rest after some shifts. On-call shifts break a
    rest where they have working time (``on_call`` = counted), always (work) or
    never (rest).
    """
    breaking = shifts_that_break_rest(terms, context)
    rest_needed = round(terms.hours("hours") * 60)
    longest = terms.hours("after_length") * 60
    after = [
        shift
        for shift in sorted(breaking & context.options(terms, terms.texts("after")))
        if clock_minutes(context.shifts[shift]) >= longest
    ]
    resting = context.every - breaking
    # A shift lasts at most a day, so it ends by the end of the next day (and an hour
    # where the clock changes); then the rest begins.
    reach = 2 + (rest_needed + 60) // (24 * 60)
    sequences: list[Sequence] = []
    for day in range(-reach, context.period.days):
        if day < 0 and context.past.get(day, OFF) not in after:
            continue
        for apart in range(1, reach + 1):
            if not 0 <= day + apart < context.period.days:
                continue
            too_soon = _too_soon(context, after, breaking, day, apart, rest_needed)
            between: tuple[Options, ...] = (frozenset(resting),) * (apart - 1)
            sequences += [(day, (first, *between, then)) for first, then in too_soon]
    return unwanted_sequences(terms, context, sequences)


def shifts_that_break_rest(terms: Terms, context: Context) -> Options:
    """The shifts that are work as far as rest is concerned; others are rest."""
    how = terms.values.get("on_call", "counted")
    return frozenset(
        index
        for index, shift in enumerate(context.shifts)
        if not shift.on_call or how == "work" or (how == "counted" and shift.working_minutes > 0)
    )


def _too_soon(
    context: Context, after: list[int], breaking: Options, day: int, apart: int, rest_needed: int
) -> list[tuple[Options, Options]]:
    """Which shifts ``apart`` days later come too soon after which; alike ones together."""
    alike: dict[Options, set[int]] = defaultdict(set)
    for shift in after:
        end = context.calendar.ends(shift, day)
        too_soon = frozenset(
            other
            for other in breaking
            if context.calendar.begins(other, day + apart) - end < rest_needed
        )
        if too_soon:
            alike[too_soon].add(shift)
    return [(frozenset(first), then) for then, first in alike.items()]
