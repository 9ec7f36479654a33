"""``cds inventory``: stock, expiry, recalls, moves and classes of a pharmacy."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Final

import typer
from typer.main import get_command

from cds.cli import catalogue
from cds.cli.light_parameters import LightCommand, LightGroup

COMMANDS: Final = (
    ("status", "cds inventory status pharmacy"),
    ("forecast", "cds inventory forecast pharmacy -o demand.csv"),
    ("order", "cds inventory order pharmacy -o orders.xlsx"),
    ("run", "cds inventory run pharmacy --deadline 300"),
    ("expiring", "cds inventory expiring --days 60"),
    ("recall", "cds inventory recall F262923"),
    ("pick", "cds inventory pick D001 240 --place N-STORE"),
    ("redistribute", "cds inventory redistribute -o moves.csv"),
    ("classify", "cds inventory classify"),
    ("simulate", "cds inventory simulate pharmacy --policy plan --policy min-max"),
)
"""Each command with an example. NAME is the function ``NAME`` of ``cds.cli.inventory_NAME``."""


class InventoryGroup(LightGroup):
    """A family whose commands are imported when they are used."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now; None where there is none."""
        example = dict(COMMANDS).get(cmd_name)
        return None if example is None else _build(cmd_name, example)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the table."""
        return [name for name, _ in COMMANDS]


@cache
def _build(name: str, example: str) -> Any:
    module = importlib.import_module(f"cds.cli.inventory_{name}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=LightCommand, epilog=f"Example:  $ {example}")(getattr(module, name))
    command = get_command(app)
    command.name = name
    return command


_ENTRY = catalogue.find("inventory")
assert _ENTRY is not None

app = typer.Typer(
    cls=InventoryGroup,
    help=f"{_ENTRY.summary}.",
    epilog=f"Example:  $ {_ENTRY.example}",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.callback()
def _family() -> None:
    """Nothing by itself: its commands do the work."""
