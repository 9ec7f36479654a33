"""The days that a roster's file speaks of."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import sheet_cases as cases
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from cds.errors import InputError
from cds.roster.problem import Assessment
from cds.roster.sheets.period import file_period
from cds.roster.sheets.workbook import workbook_bytes
from cds.roster.view import build_view

FIRST = date(2027, 1, 4)


def csv_of(path: Path, dates: list[str], sign: str = ",") -> Path:
    rows = [["name", *dates], ["Ann", *("E" for _ in dates)]]
    path.write_text("\n".join(sign.join(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "pattern", ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y年%m月%d日"]
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_dates_however_a_spreadsheet_wrote_them(tmp_path: Path, pattern: str, sign: str) -> None:
    days = [FIRST + timedelta(days=number) for number in range(7)]
    path = csv_of(tmp_path / "w.csv", [day.strftime(pattern) for day in days], sign)
    period = file_period(path)
    assert (period.first, period.days) == (FIRST, 7)


@given(first=st.dates(date(2000, 1, 1), date(2100, 1, 1)), days=st.integers(1, 60))
def test_iso_dates_are_never_doubted(
    tmp_path_factory: pytest.TempPathFactory, first: date, days: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "iso.csv"
    csv_of(path, [(first + timedelta(days=number)).isoformat() for number in range(days)])
    period = file_period(path)
    assert (period.first, period.days) == (first, days)


def test_totals_titles_and_other_sheets_are_no_days(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Ward 4B", "made", date(2026, 12, 31)])
    sheet.append(["name", *(FIRST + timedelta(days=number) for number in range(7)), "hours"])
    sheet.append(["Ann", *"EEELLNN", 52])
    holidays = book.create_sheet("Holidays")
    holidays.append(["Christmas", date(2027, 12, 25)])
    book.save(tmp_path / "w.xlsx")
    period = file_period(tmp_path / "w.xlsx")
    assert (period.first, period.days) == (FIRST, 7)


def test_a_document_says_it(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text(json.dumps({"from": "2027-01-04", "days": 28}))
    period = file_period(path)
    assert (period.first, period.days) == (FIRST, 28)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("w.json", '{"days": 7}', '"from" is null'),
        ("w.json", '{"from": "2027-01-04", "days": 0}', '"days" is 0'),
        ("w.json", '{"from": "2027-01-04", "days": true}', '"days" is true'),
        ("w.json", "[]", '"from" is null'),
        ("w.json", "{", "is not JSON"),
        ("w.csv", "", "no row of dates"),
        ("w.csv", '"' + "x" * 200_000 + '"', "is not CSV"),
        ("w.csv", "name,Mon,Tue\nAnn,E,E\n", "no row of dates"),
        ("w.xlsx", "no workbook", "not an Excel workbook"),
        ("w.ods", "", "unknown ending"),
    ],
)
def test_a_file_without_days(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        file_period(path)
    assert caught.value.place is not None and caught.value.place.source == str(path)


@pytest.mark.parametrize("name", ["w.json", "w.csv", "w.xlsx"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="is not there; expected a roster"):
        file_period(tmp_path / name)


@pytest.mark.parametrize("days", [1, 2, 7])
def test_totals_beside_the_days_do_not_hide_them(tmp_path: Path, days: int) -> None:
    """A weekend's own workbook could not be read: it has more headings of totals than days."""
    path = tmp_path / "w.xlsx"
    problem = cases.samples.problem_of(days)
    roster, ward = cases.samples.roster_of(problem), cases.samples.ward_of(days)
    view = build_view(problem, roster, Assessment(()), ward=ward)
    path.write_bytes(workbook_bytes(view, cases.WORDS["en"], cases.MADE, "1"))
    period = file_period(path)
    assert (period.first, period.days) == (FIRST, days)
