"""Which ward ``cds roster`` speaks of, and reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cds.cli import context
from cds.cli.output import warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.resources import Places
    from cds.roster.ward.description import RuleSetting, Ward

WARD_FILE = "ward.toml"


class _Placed(Protocol):
    @property
    def place(self) -> Place:
        """Where it was read."""


def load_ward(
    named: str | None, moment: datetime, *, quiet: bool, notice: bool = True
) -> tuple[Ward, Path]:
    """The ward that was ``named``, else the one that is found; and where it is.

    With ``notice`` its published days are frozen for as long as it says, counted
    from ``moment``; else none is.
    """
    from cds.roster.ward.read import read_ward

    places = context.places()
    path = Path(named) if named is not None else _found(places)
    if path is None:
        path = _sample(places)
        if not quiet:
            warn(
                f"no ward here: this is the sample ward, invented ({path}). Name yours, or make a "
                "folder to change with 'cds init FOLDER'"
            )
    ward = read_ward(path, rule_folders=law_folders(places))
    return replace(ward, published_until=None) if not notice else _frozen(ward, moment), path


def law_folders(places: Places) -> tuple[Path, ...]:
    """Where working-time packs are looked for: a hospital's own first."""
    return tuple(folder / "roster" for folder in places.folders("rules"))


def all_rules(ward: Ward) -> tuple[RuleSetting, ...]:
    """The ward's rules, its laws', and those of its contracts."""
    return (*ward.rules, *(rule for contract in ward.contracts for rule in contract.rules))


def input_files(ward: Ward, source: Path) -> tuple[Path, ...]:
    """The ward's own files, which no roster may be written over.

    The table of published days is none of them: a roster is published by being
    written there.
    """
    from cds.roster.ward.headings import TABLES
    from cds.roster.ward.values import folded

    folder = source if source.is_dir() else source.parent
    tables_read: tuple[Sequence[_Placed], ...] = (
        ward.people,
        ward.contracts,
        ward.needs,
        ward.leave,
        ward.wishes,
        ward.assigned,
        ward.together,
    )
    named = {entry.place.source for table in tables_read for entry in table}
    stems = {
        folded(word)
        for table, words in TABLES.items()
        if table != "published"
        for word in (table, *words)
    }
    beside = [
        path
        for path in folder.iterdir()
        if path.name in named
        or (path.suffix.lower() in (".csv", ".xlsx") and folded(path.stem) in stems)
    ]
    return (source, folder / WARD_FILE, *beside)


def _frozen(ward: Ward, moment: datetime) -> Ward:
    """With notice of 7 days, today and the 6 days after it are frozen."""
    if ward.published_until is not None or ward.notice_days is None:
        return ward
    today = moment.astimezone(ward.zone).date()
    return replace(ward, published_until=today + timedelta(days=ward.notice_days - 1))


def _found(places: Places) -> Path | None:
    for path in (Path(WARD_FILE), Path("ward") / WARD_FILE):
        if path.is_file():
            return path if path.parent == Path() else path.parent
    if places.settings is not None:
        chosen = _from_settings(places.settings)
        if chosen is not None:
            return chosen
    if places.home is not None and (places.home / "ward" / WARD_FILE).is_file():
        return places.home / "ward"
    return None


def _from_settings(settings: Path) -> Path | None:
    """``[roster] ward = "..."`` of a cds.toml, relative to it."""
    import tomllib

    try:
        document = tomllib.loads(settings.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot be read as TOML: {error}", Place(str(settings))) from error
    section = document.get("roster", {})
    chosen = section.get("ward") if isinstance(section, dict) else section
    if chosen is None:
        return None
    place = Place(str(settings), "roster.ward")
    if not isinstance(chosen, str):
        raise InputError(f"is {chosen!r}; expected a ward's folder or file", place)
    path = settings.parent / chosen
    if not path.exists():
        raise InputError(f"{chosen} is not there; expected a ward's folder or file", place)
    return path


def _sample(places: Places) -> Path:
    for folder in places.folders("sample_data"):
        if (folder / "ward" / WARD_FILE).is_file():
            return folder / "ward"
    raise InputError(
        "no ward here; name one: a folder with ward.toml, such a file, or an .xlsx workbook"
    )
