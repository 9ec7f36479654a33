"""INRC-I: the competition's rules on a fortnight from a Friday, by hand.

``E`` early, ``H`` the head nurse's day, ``N`` night, ``-`` a day off.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from cds.errors import InputError
from cds.roster.check import assess
from cds.roster.formats import read_instance
from cds.roster.problem import Problem, Roster
from tests.roster.inrc1_instance import Small, as_text, as_xml
from tests.shared_data import shared_data


def read(folder: Path, text: str, name: str = "small.txt") -> Problem:
    path = folder / name
    path.write_text(text)
    return read_instance(path)


def costs(problem: Problem, row: str) -> dict[str, int]:
    """The soft costs that are not 0 of a roster written by shift names."""
    shifts = tuple(-1 if letter == "-" else problem.shifts.index(letter) for letter in row)
    skills = tuple(min(shift, 0) for shift in shifts)
    found = assess(problem, Roster((shifts,), (skills,)))
    return {rule: cost for rule, cost in found.costs.items() if cost}


def bounds(**terms: tuple[int, int]) -> Small:
    return Small(bounds=terms)


def switched(weekend: str = "SaturdaySunday", **weights: int) -> Small:
    return Small(switches=weights, weekend=weekend)


def pattern(*steps: tuple[str, str]) -> Small:
    return Small(patterns=((5, steps),))


MIN_WORK = bounds(MinConsecutiveWorkingDays=(3, 3))
MIN_FREE = bounds(MinConsecutiveFreeDays=(3, 2))
COMPLETE = switched(CompleteWeekends=3)
IDENTICAL = switched(IdenticalShiftTypesDuringWeekend=3)
LONG = "FridaySaturdaySunday"
LONG_COMPLETE = switched(LONG, CompleteWeekends=3)
LONG_IDENTICAL = switched(LONG, IdenticalShiftTypesDuringWeekend=3)
NIGHT = switched(NoNightShiftBeforeFreeWeekend=3)
AFTER_NIGHTS = switched(TwoFreeDaysAfterNightShifts=3)
FREE_FRIDAY = pattern(("None", "Friday"), ("Any", "Saturday"), ("Any", "Sunday"))

#       FSSMTWTFSSMTWT
CASES = {
    "enough": (bounds(MinNumAssignments=(3, 2)), "EE------------", {}),
    "too few": (bounds(MinNumAssignments=(3, 4)), "EE------------", {"total_assignments": 6}),
    "too many": (bounds(MaxNumAssignments=(3, 1)), "EEE-----------", {"total_assignments": 6}),
    "work: long": (bounds(MaxConsecutiveWorkingDays=(3, 2)), "EEEE-----EEE--", {"consecutive_working_days": 9}),
    "work: short inside": (MIN_WORK, "---E----EE----", {"consecutive_working_days": 6 + 3}),
    "work: short at the start": (MIN_WORK, "EE------------", {"consecutive_working_days": 3}),
    "work: short at the end": (MIN_WORK, "------------EE", {"consecutive_working_days": 3}),
    "work: one day at the end": (MIN_WORK, "-------------E", {"consecutive_working_days": 6}),
    "work: long enough at the end": (MIN_WORK, "-----------EEE", {}),
    "free: long": (bounds(MaxConsecutiveFreeDays=(3, 5)), "EEEEEEE-------", {"consecutive_days_off": 6}),
    "free: short at the start": (MIN_FREE, "-EEEEEEEEEEEEE", {"consecutive_days_off": 3}),
    "free: short at the end": (MIN_FREE, "EEEEEEEEEEEEE-", {"consecutive_days_off": 3}),
    "free: short inside": (MIN_FREE, "EE-EE--EEEEEEE", {"consecutive_days_off": 3}),
    "weekends in a row: too many": (
        bounds(MaxConsecutiveWorkingWeekends=(3, 1)), "--E-----E-----", {"consecutive_working_weekends": 3},
    ),
    "weekends in a row: too few": (
        bounds(MinConsecutiveWorkingWeekends=(3, 2)), "-E------------", {"consecutive_working_weekends": 3},
    ),
    "weekends in a row: too few at the end": (
        bounds(MinConsecutiveWorkingWeekends=(3, 2)), "---------E----", {"consecutive_working_weekends": 3},
    ),
    "weekends in a row: enough": (bounds(MinConsecutiveWorkingWeekends=(3, 2)), "-E------E-----", {}),
    "weekends of four weeks": (
        bounds(MaxWorkingWeekendsInFourWeeks=(3, 1)), "-E------E-----", {"working_weekends": 3},
    ),
    "complete": (COMPLETE, "-EE-----HN----", {}),
    "incomplete": (COMPLETE, "-E-------E----", {"complete_weekends": 6}),
    "three days complete": (LONG_COMPLETE, "EEE-----------", {}),
    "three days: one short": (LONG_COMPLETE, "EE-----------", {"complete_weekends": 3}),
    "three days: the first alone": (LONG_COMPLETE, "E-------------", {"complete_weekends": 6}),
    "three days: the last alone": (LONG_COMPLETE, "--E-----------", {"complete_weekends": 6}),
    "three days: the middle alone": (LONG_COMPLETE, "-E------------", {"complete_weekends": 6}),
    "three days: a gap": (LONG_COMPLETE, "E-E-----------", {"complete_weekends": 12}),
    "a weekend cut by the end is judged by its days": (
        dataclasses.replace(LONG_COMPLETE, last="2010-01-09"), "-------E-", {"complete_weekends": 3},
    ),
    "identical": (IDENTICAL, "-EE-----NN----", {}),
    "different": (IDENTICAL, "-EN-----------", {"identical_weekend_shifts": 6}),
    "identical: half a weekend": (IDENTICAL, "-E------------", {"identical_weekend_shifts": 3}),
    "three days: one different": (LONG_IDENTICAL, "EEN-----------", {"identical_weekend_shifts": 9}),
    "three days: all different": (LONG_IDENTICAL, "EHN-----------", {"identical_weekend_shifts": 18}),
    "night before a free weekend": (NIGHT, "N------N------", {"night_before_free_weekend": 6}),
    "night before half a weekend": (NIGHT, "N-E----N-E----", {}),
    "early before a free weekend": (NIGHT, "E-------------", {}),
    "night, then early": (AFTER_NIGHTS, "NE------------", {"two_days_off_after_nights": 3}),
    "nights in a row": (AFTER_NIGHTS, "NN--E---------", {}),
    "one day off after a night": (AFTER_NIGHTS, "N-NN----------", {"two_days_off_after_nights": 3}),
    "a pattern": (pattern(("E", "Any"), ("N", "Any")), "ENEN----------", {"unwanted_patterns": 10}),
    "a pattern of any shift": (pattern(("Any", "Any"), ("N", "Any")), "HN-N----------", {"unwanted_patterns": 5}),
    "a pattern with days": (FREE_FRIDAY, "-EE-----E-----", {"unwanted_patterns": 5}),
    "a pattern on other days": (FREE_FRIDAY, "EEE-EE--------", {}),
    "a skill not held": (
        switched(AlternativeSkillCategory=3), "HH-E----------", {"alternative_skill": 6},
    ),
    "a skill held": (
        Small(switches={"AlternativeSkillCategory": 3}, skills=("Head", "Nurse")), "HH-E----------", {},
    ),
    "a skill that nobody minds": (Small(), "HH------------", {}),
    "day off": (Small(requests=(("DayOff", "2010-01-02", "", 4),)), "-N------------", {"day_off_request": 4}),
    "day on": (Small(requests=(("DayOn", "2010-01-02", "", 4),)), "E-------------", {"day_on_request": 4}),
    "shift off": (Small(requests=(("ShiftOff", "2010-01-02", "E", 4),)), "-E------------", {"shift_off_request": 4}),
    "shift off, another shift": (Small(requests=(("ShiftOff", "2010-01-02", "E", 4),)), "-N------------", {}),
    "shift on": (Small(requests=(("ShiftOn", "2010-01-02", "E", 4),)), "-N------------", {"shift_on_request": 4}),
}  # fmt: skip


@pytest.mark.parametrize(("small", "row", "expected"), CASES.values(), ids=CASES)
def test_by_hand(tmp_path: Path, small: Small, row: str, expected: dict[str, int]) -> None:
    problem = read(tmp_path, as_text(small))
    assert costs(problem, row.ljust(problem.days, "-")) == expected


@pytest.mark.parametrize("name", CASES)
def test_the_xml_form_is_the_same_problem(tmp_path: Path, name: str) -> None:
    small = CASES[name][0]
    text = read(tmp_path, as_text(small))
    assert without_origins(read(tmp_path, as_xml(small), "small.xml")) == without_origins(text)


def without_origins(problem: Problem) -> Problem:
    return dataclasses.replace(
        problem,
        employees=tuple(
            dataclasses.replace(
                person,
                rules=tuple(dataclasses.replace(rule, origin="") for rule in person.rules),
            )
            for person in problem.employees
        ),
        covers=tuple(dataclasses.replace(cover, origin="") for cover in problem.covers),
    )


def test_demand_is_exact_and_a_date_overrides_its_weekday(tmp_path: Path) -> None:
    problem = read(tmp_path, as_text(Small()))
    assert (problem.first_date, problem.days) == (date(2010, 1, 1), 14)
    assert problem.shifts == ("E", "H", "N")
    row = tuple(0 if day != 4 else 2 for day in range(14))
    as_asked = Roster((row,), ((0,) * 14,))
    assert assess(problem, as_asked).hard == ()
    wrong = Roster(((1, *row[1:]),), ((0,) * 14,))
    found = assess(problem, wrong).hard
    assert [(breach.rule, breach.day, breach.label) for breach in found] == [
        ("coverage", 0, "E"),
        ("coverage", 0, "H"),
    ]


TEXT = as_text(
    Small(
        bounds={"MaxNumAssignments": (1, 9)},
        patterns=((1, (("E", "Any"), ("N", "Friday"))),),
        requests=(("DayOff", "2010-01-02", "", 4), ("ShiftOff", "2010-01-03", "E", 4)),
    )
)
WRONG = {
    "dates": ("2010-01-01, 2010-01-14", "2010-01-01, 2010-02-30", "date '2010-02-30'; expected YYYY-MM-DD"),
    "dates the wrong way round": ("2010-01-01, 2010-01-14", "2010-01-14, 2010-01-01", "-12 days"),
    "time": ("22:30:00", "25:30:00", "time '25:30:00'; expected HH:MM:SS"),
    "count too large": ("SHIFT_TYPES = 3", "SHIFT_TYPES = 4", "6 fields|found|20 fields|1 fields|fields"),
    "count too small": ("SHIFT_TYPES = 3", "SHIFT_TYPES = 2", "found 'H, x, .*; expected CONTRACTS = number"),
    "no semicolon": ("Monday, E, 1;", "Monday, E, 1", "'Monday, E, 1' at the end of the row"),
    "skill": ("1, Head;", "1, Cook;", "unknown skill 'Cook'; expected one of Nurse, Head"),
    "contract of nobody": ("0, Ann, 7,", "0, Ann, 8,", "unknown contract '8'; expected one of 7"),
    "weekend": ("SaturdaySunday", "SundayMonday", "unknown weekend 'SundayMonday'"),
    "term": ("(1|1|9)", "(1|9)", r"found '\(1\|9\)'; expected \(on\|weight\|value\)"),
    "on": ("(1|1|9)", "(2|1|9)", "MaxNumAssignments is '2'; expected 1 or true"),
    "pattern length": ("2 (E|Any) (N|Friday)", "3 (E|Any) (N|Friday)", r"2 of \(shift\|day\); expected 3"),
    "pattern shift": ("(E|Any)", "(X|Any)", "unknown shift 'X'"),
    "pattern day": ("(N|Friday)", "(N|Freitag)", "unknown weekday 'Freitag'"),
    "pattern unknown": ("1, 0;", "1, 3;", "unknown pattern '3'"),
    "weekday": ("Monday, E", "Montag, E", "unknown weekday 'Montag'"),
    "cover twice": ("Tuesday, E", "Monday, E", "Monday, E for the second time"),
    "request outside": ("2010-01-02, 4", "2010-02-02, 4", "2010-02-02 is outside the period"),
    "request of nobody": ("0, 2010-01-03", "5, 2010-01-03", "unknown employee '5'"),
    "weight": ("2010-01-02, 4", "2010-01-02, x", "weight 'x'; expected a whole number"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, TEXT.replace(old, new, 1))
    assert caught.value.place is not None
    assert re.fullmatch(r"line \d+", caught.value.place.pointer)


XML = as_xml(Small(requests=(("DayOff", "2010-01-02", "", 4),)))
WRONG_XML = {
    "cut off": (XML[-30:], "", "is not XML: "),
    "missing": ("<StartDate>2010-01-01</StartDate>", "", "no <StartDate> in <SchedulingPeriod>"),
    "twice": ("<Patterns>", "<Patterns></Patterns><Patterns>", "<Patterns> for the second time"),
    "attribute": ('<DayOff weight="4">', "<DayOff>", "<DayOff> without weight"),
    "doctype": ("<SchedulingPeriod ID", "<!DOCTYPE x><SchedulingPeriod ID", "a DOCTYPE; expected plain XML"),
    "person": ("<EmployeeID>0<", "<EmployeeID>9<", "unknown employee '9'; expected one of 0"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG_XML.values(), ids=WRONG_XML)
def test_wrong_xml(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in XML
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path, XML.replace(old, new, 1), "small.xml")
    assert caught.value.place is not None
    assert re.fullmatch(r"line \d+", caught.value.place.pointer)


PUBLIC = ("sprint02", "sprint_hidden02", "medium_late04", "long_hidden04")


@pytest.mark.parametrize("name", PUBLIC)
def test_both_forms_of_a_public_instance_are_the_same(name: str) -> None:
    folder = shared_data("rostering", "inrc1")
    text = read_instance(folder / "txt" / f"{name}.txt")
    xml = read_instance(folder / "xml" / f"{name}.xml")
    assert without_origins(text) == without_origins(xml)
    assert text.days == 28
