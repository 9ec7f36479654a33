"""``cds inventory forecast`` and ``order``, end to end, on the sample and on small pharmacies."""

from __future__ import annotations

import csv
import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "inventory"))

from roster_runs import ROOT, Run
from small_pharmacy import write

from cds.cli.app import main

SAMPLE = ROOT / "sample_data" / "pharmacy"
NOW = "2026-11-23T06:00:00+08:00"
QUICK = ("--effort", "light", "--scenarios", 64, "--workers", 1)


@pytest.fixture(autouse=True)
def _plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def inventory(*words: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["inventory", *map(str, words), "--now", NOW])
    return Run(code, out.getvalue(), err.getvalue())


def order(*words: object) -> Run:
    return inventory("order", *words, *QUICK)


def checked(text: str) -> dict[str, Any]:
    """A document, compared with the schema it names."""
    document: dict[str, Any] = json.loads(text)
    stem = document["schema"].removeprefix("cds.").replace("/", "-")
    schema = json.loads((ROOT / f"cds/schemas/{stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


ITEMS = "item,name,unit,pack,ven,storage,minimum,maximum,controlled,monthly_quota,volume_l\n"
FIRST = date(2026, 6, 1)


def small(tmp_path: Path, item: str, **tables: str) -> Path:
    """A pharmacy of A1 (this row of items), used 10 a day for half a year, delivered in 3 days."""
    days = [FIRST + timedelta(days=day) for day in range(175)]
    issues = "item,date,quantity,place,to\n" + "".join(f"A1,{day},10,main,ICU\n" for day in days)
    known = {
        "items": ITEMS + item + "\n",
        "lots": "item,lot,quantity,expiry,place\nA1,L1,20,2027-03-31,main\n",
        "issues": issues,
        "suppliers": "supplier,name,lead_time_days\nS1,Seller,3\n",
        "offers": "item,supplier,price,minimum_packs,priced_on\nA1,S1,5,1,2026-11-01\n",
    }
    return write(tmp_path / "small", **(known | tables))


PLAIN = "A1,Alpha,vial,10,V,ambient,,,no,,"


def document_of(folder: Path, *words: object) -> dict[str, Any]:
    run = order(folder, "--json", *words)
    assert run.code in (0, 3), run.err
    return checked(run.out)


def test_the_sample_is_ordered_explained_and_written(tmp_path: Path) -> None:
    targets = ["o.json", "o.csv", "o.xlsx", "o.html", "each/"]
    run = order(SAMPLE, "--json", *(word for target in targets for word in ("-o", target)))
    assert run.code == 3  # norepinephrine runs out before anything can come
    document = checked(run.out)
    first = document["lines"][0]
    assert first["name"].startswith("Norepinephrine") and first["rank"] == 1
    assert "days of cover" in first["reason"] and "断货概率" in first["reason_zh"]
    look = document["look"][0]
    assert (look["kind"], look["item"]) == ("runs_out", first["item"])
    assert look["values"]["substitute"] == "D026"
    assert document["checked"]["violations"] == []
    assert document["order"]["gap"] <= 0.0005
    assert document["order"]["cost"] <= document["budget"]["tonight"]
    assert sum(first["sites"].values()) == first["quantity"]
    ranks = [line["saving_per_money"] for line in document["lines"]]
    assert ranks == sorted(ranks, reverse=True)
    assert json.loads(Path("o.json").read_text(encoding="utf-8")) == document
    rows = list(csv.DictReader(io.StringIO(Path("o.csv").read_text(encoding="utf-8-sig"))))
    assert sum(float(row["cost"]) for row in rows) == pytest.approx(document["order"]["cost"])
    suppliers = {line["supplier"] for line in document["lines"]}
    written = {path.name for path in Path("each").iterdir()}
    assert written == {f"order_{code}.{kind}" for code in suppliers for kind in ("csv", "xlsx")}
    page = Path("o.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2 * 120 and "http" not in page.split("</style>")[1]


def test_the_workbook_has_a_sheet_a_supplier_and_the_same_bytes_twice(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    folder = small(tmp_path, PLAIN)
    for name in ("one.xlsx", "two.xlsx"):
        assert order(folder, "-q", "-o", name).code in (0, 3)
    assert Path("one.xlsx").read_bytes() == Path("two.xlsx").read_bytes()
    book = load_workbook("one.xlsx")
    assert book.sheetnames[0] == "S1"
    values = [[cell.value for cell in row] for row in book["S1"].iter_rows()]
    assert any(row[0] == "A1" and row[2] > 0 for row in values)


def test_a_person_reads_it_in_80_columns_and_both_languages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    english = order(SAMPLE, "-q")
    assert english.err == "" and "Checked: 0 violations" in english.out
    assert "to run out before" in english.out
    assert max(len(line) for line in english.out.splitlines()) <= 80
    monkeypatch.setenv("COLUMNS", "60")
    narrow = order(SAMPLE, "-q").out
    assert max(len(line) for line in narrow.splitlines()) <= 60
    heading = next(line for line in narrow.splitlines() if line.startswith("item"))
    assert heading.split() == ["item", "name", "packs", "quantity", "from", "cost", "arrives"]
    chinese = inventory("order", SAMPLE, "-q", "--lang", "zh", "--explain", "no such thing")
    assert chinese.code == 2 and "unknown item" in chinese.err
    explained = order(SAMPLE, "-q", "--explain", "D049")
    assert "<- ordered" in explained.out and "One pack more" in explained.out


def test_an_explanation_has_its_candidates_forecast_and_lots() -> None:
    run = order(SAMPLE, "--explain", "D049", "--json")
    assert run.code == 3
    document = checked(run.out)
    # What a person must look at of other items is not asked here.
    assert [(one["kind"], one["item"]) for one in document["look"]] == [("order_missing", "D049")]
    chosen = [one for one in document["candidates"] if one["chosen"]]
    assert [one["packs"] for one in chosen] == [document["line"]["packs"]]
    allowed = [one for one in document["candidates"] if one["forbidden"] is None]
    least = min(one["with_shared"] for one in allowed)
    assert chosen[0]["with_shared"] == pytest.approx(least, rel=0.002, abs=0.5)
    assert chosen[0]["total"] == pytest.approx(document["line"]["expected_cost"], abs=0.05)
    expiries = [lot["expiry"] for lot in document["lots"]]
    assert expiries == sorted(expiries)
    assert len(document["forecast"]) == 12
    wrong = order(SAMPLE, "--explain", "D049", "-o", "x.html")
    assert wrong.code == 2 and not Path("x.html").exists()


def test_the_forecast_of_the_sample_in_every_format() -> None:
    import polars as pl

    targets = ["d.csv", "d.parquet", "d.xlsx", "d.html", "d.json"]
    words = [word for target in targets for word in ("-o", target)]
    run = inventory("forecast", SAMPLE, "--effort", "light", "--horizon", 4, "--json", *words)
    assert run.code == 0
    document = checked(run.out)
    assert len(document["series"]) == 120 and len(document["forecast"]) == 480
    assert document["forecast"][0]["ds"] == "2026-11-23"
    table = pl.read_csv("d.csv")
    assert table.columns[:4] == ["unique_id", "ds", "mean", "q0.025"]
    assert table.columns[-4:] == ["class", "periods_out", "issued_mean", "demand_mean"]
    assert table.columns == pl.read_parquet("d.parquet").columns
    corrected = {one["unique_id"]: one["uplift"] for one in document["corrections"]}
    assert corrected and all(uplift >= 1 for uplift in corrected.values())
    assert Path("d.html").read_text(encoding="utf-8").count("<svg") == 120
    words_zh = inventory("forecast", SAMPLE, "--effort", "light", "-q", "--lang", "zh")
    assert "掩盖" in words_zh.out


# What is in the tables, and what must come of it: (item row, tables, look, packs).
CASES: list[tuple[str, str, dict[str, str], str | None, Any]] = [
    ("used and low: ordered", PLAIN, {}, "runs_out", lambda packs: packs >= 7),
    (
        "a pack of more than the maximum is never ordered",
        "A1,Alpha,vial,500,V,ambient,,300,no,,",
        {},
        "pack_above_maximum",
        lambda packs: packs == 0,
    ),
    (
        "never above the maximum: 20 there, 60 allowed, packs of 10",
        "A1,Alpha,vial,10,V,ambient,,60,no,,",
        {},
        "runs_out",
        lambda packs: packs == 4,
    ),
    (
        "a controlled item keeps its monthly quota",
        "A1,Alpha,vial,10,V,ambient,,,yes,30,",
        {},
        "quota",
        lambda packs: packs == 3,
    ),
    (
        "what is on order this month counts in the quota",
        "A1,Alpha,vial,10,V,ambient,,,yes,30,",
        {"orders": "order,item,supplier,packs,ordered,due\nO1,A1,S1,2,2026-11-22,2026-11-25\n"},
        "quota",
        lambda packs: packs <= 1,
    ),
    (
        "a recalled lot does not count",
        PLAIN,
        {
            "lots": "item,lot,quantity,expiry,place,status\n"
            "A1,L1,1000,2027-03-31,main,recalled\nA1,L2,20,2027-03-31,main,available\n"
        },
        "runs_out",
        lambda packs: packs >= 7,
    ),
    (
        "nor does an expired one",
        PLAIN,
        {"lots": "item,lot,quantity,expiry,place\nA1,L1,1000,2026-11-01,main\n"},
        "runs_out",
        lambda packs: packs >= 7,
    ),
    (
        "plenty is there: nothing is ordered",
        PLAIN,
        {"lots": "item,lot,quantity,expiry,place\nA1,L1,5000,2027-12-31,main\n"},
        None,
        lambda packs: packs == 0,
    ),
    (
        "a minimum stock is kept though it is not used so fast",
        "A1,Alpha,vial,10,N,ambient,900,,no,,",
        {"lots": "item,lot,quantity,expiry,place\nA1,L1,500,2027-12-31,main\n"},
        None,
        lambda packs: packs >= 40,
    ),
    (
        "a supplier's minimum is reached or nothing is ordered",
        PLAIN,
        {"suppliers": "supplier,name,lead_time_days,minimum_order_value\nS1,Seller,3,90000\n"},
        "runs_out",
        lambda packs: packs == 0 or packs * 5 >= 90_000,
    ),
    (
        "an order out for months is not counted on",
        PLAIN,
        {
            "orders": "order,item,supplier,packs,ordered,due\nO1,A1,S1,99,2026-08-01,2026-08-04\n",
            "receipts": "item,date,packs,place,lot,supplier,order,ordered,price\n"
            + "".join(
                f"A1,2026-0{month}-04,9,main,R{month},S1,Q{month},2026-0{month}-01,5\n"
                for month in range(1, 10)
            ),
        },
        "order_missing",
        lambda packs: packs >= 7,
    ),
    (
        "a price that is old is asked about",
        PLAIN,
        {"offers": "item,supplier,price,minimum_packs,priced_on\nA1,S1,5,1,2024-01-01\n"},
        "price_stale",
        lambda packs: packs >= 7,
    ),
]


@pytest.mark.parametrize(
    ("item", "tables", "look", "wanted"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_the_tables_say_is_kept(
    tmp_path: Path, item: str, tables: dict[str, str], look: str | None, wanted: Any
) -> None:
    document = document_of(small(tmp_path, item, **tables))
    packs = sum(line["packs"] for line in document["lines"])
    kinds = [one["kind"] for one in document["look"]]
    assert wanted(packs), (packs, kinds)
    assert look in kinds if look else not kinds


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"offers": "item,supplier,price,priced_on\n"}, "no_price"),
        ({"suppliers": "supplier,name\nS1,Seller\n"}, "no_lead_time"),
    ],
)
def test_an_item_that_cannot_be_ordered_is_told(
    tmp_path: Path, tables: dict[str, str], why: str
) -> None:
    folder = small(tmp_path, PLAIN, **tables)
    document = document_of(folder)
    assert document["not_planned"] == [{"item": "A1", "why": why}]
    assert [one["kind"] for one in document["look"]] == ["no_supplier"]
    told = order(folder, "--explain", "A1")
    assert told.code == 2 and "not planned" in told.err


def test_a_budget_is_kept_and_a_vital_item_cut_by_it_is_told(tmp_path: Path) -> None:
    folder = small(
        tmp_path,
        PLAIN,
        lots="item,lot,quantity,expiry,place\nA1,L1,60,2027-03-31,main\n",
        budgets="period,amount,currency\n2026-11,25,CNY\n",
    )
    document = document_of(folder)
    assert document["order"]["cost"] <= 12.5  # two reviews share what is left
    assert document["budget"]["reviews_left"] == 2
    assert "budget" in [one["kind"] for one in document["look"]]
    assert document["left_out"][0]["limited_by"] == ["budget"]
    free = document_of(folder, "--budget", 1000)
    assert free["order"]["cost"] > document["order"]["cost"]
    nothing = document_of(folder, "--budget", 0)
    assert nothing["lines"] == []
    costs = [one["order"]["expected_cost"] for one in (nothing, document, free)]
    assert costs == sorted(costs, reverse=True)  # more money never costs more
    told = order(folder, "--budget", 0).out
    assert "limits hold it back" in told and "Nothing is worth ordering" not in told


def with_minimum(tmp_path: Path, least: int, ven: str = "V") -> Path:
    """A1 of a supplier without a minimum; B1, little of it, and C1, plenty, of one with it."""
    days = [FIRST + timedelta(days=day) for day in range(175)]
    return small(
        tmp_path,
        f"{PLAIN}\nB1,Beta,vial,5,{ven},ambient,,,no,,\nC1,Gamma,vial,5,N,ambient,,,no,,",
        lots="item,lot,quantity,expiry,place\n"
        "A1,L1,60,2027-03-31,main\nB1,L2,5,2027-03-31,main\nC1,L3,40,2027-03-31,main\n",
        issues="item,date,quantity,place,to\n"
        + "".join(f"A1,{d},10,main,ICU\nB1,{d},1,main,ICU\nC1,{d},2,main,ICU\n" for d in days),
        suppliers="supplier,name,lead_time_days,minimum_order_value\n"
        f"S1,Seller,3,\nS2,Two,3,{least}\n",
        offers="item,supplier,price,minimum_packs,priced_on\nA1,S1,5,1,2026-11-01\n"
        "B1,S2,20,1,2026-11-01\nC1,S2,3,1,2026-11-01\n",
    )


def test_a_suppliers_minimum_is_named_where_it_keeps_an_item_from_being_ordered(
    tmp_path: Path,
) -> None:
    folder = with_minimum(tmp_path, 9000)
    document = document_of(folder, "--budget", 300)
    left = {one["item"]: one for one in document["left_out"]}
    assert left["B1"]["limited_by"] == ["minimum of S2"]
    best = round(left["B1"]["best"] / 5)
    assert 0 < 20 * best < 300  # the budget would have been enough
    look = next(one for one in document["look"] if one["kind"] == "supplier_minimum")
    assert (look["item"], look["values"]["minimum_order_value"]) == ("B1", 9000)
    assert "S2 takes no order below 9,000 CNY" in look["text"] and "起订金额" in look["text_zh"]
    assert "budget" not in {one["kind"] for one in document["look"]}
    told = " ".join(order(folder, "--budget", 300, "-q").out.split())
    assert f"Beta: 0 instead of {best} packs because of the minimum order of S2" in told


def test_lines_that_fill_up_a_suppliers_minimum_say_so(tmp_path: Path) -> None:
    document = document_of(with_minimum(tmp_path, 200))
    lines = {line["item"]: line for line in document["lines"]}
    assert sum(lines[item]["cost"] for item in ("B1", "C1")) >= 200
    assert "packs would be best: the rest fills up the minimum order of S2" in lines["B1"]["reason"]
    filled = lines["C1"]
    assert filled["reason"].endswith("ordered only to fill up the minimum order of S2")
    assert "仅为凑足 S2 的起订金额而订" in filled["reason_zh"]
    assert all("spares" not in line["reason"] for line in (lines["B1"], filled))


def test_a_stale_feed_needs_a_person(tmp_path: Path) -> None:
    document = document_of(small(tmp_path, PLAIN), "--as-of", "2026-12-20")
    assert document["look"][0]["kind"] == "feed_stale"  # first: a terminal shows only some


def test_an_issue_that_looks_mistyped_needs_a_person_and_counts(tmp_path: Path) -> None:
    folder = small(tmp_path, PLAIN)
    with (folder / "issues.csv").open("a") as issues:
        issues.write("A1,2026-11-12,10000,main,ICU\n")
    document = document_of(folder, "--as-of", "2026-11-23")
    look = document["look"][0]
    assert (look["kind"], look["item"]) == ("unusual_issue", "A1")
    assert look["values"] == {
        "file": "issues.csv",
        "row": 177,
        "day": "2026-11-12",
        "quantity": 10000.0,
        "largest_other": 10.0,
        "usual_daily": 10.0,
    }
    assert "issues.csv, row 177 says that 10,000 vial were issued on 12 Nov" in look["text"]
    assert "issues.csv 第 177 行记录11月12日出库 10,000 vial" in look["text_zh"]
    assert document["rows"]["issues"] == 176
    assert any(problem["row"] == 177 for problem in document["problems"])


def test_rows_set_aside_are_what_a_person_must_look_at(tmp_path: Path) -> None:
    lots = "item,lot,quantity,expiry,place\nA1,L1,200,2027-03-31,main\nA1,L2,-5,2027-03-31,main\n"
    document = document_of(small(tmp_path, PLAIN, lots=lots))
    (look,) = [one for one in document["look"] if one["kind"] == "rows_refused"]
    assert look["values"] == {"table": "lots", "rows": 1}
    assert look["text"] == "lots: 1 row was set aside as wrong and is in no sum"
    assert "lots 有 1 行数据有误" in look["text_zh"]


BAD = [
    (("--budget", "-1"), "out of range"),
    (("--budget", "nan"), "is not a number"),
    (("--budget", "inf"), "is not a number"),
    (("--scenarios", "3"), "out of range"),
    (("--effort", "hard"), "expected auto, full, light"),
    (("--explain", "moon"), "unknown item 'moon'"),
    (("-o", "order.txt"), "unknown ending"),
    (("-o", "nowhere/order.csv"), "folder is not there"),
    (("-o", "small"), "holds the pharmacy"),
    (("-o", "small/lots.csv"), "is an input"),
]


@pytest.mark.parametrize(("words", "said"), BAD, ids=[" ".join(words) for words, _ in BAD])
def test_what_was_asked_wrongly_is_refused_first(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    folder = small(tmp_path, PLAIN)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run = inventory("order", folder, "--workers", 1, *words)
    assert run.code == 2 and said in run.err, run.err
    assert run.out == ""
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_pharmacy_without_a_whole_period_of_issues_cannot_be_planned(tmp_path: Path) -> None:
    folder = small(tmp_path, PLAIN, issues="item,date,quantity,place,to\nA1,2026-11-22,1,main,X\n")
    run = order(folder)
    assert run.code == 2 and "weeks of issues" in run.err
