"""The options that the commands of ``cds flow`` share beyond those of ``cds forecast``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import typer

from cds.cli.forecast_options import target_of
from cds.errors import InputError, Place

LEVELS = ("0.025", "0.05", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9",
          "0.95", "0.975", "0.99")  # fmt: skip

Freq = Annotated[
    str, typer.Option("--freq", metavar="H|D", help="The period of the forecast: hour or day.")
]
Per = Annotated[
    float | None,
    typer.Option("--per", metavar="N", help="One of staff for each N patients: shows how many."),
]
Quantile = Annotated[
    str,
    typer.Option(
        "--quantile", metavar="q0.8|mean", help="With --per: the column that staff is for."
    ),
]
DemandOut = Annotated[
    str | None,
    typer.Option(
        "--demand-out",
        metavar="FILE.csv",
        help="Write one row a day (its highest hour) for 'cds roster --demand FILE.csv'.",
    ),
]


def staffing(per: float | None, quantile: str) -> float | None:
    """``--per``, and the column of ``--quantile``, checked."""
    if quantile != "mean" and quantile not in tuple(f"q{level}" for level in LEVELS):
        raise InputError(
            f"--quantile is {quantile!r}; expected mean or one of "
            f"{', '.join(f'q{level}' for level in LEVELS)}"
        )
    if per is not None and not (math.isfinite(per) and per > 0):
        raise InputError(f"--per is {per}; expected a number of patients above 0")
    return per


def demand_target(output: str | None, inputs: Sequence[str]) -> str | None:
    """The file of ``--demand-out``, which a roster must be able to read."""
    target = target_of(output, inputs)
    if target is not None and target.lower().endswith(".json"):
        raise InputError("a roster reads .csv or .parquet; expected one of them", Place(target))
    return target
