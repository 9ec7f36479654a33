"""A roster as an Excel workbook: to print, to edit and to give to each person.

The sheets: the roster (one for every four weeks), coverage, how it was made
with the entries that cells may hold, and one for each person.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from cds.roster.sheets import workbook_style as style
from cds.roster.sheets.calendars import colleagues
from cds.roster.sheets.wording import Wording
from cds.roster.sheets.workbook_roster import Placed, fill_roster, landscape, reference
from cds.roster.sheets.workbook_style import formula, put
from cds.roster.sheets.workbook_values import Values, stored
from cds.roster.view import Day, PersonRow, RosterView

_DAYS_ON_A_PAGE = 28
_LONGEST_MONTH = 31
_MAX_BREACHES = 500


def workbook_bytes(view: RosterView, words: Wording, made_at: datetime, version: str) -> bytes:
    """The workbook as a file's bytes, the same for the same arguments.

    ``made_at`` (with a zone) and ``version`` of the program stand inside.
    """
    book = Workbook()
    book.properties.creator = f"cds {version}"
    book.properties.title = view.name
    parts = _pages(view.days)
    base = words.say("title")
    titles = [base if len(parts) == 1 else f"{base} {at}" for at in range(1, len(parts) + 1)]
    about_title = words.say("about")
    entries = _entries(view, words)
    allowed = f"{quote_sheetname(about_title)}!$D$2:$D${1 + len(entries)}"
    placed = []
    values: Values = {}
    for at, (title, days) in enumerate(zip(titles, parts, strict=True)):
        sheet = _first(book, title) if at == 0 else book.create_sheet(title)
        whole = len(parts) == 1
        placed.append(fill_roster(sheet, view, days, words, allowed, values, whole=whole))
    coverage_title = words.say("coverage")
    if view.coverage:
        _coverage(book.create_sheet(coverage_title), view, words, placed, values)
    _about(book.create_sheet(about_title), view, words, entries, made_at, version)
    taken = [*titles, coverage_title, about_title]
    names = sheet_names([row.name for row in view.people], taken)
    for name, row in zip(names, view.people, strict=True):
        _person(book.create_sheet(name), view, row, words)
    stream = io.BytesIO()
    book.save(stream)
    return _finished(stream.getvalue(), made_at, book.sheetnames, values)


def sheet_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names of sheets as Excel allows them: 31 characters, without ``[]:*?/\\``, all different."""
    used = {name.casefold() for name in taken}
    chosen = []
    for name in names:
        plain = " ".join(re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", name).split()).strip("'") or "-"
        candidate, count = plain[:31], 1
        while candidate.casefold() in used:
            count += 1
            candidate = f"{plain[: 30 - len(str(count))]} {count}"
        used.add(candidate.casefold())
        chosen.append(candidate)
    return chosen


def _first(book: Workbook, title: str) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    return sheet


def _pages(days: tuple[Day, ...]) -> list[tuple[Day, ...]]:
    """Four weeks a page; a month stays on one."""
    if len(days) <= _LONGEST_MONTH:
        return [days]
    return [days[at : at + _DAYS_ON_A_PAGE] for at in range(0, len(days), _DAYS_ON_A_PAGE)]


def _entries(view: RosterView, words: Wording) -> list[tuple[str, str]]:
    """What may stand in a cell, and what it means."""
    meanings = [(shift.code, words.shift(shift)) for shift in view.shifts]
    named = {skill.code: skill.name for skill in view.skills}
    several = {skill for row in view.people if len(row.skills) > 1 for skill in row.skills}
    for shift in view.shifts:
        meanings += [
            (f"{shift.code}/{skill}", f"{words.shift(shift)}, {named[skill]}")
            for skill in named
            if skill in several
        ]
    return [
        *meanings,
        ("off", words.say("off")),
        (words.say("leave_mark"), words.say("leave")),
        (words.say("absent_mark"), words.say("absent_meaning")),
    ]


def _coverage(
    sheet: Worksheet,
    view: RosterView,
    words: Wording,
    placed: Sequence[Placed],
    values: Values,
) -> None:
    """Have (counted on the roster's own sheets), minimum, preferred, maximum."""
    put(sheet, 1, 1, words.say("coverage")).font = style.TITLE
    put(sheet, 3, 1, words.say("shift")).font = style.HEAD
    put(sheet, 3, 2, words.say("skill")).font = style.HEAD
    for day in view.days:
        head = put(sheet, 3, 4 + day.index, words.day(day))
        head.font, head.alignment = style.HEAD, style.WRAPPED
        sheet.column_dimensions[letter(4 + day.index)].width = 8
        if day.weekend or day.holiday:
            head.fill = style.HOLIDAY if day.holiday else style.WEEKEND
    row = 4
    for index, cover in enumerate(view.coverage):
        kinds = ["have"]
        kinds += [
            kind
            for kind in ("minimum", "preferred", "maximum")
            if any(getattr(cell, kind) is not None for cell in cover.cells)
        ]
        put(sheet, row, 1, "/".join(cover.shifts)).font = style.HEAD
        put(sheet, row, 2, "/".join(cover.skills))
        for offset, kind in enumerate(kinds):
            put(sheet, row + offset, 3, words.label(kind))
            for cell in cover.cells:
                column = 4 + cell.day
                if kind == "have":
                    there = next(page for page in placed if cell.day in page.columns)
                    at = reference(there, there.cover_rows[index], there.columns[cell.day])
                    formula(sheet, row, column, at, cell.have, values).font = style.HEAD
                else:
                    put(sheet, row + offset, column, getattr(cell, kind)).font = style.QUIET
        if "minimum" in kinds:
            last = letter(3 + len(view.days))
            below = f"AND(ISNUMBER(D{row + 1}),D{row}<D{row + 1})"
            sheet.conditional_formatting.add(f"D{row}:{last}{row}", style.when(below, style.SHORT))
        row += len(kinds) + 1
    sheet.freeze_panes = "D4"
    sheet.print_title_rows, sheet.print_title_cols = "3:3", "A:C"
    landscape(sheet, one_page=False)


def _about(
    sheet: Worksheet,
    view: RosterView,
    words: Wording,
    entries: Sequence[tuple[str, str]],
    made_at: datetime,
    version: str,
) -> None:
    put(sheet, 1, 1, words.say("setting")).font = style.HEAD
    lines: list[tuple[str, object]] = [
        ("title", words.say("head", name=view.name, period=words.period(view.days))),
        ("status", words.verdict(view)),
        ("cost", view.cost),
        ("bound", view.bound),
        ("gap", view.gap),
        ("time", None if view.status == "checked" else round(view.runtime_s, 1)),
        ("seed", view.seed),
    ]
    row = 2
    for key, value in lines:
        if value is not None:
            put(sheet, row, 1, words.label(key))
            cell = put(sheet, row, 2, value)
            cell.alignment = style.WRAPPED
            if key == "time":
                cell.number_format = '0.0" s"'
            if key == "gap":
                cell.number_format = "0.00%"
            row += 1
    for key in ("edit", "support", "made"):
        said = words.say(key, time=made_at.isoformat(timespec="minutes"), version=version)
        put(sheet, row, 2, said).alignment = style.WRAPPED
        row += 1
    row += 1
    for column, key in enumerate(("rule", "cost"), 1):
        put(sheet, row, column, words.label(key)).font = style.HEAD
    for entry in view.paid:
        row += 1
        put(sheet, row, 1, words.title(entry.rule, entry.titles)).alignment = style.WRAPPED
        put(sheet, row, 2, words.say("must") if entry.cost is None else entry.cost)
        sheet.cell(row, 2).alignment = style.WRAPPED
    row += 1
    for key, breaches in (
        ("hard", view.hard),
        ("soft", [breach for breach in view.breaches if breach.cost is not None]),
    ):
        if not breaches:
            continue
        row += 1
        put(sheet, row, 1, words.say(key)).font = style.HEAD
        for breach in breaches[:_MAX_BREACHES]:
            row += 1
            put(sheet, row, 2, words.breach(breach)).alignment = style.WRAPPED
    for column, key in ((4, "entry"), (5, "meaning")):
        put(sheet, 1, column, words.say(key)).font = style.HEAD
    for at, (entry_text, meaning) in enumerate(entries, 2):
        put(sheet, at, 4, entry_text).number_format = style.TEXT
        put(sheet, at, 5, meaning)
    for name, width in (("A", 30), ("B", 70), ("D", 12), ("E", 40)):
        sheet.column_dimensions[name].width = width
    landscape(sheet, one_page=False)


def _person(sheet: Worksheet, view: RosterView, row: PersonRow, words: Wording) -> None:
    """One person's days: date, shift, times, hours, skill, colleagues."""
    title = words.say("head", name=row.name, period=words.period(view.days))
    put(sheet, 1, 1, title).font = style.TITLE
    put(sheet, 2, 1, view.name).font = style.QUIET
    heads = ("date_column", "shift", "start", "end", "hours", "skill", "colleagues")
    for column, key in enumerate(heads, 1):
        put(sheet, 4, column, words.label(key)).font = style.HEAD
    named = {skill.code: skill.name for skill in view.skills}
    for at, cell in enumerate(row.cells, 5):
        day = view.days[cell.day]
        put(sheet, at, 1, words.day(day))
        if day.weekend or day.holiday:
            sheet.cell(at, 1).fill = style.HOLIDAY if day.holiday else style.WEEKEND
        if not cell.code:
            reason = words.say("leave_for", reason=cell.leave) if cell.leave else None
            kind = "absent" if cell.absent else "leave" if cell.leave is not None else "off"
            away = reason or words.say(kind)
            put(sheet, at, 2, away).font = style.QUIET
            continue
        shift = view.shift(cell.code)
        put(sheet, at, 2, " ".join(dict.fromkeys((shift.code, shift.name)))).font = style.HEAD
        for column, clock in ((3, shift.start), (4, shift.end)):
            put(sheet, at, column, clock).number_format = "hh:mm"
        if shift.paid_minutes is not None:
            put(sheet, at, 5, shift.paid_minutes / 60).number_format = "0.0"
        put(sheet, at, 6, named.get(cell.skill, cell.skill))
        others = ", ".join(colleagues(view, row, cell))
        put(sheet, at, 7, others).alignment = style.WRAPPED
    for name, width in zip("ABCDEFG", (18, 18, 8, 8, 8, 18, 60), strict=True):
        sheet.column_dimensions[name].width = width
    sheet.freeze_panes = "A5"
    sheet.print_title_rows = "4:4"
    landscape(sheet, one_page=len(view.days) <= _LONGEST_MONTH)


def _finished(
    data: bytes, made_at: datetime, titles: Sequence[str], values: Mapping[tuple[str, str], float]
) -> bytes:
    """The workbook with ``made_at`` for every time inside, and the value of every formula.

    ``titles`` are those of its sheets, in order.
    """
    sheets = {f"xl/worksheets/sheet{at}.xml": title for at, title in enumerate(titles, 1)}
    stamp = made_at.astimezone(UTC)
    moment = stamp.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    year = min(max(stamp.year, 1980), 2107)  # what a zip archive can hold
    at = (year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second // 2 * 2)
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment, content)
            elif name in sheets:
                content = stored(content, sheets[name], values)
            info = zipfile.ZipInfo(name, at)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()
