"""An uninterrupted rest in each week, from clock times in the ward's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cds.roster.problem import OFF, Options, Rule
from cds.roster.ward.kinds.context import Context
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.kinds.occurrences import Sequence, unwanted_sequences
from cds.roster.ward.kinds.rest import shifts_that_break_rest

_DAY = 24 * 60
_Steps = dict[int, Options]


def weekly_rest(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """In each seven days an uninterrupted rest of so many hours, at least 24 of them within.

    The seven days are calendar weeks (``rolling``: any seven days). A rest counts
    only where no shift begins for a whole calendar day, which is strictly safer
    than the hours alone; otherwise the rule is exact. A rest that reaches beyond
    the days planned is kept by the next period, which sees this one as its past.
    """
    length = terms.whole("days")
    days = context.period.days
    if terms.flag("rolling"):
        firsts = list(range(-length, days - length + 1))
    else:
        week = context.calendar.weeks()[0][0]
        firsts = list(range(week - length, days, length))
    breaking = shifts_that_break_rest(terms, context)
    hours = round(terms.hours("hours") * 60)
    sequences: list[Sequence] = []
    for first in firsts:
        week_ = _week(context, breaking, hours, first, length)
        if week_ is not None:
            sequences += [(first + at, steps) for at, steps in _without_rest(week_)]
    return unwanted_sequences(terms, context, sequences)


@dataclass(frozen=True, slots=True)
class _Week:
    """A week in minutes from its own beginning; position 0 is the day before it.

    ``begins`` and ``ends`` are those of each breaking shift, by position. ``known``
    are the options that a day may have: all of them where it is planned, one where
    it is past; None is a day of which nothing is known or that lies beyond the
    period: it is taken as free. ``free_since`` is when rest may begin where the
    day before is off, ``free_until`` when it must end where the day after is off.
    """

    needed: int
    within: int
    end: int
    breaking: tuple[int, ...]
    resting: Options
    begins: tuple[tuple[int, ...], ...]
    ends: tuple[tuple[int, ...], ...]
    known: tuple[Options | None, ...]
    free_since: int
    free_until: int


def _week(context: Context, breaking: Options, hours: int, first: int, length: int) -> _Week | None:
    """None where the week is no concern of this period."""
    calendar = context.calendar
    known: list[Options | None] = []
    for day in range(first - 1, first + length + 1):
        if day >= context.period.days:
            known.append(None)
        elif day >= 0:
            known.append(context.every)
        else:
            option = context.before(day)
            if option is None and day >= first:
                return None
            known.append(None if option is None else frozenset({option}))
    origin = calendar.midnight(first)
    order = tuple(sorted(breaking))
    positions = range(first - 1, first + length + 1)
    # The day before the day before matters only by shifts that reach far into the next.
    earlier = max((calendar.ends(shift, first - 2) for shift in order), default=origin)
    end = calendar.midnight(first + length) - origin
    within = min(hours, _DAY)
    return _Week(
        needed=hours,
        within=within,
        end=end,
        breaking=order,
        resting=context.every - breaking,
        begins=tuple(tuple(calendar.begins(s, day) - origin for s in order) for day in positions),
        ends=tuple(tuple(calendar.ends(s, day) - origin for s in order) for day in positions),
        known=tuple(known),
        free_since=earlier - origin,
        free_until=calendar.midnight(first + length + 1) - origin,
    )


@lru_cache(maxsize=4096)
def _without_rest(week: _Week) -> tuple[tuple[int, tuple[Options, ...]], ...]:
    """Every way to spend the week without the rest, each once: where it begins, its steps."""
    found = []
    for way in _ways(week, 1, {}):
        steps = {at: options for at, options in way.items() if week.known[at] is not None}
        if steps:
            first, last = min(steps), max(steps)
            # Position 1 is the first day of the week.
            found.append((first - 1, tuple(steps[at] for at in range(first, last + 1))))
    return tuple(found)


def _ways(week: _Week, position: int, steps: _Steps) -> Iterator[_Steps]:
    """Ways to go on from ``position``, the days before it being ``steps``."""
    last = len(week.known) - 2  # the last day of the week itself
    if position > last:
        yield steps
        return
    if _may(week, position, work=True):
        yield from _ways(week, position + 1, steps | {position: _here(week, position, work=True)})
    for stop in range(position, last + 1):  # days off from here to ``stop``
        if not _may(week, stop, work=False):
            return
        off = {at: _here(week, at, work=False) for at in range(position, stop + 1)}
        after = stop + 1
        if after <= last and not _may(week, after, work=True):
            continue
        for flanks in _too_short(week, position - 1, after, steps):
            following = steps | off | flanks
            yield from _ways(week, after + 1, following)


def _may(week: _Week, position: int, *, work: bool) -> bool:
    return bool(_here(week, position, work=work))


def _here(week: _Week, position: int, *, work: bool) -> Options:
    """The options of a day that are work (or rest), as far as they are known."""
    known = week.known[position]
    if known is None:
        return frozenset() if work else week.resting
    return known & (frozenset(week.breaking) if work else week.resting)


def _too_short(week: _Week, before: int, after: int, steps: _Steps) -> Iterator[_Steps]:
    """What to work on the days around days off for the rest between to be too short."""
    lefts = steps.get(before, _here(week, before, work=True))
    left_ways: list[tuple[int | None, int]] = [
        (shift, week.ends[before][index])
        for index, shift in enumerate(week.breaking)
        if shift in lefts
    ]
    if before == 0 and _may(week, 0, work=False):
        left_ways.append((None, week.free_since))
    right_ways: list[tuple[int | None, int]] = [
        (shift, week.begins[after][index])
        for index, shift in enumerate(week.breaking)
        if shift in _here(week, after, work=True)
    ]
    if after == len(week.known) - 1 and _may(week, after, work=False):
        right_ways.append((None, week.free_until))
    alike: dict[tuple[bool, frozenset[int | None]], set[int]] = {}
    for left, end in left_ways:
        short = frozenset(right for right, begin in right_ways if not _rested(week, end, begin))
        alike.setdefault((left is None, short), set()).add(OFF if left is None else left)
    for (idle, short), alike_lefts in alike.items():
        left_step = _here(week, before, work=False) if idle else frozenset(alike_lefts)
        shifts_after = frozenset(right for right in short if right is not None)
        if shifts_after:
            yield {before: left_step, after: shifts_after}
        if None in short:
            yield {before: left_step, after: _here(week, after, work=False)}


def _rested(week: _Week, end: int, begin: int) -> bool:
    """Whether what lies between is the rest that the week must have."""
    start = max(end, week.within - week.needed)
    return start + week.needed <= begin and start + week.within <= week.end
