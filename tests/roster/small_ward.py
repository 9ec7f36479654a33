"""A small ward for tests: what one person's days break of some rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from cds.errors import Place
from cds.roster.check import assess
from cds.roster.problem import Breach, Roster
from cds.roster.ward.compile import Period, Plan, compile_ward
from cds.roster.ward.description import (
    Contract,
    Person,
    RuleSetting,
    ShiftType,
    Skill,
    Value,
    Ward,
)

HERE = Place("ward.toml", "line 1")
MONDAY = date(2026, 11, 30)


def shift(
    code: str, start: str, end: str, *, paid: int | None = None, night: bool = False,
    on_call: bool = False, working: int | None = None,
) -> ShiftType:  # fmt: skip
    begin, stop = time.fromisoformat(start), time.fromisoformat(end)
    minutes = (stop.hour - begin.hour) * 60 + stop.minute - begin.minute
    minutes += 24 * 60 if minutes <= 0 else 0
    paid = minutes if paid is None else paid
    worked = paid if working is None else working
    return ShiftType(code, code, begin, stop, paid, worked, night, on_call, "#000000", HERE)


EARLY = shift("E", "07:00", "15:00")
LATE = shift("L", "14:00", "22:00")
NIGHT = shift("N", "22:00", "07:00", night=True)
CALL = shift("C", "08:00", "08:00", paid=240, on_call=True, working=0)


def person(name: str = "Ada", contract: str = "full", **more: object) -> Person:
    settings: dict[str, object] = {"skills": ("RN",), "place": Place("staff.csv", "row 2")} | more
    return Person(name, contract, **settings)  # type: ignore[arg-type]


def contract(name: str = "full", hours: float = 40, **more: object) -> Contract:
    place = Place("contracts.csv", "row 2")
    settings: dict[str, object] = {"shifts": frozenset(), "rules": (), "place": place} | more
    return Contract(name, hours, **settings)  # type: ignore[arg-type]


def rule(
    kind: str, *, weight: int | None = None, name: str = "", **parameters: Value
) -> RuleSetting:
    return RuleSetting(kind, name or kind, parameters, weight, HERE)


def small_ward(**changes: object) -> Ward:
    plain = Ward(
        name="Ward",
        zone=ZoneInfo("Europe/London"),
        shifts=(EARLY, LATE, NIGHT),
        skills=(Skill("RN", "nurse", (), HERE),),
        contracts=(contract(),),
        people=(person(),),
        leave=(),
        wishes=(),
        assigned=(),
        needs=(),
        together=(),
        rules=(),
        ratios=(),
        weights={},
        holidays=frozenset(),
        weekend=("saturday", "sunday"),
        worked={},
        published={},
        published_until=None,
        balances={},
        place=HERE,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def history(
    days: str, first: date, name: str = "Ada"
) -> Mapping[tuple[str, date], tuple[str, str]]:
    """``E N -`` as what was worked on the last days before ``first``."""
    codes = days.split()
    return {
        (name, first - timedelta(days=len(codes) - index)): ("off" if code == "-" else code, "")
        for index, code in enumerate(codes)
    }


def roster_of(plan: Plan, *rows: str) -> Roster:
    """Rows such as ``E N - -``, in the first skill that each person has."""
    codes = {code: index for index, code in enumerate(plan.problem.shifts)} | {"-": -1}
    shifts = tuple(tuple(codes[code] for code in row.split()) for row in rows)
    skills = tuple(
        tuple(-1 if option < 0 else employee.skills[0] for option in row)
        for employee, row in zip(plan.problem.employees, shifts, strict=True)
    )
    return Roster(shifts, skills)


def planned(
    rules: Sequence[RuleSetting], days: int, *, past: str = "", first: date = MONDAY, **ward: object
) -> Plan:
    changes = {"rules": tuple(rules), "worked": history(past, first)} | ward
    return compile_ward(small_ward(**changes), Period(first, days))


def broken(
    rules: Sequence[RuleSetting], row: str, *, past: str = "", first: date = MONDAY, **ward: object
) -> list[Breach]:
    """What Ada's days ``row`` break of ``rules``."""
    plan = planned(rules, len(row.split()), past=past, first=first, **ward)
    return list(assess(plan.problem, roster_of(plan, row)).breaches)


def days_broken(
    rules: Sequence[RuleSetting], row: str, *, past: str = "", first: date = MONDAY, **ward: object
) -> list[int]:
    """The days on which the breaches show."""
    found = broken(rules, row, past=past, first=first, **ward)
    return sorted(-1 if breach.day is None else breach.day for breach in found)
