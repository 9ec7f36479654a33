"""All that the program takes from its surroundings: environment, clock, terminal.

Nothing else in cds reads any of them; values found here are passed on.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TextIO

from cds.errors import InputError
from cds.resources import Places

LANGUAGES = ("en", "zh")


def completing() -> bool:
    """True while the shell asks for completions instead of running a command."""
    return bool(os.environ.get("_CDS_COMPLETE"))


def wants_traceback(words: list[str]) -> bool:
    """True where the user asked for the details of a bug."""
    return bool(os.environ.get("CDS_DEBUG")) or not {"-v", "--verbose"}.isdisjoint(words)


def language(option: str | None) -> str:
    """``--lang``, else ``CDS_LANG``, else English. Accepts ``zh_CN.UTF-8`` and the like."""
    for source, value in (("--lang", option), ("CDS_LANG", os.environ.get("CDS_LANG"))):
        if value:
            short = value.replace("-", "_").split("_")[0].split(".")[0].lower()
            if short not in LANGUAGES:
                raise InputError(f"{source} is {value!r}; expected one of en, zh")
            return short
    return "en"


def now(option: str | None) -> datetime:
    """``--now`` in ISO 8601, else the clock. Without a zone, the machine's zone is meant."""
    if option is None:
        return datetime.now().astimezone().replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(option)
    except ValueError:
        raise InputError(
            f"--now is {option!r}; expected a time such as 2026-05-11T09:30:00+08:00"
        ) from None
    return moment if moment.tzinfo else moment.astimezone()


def places() -> Places:
    """Where rules, models and sample data are looked for."""
    home = os.environ.get("CDS_HOME")
    settings = Path("cds.toml")
    return Places(
        home=Path(home) if home else None, settings=settings if settings.is_file() else None
    )


def processors() -> int:
    """How many processors a long computation takes: all that this program may use, up to 8."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # Windows and macOS cannot tell
        count = os.cpu_count() or 1
    return min(count, 8)


def is_terminal(stream: TextIO) -> bool:
    """True where a person is looking at ``stream`` on a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_colour(stream: TextIO) -> bool:
    """True where ``stream`` may carry colours."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def wants_symbols(stream: TextIO) -> bool:
    """True where ``stream`` may carry drawing characters beyond plain letters."""
    return is_terminal(stream) and speaks_unicode(stream)


def speaks_unicode(stream: TextIO) -> bool:
    """True where ``stream`` can write any character."""
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def columns(stream: TextIO) -> int:
    """The width to lay out for, between 60 and 100: COLUMNS, else the terminal's; 80 in a pipe."""
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isascii() and asked.isdigit() else 0
    if not width and is_terminal(stream):
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            width = 0
    return max(60, min(width, 100)) if width else 80


def tolerate_narrow_encodings() -> None:
    """Let a stream that cannot write a character show its code instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
