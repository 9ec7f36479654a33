"""Public benchmark instances, read into the one description of a problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from cds.errors import InputError
from cds.roster.formats.curtois import is_curtois, read_curtois
from cds.roster.formats.inrc1 import is_inrc1, read_inrc1
from cds.roster.formats.inrc2 import is_inrc2, read_inrc2, scenario_in
from cds.roster.formats.source import read_text, whole_file
from cds.roster.problem import Problem

FORMATS: Final = ("auto", "curtois", "inrc1", "inrc2")


def read_instance(
    path: Path,
    *,
    format: str = "auto",
    history: Path | None = None,
    weeks: Sequence[Path] = (),
) -> Problem:
    """The problem in ``path``; ``auto`` tells the format from what it says.

    ``history`` and ``weeks`` belong to a scenario of INRC-II. Raises InputError,
    with file and line, where anything cannot be used.
    """
    if format not in FORMATS:
        raise InputError(f"unknown format {format!r}; expected one of {', '.join(FORMATS)}")
    if path.is_dir():
        raise scenario_in(path)
    text = read_text(path)
    if format == "auto":
        format = _detect(path, text)
    if format != "inrc2" and (history is not None or weeks):
        raise whole_file(path, f"is read as {format}", "--history and --weeks only with inrc2")
    if format == "inrc2":
        return read_inrc2(path, history, weeks)
    return read_inrc1(path) if format == "inrc1" else read_curtois(path)


def _detect(path: Path, text: str) -> str:
    kinds: dict[str, Callable[[str], bool]] = {
        "curtois": is_curtois,
        "inrc1": is_inrc1,
        "inrc2": is_inrc2,
    }
    for kind, matches in kinds.items():
        if matches(text):
            return kind
    if text.lstrip().startswith(("HISTORY", "WEEK_DATA")):
        raise whole_file(
            path,
            "is a history or week of INRC-II",
            "its scenario (Sc-*.txt), with --history and --weeks",
        )
    if text.split(maxsplit=1)[:1] == ["SCHEDULING_PERIOD"]:
        raise whole_file(
            path,
            "is in NurseScheduler's own form",
            "the organisers' files: an INRC-I instance, or an INRC-II scenario (Sc-*.txt)",
        )
    raise whole_file(path, "is of no known kind", f"an instance of {', '.join(FORMATS[1:])}")
