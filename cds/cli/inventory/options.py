"""The options that the commands of ``cds inventory`` share, and what they stand for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import typer

from cds.errors import InputError

SCENARIOS: Final = 1000
_YEARS = range(1990, 2200)

Folder = Annotated[
    str | None,
    typer.Argument(
        metavar="[FOLDER]",
        help="A folder with pharmacy.toml and tables. Default: here, then ./pharmacy, then "
        "[inventory] pharmacy in cds.toml, then CDS_HOME.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="The day to look at; later rows do not count. Default: today.",
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write it too: .csv .json. May be repeated."
    ),
]
Scenarios = Annotated[
    int,
    typer.Option(
        "--scenarios",
        min=16,
        max=5000,
        metavar="N",
        help="Futures to weigh. What must not run out is decided by the rare ones.",
    ),
]
AllLines = Annotated[bool, typer.Option("--all", help="Every line, not only the first ones.")]


def day(option: str, text: str) -> date:
    """The date that ``option`` was given as ``text``."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise InputError(f"{option} is {text!r}; expected a date such as 2026-11-30")
    return found
