"""A hospital of its own for each test: one small model, and nothing from outside."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hospital import MODEL, Cds, Run
from small_model import write_small_model

from cds.cli.app import main


@pytest.fixture
def cds(capsys: pytest.CaptureFixture[str]) -> Cds:
    """Runs a command in this process."""

    def run(*words: object) -> Run:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run


@pytest.fixture(autouse=True)
def hospital(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder beside a CDS_HOME with the model ``small-30d`` and no other."""
    for name in ("CDS_LANG", "CDS_DEBUG", "NO_COLOR", "_CDS_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    write_small_model(home / "models" / MODEL)
    monkeypatch.setenv("CDS_HOME", str(home))
    monkeypatch.setattr("cds.resources.bundled", lambda kind: tmp_path / "nothing")
    working = tmp_path / "ward"
    working.mkdir()
    monkeypatch.chdir(working)
    return home
