"""``cds roster``: plan a ward's roster; check, repair, swap and explain one."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from cds.cli import catalogue
from cds.cli.light_parameters import LightCommand, LightGroup
from cds.cli.roster_check import check
from cds.cli.roster_laws import laws
from cds.cli.roster_plan import plan
from cds.cli.roster_repair import repair
from cds.cli.roster_solve import solve
from cds.cli.roster_swap import swap
from cds.cli.roster_why import why

DEFAULT = "plan"
_HELP = ("-h", "--help")


class RosterGroup(LightGroup):
    """A family with a default: a first word that is no command belongs to ``plan``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words, with ``plan`` before them where no command is named."""
        first = args[0] if args else ""
        if not ctx.resilient_parsing and first not in (*self.commands, *_HELP):
            self._refuse_misspelt(ctx, first)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands, or ``plan``'s options where an option is begun."""
        if not incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        planning = self.commands[DEFAULT]
        inner = planning.make_context(DEFAULT, [], parent=ctx, resilient_parsing=True)
        return planning.shell_complete(inner, incomplete)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands first, then what ``plan`` takes: most who ask want that."""
        self.format_commands(ctx, formatter)
        planning = self.commands[DEFAULT]
        planning.format_options(typer.Context(planning, parent=ctx), formatter)

    def _refuse_misspelt(self, ctx: Any, word: str) -> None:
        """A word that is nearly a command and names no ward is a slip, not a ward."""
        near = get_close_matches(word, self.commands, 1)
        if near and not Path(word).exists():
            ctx.fail(f"No such command or ward '{word}'. Did you mean '{near[0]}'?")


_ENTRY = catalogue.find("roster")
assert _ENTRY is not None

app = typer.Typer(
    cls=RosterGroup,
    help=f"{_ENTRY.summary}. Without a COMMAND: plan.",
    epilog=f"Example:  $ {_ENTRY.example}",
    add_completion=False,
    rich_markup_mode=None,
    subcommand_metavar="[COMMAND] [ARGS]...",
)
for _command, _example in (
    (plan, "cds roster --week -o week.xlsx"),
    (check, "cds roster check week.xlsx"),
    (repair, 'cds roster repair week.json --absent "Chen Wei:2026-12-02..2026-12-04"'),
    (swap, 'cds roster swap week.json "Chen Wei" 2026-12-04'),
    (why, 'cds roster why week.json "Chen Wei" 2026-12-04 off'),
    (laws, "cds roster laws"),
    (solve, "cds roster solve Instance4.txt --time-limit 10 --json"),
):
    app.command(cls=LightCommand, epilog=f"Example:  $ {_example}")(_command)
