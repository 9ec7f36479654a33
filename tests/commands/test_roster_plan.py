"""``cds roster --week`` as a ward manager runs it, on the sample ward."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from roster_instances import long_instance
from roster_runs import CHARGE_NURSES, NOW, ROOT, WARD, Run, away, roster, validate, ward_copy

from cds.cli.roster.conflict import Nearest
from cds.roster.check import assess
from cds.roster.outcome import Outcome
from cds.roster.problem import OFF, Problem, Roster
from cds.roster.sheets.read import read_roster
from cds.roster.ward.compile import Period, compile_ward
from cds.roster.ward.read import read_ward

FORMATS = ("week.json", "week.csv", "week.xlsx", "week.html", "week.ics", "people/")
ONE_DAY = ("--days", "1", "--json", "-q")


@pytest.fixture(autouse=True)
def _plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    working = tmp_path / "here"
    working.mkdir()
    monkeypatch.chdir(working)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """The sample ward's week, and the folder with every file of it."""
    folder = tmp_path_factory.mktemp("week")
    targets = [word for name in FORMATS for word in ("-o", f"{folder}/{name}")]
    return roster("--week", "--ward", WARD, "--json", *targets), folder


def test_the_week_is_proved_optimal_and_keeps_every_rule(week: tuple[Run, Path]) -> None:
    run, folder = week
    document = run.document
    assert run.code == 0
    validate(document)
    assert (document["status"], document["gap"]) == ("optimal", 0)
    assert (document["from"], document["days"]) == ("2026-11-30", 7)
    # Judged by the checker, not by who made it; 26 Nov + 7 days of notice.
    ward = read_ward(WARD, rule_folders=[ROOT / "rules" / "roster"])
    problem = compile_ward(ward, Period(date(2026, 11, 30), 7)).problem
    found = assess(problem, read_roster(folder / "week.json", problem))
    assert not found.hard
    assert (found.cost, found.costs) == (document["cost"], document["costs"])
    assert all(day["short"] == 0 for row in document["coverage"] for day in row["days"])


@pytest.mark.parametrize("name", ["week.json", "week.csv", "week.xlsx"])
def test_what_was_written_reads_back_as_the_same_roster(week: tuple[Run, Path], name: str) -> None:
    run = roster("check", week[1] / name, "--ward", WARD, "--json")
    assert run.code == 0, run.err
    assert run.document["assignments"] == week[0].document["assignments"]
    assert run.document["cost"] == week[0].document["cost"]


def test_the_page_and_the_calendars_hold_everybody(week: tuple[Run, Path]) -> None:
    run, folder = week
    assignments = run.document["assignments"]
    names = {entry["employee"] for entry in assignments}
    page = (folder / "week.html").read_text(encoding="utf-8")
    assert all(name.replace("'", "&#x27;") in page for name in names)
    events = (folder / "week.ics").read_text(encoding="utf-8").count("STATUS:CONFIRMED")
    assert events == len(assignments)
    chen = (folder / "people" / "Chen Wei.ics").read_text(encoding="utf-8")
    own = [entry for entry in assignments if entry["employee"] == "Chen Wei"]
    assert chen.count("STATUS:CONFIRMED") == len(own) > 0
    assert len(list((folder / "people").iterdir())) == 24


@pytest.mark.parametrize(
    "words",
    [
        ("plan", WARD),
        (WARD,),
        ("--ward", WARD),
        ("plan", "--ward", WARD / "ward.toml"),
    ],
    ids=["plan WARD", "WARD", "--ward", "ward.toml"],
)
def test_the_ward_may_be_named_in_each_way(words: tuple[object, ...]) -> None:
    run = roster(*words, *ONE_DAY)
    assert run.code == 0 and run.err == ""
    assert run.document["ward"] == "Ward 4B, general medicine"
    assert (run.document["from"], run.document["days"]) == ("2026-11-30", 1)


def test_the_roster_is_shown_and_in_chinese_too() -> None:
    english = roster(WARD, "--days", "1")
    assert english.code == 0
    assert english.out.startswith("Ward 4B, general medicine: Mon 30 Nov")
    assert "proved optimal" in english.out and "Okoro" in english.out
    chinese = roster(WARD, "--days", "1", "--lang", "zh")
    assert "已证明最优" in chinese.out and "11月30日周一" in chinese.out


def test_without_a_ward_it_is_the_sample_and_says_so() -> None:
    run = roster("--days", "1")
    assert run.code == 0
    assert "sample ward" in run.err and "cds init" in run.err


def test_staff_follow_a_forecast_of_patients(tmp_path: Path) -> None:
    text = (WARD / "census_forecast.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    for row in rows:
        row.update({column: "13" for column in row if column not in ("unique_id", "ds")})
    quiet = tmp_path / "quiet.csv"
    with quiet.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    def early_nurses(forecast: Path) -> int:
        run = roster(WARD, *ONE_DAY, "--demand", forecast)
        (row,) = [
            row
            for row in run.document["coverage"]
            if (row["shifts"], row["skills"]) == (["E"], ["RN"])
        ]
        preferred = row["days"][0]["preferred"] or row["days"][0]["minimum"]
        assert isinstance(preferred, int)
        return preferred

    # Later commands are told of the forecast too; without it they reckon by the ward's table.
    told = roster(WARD, "--days", "1", "--demand", quiet, "-o", tmp_path / "day.json")
    again = roster("check", tmp_path / "day.json", "--ward", WARD, "--demand", quiet, "--json")
    planned = json.loads((tmp_path / "day.json").read_text(encoding="utf-8"))
    assert f"--demand {quiet}" in told.err
    assert (again.document["cost"], again.document["coverage"]) == (
        planned["cost"],
        planned["coverage"],
    )
    # 13 patients are one nurse, but two is the least; 26.9 (q0.9 of that day) are three.
    assert early_nurses(quiet) == 2
    assert early_nurses(WARD / "census_forecast.csv") == 3


def test_a_ward_that_cannot_be_covered_says_whom_it_lacks(tmp_path: Path) -> None:
    ward = ward_copy(tmp_path / "w", leave=away(CHARGE_NURSES[:4], "2026-12-03"))
    targets = ["-o", tmp_path / "near.csv", "-o", tmp_path / "near.ics"]
    run = roster(ward, "--week", "--time-limit", "10", *targets)
    assert run.code == 3
    said = " ".join(run.out.split())
    assert "no roster can keep every rule" in said
    assert "Thu 3 Dec, E · CN: 1 needed" in said or "Thu 3 Dec, E | CN: 1 needed" in said
    assert "only Sinéad O'Brien can work it" in said
    assert all(name in said.split("cannot hold together")[1] for name in CHARGE_NURSES)
    # The nearest roster is for a person to mend, not for anybody's calendar.
    assert (tmp_path / "near.csv").exists() and not (tmp_path / "near.ics").exists()
    assert "near.ics: not written" in run.err

    began = time.monotonic()
    document = roster(ward, "--week", "--time-limit", "10", "--json", "-q").document
    waited = time.monotonic() - began
    validate(document)
    assert document["status"] == "infeasible" and document["assignments"]
    # All that the manager waited for; the search alone ends at once.
    assert 0.5 * waited < document["runtime_s"] <= waited
    (conflict,) = document["conflict"]
    assert conflict["minimal"]
    blamed = {entry["employee"] for entry in conflict["rules"]} - {None}
    assert blamed == set(CHARGE_NURSES[:4])
    # One charge nurse for two shifts: one stays empty, and nothing else is broken.
    assert sum(breach["hard"] for breach in document["breaches"]) == 1


def test_an_empty_roster_is_not_shown_as_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time to find any, nobody at work kept most rules, and was printed and written."""

    def not_found(problem: Problem, *_: object, **__: object) -> tuple[Outcome, bool]:
        return Outcome("unknown", None, None, None, 5.2), False

    def nobody(problem: Problem, *_: object, **__: object) -> Nearest:
        rows = tuple((OFF,) * problem.days for _ in problem.employees)
        roster_ = Roster(rows, rows)
        return Nearest(roster_, assess(problem, roster_), None)

    monkeypatch.setattr("cds.cli.roster.progress.search", not_found)
    monkeypatch.setattr("cds.cli.roster.conflict.nearest", nobody)
    run = roster(WARD, "--week", "-o", "week.xlsx")
    assert run.code == 3 and "no roster found in the time" in run.out
    assert "nothing nearer than an empty roster was found" in run.err
    assert "week.xlsx: not written, for there is no roster" in run.err
    assert list(Path().iterdir()) == []
    document = roster(WARD, "--week", "--json", "-q").document
    validate(document)
    assert (document["status"], document["cost"], document["assignments"]) == ("unknown", None, [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--week", "--month"), "--week and --month"),
        (("--from", "30.11.2026"), "--from"),
        (("--weeks", "0"), "between 1 and 53"),
        (("--time-limit", "nan"), "--time-limit"),
        (("--demand", "nothing.csv"), "nothing.csv: is not there; expected a forecast of patients"),
        (("--demand", "."), ".: is a folder; expected a forecast of patients"),
        (("--now", "yesterday"), "--now"),
        (("-o", "week.pdf"), "week.pdf"),
        (("-o", "nowhere/week.csv"), "nowhere"),
        (("--ward", "other"), "both given"),
        (("--lang", "fr"), "--lang"),
    ],
    ids=str,
)
def test_bad_usage_is_refused_before_any_work(words: tuple[str, ...], message: str) -> None:
    run = roster(WARD, "-o", "week.json", *words, now=None)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("cds: error: ") and message in run.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("table", "line", "place"),
    [
        ("staff", "Ann Other,Full time,XX,,,\n", "staff.csv: row 26, column skills"),
        ("staff", "Chen Wei,Full time,RN,,,\n", "staff.csv: row 26, column name"),
        ("demand", "monday,Q,RN,1,1,1\n", "demand.csv"),
        ("leave", "Ahmed Hassan,2026-11-30,2026-12-02,more,\n", "leave.csv: row 11"),
    ],
    ids=["unknown skill", "name twice", "unknown shift", "overlapping leave"],
)
def test_a_wrong_table_is_named_by_file_and_row(
    tmp_path: Path, table: str, line: str, place: str
) -> None:
    ward = ward_copy(tmp_path / "w", **{table: line})
    run = roster(ward, "--week", "-o", "week.json", "-o", "week.xlsx")
    assert (run.code, run.out) == (2, "")
    assert place in run.err
    assert list(Path().iterdir()) == []


def test_a_ward_is_not_overwritten_but_its_published_days_are(tmp_path: Path) -> None:
    ward = ward_copy(tmp_path / "w")
    before = (ward / "staff.csv").read_bytes()
    run = roster(ward, *ONE_DAY, "-o", ward / "staff.csv")
    assert run.code == 2 and "is an input" in run.err
    assert (ward / "staff.csv").read_bytes() == before

    # Any roster will do, the worse the better: published, it stays, within 7 days of notice.
    published = roster(ward, *ONE_DAY, "--gap", "1", "-o", ward / "published.csv")
    assert published.code == 0
    again = roster(ward, *ONE_DAY, "-o", ward / "published.csv")
    assert shifts(again) == shifts(published)
    # A change announced a week ahead is free to be better.
    early = roster(ward, *ONE_DAY, "--from", "2026-11-30", now="2026-11-20T10:00:00+00:00")
    assert early.document["cost"] <= published.document["cost"]


def shifts(run: Run) -> list[tuple[str, str]]:
    return [(entry["employee"], entry["shift"]) for entry in run.document["assignments"]]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "cds", "roster", *map(str, words)]


def test_in_a_pipe_stdout_is_the_document_and_stderr_is_silent() -> None:
    words = (WARD, "--days", "2", "--json", "--now", NOW)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command(*words), capture_output=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    validate(json.loads(done.stdout))


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal to play")
def test_ctrl_c_gives_the_best_so_far(tmp_path: Path) -> None:
    import pty

    instance = tmp_path / "long.txt"
    instance.write_text(long_instance())
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("solve", instance, "--json", "--time-limit", "120"),
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.close(theirs)
    with process:
        shown = b""
        while b"gap" not in shown:  # the line on the terminal: a roster has been found
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        result = process.stdout.read()
    shown = os.read(ours, 65536)
    os.close(ours)
    assert process.returncode == 0, shown.decode()
    assert "interrupted: this is the best roster so far" in shown.decode()
    document = json.loads(result)
    validate(document)
    assert document["status"] == "feasible" and document["assignments"]
    assert document["bound"] <= document["cost"]
