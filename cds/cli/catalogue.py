"""The table of commands, and the help screen that is printed from it.

Kept free of imports: ``cds --help`` shows it without loading anything else.
A command NAME lives in the module ``cds.cli.NAME``, which has either a
function ``command`` or, for a family of commands, a Typer ``app``.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One row of the help screen."""

    name: str
    panel: str
    summary: str
    example: str


COMMANDS: tuple[Command, ...] = (
    Command(
        "predict",
        "At the bedside",
        "Risks of one patient or a table, with reasons and intervals",
        "cds predict patient.json",
    ),
    Command(
        "image",
        "At the bedside",
        "Run, check and train imaging models: DICOM, pictures, NIfTI",
        "cds image predict chest-xray-pneumonia film.dcm",
    ),
    Command(
        "roster",
        "Operations",
        "Plan a ward's roster; check, repair, swap and explain one",
        "cds roster --week -o week.xlsx",
    ),
    Command(
        "inventory",
        "Operations",
        "Stock, forecasts, orders of a pharmacy; the nightly run",
        "cds inventory run pharmacy",
    ),
    Command(
        "forecast",
        "Operations",
        "Forecast any table of series, with honest intervals",
        "cds forecast demand.csv --freq W --horizon 8 -o forecast.csv",
    ),
    Command(
        "flow",
        "Operations",
        "Emergency arrivals and ward census ahead, and staff needed",
        "cds flow arrivals arrivals.csv --freq D --horizon 14",
    ),
    Command(
        "train",
        "Models",
        "Train, calibrate and judge a model from a recipe or a table",
        "cds train recipe.toml -o models/mine",
    ),
    Command(
        "models",
        "Models",
        "List, describe and verify the installed models",
        "cds models list",
    ),
    Command(
        "init",
        "This computer",
        "Make a working folder with settings and sample patients",
        "cds init ward",
    ),
    Command(
        "doctor",
        "This computer",
        "What works here, what does not, and what to do about it",
        "cds doctor",
    ),
)

_HEAD = """\
Usage: cds [OPTIONS] COMMAND [ARGS]...

Clinical decision support and ward operations at the terminal.
"""

_FOOT = """\
Options:
  --version             Show the version and leave
  --install-completion  Install completion for the current shell
  --show-completion     Show completion for the current shell
  -h, --help            Show this help; 'cds COMMAND --help' tells more

Results go to stdout, messages to stderr. Exit codes: 0 done, 1 our fault,
2 your input or usage, 3 a person must look, 130 interrupted.
Supports, and does not replace, a clinician's judgement.
"""


def find(name: str) -> Command | None:
    """The command called ``name``, or None."""
    return next((command for command in COMMANDS if command.name == name), None)


def help_screen() -> str:
    """The text of ``cds --help``: grouped, one line and one example a command."""
    lines = [_HEAD]
    width = max(len(command.name) for command in COMMANDS)
    for panel in dict.fromkeys(command.panel for command in COMMANDS):
        lines.append(f"{panel}:")
        for command in COMMANDS:
            if command.panel == panel:
                lines.append(f"  {command.name:<{width}}  {command.summary}")
                lines.append(f"  {'':<{width}}    $ {command.example}")
        lines.append("")
    lines.append(_FOOT)
    return "\n".join(lines)
