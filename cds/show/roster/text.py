"""A roster as text for a terminal: the grid, who is short, totals, fairness, costs, the proof."""

from __future__ import annotations

from collections.abc import Sequence

from cds.roster.view import BreachLine, PersonRow, RosterView
from cds.show.layout import Terminal, cells, clean, pad, wrap
from cds.show.roster.grid import MARKS, Column, Grid, mark_of
from cds.show.roster.words import RosterWords, hours

_LINES = 10  # of a list that may be long; --json and -v have all


def roster_text(
    view: RosterView, *, language: str, terminal: Terminal, verbose: bool = False
) -> str:
    """The whole roster as text that ends with a newline.

    No line is wider than ``terminal.columns`` (at least 40). Where there is no
    roster only the heading, what is broken and the verdict are given.
    """
    page = _Page(view, language, terminal, verbose)
    lines = page.heading()
    if view.rostered:
        lines += ["", *page.grid(), *page.legend(), *page.short(), *page.fairness()]
        lines += page.costs()
    lines += page.broken()
    lines += ["", *page.verdict()]
    return terminal.plain("\n".join(lines)) + "\n"


class _Page:
    """The parts, in one language, for one terminal."""

    def __init__(self, view: RosterView, language: str, terminal: Terminal, verbose: bool) -> None:
        self.view = view
        self.words = RosterWords(language)
        self.terminal = terminal
        self.verbose = verbose

    def heading(self) -> list[str]:
        words = self.words
        title = words.say("head", name=clean(self.view.name), period=words.period(self.view.days))
        return [self.terminal.paint(line, "bold") for line in self._wrapped(title)]

    def grid(self) -> list[str]:
        columns = self._columns()
        grid = Grid(self.view, self.words, self.terminal, columns)
        blocks = grid.blocks()
        beside = len(blocks) == 1 and grid.fits(blocks[0], columns)
        lines: list[str] = []
        for block in blocks:
            lines += ([""] if lines else []) + grid.block(block, columns if beside else ())
        if grid.hidden:
            lines += self._wrapped(self.words.say("cover_hidden", count=grid.hidden))
        if not beside:
            lines += ["", *grid.table(columns)]
        return lines

    def legend(self) -> list[str]:
        """What the letters and signs mean, only those that occur."""
        words, view = self.words, self.view
        entries = [clean(words.shift(shift)) for shift in view.shifts if shift.name != shift.code]
        entries.append(f". {words.say('off')}")
        shown = [cell for row in view.people for cell in row.cells]
        away = [cell for cell in shown if cell.leave is not None and not cell.code]
        if any(not cell.absent for cell in away):
            entries.append(f"{words.say('leave_mark')} {words.say('leave')}")
        if any(cell.absent for cell in away):
            entries.append(f"{words.say('absent_mark')} {words.say('absent')}")
        occurring = [mark_of(cell) for cell in shown]
        entries += [f"{mark.sign} {words.say(mark.key)}" for mark in MARKS if mark in occurring]
        rule = ("═", "▒") if self.terminal.symbols else ("=", "%")
        if any(day.weekend for day in view.days):
            entries.append(f"{rule[0] * 3} {words.say('weekend')}")
        if any(day.holiday for day in view.days):
            entries.append(f"{rule[1] * 3} {words.say('holiday')}")
        cover = [cell for row in view.coverage for cell in row.cells]
        entries += [
            words.say(key)
            for key, occurs in (
                ("key_short", any(cell.short for cell in cover)),
                ("key_wanting", any(cell.wanting for cell in cover)),
                ("key_over", any(cell.over for cell in cover)),
            )
            if occurs
        ]
        return ["", *(self.terminal.paint(line, "dim") for line in self._flowing(entries))]

    def short(self) -> list[str]:
        words = self.words
        gaps = [(cell, row) for row in self.view.coverage for cell in row.cells if cell.short]
        gaps.sort(key=lambda gap: gap[0].day)
        lines = [words.short(row, cell, self.view.days[cell.day]) for cell, row in gaps]
        if lines:
            return ["", *self._list("short", lines, "red")]
        return ["", *self._wrapped(words.say("covered"))] if self.view.coverage else []

    def fairness(self) -> list[str]:
        lines = [self.words.fairness(line) for line in self.view.fairness]
        return ["", *self._list("fairness", lines)] if lines else []

    def costs(self) -> list[str]:
        words = self.words
        if not self.view.paid:
            return ["", words.say("no_costs")]
        titles = [words.title(entry.rule, entry.titles) for entry in self.view.paid]
        amounts = [
            words.say("must") if entry.cost is None else str(entry.cost) for entry in self.view.paid
        ]
        wide = max([cells(words.say("cost")), *map(cells, amounts)])
        often = max(5, cells(words.say("times")))
        room = self.terminal.columns - wide - often - 6
        head = pad(words.say("costs"), room + 2)
        head += "  " + pad(words.say("cost"), wide, right=True)
        lines = [
            "",
            self.terminal.paint(head + "  " + pad(words.say("times"), often, right=True), "bold"),
        ]
        for title, amount, entry in zip(titles, amounts, self.view.paid, strict=True):
            first, *rest = wrap(self.terminal.plain(title), room)
            numbers = f"{pad(amount, wide, right=True)}  {pad(str(entry.times), often, right=True)}"
            lines.append(f"  {pad(first, room)}  {numbers}")
            lines += [f"    {part}" for line in rest for part in wrap(line, room - 2)]
        return lines

    def broken(self) -> list[str]:
        lines = self._breaches("hard", self.view.hard, "red")
        if self.verbose:
            soft = [breach for breach in self.view.breaches if breach.cost is not None]
            lines += self._breaches("soft", soft, "yellow")
        return lines

    def verdict(self) -> list[str]:
        colour = {"optimal": "green", "feasible": "green"}.get(self.view.status, "red")
        if self.view.status == "checked":
            colour = "red" if self.view.hard else "green"
        return [
            self.terminal.paint(line, "bold", colour)
            for line in self._wrapped(self.words.verdict(self.view))
        ]

    def _breaches(self, key: str, breaches: Sequence[BreachLine], colour: str) -> list[str]:
        if not breaches:
            return []
        return ["", *self._list(key, [self.words.breach(breach) for breach in breaches], colour)]

    def _columns(self) -> list[Column]:
        """The totals, those that the problem can tell, the most wanted first."""
        say, people = self.words.say, self.view.people
        columns: list[Column] = []
        if any(row.totals.paid_minutes is not None for row in people):
            columns.append((say("hours"), _hours))
        else:
            columns.append((say("shifts"), lambda row: str(row.totals.shifts)))
        if any(row.totals.nights is not None for row in people):
            columns.append((say("nights_short"), lambda row: _number(row.totals.nights)))
        if any(row.totals.weekends is not None for row in people):
            columns.append((say("weekends_short"), lambda row: _number(row.totals.weekends)))
        if any(row.totals.holidays for row in people):
            columns.append((say("holidays_short"), lambda row: _number(row.totals.holidays)))
        if any(row.totals.wishes for row in people):
            columns.append((say("wishes_short"), _wishes))
        return columns

    def _list(self, key: str, entries: Sequence[str], *styles: str) -> list[str]:
        shown = entries if self.verbose else entries[:_LINES]
        lines = [self.terminal.paint(self.words.say(key), "bold", *styles)]
        for entry in shown:
            first, *rest = wrap(self.terminal.plain(entry), self.terminal.columns - 4)
            lines += [f"  {first}", *(f"    {line}" for line in rest)]
        if len(entries) > len(shown):
            lines.append("  " + self.words.say("more", count=len(entries) - len(shown)))
        return lines

    def _wrapped(self, sentence: str) -> list[str]:
        return wrap(self.terminal.plain(sentence), self.terminal.columns)

    def _flowing(self, entries: Sequence[str]) -> list[str]:
        """Short entries side by side, none broken over two lines where it fits on one."""
        lines = [""]
        for entry in map(self.terminal.plain, entries):
            joined = f"{lines[-1]}   {entry}" if lines[-1] else entry
            if cells(joined) <= self.terminal.columns:
                lines[-1] = joined
            else:
                *whole, last = self._wrapped(entry)
                lines += [*whole, last]
        return [line for line in lines if line]


def _hours(row: PersonRow) -> str:
    """Worked and paid leave, against the hours owed: ``37.5/38.5``."""
    totals = row.totals
    given = (totals.paid_minutes or 0) + (totals.leave_minutes or 0)
    owed = "" if totals.contract_minutes is None else f"/{hours(totals.contract_minutes)}"
    return hours(given) + owed


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _wishes(row: PersonRow) -> str:
    """Met of all: ``2/3``."""
    totals = row.totals
    return f"{totals.wishes - totals.refused}/{totals.wishes}" if totals.wishes else ""
