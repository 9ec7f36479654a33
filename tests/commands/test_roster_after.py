"""What follows a roster: check, repair, swap, why; laws and public instances beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from roster_instances import TINY, TINY_COST
from roster_runs import ROOT, WARD, Run, roster, validate

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
    assert document["status"] == "infeasible"  # it is no roster that may be used
    (broken,) = [breach for breach in document["breaches"] if breach["hard"]]
    assert (broken["rule"], broken["date"], broken["amount"]) == ("cover minimum", "2026-12-02", 1)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda text: text.replace("2026-12-01", "2026-12-30"), "no column for 2026-12-01"),
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
    assert "frozen" not in said
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


def test_who_could_come_on_a_frozen_day_is_said_to_be_a_matter_for_the_manager(
    week: Path,
) -> None:
    """They were listed as if the repair might have called them in."""
    absent = working(week / "week.json", 4, "N", "HCA")[0]
    words = (
        "repair", week / "week.json", "--absent", f"{absent}:2026-12-04",
        "--frozen-until", "2026-12-04",
    )  # fmt: skip
    (gap,) = on_ward(*words, "--json", "-q").document["gaps"]
    assert gap["candidates"]
    assert all(one["breaks"][0] == "Fri 4 Dec is frozen" for one in gap["candidates"])
    said = " ".join(on_ward(*words).out.split())
    assert "The day is frozen, so nobody is called in" in said
    assert "该日已冻结" in on_ward(*words, "--lang", "zh").out.replace("\n    ", "")


@pytest.mark.parametrize("name", ["fixed.json", "fixed.csv", "fixed.xlsx"])
def test_an_absence_is_kept_in_the_file_for_the_next_repair_and_check(
    week: Path, name: str
) -> None:
    """The second repair called in the person for whom the first had found others."""
    ill = working(week / "week.json", 4, "N", "HCA")[0]
    first = on_ward(
        "repair", week / "week.json", "--absent", f"{ill}:2026-12-04..2026-12-06",
        "--json", "-o", name,
    )  # fmt: skip
    assert "for the next plan, add to leave.csv" in first.err and "kept nowhere" not in first.err
    assert f"{ill},2026-12-04,2026-12-06,absent" in first.err
    kept = {"employee": ill, "from": "2026-12-04", "to": "2026-12-06"}
    checked = on_ward("check", name, "--json", "-q").document
    validate(checked)
    assert checked["absences"] == first.document["roster"]["absences"] == [kept]
    # What the repair said it costs is what a check finds.
    assert checked["cost"] == first.document["cost_after"]

    tired = next(
        entry["employee"]
        for entry in checked["assignments"]
        if (entry["day"], entry["shift"], entry["skill"]) == (4, "N", "HCA")
    )
    second = on_ward("repair", name, "--absent", f"{tired}:2026-12-04", "--json", "-q").document
    assert second["gaps"], "somebody has to be found once more"
    for gap in second["gaps"]:
        assert ill not in [candidate["employee"] for candidate in gap["candidates"]]
    called = [one for one in second["changes"] if one["after"]["shift"] is not None]
    assert ill not in [one["employee"] for one in called if one["day"] in (4, 5, 6)]
    assert {"employee": ill, "from": "2026-12-04", "to": "2026-12-06"} in second["roster"][
        "absences"
    ]
    assert {"employee": tired, "from": "2026-12-04", "to": "2026-12-04"} in second["roster"][
        "absences"
    ]


def test_who_is_absent_and_put_to_work_by_hand_breaks_a_rule(week: Path) -> None:
    ill = working(week / "week.json", 4, "N", "HCA")[0]
    on_ward("repair", week / "week.json", "--absent", f"{ill}:2026-12-04", "-q", "-o", "f.json")
    content = json.loads(Path("f.json").read_text(encoding="utf-8"))
    content["assignments"].append({"employee": ill, "day": 4, "shift": "N", "skill": "HCA"})
    Path("f.json").write_text(json.dumps(content), encoding="utf-8")
    run = on_ward("check", "f.json", "--json")
    assert run.code == 3
    broken = [breach for breach in run.document["breaches"] if breach["hard"]]
    assert ("leave", ill, "f.json") in [(b["rule"], b["employee"], b["origin"]) for b in broken]


def test_who_was_fixed_by_hand_may_fall_ill(week: Path) -> None:
    """assigned.csv has Fatima on Wednesday: her leave would contradict it."""
    run = on_ward(
        "repair", week / "week.json", "--absent", "Fatima Al-Sayed:2026-12-02", "--json", "-q"
    )
    assert run.code == 0, run.err
    assert run.document["unrestored"] == []


def test_without_a_file_the_absence_is_kept_nowhere_and_that_is_said(week: Path) -> None:
    words = ("repair", week / "week.json", "--absent", "Chen Wei:2026-12-01")
    assert "kept nowhere" in on_ward(*words, "-o", "page.html").err
    assert on_ward(*words, "-q").err == ""


def test_days_of_an_absence_after_the_roster_are_for_the_next_plan(week: Path) -> None:
    """Ill from Sunday to Wednesday: the row to add to leave.csv ended with the roster."""
    words = ("repair", week / "week.json", "--absent", f"{SINEAD}:2026-12-06..2026-12-11")
    said = on_ward(*words, "-o", "fixed.csv").err
    # From 10 December on she is on annual leave.
    assert f"add to leave.csv: {SINEAD},2026-12-06,2026-12-09,absent\n" in said
    assert f"{SINEAD}," in Path("fixed.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check", "gone.csv"), "gone.csv: is not there; expected a roster"),
        (("repair", "gone.json", "--absent", "Chen Wei:2026-12-01"), "gone.json: is not there"),
        (("swap", "gone.xlsx", "Chen Wei", "2026-12-01"), "gone.xlsx: is not there"),
        (("why", ".", "Chen Wei", "2026-12-01"), ".: is a folder; expected a roster"),
        (("check", "gone.pdf"), 'gone.pdf: unknown ending ".pdf"'),
    ],
)
def test_a_roster_that_is_not_there(words: tuple[str, ...], message: str) -> None:
    run = on_ward(*words)
    assert (run.code, run.out) == (2, "") and message in run.err and "Errno" not in run.err


@pytest.mark.parametrize(
    "words",
    [
        ("check", "week.json"),
        ("check", "week.json", "--json"),
        ("repair", "week.json", "--absent", "Chen Wei:2026-12-01"),
        ("swap", "week.json", "Chen Wei", "2026-12-01"),
        ("why", "week.json", "Chen Wei", "2026-12-01"),
    ],
    ids=" ".join,
)
def test_ctrl_c_is_said_in_one_line(words: tuple[str, ...], monkeypatch: Any) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cds.cli.roster.file.load_roster", interrupted)
    run = on_ward(*words)
    assert (run.code, run.out, run.err) == (130, "", "cds: interrupted\n")


@pytest.mark.skipif(os.name != "posix", reason="a pipe as a shell makes it")
@pytest.mark.parametrize("words", [("check", "--json"), ("check",), ("swap", "Chen Wei")])
def test_a_reader_who_has_seen_enough_is_no_fault(week: Path, words: tuple[str, ...]) -> None:
    command, *rest = words
    day = ["2026-12-01"] if command == "swap" else []
    asked = [command, week / "week.json", *(one for one in rest if one != "--json"), *day]
    asked += [one for one in rest if one == "--json"]
    reading, writing = os.pipe()
    os.close(reading)  # nobody reads at all
    done = subprocess.run(
        [sys.executable, "-m", "cds", "roster", *map(str, asked), "--ward", str(WARD)],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


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
    # Several weeks are the best there is: in which of his shifts somebody can help differs.
    own = [a for a in assignments(week / "week.json") if a["employee"] == "Daniel Evans"]
    for shift in own:
        words = ("swap", week / "week.json", "Daniel Evans", shift["date"])
        document = on_ward(*words, "--json").document
        if document["offers"]:
            break
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
    # A whole word of a name is enough, where it is nobody else's: Tan, and not Tanaka.
    tan = on_ward("swap", week / "week.json", "Tan", "2026-12-01", "--json").document
    assert tan["employee"] == "Tan Siew Ling"
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


def test_why_compares_nothing_with_itself(week: Path) -> None:
    """Asked for what the cell has, it said "off instead of off"."""
    run = on_ward("why", week / "week.json", SINEAD, "2026-12-05", "OFF")
    assert (run.code, run.out) == (2, "")
    assert f"{SINEAD} is off on 2026-12-05 already; expected something else" in run.err
    (nurse, *_) = working(week / "week.json", 2, "N", "HCA")
    again = on_ward("why", week / "week.json", nurse, "2026-12-02", "n")
    assert again.code == 2 and f"{nurse} has N on 2026-12-02 already" in again.err


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
