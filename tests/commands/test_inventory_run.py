"""``cds inventory run``: once, alone, whole or not at all."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))

from night_pharmacy import AS_OF, write_pharmacy
from roster_runs import ROOT, Run

from cds.cli import context
from cds.cli.app import main
from cds.inventory.description import Pharmacy
from cds.lock import held

HEAVY = """
import sys
from cds.cli.app import main
code = main(sys.argv[1:])
heavy = ("numpy", "polars", "scipy", "numba", "ortools", "lightgbm", "openpyxl", "statsforecast")
print(code, *(name for name in heavy if name in sys.modules))
"""
LIGHT = ("--effort", "light", "--scenarios", "16", "--workers", "1")


@pytest.fixture(autouse=True)
def _plain_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def night(*words: object, as_of: object = AS_OF) -> Run:
    """``cds inventory run WORDS``."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["inventory", "run", *map(str, words), "--as-of", str(as_of), *LIGHT])
    return Run(code, out.getvalue(), err.getvalue())


def events(run: Run) -> dict[str, dict[str, Any]]:
    """The lines of the log by event; each line is a JSON document of its own."""
    lines = [json.loads(line) for line in run.err.splitlines()]
    assert all({"time", "level", "event", "message"} <= line.keys() for line in lines)
    return {line["event"]: line for line in lines}


def valid(document: dict[str, Any]) -> dict[str, Any]:
    name = document["schema"].removeprefix("cds.").replace("/", "-")
    schema = json.loads((ROOT / f"cds/schemas/{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    return document


def bytes_of(run: Path) -> dict[str, bytes]:
    """All files of a run but those that tell the clock."""
    return {
        str(path.relative_to(run)): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.relative_to(run).parts[0] != "log"
    }


def test_a_night_writes_one_folder_and_the_next_call_does_nothing(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    first = night(pharmacy, "--json")
    document = valid(first.document)
    assert first.code == (3 if document["needs_person"] else 0)
    assert (document["state"], document["changes"]) == ("made", None)
    folder = Path(document["folder"])
    assert folder.name == document["run"] == document["latest"]
    assert (pharmacy / "runs" / "latest").resolve() == folder.resolve()
    written = bytes_of(folder)
    assert {
        "orders.csv", "orders.xlsx", "page.html", "result.json", "manifest.json",
        "forecast.csv", "forecast.parquet", "suppliers/order_S1.csv",
    } <= written.keys()  # fmt: skip
    manifest = valid(json.loads(written["manifest.json"]))
    issues = next(one for one in manifest["inputs"] if one["table"] == "issues")
    assert issues["newest"] == "2026-11-22" and issues["rows"] > 300
    assert {one["file"] for one in manifest["files"]} == written.keys() - {"manifest.json"}
    valid(json.loads((folder / "log" / "timing.json").read_text()))

    again = night(pharmacy, "--json")
    assert again.code == 0
    assert valid(again.document)["state"] == "done_already"
    assert "done_already" in events(again)
    assert bytes_of(folder) == written

    words = [sys.executable, "-c", HEAVY, "inventory", "run", str(pharmacy), *LIGHT]
    cold = subprocess.run([*words, "--as-of", str(AS_OF)], capture_output=True, text=True)
    assert cold.stdout.split() == ["0"]  # hashed and not parsed: a second at most

    forced = night(pharmacy, "--force", "--workers", "2")
    assert events(forced)["same"]["run"] == folder.name  # whatever the clock and the workers
    assert [one.name for one in (pharmacy / "runs").iterdir() if one.is_dir()].count("latest") <= 1
    assert bytes_of(folder) == written


def test_what_is_read_asked_and_looked_at_makes_the_key(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")

    def name(*words: object, as_of: object = AS_OF) -> str:
        with held(pharmacy / "runs", {}):  # far enough to be named, no further
            run = night(pharmacy, *words, as_of=as_of)
        assert run.code == 75
        return str(events(run)["started"]["run"])

    (pharmacy / "runs").mkdir()
    names = [name(), name("--seed", 1), name("--budget", 900), name("--deadline", 60)]
    names += [name("--lang", "zh"), name(as_of="2026-11-22")]
    lots = pharmacy / "lots.csv"
    lots.write_text(lots.read_text().replace(",60,", ",61,"))
    names.append(name())
    assert len(set(names)) == len(names)
    (pharmacy / "notes.txt").write_text("no table")
    assert name() == names[-1]


def test_two_at_once_give_one_result_and_the_other_says_who_is_at_work(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    words = [sys.executable, "-m", "cds", "inventory", "run", str(pharmacy), "--as-of", str(AS_OF)]
    pair = [
        subprocess.Popen([*words, *LIGHT], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in "ab"
    ]
    ends = [(process.communicate()[1], process.returncode) for process in pair]
    codes = sorted(code for _, code in ends)
    assert codes[1] == 75 and codes[0] in (0, 3)
    locked = next(err for err, code in ends if code == 75).decode()
    last = json.loads(locked.splitlines()[-1])
    assert last["event"] == "locked" and "another run is at work" in last["message"]
    runs = [one for one in (pharmacy / "runs").iterdir() if one.is_dir() and not one.is_symlink()]
    assert len(runs) == 1


def test_the_holder_of_the_lock_is_named(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    (pharmacy / "runs").mkdir()
    with held(pharmacy / "runs", {"pid": 4711, "host": "pharm1", "since": "05:59"}):
        run = night(pharmacy)
    assert run.code == 75 and run.out == ""
    message = events(run)["locked"]["message"]
    assert "4711" in message and "pharm1" in message and "05:59" in message


def test_a_person_at_a_terminal_reads_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    (pharmacy / "runs").mkdir()
    monkeypatch.setattr(context, "is_terminal", lambda stream: True)
    with held(pharmacy / "runs", {}):
        run = night(pharmacy)
    assert run.err.splitlines()[-1] == "cds: error: another run is at work here; try later"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is of Unix")
def test_killed_at_some_moment_the_next_run_gives_the_same_bytes(tmp_path: Path) -> None:
    whole = write_pharmacy(tmp_path / "whole")
    began = time.monotonic()
    words = [sys.executable, "-m", "cds", "inventory", "run", "--as-of", str(AS_OF), *LIGHT]
    subprocess.run([*words, str(whole)], capture_output=True, check=False)
    length = time.monotonic() - began
    wanted = bytes_of(whole / "runs" / "latest")
    pharmacy = write_pharmacy(tmp_path / "ph")
    chance = random.Random(1)
    for _ in range(2):
        process = subprocess.Popen(
            [*words, str(pharmacy)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2, 1.0) * length)
        process.send_signal(signal.SIGKILL)
        process.wait()
        latest = pharmacy / "runs" / "latest"
        assert not latest.exists() or bytes_of(latest) == wanted
    assert night(pharmacy).code in (0, 3)
    assert bytes_of(pharmacy / "runs" / "latest") == wanted


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGTERM is of Unix")
@pytest.mark.parametrize(("asked", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_asked_to_end_it_says_so_and_leaves_nothing(
    asked: signal.Signals, code: int, tmp_path: Path
) -> None:
    """What ``systemctl stop``, ``timeout`` and a shutdown do."""
    pharmacy = write_pharmacy(tmp_path / "ph")
    words = [sys.executable, "-m", "cds", "inventory", "run", "--as-of", str(AS_OF), *LIGHT]
    process = subprocess.Popen(
        [*words, str(pharmacy)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    first = process.stderr.readline()
    assert json.loads(first)["event"] == "started"
    process.send_signal(asked)
    out, err = process.communicate(timeout=60)
    last = json.loads(err.splitlines()[-1])
    assert (process.returncode, last["event"], last["exit_code"]) == (code, "stopped", code)
    assert out == ""
    left = (
        {path.name for path in (pharmacy / "runs").iterdir()}
        if (pharmacy / "runs").exists()
        else set()
    )
    assert left <= {".lock"}


def test_bad_input_leaves_the_last_good_orders(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    night(pharmacy, "-q")
    latest = (pharmacy / "runs" / "latest").resolve()
    good = bytes_of(latest)
    (pharmacy / "issues.csv").write_text("item,when\nA1,2026-11-20\n")
    run = night(pharmacy)
    assert run.code == 2 and run.out == ""
    assert "issues.csv" in events(run)["refused"]["message"]
    assert (pharmacy / "runs" / "latest").resolve() == latest and bytes_of(latest) == good
    assert {one.name for one in (pharmacy / "runs").iterdir()} == {".lock", "latest", latest.name}


def test_latest_is_of_the_newest_day_and_of_one_day_the_last_asked_for(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph", newest=date(2026, 11, 24))

    def latest() -> str:
        return (pharmacy / "runs" / "latest").resolve().name

    night(pharmacy, "-q")
    monday = latest()
    missed = night(pharmacy, as_of="2026-11-16")  # to fill a gap
    assert latest() == monday
    stays = events(missed)["latest_stays"]
    assert stays["level"] == "warning" and stays["latest"] == monday
    assert "No run before this one" in missed.out  # a later day is none to compare with
    between = night(pharmacy, "--json", "--dry-run", as_of="2026-11-17")
    assert between.document["changes"] is not None
    told = night(pharmacy, "-q", "--dry-run", as_of="2026-11-17").out
    assert "run 2026-11-16-" in told and monday not in told
    lots = pharmacy / "lots.csv"
    before = lots.read_text()
    lots.write_text(before.replace(",60,", ",90,"))
    night(pharmacy, "-q")
    assert latest() != monday
    lots.write_text(before)  # the counts were right after all
    run = night(pharmacy)
    assert events(run)["done_already"]["run"] == latest() == monday


def test_a_dry_run_shows_the_difference_and_writes_nothing(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    nothing = night(pharmacy, "--dry-run", "-q")
    assert "No run before this one" in nothing.out and not (pharmacy / "runs").exists()
    night(pharmacy, "-q")
    lots = pharmacy / "lots.csv"
    lots.write_text(lots.read_text().replace("A4,L3,10,", "A4,L3,900,"))
    before = sorted((pharmacy / "runs").rglob("*"))
    run = night(pharmacy, "--dry-run", "--json")
    document = valid(run.document)
    assert (document["state"], document["folder"]) == ("dry_run", None)
    gone = next(one for one in document["changes"] if one["item"] == "A4")
    assert gone["change"] == "gone" and gone["packs"] == 0
    assert "not ordered" in night(pharmacy, "--dry-run", "-q").out
    assert "不订" in night(pharmacy, "--dry-run", "-q", "--lang", "zh").out
    assert sorted((pharmacy / "runs").rglob("*")) == before


def test_a_stale_feed_and_a_vital_item_that_runs_out_need_a_person(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph", newest=date(2026, 11, 10))
    lots = pharmacy / "lots.csv"
    lots.write_text(lots.read_text().replace("A1,L0,60,", "A1,L0,1,"))
    run = night(pharmacy, "--json")
    assert run.code == 3
    kinds = {(one["kind"], one["item"]) for one in valid(run.document)["needs_person"]}
    assert ("runs_out", "A1") in kinds and ("feed_stale", None) in kinds
    assert events(run)["needs_person"]["list"] == run.document["needs_person"]


CUT_OFF = [
    # the table, its lines that are as they were, whether others are broken or gone; what is said
    ("items.csv", 2, "gone", {"table": "items", "lacking": 3, "known": 1}, "3 items that items"),
    ("items.csv", 3, "gone", {"table": "items", "lacking": 2, "known": 2}, "2 items that items"),
    ("offers.csv", 2, "broken", {"table": "offers", "refused": 3, "rows": 4}, "3 of the 4 rows"),
    ("offers.csv", 4, "broken", None, ""),  # one row: a slip, which rows_refused tells of
]


@pytest.mark.parametrize(("table", "left", "others", "values", "said"), CUT_OFF)
def test_a_table_that_looks_cut_off_is_what_a_person_sees_first(
    table: str,
    left: int,
    others: str,
    values: dict[str, Any] | None,
    said: str,
    tmp_path: Path,
) -> None:
    """An export that broke off: the orders of what is left look like any other night's."""
    pharmacy = write_pharmacy(tmp_path / "ph")
    lines = (pharmacy / table).read_text().splitlines()
    broken = [line.replace(",S", ",?") for line in lines[left:]] if others == "broken" else []
    (pharmacy / table).write_text("\n".join([*lines[:left], *broken]) + "\n")
    run = night(pharmacy, "--json")
    assert run.code == 3
    found = valid(run.document)["needs_person"]
    cut = [one for one in found if one["kind"] == "table_cut_off"]
    assert [one["values"] for one in cut] == ([] if values is None else [values])
    assert found[: len(cut)] == cut
    page = (Path(run.document["folder"]) / "result.json").read_text(encoding="utf-8")
    assert said in page and (not cut or "请勿发送订单" in page)


def test_without_money_a_person_must_look(tmp_path: Path) -> None:
    run = night(write_pharmacy(tmp_path / "ph"), "--budget", 0, "--json")
    assert run.code == 3
    assert "budget" in {one["kind"] for one in valid(run.document)["needs_person"]}


def test_a_short_deadline_takes_light_forecasts_and_says_so(tmp_path: Path) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        main(
            ["inventory", "run", str(pharmacy), "--as-of", str(AS_OF), "--deadline", "1", "--json"]
        )
    run = Run(0, out.getvalue(), err.getvalue())
    assert valid(run.document)["state"] == "made"
    assert events(run)["effort"]["effort"] == "light"
    manifest = json.loads((Path(run.document["folder"]) / "manifest.json").read_text())
    assert manifest["options"]["effort"] == "auto" and manifest["forecast"]["effort"] == "light"


def test_files_that_change_while_they_are_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cds.inventory import reading

    pharmacy = write_pharmacy(tmp_path / "ph")
    load = reading.load

    def meanwhile(folder: Path, as_of: date) -> tuple[Pharmacy, tuple[Any, ...]]:
        found = load(folder, as_of)
        with (folder / "lots.csv").open("a") as stream:
            stream.write("A1,L9,5,2027-06-30,main\n")
        return found

    monkeypatch.setattr(reading, "load", meanwhile)
    run = night(pharmacy)
    assert run.code == 2 and "changed while" in events(run)["refused"]["message"]
    assert not (pharmacy / "runs" / "latest").exists()


@pytest.mark.parametrize(
    ("case", "message"),
    [("a file", "is a file"), ("full", "No space left"), ("a folder named latest", "is a folder")],
)
def test_where_nothing_can_be_written(
    case: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pharmacy = write_pharmacy(tmp_path / "ph")
    runs = pharmacy / "runs"
    if case == "a file":
        runs.write_text("")
    elif case == "a folder named latest":
        (runs / "latest").mkdir(parents=True)
    else:
        from cds.cli.inventory import run_files as inventory_run_files

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(inventory_run_files, "write_order", full)
    run = night(pharmacy)
    assert run.code == 2 and message in events(run)["refused"]["message"]
    assert not list(pharmacy.glob("runs/*.tmp"))


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_folder_for_runs_is_not_the_current_one(empty: str, tmp_path: Path) -> None:
    """As cron calls it where a variable is not set."""
    pharmacy = write_pharmacy(tmp_path / "ph")
    before = sorted(tmp_path.rglob("*"))
    run = night(pharmacy, "--out", empty)
    assert run.code == 2 and "--out is empty" in run.err
    assert sorted(tmp_path.rglob("*")) == before


def test_runs_are_not_kept_in_the_sample() -> None:
    run = night()
    assert run.code == 2 and "--out" in events(run)["refused"]["message"]
