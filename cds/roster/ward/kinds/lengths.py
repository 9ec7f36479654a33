"""Kinds about how long one shift may be."""

from __future__ import annotations

from cds.roster.problem import Options, Rule, Unwanted
from cds.roster.ward.calendar import clock_minutes
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import sequences_from_every_day, unwanted_sequences


def shift_length(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """No shift is longer, nor is one joined without a break to the next day's.

    Hours are the shift's own, as on a day when the clock does not change; joined
    shifts are added up where ``counting`` is clock or working.
    """
    return (
        *_too_long(terms, context, context.work),
        *_joined_too_long(terms, context),
    )


def night_length(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """No night shift is longer."""
    return _too_long(terms, context, context.nights)


def _too_long(terms: Terms, context: Context, shifts: Options) -> tuple[Rule, ...]:
    minutes = context.minutes(terms.text("counting"))
    too_long = frozenset(
        option for option in shifts if minutes[option] > terms.hours("maximum") * 60
    )
    if not too_long:
        return ()
    return tuple(
        Unwanted(terms.name, day, too_long, terms.weight, terms.origin) for day in context.days
    )


def _joined_too_long(terms: Terms, context: Context) -> tuple[Rule, ...]:
    counting = terms.text("counting")
    minutes = context.minutes(counting)
    most = terms.hours("maximum") * 60
    rules: list[Rule] = []
    for first, shift in enumerate(context.shifts):
        end = shift.start.hour * 60 + shift.start.minute + clock_minutes(shift) - 24 * 60
        then = frozenset(
            second
            for second, other in enumerate(context.shifts)
            if other.start.hour * 60 + other.start.minute <= end
            and minutes[first] <= most
            and minutes[second] <= most
            and minutes[first] + minutes[second] > most
        )
        if then:
            steps = (frozenset({first}), then)
            rules += unwanted_sequences(terms, context, sequences_from_every_day(context, steps))
    return tuple(rules)
