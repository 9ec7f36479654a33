"""The kind that spreads what nobody likes: soft bands around each person's fair share."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from cds.roster.problem import Count, Options, Rule, Weekends
from cds.roster.ward.kinds.amounts import minutes_between
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.weekends import weekends_ahead

SHARED = ("nights", "weekends", "holidays", "refused_wishes", "hours")
"""What may be shared fairly."""


def fair_share(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """Nobody should have more or less than their fair share, which earlier periods shift.

    The first unit beyond the share costs the weight, the second twice as much,
    up to ``bands`` times. For hours a unit is an hour and bands are one shortest
    shift apart. Refused wishes have no lower side; wishes that are refused by the
    same shifts are counted together.
    """
    shared = terms.text("of")
    share = context.shares.get(shared)
    if share is None:
        return ()
    rules: list[Rule] = []
    for band in range(terms.whole("bands")):
        match shared:
            case "nights":
                nights = dict.fromkeys(sorted(context.nights & context.allowed), 1)
                rules += _counted(terms, context.days, nights, share, band)
            case "holidays":
                shifts = dict.fromkeys(sorted(context.work), 1)
                rules += _counted(terms, context.calendar.holiday_days, shifts, share, band)
            case "weekends":
                rules += _weekends(terms, context, share, band)
            case "hours":
                rules += _hours(terms, context, share, band)
            case "refused_wishes":
                rules += _refused(terms, context, share, band)
    return tuple(rules)


def _counted(
    terms: Terms, days: tuple[int, ...], amounts: Mapping[int, int], share: float, band: int
) -> tuple[Rule, ...]:
    minimum, maximum = _band(share, band)
    if not days or not amounts or (minimum <= 0 and maximum >= len(days)):
        return ()
    return (
        Count(
            terms.name,
            days,
            tuple(amounts.items()),
            minimum or None,
            maximum,
            terms.weight,
            terms.weight,
            origin=terms.origin,
        ),
    )


def _weekends(terms: Terms, context: Context, share: float, band: int) -> tuple[Rule, ...]:
    groups, under_way = weekends_ahead(context)
    minimum, maximum = _band(share, band)
    start = int(under_way)
    if not groups or (minimum <= start and maximum >= len(groups) + start):
        return ()
    return (
        Weekends(
            terms.name,
            groups,
            context.work,
            minimum if minimum > start else None,
            maximum,
            terms.weight,
            terms.weight,
            min(start, maximum),
            origin=terms.origin,
        ),
    )


def _hours(terms: Terms, context: Context, share: float, band: int) -> tuple[Rule, ...]:
    minutes = context.minutes("paid")
    shortest = min((amount for amount in minutes.values() if amount), default=0)
    width = shortest * (band + 0.5)
    return minutes_between(
        terms,
        context.days,
        minutes,
        low=max(share * 60 - width, 0),
        high=share * 60 + width,
    )


def _refused(terms: Terms, context: Context, share: float, band: int) -> tuple[Rule, ...]:
    alike: dict[Options, set[int]] = defaultdict(set)
    for day, refusing in context.wishes:
        alike[refusing].add(day)
    maximum = math.ceil(share) + band
    return tuple(
        Count(
            terms.name,
            tuple(sorted(days)),
            tuple((option, 1) for option in sorted(refusing)),
            maximum=maximum,
            over=terms.weight,
            origin=terms.origin,
        )
        for refusing, days in alike.items()
        if len(days) > maximum
    )


def _band(share: float, band: int) -> tuple[int, int]:
    """The least and the most that this band leaves free."""
    rounded = round(share, 6)
    return max(math.floor(rounded) - band, 0), math.ceil(rounded) + band
