"""A roster as one printable page without outside parts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from cds.roster.sheets.entries import entry_of
from cds.roster.view import BreachLine, Cell, CoverCell, Day, PersonRow, RosterView
from cds.show.layout import clean
from cds.show.roster.grid import MARKS, mark_of
from cds.show.roster.style import STYLE, shift_classes
from cds.show.roster.words import RosterWords, hours

_DAYS_IN_A_TABLE = 31
_DAYS_IN_A_PART = 28
_DAYS_FULL_SIZE = 14  # more are printed smaller
_BREACHES = 200
_TOTALS = (  # heading, and where it stands in Totals
    ("hours", "paid_minutes"),
    ("leave_hours", "leave_minutes"),
    ("owed", "contract_minutes"),
    ("shifts", "shifts"),
    ("nights", "nights"),
    ("weekends", "weekends"),
    ("holidays", "holidays"),
)


def page(view: RosterView, *, language: str, version: str, made_at: str) -> str:
    """The whole roster as a self-contained HTML page for A4 landscape.

    ``made_at`` is the time it was made as ISO 8601. Periods longer than a month
    come in tables of four weeks.
    """
    html = _Page(view, language)
    tongue = "zh-Hans" if language == "zh" else "en"
    parts = [html.heading()]
    if view.rostered:
        parts += [html.grids(), html.legend(), html.short(), html.coverage(), html.totals()]
        parts += [html.fairness(), html.costs()]
    parts += [html.breaches(), html.footer(version, made_at)]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.title()}</title>\n<style>\n{STYLE}{shift_classes(view.shifts)}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page, in one language. Every text passes through ``escape``."""

    def __init__(self, view: RosterView, language: str) -> None:
        self.view = view
        self.words = RosterWords(language)
        self.classes = {shift.code: f"s{index}" for index, shift in enumerate(view.shifts)}

    def say(self, key: str, **values: object) -> str:
        return escape(self.words.say(key, **values))

    def label(self, key: str) -> str:
        return escape(self.words.label(key))

    def title(self) -> str:
        words = self.words
        return self.say("head", name=clean(self.view.name), period=words.period(self.view.days))

    def heading(self) -> str:
        view = self.view
        bad = view.hard or view.status not in ("optimal", "feasible", "checked")
        return (
            f"<header><h1>{self.title()}</h1>"
            f'<p class="verdict {"bad" if bad else "good"}">'
            f"{escape(self.words.verdict(view))}</p></header>"
        )

    def grids(self) -> str:
        days = self.view.days
        if len(days) <= _DAYS_IN_A_TABLE:
            return self._grid(days)
        starts = range(0, len(days), _DAYS_IN_A_PART)
        return "\n".join(self._grid(days[at : at + _DAYS_IN_A_PART]) for at in starts)

    def legend(self) -> str:
        words, view = self.words, self.view
        entries = [
            f'<span class="chip {self.classes[shift.code]}">{escape(clean(shift.code))}</span> '
            + escape(clean(words.shift(shift)).removeprefix(clean(shift.code)).strip())
            for shift in view.shifts
        ]
        cells = [cell for row in view.people for cell in row.cells]
        away = [cell for cell in cells if cell.leave is not None and not cell.code]
        if any(not cell.absent for cell in away):
            entries.append(f"{self.say('leave_mark')} {self.say('leave')}")
        if any(cell.absent for cell in away):
            entries.append(f"{self.say('absent_mark')} {self.say('absent')}")
        marks = {mark_of(cell) for cell in cells}
        entries += [
            f"<sup>{escape(mark.sign)}</sup> {self.say(mark.key)}"
            for mark in MARKS
            if mark in marks
        ]
        for kind, occurs in (
            ("weekend", any(day.weekend for day in view.days)),
            ("holiday", any(day.holiday for day in view.days)),
        ):
            if occurs:
                entries.append(f'<span class="chip {kind}">&nbsp;</span> {self.say(kind)}')
        return '<ul class="legend">' + "".join(f"<li>{e}</li>" for e in entries) + "</ul>"

    def short(self) -> str:
        gaps = [(cell, row) for row in self.view.coverage for cell in row.cells if cell.short]
        if not gaps:
            return f'<p class="good">{self.say("covered")}</p>' if self.view.coverage else ""
        gaps.sort(key=lambda gap: gap[0].day)
        lines = [self.words.short(row, cell, self.view.days[cell.day]) for cell, row in gaps]
        return f'<h2 class="bad">{self.say("short")}</h2>{_list(lines, "gaps")}'

    def coverage(self) -> str:
        """What each shift and skill needs and has, day by day."""
        if not self.view.coverage:
            return ""
        days = self.view.days
        parts = [days[at : at + _DAYS_IN_A_TABLE] for at in range(0, len(days), _DAYS_IN_A_TABLE)]
        cells = [cell for row in self.view.coverage for cell in row.cells]
        keys = [
            self.words.say(key)
            for key, occurs in (
                ("key_short", any(cell.short for cell in cells)),
                ("key_wanting", any(cell.wanting for cell in cells)),
                ("key_over", any(cell.over for cell in cells)),
            )
            if occurs
        ]
        told = f'<p class="quiet">{escape("   ".join(keys))}</p>' if keys else ""
        return "\n".join(self._coverage(part) for part in parts) + told

    def totals(self) -> str:
        people = self.view.people
        shown = [
            (key, name)
            for key, name in _TOTALS
            if any(getattr(row.totals, name) is not None for row in people)
        ]
        heads = "".join(f'<th scope="col">{self.label(key)}</th>' for key, _ in shown)
        wishes = any(row.totals.wishes for row in people)
        heads += f'<th scope="col">{self.label("wishes")}</th>' if wishes else ""
        rows = []
        for row in people:
            cells = [_total(row, name) for _, name in shown]
            if wishes:
                asked = row.totals.wishes
                cells.append(f"{asked - row.totals.refused}/{asked}" if asked else "")
            inside = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
            rows.append(f'<tr><th scope="row">{escape(clean(row.name))}</th>{inside}</tr>')
        return _table(
            "totals", self.say("totals"), f'<th scope="col">{self.say("name")}</th>{heads}', rows
        )

    def fairness(self) -> str:
        lines = [self.words.fairness(line) for line in self.view.fairness]
        return f"<h2>{self.say('fairness')}</h2>{_list(lines)}" if lines else ""

    def costs(self) -> str:
        if not self.view.paid:
            return f"<p>{self.say('no_costs')}</p>"
        rows = [
            f'<tr><th scope="row">{escape(self.words.title(entry.rule, entry.titles))}</th>'
            f'<td class="number">'
            f"{self.say('must') if entry.cost is None else entry.cost}</td>"
            f'<td class="number">{entry.times}</td></tr>'
            for entry in self.view.paid
        ]
        heads = "".join(f'<th scope="col">{self.label(k)}</th>' for k in ("rule", "cost", "times"))
        return _table("costs", self.say("costs"), heads, rows)

    def breaches(self) -> str:
        soft = [breach for breach in self.view.breaches if breach.cost is not None]
        return self._breaches("hard", self.view.hard) + self._breaches("soft", soft)

    def footer(self, version: str, made_at: str) -> str:
        made = self.say("made", version=version, time=made_at)
        return f"<footer><p>{self.say('support')}</p><p>{made}</p></footer>"

    def _breaches(self, key: str, breaches: Sequence[BreachLine]) -> str:
        if not breaches:
            return ""
        lines = [self.words.breach(breach) for breach in breaches[:_BREACHES]]
        if len(breaches) > _BREACHES:
            lines.append(self.words.say("more", count=len(breaches) - _BREACHES))
        return f"<h2>{self.say(key)}</h2>{_list(lines)}"

    def _grid(self, days: Sequence[Day]) -> str:
        rows = [
            f'<tr><th scope="row">{escape(clean(row.name))}</th>'
            + "".join(self._cell(row, row.cells[day.index], day) for day in days)
            + "</tr>"
            for row in self.view.people
        ]
        heads = f'<th scope="col">{self.say("name")}</th>' + self._day_heads(days)
        caption = escape(self.words.period(tuple(days)))
        if len(days) == len(self.view.days):  # the page's title says it already
            caption = f'<span class="hidden">{caption}</span>'
        return _table("grid" + _wide(days), caption, heads, rows)

    def _day_heads(self, days: Sequence[Day]) -> str:
        return "".join(
            f'<th scope="col"{_kind(day)} title="{escape(self.words.day(day))}">'
            f"{escape(self.words.weekday(day))}"
            f"{f'<br>{day.date.day}' if day.date else ''}</th>"
            for day in days
        )

    def _cell(self, row: PersonRow, cell: Cell, day: Day) -> str:
        classes = [self.classes[cell.code]] if cell.code else []
        if not cell.code and (day.weekend or day.holiday):
            classes.append("holiday" if day.holiday else "weekend")
        classes += ["broken"] if cell.broken else []
        classes += ["refused"] if cell.wish == "refused" else []
        shown = escape(clean(entry_of(row, cell)))
        if cell.leave is not None and not cell.code:
            classes.append("leave")
            shown = self.say("absent_mark" if cell.absent else "leave_mark")
        mark = mark_of(cell)
        sign = f"<sup>{escape(mark.sign)}</sup>" if mark else ""
        told = self._told(cell)
        title = f' title="{escape(told)}"' if told else ""
        attribute = f' class="{" ".join(classes)}"' if classes else ""
        return f"<td{attribute}{title}>{shown}{sign}</td>"

    def _told(self, cell: Cell) -> str:
        """What is special about the cell, in words for who rests the pointer on it."""
        words = self.words
        told = [words.say(mark.key) for mark in MARKS if mark.shown(cell)]
        if cell.leave:
            told.insert(0, words.say("leave_for", reason=clean(cell.leave)))
        if cell.absent:
            told.insert(0, words.say("absent"))
        return "; ".join(told)

    def _coverage(self, days: Sequence[Day]) -> str:
        rows = []
        for row in self.view.coverage:
            needs = {cell.day: cell for cell in row.cells}
            cells = "".join(self._need(needs.get(day.index), day) for day in days)
            label = escape(self.words.cover(row))
            rows.append(f'<tr><th scope="row">{label}</th>{cells}</tr>')
        heads = f'<th scope="col">{self.say("shift")}</th>' + self._day_heads(days)
        return _table("coverage" + _wide(days), self.say("coverage"), heads, rows)

    def _need(self, cell: CoverCell | None, day: Day) -> str:
        if cell is None:
            return f"<td{_kind(day)}></td>"
        name = "short" if cell.short else "over" if cell.over else "wanting" if cell.wanting else ""
        wanted = [
            f"{self.words.say(kind)} {value}"
            for kind, value in (
                ("minimum", cell.minimum),
                ("preferred", cell.preferred),
                ("maximum", cell.maximum),
            )
            if value is not None
        ]
        shown = str(cell.have)
        if name:
            sign, limit = {
                "short": ("&lt;", cell.minimum),
                "over": ("&gt;", cell.maximum),
                "wanting": ("~", cell.preferred),
            }[name]
            shown = f"{cell.have}{sign}{limit}"
        attribute = f' class="{name}"' if name else _kind(day)
        return f'<td{attribute} title="{escape(", ".join(wanted))}">{shown}</td>'


def _total(row: PersonRow, name: str) -> str:
    amount: int | None = getattr(row.totals, name)
    if amount is None:
        return ""
    return hours(amount) if name.endswith("_minutes") else str(amount)


def _kind(day: Day) -> str:
    if day.holiday:
        return ' class="holiday"'
    return ' class="weekend"' if day.weekend else ""


def _wide(days: Sequence[Day]) -> str:
    return " wide" if len(days) > _DAYS_FULL_SIZE else ""


def _list(lines: Sequence[str], name: str = "") -> str:
    attribute = f' class="{name}"' if name else ""
    return f"<ul{attribute}>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(name: str, caption: str, heads: str, rows: Sequence[str]) -> str:
    body = "\n".join(rows)
    return (
        f'<div class="scroll"><table class="{name}">\n<caption>{caption}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )
