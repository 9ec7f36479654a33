"""What ``cds roster`` takes for granted: which ward, which days, which command."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from roster_runs import ROOT, WARD, roster, ward_copy

from cds.cli.roster.period import period_of
from cds.errors import InputError

HEAVY = (
    "numpy", "pandas", "polars", "ortools", "numba", "lightgbm", "openpyxl", "rich", "pydantic",
)  # fmt: skip
ONE_DAY = ("--days", "1", "--gap", "1", "--json")


@pytest.fixture(autouse=True)
def _plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CDS_HOME", "CDS_LANG", "CDS_DEBUG", "_CDS_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    working = tmp_path / "here"
    working.mkdir()
    monkeypatch.chdir(working)


def a_ward(folder: Path, name: str) -> Path:
    ward_copy(folder)
    settings = folder / "ward.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("Ward 4B, general medicine", name), encoding="utf-8")
    return folder


def test_the_nearest_ward_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> tuple[str, bool]:
        run = roster(*ONE_DAY)
        return run.document["ward"], "sample" in run.err

    assert found() == ("Ward 4B, general medicine", True)
    monkeypatch.setenv("CDS_HOME", str(tmp_path / "home"))
    a_ward(tmp_path / "home" / "ward", "home")
    assert found() == ("home", False)
    a_ward(tmp_path / "elsewhere", "settings")
    Path("cds.toml").write_text('[roster]\nward = "../elsewhere"\n')
    assert found() == ("settings", False)
    a_ward(Path("ward"), "folder")
    assert found() == ("folder", False)
    a_ward(tmp_path / "top", "here")
    for path in (tmp_path / "top").iterdir():
        path.rename(path.name)
    assert found() == ("here", False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('[roster]\nward = "gone"\n', "gone is not there"),
        ("[roster]\nward = 4\n", "roster.ward"),
        ('roster = "x"\nward =', "cannot be read as TOML"),
    ],
)
def test_settings_that_name_no_ward(settings: str, message: str) -> None:
    Path("cds.toml").write_text(settings)
    run = roster(*ONE_DAY)
    assert run.code == 2 and "cds.toml" in run.err and message in run.err


THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("asked", "first", "days"),
    [
        ({}, "2026-11-30", 7),
        ({"week": True}, "2026-11-30", 7),
        ({"weeks": 4}, "2026-11-30", 28),
        ({"days": 3}, "2026-11-30", 3),
        ({"month": True}, "2026-12-01", 31),
        ({"first": "2026-12-02"}, "2026-12-02", 7),
        ({"first": "2026-12-02", "days": 2}, "2026-12-02", 2),
        ({"first": "2026-12-02", "month": True}, "2026-12-02", 30),
        ({"first": "2027-02-01", "month": True}, "2027-02-01", 28),
    ],
)
def test_the_days_that_are_planned(asked: dict[str, Any], first: str, days: int) -> None:
    period = period_of(THURSDAY, **asked)
    assert (period.first.isoformat(), period.days) == (first, days)


@given(today=st.dates(date(1990, 1, 1), date(2199, 1, 1)))
def test_the_next_week_and_the_next_month_lie_ahead(today: date) -> None:
    week = period_of(today)
    assert week.first.weekday() == 0
    assert today < week.first <= today + timedelta(days=7)
    month = period_of(today, month=True)
    assert month.first.day == 1 and (month.last + timedelta(days=1)).day == 1
    assert today < month.first <= today + timedelta(days=31)


@pytest.mark.parametrize("first", ["2026-02-30", "30/11/2026", "", "0001-01-01", "9999-12-31"])
def test_a_first_day_that_is_none(first: str) -> None:
    with pytest.raises(InputError, match="--from"):
        period_of(THURSDAY, first=first)


def test_today_is_the_wards(tmp_path: Path) -> None:
    """Late on Sunday in Dublin it is Monday in Auckland, whose next Monday is a week later."""
    ward = a_ward(tmp_path / "w", "far")
    settings = ward / "ward.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("Europe/Dublin", "Pacific/Auckland"), encoding="utf-8")
    sunday = "2026-11-29T20:00:00+00:00"
    assert roster(WARD, *ONE_DAY, now=sunday).document["from"] == "2026-11-30"
    assert roster(ward, *ONE_DAY, now=sunday).document["from"] == "2026-12-07"


def test_a_slip_is_no_ward(tmp_path: Path) -> None:
    run = roster("chekc", "week.csv")
    assert run.code == 2 and "Did you mean 'check'" in run.err
    # A ward may be called so, where there is one.
    a_ward(Path("chekc"), "odd")
    assert roster("chekc", *ONE_DAY).document["ward"] == "odd"


def test_help_shows_the_commands_and_what_planning_takes() -> None:
    run = roster("--help", now=None)
    assert run.code == 0
    for word in ("check", "repair", "swap", "why", "laws", "solve", "--week", "--time-limit"):
        assert word in run.out
    assert "--absent" in roster("repair", "--help", now=None).out


@pytest.mark.parametrize(
    ("typed", "position", "offered"),
    [
        ("cds roster re", 2, ["repair"]),
        ("cds roster --mon", 2, ["--month"]),
        ("cds roster repair --abs", 3, ["--absent"]),
        ("cds roster plan --lang z", 4, ["zh"]),
    ],
)
def test_completion(typed: str, position: int, offered: list[str]) -> None:
    completing = {
        "_CDS_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(position),
    }
    done = subprocess.run(
        [sys.executable, "-m", "cds"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **completing},
        check=False,
    )
    assert done.stdout.split() == offered, done.stderr


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from cds.cli.app import main; main(['roster', '--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
