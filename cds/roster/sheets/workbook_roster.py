"""The sheet a ward manager prints: four weeks on one landscape page, totals that follow edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.worksheet import Worksheet

from cds.roster.sheets import workbook_style as style
from cds.roster.sheets.entries import entry_of
from cds.roster.sheets.wording import Wording
from cds.roster.sheets.workbook_style import Counts, formula, put
from cds.roster.sheets.workbook_values import Values
from cds.roster.view import Cell, CoverRow, Day, PersonRow, RosterView

HEAD_ROW = 4
FIRST_ROW = 5
FIRST_DAY = 3  # column C, after name and skills
_ONE_PAGE = 60  # rows that may still be read when shrunk to one page


@dataclass(frozen=True, slots=True)
class Placed:
    """Where things stand: the sheet's title, each day's column, each cover's row."""

    title: str
    columns: dict[int, int]
    cover_rows: dict[int, int]


def fill_roster(
    sheet: Worksheet,
    view: RosterView,
    days: Sequence[Day],
    words: Wording,
    entries: str,
    values: Values,
    *,
    whole: bool,
) -> Placed:
    """Fill one sheet with some days of the roster.

    ``entries`` is the range of what may stand in a cell; ``whole`` says that
    the days are the whole period, so that hours can stand beside those owed.
    What the formulas come to is added to ``values``.
    """
    page = _Page(sheet, view, list(days), words, values, whole)
    page.headings()
    page.people()
    page.colours()
    page.choices(entries)
    page.totals()
    cover_rows = page.coverage()
    last = page.legend(FIRST_ROW + len(view.people) + len(view.coverage) + 2)
    page.print_on_a4(last)
    return Placed(sheet.title, page.columns, cover_rows)


class _Page:
    def __init__(
        self,
        sheet: Worksheet,
        view: RosterView,
        days: list[Day],
        words: Wording,
        values: Values,
        whole: bool,
    ) -> None:
        self.sheet, self.view, self.days, self.words = sheet, view, days, words
        self.values = values
        self.whole = whole
        self.counts = Counts([shift.code for shift in view.shifts])
        self.columns = {day.index: FIRST_DAY + at for at, day in enumerate(days)}
        self.after = FIRST_DAY + len(days)
        self.last_row = FIRST_ROW + len(view.people) - 1
        self.last_column = self.after - 1
        self.last_column_used = self.last_column

    def headings(self) -> None:
        sheet, words = self.sheet, self.words
        title = words.say("head", name=self.view.name, period=words.period(tuple(self.days)))
        put(sheet, 1, 1, title).font = style.TITLE
        put(sheet, 2, 1, words.verdict(self.view)).font = style.QUIET
        put(sheet, HEAD_ROW, 1, words.say("name")).font = style.HEAD
        second = words.say("contract" if self.view.anonymous else "skill")
        put(sheet, HEAD_ROW, 2, second).font = style.HEAD
        for day in self.days:
            column = self.columns[day.index]
            put(sheet, HEAD_ROW - 1, column, words.weekday(day) if day.date else "")
            cell = put(sheet, HEAD_ROW, column, day.date or day.index)
            # A month's first day shows its month: 1/2.
            new_month = day.date is not None and day.date.day == 1
            cell.number_format = ("d/m" if new_month else "d") if day.date else "0"
            for row in (HEAD_ROW - 1, HEAD_ROW):
                head = sheet.cell(row, column)
                head.font, head.alignment = style.HEAD, style.MIDDLE
                self._shade(row, day)
        longest = max((len(row.name) for row in self.view.people), default=10)
        wide = any(letter_ >= "\u2e80" for row in self.view.people for letter_ in row.name)
        sheet.column_dimensions["A"].width = min(max(longest * (1.6 if wide else 1.1), 12), 30)
        sheet.column_dimensions["B"].width = 9
        codes = [
            entry_of(row, row.cells[day.index]) for row in self.view.people for day in self.days
        ]
        cell_width = min(max(4.3, 1.3 * max(map(len, codes), default=3) + 0.8), 9)
        for column in self.columns.values():
            sheet.column_dimensions[letter(column)].width = cell_width
        sheet.freeze_panes = f"{letter(FIRST_DAY)}{FIRST_ROW}"

    def people(self) -> None:
        for at, row in enumerate(self.view.people, FIRST_ROW):
            put(self.sheet, at, 1, row.name).border = style.THIN
            skills = row.group if self.view.anonymous else ", ".join(row.own)
            put(self.sheet, at, 2, skills).border = style.THIN
            self.sheet.cell(at, 2).alignment = Alignment(shrink_to_fit=True)
            for day in self.days:
                self._cell(at, day, row, row.cells[day.index])

    def _cell(self, at: int, day: Day, row: PersonRow, content: Cell) -> None:
        text = entry_of(row, content)
        away = content.leave is not None and not text
        cell = put(
            self.sheet,
            at,
            self.columns[day.index],
            self.words.say("absent_mark" if content.absent else "leave_mark")
            if away
            else text or None,
        )
        cell.number_format, cell.alignment, cell.border = style.TEXT, style.MIDDLE, style.THIN
        self._shade(at, day)
        if away:
            cell.fill = style.LEAVE
        if content.broken:
            cell.border = style.BROKEN
        elif content.wish == "refused":
            cell.border = style.REFUSED
        elif content.changed:
            cell.border = style.CHANGED

    def _shade(self, row: int, day: Day) -> None:
        if day.holiday or day.weekend:
            cell = self.sheet.cell(row, self.columns[day.index])
            cell.fill = style.HOLIDAY if day.holiday else style.WEEKEND

    def colours(self) -> None:
        """Fills follow what is typed, so an edited roster keeps its colours."""
        if not self.view.people:
            return
        corner = f"{letter(FIRST_DAY)}{FIRST_ROW}"
        cells = f"{corner}:{letter(self.last_column)}{self.last_row}"
        for shift in self.view.shifts:
            code = shift.code
            starts = f"EXACT(LEFT({corner},{len(code) + 1}),{style.quoted(code + '/')})"
            font = Font(color="FFFFFFFF" if style.is_dark(shift.colour) else "FF000000")
            self.sheet.conditional_formatting.add(
                cells,
                style.when(
                    f"OR(EXACT({corner},{style.quoted(code)}),{starts})",
                    style.fill(shift.colour),
                    font,
                ),
            )

    def choices(self, entries: str) -> None:
        """A list to choose from in every cell; anything else is refused with the reason."""
        rule = DataValidation(type="list", formula1=entries, allow_blank=True)
        rule.showErrorMessage = True
        rule.error = self.words.say("not_an_entry")[:250]
        rule.errorTitle = self.words.say("title")
        if self.view.people:
            first, last = letter(FIRST_DAY), letter(self.last_column)
            rule.add(f"{first}{FIRST_ROW}:{last}{self.last_row}")
            self.sheet.add_data_validation(rule)

    def totals(self) -> None:
        """Hours, nights and weekends as formulas over the row."""
        paid = [shift for shift in self.view.shifts if shift.paid_minutes is not None]
        nights = [shift.code for shift in self.view.shifts if shift.night]
        weekends = self._weekends()
        heads = [words for words, shown in self._heads(bool(paid), bool(nights), weekends) if shown]
        for column, key in enumerate(heads, self.after):
            head = put(self.sheet, HEAD_ROW, column, self.words.label(key))
            head.font, head.alignment = style.HEAD, style.MIDDLE
            self.sheet.column_dimensions[letter(column)].width = 8
        for at, row in enumerate(self.view.people, FIRST_ROW):
            cells = f"{letter(FIRST_DAY)}{at}:{letter(self.last_column)}{at}"
            count = self.counts.shift
            texts = {
                "hours": "("
                + "+".join(f"({count(cells, s.code)})*{s.paid_minutes}" for s in paid)
                + ")/60",
                "shifts": "+".join(count(cells, s.code) for s in self.view.shifts),
                "nights": "+".join(count(cells, code) for code in nights),
                "weekends": "+".join(self._weekend_worked(at, group) for group in weekends),
            }
            sums = self._sums(row, weekends)
            for column, key in enumerate(heads, self.after):
                if key in texts:
                    cell = formula(self.sheet, at, column, texts[key], sums[key], self.values)
                else:
                    totals = row.totals
                    minutes = totals.contract_minutes if key == "owed" else totals.leave_minutes
                    hours = None if minutes is None else round(minutes / 60, 2)
                    cell = put(self.sheet, at, column, hours)
                cell.alignment, cell.border = style.MIDDLE, style.THIN
                cell.number_format = "0" if key in ("shifts", "nights", "weekends") else "0.0"
        self.last_column_used = self.after + len(heads) - 1

    def _sums(self, row: PersonRow, weekends: Sequence[Sequence[int]]) -> dict[str, float]:
        """What the formulas of a person's totals come to."""
        shown = [row.cells[day.index].code for day in self.days]
        worked = [self.view.shift(code) for code in shown if code]
        return {
            "hours": sum(shift.paid_minutes or 0 for shift in worked) / 60,
            "shifts": len(worked),
            "nights": sum(shift.night for shift in worked),
            "weekends": sum(any(row.cells[day].code for day in group) for group in weekends),
        }

    def _heads(
        self, paid: bool, nights: bool, weekends: Sequence[Sequence[int]]
    ) -> list[tuple[str, bool]]:
        owed = any(row.totals.contract_minutes is not None for row in self.view.people)
        leave = any(row.totals.leave_minutes for row in self.view.people)
        return [
            ("hours", paid),
            ("leave_hours", leave and self.whole),
            ("owed", owed and self.whole),
            ("shifts", bool(self.view.shifts)),
            ("nights", nights),
            ("weekends", bool(weekends)),
        ]

    def _weekends(self) -> list[list[int]]:
        groups: list[list[int]] = []
        for day in self.days:
            if day.weekend and groups and groups[-1][-1] == day.index - 1:
                groups[-1].append(day.index)
            elif day.weekend:
                groups.append([day.index])
        return groups

    def _weekend_worked(self, row: int, group: Sequence[int]) -> str:
        first, last = self.columns[group[0]], self.columns[group[-1]]
        cells = f"{letter(first)}{row}:{letter(last)}{row}"
        # Whatever is typed there, but for leave in brackets and "off".
        text = f'COUNTIF({cells},"?*")-COUNTIF({cells},"(*")-COUNTIF({cells},"off")'
        return f"IF({text}>0,1,0)"

    def coverage(self) -> dict[int, int]:
        """A line for each need, counted by formulas; red where the minimum is not kept."""
        rows = {}
        for index, cover in enumerate(self.view.coverage):
            at = self.last_row + 2 + index
            rows[index] = at
            put(self.sheet, at, 1, self.words.cover(cover)).font = style.QUIET
            least: dict[int, list[str]] = defaultdict(list)
            for need in cover.cells:
                if need.day not in self.columns:
                    continue
                column = self.columns[need.day]
                name = letter(column)
                working = self._working(cover, name)
                cell = formula(self.sheet, at, column, working, need.have, self.values)
                cell.alignment, cell.font, cell.number_format = style.MIDDLE, style.QUIET, "0"
                if need.minimum:
                    least[need.minimum].append(f"{name}{at}")
            for minimum, cells in least.items():
                self.sheet.conditional_formatting.add(" ".join(cells), style.below(minimum))
        return rows

    def _working(self, cover: CoverRow, column: str) -> str:
        cells = f"{column}${FIRST_ROW}:{column}${self.last_row}"
        skills = f"$B${FIRST_ROW}:$B${self.last_row}"
        if not cover.skills:
            return "+".join(self.counts.shift(cells, code) for code in cover.shifts)
        return "+".join(
            self.counts.skilled(cells, code, skills, skill)
            for code in cover.shifts
            for skill in cover.skills
        )

    def legend(self, row: int) -> int:
        """What letters, hatching and frames mean; the last row used."""
        shown = [row.cells[day.index] for row in self.view.people for day in self.days]
        away = [cell for cell in shown if cell.leave is not None and not cell.code]
        signs = {kind: self.words.say(f"{kind}_mark") for kind in ("leave", "absent")}
        for shift in self.view.shifts:
            cell = put(self.sheet, row, 1, self.words.shift(shift))
            cell.fill = style.fill(shift.colour)
            cell.font = Font(color="FFFFFFFF" if style.is_dark(shift.colour) else "FF000000")
            row += 1
        marks = (
            ("leave", any(not c.absent for c in away), None, style.LEAVE),
            ("absent", any(c.absent for c in away), None, style.LEAVE),
            ("broken", any(c.broken for c in shown), style.BROKEN, None),
            ("wish_refused", any(c.wish == "refused" for c in shown), style.REFUSED, None),
            ("changed", any(c.changed for c in shown), style.CHANGED, None),
            ("weekend", any(day.weekend for day in self.days), None, style.WEEKEND),
            ("holiday", any(day.holiday for day in self.days), None, style.HOLIDAY),
        )
        for key, occurs, border, pattern in marks:
            if occurs:
                cell = put(
                    self.sheet, row, 1, f"{signs.get(key, '')} {self.words.say(key)}".strip()
                )
                if border:
                    cell.border = border
                if pattern:
                    cell.fill = pattern
                row += 1
        return row - 1

    def print_on_a4(self, last_row: int) -> None:
        sheet = self.sheet
        last = letter(self.last_column_used)
        sheet.print_area = f"A1:{last}{last_row}"
        sheet.print_title_rows = f"{HEAD_ROW - 1}:{HEAD_ROW}"
        landscape(sheet, one_page=last_row <= _ONE_PAGE)
        support = self.words.say("support").replace("&", "&&")
        sheet.oddFooter = HeaderFooterItem(
            left=_HeaderFooterPart(text=support), right=_HeaderFooterPart(text="&P/&N")
        )


def landscape(sheet: Worksheet, *, one_page: bool) -> None:
    """A4, landscape, as wide as the page; also as high where ``one_page``."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 1 if one_page else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = 0.4
    margins.bottom = 0.6


def reference(placed: Placed, row: int, column: int) -> str:
    """A cell of a roster sheet as another sheet names it."""
    return f"{quote_sheetname(placed.title)}!{letter(column)}{row}"
