"""Where a result of ``cds inventory`` goes: the terminal or JSON, and the files of ``-o``."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cds import __version__, files
from cds.cli.output import emit, json_text, terminal, warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.cli.inventory.folder import Loaded
    from cds.show.layout import Terminal

_ENDINGS = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the command line asked for."""

    language: str
    moment: datetime
    as_json: bool = False
    quiet: bool = False
    targets: tuple[str, ...] = ()


def targets_of(targets: Sequence[str] | None, inputs: Iterable[Path]) -> tuple[str, ...]:
    """The files to write, seen to be possible before any work is done.

    Raises InputError for an ending that is not written, a folder that is not there, and a
    file of ``inputs``.
    """
    read = [path.resolve() for path in inputs]
    for target in targets or ():
        path = Path(target)
        if path.suffix.lower() not in _ENDINGS:
            raise InputError(f"unknown ending; expected {', '.join(_ENDINGS)}", Place(target))
        if not path.parent.is_dir():
            raise InputError("its folder is not there", Place(target))
        if path.resolve() in read:
            raise InputError("is an input; expected another file to write to", Place(target))
    return tuple(targets or ())


def document(
    command: str, loaded: Loaded, delivery: Delivery, content: Mapping[str, Any]
) -> dict[str, Any]:
    """The ``cds.<command>/1`` document: what it was made from, what was set aside, the content."""
    pharmacy = loaded.pharmacy
    return {
        "schema": f"cds.{command}/1",
        "cds_version": __version__,
        "generated_at": delivery.moment.isoformat(),
        "as_of": pharmacy.as_of.isoformat(),
        "pharmacy": pharmacy.settings.name,
        "currency": pharmacy.settings.currency,
        "rows": dict(pharmacy.tables),
        "refused_rows": dict(pharmacy.refused),
        "later_rows": dict(pharmacy.later),
        "problems": [asdict(problem) for problem in loaded.problems],
        **content,
    }


def deliver(
    command: str,
    loaded: Loaded,
    delivery: Delivery,
    content: Mapping[str, Any],
    columns: Sequence[str],
    lines: Sequence[Mapping[str, Any]],
    text: Callable[[Terminal], str],
) -> None:
    """Show ``text``, or the document as JSON, and write the files of ``-o``.

    ``columns`` of ``lines`` go into a .csv; ``content`` is what the document holds beside what
    all documents do.
    """
    full = document(command, loaded, delivery, content)
    if delivery.as_json:
        emit(json_text(full))
    else:
        sys.stdout.write(text(terminal()))
        sys.stdout.flush()
    for target in delivery.targets:
        if Path(target).suffix.lower() == ".json":
            files.write(target, json_text(full))
        else:
            files.write(target, csv_text(columns, lines))
        if not delivery.quiet:
            warn(f"wrote {target}")


def csv_text(columns: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> str:
    """The lines as CSV; it begins with a mark, by which spreadsheets know UTF-8."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_cell(line[column]) for column in columns])
    return "\ufeff" + stream.getvalue()


def iso(day: date | None) -> str | None:
    """A date as JSON has it."""
    return None if day is None else day.isoformat()


def money(value: float | None) -> float | None:
    """An amount to hundredths."""
    return None if value is None else round(value, 2)


def units(value: float | None) -> float | int | None:
    """A quantity: whole where it is, else to thousandths."""
    if value is None:
        return None
    rounded = round(value, 3)
    return int(rounded) if float(rounded).is_integer() else rounded


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
