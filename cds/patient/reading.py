"""The state while one patient is read: series so far, account, clock, vocabulary."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cds.errors import InputError, Place
from cds.patient.account import Account, clean_text
from cds.patient.moments import parse_moment
from cds.patient.options import ReadOptions
from cds.patient.record import Observation, PatientRecord
from cds.vocabulary import Concept, Vocabulary, load_vocabulary

# Clocks differ and zones get lost; beyond a day ahead a date is a mistake.
_FUTURE_TOLERANCE: Final = timedelta(days=1)
_ID_LENGTH: Final = 200


class Reading:
    """One patient in the making. ``finish`` makes the immutable record."""

    __slots__ = (
        "_by_code",
        "_latest",
        "account",
        "as_of",
        "complete",
        "incomplete",
        "deceased",
        "now",
        "options",
        "series",
        "source",
        "vocabulary",
    )

    def __init__(self, source: str, now: datetime, options: ReadOptions) -> None:
        """Start with nothing known; ``now`` must have a time zone."""
        if now.tzinfo is None:
            raise ValueError("now must state its time zone")
        self.source = source
        self.now = now
        self.as_of = now
        self.deceased = False
        self.options = options
        self.vocabulary: Vocabulary = load_vocabulary()
        self.account = Account()
        self.series: dict[str, list[Observation]] = {}
        self.complete: set[str] = set()
        self.incomplete: set[str] = set()
        self._by_code: dict[tuple[str, str], tuple[Concept, ...]] = {}
        self._latest = now + _FUTURE_TOLERANCE

    def warn(self, pointer: str, message: str, value: object = "", expected: str = "") -> None:
        """Warn about something in the input."""
        self.account.warn(pointer, message, value, expected)

    def error(self, message: str, pointer: str = "") -> InputError:
        """An error that ends the reading of this patient; the caller raises it."""
        return InputError(message, Place(self.source, clean_text(pointer)))

    def add(self, concept: str, observation: Observation) -> None:
        """Put a value into its concept's series."""
        self.series.setdefault(concept, []).append(observation)

    def by_code(self, system: str, code: str) -> tuple[Concept, ...]:
        """The concepts a code stands for; each code is looked up once."""
        key = (system, code)
        found = self._by_code.get(key)
        if found is None:
            found = self._by_code[key] = self.vocabulary.by_code(system, code)
        return found

    def moment(self, text: object, pointer: str) -> datetime | None:
        """A date of something that happened; None, with a warning, if unusable or ahead."""
        parsed = parse_moment(text, self.now.tzinfo)
        if parsed is None:
            self.warn(
                pointer, "not a date; value not used", text, "a date like 2024-05-01 or 2024-05"
            )
            return None
        moment = parsed[0]
        if moment > self._latest:
            self.warn(
                pointer, "date lies in the future; value not used", text, f"until {self.now:%F}"
            )
            return None
        return moment

    def ending(self, text: object, pointer: str) -> datetime | None:
        """The end of something, which may lie ahead; None, with a warning, if unreadable."""
        parsed = parse_moment(text, self.now.tzinfo)
        if parsed is None:
            self.warn(pointer, "end is not a date and was left out", text, "a date like 2024-05-01")
            return None
        return parsed[0]

    def died(self, moment: datetime | None, pointer: str) -> None:
        """Note the death; the record then describes its moment."""
        self.deceased = True
        if moment is None:
            self.warn(
                pointer, "the patient has died, on an unknown date: no risk means anything now"
            )
            return
        self.as_of = min(self.as_of, moment)
        self.warn(pointer, f"the patient died on {moment:%F}: any risk is as of then, not of today")

    def finish(self, identity: str) -> PatientRecord:
        """The immutable record, each series oldest first, values without a time before."""
        for name, series in self.series.items():
            if len(series) > 1:
                series.sort(key=_by_time)
                self._drop_copies(name, series)
        return PatientRecord(
            id=clean_text(identity[:_ID_LENGTH]),
            source=self.source,
            as_of=self.as_of,
            observations={name: tuple(series) for name, series in self.series.items()},
            complete_lists=frozenset(self.complete - self.incomplete),
            account=self.account.finish(),
            deceased=self.deceased,
        )

    def _drop_copies(self, concept: str, series: list[Observation]) -> None:
        """Leave out values that say the same of the same moment twice, such as a re-sent result."""
        seen: set[tuple[object, ...]] = set()
        kept = []
        for one in series:
            what = (one.time, one.until, one.value, one.comparator)
            if one.time is None or what not in seen:
                seen.add(what)
                kept.append(one)
        copies = len(series) - len(kept)
        if copies:
            series[:] = kept
            self.warn("", f"{concept}: {copies} exact copies of a timed value were left out")


def _by_time(observation: Observation) -> float:
    return float("-inf") if observation.time is None else observation.time.timestamp()
