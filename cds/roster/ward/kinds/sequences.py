"""Kinds about what may and what must follow what."""

from __future__ import annotations

from cds.roster.problem import OFF, Options, Rule
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import (
    Sequence,
    sequences_from_every_day,
    unwanted_sequences,
)


def forbidden_sequence(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """These shifts or days off must not follow each other on consecutive days."""
    steps = context.steps(terms, terms.texts("sequence"))
    return unwanted_sequences(terms, context, sequences_from_every_day(context, steps))


def required_after(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """On the day after one of these shifts comes one of those."""
    after = context.options(terms, terms.texts("after"))
    then = context.options(terms, terms.texts("then"))
    steps = (after, context.every - then)
    return unwanted_sequences(terms, context, sequences_from_every_day(context, steps))


def days_off_after_nights(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """After so many nights in a row, once they end, come at least so many days off."""
    nights = context.nights
    if not nights:
        return ()
    before: tuple[Options, ...] = (nights,) * terms.whole("minimum_nights")
    sequences: list[Sequence] = []
    for off_days in range(terms.whole("days")):
        working_again = context.work if off_days else context.work - nights
        steps = (*before, *(frozenset({OFF}),) * off_days, working_again)
        sequences += sequences_from_every_day(context, steps)
    return unwanted_sequences(terms, context, sequences)
