"""The options that commands share, so that they are spelled and explained once."""

from __future__ import annotations

from typing import Annotated

import typer

Language = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="en|zh",
        help="Language of what is shown (or set CDS_LANG).",
        autocompletion=lambda: ["en", "zh"],
    ),
]
Now = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="TIME", help="Take this moment (ISO 8601) for now, to repeat a run."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no warnings.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="More detail.")]
