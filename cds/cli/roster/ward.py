"""Which ward ``cds roster`` speaks of, and reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cds.cli import context
from cds.cli.working_folder import WorkingFolder
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.resources import Places
    from cds.roster.ward.description import RuleSetting, Ward
    from cds.roster.ward.forecast_demand import Forecast

WARD_FILE = "ward.toml"

_WARD = WorkingFolder(
    "ward", WARD_FILE, "roster", "a folder with ward.toml, such a file, or an .xlsx workbook"
)


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
    path = _WARD.find(named, places, quiet=quiet)
    ward = read_ward(path, rule_folders=law_folders(places))
    return replace(ward, published_until=None) if not notice else _frozen(ward, moment), path


def read_demand(path: Path | None, ward: Ward) -> Forecast | None:
    """The forecast of patients in ``path``, for a ward that can turn it into staff.

    InputError where it has no ratio to do so.
    """
    if path is None:
        return None
    from cds.roster.ward.forecast_demand import read_forecast

    if not ward.ratios:
        raise InputError(
            "states no [[ratio]], so --demand cannot say how many are needed; expected one",
            ward.place,
        )
    return read_forecast(path)


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
