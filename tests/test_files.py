"""A reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cds import files
from cds.errors import InputError


def test_it_writes_text_and_bytes(tmp_path: Path) -> None:
    files.write(tmp_path / "a.txt", "陈美玲\n")
    files.write(str(tmp_path / "b.bin"), b"\x00\xff")
    assert (tmp_path / "a.txt").read_bytes() == "陈美玲\n".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.bin"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "risks.csv"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), files.replacing(target) as stream:
        stream.write(b"half of the n")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_until_the_end_the_old_file_is_seen(tmp_path: Path) -> None:
    target = tmp_path / "risks.parquet"
    target.write_text("old")
    with files.replacing_path(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert temporary.parent == tmp_path and temporary.suffix == ".parquet"
    assert target.read_text() == "new"


def test_the_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    files.write(tmp_path / "a", "")
    (tmp_path / "b").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"}
    assert len(modes) == 1


def test_what_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        files.write(tmp_path / "absent" / "a.json", "")
    with pytest.raises(InputError, match="is a folder"):
        files.write(tmp_path, "")


def test_dash_is_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    files.write("-", "风险\n")
    assert capsysbinary.readouterr().out == "风险\n".encode()
