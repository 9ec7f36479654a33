"""The entry point: finds the command, and turns what goes wrong into an exit code."""

from __future__ import annotations

import errno
import os
import sys

try:
    from typing import TYPE_CHECKING

    from cds.cli import catalogue
    from cds.errors import InputError
except KeyboardInterrupt:  # main() is not there yet, to say so
    sys.exit(130)

if TYPE_CHECKING:
    from typer.core import TyperGroup

DONE, OUR_FAULT, YOUR_INPUT, LOOK, INTERRUPTED = 0, 1, 2, 3, 130

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_BUG = """\
cds: this is a bug in cds, not in your input: {kind}: {message}
Please report it with the command you typed and 'cds --version'; leave patient data out.
Run it again with -v for the details.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run ``cds`` with ``arguments`` (default: the command line's) and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        # A shell may start us with stdout or stderr closed (``>&-``).
        sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        code = _run(words)
        sys.stdout.flush()
        return code
    except InputError as error:
        _say(f"cds: error: {error}")
        return YOUR_INPUT
    except KeyboardInterrupt:
        _say("cds: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return _bug(error, words)
        _say(f"cds: error: the result cannot be written: {error.strerror}")
        return YOUR_INPUT
    except Exception as error:
        return _bug(error, words)


def _run(words: list[str]) -> int:
    # The two screens that everybody asks for first need none of the machinery below,
    # unless the shell is asking for completions.
    from cds.cli import context

    if not context.completing():
        if words in ([], ["--help"], ["-h"]):
            sys.stdout.write(catalogue.help_screen())
            return DONE
        if words == ["--version"]:
            from cds import __version__

            sys.stdout.write(f"cds {__version__}\n")
            return DONE
    import typer

    from cds.cli.group import group

    context.tolerate_narrow_encodings()
    commands = group()
    if context.completing():
        commands.main(args=words, prog_name="cds")
    try:
        # Typer's own main() would turn a closed pipe into exit code 1.
        with commands.make_context("cds", list(words)) as active:
            code = commands.invoke(active)
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        return _usage(error, words, commands)
    return code if isinstance(code, int) else DONE


def _usage(error: Exception, words: list[str], commands: TyperGroup) -> int:
    """One message for a wrong option, argument or command, and where to read on."""
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stdout.write(f"{error}\n")
        return DONE
    describe = getattr(error, "format_message", None)
    message = describe() if callable(describe) else str(error)
    command = words[0] if words and words[0] in commands.commands else ""
    _say(f"cds: error: {message}")
    _say(f"See 'cds {command} --help'." if command else "See 'cds --help'.")
    return YOUR_INPUT


def _bug(error: Exception, words: list[str]) -> int:
    from cds.cli import context

    if context.wants_traceback(words):
        import traceback

        traceback.print_exc()
    _say(_BUG.format(kind=type(error).__name__, message=error).rstrip())
    return OUR_FAULT


def _reader_left() -> int:
    """The reader of our pipe (``| head``) has seen enough: leave without noise."""
    import os

    # Python flushes stdout once more when it ends; let that go nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
