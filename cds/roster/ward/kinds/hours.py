"""Kinds about hours: of a week, of the period, on average, in any stretch of days."""

from __future__ import annotations

from cds.roster.problem import Count, Rule
from cds.roster.ward.kinds.amounts import minutes_between
from cds.roster.ward.kinds.context import Context, Window
from cds.roster.ward.kinds.kind import Terms

_NIGHT_WORKER_DAYS = 6
"""Days of a week that count for night workers' average: all but the weekly day of rest."""


def hours_per_week(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many hours in each calendar week; paid leave counts as paid.

    The minimum holds for weeks that are wholly planned or known, in proportion to
    the days of employment.
    """
    low, high = _minutes(terms, "minimum"), _minutes(terms, "maximum")
    minutes = context.minutes(terms.text("counting"))
    rules: list[Rule] = []
    for week in context.calendar.weeks():
        days = tuple(day for day in week if 0 <= day < context.period.days)
        past = tuple(day for day in week if day < 0)
        start = context.past_sum(Window(past, days), minutes)
        whole = week[-1] < context.period.days and all(context.before(d) is not None for d in past)
        employed = [day for day in week if day < 0 or day in context.employed]
        credit = _leave(terms, context, week)
        least = None
        if low is not None and whole:
            # What the past has missed cannot be made up for on fewer days than it takes.
            left = [day for day in days if day not in context.away]
            possible = start + max(minutes.values(), default=0) * len(left)
            least = low * len(employed) / 7 - credit
            least = min(least, possible) if past else least
        most = None if high is None else max(high - credit, 0)
        rules += minutes_between(terms, days, minutes, low=least, high=most, start=start)
    return tuple(rules)


def hours_per_period(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many hours in the days planned; paid leave counts as paid.

    The minimum is in proportion to the days of employment.
    """
    low, high = _minutes(terms, "minimum"), _minutes(terms, "maximum")
    credit = _leave(terms, context, context.days)
    share = len(context.employed) / context.period.days
    return minutes_between(
        terms,
        context.days,
        context.minutes(terms.text("counting")),
        low=None if low is None else low * share - credit,
        high=None if high is None else max(high - credit, 0),
    )


def contracted_hours(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """Paid hours, with paid leave, come to the contract's hours but for a tolerance.

    The contract's hours are its weekly hours in proportion to the days of
    employment in the period.
    """
    target = contracted_minutes(context)
    tolerance = terms.hours("tolerance") * 60
    return minutes_between(
        terms,
        context.days,
        context.minutes("paid"),
        low=target - tolerance,
        high=max(target + tolerance, 0),
    )


def contracted_minutes(context: Context) -> float:
    """The paid minutes that the contract asks for in this period, less paid leave."""
    owed = context.contract.hours_per_week * 60 * len(context.employed) / 7
    return owed - sum(context.leave_minutes.get(day, 0.0) for day in context.days)


def average_hours(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many hours a week on average over so many weeks, leave left out.

    The weeks are those that end on the last day planned, and 7, 14, ... days
    earlier; where less of the past is known the average is over the days known.
    Days of leave count neither as hours nor as days.
    """
    return _average(terms, context, terms.hours("maximum"))


def night_hours(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many hours a day on average, for who may work nights.

    The average is over all days but the weekly day of rest, so that 8 hours a day
    are 48 a week; it is taken as ``average_hours`` takes it.
    """
    if not context.nights & context.allowed:
        return ()
    return _average(terms, context, terms.hours("maximum") * _NIGHT_WORKER_DAYS)


def rolling_hours(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many hours in any so many consecutive days."""
    minutes = context.minutes(terms.text("counting"))
    rules: list[Rule] = []
    for window in context.windows(terms.whole("days")):
        start = context.past_sum(window, minutes)
        high = terms.hours("maximum") * 60
        rules += minutes_between(terms, window.days, minutes, high=high, start=start)
    return tuple(rules)


def overtime(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At most so many hours of overtime in a calendar month.

    Overtime are the hours beyond ``hours_per_week``, in proportion to the days of
    the month, without those of leave, that are planned or known.
    """
    minutes = context.minutes(terms.text("counting"))
    period = context.period
    rules: list[Rule] = []
    months = sorted({(date.year, date.month) for date in period.dates})
    for month in months:
        days = tuple(
            day for day, date in enumerate(period.dates) if (date.year, date.month) == month
        )
        past = tuple(
            day
            for day in range(days[0] - 31, 0)
            if (period.date_of(day).year, period.date_of(day).month) == month
            and context.before(day) is not None
        )
        window = Window(past, days)
        counted = sum(day not in context.away for day in (*past, *days))
        high = (terms.hours("hours_per_week") * counted / 7 + terms.hours("maximum")) * 60
        start = context.past_sum(window, minutes)
        rules += minutes_between(terms, days, minutes, high=high, start=start)
    return tuple(rules)


def shifts_per_period(terms: Terms, context: Context) -> tuple[Rule, ...]:
    """At least and at most so many of these shifts in the days planned."""
    options = context.options(terms, terms.texts("shift"))
    low, high = terms.whole_or_none("minimum"), terms.whole_or_none("maximum")
    if (low or 0) <= 0 and (high is None or high >= context.period.days):
        return ()
    return (
        Count(
            terms.name,
            context.days,
            tuple((option, 1) for option in sorted(options)),
            low,
            high,
            terms.weight,
            terms.weight,
            origin=terms.origin,
        ),
    )


def _average(terms: Terms, context: Context, hours_per_week: float) -> tuple[Rule, ...]:
    minutes = context.minutes(terms.text("counting"))
    rules: list[Rule] = []
    for window in context.windows(terms.whole("weeks") * 7, 7):
        counted = sum(day not in context.away for day in (*window.past, *window.days))
        start = context.past_sum(window, minutes)
        high = hours_per_week * 60 * counted / 7
        rules += minutes_between(terms, window.days, minutes, high=high, start=start)
    return tuple(rules)


def _leave(terms: Terms, context: Context, days: tuple[int, ...]) -> float:
    """Minutes paid for leave on ``days``; the law's working time has none."""
    if terms.text("counting") != "paid":
        return 0.0
    return sum(context.leave_minutes.get(day, 0.0) for day in days)


def _minutes(terms: Terms, parameter: str) -> float | None:
    hours = terms.hours_or_none(parameter)
    return None if hours is None else hours * 60
