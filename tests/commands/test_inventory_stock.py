"""Stock commands of ``cds inventory``, end to end, on the sample pharmacy and on small ones."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "inventory"))

from roster_runs import ROOT, Run
from small_pharmacy import write

from cds.cli.app import main
from cds.show.inventory.words import number

SAMPLE = ROOT / "sample_data" / "pharmacy"
NOW = "2026-11-23T06:00:00+08:00"


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


def table(name: str) -> list[dict[str, str]]:
    """A table of the sample."""
    return list(csv.DictReader((SAMPLE / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def checked(run: Run) -> dict[str, Any]:
    """The document of a run, compared with the schema it names."""
    document = run.document
    stem = document["schema"].removeprefix("cds.").replace("/", "-")
    schema = json.loads((ROOT / f"cds/schemas/{stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


def test_status_ranks_the_vital_item_that_runs_low_first() -> None:
    run = inventory("status", SAMPLE, "--json")
    assert run.code == 3
    document = checked(run)
    first = document["items"][0]
    assert first["name"].startswith("Norepinephrine") and first["concern"] == "risk"
    assert {"kind": "risk", "item": first["item"], "values": {}} in document["needs_person"]
    assert len(document["items"]) == 120
    assert document["refused_rows"] == {}
    assert "stale" in run.err  # one price is old, on purpose
    assert inventory("status", SAMPLE, "--json").out == run.out  # the same bytes


def test_status_in_words_fits_the_terminal_in_both_languages() -> None:
    english = inventory("status", SAMPLE, "-q")
    assert "Norepi" in english.out and "may run out" in english.out and english.err == ""
    told = " ".join(english.out.split())
    assert "2 with an overdue order" in told  # also D027, whose risk is the graver concern
    assert "Overdue, and not counted on: PO00811 (Norepinephrine 2 mg/1 mL), PO01483" in told
    assert "*: nothing on order can be counted on" in told
    chinese = inventory("status", SAMPLE, "-q", "--lang", "zh")
    assert "可能断货" in chinese.out and "湖滨医院药剂科" in chinese.out
    assert max(len(line) for line in english.out.splitlines()) <= 80


def test_expiring_says_what_to_do_and_finds_the_expired_lot() -> None:
    run = inventory("expiring", SAMPLE, "--days", 60, "--json", "-o", "lots.csv")
    assert run.code == 3
    lots = checked(run)["lots"]
    assert lots[0]["suggestion"] == "destroy" and lots[0]["days"] < 0
    cold = next(lot for lot in lots if lot["lot"] == "G24K031")
    assert (cold["suggestion"], cold["move_to"]) == ("move", "N-STORE")
    rows = list(csv.DictReader(io.StringIO(Path("lots.csv").read_text(encoding="utf-8-sig"))))
    assert [row["lot"] for row in rows] == [lot["lot"] for lot in lots]


def test_recall_finds_the_lot_that_one_site_has_not_held_back() -> None:
    lots = table("lots")
    (number,) = {lot["lot"] for lot in lots if lot["status"] == "recalled"}
    run = inventory("recall", number.lower(), SAMPLE, "--json")
    assert run.code == 3
    (found,) = checked(run)["found"]
    held = {(entry["place"], entry["status"]) for entry in found["on_hand"]}
    assert ("N-STORE", "recalled") in held and ("S-STORE", "available") in held
    issues = table("issues")
    given = sum(float(row["quantity"]) for row in issues if row["lot"] == number)
    assert sum(entry["quantity"] for entry in found["given"]) == given
    assert "Hold it back now" in inventory("recall", number, SAMPLE, "-q").out


def test_a_lot_that_is_nowhere() -> None:
    run = inventory("recall", "G24K03", SAMPLE, "-q")
    assert run.code == 3 and "G24K031" in run.out
    assert checked(inventory("recall", "G24K03", SAMPLE, "--json"))["found"] == []


def test_pick_falls_short_and_names_the_substitute() -> None:
    run = inventory("pick", "Norepinephrine 2 mg/1 mL", 5000, SAMPLE, "--json")
    assert run.code == 3
    document = checked(run)
    assert document["available"] + document["short"] == 5000
    assert document["substitutes"][0]["name"].startswith("Epinephrine")
    assert inventory("pick", "D001", 2, SAMPLE, "--packs", "--place", "n-store", "-q").code == 0
    wrong = inventory("pick", "norepi", 1, SAMPLE)
    assert wrong.code == 2 and "Norepinephrine" in wrong.err
    assert inventory("pick", "D001", 0, SAMPLE).code == 2
    assert inventory("pick", "D001", 1, SAMPLE, "--place", "moon").code == 2


def test_redistribute_moves_the_insulin_that_would_expire() -> None:
    run = inventory("redistribute", SAMPLE, "--json")
    assert run.code == 0
    document = checked(run)
    move = next(move for move in document["moves"] if move["lot"] == "G24K031")
    assert (move["from"], move["to"]) == ("S-STORE", "N-STORE") and move["saved"] > 0
    assert document["waste_after"] < document["waste_before"]
    text = inventory("redistribute", SAMPLE, "-q").out
    assert "saves 9" in text
    assert "order for D027 in N-ICU (vital)" in " ".join(text.split())


def test_classify_says_what_it_would_change() -> None:
    run = inventory("classify", SAMPLE, "--json", "-o", "classes.json")
    assert run.code == 0
    document = checked(run)
    assert sum(cell["items"] for cell in document["matrix"]) == 120
    assert sum(cell["share"] for cell in document["matrix"]) == pytest.approx(1, abs=1e-4)
    assert sum(item["changed"] for item in document["items"]) == 3
    assert json.loads(Path("classes.json").read_text(encoding="utf-8")) == document
    assert inventory("classify", SAMPLE, "--shares", "0.9").code == 2


@pytest.mark.parametrize(
    "words",
    [("status",), ("expiring",), ("recall", "L1"), ("pick", "A1", 5), ("redistribute",)],
    ids=lambda words: words[0],
)
def test_rows_set_aside_are_counted_and_a_person_must_look(
    tmp_path: Path, words: tuple[object, ...]
) -> None:
    lots = "item,lot,quantity,expiry,place\nA1,L1,100,2027-03-31,main\nA1,L2,-5,2027-03-31,main\n"
    folder = write(tmp_path / "pharmacy", lots=lots)
    run = inventory(*words, "--json")  # found as ./pharmacy
    assert run.code == 3
    document = checked(run)
    assert document["refused_rows"] == {"lots": 1}
    assert "lots.csv: row 3, column quantity: is -5" in run.err
    assert "1 row was set aside" in inventory(*words, folder, "-q").out


USED = "item,date,quantity,place,to\n" + "".join(
    f"{item},2026-{month:02}-{day:02},2,main,ICU\n"
    for month in range(5, 12)
    for day in range(1, 23)
    for item in ("A1", "B1")
)
PLENTY = "item,lot,quantity,expiry,place\nA1,L1,999,2029-01-01,main\nB1,M1,999,2029-01-01,main\n"
SOLD = {
    "suppliers": "supplier,name,lead_time_days\nS1,Seller,3\n",
    "offers": "item,supplier,price,priced_on\nA1,S1,5,2026-11-01\nB1,S1,5,2026-11-01\n",
}
FILES = [
    # what the files have, the day, what status must name, in words
    ({}, "2026-11-23", [], ""),
    (
        {"lots": PLENTY + "A1,L2,-5,2029-01-01,main\n"},
        "2026-11-23",
        [{"kind": "rows_refused", "item": None, "values": {"table": "lots", "rows": 1}}],
        "1 row was set aside",
    ),
    (
        {},
        "2026-12-01",
        [
            {
                "kind": "feed_stale",
                "item": None,
                "values": {"what": "issues", "day": "2026-11-22", "days": 9.0},
            }
        ],
        "the newest issue is of 22 Nov, 9 days old",
    ),
    (
        {"issues": USED + "A1,2026-11-22,5000,main,ICU\n"},
        "2026-11-23",
        [
            {
                "kind": "unusual_issue",
                "item": "A1",
                "values": {
                    "file": "issues.csv",
                    "row": 310,
                    "day": "2026-11-22",
                    "quantity": 5000.0,
                    "largest_other": 2.0,
                    "usual_daily": pytest.approx(308 / 206),
                },
            }
        ],
        "issues.csv, row 310 says that 5,000 tablet were issued",
    ),
]


@pytest.mark.parametrize(
    ("tables", "day", "needs", "said"), FILES, ids=["sound", "refused", "stale", "mistyped"]
)
def test_status_names_what_made_its_exit_code_3(
    tables: dict[str, str], day: str, needs: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "pharmacy", **({"issues": USED, "lots": PLENTY} | SOLD | tables))
    run = inventory("status", folder, "--as-of", day, "--json")
    assert checked(run)["needs_person"] == needs
    assert run.code == (3 if needs else 0)
    assert said in " ".join(inventory("status", folder, "--as-of", day, "-q").out.split())


def test_nothing_is_written_when_the_input_is_broken(tmp_path: Path) -> None:
    folder = write(tmp_path / "pharmacy", issues="item,quantity\nA1,5\n")
    run = inventory("status", folder, "-o", "out.csv")
    assert (run.code, run.out) == (2, "")
    assert "issues.csv: row 1: has no column 'date'" in run.err
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("target", ["out.txt", "nowhere/out.csv", "pharmacy/lots.csv"])
def test_targets_are_seen_to_be_possible_first(tmp_path: Path, target: str) -> None:
    folder = write(tmp_path / "pharmacy")
    before = (folder / "lots.csv").read_bytes()
    assert inventory("status", folder, "-o", target).code == 2
    assert (folder / "lots.csv").read_bytes() == before


def test_as_of_looks_back_and_says_what_is_later(tmp_path: Path) -> None:
    folder = write(tmp_path / "pharmacy")
    document = checked(inventory("status", folder, "--json", "--as-of", "2026-11-19"))
    assert (document["as_of"], document["later_rows"]) == ("2026-11-19", {"issues": 2})
    assert inventory("status", folder, "--as-of", "yesterday").code == 2
    assert "2 rows do not count: later than 2026-11-19." in inventory(
        "status", folder, "-q", "--as-of", "2026-11-19"
    ).out.replace("\n", " ")
    with (folder / "issues.csv").open("a") as issues:
        issues.write("A1,2026-11-24,3,main,ICU\n")
    assert "1 row does not count: later than 2026-11-23." in inventory("status", folder, "-q").out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6, "6"),
        (6.0, "6"),
        (6.01, "6"),  # not 6.0
        (6.04, "6"),
        (6.06, "6.1"),
        (1234.5, "1,234.5"),
        (0.04, "0.0"),  # some, not none
        (None, "?"),
    ],
)
def test_a_quantity_has_as_few_decimals_as_say_it(value: float | None, text: str) -> None:
    assert number(value) == text


def test_names_from_a_file_cannot_be_formulas_or_escape_codes(tmp_path: Path) -> None:
    items = (
        "item,name,unit,pack,ven\nA1,=cmd|' /C calc'!A0\x1b[31m,tablet,20,E\nB1,Insulin,vial,1,V\n"
    )
    folder = write(tmp_path / "pharmacy", items=items)
    run = inventory("status", folder, "--all", "-q", "-o", "out.csv")
    assert "\x1b" not in run.out
    assert "'=cmd" in Path("out.csv").read_text(encoding="utf-8-sig")


def test_a_copy_of_the_sample_is_found_by_cds_toml(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "stock")
    Path("cds.toml").write_text('[inventory]\npharmacy = "stock"\n')
    assert inventory("pick", "D001", 1, "-q").code == 0
