"""Runs ``cds roster`` in this process on copies of the sample ward."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from cds.cli.app import main

ROOT = Path(__file__).parent.parent.parent
WARD = ROOT / "sample_data" / "ward"
NOW = "2026-11-26T10:00:00+00:00"  # a Thursday; the week from 30 November is next
CHARGE_NURSES = (
    "Adaeze Okoro", "Claire Dubois", "Fatima Al-Sayed", "Marek Nowak", "Sinéad O'Brien",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.out)
        return content


def roster(*words: object, now: str | None = NOW) -> Run:
    """``cds roster WORDS``; ``now`` None where the command takes none."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        moment = [] if now is None else ["--now", now]
        code = main(["roster", *map(str, words), *moment])
    return Run(code, out.getvalue(), err.getvalue())


def ward_copy(folder: Path, **tables: str) -> Path:
    """The sample ward in ``folder``, with lines added to its tables."""
    shutil.copytree(WARD, folder)
    for table, lines in tables.items():
        path = folder / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return folder


def away(names: tuple[str, ...], day: str) -> str:
    """Lines of leave.csv."""
    return "".join(f"{name},{day},{day},course,7.5\n" for name in names)


def validate(document: dict[str, Any]) -> None:
    """Compare a document with the schema it names."""
    stem = document["schema"].removeprefix("cds.").replace("/", "-")
    schema = json.loads((ROOT / f"cds/schemas/{stem}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
