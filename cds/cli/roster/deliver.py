"""Where a roster goes: the terminal or JSON on stdout, and the files of ``-o``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cds import __version__, files
from cds.cli.output import emit, json_text, terminal, warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.roster.view import RosterView

_ENDINGS = (".xlsx", ".csv", ".html", ".htm", ".ics", ".json")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the command line asked for. ``targets`` are those of ``-o``."""

    language: str
    moment: datetime
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    targets: tuple[str, ...] = ()


def targets_of(
    targets: Sequence[str] | None, inputs: Iterable[Path], *, calendars: bool = True
) -> tuple[str, ...]:
    """The files to write, seen to be possible before any work is done.

    Raises InputError for an ending that is not written, a folder that is not
    there, a file of ``inputs``, and without ``calendars`` for a calendar.
    """
    read = [path.resolve() for path in inputs]
    for target in targets or ():
        path = Path(target)
        if not calendars and (is_folder(target) or path.suffix.lower() == ".ics"):
            raise InputError(
                "a calendar is of a ward's roster; this has no clock times", Place(target)
            )
        if is_folder(target):
            continue
        if path.suffix.lower() not in _ENDINGS:
            raise InputError(
                f"unknown ending; expected {', '.join(_ENDINGS)} or a folder", Place(target)
            )
        if not path.parent.is_dir():
            raise InputError(f"its folder {path.parent} is not there; make it first", Place(target))
        if path.resolve() in read:
            raise InputError("is an input; expected another file to write to", Place(target))
    return tuple(targets or ())


def is_folder(target: str) -> bool:
    """Whether a target of ``-o`` is a folder for a calendar a person."""
    return target.endswith(("/", "\\")) or Path(target).is_dir()


def document(
    view: RosterView, delivery: Delivery, conflict: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The ``cds.roster/1`` document of a roster."""
    from cds.roster.sheets.document import document
    from cds.show.roster.words import RosterWords

    content = document(view, RosterWords(delivery.language), conflict=conflict)
    return {
        "schema": content.pop("schema"),
        "cds_version": __version__,
        "generated_at": delivery.moment.isoformat(),
        **content,
    }


def deliver(
    view: RosterView,
    delivery: Delivery,
    *,
    said: Sequence[str] = (),
    conflict: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Show the roster, with ``said`` under it, and write the files.

    ``conflict`` goes into JSON. Calendars of a roster that breaks what must hold
    are not written, and nothing is where there is no roster.
    """
    if delivery.as_json:
        emit(json_text(document(view, delivery, conflict)))
    else:
        from cds.show.roster.text import roster_text

        out = terminal()
        text = roster_text(view, language=delivery.language, terminal=out, verbose=delivery.verbose)
        sys.stdout.write(text + paragraphs(said))
        sys.stdout.flush()
    write(view, delivery, conflict=conflict)


def paragraphs(said: Sequence[str]) -> str:
    """Sentences for the terminal, after an empty line, those after the first set in."""
    from cds.show.layout import wrap

    out = terminal()
    lines = [""] if said else []
    for number, sentence in enumerate(said):
        first, *rest = wrap(out.plain(sentence), out.columns - 4)
        lines += [("  " if number else "") + first, *("    " + line for line in rest)]
    return "".join(f"{line}\n" for line in lines)


def write(
    view: RosterView,
    delivery: Delivery,
    *,
    conflict: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the files of ``-o``, and say so."""
    for target in delivery.targets:
        ending = Path(target).suffix.lower()
        calendars = is_folder(target) or ending == ".ics"
        if not view.rostered:
            warn(f"{target}: not written, for there is no roster")
        elif calendars and view.hard:
            warn(f"{target}: not written, for the roster breaks what must hold")
        else:
            _write(view, target, ending, delivery, conflict)
            if not delivery.quiet:
                warn(f"wrote {target}")


def _write(
    view: RosterView,
    target: str,
    ending: str,
    delivery: Delivery,
    conflict: Sequence[Mapping[str, Any]],
) -> None:
    if is_folder(target) or ending not in (".html", ".htm", ".json"):
        from cds.roster.sheets.write import write_roster
        from cds.show.roster.words import RosterWords

        write_roster(view, target, RosterWords(delivery.language), delivery.moment, __version__)
    elif ending == ".json":
        files.write(target, json_text(document(view, delivery, conflict)))
    else:
        from cds.show.roster.html import page

        made_at = delivery.moment.isoformat()
        files.write(
            target, page(view, language=delivery.language, version=__version__, made_at=made_at)
        )
