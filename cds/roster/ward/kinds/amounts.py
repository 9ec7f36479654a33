"""Counts of hours in whole units, so that costs stay whole numbers.

Hours are counted in the largest unit that divides every shift (a quarter of an
hour, four hours). A hard bound is rounded inwards, which changes nothing, since
no sum lies between. For a soft rule the unit also divides the bounds, to the
nearest quarter of an hour; its weight is for each hour, and a unit of half an
hour costs half of it, rounded up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from cds.roster.problem import Count
from cds.roster.ward.kinds.kind import Terms

_QUARTER = 15


def minutes_between(
    terms: Terms,
    days: tuple[int, ...],
    minutes: Mapping[int, int],
    *,
    low: float | None = None,
    high: float | None = None,
    start: int = 0,
) -> tuple[Count, ...]:
    """The rule that ``start`` and the minutes of ``days`` lie between ``low`` and ``high``.

    Nothing where it cannot be broken. Minutes above ``high`` in ``start`` itself
    can no longer be mended and are not counted.
    """
    longest = max(minutes.values(), default=0) * len(days)
    if low is not None and low <= start:
        low = None
    if high is not None and start + longest <= high:
        high = None
    if (low is None and high is None) or not longest:
        return ()
    unit = math.gcd(start, *minutes.values())
    if terms.weight is not None:
        low, high = (
            None if bound is None else _QUARTER * round(bound / _QUARTER) for bound in (low, high)
        )
        unit = math.gcd(unit, int(low or 0), int(high or 0))
    weight = None if terms.weight is None else math.ceil(terms.weight * unit / 60)
    # Bounds come from hours a week and carry the dust of floating point.
    minimum = None if low is None else math.ceil(round(low / unit, 6))
    maximum = None if high is None else max(math.floor(round(high / unit, 6)), 0)
    if minimum is not None and maximum is not None and terms.weight is not None:
        maximum = max(maximum, minimum)
    begun = start // unit
    return (
        Count(
            terms.name,
            days,
            tuple((option, amount // unit) for option, amount in sorted(minutes.items()) if amount),
            minimum,
            maximum,
            weight,
            weight,
            begun if maximum is None else min(begun, maximum),
            terms.origin,
            unit,
        ),
    )
