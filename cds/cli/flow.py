"""``cds flow``: emergency arrivals and ward census ahead, and the staff they need."""

from __future__ import annotations

import typer

from cds.cli import catalogue
from cds.cli.flow_arrivals import arrivals
from cds.cli.flow_census import census
from cds.cli.light_parameters import LightCommand, LightGroup

_ENTRY = catalogue.find("flow")
assert _ENTRY is not None

app = typer.Typer(
    cls=LightGroup,
    help=f"{_ENTRY.summary}.",
    epilog=f"Example:  $ {_ENTRY.example}",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)
for _command, _example in (
    (arrivals, "cds flow arrivals arrivals.csv --freq H --horizon 48 --per 4"),
    (census, "cds flow census stays.csv --freq D --horizon 7 -o census.csv"),
):
    app.command(cls=LightCommand, epilog=f"Example:  $ {_example}")(_command)
