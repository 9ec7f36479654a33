"""A roster's file together with the ward and the days it is of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.roster.problem import Roster
    from cds.roster.ward.compile import Plan
    from cds.roster.ward.forecast_demand import Forecast


@dataclass(frozen=True, slots=True)
class Loaded:
    """A roster that was read, what it has to satisfy, and the files that were read.

    ``absent`` holds who cannot come, as (employee, day); ``plan`` gives them leave.
    ``forecast``: the patients that the staff is reckoned from; None where the ward's table says.
    """

    plan: Plan
    roster: Roster
    inputs: tuple[Path, ...]
    absent: frozenset[tuple[int, int]] = frozenset()
    forecast: Forecast | None = None

    def without(self, cells: frozenset[tuple[int, int]]) -> Loaded:
        """The same with leave for whoever cannot come in ``cells``, beside those absent before."""
        if not cells:
            return self
        from cds.roster.ward.absences import with_absences
        from cds.roster.ward.compile import compile_ward

        period = self.plan.period
        ward = with_absences(self.plan.ward, period, cells, Place(str(self.inputs[-1])))
        plan = compile_ward(ward, period, forecast=self.forecast)
        return replace(self, plan=plan, absent=self.absent | cells)

    def person(self, name: str) -> int:
        """The employee called ``name``, or whose only such part of a name it is."""
        from cds.roster.ward.nearest import did_you_mean

        names = list(self.plan.employees)
        asked = name.strip().casefold()
        folded = [one.casefold() for one in names]
        whole = [index for index, one in enumerate(folded) if one == asked]
        # "Tan" is Tan Siew Ling before it is a part of Tanaka.
        word = [index for index, one in enumerate(folded) if f" {asked} " in f" {one} "]
        found = whole or word or [index for index, one in enumerate(folded) if asked in one]
        if len(found) == 1 and asked:
            return found[0]
        several = ", ".join(names[index] for index in found) if asked else ""
        raise InputError(
            f"{name!r} may be {several}; write the whole name"
            if several
            else f"there is nobody called {name!r}{did_you_mean(name, names)}"
        )

    def day(self, text: str) -> int:
        """The day of a date within the roster's period."""
        from cds.cli.roster.options import day

        found = day("the date", text)
        period = self.plan.period
        if found not in period:
            raise InputError(
                f"{text} is not in the roster; it is of {period.first} to {period.last}"
            )
        return period.day_of(found)


def load_roster(
    file: str,
    ward: str | None,
    moment: datetime,
    *,
    quiet: bool,
    notice: bool,
    demand: Path | None = None,
) -> Loaded:
    """The roster in ``file`` for ``ward`` (None: the one that is found).

    With ``notice`` the ward's published days must be kept. ``demand`` is the forecast of patients
    that it was planned with.
    """
    from cds.cli.roster.ward import input_files, load_ward, read_demand
    from cds.roster.sheets.period import file_period
    from cds.roster.sheets.read import read_sheet
    from cds.roster.ward.compile import compile_ward

    path = Path(file)
    period = file_period(path)
    found, source = load_ward(ward, moment, quiet=quiet, notice=notice)
    forecast = read_demand(demand, found)
    plan = compile_ward(found, period, forecast=forecast)
    sheet = read_sheet(path, plan.problem)
    inputs = (*input_files(found, source), *([demand] if demand else []), path)
    loaded = Loaded(plan, sheet.roster, inputs, sheet.absent, forecast)
    return loaded.without(sheet.absent)
