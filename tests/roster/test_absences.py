"""Who fell ill is on leave from then on: not planned, paid as leave, and told apart from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sheet_cases import samples

from cds.errors import Place
from cds.roster.problem import Unwanted
from cds.roster.ward.absences import with_absences
from cds.roster.ward.compile import Period, compile_ward
from cds.roster.ward.description import Assigned, RuleSetting, Ward
from cds.roster.ward.read import read_ward

SAMPLE = Path(__file__).parent.parent.parent / "sample_data" / "ward"
RULES = Path(__file__).parent.parent.parent / "rules" / "roster"
FILE = Place("week.xlsx")
FIRST = samples.FIRST
PERIOD = Period(FIRST, 7)
CHEN, ALI = 0, 2


@pytest.fixture(scope="module")
def ward() -> Ward:
    return read_ward(SAMPLE, rule_folders=[RULES])


def test_each_day_becomes_leave_that_nobody_planned() -> None:
    # Ali has leave on the first three days; only the fourth is new.
    ill = with_absences(samples.ward_of(7), PERIOD, {(ALI, 2), (ALI, 3), (CHEN, 6)}, FILE)
    new = [(one.person, one.first, one.last) for one in ill.leave if one.absent]
    assert new == [
        ("Ali Demir", FIRST + timedelta(3), FIRST + timedelta(3)),
        ("Chen Mei-ling", FIRST + timedelta(6), FIRST + timedelta(6)),
    ]
    assert {str(one.place) for one in ill.leave if one.absent} == {"week.xlsx"}


def test_a_shift_fixed_by_hand_for_that_day_is_lifted() -> None:
    """A course on which somebody was fixed made the ward contradict itself once they were ill."""
    fixed = Assigned("Chen Mei-ling", FIRST + timedelta(1), "D", "CN", False, samples.HERE)
    off = Assigned("Chen Mei-ling", FIRST, "off", "", False, samples.HERE)
    barred = Assigned("Chen Mei-ling", FIRST, "N", "", True, samples.HERE)
    ward = replace(samples.ward_of(7), assigned=(*samples.ward_of(7).assigned, fixed, off, barred))
    ill = with_absences(ward, PERIOD, {(CHEN, 0)}, FILE)
    assert ill.assigned == (fixed, off, barred)


def test_the_problem_forbids_the_day_and_says_where_that_stands(ward: Ward) -> None:
    period = Period(FIRST.replace(year=2026, month=11, day=30), 7)
    fatima = next(at for at, one in enumerate(ward.people) if one.name == "Fatima Al-Sayed")
    # Wednesday is fixed for her in assigned.csv.
    problem = compile_ward(with_absences(ward, period, {(fatima, 2)}, FILE), period).problem
    forbidden = [
        (rule.day, rule.origin)
        for rule in problem.employees[fatima].rules
        if isinstance(rule, Unwanted) and rule.rule == "leave"
    ]
    assert forbidden == [(2, "week.xlsx")]
    assert not [cover for cover in problem.covers if cover.employees == {fatima}]


def test_hours_that_can_no_longer_be_reached_are_for_the_checker_to_tell(ward: Ward) -> None:
    """A contract that asks for five shifts is no reason to refuse a week in which she is ill."""
    asks = RuleSetting("shifts_per_period", "five shifts", {"minimum": 5}, None, samples.HERE)
    strict = replace(ward, rules=(*ward.rules, replace(asks, people=frozenset({"Chen Wei"}))))
    period = Period(FIRST.replace(year=2026, month=11, day=30), 7)
    chen = next(at for at, one in enumerate(ward.people) if one.name == "Chen Wei")
    ill = with_absences(strict, period, {(chen, day) for day in range(5)}, FILE)
    assert compile_ward(ill, period).problem.days == 7


def test_nobody_absent_changes_nothing() -> None:
    assert with_absences(samples.ward_of(7), PERIOD, (), FILE) == samples.ward_of(7)
