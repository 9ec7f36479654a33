"""The options that ``cds forecast`` and ``cds flow`` share, and what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.forecasting.frequency import Frequency

DATE_ORDERS = ("iso", "day-month-year", "month-day-year")
ENDINGS = (".csv", ".parquet", ".json")
_FREQUENCIES = ("H", "D", "W", "M")
_HORIZONS = {"H": 48, "D": 14, "W": 8, "M": 12}
_LONGEST = 10_000

Freq = Annotated[
    str,
    typer.Option(
        "--freq", metavar="H|D|W|M", help="The period: hour, day, week from Monday, month."
    ),
]
Horizon = Annotated[
    int | None,
    typer.Option(
        "--horizon",
        min=1,
        max=_LONGEST,
        metavar="N",
        help="So many periods ahead. Default: 48 hours, 14 days, 8 weeks, 12 months.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to FILE: .csv .parquet .json; '-' for CSV."
    ),
]
Country = Annotated[
    str | None,
    typer.Option("--country", metavar="CODE", help="Public holidays count: CN, GB, US, DE-BY, ..."),
]
TimeColumn = Annotated[
    str | None, typer.Option("--time", metavar="COLUMN", help="The column of dates or times.")
]
ValueColumn = Annotated[
    str | None, typer.Option("--value", metavar="COLUMN", help="The column of amounts.")
]
Dates = Annotated[
    str,
    typer.Option(
        "--dates",
        metavar="|".join(DATE_ORDERS),
        help="How dates like 03/04/2026 are meant; without it they are refused.",
    ),
]
Top = Annotated[
    int, typer.Option("--top", min=1, metavar="N", help="How many series the terminal shows.")
]
Effort = Annotated[
    str,
    typer.Option("--effort", metavar="full|light", help="light: cheap statistical models only."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, metavar="N", help="Same seed, same bytes.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Processors to use. Default: all, up to 8."),
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asked of any forecast."""

    frequency: Frequency
    horizon: int
    effort: Literal["full", "light"]
    seed: int
    workers: int
    language: str
    moment: datetime
    as_json: bool
    quiet: bool
    verbose: bool
    top: int


def settings(
    frequency: Frequency,
    horizon: int | None,
    effort: str,
    seed: int,
    workers: int | None,
    language: str,
    moment: datetime,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    top: int = 10,
) -> Settings:
    """The options together, with their defaults."""
    from cds.cli import context

    one_of("--effort", effort, ("full", "light"))
    return Settings(
        frequency=frequency,
        horizon=horizon or _HORIZONS[frequency],
        effort=cast('Literal["full", "light"]', effort),
        seed=seed,
        workers=workers or context.processors(),
        language=language,
        moment=moment,
        as_json=as_json,
        quiet=quiet,
        verbose=verbose,
        top=top,
    )


def one_of(option: str, value: str, allowed: Sequence[str]) -> str:
    """``value``, which must be one of ``allowed``."""
    if value not in allowed:
        raise InputError(f"{option} is {value!r}; expected {', '.join(allowed)}")
    return value


def frequency_of(text: str, allowed: Sequence[str] = _FREQUENCIES) -> Frequency:
    """``--freq`` in either case."""
    return cast("Frequency", one_of("--freq", text.upper(), allowed))


def target_of(output: str | None, inputs: Sequence[str]) -> str | None:
    """The file of ``-o``, seen to be possible before any work is done."""
    if output is None or output == "-":
        return output
    path = Path(output)
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"unknown ending; expected {', '.join(ENDINGS)}", Place(output))
    if not path.parent.is_dir():
        raise InputError("its folder is not there", Place(output))
    if any(
        name and Path(name).exists() and Path(name).resolve() == path.resolve() for name in inputs
    ):
        raise InputError("is an input; expected another file to write to", Place(output))
    return output


def covariates_of(given: str | None) -> tuple[tuple[str, ...], Path | None]:
    """``--covariates`` as columns of the table, or as a file of its own."""
    if given is None:
        return (), None
    if Path(given).suffix.lower() in (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm"):
        return (), Path(given)
    names = tuple(name.strip() for name in given.split(","))
    if not all(names):
        raise InputError(
            f"--covariates is {given!r}; expected columns set off by commas, or a file"
        )
    return names, None
