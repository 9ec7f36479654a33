"""A roster as a ``cds.roster/1`` document, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cds.errors import InputError, Place
from cds.roster.problem import OFF, Problem
from cds.roster.sheets.assemble import Assembly, Sheet, day_name
from cds.roster.sheets.content import file_bytes
from cds.roster.sheets.entries import Entry, known
from cds.roster.sheets.wording import Wording
from cds.roster.view import CoverRow, PersonRow, RosterView

SCHEMA = "cds.roster/1"


def document(
    view: RosterView, words: Wording, *, conflict: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The view as a document for JSON. Keys and codes never change with the language.

    ``conflict`` holds the rules that cannot hold together, where the caller
    knows them. A roster that was only checked is "feasible" or, where it breaks
    a hard rule, "infeasible": that is said of it and not of others.
    """
    status = view.status
    if status == "checked":
        status = "infeasible" if view.hard else "feasible"
    return {
        "schema": SCHEMA,
        "status": status,
        "cost": view.cost,
        "bound": view.bound,
        "gap": view.gap,
        "runtime_s": round(view.runtime_s, 3),
        "assignments": [
            {
                "employee": row.name,
                "day": cell.day,
                "date": _date(view, cell.day),
                "shift": cell.code,
                "skill": cell.skill or None,
            }
            for row in view.people
            for cell in row.cells
            if cell.code
        ],
        "costs": {entry.rule: entry.cost for entry in view.costs if entry.cost is not None},
        "ward": view.name,
        "from": _date(view, 0),
        "days": len(view.days),
        "seed": view.seed,
        "people": [_person(row) for row in view.people],
        "coverage": [_cover(view, row) for row in view.coverage],
        "breaches": [
            {
                "rule": breach.rule,
                "title": words.title(breach.rule, breach.titles),
                "employee": breach.person,
                "day": breach.day.index if breach.day else None,
                "date": breach.day.date.isoformat() if breach.day and breach.day.date else None,
                "amount": breach.amount,
                "cost": breach.cost,
                "hard": breach.cost is None,
                "citation": breach.citation or None,
                "origin": breach.origin or None,
                "message": words.breach(breach),
            }
            for breach in view.breaches
        ],
        "conflict": [dict(entry) for entry in conflict],
        "absences": [
            {"employee": row.name, "from": _date(view, first), "to": _date(view, last)}
            for row in view.people
            for first, last in _runs([cell.day for cell in row.cells if cell.absent])
        ],
    }


def read_document(path: Path, problem: Problem) -> Sheet:
    """The roster of a document that we wrote, and who is absent.

    Raises InputError with a JSON pointer for whatever else stands there.
    """
    source = str(path)
    try:
        content = json.loads(file_bytes(path))
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", Place(source)) from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else None
        told = f'schema "{found}"' if found else "no schema"
        raise InputError(f'has {told}; expected "{SCHEMA}"', Place(source, "/schema"))
    entries = content.get("assignments")
    if not isinstance(entries, list):
        raise InputError("expected a list of assignments", Place(source, "/assignments"))
    if not entries and content.get("status") in ("infeasible", "unknown"):
        raise InputError(
            f"holds no roster: its status is {content['status']}", Place(source, "/assignments")
        )
    _same_period(content, problem, source)
    assembly = Assembly(problem, source)
    for index, entry in enumerate(entries):
        _add(entry, f"/assignments/{index}", assembly)
    # What is not assigned is a day off.
    for employee in range(len(problem.employees)):
        for day in range(problem.days):
            assembly.entries.setdefault((employee, day), (Entry(OFF, None), Place(source)))
    assembly.absent |= _absent(content.get("absences", []), assembly)
    return assembly.sheet()


def _same_period(content: Mapping[str, Any], problem: Problem, source: str) -> None:
    first = problem.first_date.isoformat() if problem.first_date else None
    for key, wanted in (("from", first), ("days", problem.days)):
        if key in content and content[key] != wanted:
            raise InputError(
                f"the roster has {content[key]}; expected {wanted}", Place(source, f"/{key}")
            )


def _add(entry: object, pointer: str, assembly: Assembly) -> None:
    problem, source = assembly.problem, assembly.source
    if not isinstance(entry, dict):
        raise InputError("expected an object", Place(source, pointer))
    employee = assembly.employee(
        str(entry.get("employee", "")), Place(source, f"{pointer}/employee")
    )
    day = entry.get("day")
    if not isinstance(day, int) or isinstance(day, bool) or not 0 <= day < problem.days:
        raise InputError(
            f"{json.dumps(day)} is no day; expected 0 to {problem.days - 1}",
            Place(source, f"{pointer}/day"),
        )
    if problem.first_date and entry.get("date") not in (None, day_name(problem, day)):
        raise InputError(
            f"{entry['date']} is not day {day}; expected {day_name(problem, day)}",
            Place(source, f"{pointer}/date"),
        )
    shift = known(
        "shift", str(entry.get("shift", "")), problem.shifts, Place(source, f"{pointer}/shift")
    )
    skill = entry.get("skill")
    role = None
    if skill is not None:
        role = known("skill", str(skill), problem.skills, Place(source, f"{pointer}/skill"))
    assembly.add(employee, day, Entry(shift, role), Place(source, pointer))


def _absent(entries: object, assembly: Assembly) -> set[tuple[int, int]]:
    """Every cell (employee, day) of the document's absences."""
    problem, source = assembly.problem, assembly.source
    if not isinstance(entries, list):
        raise InputError("expected a list of absences", Place(source, "/absences"))
    days = {day_name(problem, day): day for day in range(problem.days)}
    cells = set()
    for index, entry in enumerate(entries):
        pointer = f"/absences/{index}"
        if not isinstance(entry, dict):
            raise InputError("expected an object", Place(source, pointer))
        name = str(entry.get("employee", ""))
        employee = assembly.employee(name, Place(source, f"{pointer}/employee"))
        ends = []
        for key in ("from", "to"):
            at = entry.get(key)
            if not isinstance(at, str) or at not in days:
                raise InputError(
                    f"{json.dumps(at)} is no day of the roster; expected "
                    f"{day_name(problem, 0)} to {day_name(problem, problem.days - 1)}",
                    Place(source, f"{pointer}/{key}"),
                )
            ends.append(days[at])
        if ends[1] < ends[0]:
            raise InputError("ends before it begins", Place(source, f"{pointer}/to"))
        cells |= {(employee, day) for day in range(ends[0], ends[1] + 1)}
    return cells


def _runs(days: Sequence[int]) -> list[tuple[int, int]]:
    """The first and last day of each stretch of days without a gap."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs


def _date(view: RosterView, day: int) -> str | None:
    at = view.days[day].date
    return at.isoformat() if at else None


def _person(row: PersonRow) -> dict[str, Any]:
    totals = row.totals
    return {
        "name": row.name,
        "group": row.group or None,
        "skills": [skill for skill in row.skills if skill],
        "shifts": totals.shifts,
        "paid_hours": _hours(totals.paid_minutes),
        "leave_hours": _hours(totals.leave_minutes),
        "contract_hours": _hours(totals.contract_minutes),
        "nights": totals.nights,
        "weekends": totals.weekends,
        "holidays": totals.holidays,
        "wishes": totals.wishes,
        "refused": totals.refused,
    }


def _cover(view: RosterView, row: CoverRow) -> dict[str, Any]:
    return {
        "shifts": list(row.shifts),
        "skills": list(row.skills),
        "label": row.label,
        "days": [
            {
                "day": cell.day,
                "date": _date(view, cell.day),
                "have": cell.have,
                "minimum": cell.minimum,
                "preferred": cell.preferred,
                "maximum": cell.maximum,
                "short": cell.short,
            }
            for cell in row.cells
        ],
    }


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / 60, 2)
