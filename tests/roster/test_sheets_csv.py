"""Rosters as CSV: what is written reads back, what a person broke is named by row and column."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import sheet_cases as cases
from hypothesis import given, settings
from sheet_cases import samples

from cds.errors import InputError
from cds.roster.problem import OFF, Cover, Employee, Problem, Roster
from cds.roster.sheets.csv_table import csv_text
from cds.roster.sheets.read import read_roster, read_sheet
from cds.roster.sheets.write import write_roster

PROBLEM = samples.problem_of(3)
GOOD = """\
name,2027-01-04,2027-01-05,2027-01-06
Chen Mei-ling,D/CN,D/RN,off
"Okoro, Adaeze",N,n,
Ali Demir,L,.,-
王芳,休,休息,(annual leave)
"Sørensen, Kirsten Margrethe",N,N,N
Petra Novák,D,D,OFF
Tomasz Zieliński,L,L,L
"""


def read(tmp_path: Path, text: str | bytes, problem: Problem = PROBLEM) -> Roster:
    path = tmp_path / "r.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_roster(path, problem)


@settings(max_examples=60, deadline=None)
@given(cases.rostered())
def test_what_is_written_reads_back(case: tuple[Problem, Roster]) -> None:
    problem, roster = case
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "r.csv"
        write_roster(
            cases.view_of(problem, roster), str(target), cases.WORDS["en"], cases.MADE, "1"
        )
        assert read_roster(target, problem) == roster


def test_the_form_is_that_of_a_wards_own_tables() -> None:
    problem = samples.problem_of(3)
    text = csv_text(cases.view_of(problem, samples.roster_of(problem)))
    assert text.splitlines()[:3] == [
        "name,2027-01-04,2027-01-05,2027-01-06",
        "Chen Mei-ling,D/CN,D/RN,L/CN",
        '"Okoro, Adaeze",L,L,N',
    ]


def test_the_many_ways_to_write_a_day_off(tmp_path: Path) -> None:
    roster = read(tmp_path, GOOD)
    assert [row.count(OFF) for row in roster.shifts] == [1, 1, 2, 3, 0, 1, 0]
    assert roster.shifts[1][:2] == (2, 2)  # n is N: no other code is so spelled
    assert roster.skills[0] == (samples.CHARGE, samples.NURSE, OFF)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (",", ";"),
        (",", "\t"),
        ("2027-01-04,2027-01-05,2027-01-06", "04/01/2027,05/01/2027,06/01/2027"),
        ("2027-01-04,2027-01-05,2027-01-06", "1/4/2027,1/5/2027,1/6/2027"),
        ("2027-01-04,2027-01-05,2027-01-06", "4.1.2027,5.1.2027,6.1.2027"),
        ("2027-01-04,2027-01-05,2027-01-06", "2027年1月4日,2027年1月5日,2027年1月6日"),
        ("2027-01-04,2027-01-05,2027-01-06", "4/1/27,5/1/27,6/1/27"),
        ("name,", "Ward 5B\n\nwho,"),
        ("\n", "\r\n"),
        ("name", "\ufeffname"),
    ],
)
def test_as_a_spreadsheet_saves_it(tmp_path: Path, before: str, after: str) -> None:
    text = (
        GOOD
        if before != ","
        else GOOD.replace('"Okoro, Adaeze"', "Okoro# Adaeze").replace(
            '"Sørensen, Kirsten Margrethe"', "Sørensen# Kirsten Margrethe"
        )
    )
    assert read(tmp_path, text.replace(before, after).replace("#", ",")) == read(tmp_path, GOOD)


def test_totals_beside_and_notes_below_are_left_alone(tmp_path: Path) -> None:
    rows = GOOD.splitlines()
    text = "\n".join([rows[0] + ",hours", *(row + ",37.5" for row in rows[1:]), "", "D,1,2,2"])
    assert read(tmp_path, text) == read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("before", "after", "place", "message"),
    [
        (
            "D/CN",
            "DD",
            "row 2, column 2027-01-04",
            "unknown shift 'DD'; expected one of D, L, N; did you mean 'D'? (an empty cell is a day off)",
        ),
        (
            "N,N,N",
            "N,N,Na",
            "row 6, column 2027-01-06",
            "unknown shift 'Na'; expected one of D, L, N; did you mean 'N'?",
        ),
        (
            "D/RN",
            "D/RM",
            "row 2, column 2027-01-05",
            "unknown skill 'RM'; expected one of RN, CN, HCA",
        ),
        (
            "D,D,OFF",
            "D,D/RN,",
            "row 7, column 2027-01-05",
            "Petra Novák does not have the skill RN; has HCA",
        ),
        (
            "Ali Demir",
            "Ali Demirr",
            "row 4, column name",
            "unknown person 'Ali Demirr'; expected one of",
        ),
        (
            "王芳",
            "Ali Demir",
            "row 5, column 2027-01-04",
            "Ali Demir has this day already, in row 4",
        ),
        ("王芳,休", ",D", "row 5, column name", "shifts without a name"),
        (
            "王芳,休,休息,(annual leave)\n",
            "",
            "",
            "misses 王芳; expected a row for each of the 7 people",
        ),
        (
            "2027-01-06",
            "2027-01-07",
            "row 1, column 2027-01-07",
            "2027-01-07 is not in the period; expected 2027-01-04 to 2027-01-06",
        ),
        ("2027-01-06", "2027-01-05", "row 1, column 2027-01-05", "2027-01-05 comes twice"),
        ("2027-01-06", "notes", "", "misses 2027-01-06; expected every day of the period"),
        (
            "2027-01-04,2027-01-05,2027-01-06",
            "a,b,c",
            "",
            "has no row of days; expected name, then a column for each date",
        ),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, before: str, after: str, place: str, message: str
) -> None:
    assert before in GOOD
    with pytest.raises(InputError) as caught:
        read(tmp_path, GOOD.replace(before, after))
    assert caught.value.message.startswith(message)
    assert caught.value.place is not None
    assert caught.value.place.source.endswith("r.csv")
    assert caught.value.place.pointer == place


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,2027-01-04\n王芳,D".encode("gb18030"), 'is not UTF-8 text; save it as "CSV UTF-8"'),
        (b"", "has no row of days"),
        (b'name,2027-01-04\n"open', "is not CSV"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("head", "place", "missing"),
    [
        # A column was deleted in the spreadsheet.
        ("name,2027-01-04,2027-01-06,2027-01-07", "column 2027-01-06", "2027-01-05; expected it between 2027-01-04 and 2027-01-06"),
        ("name,2027-01-04,2027-01-07", "column 2027-01-07", "2027-01-05 to 2027-01-06; expected it between 2027-01-04 and 2027-01-07"),
        # It is there, but its heading is no date any more; in any order of the columns.
        ("name,2027-01-04,Tue,2027-01-06,2027-01-07", "column 2027-01-06", "2027-01-05; expected it between 2027-01-04 and 2027-01-06, where 'Tue' stands, which is no date"),
        ("name,2027-01-07,2027-01-06,5 Jan,2027-01-04", "column 2027-01-06", "2027-01-05; expected it between 2027-01-04 and 2027-01-06, where '5 Jan' stands, which is no date"),
    ],
)  # fmt: skip
def test_a_day_whose_column_is_missing_is_named_with_its_neighbours(
    tmp_path: Path, head: str, place: str, missing: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, head + "\nChen Mei-ling,D,D,D,D\n", samples.problem_of(4))
    assert caught.value.message == f"has no column for {missing}"
    assert caught.value.place is not None and caught.value.place.pointer == f"row 1, {place}"


@pytest.mark.parametrize(
    ("text", "absent"),
    [("(absent)", True), ("（缺勤）", True), ("(A)", True), ("( Sick )", True), ("(leave)", False),
     ("(L)", False), ("off", False), ("", False)],
)  # fmt: skip
def test_who_cannot_come_is_told_from_who_is_off(tmp_path: Path, text: str, absent: bool) -> None:
    path = tmp_path / "r.csv"
    path.write_text(GOOD.replace("D,D,OFF", f"D,{text},OFF"), encoding="utf-8")
    sheet = read_sheet(path, PROBLEM)
    assert sheet.roster.shifts[5][1] == OFF
    assert sheet.absent == ({(5, 1)} if absent else frozenset())


def test_files_that_are_not_there_or_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; expected a roster"):
        read_roster(tmp_path, PROBLEM)
    with pytest.raises(InputError, match="is not there; expected a roster"):
        read_roster(tmp_path / "gone.csv", PROBLEM)
    with pytest.raises(InputError, match='unknown ending ".pdf"; expected .csv, .xlsx or .json'):
        read_roster(tmp_path / "r.pdf", PROBLEM)


def test_a_date_that_may_be_two_days_is_refused(tmp_path: Path) -> None:
    problem = replace(samples.problem_of(40), days=40)
    head = ",".join(["name", *cases.dates(problem)]).replace("2027-02-01", "1/2/2027")
    with pytest.raises(
        InputError, match="may be 2027-01-02 or 2027-02-01|is not in the period"
    ) as caught:
        read(tmp_path, head + "\n", replace(problem, first_date=problem.first_date.replace(day=1)))
    assert "1/2/2027" in str(caught.value)


def test_a_cell_without_a_skill_is_worked_in_the_skill_that_is_lacking(tmp_path: Path) -> None:
    both, nurse = Employee("Bo", (0, 1), ()), Employee("Al", (0,), ())
    covers = (
        Cover("charge", 0, frozenset({0}), frozenset({1}), 1, None, None),
        Cover("nurses", 1, frozenset({0}), frozenset({0}), 2, None, 10),
    )
    problem = Problem("p", 3, ("D",), ("RN", "CN"), (both, nurse), covers)
    roster = read(tmp_path, "name,0,1,2\nBo,D,D,D\nAl,D,D,D\n", problem)
    # Day 0 lacks a charge nurse, day 1 a second nurse, day 2 nothing: the first of Bo's skills.
    assert roster.skills[0] == (1, 0, 0)


def test_nobody_stands_in_for_another_grade_unless_the_cell_says_so(tmp_path: Path) -> None:
    stands_in = Employee("Bo", (0, 1), (), skill_costs=(0, 5))
    lacking = Cover("assistants", 0, frozenset({0}), frozenset({1}), 1, None, 10)
    problem = Problem("p", 2, ("D",), ("RN", "HCA"), (stands_in,), (lacking,))
    roster = read(tmp_path, "name,0,1\nBo,D,D/HCA\n", problem)
    assert roster.skills == ((0, 1),)
    assert csv_text(cases.view_of(problem, roster)) == "name,0,1\nBo,D,D/HCA\n"
