"""What a pharmacy's tables may say, what is set aside, and how it is told."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_pharmacy import AS_OF, GTIN, SETTINGS, TABLES, read, said, write

from cds.errors import InputError
from cds.inventory.reading import load


def test_the_small_pharmacy_has_nothing_to_complain_of(tmp_path: Path) -> None:
    pharmacy, problems = read(tmp_path)
    assert problems == []
    assert [(lot.item, lot.quantity) for lot in pharmacy.lots] == [("A1", 100), ("B1", 10)]
    assert pharmacy.tables == {"items": 2, "lots": 2, "issues": 2}


LOTS = "item,lot,quantity,expiry,place\n"
ISSUES = "item,date,quantity,place,to\n"
ITEMS = "item,name,unit,pack,ven\nA1,Paracetamol,tablet,20,E\nB1,Insulin,vial,1,V\n"

SET_ASIDE = [
    ("lots", LOTS + "A1,L1,-3,2027-03-31,main\n", "row 2, column quantity: is -3; expected 0 or more"),
    ("lots", LOTS + "A1,L1,1.2.3,2027-03-31,main\n", "is '1.2.3'; expected a number"),
    ("lots", LOTS + 'A1,L1,"1,200",2027-03-31,main\n', "no separator of thousands"),
    ("lots", LOTS + "A1,L1,inf,2027-03-31,main\n", "is 'inf'; expected a number"),
    ("lots", LOTS + "A1,L1,1e300,2027-03-31,main\n", "is '1e300'; expected a number"),
    ("lots", LOTS + "A1,L1,,2027-03-31,main\n", "column quantity: is empty"),
    ("lots", LOTS + "A1,L1,5,2027-02-30,main\n", "is '2027-02-30'; expected a date"),
    ("lots", LOTS + "A1,L1,5,03/04/2027,main\n", 'say dates = "day-month-year"'),
    ("lots", LOTS + "A1,,5,2027-03-31,main\n", "column lot: is empty; expected a lot number"),
    ("lots", LOTS + "A1,L1,5,,main\n", "column expiry: is empty"),
    ("lots", LOTS + "A2,L1,5,2027-03-31,main\n", "unknown item 'A2'; expected one of A1, B1; did you mean 'A1'?"),
    ("lots", LOTS + "A1,L1,5,2027-03-31,main,7\n", "has more cells than the 5 headers"),
    ("lots", "item,lot,quantity,unit,expiry\nA1,L1,5,box,2027-03-31\n", "is 'box', which is not the item's unit"),
    ("lots", "item,lot,quantity,expiry,status\nA1,L1,5,2027-03-31,fine\n", "is 'fine'; expected one of available, quarantined, recalled"),
    ("lots", "item,lot,quantity,expiry,gtin\nA1,L1,5,2027-03-31,09506000134353\n", "its check digit is wrong"),
    ("lots", "item,lot,quantity,expiry,gtin\nB1,L1,5,2027-03-31," + GTIN + "\n", "the GTIN is another item's"),
    ("issues", ISSUES + "A1,2026-13-01,5,main,ICU\n", "is '2026-13-01'; expected a date"),
    ("issues", ISSUES + "A1,1926-11-01,5,main,ICU\n", "is '1926-11-01'; expected a date"),
    ("issues", ISSUES + "A9,2026-11-01,5,main,ICU\n", "unknown item 'A9'"),
    ("offers", "item,supplier,price\nA1,S,0\n", "is 0; expected more than 0"),
    ("offers", "item,supplier,price,currency\nA1,S,5,USD\n", "is 'USD'; expected CNY"),
    ("orders", "item,supplier,ordered,due,quantity\nA1,S,2026-11-20,2026-11-10,5\n", "before the order was placed"),
    ("receipts", "item,date,ordered,quantity\nA1,2026-11-10,2026-11-12,5\n", "after the receipt"),
    ("lead_times", "supplier,ordered,received\nS,2026-11-10,2026-11-02\n", "before the order was placed"),
    ("stock_outs", "item,from,to\nA1,2026-11-10,2026-11-02\n", "before 'from'"),
    ("budgets", "period,amount\n2026-13,5\n", "expected 2026-12, 2026-Q4"),
    ("budgets", "period,amount\n2026,5\n2026-11,5\n", "'2026-11' overlaps a period before it"),
    ("suppliers", "supplier,delivery_days\nS,mon;someday\n", "expected weekdays such as mon;thu"),
    ("conversions", "item,unit,factor\nA1,box,0\n", "is 0; expected more than 0"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "content", "message"), SET_ASIDE)
def test_a_wrong_row_is_set_aside_named_and_counted(
    tmp_path: Path, table: str, content: str, message: str
) -> None:
    good = {
        "lots": "A1,L9,1,2027-01-01,main\n",
        "issues": "A1,2026-11-02,1,main,ICU\n",
    }
    if table in good and content.splitlines()[0] + "\n" in (LOTS, ISSUES):
        content += good[table]
    elif table == "lots":
        content += content.splitlines()[1].replace("A1", "Z9")  # wrong as well: lots may be empty
        content = content.splitlines()[0] + ",notes\n" + "\n".join(content.splitlines()[1:])
    try:
        pharmacy, problems = read(tmp_path, **{table: content})
    except InputError as error:  # no row of a needed table was left
        assert message in str(error)
        return
    (told,) = [text for text in said(problems) if message in text]
    assert told.startswith(f"{table}.csv: row")
    assert pharmacy.refused[table] == len(said(problems))


def test_refused_rows_are_in_no_sum(tmp_path: Path) -> None:
    issues = ISSUES + "A1,2026-11-01,5,main,ICU\nA1,2026-11-02,9x,main,ICU\n"
    pharmacy, _ = read(tmp_path, issues=issues)
    assert pharmacy.issues["quantity"].sum() == 5
    assert pharmacy.refused == {"issues": 1}
    assert pharmacy.refused_rows == 1


BROKEN = [
    ({"issues": "item,quantity\nA1,5\n"}, "has no column 'date'; found item, quantity"),
    ({"issues": "item,quantity\nA1,5\n"}, "expected of item (药品编码), date (日期), quantity (数量), packs"),
    ({"items": "item,unit,pack,ven\nA1,tablet,20,E\n"}, "has no column 'name'; found item, unit, pack, ven; expected of item (药品编码), name (英文名), name_zh (名称)"),
    ({"issues": "item,date,quanttiy\nA1,2026-11-01,5\n"}, "did you mean 'quantity'?"),
    ({"issues": "item,date,quantity,packs\nA1,2026-11-01,5,1\n"}, "has both 'quantity' (units) and 'packs'"),
    ({"issues": "item,date\nA1,2026-11-01\n"}, "has neither 'quantity' (units) nor 'packs'"),
    ({"issues": "item,date,packs,unit\nA1,2026-11-01,5,tablet\n"}, "has 'unit' beside 'packs'"),
    ({"issues": "item,date,quantity,qty\nA1,2026-11-01,5,5\n"}, "is a second column for 'quantity'"),
    ({"issues": ""}, "has no headers"),
    ({"issues": ISSUES}, "has no rows"),
    ({"issues": ISSUES + '"A1,2026-11-01,5,main,ICU\n'}, "expected quotes to be closed"),
    ({"issues": "item,date,quantity\nA1,2026-11-01,5\x00\n"}, "null bytes"),
    ({"issues": "item,date,quantity,to\nA1,2026-11-01,5,Kardiologie Ren\u00e9\n".encode("latin-1")}, "GB18030"),
    ({"items": ITEMS + "A1,Paracetamol,tablet,10,E\nB1,x,vial,2,V\n"}, "stands in more than one row"),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "message"), BROKEN)
def test_what_nothing_can_be_computed_from_is_refused_whole(
    tmp_path: Path, tables: dict[str, str | bytes], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        load(write(tmp_path, **tables), AS_OF)
    assert message in str(caught.value)


def test_why_no_row_is_left_is_told_from_the_cause_on(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(
            write(tmp_path, items="item,name,unit,pack,ven\nA1,,tablet,20,E\nC1,x,vial,1,V\n"),
            AS_OF,
        )
    assert "items.csv: row 2, column name: is empty" in str(caught.value)


def test_missing_tables_are_all_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "pharmacy.toml").write_text(
        SETTINGS.replace("CNY", "CNY").replace("timezone", "time")
    )
    with pytest.raises(InputError) as caught:
        load(tmp_path, AS_OF)
    message = str(caught.value)
    for part in ("'items'", "'lots'", "'issues'", "unknown setting 'time'"):
        assert part in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"CNY"', "5", "line 3, [pharmacy] currency: is 5; expected a text"),
        ("Asia/Shanghai", "Mars/Base", "expected a time zone"),
        (
            "[pharmacy]",
            "[review]\nperiod_days = 0\n[pharmacy]",
            "expected a whole number, 1 or more",
        ),
        (
            "[pharmacy]",
            "[service]\nV = 1.5\n[pharmacy]",
            "expected for each of V, E and N a number",
        ),
        ("[pharmacy]", "[cost]\n[pharmacy]", "did you mean 'costs'?"),
        ("[pharmacy]", "[files]\ndates = 'american'\n[pharmacy]", "month-day-year"),
        ("[pharmacy]", "[pharmacy", "is not TOML"),
    ],
)
def test_settings_are_checked(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=".*") as caught:
        load(write(tmp_path, SETTINGS.replace(old, new, 1)), AS_OF)
    assert message in str(caught.value)


DATES = [
    ("2026-11-01", date(2026, 11, 1)),
    ("2026/11/1", date(2026, 11, 1)),
    ("2026.11.01", date(2026, 11, 1)),
    ("2026年11月1日", date(2026, 11, 1)),
    ("20261101", date(2026, 11, 1)),
    ("2026-11-01 23:59:59", date(2026, 11, 1)),
    ("2026-11-01T08:00", date(2026, 11, 1)),
    ("２０２６-11-01", date(2026, 11, 1)),
    ("2026-11-01T20:00:00Z", date(2026, 11, 2)),  # 04:00 in Shanghai
    ("2026-11-01T20:00:00-05:00", date(2026, 11, 2)),
]


@pytest.mark.parametrize(("text", "day"), DATES)
def test_dates_of_movements(tmp_path: Path, text: str, day: date) -> None:
    pharmacy, problems = read(tmp_path, issues=ISSUES + f"A1,{text},5,main,ICU\n")
    assert said(problems) == []
    assert pharmacy.issues["date"].to_list() == [day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-03", date(2027, 3, 31)),
        ("2028-02", date(2028, 2, 29)),
        ("2027年2月", date(2027, 2, 28)),
        ("2027-02-00", date(2027, 2, 28)),  # GS1: day 00 is the month's last
        ("03/2027", date(2027, 3, 31)),
        ("2027-03-05", date(2027, 3, 5)),
    ],
)
def test_an_expiry_may_be_a_month(tmp_path: Path, text: str, day: date) -> None:
    pharmacy, _ = read(tmp_path, lots=LOTS + f"A1,L1,5,{text},main\n")
    assert [lot.expiry for lot in pharmacy.lots] == [day]


def test_day_first_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = SETTINGS + '[files]\ndates = "day-month-year"\n'
    pharmacy, _ = read(tmp_path, settings, issues=ISSUES + "A1,03/11/2026,5,main,ICU\n")
    assert pharmacy.issues["date"].to_list() == [date(2026, 11, 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("comma", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\n"), (",", "\r")])
def test_chinese_tables_in_the_usual_encodings(
    tmp_path: Path, encoding: str, comma: str, end: str
) -> None:
    lines = ["药品编码,出库日期,数量,科室", "A1,2026/11/2,20,重症医学科", "B1,2026/11/3,1,急诊科"]
    content = (end.join(lines) + end).replace(",", comma).encode(encoding)
    pharmacy, problems = read(tmp_path, issues=content)
    assert said(problems) == []
    assert pharmacy.issues["to"].to_list() == ["重症医学科", "急诊科"]


def test_a_chinese_name_alone_is_the_name(tmp_path: Path) -> None:
    items = "药品编码,药品名称,单位,包装,VEN\nA1,对乙酰氨基酚,片,20,E\nB1,胰岛素,瓶,1,V\n"
    pharmacy, problems = read(tmp_path, items=items.encode("gb18030"))
    assert said(problems) == []
    shown = {(item.name, item.name_zh, item.label("en")) for item in pharmacy.items.values()}
    assert shown == {(name, name, name) for name in ("对乙酰氨基酚", "胰岛素")}


def test_an_empty_english_name_gives_way_to_the_chinese_one(tmp_path: Path) -> None:
    items = "item,name,药品名称,unit,pack,ven\nA1,,对乙酰氨基酚,tablet,20,E\nB1,,,vial,1,V\n"
    pharmacy, problems = read(tmp_path, items=items)
    assert pharmacy.items["A1"].name == "对乙酰氨基酚" and "B1" not in pharmacy.items
    assert "items.csv: row 3, column name: is empty; expected a name" in said(problems)


def test_packs_and_other_units_become_the_items_unit(tmp_path: Path) -> None:
    pharmacy, _ = read(
        tmp_path,
        lots="item,lot,packs,expiry\nA1,L1,3,2027-03-31\n",
        issues="item,date,quantity,unit\nA1,2026-11-01,2,Box\nA1,2026-11-02,7,TABLET\n",
        conversions="item,unit,factor\nA1,box,20\n",
    )
    assert pharmacy.lots[0].quantity == 60
    assert pharmacy.issues["quantity"].to_list() == [40, 7]


def test_rows_of_an_item_that_was_set_aside_say_so(tmp_path: Path) -> None:
    items = ITEMS.replace("B1,Insulin,vial,1,V", "B1,Insulin,vial,none,V")
    _, problems = read(tmp_path, items=items)
    texts = said(problems)
    assert "is the item 'B1', whose row was set aside" in texts[1]


def test_a_lot_with_two_expiries_is_set_aside_whole(tmp_path: Path) -> None:
    lots = LOTS + "A1,L1,5,2027-03-31,main\nA1,L1,6,2027-04-30,main\nA1,L2,1,2027-04-30,main\n"
    pharmacy, problems = read(tmp_path, lots=lots)
    assert [lot.lot for lot in pharmacy.lots] == ["L2"]
    assert all("which is right cannot be known" in text for text in said(problems))


def test_the_same_lot_on_two_shelves_counts_twice_and_the_same_row_once(tmp_path: Path) -> None:
    lots = LOTS + "A1,L1,5,2027-03-31,main\nA1,L1,6,2027-03-31,main\nA1,L1,5,2027-03-31,main\n"
    pharmacy, problems = read(tmp_path, lots=lots)
    assert [lot.quantity for lot in pharmacy.lots] == [5, 6]
    assert "is the same as a row before it" in said(problems)[0]


def test_a_document_loaded_twice_counts_once(tmp_path: Path) -> None:
    line = "A1,2026-11-01,5,main,ICU,D1\n"
    issues = "item,date,quantity,place,to,document\n" + line + line + line.replace("D1", "D2")
    pharmacy, problems = read(tmp_path, issues=issues)
    assert pharmacy.issues.height == 2
    assert len(said(problems)) == 1


def test_a_feed_loaded_twice_without_documents_is_told_of(tmp_path: Path) -> None:
    lines = "".join(f"A1,2026-10-{day:02},{day},main,ICU\n" for day in range(1, 31))
    _, problems = read(tmp_path, issues=ISSUES + lines + lines)
    assert "was the feed loaded twice?" in said(problems, "warning")[0]


def test_rows_after_the_as_of_day_do_not_count(tmp_path: Path) -> None:
    issues = ISSUES + "A1,2026-11-23,5,main,ICU\nA1,2026-11-24,7,main,ICU\n"
    pharmacy, _ = read(tmp_path, issues=issues)
    assert pharmacy.issues["quantity"].to_list() == [5]
    assert pharmacy.later == {"issues": 1}


def test_a_stale_feed_and_a_stale_price_are_told_of(tmp_path: Path) -> None:
    offers = "item,supplier,price,priced_on\nA1,S,10,2025-01-01\n"
    pharmacy, problems = read(tmp_path, as_of=date(2026, 12, 10), offers=offers)
    told = " ".join(said(problems, "warning"))
    assert "the newest issue is of 2026-11-20, 20 days before" in told
    assert "the only price of 'A1' is stale" in told
    assert pharmacy.price("A1") == 0.5  # 10 for a pack of 20
    assert pharmacy.price("B1") is None  # not known is not 0


USUAL = [(f"2026-{month:02}-{day:02}", 10) for month in range(6, 11) for day in range(1, 29)]
UNUSUAL = [
    # what else A1 was issued, beside 10 a day for five months; the rows that look mistyped
    ([("2026-11-12", 10_000)], [142]),
    ([("2026-11-12", 600)], [142]),
    ([("2026-11-12", 550)], []),  # less than 60 days of its use
    ([("2026-11-12", 10_000), ("2026-11-13", 500)], []),  # 20 times another: it has such days
    ([("2025-11-12", 10_000)], []),  # more than a year ago
    ([("2026-11-12", -10_000)], []),  # a return
    ([("2026-11-12", 200)], []),
    ([("2026-11-12", 10_000), ("2026-11-13", 10_000)], [142, 143]),  # typed twice
    ([("2026-11-12", 10_000), ("2024-11-13", 10_000)], [142]),
    ([(f"2026-11-{day}", 10_000) for day in (12, 13, 14)], []),  # it is asked for at times
]


@pytest.mark.parametrize(("others", "rows"), UNUSUAL)
def test_an_issue_far_above_all_others_is_told_of_and_counts(
    others: list[tuple[str, int]], rows: list[int], tmp_path: Path
) -> None:
    lines = [f"A1,{day},{quantity},main,ICU" for day, quantity in [*USUAL, *others]]
    pharmacy, problems = read(tmp_path, issues="\n".join(["item,date,quantity,place,to", *lines]))
    assert [one.row for one in pharmacy.unusual_issues] == rows
    assert pharmacy.issues.height == len(lines)
    told = [one for one in said(problems, "warning") if "mistyped" in one]
    assert [f"issues.csv: row {row}: " in one for row, one in zip(rows, told, strict=True)] == [
        True for _ in rows
    ]


LUMPY = [
    [(f"2026-{1 + at // 4:02}-{1 + at % 4 * 7:02}", 1 + at % 3 * 40) for at in range(40)],
    [(f"2026-{1 + at // 4:02}-{1 + at % 4 * 7:02}", 100 if at == 30 else 5) for at in range(40)],
    [(f"2026-{month:02}-01", 2) for month in range(1, 11)] + [("2026-11-12", 5000)],  # few
]


@pytest.mark.parametrize("issued", LUMPY, ids=["lumps", "one lump", "few"])
def test_lumpy_use_does_not_look_mistyped(issued: list[tuple[str, int]], tmp_path: Path) -> None:
    lines = [f"A1,{day},{quantity},main,ICU" for day, quantity in issued]
    pharmacy, _ = read(tmp_path, issues="\n".join(["item,date,quantity,place,to", *lines]))
    assert pharmacy.unusual_issues == ()


def test_many_rows_with_one_fault_are_counted_not_listed(tmp_path: Path) -> None:
    lines = "".join(f"A1,day {day},5,main,ICU\n" for day in range(1000))
    pharmacy, problems = read(tmp_path, issues=ISSUES + lines + "A1,2026-11-20,1,main,ICU\n")
    assert len(problems) == 10
    assert sum(problem.count for problem in problems) == 1000 == pharmacy.refused["issues"]


def test_parquet_gives_the_same_as_csv(tmp_path: Path) -> None:
    written = write(tmp_path / "csv")
    other = write(tmp_path / "parquet")
    (other / "issues.csv").unlink()
    frame = pl.read_csv(written / "issues.csv", try_parse_dates=True)
    frame.write_parquet(other / "issues.parquet")
    one, _ = load(written, AS_OF)
    two, _ = load(other, AS_OF)
    assert one.issues.equals(two.issues)


def test_a_table_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "出库.csv").write_text(TABLES["issues"])
    with pytest.raises(InputError, match="are both the table 'issues'"):
        load(folder, AS_OF)


def test_a_spreadsheet_in_the_place_of_a_table_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "lots.csv").rename(folder / "库存.xlsx")
    with pytest.raises(InputError, match=r"库存\.xlsx: is a spreadsheet"):
        load(folder, AS_OF)


def test_issues_to_a_place_that_records_its_own_are_transfers(tmp_path: Path) -> None:
    issues = ISSUES + (
        "A1,2026-11-01,50,main,ICU\n"  # ICU gives out itself: moved, not used
        "A1,2026-11-02,5,ICU,\nA1,2026-11-03,7,main,ED\n"
    )
    pharmacy, _ = read(tmp_path, issues=issues)
    assert pharmacy.issues["transfer"].to_list() == [True, False, False]
