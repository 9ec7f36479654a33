"""What follows a roster: check, repair, swap, why; laws and public instances beside them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from roster_instances import TINY, TINY_COST
from roster_runs import WARD, Run, roster, validate

SINEAD = "Sinéad O'Brien"


@pytest.fixture(autouse=True)
def _plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample ward's best week, the same on every machine, as week.json and week.csv."""
    folder = tmp_path_factory.mktemp("week")
    files = ("-o", folder / "week.json", "-o", folder / "week.csv")
    assert roster(WARD, "--week", "--reproducible", *files, "-q").code == 0
    return folder


def on_ward(*words: object) -> Run:
    return roster(*words, "--ward", WARD)


def assignments(file: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["assignments"]
    return content


def working(file: Path, day: int, shift: str, skill: str) -> list[str]:
    wanted = (day, shift, skill)
    return [
        entry["employee"]
        for entry in assignments(file)
        if (entry["day"], entry["shift"], entry["skill"]) == wanted
    ]


def test_a_roster_spoilt_by_hand_is_caught(week: Path) -> None:
    (nurse,) = working(week / "week.json", 2, "N", "HCA")
    lines = (week / "week.csv").read_text(encoding="utf-8").splitlines()
    spoilt = [
        ",".join(
            "off" if column == 3 and line.startswith(nurse) else cell
            for column, cell in enumerate(line.split(","))
        )
        for line in lines
    ]
    Path("spoilt.csv").write_text("\n".join(spoilt), encoding="utf-8")
    run = on_ward("check", "spoilt.csv")
    assert run.code == 3
    assert "Wed 2 Dec" in run.out and "0 of 1" in run.out
    document = on_ward("check", "spoilt.csv", "--json").document
    validate(document)
    assert document["status"] == "unknown"  # it is no roster that may be used
    (broken,) = [breach for breach in document["breaches"] if breach["hard"]]
    assert (broken["rule"], broken["date"], broken["amount"]) == ("cover minimum", "2026-12-02", 1)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda text: text.replace("2026-12-01", "2026-12-30"), "misses 2026-12-01"),
        (lambda text: text.replace("Chen Wei", "Chen We"), "did you mean"),
        (lambda text: text.replace(",E,", ",Q,", 1), "row"),
        (lambda text: text.splitlines()[0], "misses"),
        (lambda text: "", "no row of dates"),
    ],
    ids=["a day outside", "a name", "a shift", "nobody", "nothing"],
)
def test_a_file_that_is_no_roster_of_the_ward(week: Path, edit: Any, message: str) -> None:
    text = (week / "week.csv").read_text(encoding="utf-8")
    Path("bad.csv").write_text(edit(text), encoding="utf-8")
    run = on_ward("check", "bad.csv", "-o", "out.json")
    assert (run.code, run.out) == (2, "")
    assert "bad.csv" in run.err and message in run.err
    assert not Path("out.json").exists()


def test_a_sick_call_changes_little_and_the_result_holds(week: Path) -> None:
    absent = working(week / "week.json", 4, "N", "HCA")[0]
    run = on_ward(
        "repair", week / "week.json", "--absent", f"{absent}:2026-12-04", "--json", "-q",
        "-o", "fixed.xlsx",
    )  # fmt: skip
    assert run.code == 0, run.err
    document = run.document
    validate(document)
    validate(document["roster"])
    assert document["absences"] == [{"employee": absent, "from": "2026-12-04", "to": "2026-12-04"}]
    assert document["fewer_impossible"] and document["unrestored"] == []
    # The one night is short by one; who takes it is ranked, those who may before those who may not.
    (gap,) = document["gaps"]
    assert (gap["date"], gap["missing"]) == ("2026-12-04", 1)
    allowed = [not candidate["breaks"] for candidate in gap["candidates"]]
    assert allowed == sorted(allowed, reverse=True)
    assert 1 <= document["changed_shifts"] <= 3
    # Nothing but the absence and the changes differs.
    before = {(a["employee"], a["day"]): a["shift"] for a in assignments(week / "week.json")}
    after = {(a["employee"], a["day"]): a["shift"] for a in document["roster"]["assignments"]}
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    told = {
        (change["employee"], change["day"])
        for change in document["changes"]
        if change["before"]["shift"] != change["after"]["shift"]
    }
    assert differing == told | {(absent, 4)}
    assert on_ward("check", "fixed.xlsx", "-q").code == 0


def test_a_repair_is_told_in_words(week: Path) -> None:
    absent = working(week / "week.json", 4, "N", "HCA")[0]
    words = ("repair", week / "week.json", "--absent", f"{absent}:2026-12-04..2026-12-05")
    said = on_ward(*words).out
    assert f"Fri 4 Dec, {absent}: N" in said and "Who could take it" in said
    assert "fewer changes cannot do it" in said
    assert "可以接替的人" in on_ward(*words, "--lang", "zh").out


def test_frozen_days_stay_and_the_gap_is_told(week: Path) -> None:
    absent = working(week / "week.json", 4, "N", "HCA")[0]
    run = on_ward(
        "repair", week / "week.json", "--absent", f"{absent}:2026-12-04", "--json",
        "--frozen-until", "2026-12-06",
    )  # fmt: skip
    assert run.code == 3
    document = run.document
    assert document["changes"] == []
    (missing,) = document["unrestored"]
    assert (missing["date"], missing["missing"]) == ("2026-12-04", 1)


@pytest.mark.parametrize(
    ("absent", "message"),
    [
        ("Chen Wei", "expected NAME:DATE"),
        ("Chen Wie:2026-12-01", "did you mean 'Chen Wei'"),
        ("an:2026-12-01", "write the whole name"),
        ("Chen Wei:2026-12-03..2026-12-01", "before the last"),
        ("Chen Wei:2027-12-03", "2026-11-30 to 2026-12-06"),
        ("Chen Wei:tomorrow", "expected a date"),
    ],
)
def test_absences_that_cannot_be_meant(week: Path, absent: str, message: str) -> None:
    run = on_ward("repair", week / "week.json", "--absent", absent, "-o", "out.json")
    assert (run.code, run.out) == (2, "") and message in run.err
    assert not Path("out.json").exists()


def test_a_swap_on_offer_is_what_it_says(week: Path) -> None:
    shift = next(a for a in assignments(week / "week.json") if a["employee"] == "Daniel Evans")
    words = ("swap", week / "week.json", "Daniel Evans", shift["date"])
    document = on_ward(*words, "--json").document
    validate(document)
    assert document["shift"] == shift["shift"]
    assert document["offers"], "the sample ward has somebody who can help"
    assert all(offer["allowed"] and not offer["breaks"] for offer in document["offers"])
    costs = [offer["cost"] for offer in document["offers"]]
    assert costs == sorted(costs) and costs[0] >= 0  # the week was the best there is
    best = document["offers"][0]
    run = on_ward(*words, best["employee"], best["date"], "--json", "-q", "-o", "swapped.csv")
    assert run.code == 0
    validate(run.document)
    (made,) = run.document["offers"]
    assert (made["cost"], made["changes"]) == (best["cost"], best["changes"])
    before = on_ward("check", week / "week.json", "--json", "-q").document["cost"]
    after = on_ward("check", "swapped.csv", "--json", "-q").document["cost"]
    assert after - before == best["cost"]
    said = on_ward(*words).out
    assert best["employee"] in said and "Daniel Evans could be free" in said


def test_a_swap_that_breaks_a_rule_exits_3(week: Path) -> None:
    (charge,) = working(week / "week.json", 0, "E", "CN")
    (night,) = working(week / "week.json", 0, "N", "HCA")
    run = on_ward("swap", week / "week.json", charge, "2026-11-30", night)
    assert run.code == 3 and "breaks" in run.out
    same = on_ward("swap", week / "week.json", charge, "2026-11-30", charge)
    assert same.code == 2 and "two people" in same.err


def test_why_says_what_another_entry_would_cost(week: Path) -> None:
    # The wish of most weight: she wants the weekend off.
    run = on_ward("why", week / "week.json", SINEAD, "2026-12-05", "E", "--json")
    assert run.code == 0
    document = run.document
    validate(document)
    assert document["shift"] is None
    (other,) = document["others"]
    assert other["shift"] == "E"
    assert other["planned_again"]["status"] == "optimal"
    assert other["planned_again"]["cost"] == other["planned_again"]["at_least"] >= 0
    said = on_ward("why", week / "week.json", "sinéad", "2026-12-05", "e").out
    assert said.startswith(f"{SINEAD}, Sat 5 Dec: E instead of off")
    assert "planned again" in said
    wrong = on_ward("why", week / "week.json", SINEAD, "2026-12-05", "Q")
    assert wrong.code == 2 and "E, L, N or off" in wrong.err


def test_laws_cite_their_articles() -> None:
    document = roster("laws", "--json", now=None).document
    validate(document)
    assert {pack["name"] for pack in document["packs"]} >= {"eu-2003-88", "acgme"}
    said = roster("laws", "eu-2003-88", now=None).out
    assert "Directive 2003/88/EC, Article 3" in said
    missing = roster("laws", "eu", now=None)
    assert missing.code == 2 and "eu-2003-88" in missing.err


def test_a_public_instance_is_solved_to_the_cost_found_by_hand() -> None:
    Path("tiny.txt").write_text(TINY)
    run = roster("solve", "tiny.txt", "--json", "-o", "tiny.csv")
    assert run.code == 0
    document = run.document
    validate(document)
    pinned = ("schema", "status", "cost", "bound", "gap", "runtime_s", "assignments", "costs")
    assert tuple(key for key in document if key in pinned) == pinned
    assert (document["status"], document["gap"]) == ("optimal", 0)
    assert document["cost"] == document["bound"] == TINY_COST
    assert document["costs"]["shift_off_request"] == 5
    days = sorted((entry["day"], entry["employee"]) for entry in document["assignments"])
    assert (0, "Ann") in days and (1, "Bea") in days and len(days) == 4
    assert Path("tiny.csv").read_text().splitlines()[0] == "name,0,1,2,3"
    checked = roster("check", "tiny.csv", "--instance", "tiny.txt", "--json")
    assert checked.code == 0
    assert checked.document["assignments"] == document["assignments"]
    assert checked.document["cost"] == TINY_COST
    # Bea's day off is a hard rule.
    spoilt = Path("tiny.csv").read_text().replace("Bea,off", "Bea,D")
    Path("tiny.csv").write_text(spoilt)
    assert roster("check", "tiny.csv", "--instance", "tiny.txt").code == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("tiny.txt", "--format", "xyz"), "unknown format"),
        (("tiny.txt", "--history", "h.txt"), "only with inrc2"),
        (("tiny.txt", "--weeks", "a,,b"), "set off by commas"),
        (("tiny.txt", "-o", "tiny.txt"), "unknown ending"),
        (("tiny.txt", "-o", "tiny.ics"), "no clock times"),
        (("none.txt",), "none.txt"),
    ],
)
def test_instances_that_cannot_be_solved(words: tuple[str, ...], message: str) -> None:
    Path("tiny.txt").write_text(TINY)
    run = roster("solve", *words)
    assert run.code == 2 and message in run.err
    assert [path.name for path in Path().iterdir()] == ["tiny.txt"]
