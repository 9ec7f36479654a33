"""Tables as they come: what is accepted, and the message for what is not (exit code 2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from forecast_runs import cds

ROWS = [f"2026-{month:02d}-01,{10 + month % 3}" for month in range(1, 10)]
CSV = "ds,y\n" + "\n".join(ROWS) + "\n"


def run(folder: Path, content: bytes | str, *words: object, name: str = "t.csv") -> tuple[int, str]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = cds("forecast", path, "--freq", "M", "--horizon", 2, *words)
    assert result.code in (0, 2), result.err
    assert bool(result.out) == (result.code == 0)
    return result.code, result.err


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8-sig"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.replace("ds,y", "日期,数量").encode("gbk"),
        CSV.replace("ds,y", "日期,数量").encode(),
        CSV.replace("ds,y", " DS , Y ").encode(),
        (CSV + "\n,\n\n").encode(),
        CSV.replace("2026-03-01,10", "2026-03-01,").encode(),
    ],
    ids=["bom", "semicolons", "tabs", "utf-16", "windows", "gbk", "chinese", "spaces", "blank rows",
         "an empty y"],
)  # fmt: skip
def test_accepted(tmp_path: Path, content: bytes) -> None:
    code, message = run(tmp_path, content)
    assert code == 0, message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["t.csv", "is empty"]),
        ("ds,y\n", ["t.csv", "no rows"]),
        (CSV.replace(",11", ';"1,5"').replace(",", ";").replace(";5", ",5"),
         ["row 2", "column y", "decimal sign"]),
        (CSV.replace("2026-02-01,12", "2026-02-01,twelve"),
         ["row 3, column y", "'twelve'", "expected a number"]),
        (CSV.replace("2026-02-01,12", "2026-02-01,inf"), ["row 3", "finite number"]),
        (CSV.replace("2026-02-01,12", "2026-02-01,1e999"), ["row 3, column y"]),
        (CSV.replace("2026-02-01,12", "2026-02-01,1e300"), ["row 3", "number of ordinary size"]),
        (CSV.replace("2026-02-01,12", "2026-W54,12"), ["row 3, column ds", "'2026-W54'"]),
        (CSV.replace("2026-02-01,12", "02/03/2026,12"), ["row 3, column ds", "--dates"]),
        (CSV.replace("2026-02-01,12", "2026-02-31,12"), ["row 3, column ds", "'2026-02-31'"]),
        (CSV.replace("2026-02-01,12", ",12"), ["row 3, column ds", "is empty"]),
        (CSV.replace("2026-09-01", "2027-09-01"), ["row 10, column ds", "after now"]),
        (CSV.replace("ds,y", "ds,yy"), ["no column 'y'", "yy", "--value"]),
        (CSV.replace("ds,y", "dates,y"), ["no column 'ds'", "is it 'dates'?", "--time"]),
        (CSV.replace("ds,y", "ds,ds"), ["two columns called 'ds'"]),
        ("ds,date,quantity,demand\n2026-01-01,2026-01-01,1,2\n", ["each of which may be 'y'"]),
        (CSV + ROWS[0].replace("11", "99") + "\n", ["row 11", "row 2 is for the same one"]),
        (CSV + "2026-10-01,5,6,7\n", ["not CSV", "as many cells"]),
        ("id,ds,y\n,2026-01-01,3\n", ["row 2, column id", "series"]),
        ("ds,y,out_of_stock\n2026-01-01,3,1.5\n", ["row 2, column out_of_stock", "between 0 and 1"]),
        ("ds,y\n2026-01-01,\n2026-02-01,\n", ["no value in any row"]),
        (b"\x00\x01\x02\xff\xfe\x00binary", ["neither UTF-8 nor GB18030"]),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, content: str | bytes, words: list[str]) -> None:
    code, message = run(tmp_path, content)
    assert code == 2
    for word in ["t.csv", *words]:
        assert word in message, message
    assert "Traceback" not in message


def test_many_bad_cells_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    code, message = run(tmp_path, "ds,y\n" + "".join(f"2026-01-{n:02d},x\n" for n in range(1, 29)))
    assert code == 2
    assert message.count("expected a number") == 5 and "and 23 more cells" in message


def test_rows_of_one_period_that_are_summed_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV + ROWS[0] + "0\n" + ROWS[1] + "0\n", encoding="utf-8")
    found = cds("forecast", path, "--freq", "M", "--horizon", 2, "--json")
    assert found.code == 0
    for word in ("4 rows", "rows 2 and 11", "2026-01-01", "--transactions"):
        assert word in found.err
    assert "rows_summed" in [one["code"] for one in found.document["findings"]]
    assert "已相加" in cds("forecast", path, "--freq", "M", "--horizon", 2, "--lang", "zh").err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--gaps", "none"), "--gaps is 'none'"),
        (("--dates", "dmy"), "--dates is 'dmy'"),
        (("--id", "ward"), "has no column 'ward'"),
        (("--covariates", "beds,"), "--covariates is"),
        (("--covariates", "beds"), "has no column 'beds'"),
        (("-o", "t.docx"), "unknown ending"),
        (("-o", "nowhere/t.csv"), "its folder is not there"),
        (("--horizon", "0"), "horizon"),
        (("--effort", "some"), "--effort is 'some'"),
    ],
)
def test_wrong_options(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    code, said = run(tmp_path, CSV, *words)
    assert code == 2 and message in said


def test_a_file_that_is_not_there_and_endings_that_are_not_read(tmp_path: Path) -> None:
    for name, message in (("gone.csv", "cannot be read"), ("t.xls", "save it as .xlsx")):
        result = cds("forecast", tmp_path / name, "--freq", "M")
        assert result.code == 2 and message in result.err
    code, said = run(tmp_path, "no workbook", name="t.xlsx")
    assert code == 2 and "cannot be opened as a workbook" in said
    code, said = run(tmp_path, "no parquet", name="t.parquet")
    assert code == 2 and "cannot be read as Parquet" in said
    result = cds("forecast", tmp_path / "t.csv", "--freq", "Q")
    assert result.code == 2 and "--freq is 'Q'" in result.err


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    code, said = run(tmp_path, CSV, "-o", tmp_path / "t.csv")
    assert code == 2 and "is an input" in said
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == CSV


def test_one_row_is_a_new_series_not_an_error(tmp_path: Path) -> None:
    code, said = run(tmp_path, "ds,y\n2026-01-01,5\n")
    assert code == 0, said


def test_a_workbook_is_read_as_its_csv_is(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in CSV.splitlines():
        day, amount = line.split(",")
        sheet.append([day, int(amount) if amount.isdigit() else amount])
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text(CSV, encoding="utf-8")
    words = ("--freq", "M", "--horizon", 2, "-o", "-")
    from_book = cds("forecast", tmp_path / "t.xlsx", *words)
    assert from_book.code == 0, from_book.err
    assert from_book.out == cds("forecast", tmp_path / "t.csv", *words).out


def test_iso_weeks_are_the_weeks_from_their_mondays(tmp_path: Path) -> None:
    path = tmp_path / "weeks.csv"
    rows = [f"2026-W{week:02d},{10 + week % 3}" for week in range(20, 41)]
    path.write_text("ds,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = cds("forecast", path, "--freq", "W", "--horizon", 1, "-o", "-")
    assert result.out.splitlines()[1].startswith("series,2026-10-05,")


def test_the_hour_that_passes_twice_counts_once(tmp_path: Path) -> None:
    """Clocks in Berlin were set back on 2025-10-26: 02:00+02:00, then 02:00+01:00."""
    hours = [f"2025-10-{day}T{hour:02d}:00+02:00,6" for day in (24, 25) for hour in range(24)]
    autumn = ["00:00+02:00,6", "01:00+02:00,6", "02:00+02:00,4", "02:00+01:00,8", "03:00+01:00,6"]
    path = tmp_path / "hours.csv"
    rows = [*hours, *(f"2025-10-26T{row}" for row in autumn)]
    path.write_text("ds,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    result = cds("forecast", path, "--freq", "H", "--horizon", 1, "-o", "-")
    assert result.code == 0 and "passed twice" in result.err
    assert result.out.splitlines()[1].startswith("series,2025-10-26T04:00:00,")


def test_quarters_among_months_are_missing_months_not_months_of_nothing(tmp_path: Path) -> None:
    quarters = [
        f"{year}-{month:02d}-01,{40 + month}" for year in (2023, 2024) for month in (1, 4, 7, 10)
    ]
    code, message = run(tmp_path, "ds,y\n" + "\n".join(quarters) + "\n", "--effort", "light")
    assert code == 0
    assert "are missing" in message
