"""Folders of runs: whole or not at all, whenever the writer is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cds.errors import InputError
from cds.lock import HeldError, held
from cds.runs import Runs

FIRST, SECOND = "2026-11-23-0123456789ab", "2026-11-24-ba9876543210"

WRITER = """
import os, signal, sys
from pathlib import Path
from cds.lock import held
from cds.runs import Runs

def write(folder):
    (folder / "orders.csv").write_text("A1,3")
    (folder / "suppliers").mkdir()
    (folder / "suppliers" / "S1.csv").write_text("A1,3")

runs, fatal, seen = Runs(Path(sys.argv[1])), int(sys.argv[2]), 0

def count(event, arguments):
    global seen
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.symlink", "os.rmdir"):
        if str(runs.folder) in str(arguments[0]):
            seen += 1
            if seen == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

runs.prepare()
with held(runs.folder, {"pid": os.getpid()}):
    runs.clean()
    sys.addaudithook(count)
    name, _ = runs.publish(sys.argv[3], write)
    runs.point(name)
print(seen)
"""


def writer(folder: Path, fatal: int, name: str = SECOND) -> subprocess.CompletedProcess[str]:
    """Publish a run, killed at its ``fatal``-th touch of the file system (0: not)."""
    words = [sys.executable, "-c", WRITER, str(folder), str(fatal), name]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kill -9 is of Unix")
def test_killed_at_any_step_a_reader_sees_the_old_run_or_the_new_one_whole(tmp_path: Path) -> None:
    whole = tmp_path / "undisturbed"
    assert writer(whole, 0, FIRST).returncode == 0
    steps = int(writer(whole, 0).stdout)
    assert steps >= 6
    wanted = content(whole / SECOND)
    for fatal in range(1, steps + 1):
        folder = tmp_path / f"killed{fatal}"
        writer(folder, 0, FIRST)
        assert writer(folder, fatal).returncode == -9
        runs = Runs(folder)
        seen = runs.latest()
        assert seen in (FIRST, SECOND)
        assert content(folder / seen) == wanted
        if runs.find(SECOND):
            assert content(folder / SECOND) == wanted
        again = writer(folder, 0)  # no stuck lock
        assert again.returncode == 0, again.stderr
        assert runs.latest() == SECOND and content(folder / SECOND) == wanted
        left = {path.name for path in folder.iterdir()}
        assert left == {".lock", FIRST, SECOND, "latest"}


def test_what_stopped_runs_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    (tmp_path / f"{FIRST}.tmp" / "suppliers").mkdir(parents=True)
    (tmp_path / "mine.tmp").write_text("of a person")
    assert runs.clean() == [f"{FIRST}.tmp"]
    assert (tmp_path / "mine.tmp").read_text() == "of a person"


def test_a_run_that_comes_out_the_same_stays_and_one_that_does_not_goes_beside_it(
    tmp_path: Path,
) -> None:
    runs = Runs(tmp_path)

    def saying(text: str, moment: str) -> tuple[str, bool]:
        def write(folder: Path) -> None:
            (folder / "orders.csv").write_text(text)
            (folder / "log").mkdir()
            (folder / "log" / "timing.json").write_text(moment)

        return runs.publish(FIRST, write, unlike=("log",))

    assert saying("3 packs", "at six") == (FIRST, True)
    assert saying("3 packs", "at seven") == (FIRST, False)
    assert saying("4 packs", "at eight") == (f"{FIRST}-2", True)
    assert runs.find(FIRST) == f"{FIRST}-2" and runs.find(SECOND) is None


def test_latest_is_a_text_file_where_links_are_impossible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = Runs(tmp_path)
    (tmp_path / FIRST).mkdir()

    def impossible(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", impossible)
    runs.point(FIRST)
    assert (tmp_path / "latest").read_text() == FIRST + "\n"
    assert runs.latest() == FIRST


def test_a_full_disk_leaves_nothing_and_is_told_of(tmp_path: Path) -> None:
    runs = Runs(tmp_path)

    def write(folder: Path) -> None:
        (folder / "orders.csv").write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        runs.publish(FIRST, write)
    assert list(tmp_path.iterdir()) == []


def test_the_lock_says_who_holds_it_and_is_free_afterwards(tmp_path: Path) -> None:
    with held(tmp_path, {"pid": 7, "host": "pharmacy"}):
        with pytest.raises(HeldError) as caught, held(tmp_path, {"pid": 8}):
            pass
        assert caught.value.holder == {"pid": 7, "host": "pharmacy"}
    with held(tmp_path, {"pid": 9}):
        pass
