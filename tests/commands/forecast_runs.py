"""Runs ``cds forecast`` and ``cds flow`` in this process, with the cheap models."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cds.cli.app import main

ROOT = Path(__file__).parent.parent.parent
SAMPLES = ROOT / "sample_data" / "forecasting"
NOW = "2026-11-23T00:30:00+00:00"  # a Monday
QUANTILES = (
    "q0.025", "q0.05", "q0.1", "q0.2", "q0.3", "q0.4", "q0.5", "q0.6", "q0.7", "q0.8", "q0.9",
    "q0.95", "q0.975", "q0.99",
)  # fmt: skip
COLUMNS = ["unique_id", "ds", "mean", *QUANTILES]


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.out)
        schema = ROOT / f"cds/schemas/{content['schema'].removeprefix('cds.').replace('/', '-')}"
        text = Path(f"{schema}.schema.json").read_text(encoding="utf-8")
        Draft202012Validator(json.loads(text)).validate(content)
        return content


def cds(*words: object, now: str | None = NOW) -> Run:
    """``cds WORDS``, with ``--effort light`` where a forecast is made."""
    out, err = io.StringIO(), io.StringIO()
    extra = [] if now is None else ["--now", now]
    if words[0] in ("forecast", "flow") and "--effort" not in words:
        extra += ["--effort", "light"]
    with redirect_stdout(out), redirect_stderr(err):
        code = main([*map(str, words), *extra])
    return Run(code, out.getvalue(), err.getvalue())


def with_stdin(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Let the command read ``content`` from '-'."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
