"""``cds image``: exported imaging models, run, checked, measured and made."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, Final

import typer
from typer.main import get_command

from cds.cli import catalogue
from cds.cli.light_parameters import LightCommand, LightGroup

COMMANDS: Final = (
    ("predict", "cds image predict chest-xray-pneumonia film.dcm"),
    ("inspect", "cds image inspect film.dcm"),
    ("pack", "cds image pack net.onnx -o models/mine --classes NORMAL,PNEUMONIA"),
    ("check", "cds image check models/mine"),
    ("evaluate", "cds image evaluate models/mine images/test"),
    ("bench", "cds image bench models/mine"),
    ("train", "cds image train images/train -o models/mine"),
    ("quantize", "cds image quantize models/mine --samples images -o models/mine-int8"),
)
"""Each command with an example. NAME is the function ``NAME`` of ``cds.cli.image_NAME``."""


class ImageGroup(LightGroup):
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
    module = importlib.import_module(f"cds.cli.image_{name}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=LightCommand, epilog=f"Example:  $ {example}")(getattr(module, name))
    command = get_command(app)
    command.name = name
    return command


_ENTRY = catalogue.find("image")
assert _ENTRY is not None

app = typer.Typer(
    cls=ImageGroup,
    help=f"{_ENTRY.summary}.",
    epilog=f"Example:  $ {_ENTRY.example}",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.callback()
def _family() -> None:
    """Nothing by itself: its commands do the work."""
