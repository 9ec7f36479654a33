"""What is said of single days: leave, wishes, fixed cells, needs; and what earlier periods left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cds.roster.ward import values
from cds.roster.ward.calendar import WEEKDAYS
from cds.roster.ward.description import Assigned, Balance, Leave, Need, Person, Wish
from cds.roster.ward.fields import Fields
from cds.roster.ward.names import Names
from cds.roster.ward.nearest import did_you_mean
from cds.roster.ward.tables import Table
from cds.roster.ward.values import Unreadable, folded

_OFF = frozenset({"off", "-", ".", "休", "休息"})
_ANY = frozenset({"any", "任意", "任何", "不限", "上班"})
_DAILY = frozenset({"daily", "every day", "everyday", "每天", "每日"})
_HOLIDAY = frozenset({"holiday", "holidays", "public holiday", "节假日", "假日", "法定节假日"})
_WEEKEND = frozenset({"weekend", "weekends", "周末"})
_WORKDAY = frozenset({"workday", "workdays", "weekday", "weekdays", "工作日"})


@dataclass(frozen=True)
class Staff:
    """The people that the tables name, with the days on which each belongs to the ward."""

    names: Names
    by_name: Mapping[str, Person]

    def check_employed(self, fields: Fields, key: str, name: str, day: date | None) -> None:
        """Complains of a day before the first or after the last of a person."""
        person = self.by_name.get(name)
        if person is None or day is None:
            return
        if person.first_day and day < person.first_day:
            fields.complain(
                key,
                f"is {day}, before the first day of {name}, {person.first_day} ({person.place})",
            )
        elif person.last_day and day > person.last_day:
            fields.complain(
                key, f"is {day}, after the last day of {name}, {person.last_day} ({person.place})"
            )


def read_leave(table: Table, staff: Staff) -> tuple[Leave, ...]:
    """Leave; two rows of one person must not share a day."""
    found: list[Leave] = []
    rows: dict[str, list[tuple[int, Leave]]] = {}
    for number, fields in table.rows():
        name = fields.name("name", staff.names)
        first, last = fields.day("from", required=True), fields.day("to", required=True)
        paid = fields.number("paid_hours_per_day", high=24)
        if first and last and last < first:
            fields.complain("to", f"is {last}, before the leave begins on {first}")
        if fields.broken or first is None or last is None:
            continue
        leave = Leave(name, first, last, fields.text("reason"), paid, fields.place())
        for other_row, other in rows.get(name, []):
            if first <= other.last and other.first <= last:
                fields.complain(
                    "from",
                    f"the leave of {name} from {first} to {last} overlaps that of row "
                    f"{other_row}, {other.first} to {other.last}; expected each day once",
                )
        rows.setdefault(name, []).append((number, leave))
        found.append(leave)
    return tuple(found)


def read_wishes(table: Table, staff: Staff, shifts: Names, weight: int) -> tuple[Wish, ...]:
    """Wishes for and against shifts; ``weight`` is for rows that give none."""
    found = []
    seen: dict[tuple[str, date, str], int] = {}
    for number, fields in table.rows():
        name = fields.name("name", staff.names)
        day = fields.day("date", required=True)
        shift = shift_word(fields, "shift", shifts, any_allowed=True)
        wanted = fields.yes("want", True)
        cost = fields.whole("weight", low=1)
        staff.check_employed(fields, "date", name, day)
        if fields.broken or day is None:
            continue
        first = seen.setdefault((name, day, shift), number)
        if first != number:
            fields.complain("shift", f"{name} has this wish for {day} in row {first} too")
        found.append(
            Wish(name, day, shift, wanted, weight if cost is None else cost, fields.place())
        )
    return tuple(found)


def read_assigned(
    table: Table, staff: Staff, shifts: Names, skills: Names, leave: Iterable[Leave]
) -> tuple[Assigned, ...]:
    """Cells fixed or forbidden by hand."""
    away: dict[str, list[Leave]] = {}
    for one in leave:
        away.setdefault(one.person, []).append(one)
    found = []
    fixed: dict[tuple[str, date], int] = {}
    for number, fields in table.rows():
        name = fields.name("name", staff.names)
        day = fields.day("date", required=True)
        shift = shift_word(fields, "shift", shifts, any_allowed=False)
        skill = fields.name("skill", skills, required=False)
        forbidden = fields.yes("forbidden")
        staff.check_employed(fields, "date", name, day)
        person = staff.by_name.get(name)
        if person and skill and skill not in person.skills:
            fields.complain(
                "skill",
                f"{name} has no skill '{skill}'; expected one of {', '.join(person.skills)}",
            )
        if fields.broken or day is None:
            continue
        if not forbidden:
            first = fixed.setdefault((name, day), number)
            if first != number:
                fields.complain("date", f"{name} is already fixed for {day} in row {first}")
            clash = next((one for one in away.get(name, []) if one.first <= day <= one.last), None)
            if clash and shift != "off":
                fields.complain("date", f"{name} is on leave on {day} ({clash.place})")
        found.append(Assigned(name, day, shift, skill, forbidden, fields.place()))
    return tuple(found)


def shift_word(fields: Fields, key: str, shifts: Names, *, any_allowed: bool) -> str:
    """A shift's code, "off", or "any" where it is allowed."""
    word = fields.text(key, required=True)
    if not word:
        return ""
    code = shifts.find(word)
    if code is not None:
        return code
    if folded(word) in _OFF:
        return "off"
    if any_allowed and folded(word) in _ANY:
        return "any"
    others = ", any or off" if any_allowed else " or off"
    fields.complain(
        key,
        f"unknown shift '{word}'; expected {', '.join(shifts.all)}{others}"
        f"{did_you_mean(word, shifts.all)}",
    )
    return ""


def read_demand(
    table: Table, shifts: Names, skills: Names, weekend: tuple[str, ...]
) -> tuple[Need, ...]:
    """Needs by day, shift and skill, each combination once."""
    found = []
    seen: dict[tuple[date | str, str, str], int] = {}
    for number, fields in table.rows():
        days = _need_days(fields, weekend)
        shift, skill = fields.name("shift", shifts), _need_skill(fields, skills)
        low = fields.whole("minimum", required=True)
        preferred, high = fields.whole("preferred"), fields.whole("maximum")
        if low is not None and preferred is not None and preferred < low:
            fields.complain("preferred", f"is {preferred}, below the minimum {low}")
        floor = max((one for one in (low, preferred) if one is not None), default=None)
        if floor is not None and high is not None and high < floor:
            fields.complain("maximum", f"is {high}, below the minimum or preferred {floor}")
        if fields.broken or low is None:
            continue
        for day in days:
            first = seen.setdefault((day, shift, skill), number)
            if first != number:
                fields.complain(
                    "day",
                    f"{day}, {shift}, {skill or 'any skill'} is already in row {first}; "
                    "expected each once",
                )
            found.append(Need(day, shift, skill, low, preferred, high, fields.place()))
    if not table.content:
        table.reading.complaints.add(table.sheet.place(0), "has no rows; expected needs")
    return tuple(found)


def _need_skill(fields: Fields, skills: Names) -> str:
    """The skill; empty where any will do."""
    if folded(fields.text("skill")) in _ANY and skills.find(fields.text("skill")) is None:
        return ""
    return fields.name("skill", skills, required=False)


def _need_days(fields: Fields, weekend: tuple[str, ...]) -> tuple[date | str, ...]:
    """One day, or the days of a word that means several."""
    raw = fields.raw("day")
    if isinstance(raw, str):
        word = folded(raw)
        weekday = values.weekday(raw)
        if weekday is not None:
            return (weekday,)
        if word in _DAILY:
            return ("daily",)
        if word in _HOLIDAY:
            return ("holiday",)
        if word in _WEEKEND:
            return weekend
        if word in _WORKDAY:
            return tuple(day for day in WEEKDAYS if day not in weekend)
        try:
            return (values.day(raw, fields.reading.date_order),)
        except Unreadable as error:
            detail = str(error)
            if not any(letter.isdigit() for letter in word):
                words = (*WEEKDAYS, "daily", "holiday", "weekend", "workday")
                detail = (
                    f"is {values.shown(raw)}; expected a date, a weekday such as monday, daily, "
                    f"holiday, weekend or workday{did_you_mean(word, words)}"
                )
            fields.complain("day", detail)
            return ()
    day = fields.day("day", required=True)
    return () if day is None else (day,)


def read_balances(table: Table, staff: Staff) -> dict[str, Balance]:
    """What earlier periods left, by person."""
    found: dict[str, Balance] = {}
    for _, fields in table.rows():
        name = fields.name("name", staff.names)
        if name in found:
            fields.complain("name", f"'{name}' has a row already; expected one")
        columns = ("nights", "weekends", "holidays", "refused_wishes", "periods")
        nights, weekends, holidays, refused, periods = (
            fields.whole(column) or 0 for column in columns
        )
        if name and not fields.broken:
            found[name] = Balance(nights, weekends, holidays, refused, periods)
    return found
