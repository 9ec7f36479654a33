"""Instances of the second nurse rostering competition (2014-15), static setting.

A scenario, the history before its first day, and the data of each week (a week
file may come more than once) make one problem of all those weeks. The weights
are the competition's; Ceschia et al. (arXiv:1501.04177) word the rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cds.errors import InputError
from cds.roster.formats.inrc2_rules import (
    FORMER_STATE,
    WEEK,
    Contract,
    Demand,
    Former,
    Nurse,
    OffRequest,
    ShiftType,
    compile_covers,
    compile_nurse,
)
from cds.roster.formats.source import (
    Cursor,
    Line,
    lines_of,
    listed,
    read_text,
    whole_file,
)
from cds.roster.problem import Employee, Problem

_WEEKDAYS = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}
_BOUNDS = re.compile(r"\(([^(),]*),([^(),]*)\)")


@dataclass(frozen=True, slots=True)
class _Scenario:
    name: str
    weeks: int
    skills: dict[str, int]
    shifts: dict[str, int]
    shift_types: tuple[ShiftType, ...]
    contracts: dict[str, Contract]
    nurses: dict[str, Nurse]


def is_inrc2(text: str) -> bool:
    """Whether ``text`` looks like a scenario."""
    return text.lstrip().startswith("SCENARIO")


def read_inrc2(path: Path, history: Path | None, weeks: Sequence[Path]) -> Problem:
    """The problem of all ``weeks``, in order; InputError names the file and line.

    Where the weeks end before the scenario does, the minimum of assignments is
    left out: it can still be reached.
    """
    scenario = _scenario(path)
    if history is None or not weeks:
        raise whole_file(
            path,
            "is a scenario, and " + ("no history" if history is None else "no week") + " is given",
            f"a history (H0-{scenario.name}-*.txt) and {scenario.weeks} weeks "
            f"(WD-{scenario.name}-*.txt; one may be given several times)",
        )
    first, former = _history(history, scenario)
    left = scenario.weeks - first
    if len(weeks) > left:
        raise whole_file(
            path,
            f"{len(weeks)} weeks are given",
            f"at most {left}: the scenario has {scenario.weeks}, and {first} are over",
        )
    demands: list[Demand] = []
    requests: list[OffRequest] = []
    for week, file in enumerate(weeks):
        _week(file, week, scenario, demands, requests)
    days = WEEK * len(weeks)
    return Problem(
        name=_name(path, history, weeks),
        days=days,
        shifts=tuple(scenario.shifts),
        skills=tuple(scenario.skills),
        employees=tuple(
            Employee(
                name,
                nurse.skills,
                compile_nurse(
                    nurse,
                    former[name],
                    [request for request in requests if request.nurse == name],
                    scenario.shift_types,
                    days,
                    last=len(weeks) == left,
                ),
                group=nurse.contract.name,
            )
            for name, nurse in scenario.nurses.items()
        ),
        covers=compile_covers(demands),
    )


def _scenario(path: Path) -> _Scenario:
    cursor = Cursor(path, lines_of(path, read_text(path), "#"))
    _, name = cursor.setting("SCENARIO")
    line, value = cursor.setting("WEEKS")
    weeks = line.whole(value, "number of weeks", least=1, below=523)
    skills: dict[str, int] = {}
    for line in cursor.rows("SKILLS", "skills"):
        skills[line.new(line.text, "skill", skills)] = len(skills)
    shifts: dict[str, int] = {}
    runs: list[tuple[int, int]] = []
    for line in cursor.rows("SHIFT_TYPES", "shift types"):
        words = _words(line, "Name (minimum,maximum)")
        shifts[line.new(words[0], "shift", shifts)] = len(shifts)
        runs += _bounds(line, 1)
    shift_types = _successions(cursor, shifts, runs)
    contracts: dict[str, Contract] = {}
    for line in cursor.rows("CONTRACTS", "contracts"):
        contract = _contract(line)
        contracts[line.new(contract.name, "contract", contracts)] = contract
    nurses: dict[str, Nurse] = {}
    for line in cursor.rows("NURSES", "nurses"):
        words = _words(line, "Name Contract number-of-skills Skill ...", 3)
        if words[1] not in contracts:
            raise line.error(f"unknown contract {words[1]!r}", f"one of {listed(contracts)}")
        held = dict.fromkeys(line.named(word, "skill", skills) for word in words[3:])
        if line.whole(words[2], "number of skills", least=1) != len(held):
            raise line.error(f"{len(held)} different skills", f"{words[2]}, as announced")
        name_of = line.new(words[0], "nurse", nurses)
        nurses[name_of] = Nurse(name_of, contracts[words[1]], tuple(held))
    cursor.end()
    for what, found in (("skill", skills), ("shift type", shifts), ("nurse", nurses)):
        if not found:
            raise whole_file(path, f"no {what}", "at least one")
    return _Scenario(name, weeks, skills, shifts, shift_types, contracts, nurses)


def _successions(
    cursor: Cursor, shifts: dict[str, int], runs: list[tuple[int, int]]
) -> tuple[ShiftType, ...]:
    cursor.heading("FORBIDDEN_SHIFT_TYPES_SUCCESSIONS")
    forbidden: dict[str, frozenset[int]] = {}
    for _ in shifts:
        line = cursor.next("the shifts that cannot follow, for each shift type")
        words = _words(line, "Shift number Shift ...", 2)
        line.named(words[0], "shift", shifts)
        following = frozenset(line.named(word, "shift", shifts) for word in words[2:])
        if line.whole(words[1], "number of shifts") != len(words) - 2:
            raise line.error(f"{len(words) - 2} shifts", f"{words[1]}, as announced")
        forbidden[line.new(words[0], "shift", forbidden)] = following
    return tuple(
        ShiftType(name, least, most, forbidden[name])
        for name, (least, most) in zip(shifts, runs, strict=True)
    )


def _contract(line: Line) -> Contract:
    expected = "Name (total) (working days) (days off) weekends complete-weekends"
    words = line.text.rsplit(None, 2)
    if len(words) != 3:
        raise line.error(f"found {line.text!r}", expected)
    total, work, off = _bounds(line, 3)
    if words[2] not in {"0", "1"}:
        raise line.error(f"complete weekends {words[2]!r}", "0 or 1")
    weekends = line.whole(words[1], "maximum of worked weekends")
    return Contract(line.text.split()[0], total, work, off, weekends, words[2] == "1")


def _history(path: Path, scenario: _Scenario) -> tuple[int, dict[str, Former]]:
    cursor = Cursor(path, lines_of(path, read_text(path), "#"))
    cursor.heading("HISTORY")
    line = cursor.next("week number and scenario")
    words = _words(line, "week number and scenario", 2)
    first = line.whole(words[0], "week", below=scenario.weeks)
    _same_scenario(line, words[1], scenario)
    cursor.heading("NURSE_HISTORY")
    former: dict[str, Former] = {}
    while cursor.left:
        line = cursor.next(FORMER_STATE)
        words = _words(line, FORMER_STATE)
        if len(words) != 7:
            raise line.error(f"{len(words)} entries", FORMER_STATE)
        _nurse(line, words[0], scenario)
        last = None if words[3] == "None" else line.named(words[3], "shift", scenario.shifts)
        former[line.new(words[0], "nurse", former)] = Former(
            assignments=line.whole(words[1], "assignments"),
            weekends=line.whole(words[2], "worked weekends"),
            last_shift=last,
            same_shift=line.whole(words[4], "days of the same shift"),
            working_days=line.whole(words[5], "working days"),
            days_off=line.whole(words[6], "days off"),
        )
    missing = [name for name in scenario.nurses if name not in former]
    if missing:
        raise whole_file(path, f"no history of {listed(missing)}", "a line for each nurse")
    return first, former


def _week(
    path: Path,
    week: int,
    scenario: _Scenario,
    demands: list[Demand],
    requests: list[OffRequest],
) -> None:
    cursor = Cursor(path, lines_of(path, read_text(path), "#"))
    cursor.heading("WEEK_DATA")
    line = cursor.next("the scenario's name")
    _same_scenario(line, line.text, scenario)
    cursor.heading("REQUIREMENTS")
    seen: set[str] = set()
    while cursor.left and not cursor.peek().startswith("SHIFT_OFF_REQUESTS"):
        line = cursor.next("Shift Skill (minimum,optimum) for each day")
        words = _words(line, "Shift Skill (minimum,optimum) for each day", 2)
        shift = line.named(words[0], "shift", scenario.shifts)
        skill = line.named(words[1], "skill", scenario.skills)
        label = line.new(f"{words[0]}, {words[1]}", "requirement", seen)
        seen.add(label)
        for weekday, (least, best) in enumerate(_bounds(line, WEEK)):
            day = WEEK * week + weekday
            demands.append(Demand(day, shift, skill, least, best, label, _origin(line)))
    if len(seen) != len(scenario.shifts) * len(scenario.skills):
        raise whole_file(
            path,
            f"{len(seen)} lines of requirements",
            f"{len(scenario.shifts) * len(scenario.skills)}, for each shift and skill",
        )
    for line in cursor.rows("SHIFT_OFF_REQUESTS", "requests"):
        requests.append(_request(line, week, scenario))
    cursor.end()


def _request(line: Line, week: int, scenario: _Scenario) -> OffRequest:
    words = _words(line, "Nurse Shift Day", 3)
    _nurse(line, words[0], scenario)
    if words[1] == "Any":
        shifts = frozenset(scenario.shifts.values())
    else:
        shifts = frozenset({line.named(words[1], "shift", scenario.shifts)})
    day = WEEK * week + line.named(words[2], "day", _WEEKDAYS)
    return OffRequest(words[0], day, shifts, _origin(line))


def _words(line: Line, expected: str, least: int = 1) -> list[str]:
    words = line.text.split()
    if len(words) < least:
        raise line.error(f"found {line.text!r}", expected)
    return words


def _bounds(line: Line, number: int) -> list[tuple[int, int]]:
    """The pairs of whole numbers in brackets, ``number`` of them."""
    pairs = [
        (line.whole(least.strip(), "minimum"), line.whole(most.strip(), "maximum or optimum"))
        for least, most in _BOUNDS.findall(line.text)
    ]
    if len(pairs) != number:
        raise line.error(f"{len(pairs)} of (minimum,maximum)", f"{number} of them")
    for least, most in pairs:
        if least > most:
            raise line.error(f"({least},{most})", "the smaller number first")
    return pairs


def _nurse(line: Line, name: str, scenario: _Scenario) -> None:
    if name not in scenario.nurses:
        raise line.error(f"unknown nurse {name!r}", f"one of {listed(scenario.nurses)}")


def _same_scenario(line: Line, name: str, scenario: _Scenario) -> None:
    if name != scenario.name:
        raise line.error(f"belongs to scenario {name[:40]!r}", f"{scenario.name!r}")


def _name(scenario: Path, history: Path, weeks: Sequence[Path]) -> str:
    """``n005w4_0_1-2-3-3`` where the files are named as the organisers did."""
    name = scenario.stem.removeprefix("Sc-")
    start = re.fullmatch(rf"H0-{re.escape(name)}-([0-9]+)", history.stem)
    numbers = [re.fullmatch(rf"WD-{re.escape(name)}-([0-9]+)", week.stem) for week in weeks]
    if start is None or not all(numbers):
        return name
    return f"{name}_{start[1]}_" + "-".join(match[1] for match in numbers if match)


def _origin(line: Line) -> str:
    return f"{Path(line.source).name}: line {line.number}"


def scenario_in(folder: Path) -> InputError:
    """What to say of a folder: which of its files to name."""
    scenarios = sorted(file.name for file in folder.glob("Sc-*.txt"))
    if not scenarios:
        return whole_file(folder, "is a folder", "the file of an instance")
    return whole_file(
        folder,
        "is a folder with a scenario of INRC-II",
        f"{folder / scenarios[0]} with its history (--history H0-*.txt) "
        "and its weeks (--weeks WD-*.txt,WD-*.txt,...)",
    )
