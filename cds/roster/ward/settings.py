"""The settings of a ward other than its rules and shifts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from cds.errors import InputError
from cds.roster.ward import values
from cds.roster.ward.calendar import WEEKDAYS
from cds.roster.ward.description import Ratio, Skill
from cds.roster.ward.documents import Document, finish
from cds.roster.ward.fields import Fields, Reading
from cds.roster.ward.names import Names
from cds.roster.ward.raw_sheets import text_sheet
from cds.roster.ward.tables import is_note
from cds.roster.ward.values import Unreadable

_COVER = ("minimum", "preferred", "maximum")

WISH_WEIGHT = 10
"""What a refused wish costs where the table gives no weight."""

_QUANTILE = re.compile(r"mean|q0?\.\d+")


@dataclass(frozen=True, slots=True)
class General:
    """``[ward]``, ``[cover]``, ``[notice]`` and ``[wishes]``."""

    name: str
    zone: ZoneInfo
    weekend: tuple[str, ...]
    holidays: frozenset[date]
    laws: tuple[str, ...]
    weights: Mapping[str, int]
    published_until: date | None
    notice_days: int | None
    wish_weight: int


def read_general(document: Document, folder: Path, reading: Reading) -> General:
    """The settings that stand alone."""
    ward = document.section("ward", reading)
    cover = document.section("cover", reading)
    notice = document.section("notice", reading)
    wishes = document.section("wishes", reading)
    weights = {key: weight for key in _COVER if (weight := _cover_weight(cover, key)) is not None}
    general = General(
        name=ward.text("name", required=True),
        zone=_zone(ward),
        weekend=_weekend(ward),
        holidays=_holidays(ward, folder, reading),
        laws=ward.items("laws"),
        weights=weights,
        published_until=notice.day("published_until"),
        notice_days=notice.whole("days"),
        wish_weight=_or(wishes.whole("weight", low=1), WISH_WEIGHT),
    )
    if notice.has("days") and notice.has("published_until"):
        notice.complain("days", "stands beside 'published_until'; expected one of the two")
    finish(ward, ("name", "timezone", "weekend", "holidays", "laws"))
    finish(cover, _COVER)
    finish(notice, ("published_until", "days"))
    finish(wishes, ("weight",))
    return general


def _cover_weight(cover: Fields, key: str) -> int | None:
    """What each one too few or too many costs; None for "hard" and where nothing is said."""
    if not cover.has(key) or cover.raw(key) == "hard":
        if cover.has(key) and key == "preferred":
            cover.complain(key, "is 'hard'; expected a cost (what must be is the minimum)")
        return None
    return cover.whole(key, low=1)


def _or(found: int | None, default: int) -> int:
    return default if found is None else found


def _zone(ward: Fields) -> ZoneInfo:
    name = ward.text("timezone", required=True)
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        ward.complain("timezone", f"is '{name}'; expected a time zone such as Europe/London")
        return ZoneInfo("UTC")


def _weekend(ward: Fields) -> tuple[str, ...]:
    if ward.raw("weekend") is None:
        return ("saturday", "sunday")
    found = []
    for word in ward.items("weekend"):
        day = values.weekday(word)
        if day is None:
            ward.complain("weekend", f"holds '{word}'; expected weekdays such as saturday")
        else:
            found.append(day)
    return tuple(sorted(set(found), key=WEEKDAYS.index))


def _holidays(ward: Fields, folder: Path, reading: Reading) -> frozenset[date]:
    """A list of dates, or the name of a file whose first column holds them."""
    raw = ward.raw("holidays")
    if isinstance(raw, str) and Path(raw).suffix.lower() in (".csv", ".txt", ".tsv"):
        return _holiday_file(ward, folder / raw, raw, reading)
    found = set()
    for item in raw if isinstance(raw, list | tuple) else values.items(raw) if raw else ():
        try:
            found.add(values.day(item, reading.date_order))
        except Unreadable as error:
            ward.complain("holidays", f"a date {error}")
    return frozenset(found)


def _holiday_file(ward: Fields, path: Path, name: str, reading: Reading) -> frozenset[date]:
    try:
        sheet = text_sheet(path, name)
    except InputError as error:
        ward.complain("holidays", str(error))
        return frozenset()
    found = set()
    rows = [(number, row) for number, row in enumerate(sheet.rows, 1) if not is_note(row)]
    for number, row in rows[1:]:  # the first is the header
        try:
            found.add(values.day(row[0], reading.date_order))
        except Unreadable as error:
            reading.complaints.add(sheet.place(number), str(error))
    return frozenset(found)


def read_skills(document: Document, reading: Reading) -> tuple[Skill, ...]:
    """Every ``[[skill]]``."""
    entries = document.entries("skill", reading)
    if not entries:
        reading.complaints.add(document.place, "has no [[skill]]; expected at least one")
    names = Names("skill", (fields.text("code", required=True) for fields in entries))
    found: list[Skill] = []
    seen: set[str] = set()
    for fields in entries:
        code = fields.text("code")
        if code in seen:
            fields.complain("code", f"is '{code}' for a second time; expected each code once")
        seen.add(code)
        substitutes = _substitutes(fields, code, names)
        finish(fields, ("code", "name", "substitutes"))
        if not fields.broken:
            found.append(Skill(code, fields.text("name") or code, substitutes, fields.place()))
    return tuple(found)


def _substitutes(fields: Fields, code: str, names: Names) -> tuple[tuple[str, int], ...]:
    """``[{skill = "RN", cost = 5}]``, or in a sheet's cell ``RN 5; CN 8``."""
    raw = fields.raw("substitutes")
    if raw is None:
        return ()
    entries: Sequence[object] = raw if isinstance(raw, list) else values.items(raw)
    found = []
    for entry in entries:
        if isinstance(entry, dict):
            parts = Fields(entry, lambda _: fields.place("substitutes"), fields.reading)
        else:
            word, _, cost = values.text(entry).rpartition(" ")
            parts = Fields(
                {"skill": word, "cost": cost},
                lambda _: fields.place("substitutes"),
                fields.reading,
            )
        skill, cost_ = parts.name("skill", names), parts.whole("cost", required=True)
        if skill == code:
            fields.complain("substitutes", f"names '{code}' itself; expected other skills")
        elif skill and cost_ is not None:
            found.append((skill, cost_))
    return tuple(found)


def read_ratios(
    document: Document, shifts: Names, skills: Names, reading: Reading
) -> tuple[Ratio, ...]:
    """Every ``[[ratio]]``."""
    found = []
    for fields in document.entries("ratio", reading):
        per = fields.number("per", required=True)
        if per == 0:
            fields.complain("per", "is 0; expected how many patients need one")
        quantile = fields.text("quantile") or "mean"
        preferred = fields.text("preferred_quantile")
        for key, column in (("quantile", quantile), ("preferred_quantile", preferred)):
            if column and not _QUANTILE.fullmatch(column):
                fields.complain(key, f"is '{column}'; expected mean, or a quantile such as q0.8")
        ratio = Ratio(
            skill=fields.name("skill", skills),
            shift=fields.name("shift", shifts),
            series=fields.text("series", required=True),
            per=per or 1.0,
            quantile=quantile,
            at_least=fields.whole("at_least") or 0,
            preferred_quantile=preferred or None,
            place=fields.place(),
        )
        known = ("skill", "shift", "series", "per", "quantile", "preferred_quantile", "at_least")
        finish(fields, known)
        if not fields.broken:
            found.append(ratio)
    return tuple(found)
