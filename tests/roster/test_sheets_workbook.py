"""Rosters as workbooks: they print, they count, they read back, also after a person's edits."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
import sheet_cases as cases
from hypothesis import given, settings
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sheet_cases import MADE, WORDS, samples

from cds.errors import InputError
from cds.roster.problem import OFF, Assessment, Problem, Roster
from cds.roster.sheets.read import read_roster, read_sheet
from cds.roster.sheets.workbook import sheet_names, workbook_bytes
from cds.roster.view import RosterView, build_view
from cds.roster.ward.absences import with_absences
from cds.roster.ward.calendar import Period

PROBLEM = samples.problem_of(7)
ROSTER = samples.roster_of(PROBLEM)


def book_of(view: RosterView, language: str = "en") -> Workbook:
    return load_workbook(io.BytesIO(workbook_bytes(view, WORDS[language], MADE, "1.2")))


@cache
def week() -> bytes:
    return workbook_bytes(samples.view_of(7), WORDS["en"], MADE, "1.2")


def edited(tmp_path: Path, edit: Callable[[Workbook], None]) -> Path:
    book = load_workbook(io.BytesIO(week()))
    edit(book)
    path = tmp_path / "r.xlsx"
    book.save(path)
    return path


def evaluate(sheet: Worksheet, formula: str) -> float:
    """What a spreadsheet makes of our formulas: COUNTIF(S), IF(x>0,1,0) and arithmetic."""

    def texts(cells: str) -> list[str]:
        return [str(cell.value or "") for row in sheet[cells.replace("$", "")] for cell in row]

    def matches(text: str, wanted: str) -> bool:
        # A wildcard search without regard to case; fnmatch's sets are not a spreadsheet's.
        pattern = re.sub(r"~([*?])", r"[\1]", wanted.removeprefix("="))
        return fnmatchcase(text.casefold(), pattern.casefold())

    def count(match: re.Match[str]) -> str:
        parts = re.findall(r"(\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?\d+),\"([^\"]*)\"", match.group(2))
        columns = [[matches(text, wanted) for text in texts(cells)] for cells, wanted in parts]
        return str(sum(all(row) for row in zip(*columns, strict=True)))

    plain = re.sub(r"COUNTIF(S?)\(((?:[^()\"]|\"[^\"]*\")*)\)", count, formula.removeprefix("="))
    plain = re.sub(r"IF\(([^>]+)>0,1,0\)", r"(1 if (\1)>0 else 0)", plain)
    assert not re.search(r"[A-Z]", plain.replace("if", "").replace("else", "")), plain
    return float(eval(plain))


@settings(max_examples=25, deadline=None)
@given(cases.rostered())
def test_what_is_written_reads_back(case: tuple[Problem, Roster]) -> None:
    problem, roster = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.xlsx"
        path.write_bytes(workbook_bytes(cases.view_of(problem, roster), WORDS["zh"], MADE, "1"))
        assert read_roster(path, problem) == roster


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (workbook_bytes(samples.view_of(7), WORDS["en"], MADE, "1") for _ in range(2))
    assert first == second
    other = workbook_bytes(samples.view_of(7), WORDS["en"], MADE + timedelta(days=1), "1")
    assert other != first


@pytest.mark.parametrize(
    ("days", "rosters"),
    [(7, ["Roster"]), (31, ["Roster"]), (56, ["Roster 1", "Roster 2"])],
)
def test_sheets(days: int, rosters: list[str]) -> None:
    book = book_of(samples.view_of(days))
    people = [row.name for row in samples.view_of(days).people]
    assert book.sheetnames == [*rosters, "Coverage", "About", *people]
    for name in rosters:
        sheet = book[name]
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth == 1 and sheet.page_setup.fitToHeight == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes == "C5" and sheet.print_title_rows == "$3:$4"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("days", [7, 56])
def test_totals_and_cover_are_formulas_that_agree_with_the_view(days: int, language: str) -> None:
    view = samples.view_of(days)
    book = book_of(view, language)
    say = WORDS[language].say
    sheets = [sheet for sheet in book.worksheets if sheet.title.startswith(say("title"))]
    heads = [{cell.value: cell.column for cell in sheet[4] if cell.value} for sheet in sheets]
    label = WORDS[language].label
    for at, row in enumerate(view.people, 5):
        added = {
            key: sum(
                evaluate(sheet, sheet.cell(at, head[label(key)]).value)
                for sheet, head in zip(sheets, heads, strict=True)
            )
            for key in ("hours", "shifts", "nights", "weekends")
        }
        assert added["hours"] * 60 == pytest.approx(row.totals.paid_minutes)
        assert added["shifts"] == row.totals.shifts
        assert added["nights"] == row.totals.nights
        assert added["weekends"] == row.totals.weekends
    for index, cover in enumerate(view.coverage):
        line = 5 + len(view.people) + 1 + index
        found = [
            evaluate(sheet, sheet.cell(line, 3 + column).value)
            for sheet in sheets
            for column in range(28 if days > 31 else days)
        ]
        assert found == [cell.have for cell in cover.cells]


@pytest.mark.parametrize("days", [7, 56])
def test_programs_that_do_not_calculate_find_what_the_formulas_come_to(days: int) -> None:
    """A previewer on a phone, or pandas, showed empty totals."""
    data = workbook_bytes(samples.view_of(days), WORDS["en"], MADE, "1")
    formulas = load_workbook(io.BytesIO(data))
    values = load_workbook(io.BytesIO(data), data_only=True)
    told = 0
    for sheet in formulas.worksheets:
        for cell in (cell for row in sheet for cell in row if cell.data_type == "f"):
            value = values[sheet.title][cell.coordinate].value
            if "!" in cell.value:  # the sheet of coverage names a cell of the roster
                title, there = re.fullmatch(r"='(.*)'!(\w+)", cell.value).groups()
                assert value == values[title][there].value is not None
            else:
                assert value == pytest.approx(evaluate(sheet, cell.value)), cell.coordinate
            told += 1
    assert told > 100


def test_who_cannot_come_is_marked_and_read_back(tmp_path: Path) -> None:
    ward = with_absences(
        samples.ward_of(7), Period(samples.FIRST, 7), {(5, 0), (5, 1)}, samples.HERE
    )
    cells = [[OFF if (e, d) in {(5, 0), (5, 1)} else s for d, s in enumerate(row)]
             for e, row in enumerate(ROSTER.shifts)]  # fmt: skip
    skills = [[-1 if cells[e][d] == OFF else s for d, s in enumerate(row)]
              for e, row in enumerate(ROSTER.skills)]  # fmt: skip
    roster = Roster(tuple(map(tuple, cells)), tuple(map(tuple, skills)))
    view = build_view(PROBLEM, roster, Assessment(()), ward=ward)
    for language, mark in (("en", "(A)"), ("zh", "(缺)")):
        path = tmp_path / f"{language}.xlsx"
        path.write_bytes(workbook_bytes(view, WORDS[language], MADE, "1"))
        book = load_workbook(path)
        assert [cell.value for cell in book.worksheets[0]["C10:E10"][0]] == [mark, mark, "L"]
        sheet = read_sheet(path, PROBLEM)
        assert (sheet.roster, sheet.absent) == (roster, {(5, 0), (5, 1)})
    # Leave that was planned stays what it is.
    assert load_workbook(tmp_path / "en.xlsx").worksheets[0]["E7"].value == "(L)"
    assert book["Petra Novák"]["B5"].value == "缺勤"


def test_coverage_counts_on_the_roster_so_that_edits_show() -> None:
    sheet = book_of(samples.view_of(7))["Coverage"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    have = next(row for row in rows if row[:3] == ["D", "RN", "Have"])
    assert have[3:5] == ["='Roster'!C14", "='Roster'!D14"]
    after = rows[rows.index(have) + 1 :]
    assert after[0][2:5] == ["Minimum", 2, 2] and after[1][2:5] == ["Preferred", 3, 3]


def test_cells_offer_the_entries_they_may_hold() -> None:
    book = book_of(samples.view_of(7))
    (rule,) = book["Roster"].data_validations.dataValidation
    assert str(rule.sqref) == "C5:I11" and rule.formula1 == "'About'!$D$2:$D$13"
    listed = [cell.value for (cell,) in book["About"]["D2:D13"]]
    # Who has but one skill needs no more than the shift; HCA is nobody's second skill.
    assert listed == [
        "D",
        "L",
        "N",
        "D/RN",
        "D/CN",
        "L/RN",
        "L/CN",
        "N/RN",
        "N/CN",
        "off",
        "(L)",
        "(A)",
    ]


def test_a_persons_sheet_tells_times_skill_and_colleagues() -> None:
    sheet = book_of(samples.view_of(7))["Chen Mei-ling"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, max_row=6)]
    assert rows[0] == ["Date", "Shift", "Start", "End", "Hours", "Skill", "With"]
    date, shift, start, end, hours, skill, others = rows[1]
    assert (date, shift, hours, skill, others) == (
        "Mon 4 Jan",
        "D Day",
        7.5,
        "charge nurse",
        "Petra Novák",
    )
    assert (start.hour, end.hour) == (7, 15)


def test_about_tells_how_sure_and_what_is_broken() -> None:
    words = [str(cell.value) for row in book_of(samples.view_of(7))["About"] for cell in row]
    for wanted in ("Proven bound", "228", "at most two weekends in four", "7"):
        assert wanted in words
    assert any("Directive 2003/88/EC, Article 3" in text for text in words)
    assert any("made 2026-12-20T08:30+00:00 by cds 1.2" in text for text in words)


def test_names_of_sheets_are_allowed_and_differ() -> None:
    names = ["A/B: [x]", "a b x", "", "王" * 40, "王" * 41, "About"]
    made = sheet_names(names, ["About"])
    assert made == ["A B x", "a b x 2", "-", "王" * 31, "王" * 29 + " 2", "About 2"]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    view = samples.named(samples.view_of(7), "=HYPERLINK(0)")
    cell = book_of(view)["Roster"]["A5"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(0)", "s")


def test_an_edit_is_read(tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        book["Roster"]["C7"] = "l "
        book["Roster"]["C5"] = "D"  # a charge nurse without a word of the skill
        book["Roster"]["D5"] = None
        del book["Petra Novák"]

    roster = read_roster(edited(tmp_path, edit), PROBLEM)
    assert roster.shifts[2][0] == samples.LATE and roster.shifts[0][1] == OFF
    # Both skills would do; the ward's need is for nurses.
    assert (roster.shifts[0][0], roster.skills[0][0]) == (samples.DAY, samples.NURSE)
    assert roster.shifts[3:] == ROSTER.shifts[3:]


def test_numbers_as_codes_survive_a_spreadsheet(tmp_path: Path) -> None:
    problem = replace(samples.public_problem(2), shifts=("1", "2"))
    book = Workbook()
    book.active.append(["who", 0, 1])
    for name in "ABC":
        book.active.append([name, 1, 2.0])
    book.save(tmp_path / "r.xlsx")
    assert read_roster(tmp_path / "r.xlsx", problem).shifts == ((0, 1),) * 3


@pytest.mark.parametrize(
    ("edit", "pointer", "message"),
    [
        (lambda s: s.__setitem__("E6", "NN"), "sheet Roster, row 6, column E (2027-01-06)", "unknown shift 'NN'"),
        (lambda s: s.__setitem__("C5", "D/XX"), "sheet Roster, row 5, column C (2027-01-04)", "unknown skill 'XX'"),
        (lambda s: s.merge_cells("C7:E7"), "sheet Roster, row 7, column C", "cells C7:E7 are merged; expected one cell for each"),
        (lambda s: s.merge_cells("A7:A8"), "sheet Roster, row 7, column A", "cells A7:A8 are merged"),
        (lambda s: s.__setitem__("A8", "王方芳"), "sheet Roster, row 8, column A", "unknown person '王方芳'"),
        (lambda s: s.__setitem__("A8", None), "sheet Roster, row 8, column A", "shifts without a name"),
        (lambda s: s.delete_rows(8), "", "misses 王芳; expected a row for each of the 7 people"),
        (lambda s: s.__setitem__("A12", "Locum"), "sheet Roster, row 12, column A", "unknown person 'Locum'"),
        (lambda s: s.__setitem__("D4", s["D4"].value + timedelta(days=30)), "sheet Roster, row 4, column D", "2027-02-04 is not in the period; expected 2027-01-04 to 2027-01-10"),
        (lambda s: s.__setitem__("D4", s["C4"].value), "sheet Roster, row 4, column D", "2027-01-04"),
        (lambda s: s.delete_cols(4), "sheet Roster, row 4, column D", "has no column for 2027-01-05; expected it between 2027-01-04 and 2027-01-06"),
        (lambda s: s.__setitem__("D4", "Tues"), "sheet Roster, row 4, column E", "has no column for 2027-01-05; expected it between 2027-01-04 and 2027-01-06, where 'Tues' stands"),
        (lambda s: s.delete_rows(4), "", "has no row of days; expected names in the first column"),
        (lambda s: s.delete_rows(5, 7), "sheet Roster", "names none of the people"),
    ],
)  # fmt: skip
def test_what_a_person_broke_is_named(
    tmp_path: Path, edit: Callable[[Worksheet], None], pointer: str, message: str
) -> None:
    path = edited(tmp_path, lambda book: edit(book["Roster"]))
    with pytest.raises(InputError) as caught:
        read_roster(path, PROBLEM)
    assert caught.value.place is not None and caught.value.place.source == str(path)
    assert caught.value.message.startswith(message)
    assert caught.value.place.pointer == pointer


def test_the_title_may_be_merged(tmp_path: Path) -> None:
    path = edited(tmp_path, lambda book: book["Roster"].merge_cells("A1:I1"))
    assert read_roster(path, PROBLEM) == ROSTER


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"name,2027-01-04\n")
    with pytest.raises(InputError, match=r"is not an Excel workbook \(.xlsx\)"):
        read_roster(path, PROBLEM)
    Workbook().save(path)
    with pytest.raises(InputError, match="has no row of days; expected names in the first column"):
        read_roster(path, PROBLEM)
