"""A roster's file together with the ward and the days it is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import InputError

if TYPE_CHECKING:
    from cds.roster.problem import Roster
    from cds.roster.ward.compile import Plan


@dataclass(frozen=True, slots=True)
class Loaded:
    """A roster that was read, what it has to satisfy, and the files that were read."""

    plan: Plan
    roster: Roster
    inputs: tuple[Path, ...]

    def person(self, name: str) -> int:
        """The employee called ``name``, or whose only such part of a name it is."""
        names = list(self.plan.employees)
        asked = name.strip().casefold()
        exact = [index for index, one in enumerate(names) if one.casefold() == asked]
        found = exact or [index for index, one in enumerate(names) if asked in one.casefold()]
        if len(found) == 1 and asked:
            return found[0]
        several = ", ".join(names[index] for index in found) if asked else ""
        raise InputError(
            f"{name!r} may be {several}; write the whole name"
            if several
            else f"there is nobody called {name!r}{_near(name, names)}"
        )

    def day(self, text: str) -> int:
        """The day of a date within the roster's period."""
        from cds.cli.roster_options import day

        found = day("the date", text)
        period = self.plan.period
        if found not in period:
            raise InputError(
                f"{text} is not in the roster; it is of {period.first} to {period.last}"
            )
        return period.day_of(found)


def load_roster(
    file: str, ward: str | None, moment: datetime, *, quiet: bool, notice: bool
) -> Loaded:
    """The roster in ``file`` for ``ward`` (None: the one that is found).

    With ``notice`` the ward's published days must be kept.
    """
    from cds.cli.roster_ward import input_files, load_ward
    from cds.roster.sheets.period import file_period
    from cds.roster.sheets.read import read_roster
    from cds.roster.ward.compile import compile_ward

    path = Path(file)
    period = file_period(path)
    found, source = load_ward(ward, moment, quiet=quiet, notice=notice)
    plan = compile_ward(found, period)
    return Loaded(plan, read_roster(path, plan.problem), (*input_files(found, source), path))


def _near(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
