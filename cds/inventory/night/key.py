"""By what a run is known: the day, every byte it reads, every choice that changes the result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cds.errors import InputError, Place
from cds.inventory.problems import Findings
from cds.inventory.reading.settings import FILE
from cds.inventory.reading.sources import find_tables

COMMAND: Final = "inventory run"
SHOWN: Final = 12
"""Hexadecimal digits of a key in a run's name."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that is read, by name and content. ``table`` is empty for the settings."""

    name: str
    table: str
    sha256: str
    size: int


def input_files(folder: Path) -> tuple[InputFile, ...]:
    """The settings and every table that would be read, hashed and not parsed.

    Raises InputError where the folder or its settings are not there, or two files are the same
    table.
    """
    if not folder.is_dir():
        raise InputError(
            "is no folder; expected one with pharmacy.toml and tables", Place(str(folder))
        )
    findings = Findings()
    tables = {path: table for table, path in find_tables(folder, findings).items()}
    findings.raise_broken(Place(str(folder)))
    paths = [folder / FILE, *sorted(tables)]
    return tuple(_hashed(path, tables.get(path, "")) for path in paths)


def run_key(
    as_of: date,
    inputs: Sequence[InputFile],
    options: Mapping[str, object],
    version: str,
) -> str:
    """The same 64 hexadecimal digits for the same day, contents, options and version."""
    content = {
        "command": COMMAND,
        "as_of": as_of.isoformat(),
        "inputs": {file.name: file.sha256 for file in inputs},
        "options": dict(options),
        "version": version,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def run_name(as_of: date, key: str) -> str:
    """The name of the run's folder."""
    return f"{as_of.isoformat()}-{key[:SHOWN]}"


def _hashed(path: Path, table: str) -> InputFile:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
    except OSError as error:
        reason = error.strerror or str(error)
        wanted = "; expected a pharmacy's settings" if path.name == FILE else ""
        raise InputError(f"cannot be read: {reason}{wanted}", Place(str(path))) from error
    return InputFile(path.name, table, digest, size)
