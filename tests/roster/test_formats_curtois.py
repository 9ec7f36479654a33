"""Curtois and Qu: a small instance with costs worked out by hand, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.errors import InputError
from cds.roster.check import assess
from cds.roster.formats import read_instance
from cds.roster.problem import Problem, Roster
from tests.shared_data import shared_data

TINY = """# a comment
SECTION_HORIZON
# days
7

SECTION_SHIFTS
e1,480,
l1,600,e1

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, ...
A,e1=3|l1=2,2400,480,3,2,2,0
B,e1=7|l1=0,9999,0,7,1,1,1

SECTION_DAYS_OFF
A,2,3
B,6

SECTION_SHIFT_ON_REQUESTS
A,0,e1,2
B,1,e1,3

SECTION_SHIFT_OFF_REQUESTS
A,4,l1,5

SECTION_COVER
""" + "".join(
    f"{day},{shift},{need},100,1\n" for day, need in enumerate("1110000") for shift in ("e1", "l1")
)  # one e1 and one l1 on the first three days

ROSTERS = {
    # A works nothing: 480 minutes short, which is hard.
    "nothing worked": (
        ("-------", "-------"),
        {"shift_on_request": 5, "shift_off_request": 0, "coverage": 600},
        {"working_time": 480},
    ),
    "as asked": (
        ("ee---ll", "eee----"),
        # Monday and Tuesday 2 e for 1, 0 l; Wednesday 1 e, 0 l; Saturday, Sunday one l too many.
        {"shift_on_request": 0, "shift_off_request": 0, "coverage": 1 + 1 + 300 + 2},
        {"working_weekends": 1},
    ),
    "succession": (
        ("le-----", "-------"),
        {"shift_on_request": 2 + 3, "shift_off_request": 0, "coverage": 100 * 4},
        {"shift_succession": 1},
    ),
    "leave, off request, too many and too long": (
        ("--llll-", "ll----e"),
        # e on days 0 to 2: 300; l on days 0 to 2: 1 each; l on days 3 to 5 too many; e on Sunday.
        {"shift_on_request": 5, "shift_off_request": 5, "coverage": 300 + 3 + 1},
        # A: off on days 2 and 3; 4 l of 2; 4 in a row of 3; Saturday of no weekend.
        # B: off on day 6; two l of none.
        {"day_off": 3, "maximum_shifts": 2 + 2, "consecutive_shifts": 1, "working_weekends": 1},
    ),
    "runs at either end may be short, others not": (
        ("e--e--e", "e-e-e--"),
        # e: Monday one too many, Tuesday none, Wednesday B, Thursday, Friday, Sunday one each.
        {"shift_on_request": 3, "shift_off_request": 0, "coverage": 300 + 1 + 100 + 3},
        {"consecutive_shifts": 1, "day_off": 1, "working_weekends": 1},
    ),
    "days off between": (
        ("ll-ee--", "-------"),
        {"shift_on_request": 2 + 3, "shift_off_request": 0, "coverage": 300 + 100 + 2},
        {"consecutive_days_off": 1, "day_off": 1},
    ),
}


def read(folder: Path, text: str) -> Problem:
    path = folder / "tiny.txt"
    path.write_text(text)
    return read_instance(path)


@pytest.mark.parametrize(("rows", "costs", "hard"), ROSTERS.values(), ids=ROSTERS)
def test_hand_made(
    tmp_path: Path, rows: tuple[str, str], costs: dict[str, int], hard: dict[str, int]
) -> None:
    problem = read(tmp_path, TINY)
    shifts = tuple(tuple("el".find(letter) for letter in row) for row in rows)
    skills = tuple(tuple(min(shift, 0) for shift in row) for row in shifts)
    found = assess(problem, Roster(shifts, skills))
    assert found.costs == costs
    amounts: dict[str, int] = {}
    for breach in found.hard:
        amounts[breach.rule] = amounts.get(breach.rule, 0) + breach.amount
    assert amounts == hard


def test_breaches_say_which_line(tmp_path: Path) -> None:
    problem = read(tmp_path, TINY)
    off = (-1,) * 7
    found = assess(problem, Roster((off, off), (off, off)))
    wish = next(breach for breach in found.breaches if breach.rule == "shift_on_request")
    assert wish.origin == f"tiny.txt: line {TINY[: TINY.index('A,0,e1')].count(chr(10)) + 1}"


WRONG = {
    "unknown shift": ("A,0,e1,2", "A,0,x9,2", "unknown shift 'x9'; expected one of e1, l1"),
    "unknown employee": ("B,1,e1,3", "C,1,e1,3", "unknown employee 'C'; expected one of A, B"),
    "day beyond": ("A,0,e1,2", "A,7,e1,2", "day '7'; expected a whole number from 0 to 6"),
    "day off beyond": ("B,6", "B,9", "day '9'; expected a whole number from 0 to 6"),
    "not a number": ("A,0,e1,2", "A,0,e1,two", "weight 'two'; expected a whole number"),
    "negative": ("A,0,e1,2", "A,0,e1,-2", "weight '-2'; expected a whole number from 0"),
    "fields": ("A,0,e1,2", "A,0,e1", "3 fields in 'A,0,e1'; expected EmployeeID, Day"),
    "employee twice": ("B,e1=7", "A,e1=7", "employee 'A' for the second time"),
    "shift twice": ("l1,600,e1", "e1,600,e1", "shift 'e1' for the second time"),
    "unknown successor": ("l1,600,e1", "l1,600,zz", "unknown shift 'zz'"),
    "maximum of an unknown shift": ("e1=7|l1=0", "e1=7|q=0", "unknown shift 'q'"),
    "maximum unreadable": ("e1=7|l1=0", "e1:7|l1=0", "'e1:7' in MaxShifts"),
    "no such section": ("SECTION_STAFF", "SECTION_STUFF", "unknown section 'SECTION_STUFF'"),
    "section twice": ("SECTION_DAYS_OFF", "SECTION_STAFF", "section 'SECTION_STAFF' for the second"),
    "missing section": ("SECTION_DAYS_OFF\nA,2,3\nB,6\n", "", "no SECTION_DAYS_OFF; expected all of"),
    "cover twice": ("0,l1,1,100,1", "0,e1,1,100,1", "day 0, shift 'e1' for the second time"),
    "days without cover": ("6,e1,0,100,1\n6,l1,0,100,1\n", "", "no line for day 6 in SECTION_COVER"),
    "no days": ("\n7\n", "\n0\n", "number of days '0'; expected a whole number from 1"),
    "days without end": ("\n7\n", "\n999999999\n", "number of days '999999999'"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert TINY.count(old) == 1
    with pytest.raises(InputError) as caught:
        read(tmp_path, TINY.replace(old, new))
    assert message in caught.value.message
    assert caught.value.place is not None
    if new and "no line" not in message:
        line = TINY[: TINY.index(old)].count("\n") + 1 + (len(new) - len(new.lstrip("\n")))
        assert caught.value.place.pointer == f"line {line}"


def test_the_public_instances() -> None:
    folder = shared_data("rostering", "curtois-qu")
    sizes = {}
    for number in (2, 12, 20):
        problem = read_instance(folder / f"Instance{number}.txt")
        sizes[number] = (problem.days, len(problem.employees), len(problem.shifts))
        assert len(problem.covers) == problem.days * len(problem.shifts)
    assert sizes == {2: (14, 14, 2), 12: (28, 60, 10), 20: (182, 50, 6)}
