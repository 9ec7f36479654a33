"""A family of commands, ``cds NAME COMMAND``, each imported when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from cds.cli import catalogue
from cds.cli.light_parameters import LightCommand, LightGroup


def family(
    name: str,
    examples: Mapping[str, str],
    *,
    group: type[LightGroup] = LightGroup,
    note: str = "",
    **settings: Any,
) -> typer.Typer:
    """The family ``name`` of the catalogue; ``examples`` has each command with one, in order.

    A command C is the function ``C`` of the module ``cds.cli.NAME.C``. ``group`` is for a
    family with habits of its own, of which ``note`` tells on the help screen; ``settings``
    are Typer's.
    """
    entry = catalogue.find(name)
    assert entry is not None

    class Family(group):  # type: ignore[valid-type, misc]
        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """The command, imported now; None where there is none."""
            example = examples.get(cmd_name)
            return None if example is None else _build(name, cmd_name, example)

        def list_commands(self, ctx: Any) -> list[str]:
            """The names, in the order of the table."""
            return list(examples)

    app = typer.Typer(
        cls=Family,
        help=f"{entry.summary}.{note}",
        epilog=f"Example:  $ {entry.example}",
        add_completion=False,
        rich_markup_mode=None,
        **{"no_args_is_help": True, **settings},
    )
    app.callback()(_nothing)
    return app


def _nothing() -> None:
    """Nothing by itself: its commands do the work."""


@cache
def _build(family_name: str, name: str, example: str) -> Any:
    module = importlib.import_module(f"cds.cli.{family_name}.{name}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=LightCommand, epilog=f"Example:  $ {example}")(getattr(module, name))
    command = get_command(app)
    command.name = name
    return command
