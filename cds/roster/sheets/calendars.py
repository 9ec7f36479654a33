"""Rosters as calendars (iCalendar, RFC 5545): what a phone shows and an update replaces.

Times are given in UTC, computed from the ward's zone for each date: every
client shows them right, on both sides of a change to or from summer time.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cds import files
from cds.errors import InputError, Place
from cds.roster.sheets.wording import Wording
from cds.roster.view import Cell, PersonRow, RosterView, ShiftLook

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
# Names that Windows keeps for itself, with any ending.
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10)}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]+")


def person_calendar(view: RosterView, row: PersonRow, words: Wording, made_at: datetime) -> str:
    """One person's shifts. ``made_at`` (with a zone) stamps every event.

    The UID of an event follows from ward, person and date, and its SEQUENCE
    from ``made_at``: importing a later roster replaces the events of an earlier
    one. A shift that stood in the roster before and is now a day off comes as
    cancelled. Raises InputError where shifts have no clock times.
    """
    name = f"{row.name} - {view.name}"
    return _calendar(view, name, _events(view, [row], words, made_at, named=False))


def ward_calendar(view: RosterView, words: Wording, made_at: datetime) -> str:
    """Everybody's shifts in one calendar, with the names in the summaries."""
    return _calendar(view, view.name, _events(view, view.people, words, made_at, named=True))


def write_calendars(
    view: RosterView, folder: Path, words: Wording, made_at: datetime
) -> tuple[Path, ...]:
    """One file for each person in ``folder``, which is made; the paths, in the order of people.

    Raises InputError where the folder cannot be written.
    """
    calendars = [person_calendar(view, row, words, made_at) for row in view.people]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be made: {reason}", Place(str(folder))) from error
    paths = [folder / f"{name}.ics" for name in file_names([row.name for row in view.people])]
    for path, calendar in zip(paths, calendars, strict=True):
        files.write(path, calendar)
    return tuple(paths)


def file_names(names: Sequence[str]) -> list[str]:
    """A name that any file system takes for each person, all different but for case."""
    taken: set[str] = set()
    chosen = []
    for name in names:
        plain = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", name)).strip(" .")[:60] or "person"
        if plain.split(".")[0].casefold() in _DEVICES:
            plain += "_"
        candidate, count = plain, 1
        while candidate.casefold() in taken:
            count += 1
            candidate = f"{plain} {count}"
        taken.add(candidate.casefold())
        chosen.append(candidate)
    return chosen


def _calendar(view: RosterView, name: str, events: Sequence[str]) -> str:
    zone = [f"X-WR-TIMEZONE:{view.zone.key}"] if view.zone else []
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cds//cds roster//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
        *zone,
        *events,
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _events(
    view: RosterView,
    rows: Sequence[PersonRow],
    words: Wording,
    made_at: datetime,
    *,
    named: bool,
) -> list[str]:
    stamp = made_at.astimezone(UTC)
    lines: list[str] = []
    for row in rows:
        for cell in row.cells:
            if cell.code:
                lines += _event(view, row, cell, cell.code, words, stamp, named=named)
            elif view.shifts:
                # Whatever an earlier calendar held on this day is taken back; who never had
                # an event there ignores it.
                was = cell.was or view.shifts[0].code
                lines += _event(view, row, cell, was, words, stamp, named=named)
    return lines


def _event(
    view: RosterView,
    row: PersonRow,
    cell: Cell,
    code: str,
    words: Wording,
    stamp: datetime,
    *,
    named: bool,
) -> list[str]:
    shift, at = view.shift(code), view.days[cell.day].date
    start, end = clock_times(shift, at, view.zone)
    summary = " ".join(dict.fromkeys((shift.code, shift.name)))
    notes = []
    if cell.code and cell.skill:
        skill = next((look.name for look in view.skills if look.code == cell.skill), cell.skill)
        notes.append(f"{words.say('skill')}: {skill}")
    others = colleagues(view, row, cell)
    if cell.code and others:
        notes.append(f"{words.say('colleagues')}: {', '.join(others)}")
    whose = "ward" if named else "person"
    key = "\x1f".join((whose, view.name, row.name, str(at)))
    return [
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(key.encode()).hexdigest()[:32]}@roster.cds",
        f"DTSTAMP:{_utc(stamp)}",
        f"SEQUENCE:{max(0, int((stamp - _EPOCH).total_seconds()))}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(end)}",
        f"SUMMARY:{_escaped(f'{row.name}: {summary}' if named else summary)}",
        f"LOCATION:{_escaped(view.name)}",
        *([f"DESCRIPTION:{_escaped(chr(10).join(notes))}"] if notes else []),
        f"STATUS:{'CONFIRMED' if cell.code else 'CANCELLED'}",
        "TRANSP:OPAQUE" if cell.code else "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def clock_times(
    shift: ShiftLook, at: date | None, zone: ZoneInfo | None
) -> tuple[datetime, datetime]:
    """Start and end of a shift on a date, in the ward's zone; the end may be the next day.

    Raises InputError where shift or day has no clock time.
    """
    if at is None or zone is None or shift.start is None or shift.end is None:
        raise InputError(
            f"shift {shift.code} has no clock times, so there is no calendar to write; "
            "expected a ward's roster"
        )
    ends = at + timedelta(days=1) if shift.end <= shift.start else at
    return _local(at, shift.start, zone), _local(ends, shift.end, zone)


def colleagues(view: RosterView, row: PersonRow, cell: Cell) -> list[str]:
    """Who else works the same shift that day."""
    return [
        other.name
        for other in view.people
        if other is not row and cell.code and other.cells[cell.day].code == cell.code
    ]


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """TEXT as RFC 5545 section 3.3.11 wants it."""
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n"))
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets, continued after a space; no character is cut (section 3.1)."""
    parts, part, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > 75:
            parts.append(part)
            part, size = "", 1
        part += letter
        size += octets
    return "\r\n ".join([*parts, part])
