"""A small ward, as the text of its files, and ways of writing them down."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from cds.errors import InputError
from cds.roster.ward.description import Ward
from cds.roster.ward.read import read_ward

SETTINGS = """\
[ward]
name = "Small ward"
timezone = "Europe/London"
holidays = [2026-12-25, "2026-12-26"]

[[shift]]
code = "E"
name = "Early"
start = "07:00"
end = "15:00"
break_minutes = 30

[[shift]]
code = "N"
name = "Night"
start = "21:00"
end = "07:15"
break_minutes = 60

[[skill]]
code = "RN"
name = "Registered nurse"

[[skill]]
code = "HCA"
substitutes = [{ skill = "RN", cost = 5 }]

[cover]
minimum = "hard"
preferred = 20

[notice]
published_until = 2026-12-02

[[rule]]
kind = "consecutive_nights"
name = "nights in a row"
minimum = 2
maximum = 4
weight = 5
contracts = ["Full"]

[[rule]]
kind = "forbidden_sequence"
name = "no early after a night"
sequence = ["N", ["E", "N"], "off"]
hard = true

[[ratio]]
skill = "RN"
shift = "E"
series = "census"
per = 8
quantile = "q0.8"
"""

TABLES = {
    "staff": """\
name,contract,skills,first_day,last_day,email
Ada Okoro,Full,RN; HCA,,,ada@ward.example
Ben Li,Half,RN,2026-11-01,2027-03-31,
Cleo Ng,Half,HCA,,,
""",
    "contracts": """\
contract,hours_per_week,shifts,max_consecutive_shifts,max_weekends,max_weekends_weight
Full,37.5,,5,2,20
Half,20,E,4,,
""",
    "leave": """\
name,from,to,reason,paid_hours_per_day
Ada Okoro,2026-12-01,2026-12-04,annual,
Cleo Ng,2026-12-02,2026-12-02,course,7.5
""",
    "wishes": """\
name,date,shift,want,weight
Ben Li,2026-12-05,off,yes,
Ada Okoro,2026-12-07,N,no,15
""",
    "assigned": """\
name,date,shift,skill,forbidden
Ben Li,2026-12-03,E,RN,no
Ada Okoro,2026-12-08,N,,yes
""",
    "demand": """\
day,shift,skill,minimum,preferred,maximum
daily,E,RN,1,2,3
saturday,E,RN,1,1,
2026-12-24,N,RN,1,,
holiday,E,HCA,0,1,2
""",
    "together": """\
name,with,apart,hard,weight,shifts
Cleo Ng,Ada Okoro;Ben Li,no,yes,,E
""",
    "worked": """\
name,2026-11-28,2026-11-29
Ada Okoro,E/HCA,N
Ben Li,off,
Cleo Ng,休,(leave)
""",
    "balances": """\
name,nights,weekends,holidays,refused_wishes,periods
Ada Okoro,7,2,1,3,2
""",
}

CHINESE = {
    "人员": "姓名,合同,技能,入职日期,离职日期,邮箱\n王芳,全职,护士;护工,,,\n李娜,全职,护工,2026年1月1日,,\n",
    "合同": "合同,每周工时,班次,最多连续上班,不上夜班\n全职,40,早、夜,5,否\n",
    "需求": "星期,班次,技能,最少,理想,最多\n周一,早,护士,1,1,2\n周末,夜,护工,1,,\n每天,早,护工,1,,\n节假日,早,护士,0,,\n",
    "请假": "姓名,开始,结束,原因\n李娜,2026/12/1,2026/12/3,年假\n",
    "意愿": "姓名,日期,班次,想要,权重\n王芳,2026-12-05,休,是,10\n",
}

CHINESE_SETTINGS = """\
[ward]
name = "内科四病区"
timezone = "Asia/Shanghai"

[[shift]]
code = "早"
start = "08:00"
end = "16:00"

[[shift]]
code = "夜"
start = "00:00"
end = "08:00"

[[skill]]
code = "护士"

[[skill]]
code = "护工"
"""


def small_ward(**changed: str) -> dict[str, str]:
    """The files' text by table, with some replaced; an empty text leaves a table out."""
    return {name: text for name, text in (TABLES | changed).items() if text}


def write_csv(
    folder: Path, tables: dict[str, str], settings: str = SETTINGS, encoding: str = "utf-8"
) -> Path:
    """A folder with ward.toml and a CSV file for each table."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ward.toml").write_text(settings, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    return folder


def write_xlsx(
    folder: Path,
    tables: dict[str, str],
    settings: str = SETTINGS,
    merge: dict[str, str] | None = None,
) -> Path:
    """A workbook with a sheet for each table, numbers and dates as such, beside ward.toml."""
    import openpyxl

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ward.toml").write_text(settings, encoding="utf-8")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in tables.items():
        sheet = book.create_sheet(name)
        for row in csv.reader(io.StringIO(text)):
            sheet.append([_cell(word) for word in row])
        if merge and name in merge:
            sheet.merge_cells(merge[name])
    book.save(folder / "plan.xlsx")
    return folder / "plan.xlsx"


def _cell(word: str) -> object:
    if not word:
        return None
    for kind in (int, float, date.fromisoformat):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def problems(path: Path) -> str:
    """What is said about a ward that cannot be used; fails where nothing is."""
    try:
        ward: Ward = read_ward(path)
    except InputError as error:
        return str(error)
    raise AssertionError(f"nothing was found wrong with {ward.name}")
