"""A Typer group that imports a command's module when that command is used, not before."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Annotated, Any

import typer
from typer.core import CompletionItem, TyperGroup  # type: ignore[attr-defined]
from typer.main import get_command

from cds.cli import catalogue
from cds.cli.light_parameters import LightCommand, LightGroup


class CatalogueGroup(LightGroup):
    """The top-level ``cds``: its commands and its help screen come from the catalogue."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command ``cmd_name``, imported now; None where there is none."""
        entry = catalogue.find(cmd_name)
        return None if entry is None else _build(entry)

    def get_help(self, ctx: Any) -> str:
        """The catalogue's help screen."""
        return catalogue.help_screen().rstrip()

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Command names with their one line, again without importing any of them."""
        return [
            CompletionItem(command.name, help=command.summary)
            for command in catalogue.COMMANDS
            if command.name.startswith(incomplete)
        ]


@cache
def group() -> TyperGroup:
    """The command tree, with shell completion."""
    app = typer.Typer(
        cls=CatalogueGroup,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    # Names only, for "did you mean": get_command() above builds what is really used.
    command.commands = dict.fromkeys((entry.name for entry in catalogue.COMMANDS), command)
    return command


def _root(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        from cds import __version__

        typer.echo(f"cds {__version__}")
        raise typer.Exit()
    if ctx.invoked_subcommand is None:
        typer.echo(catalogue.help_screen(), nl=False)


@cache
def _build(entry: catalogue.Command) -> Any:
    module = importlib.import_module(f"cds.cli.{entry.name}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(
            entry.name,
            cls=LightCommand,
            help=f"{entry.summary}.",
            epilog=f"Example:  $ {entry.example}",
        )(module.command)
    command = get_command(app)
    command.name = entry.name
    return command
