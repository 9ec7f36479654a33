"""The options that the commands of ``cds roster`` share, and what they stand for."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.roster.outcome import Limits
    from cds.roster.problem import Problem

_YEARS = range(1990, 2200)

Ward = Annotated[
    str | None,
    typer.Option(
        "--ward",
        metavar="WARD",
        help="The ward: a folder with ward.toml, such a file, or an .xlsx workbook. Default: "
        "ward.toml or ward/ here, then [roster] ward in cds.toml, then CDS_HOME.",
    ),
]
Demand = Annotated[
    Path | None,
    typer.Option(
        "--demand",
        metavar="FILE",
        help="A forecast of patients (.csv .parquet); the ward's ratios turn it into staff.",
    ),
]
PlannedDemand = Annotated[
    Path | None,
    typer.Option(
        "--demand", metavar="FILE", help="The forecast of patients that it was planned with."
    ),
]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", min=0.1, metavar="SECONDS", help="Search at most so long.")
]
Gap = Annotated[
    float,
    typer.Option(
        "--gap", min=0, metavar="G", help="Stop so near to the proven bound: 0.01 is 1 %."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Processors to use. Default: all, up to 8."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, metavar="N", help="Another seed, other luck.")
]
Reproducible = Annotated[
    bool,
    typer.Option(
        "--reproducible",
        help="The same roster every time: one processor, and a limit of work instead of time.",
    ),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write it too: .xlsx .csv .html .ics .json, or FOLDER/ for a calendar a person. "
        "May be repeated.",
    ),
]
InstanceFormat = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="auto|curtois|inrc1|inrc2",
        help="What the instance is; auto looks into it.",
        autocompletion=lambda: ["auto", "curtois", "inrc1", "inrc2"],
    ),
]
History = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help="INRC-II: the initial history.")
]
Weeks = Annotated[
    str | None,
    typer.Option("--weeks", metavar="FILE,FILE,...", help="INRC-II: the weeks, in order."),
]
RosterFile = Annotated[
    str, typer.Argument(metavar="FILE", help="A roster: .xlsx, .csv or .json, also edited by hand.")
]


def limits(
    time_limit: float,
    gap: float = 0.0,
    workers: int | None = None,
    seed: int = 0,
    reproducible: bool = False,
) -> Limits:
    """The options as limits for a search."""
    from cds.cli import context
    from cds.roster.outcome import Limits

    for option, value in (("--time-limit", time_limit), ("--gap", gap)):
        if not math.isfinite(value):
            raise InputError(f"{option} is {value}; expected a number")
    return Limits(time_limit, gap, workers or context.processors(), seed, reproducible)


def day(option: str, text: str) -> date:
    """The date that ``option`` was given as ``text``."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise InputError(f"{option} is {text!r}; expected a date such as 2026-11-30")
    return found


def read_problem(
    instance: Path, form: str, history: Path | None, weeks: str | None
) -> tuple[Problem, tuple[Path, ...]]:
    """A public instance, and the files it was read from."""
    from cds.roster.formats import read_instance

    parts = [Path(name.strip()) for name in weeks.split(",")] if weeks is not None else []
    if any(not part.name for part in parts):
        raise InputError(f"--weeks is {weeks!r}; expected files set off by commas")
    problem = read_instance(instance, format=form, history=history, weeks=parts)
    return problem, (instance, *([history] if history else []), *parts)
