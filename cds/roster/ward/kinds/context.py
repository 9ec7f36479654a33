"""What a kind of rule needs to know of the person and the days it is compiled for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cds.errors import InputError
from cds.roster.problem import OFF, Options
from cds.roster.ward.calendar import Calendar, Period, clock_minutes
from cds.roster.ward.description import Contract, Person, ShiftType, Ward
from cds.roster.ward.kinds.kind import Terms
from cds.roster.ward.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Window:
    """Days looked at together: those planned, and those of the past that are known.

    ``short`` windows lack days because nothing is known of them.
    """

    past: tuple[int, ...]
    days: tuple[int, ...]
    short: bool = False

    @property
    def length(self) -> int:
        """How many days."""
        return len(self.past) + len(self.days)


@dataclass(frozen=True)
class Context:
    """A person on a ward for a period.

    ``past`` gives the option of days before the period (negative), as far back
    without a gap as is known. ``away`` are days, also past ones, on leave or out
    of employment; ``employed`` those planned days on which the person belongs to
    the ward. ``leave_minutes`` are paid for leave, by day. ``shares`` are fair
    shares, by what is shared. ``wishes`` are the options that would refuse each
    wish, by day.
    """

    ward: Ward
    period: Period
    calendar: Calendar
    person: Person
    contract: Contract
    allowed: Options
    past: Mapping[int, int] = field(default_factory=dict)
    away: frozenset[int] = frozenset()
    employed: frozenset[int] = frozenset()
    leave_minutes: Mapping[int, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    wishes: tuple[tuple[int, Options], ...] = ()

    @property
    def shifts(self) -> tuple[ShiftType, ...]:
        """The ward's shifts, in the order of the problem's options."""
        return self.ward.shifts

    @property
    def days(self) -> tuple[int, ...]:
        """Every day planned."""
        return tuple(range(self.period.days))

    @property
    def work(self) -> Options:
        """Every option but the day off."""
        return frozenset(range(len(self.shifts)))

    @property
    def every(self) -> Options:
        """Every option."""
        return self.work | {OFF}

    @property
    def nights(self) -> Options:
        """The night shifts."""
        return frozenset(index for index, shift in enumerate(self.shifts) if shift.night)

    def options(self, terms: Terms, words: tuple[str, ...]) -> Options:
        """What ``words`` name: codes and classes of shifts.

        Raises InputError, at the rule's place, for a word that is neither.
        """
        named: set[int] = set()
        for word in words:
            named |= self._named(terms, word, self.work)
        return frozenset(named)

    def steps(self, terms: Terms, sequence: tuple[str, ...]) -> tuple[Options, ...]:
        """The options of each day of a sequence; raises InputError as ``options`` does."""
        steps = []
        for entry in sequence:
            named: set[int] = set()
            for word in entry.split("|"):
                named |= self._named(terms, word.strip(), self.every)
            steps.append(frozenset(named))
        return tuple(steps)

    def before(self, day: int) -> int | None:
        """The option of a past day, None where it is not known."""
        if day in self.past:
            return self.past[day]
        joined = self.person.first_day
        return OFF if joined is not None and self.period.date_of(day) < joined else None

    def run_before(self, options: Options) -> int | None:
        """How long a run of ``options`` had lasted on the day before the period.

        None where that day is not known; where the past is known only in part,
        the run is as long as is known.
        """
        if self.before(-1) is None:
            return None
        length = 0
        while length < 366 and self.before(-1 - length) in options:
            length += 1
        return length

    def minutes(self, counting: str) -> Mapping[int, int]:
        """Option → its minutes: ``paid``, ``working``, or between start and end (``clock``)."""
        return {index: _minutes(shift, counting) for index, shift in enumerate(self.shifts)}

    def windows(self, length: int, step: int = 1) -> Iterator[Window]:
        """Windows of ``length`` days that end on a planned day, every ``step`` days.

        The last of them ends on the last day planned. A window that would reach
        into a past that is not known is left out, but for that last one, which
        then is short, so that the days planned are never without one.
        """
        last = self.period.days - 1
        for end in range(last, -1, -step):
            first = end - length + 1
            known = 0
            while -known > first and known < length and self.before(-1 - known) is not None:
                known += 1
            short = first < -known
            if short and end != last:
                continue
            yield Window(
                tuple(range(max(first, -known), 0)), tuple(range(max(first, 0), end + 1)), short
            )

    def past_sum(self, window: Window, amounts: Mapping[int, int]) -> int:
        """What the past days of ``window`` add up to."""
        return sum(amounts.get(self.past.get(day, OFF), 0) for day in window.past)

    def _named(self, terms: Terms, word: str, any_: Options) -> Options:
        for index, shift in enumerate(self.shifts):
            if shift.code == word:
                return frozenset({index})
        match word.lower():
            case "off":
                return frozenset({OFF})
            case "any":
                return any_
            case "work":
                return self.work
            case "night":
                return self.nights
            case "day":
                return self.work - self.nights
            case "on_call":
                return frozenset(i for i, shift in enumerate(self.shifts) if shift.on_call)
        codes = [shift.code for shift in self.shifts]
        raise InputError(
            f"rule {terms.name!r}: {word!r} is not a shift; expected {', '.join(codes)}"
            f" or any, work, night, day, on_call, off{did_you_mean(word, codes)}",
            terms.place,
        )


def _minutes(shift: ShiftType, counting: str) -> int:
    match counting:
        case "paid":
            return shift.paid_minutes
        case "working":
            return shift.working_minutes
    return clock_minutes(shift)
