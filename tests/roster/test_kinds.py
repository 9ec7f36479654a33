"""Each kind of rule, as a table of days: which of them it objects to."""

from __future__ import annotations

from datetime import date

import pytest

from cds.roster.ward.description import Leave, Value
from cds.roster.ward.kinds import KINDS
from tests.roster.small_ward import (
    CALL,
    EARLY,
    HERE,
    LATE,
    MONDAY,
    NIGHT,
    broken,
    contract,
    days_broken,
    person,
    planned,
    rule,
    shift,
)

Case = tuple[str, dict[str, Value], str, str, list[int]]

# kind, its parameters, the days before, the days planned, the days that break it
CASES: list[Case] = [
    ("consecutive_shifts", {"maximum": 3}, "-", "E E E E - E -", [3]),
    ("consecutive_shifts", {"maximum": 3}, "- E E", "E E - - - - -", [1]),
    ("consecutive_shifts", {"maximum": 3}, "", "E E E - E E E", []),
    ("consecutive_shifts", {"minimum": 2}, "-", "E - E E - - E", [0]),  # the last is still open
    ("consecutive_shifts", {"minimum": 2}, "- E", "E - E E - - -", []),
    ("consecutive_shifts", {"minimum": 2}, "", "E - E E - - -", []),  # it may have begun before
    ("consecutive_nights", {"maximum": 2}, "-", "N N N E N N -", [2]),
    ("consecutive_nights", {"minimum": 2}, "-", "N E - - N N -", [0]),
    ("consecutive_same_shift", {"shift": "E", "maximum": 2}, "-", "E E L E E E -", [5]),
    ("consecutive_same_shift", {"shift": "any", "maximum": 2}, "-", "E E L L L E -", [4]),
    ("consecutive_days_off", {"minimum": 2}, "E", "E - E - - E E", [1]),
    ("consecutive_days_off", {"maximum": 2}, "E", "E - - - E E E", [3]),
    ("consecutive_days_off", {"maximum": 2}, "E - -", "- E E E E E E", [0]),
    ("day_off_in", {"days": 7}, "", "E E E E E E E", [6]),
    ("day_off_in", {"days": 7}, "- E E", "E E E E E - E", [4]),
    ("day_off_in", {"days": 7, "days_off": 2}, "", "E E E - E E E - E E E E", [6, 10, 11]),
    ("forbidden_sequence", {"sequence": ("N", "off", "E")}, "-", "N - E E N - L", [2]),
    ("forbidden_sequence", {"sequence": ("N", "off", "E")}, "E N", "- E E E N - L", [1]),
    ("forbidden_sequence", {"sequence": ("L", "E|N")}, "L", "E L N N L L -", [0, 2]),
    ("forbidden_sequence", {"sequence": ("N", "any", "work")}, "", "N - E - - - -", [2]),
    ("forbidden_sequence", {"sequence": ("work", "off", "work")}, "", "E - - E - E E", [5]),
    ("required_after", {"after": "N", "then": ("N", "off")}, "N", "E N N - N E -", [0, 5]),
    ("days_off_after_nights", {"days": 1}, "", "N N E - N - E", [2]),
    ("days_off_after_nights", {"days": 2}, "", "N N - E N - -", [3]),
    ("days_off_after_nights", {"days": 2}, "N", "- E - - - - -", [1]),
    ("days_off_after_nights", {"days": 2}, "N -", "N - - - - - -", [0]),
    ("days_off_after_nights", {"days": 1, "minimum_nights": 2}, "", "N E - N N E -", [5]),
    ("complete_weekends", {}, "", "- - - - - E -", [6]),
    ("complete_weekends", {}, "", "- - - - - - E", [6]),
    ("complete_weekends", {}, "", "- - - - - E N", []),
    ("same_shift_at_weekend", {}, "", "- - - - - E L", [6]),
    ("same_shift_at_weekend", {}, "", "- - - - - N N", []),
    ("weekends_worked", {"maximum": 0}, "", "- - - - - E -", [6]),
    ("weekends_worked", {"maximum": 1, "per_weeks": 2}, "- - E - - - - -", "- - - - - E -", []),
    ("weekends_worked", {"maximum": 1, "per_weeks": 2}, "- E -", "- - - - - E -", [6]),
    ("weekends_in_row", {"maximum": 1}, "- E", "- - - - - E -", [6]),
    ("weekends_in_row", {"maximum": 1}, "- - -", "- - - - - E -", []),
    ("shifts_per_period", {"shift": "N", "maximum": 1}, "", "N - N - - - -", [6]),
    ("shifts_per_period", {"minimum": 2}, "", "N - - - - - -", [6]),
    ("hours_per_week", {"maximum": 24}, "", "E E E - - - -", []),
    ("hours_per_week", {"maximum": 24}, "", "E E E E - - -", [6]),
    ("hours_per_week", {"minimum": 24}, "", "E E - - - - -", [6]),
    ("hours_per_period", {"minimum": 16, "maximum": 24}, "", "E - - - - - -", [6]),
    ("rolling_hours", {"maximum": 17, "days": 3}, "E E", "E - - E N E -", [0, 5]),
    ("average_hours", {"maximum": 8, "weeks": 2}, "E E - - - - -", "E - - - - - -", [6]),
    ("average_hours", {"maximum": 12, "weeks": 2}, "E E - - - - -", "E - - - - - -", []),
    ("average_hours", {"maximum": 8, "weeks": 17}, "", "E E - - - - -", [6]),  # only this week known
    ("night_hours", {"maximum": 4, "weeks": 1}, "", "N N N - - - -", [6]),  # 27 h, 6 x 4 = 24
    ("shift_length", {"maximum": 8}, "", "E L N - - - -", [2]),
    ("night_length", {"maximum": 8}, "", "E L N - - - -", [2]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[1]} {case[2]}|{case[3]}")
def test_which_days_break_a_rule(case: Case) -> None:
    kind, parameters, past, row, expected = case
    settings = [rule(kind, **parameters)]
    assert days_broken(settings, row, past=past) == expected


def test_every_kind_can_be_explained() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.sentence.endswith(".")
        assert kind.title["en"] and kind.title["zh"]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_names_its_rules_after_the_setting(name: str) -> None:
    samples: dict[str, Value] = {
        "hours": 24, "whole": 2, "flag": True, "shift": "N", "sequence": ("N", "E"),
    }  # fmt: skip
    kind = KINDS[name]
    parameters = {
        item.name: samples.get(item.type) or item.choices[0]
        for item in kind.parameters
        if item.required or item.name == "maximum"
    }
    setting = rule(name, weight=3, name="mine", **parameters)
    assert {found.rule for found in kind.compile(setting, _context()) if found} <= {"mine"}


def _context():  # type: ignore[no-untyped-def]
    from cds.roster.ward.calendar import Calendar, Period
    from cds.roster.ward.kinds.context import Context
    from tests.roster.small_ward import small_ward

    ward, period = small_ward(shifts=(EARLY, LATE, NIGHT, CALL)), Period(MONDAY, 14)
    return Context(
        ward, period, Calendar(period, ward.zone, ward.shifts, ward.weekend, ward.holidays),
        ward.people[0], ward.contracts[0], frozenset(range(4)), past={-2: 2, -1: 2},
        employed=frozenset(range(14)),
        shares=dict.fromkeys(("nights", "weekends", "holidays", "refused_wishes", "hours"), 1.5),
    )  # fmt: skip


def leave(first_day: int, last_day: int, paid: float | None = None) -> Leave:
    def at(day: int) -> date:
        return date.fromordinal(MONDAY.toordinal() + day)

    return Leave("Ada", at(first_day), at(last_day), "annual", paid, HERE)


class TestLeave:
    def test_is_never_too_many_days_off(self) -> None:
        settings = [rule("consecutive_days_off", maximum=2)]
        assert days_broken(settings, "E - - - - E E", leave=(leave(1, 4),)) == []
        assert days_broken(settings, "E - - - E E E", leave=(leave(5, 6),))[0] == 3

    def test_counts_as_paid_hours(self) -> None:
        # 40 h a week, of which three days of leave are 24 h: two early shifts are the rest.
        settings = [rule("contracted_hours")]
        three = (leave(0, 2, paid=8),)
        assert days_broken(settings, "- - - E E - -", leave=three) == []
        assert days_broken(settings, "- - - E E E -", leave=three) == [6]

    def test_is_left_out_of_the_average(self) -> None:
        # 16 h a week on average; on 4 of 7 days that is 9.1 h: one shift, not two.
        settings = [rule("average_hours", maximum=16, weeks=1)]
        assert days_broken(settings, "- - - E E - -") == []
        assert days_broken(settings, "- - - E E - -", leave=(leave(0, 2),)) == [6]

    def test_does_not_break_a_weekend(self) -> None:
        settings = [rule("complete_weekends")]
        assert days_broken(settings, "- - - - - - E", leave=(leave(5, 5),)) == []


class TestHours:
    def test_a_soft_hour_costs_its_weight_and_half_an_hour_half_of_it(self) -> None:
        long_early = shift("E", "07:00", "15:00", paid=450)
        settings = [rule("contracted_hours", weight=4)]
        found = broken(settings, "E E E - - - -", shifts=(long_early,))
        assert [breach.cost for breach in found] == [70]  # 22.5 of 40 h: 17.5 h at 4

    def test_a_weight_below_one_a_unit_is_rounded_up(self) -> None:
        quarter = shift("E", "07:00", "14:45")
        settings = [rule("contracted_hours", weight=1)]
        found = broken(settings, "E E E E E - -", shifts=(quarter,))
        assert [breach.cost for breach in found] == [5]  # 1.25 h short: five quarters

    def test_overtime_counts_the_month_so_far(self) -> None:
        # To Sunday 6 December it is 42 h for 6 days at 49 a week, and 4 h more.
        settings = [rule("overtime", maximum=4, hours_per_week=49)]
        first = date(2026, 12, 3)
        assert days_broken(settings, "E E E E", past="E E", first=first) == [3]
        assert days_broken(settings, "E E E -", past="E E", first=first) == []

    def test_the_average_call_is_taken_over_weeks(self) -> None:
        settings = [rule("on_call_frequency", maximum=1, days=3, average_weeks=2)]
        shifts = (EARLY, CALL)
        assert days_broken(settings, "C C C C - - - - - - - - - -", shifts=shifts) == []
        assert days_broken(settings, "C C C C C - - - - - - - - -", shifts=shifts) == [13]

    def test_any_days_may_hold_so_many_calls(self) -> None:
        settings = [rule("on_call_frequency", maximum=1, days=3)]
        shifts = (EARLY, CALL)
        assert days_broken(settings, "C - - C - - -", shifts=shifts) == []
        assert days_broken(settings, "C - C - - - -", shifts=shifts) == [2]
        assert days_broken(settings, "- C - - - - -", past="C -", shifts=shifts) == []
        assert days_broken(settings, "C - - - - - -", past="C -", shifts=shifts) == [0]

    def test_who_joins_late_owes_fewer_hours(self) -> None:
        settings = [rule("contracted_hours", tolerance=3)]
        joins = (person(first_day=date(2026, 12, 4)),)  # 3 of 7 days: 17 h
        assert days_broken(settings, "- - - - E E -", people=joins) == []


class TestJoinedShifts:
    def test_shifts_that_meet_are_one(self) -> None:
        long = shift("D", "08:00", "08:00")
        four = shift("H", "08:00", "12:00")
        shifts = (long, four)
        assert days_broken([rule("shift_length", maximum=24)], "D H - - - - -", shifts=shifts) == [
            1
        ]
        assert days_broken([rule("shift_length", maximum=28)], "D H - - - - -", shifts=shifts) == []


class TestFairShare:
    def test_costs_more_the_further_it_goes(self) -> None:
        def cost(row: str) -> int:
            from cds.roster.check import assess
            from tests.roster.small_ward import roster_of

            people = (person(), person("Bo"))
            from cds.roster.ward.description import Need

            needs = (Need("daily", "N", "RN", 1, None, None, HERE),)
            plan = planned(
                [rule("fair_share", of="nights", weight=5)], 6, people=people, needs=needs,
                weights={"minimum": 1},
            )  # fmt: skip
            free = " ".join(["-"] * 6)
            costs = assess(plan.problem, roster_of(plan, row, free)).costs
            alone = assess(plan.problem, roster_of(plan, "N N N - - -", free)).costs
            return costs["fair_share"] - alone["fair_share"]

        # A fair share is three of six nights each.
        assert [cost(row) for row in ("N N N - - -", "N N N N - -", "N N N N N -")] == [0, 5, 15]

    def test_night_workers_take_theirs_first(self) -> None:
        from cds.roster.ward.calendar import Calendar, Period
        from cds.roster.ward.cover import demands_of_needs
        from cds.roster.ward.description import Need
        from cds.roster.ward.fairness import fair_shares
        from cds.roster.ward.people import settle
        from tests.roster.small_ward import small_ward

        ward = small_ward(
            contracts=(contract(), contract("nights", 27, shifts=frozenset({"N"}))),
            people=(person(), person("Bo"), person("Cy", "nights")),
            needs=(Need("daily", "N", "RN", 1, None, None, HERE),),
        )
        period = Period(MONDAY, 7)
        calendar = Calendar(period, ward.zone, ward.shifts, ward.weekend, ward.holidays)
        staff = [settle(ward, period, one) for one in ward.people]
        shares = fair_shares(ward, calendar, staff, demands_of_needs(ward, calendar))
        assert [share["nights"] for share in shares] == [2, 2, 3]
