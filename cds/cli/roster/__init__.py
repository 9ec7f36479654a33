"""``cds roster``: plan a ward's roster; check, repair, swap and explain one."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from cds.cli.family import family
from cds.cli.light_parameters import LightGroup

DEFAULT = "plan"
_HELP = ("-h", "--help")


class RosterGroup(LightGroup):
    """A family with a default: a first word that is no command belongs to ``plan``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words, with ``plan`` before them where no command is named."""
        first = args[0] if args else ""
        if not ctx.resilient_parsing and first not in (*self.list_commands(ctx), *_HELP):
            self._refuse_misspelt(ctx, first)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The commands, or ``plan``'s options where an option is begun."""
        if not incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        planning: Any = self.get_command(ctx, DEFAULT)
        inner = planning.make_context(DEFAULT, [], parent=ctx, resilient_parsing=True)
        offers: list[Any] = planning.shell_complete(inner, incomplete)
        return offers

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands first, then what ``plan`` takes: most who ask want that."""
        self.format_commands(ctx, formatter)
        planning: Any = self.get_command(ctx, DEFAULT)
        planning.format_options(typer.Context(planning, parent=ctx), formatter)

    def _refuse_misspelt(self, ctx: Any, word: str) -> None:
        """A word that is nearly a command and names no ward is a slip, not a ward."""
        near = get_close_matches(word, self.list_commands(ctx), 1)
        if near and not Path(word).exists():
            ctx.fail(f"No such command or ward '{word}'. Did you mean '{near[0]}'?")


app = family(
    "roster",
    {
        "plan": "cds roster --week -o week.xlsx",
        "check": "cds roster check week.xlsx",
        "repair": 'cds roster repair week.json --absent "Chen Wei:2026-12-02..2026-12-04"',
        "swap": 'cds roster swap week.json "Chen Wei" 2026-12-04',
        "why": 'cds roster why week.json "Chen Wei" 2026-12-04 off',
        "laws": "cds roster laws",
        "solve": "cds roster solve Instance4.txt --time-limit 10 --json",
    },
    group=RosterGroup,
    note=" Without a COMMAND: plan.",
    no_args_is_help=False,
    subcommand_metavar="[COMMAND] [ARGS]...",
)
