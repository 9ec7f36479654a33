"""Which pharmacy ``cds inventory`` speaks of, and reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cds.cli import context
from cds.cli.inventory import options as inventory_options
from cds.cli.output import warn
from cds.cli.working_folder import WorkingFolder
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.description import Item, Pharmacy
    from cds.inventory.problems import Problem

SETTINGS = "pharmacy.toml"

_PHARMACY = WorkingFolder(
    "pharmacy", SETTINGS, "inventory", "a folder with pharmacy.toml and its tables"
)
_SHOWN = 10


@dataclass(frozen=True)
class Loaded:
    """A pharmacy with the problems of its files and the folder it was read from."""

    pharmacy: Pharmacy
    problems: tuple[Problem, ...]
    folder: Path

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that were read, which no result may be written over."""
        return tuple(self.folder / name for name in self.pharmacy.files)

    @property
    def must_look(self) -> bool:
        """Whether rows were set aside, so that every sum may lack something."""
        return self.pharmacy.refused_rows > 0


def load_pharmacy(named: str | None, as_of: str | None, moment: datetime, *, quiet: bool) -> Loaded:
    """The pharmacy that was ``named``, else the one that is found, as of a day.

    Without ``as_of`` it is the day of ``moment`` in the pharmacy's time zone. Problems with its
    files are warned of, the first few of them, unless ``quiet``.
    """
    from cds.inventory.reading import load

    path, day = find_pharmacy(named, as_of, moment, quiet=quiet)
    pharmacy, problems = load(path, day)
    loaded = Loaded(pharmacy, problems, path)
    if not quiet:
        _tell(loaded)
    return loaded


def find_pharmacy(
    named: str | None, as_of: str | None, moment: datetime, *, quiet: bool
) -> tuple[Path, date]:
    """The folder of the pharmacy and the day to look at it, its tables not read."""
    day = None if as_of is None else inventory_options.day("--as-of", as_of)
    path = _PHARMACY.find(named, context.places(), quiet=quiet)
    if path.name == SETTINGS and path.is_file():
        path = path.parent
    return path, day or _today(path, moment)


def is_sample(folder: Path) -> bool:
    """Whether this is the sample pharmacy that cds brings, which no run may write into."""
    samples = [place / "pharmacy" for place in context.places().folders("sample_data")]
    return folder.resolve() in [sample.resolve() for sample in samples]


def find_item(pharmacy: Pharmacy, text: str) -> Item:
    """The item with this code or this name, in any case.

    Raises InputError naming the nearest where there is none, and the codes where there are
    several.
    """
    from cds.inventory.reading.names import did_you_mean

    if text in pharmacy.items:
        return pharmacy.items[text]
    folded = text.casefold()
    found = [
        item
        for item in pharmacy.items.values()
        if folded in (item.code.casefold(), item.name.casefold(), (item.name_zh or "").casefold())
    ]
    if len(found) == 1:
        return found[0]
    if found:
        codes = ", ".join(item.code for item in found)
        raise InputError(f"'{text}' is the name of several items; expected one of {codes}")
    holding = [item for item in pharmacy.items.values() if folded in item.name.casefold()]
    if holding:
        listed = ", ".join(f"{item.code} ({item.name})" for item in holding[:_SHOWN])
        raise InputError(f"unknown item '{text}'; did you mean {listed}?")
    known = [name for item in pharmacy.items.values() for name in (item.code, item.name)]
    raise InputError(
        f"unknown item '{text}'; expected a code or a name of items{did_you_mean(text, known)}"
    )


def find_place(pharmacy: Pharmacy, text: str) -> str:
    """The code of a place; raises InputError naming those there are."""
    from cds.inventory.reading.names import expected

    for code in pharmacy.places:
        if code.casefold() == text.casefold():
            return code
    raise InputError(f"unknown place '{text}'; {expected(text, pharmacy.places)}")


def _today(folder: Path, moment: datetime) -> date:
    """The day of ``moment`` where the pharmacy is; in the moment's own zone if it does not say."""
    from cds.inventory.problems import Findings
    from cds.inventory.reading.settings import read_settings

    findings = Findings()
    settings, _ = read_settings(folder, findings)
    return (moment if findings.is_broken else moment.astimezone(settings.zone)).date()


def _tell(loaded: Loaded) -> None:
    """The first few problems on stderr, those of refused rows first."""
    from cds.show.grammar import fill

    ordered: Sequence[Problem] = sorted(loaded.problems, key=lambda one: one.severity)
    for problem in ordered[:_SHOWN]:
        warn(f"{'set aside' if problem.severity == 'refused' else 'warning'}: {problem}")
    if len(ordered) > _SHOWN:
        warn(f"… and {len(ordered) - _SHOWN} more; --json lists all")
    if loaded.pharmacy.refused_rows:
        said = "{count} [row was set aside and is|rows were set aside and are] in no sum"
        warn(fill(said, count=loaded.pharmacy.refused_rows))
