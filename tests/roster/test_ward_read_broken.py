"""Whatever is wrong with a ward's tables is named by file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.roster.ward_tables import (
    SETTINGS,
    TABLES,
    problems,
    small_ward,
    write_csv,
    write_xlsx,
)

# what is spoiled: table, old text, new text; where it must be said; words of the message
SPOILED = {
    "unknown skill": (
        "staff", "Li,Half,RN", "Li,Half,RM", "row 3, column skills",
        ["unknown skill 'RM'", "expected one of RN, HCA", "did you mean 'RN'?"],
    ),
    "unknown shift in demand": (
        "demand", "saturday,E", "saturday,Ex", "row 3, column shift",
        ["unknown shift 'Ex'", "expected one of E, N"],
    ),
    "unknown skill in demand": (
        "demand", "holiday,E,HCA", "holiday,E,HAC", "row 5, column skill", ["did you mean 'HCA'?"],
    ),
    "unknown contract": (
        "staff", "Ng,Half", "Ng,Hlaf", "row 4, column contract",
        ["unknown contract 'Hlaf'", "did you mean 'Half'?"],
    ),
    "no contract": (
        "staff", "Ng,Half", "Ng,", "row 4, column contract", ["is empty"],
    ),
    "duplicate name": (
        "staff", "Ben Li", "ADA  okoro", "row 3, column name", ["already in row 2"],
    ),
    "missing name": ("staff", "Ben Li", "", "row 3, column name", ["is empty; expected"]),
    "missing column": (
        "staff", "skills", "notes", "row 1", ["no column 'skills'", "found name, contract, notes"],
    ),
    "unknown column": (
        "staff", "email", "emial", "row 1, column emial", ["unknown column", "did you mean 'email'?"],
    ),
    "column twice": ("staff", "email", "姓名", "row 1, column 姓名", ["second column for 'name'"]),
    "unknown limit": (
        "contracts", "max_weekends,", "max_weekend_s,x", "row 1", ["column"],
    ),
    "last day before the first": (
        "staff", "2027-03-31", "2026-03-31", "row 3, column last_day", ["before the first day"],
    ),
    "address": ("staff", "ada@ward", "ada.ward", "row 2, column email", ["with an @"]),
    "duplicate contract": (
        "contracts", "Half", "full", "row 3, column contract", ["already in row 2"],
    ),
    "hours in words": (
        "contracts", "37.5", "full time", "row 2, column hours_per_week",
        ["is 'full time'; expected a number"],
    ),
    "hours with a comma": (
        "contracts", "37.5", '"37,5"', "row 2, column hours_per_week", ["such as 37.5"],
    ),
    "more hours than days": (
        "contracts", "Half,20", "Half,60", "row 3, column hours_per_week",
        ["seven shifts of at most 7.5 h are 52.5 h"],
    ),
    "hours that its own limits forbid": (
        "contracts", "20,E,4", "48,E,4", "row 3, column hours_per_week",
        ["4 shifts of 7.5 h, then 1 days off, are 42 h a week"],
    ),
    "negative limit": (
        "contracts", "20,E,4", "20,E,-4", "row 3, column max_consecutive_shifts", ["at least 0"],
    ),
    "fraction of a shift": (
        "contracts", "20,E,4", "20,E,4.5", "row 3, column max_consecutive_shifts",
        ["whole number"],
    ),
    "weight of nothing": (
        "contracts", "2,20", ",20", "row 2, column max_weekends_weight", ["which is empty"],
    ),
    "overlapping leave": (
        "leave", "Cleo Ng", "Ada Okoro", "row 3, column from",
        ["overlaps that of row 2", "2026-12-01 to 2026-12-04"],
    ),
    "leave that ends before it begins": (
        "leave", "2026-12-04", "2026-11-04", "row 2, column to",
        ["before the leave begins on 2026-12-01"],
    ),
    "leave of a stranger": (
        "leave", "Cleo Ng", "Clio Ng", "row 3, column name",
        ["unknown person 'Clio Ng'", "did you mean 'Cleo Ng'?"],
    ),
    "leave without an end": ("leave", "2026-12-04", "", "row 2, column to", ["is empty"]),
    "ambiguous date": (
        "leave", "2026-12-01,", "03/04/2026,", "row 2, column from",
        ["'03/04/2026'", "day or month first", "2026-12-25"],
    ),
    "no such day": (
        "leave", "2026-12-01,", "2026-02-30,", "row 2, column from", ["no calendar has"],
    ),
    "wish outside the employment": (
        "wishes", "2026-12-05", "2027-04-01", "row 2, column date",
        ["after the last day of Ben Li, 2027-03-31", "staff", "row 3"],
    ),
    "wish before the employment": (
        "wishes", "2026-12-05", "2026-10-31", "row 2, column date", ["before the first day"],
    ),
    "unknown shift in a wish": (
        "wishes", "2026-12-05,off", "2026-12-05,of", "row 2, column shift",
        ["expected E, N, any or off"],
    ),
    "the same wish twice": (
        "wishes", "Ada Okoro,2026-12-07,N,no", "Ben Li,2026-12-05,off,no", "row 3, column shift",
        ["in row 2 too"],
    ),
    "want": ("wishes", "off,yes", "off,maybe", "row 2, column want", ["expected yes or no"]),
    "weight of a wish": ("wishes", "no,15", "no,1.5", "row 3, column weight", ["whole number"]),
    "skill that a person has not": (
        "assigned", "E,RN", "E,HCA", "row 2, column skill", ["Ben Li has no skill 'HCA'"],
    ),
    "fixed on a day of leave": (
        "assigned", "Ben Li,2026-12-03,E,RN", "Ada Okoro,2026-12-03,E,RN", "row 2, column date",
        ["on leave", "leave", "row 2"],
    ),
    "fixed twice": (
        "assigned", "Ada Okoro,2026-12-08,N,,yes", "Ben Li,2026-12-03,E,,no",
        "row 3, column date", ["already fixed", "row 2"],
    ),
    "preferred below the minimum": (
        "demand", "RN,1,2,3", "RN,3,2,3", "row 2, column preferred", ["is 2, below the minimum 3"],
    ),
    "maximum below the preferred": (
        "demand", "RN,1,2,3", "RN,1,4,3", "row 2, column maximum", ["is 3, below", "4"],
    ),
    "negative minimum": (
        "demand", "RN,1,2,3", "RN,-1,2,3", "row 2, column minimum", ["is -1; expected at least 0"],
    ),
    "no minimum": ("demand", "RN,1,2,3", "RN,,2,3", "row 2, column minimum", ["is empty"]),
    "unknown day": (
        "demand", "saturday", "saturnday", "row 3, column day",
        ["expected a date, a weekday", "did you mean 'saturday'?"],
    ),
    "duplicate demand": (
        "demand", "saturday,E,RN,1,1,", "daily,E,RN,1,1,", "row 3, column day",
        ["already in row 2"],
    ),
    "alone together": (
        "together", "Ada Okoro;Ben Li", "Cleo Ng", "row 2, column with", ["'Cleo Ng' itself"],
    ),
    "neither hard nor weighed": (
        "together", "no,yes,", "no,no,", "row 2", ["neither hard nor has it a weight"],
    ),
    "both hard and weighed": (
        "together", "no,yes,", "no,yes,5", "row 2, column weight", ["one of the two"],
    ),
    "unknown shift in the last roster": (
        "worked", "Okoro,E/HCA", "Okoro,F/HCA", "row 2, column 2026-11-28",
        ["unknown shift 'F'", "expected E, N, or off"],
    ),
    "unknown skill in the last roster": (
        "worked", "Okoro,E/HCA", "Okoro,E/HAC", "row 2, column 2026-11-28",
        ["unknown skill 'HAC'"],
    ),
    "a stranger in the last roster": (
        "worked", "Ben Li", "Bert Lee", "row 3, column name", ["unknown person", "last day"],
    ),
    "twice in the last roster": (
        "worked", "Ben Li", "Ada Okoro", "row 3, column name", ["already in row 2"],
    ),
    "the same date twice": (
        "worked", "2026-11-29", "2026-11-28", "row 1, column 2026-11-28", ["twice"],
    ),
    "balance": ("balances", "7,2", "many,2", "row 2, column nights", ["expected a whole number"]),
}  # fmt: skip


@pytest.mark.parametrize("write", [write_csv, write_xlsx], ids=["csv", "xlsx"])
@pytest.mark.parametrize("case", SPOILED)
def test_what_is_spoiled_is_named(tmp_path: Path, case: str, write: Callable[..., Path]) -> None:
    table, old, new, where, words = SPOILED[case]
    text = TABLES[table]
    assert old in text, "the case spoils nothing"
    message = problems(write(tmp_path, small_ward(**{table: text.replace(old, new, 1)})))
    source = f"{table}.csv: " if write is write_csv else f"plan.xlsx: sheet {table}, "
    assert source + where in message
    for word in words:
        assert word in message


def _replace(old: str, new: str) -> str:
    assert old in SETTINGS
    return SETTINGS.replace(old, new, 1)


# what is spoiled: the settings; words of the message
SPOILED_SETTINGS = {
    "not TOML": ("[ward\n", ["ward.toml: is not TOML", "line 1"]),
    "time zone": (
        _replace("Europe/London", "Europe/Lundon"),
        ["ward.toml: line 3, [ward] timezone: is 'Europe/Lundon'"],
    ),
    "unknown section": (SETTINGS + "[[ruel]]\nkind = 'x'\n", ["did you mean 'rule'?"]),
    "unknown setting": (
        _replace("break_minutes", "brake_minutes"),
        ["line 11, [[shift]] brake_minutes: unknown setting", "did you mean 'break_minutes'?"],
    ),
    "time": (_replace('"15:00"', '"25:00"'), ["line 10, [[shift]] end: is '25:00'", "such as 07:30"]),
    "no start": (_replace('start = "07:00"\n', ""), ["[[shift]] start: is empty"]),
    "a break longer than the shift": (_replace("= 30", "= 500"), ["less than the shift's 480"]),
    "code with a meaning": (_replace('code = "E"', 'code = "off"'), ["means something else"]),
    "code twice": (_replace('code = "N"', 'code = "E"'), ["line 14", "for a second time"]),
    "colour": (_replace("break_minutes = 30", 'colour = "red"'), ["such as #1f3b73"]),
    "substitute": (
        _replace('{ skill = "RN"', '{ skill = "NR"'), ["substitutes: unknown skill 'NR'"],
    ),
    "weight of cover": (_replace("preferred = 20", "preferred = 0"), ["at least 1"]),
    "notice twice": (_replace("[notice]\n", "[notice]\ndays = 7\n"), ["one of the two"]),
    "kind of rule": (
        _replace('"consecutive_nights"', '"consecutive_night"'),
        ["line 36, [[rule]] kind: unknown kind", "did you mean 'consecutive_nights'?"],
    ),
    "parameter of a rule": (_replace("maximum = 4", "most = 4"), ["'most' is not a parameter"]),
    "value of a parameter": (_replace("maximum = 4", 'maximum = "four"'), ["whole number"]),
    "minimum above the maximum": (_replace("minimum = 2", "minimum = 5"), ["above the maximum 4"]),
    "weightless rule": (_replace("weight = 5\n", ""), ["line 35, [[rule]]", "neither hard"]),
    "contract of a rule": (_replace('["Full"]', '["Fool"]'), ["unknown contract 'Fool'"]),
    "shift of a rule": (_replace('["N", [', '["M", ['), ["line 46, [[rule]] sequence", "'M'"]),
    "name of a rule": (_replace("no early after a night", "nights in a row"), ["second time"]),
    "ratio of nobody": (_replace("per = 8", "per = 0"), ["line 53, [[ratio]] per: is 0"]),
    "quantile": (_replace("q0.8", "p80"), ["mean, or a quantile such as q0.8"]),
    "holiday": (_replace('"2026-12-26"', '"26/12/2026"'), ["[ward] holidays: a date is"]),
    "table that is named but not there": (
        SETTINGS + "[files]\nstaff = 'people.csv'\n", ["people.csv: is not there"],
    ),
    "law that nobody knows": (
        _replace("holidays", 'laws = ["eu-1066"]\nholidays'), ["[ward] laws", "eu-1066"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILED_SETTINGS)
def test_what_is_spoiled_in_the_settings_is_named(tmp_path: Path, case: str) -> None:
    settings, words = SPOILED_SETTINGS[case]
    message = problems(write_csv(tmp_path, small_ward(), settings))
    for word in words:
        assert word in message


def test_a_contract_beyond_a_hard_limit_of_the_ward(tmp_path: Path) -> None:
    rule = '\n[[rule]]\nkind = "average_hours"\nmaximum = 36\nweeks = 4\nhard = true\n'
    message = problems(write_csv(tmp_path, small_ward(), SETTINGS + rule))
    assert "contracts.csv: row 2, column hours_per_week: 'Full' has 37.5 h a week" in message
    assert "allows 36" in message


def test_merged_cells_are_refused_by_name(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, small_ward(), merge={"leave": "A2:A3", "worked": "B2:C2"})
    message = problems(path)
    assert "plan.xlsx: sheet leave: the cells A2:A3 are merged" in message
    assert "plan.xlsx: sheet worked: the cells B2:C2 are merged" in message


def test_a_formula_that_was_never_calculated(tmp_path: Path) -> None:
    tables = small_ward(contracts=TABLES["contracts"].replace("37.5", "=75/2"))
    message = problems(write_xlsx(tmp_path, tables))
    assert "sheet contracts, row 2, column hours_per_week: holds a formula" in message


def test_a_number_where_a_date_should_be(tmp_path: Path) -> None:
    message = problems(write_xlsx(tmp_path, small_ward(leave="name,from,to\nBen Li,46000,46001\n")))
    assert "row 2, column from: is the number 46000" in message and "format the cell" in message


def test_a_row_with_more_cells_than_headers(tmp_path: Path) -> None:
    leave = "name,from,to\nBen Li,2026-12-01,2026-12-02,annual, but not sure\n"
    message = problems(write_csv(tmp_path, small_ward(leave=leave)))
    assert "leave.csv: row 2: has 'annual' in cell 4" in message and "expected 3 cells" in message


@pytest.mark.parametrize("table", ["staff", "contracts", "demand"])
@pytest.mark.parametrize("text", ["", "# nothing yet\n", "HEADER"])
def test_a_table_that_must_be_there(tmp_path: Path, table: str, text: str) -> None:
    header = TABLES[table].splitlines()[0]
    message = problems(write_csv(tmp_path, small_ward(**{table: text.replace("HEADER", header)})))
    assert table in message


def test_all_problems_at_once_up_to_twenty(tmp_path: Path) -> None:
    staff = "name,contract,skills\n" + "".join(f"Person {n},Non,RN\n" for n in range(30))
    tables = {name: TABLES[name] for name in ("contracts", "demand")} | {"staff": staff}
    lines = problems(write_csv(tmp_path, tables)).splitlines()
    assert "30 problems" in lines[0] and str(tmp_path) in lines[0]
    assert len(lines) == 22 and lines[-1].strip() == "… and 10 more"
    assert lines[1].strip().startswith("staff.csv: row 2, column contract: ")


def test_a_fault_is_told_once(tmp_path: Path) -> None:
    """What refers to a row with a fault is not called unknown on top."""
    staff = TABLES["staff"].replace("Okoro,Full", "Okoro,Fool")
    message = problems(write_csv(tmp_path, small_ward(staff=staff)))
    assert "problems" not in message and message.startswith("staff.csv: row 2, column contract")


# what makes the table useless: the file's new content (None: there is no file); what is said
UNREADABLE = {
    "staff is not there": ("staff", None, "has no table 'staff'"),
    "staff is empty": ("staff", "", "staff.csv: is empty"),
    "staff has no people": ("staff", "name,contract,skills\n", "staff.csv: has no rows"),
    "staff is not CSV": ("staff", '"name', "staff.csv: line 1: is not CSV"),
    "staff lacks a column": ("staff", "contract,skills\nFull,RN\n", "no column 'name'"),
    "a header of staff is misspelt": (
        "staff", TABLES["staff"].replace("name,", "nmae,"), "did you mean 'name'?",
    ),
    "contracts are not there": ("contracts", None, "has no table 'contracts'"),
    "a header of contracts is misspelt": (
        "contracts", TABLES["contracts"].replace("contract,", "contact,"),
        "did you mean 'contract'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_table_that_cannot_be_used_is_told_and_not_what_follows_from_it(
    tmp_path: Path, case: str
) -> None:
    """Each row of leave, wishes and the last roster was called a stranger's on top."""
    table, content, message = UNREADABLE[case]
    folder = write_csv(tmp_path, small_ward())
    (folder / f"{table}.csv").unlink()
    if content is not None:
        (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    said = problems(folder)
    assert message in said and "problems" not in said


def test_a_useless_table_is_told_before_the_faults_of_others(tmp_path: Path) -> None:
    contracts = TABLES["contracts"].replace("37.5", "a few")
    folder = write_csv(tmp_path, small_ward(contracts=contracts))
    (folder / "staff.csv").unlink()
    first, *others = (line.strip() for line in problems(folder).splitlines()[1:])
    assert "has no table 'staff'" in first
    (other,) = others
    assert other.startswith("contracts.csv: row 2, column hours_per_week")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", b"", ["neither a folder nor ward.toml nor an .xlsx"]),
        ("x.xls", b"", ["save it as .xlsx"]),
        ("x.xlsx", b"not a workbook", ["cannot be opened as a workbook", "expected an .xlsx"]),
        ("x.toml", b"\xff\xfe\xff", ["is not TOML"]),
        ("none", None, ["is not there; expected a folder"]),
        ("folder", None, ["has no ward.toml", "cds init"]),
    ],
)
def test_what_is_no_ward(
    tmp_path: Path, name: str, content: bytes | None, words: list[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    elif name == "folder":
        path.mkdir()
    message = problems(path)
    assert str(path) in message or path.name in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,contract,skills\nRenée,Full,RN\n".encode("cp1252"), ["neither UTF-8 nor GB18030"]),
        ("name,contract,skills\nÉlodie,Full,RN\n".encode("cp1252"), ["CSV UTF-8"]),
        (b'name,contract,skills\n"Ada,Full,RN\n', ["is not CSV", "quotes"]),
        (b"name,contract,skills\nAda,Full,\xff\xff\n", ["neither UTF-8"]),
    ],
)
def test_files_that_cannot_be_read_as_text(
    tmp_path: Path, content: bytes, words: list[str]
) -> None:
    write_csv(tmp_path, {name: TABLES[name] for name in ("contracts", "demand")})
    (tmp_path / "staff.csv").write_bytes(content)
    message = problems(tmp_path)
    assert "staff.csv" in message
    for word in words:
        assert word in message


def test_two_files_for_one_table(tmp_path: Path) -> None:
    write_csv(tmp_path, small_ward())
    (tmp_path / "员工.csv").write_text(TABLES["staff"], encoding="utf-8")
    assert "lies beside staff.csv; expected one file for 'staff'" in problems(tmp_path)


def test_a_workbook_without_settings(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, small_ward())
    (tmp_path / "ward.toml").unlink()
    assert "has no sheet 'ward'" in problems(path)
