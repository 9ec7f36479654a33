"""The shifts of a ward, each with its minutes."""

from __future__ import annotations

import re
from datetime import time

from cds.roster.ward.calendar import DAY_MINUTES
from cds.roster.ward.description import ShiftType
from cds.roster.ward.documents import Document, finish
from cds.roster.ward.fields import Fields, Reading

RESERVED = frozenset({"off", "any", "work", "night", "day", "on_call", "休", "休息", "-", "."})
"""Words of the tables and rules that no shift can have as its code."""

_PALETTE = ("#f2c14e", "#f78154", "#1f3b73", "#4d9078", "#b4436c", "#7d82b8", "#8c6a4f", "#5b8e7d")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NIGHT_FROM, _NIGHT_TO, _NIGHT_LEAST = 23 * 60, 30 * 60, 180


def read_shifts(document: Document, reading: Reading) -> tuple[ShiftType, ...]:
    """Every ``[[shift]]``."""
    found: list[ShiftType] = []
    seen: set[str] = set()
    for index, fields in enumerate(document.entries("shift", reading)):
        code = fields.text("code", required=True)
        if code.casefold() in RESERVED or "/" in code or "|" in code or code[:1] in tuple("(（#"):
            fields.complain("code", f"is '{code}', which means something else; expected another")
        elif code in seen:
            fields.complain("code", f"is '{code}' for a second time; expected each code once")
        seen.add(code)
        shift = _shift(fields, code, index)
        if shift is not None:
            found.append(shift)
    if not document.lists.get("shift"):
        reading.complaints.add(document.place, "has no [[shift]]; expected at least one")
    return tuple(found)


def _shift(fields: Fields, code: str, index: int) -> ShiftType | None:
    start, end = fields.clock("start", required=True), fields.clock("end", required=True)
    pause = fields.whole("break_minutes")
    paid = fields.whole("paid_minutes", high=2 * DAY_MINUTES)
    working = fields.whole("working_minutes", high=2 * DAY_MINUTES)
    on_call = fields.yes("on_call")
    colour = fields.text("colour") or _PALETTE[index % len(_PALETTE)]
    if not _COLOUR.fullmatch(colour):
        fields.complain("colour", f"is '{colour}'; expected red, green and blue such as #1f3b73")
    known = ("code", "name", "start", "end", "break_minutes", "paid_minutes", "working_minutes")
    finish(fields, (*known, "night", "on_call", "colour"))
    if start is None or end is None:
        return None
    length = _length(start, end)
    if pause is not None and pause >= length:
        fields.complain("break_minutes", f"is {pause}; expected less than the shift's {length}")
    elif pause is not None and paid is not None and paid != length - pause:
        fields.complain(
            "paid_minutes",
            f"is {paid}; the shift's {length} minutes less the break are {length - pause}"
            " (give one of the two)",
        )
    paid = length - (pause or 0) if paid is None else paid
    night = fields.yes("night", not on_call and _is_night(start, length))
    if fields.broken:
        return None
    name = fields.text("name") or code
    working = paid if working is None else working
    return ShiftType(
        code, name, start, end, paid, working, night, on_call, colour.lower(), fields.place()
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _length(start: time, end: time) -> int:
    return (_minute(end) - _minute(start)) % DAY_MINUTES or DAY_MINUTES


def _is_night(start: time, length: int) -> bool:
    """Whether at least three hours lie between 23:00 and 06:00."""
    first = _minute(start)
    last = first + length
    inside = sum(
        max(0, min(last, _NIGHT_TO + shift) - max(first, _NIGHT_FROM + shift))
        for shift in (-DAY_MINUTES, 0, DAY_MINUTES)
    )
    return inside >= _NIGHT_LEAST
