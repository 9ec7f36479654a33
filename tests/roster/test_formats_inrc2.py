"""INRC-II: the organisers' reference rosters cost what their validator says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cds.errors import InputError
from cds.roster.check import assess
from cds.roster.formats import read_instance
from cds.roster.problem import Assessment, Problem, Roster
from tests.shared_data import shared_data

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

CATEGORIES = {
    "Total assignment constraints": ("total_assignments",),
    "Consecutive constraints": ("consecutive_shifts", "consecutive_working_days"),
    "Non working days constraints": ("consecutive_days_off",),
    "Preferences": ("preferences",),
    "Max working weekend": ("working_weekends",),
    "Complete weekends": ("complete_weekends",),
    "Optimal coverage constraints": ("coverage",),
}

REFERENCES = {
    ("n005w4", "0", ("1", "2", "3", "3")): 1695,
    ("n005w4", "1", ("5", "3", "1", "0")): 2010,
    ("n005w4", "2", ("6", "7", "8", "9")): 1720,
}


def read(folder: Path, history: str, weeks: tuple[str, ...]) -> Problem:
    name = folder.name
    return read_instance(
        folder / f"Sc-{name}.txt",
        history=folder / f"H0-{name}-{history}.txt",
        weeks=[folder / f"WD-{name}-{week}.txt" for week in weeks],
    )


def read_solution(problem: Problem, files: list[Path]) -> Roster:
    """The organisers' solution files, one for each week."""
    people = {employee.name: index for index, employee in enumerate(problem.employees)}
    shifts = [[-1] * problem.days for _ in people]
    skills = [[-1] * problem.days for _ in people]
    for week, file in enumerate(files):
        for line in file.read_text().splitlines():
            words = line.split()
            if len(words) == 4 and words[1] in WEEKDAYS:
                day = 7 * week + WEEKDAYS.index(words[1])
                shifts[people[words[0]]][day] = problem.shifts.index(words[2])
                skills[people[words[0]]][day] = problem.skills.index(words[3])
    return Roster(tuple(map(tuple, shifts)), tuple(map(tuple, skills)))


def reference(name: str, history: str, weeks: tuple[str, ...]) -> tuple[Assessment, Path]:
    folder = shared_data("rostering", "inrc2", name)
    problem = read(folder, history, weeks)
    assert problem.name == f"{name}_{history}_{'-'.join(weeks)}"
    answers = folder / f"Solution_H_{history}-WD_{'-'.join(weeks)}"
    files = [answers / f"Sol-{name}-{week}-{place}.txt" for place, week in enumerate(weeks)]
    return assess(problem, read_solution(problem, files)), answers


@pytest.mark.parametrize(("key", "cost"), REFERENCES.items())
def test_reference_rosters(key: tuple[str, str, tuple[str, ...]], cost: int) -> None:
    found, _ = reference(*key)
    assert found.hard == ()
    assert found.cost == cost


def test_each_category_is_the_validators() -> None:
    found, answers = reference("n005w4", "0", ("1", "2", "3", "3"))
    said = dict(re.findall(r"^(.+): (\d+)\s*$", (answers / "validator.txt").read_text(), re.M))
    ours = {name: sum(found.costs[rule] for rule in rules) for name, rules in CATEGORIES.items()}
    assert ours == {name: int(said[name]) for name in CATEGORIES}
    assert found.cost == int(said["Total cost"])


# A tiny scenario: one contract, two nurses, one week unless said otherwise.

SCENARIO = """SCENARIO = tiny

WEEKS = 2

SKILLS = 2
Head
Nurse

SHIFT_TYPES = 2
Day (1,3)
Night (2,3)

FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Day 0
Night 1 Day

CONTRACTS = 1
Full (4,6) (2,4) (2,3) 1 1

NURSES = 2
Ann Full 2 Head Nurse
Bob Full 1 Nurse
"""
HISTORY = """HISTORY
0 tiny

NURSE_HISTORY
Ann 0 0 Night 1 1 0
Bob 0 1 None 0 0 2
"""
WEEK = """WEEK_DATA
tiny

REQUIREMENTS
Day Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Day Nurse (0,1) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Head (0,0) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)
Night Nurse (1,1) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)

SHIFT_OFF_REQUESTS = 2
Bob Any Tue
Ann Night Mon
"""


def tiny(folder: Path, weeks: int = 2, **texts: str) -> Problem:
    for name, text in {"scenario": SCENARIO, "history": HISTORY, "week": WEEK, **texts}.items():
        (folder / f"{name}.txt").write_text(text)
    return read_instance(
        folder / "scenario.txt",
        history=folder / "history.txt",
        weeks=[folder / "week.txt"] * weeks,
    )


def roster(problem: Problem, *rows: str) -> Roster:
    shifts = tuple(tuple("DN".find(letter) for letter in row) for row in rows)
    return Roster(shifts, tuple(tuple(-1 if s < 0 else 1 for s in row) for row in shifts))


# Coverage of the first Monday of each week: Day Nurse 0 to 1, Night Nurse 1 to 1.
COSTS = {
    "her night before counts": (
        ("N------ -------", "------- -------"),
        {
            "consecutive_working_days": 0,  # one before and one now: 2
            "consecutive_shifts": 0,  # nights: 2
            "consecutive_days_off": 30 * (13 - 3) + 30 * (2 + 14 - 3),  # Bob had 2 before
            "preferences": 10,  # Ann Night Mon
            "complete_weekends": 0,
            "total_assignments": 20 * 3 + 20 * 4,
            "working_weekends": 0,  # Bob had his one
            "coverage": 30 + 30 + 30,  # Day, both weeks; Night in the second
        },
        1,  # Night Nurse of the second Monday is a hard minimum
    ),
    "a night cut short and a day after it is illegal": (
        ("D------ -------", "N------ N------"),
        {
            "consecutive_working_days": 30 + 30,  # Bob's single days; Ann 1 before + 1
            "consecutive_shifts": 15 * 1 + 15 * 2,  # Ann's night before, Bob's nights
            "consecutive_days_off": 30 * 10 + 30 * 3 + 30 * 3,
            "preferences": 0,
            "complete_weekends": 0,
            "total_assignments": 20 * 3 + 20 * 2,
            "working_weekends": 0,
            "coverage": 30,
        },
        1,  # Night, Day
    ),
    "weekends": (
        ("NN---D- -------", "N----DD -----NN"),
        {
            # Ann: her run of 1 + 2; her single Saturday 1. Bob: his single Monday; the rest is 2.
            "consecutive_working_days": 30 + 30,
            # Nights: Ann 1 + 2; Bob 1, and 2 open at the end.
            "consecutive_shifts": 15,
            # Ann: 3, then 8. Bob: 2 before, 4, then 5.
            "consecutive_days_off": 30 * 5 + 30 * 1 + 30 * 2,
            "preferences": 10,  # Ann Night Mon
            "complete_weekends": 30,  # Ann
            "total_assignments": 20,  # Ann 3, Bob 5
            "working_weekends": 30 * 2,  # Bob 1 before, and 2
            "coverage": 30 + 30 + 30,
        },
        1,
    ),
}


@pytest.mark.parametrize(("rows", "costs", "hard"), COSTS.values(), ids=COSTS)
def test_hand_made(tmp_path: Path, rows: tuple[str, ...], costs: dict[str, int], hard: int) -> None:
    problem = tiny(tmp_path)
    found = assess(problem, roster(problem, *(row.replace(" ", "") for row in rows)))
    assert found.costs == costs
    assert len(found.hard) == hard


def test_before_the_last_week_the_minimum_can_still_be_reached(tmp_path: Path) -> None:
    problem = tiny(tmp_path, weeks=1)
    found = assess(problem, roster(problem, "-------", "-------"))
    assert found.costs["total_assignments"] == 0


def test_a_scenario_alone_asks_for_the_rest(tmp_path: Path) -> None:
    tiny(tmp_path)
    with pytest.raises(InputError, match=r"no history is given.*H0-tiny.*2 weeks \(WD-tiny"):
        read_instance(tmp_path / "scenario.txt")
    with pytest.raises(InputError, match="no week is given"):
        read_instance(tmp_path / "scenario.txt", history=tmp_path / "history.txt")
    (tmp_path / "Sc-tiny.txt").write_text(SCENARIO)
    with pytest.raises(InputError, match=r"Sc-tiny.txt with its history \(--history"):
        read_instance(tmp_path)


def test_more_weeks_than_the_scenario_has(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 weeks are given; expected at most 2"):
        tiny(tmp_path, weeks=3)


WRONG = {
    "number": ("scenario", "WEEKS = 2", "WEEKS = two", "line 3: number of weeks 'two'"),
    "count too large": ("scenario", "NURSES = 2", "NURSES = 3", "ends after line 22; expected 3 nurses"),
    "count too small": ("scenario", "NURSES = 2", "NURSES = 1", "line 22: found 'Bob"),
    "duplicate nurse": ("scenario", "Bob Full", "Ann Full", "line 22: nurse 'Ann' for the second"),
    "unknown contract": ("scenario", "Bob Full", "Bob Half", "line 22: unknown contract 'Half'"),
    "unknown skill": ("scenario", "1 Nurse", "1 Cook", "line 22: unknown skill 'Cook'; expected one of Head, Nurse"),
    "unknown successor": ("scenario", "Night 1 Day", "Night 1 Late", "line 15: unknown shift 'Late'"),
    "bounds": ("scenario", "(1,3)", "(3,1)", r"line 10: \(3,1\); expected the smaller number first"),
    "missing section": ("scenario", "SKILLS = 2", "", "line 6: found 'Head'; expected SKILLS = ..."),
    "nurse without history": ("history", "Bob 0 1 None 0 0 2\n", "", "no history of Bob"),
    "unknown last shift": ("history", "Night 1 1", "Noon 1 1", "line 5: unknown shift 'Noon'"),
    "other scenario": ("history", "0 tiny", "0 huge", "line 2: belongs to scenario 'huge'; expected 'tiny'"),
    "requirements": ("week", "Day Head (0,0)", "Day Head", r"line 5: 6 of \(minimum,maximum\); expected 7"),
    "requirement twice": ("week", "Night Head", "Day Head", "line 7: requirement 'Day, Head' for the second"),
    "requirement missing": ("week", "Night Nurse (1,1) (0,0) (0,0) (0,0) (0,0) (0,0) (0,0)", "", "3 lines of requirements; expected 4"),
    "day": ("week", "Bob Any Tue", "Bob Any Tuesday", "line 11: unknown day 'Tuesday'"),
    "request of nobody": ("week", "Bob Any", "Eve Any", "line 11: unknown nurse 'Eve'; expected one of Ann, Bob"),
    "a week as history": ("history", HISTORY, WEEK, "line 1: found 'WEEK_DATA'; expected HISTORY"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    text = {"scenario": SCENARIO, "history": HISTORY, "week": WEEK}[file]
    assert old in text
    with pytest.raises(InputError, match=message) as caught:
        tiny(tmp_path, **{file: text.replace(old, new, 1)})
    assert caught.value.place is not None
    assert caught.value.place.source == str(tmp_path / f"{file}.txt")
