"""Rest between shifts and weekly rest, by the clock, also when the clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cds.roster.ward.description import ShiftType
from tests.roster.small_ward import CALL, EARLY, LATE, MONDAY, NIGHT, days_broken, rule, shift

LONG_NIGHT = shift("N", "20:00", "07:00", night=True)
AFTERNOON = shift("A", "18:00", "23:00")
DAY = shift("D", "08:00", "08:00")
WORKED_CALL = shift("W", "08:00", "08:00", on_call=True, working=360)
LONDON = ZoneInfo("Europe/London")
FORWARD = date(2027, 3, 28)  # the Sunday on which clocks in London go forward, at 01:00
BACK = date(2027, 10, 31)

REST = [
    # rest of so many hours, the days before, the days planned, the days that break it
    (11, "", "E L - L E - -", [4]),  # 22:00 to 07:00 are 9 h
    (11, "", "L L L - E E N", []),
    (9, "", "L E - - - - -", []),
    (11, "L", "E - - - - - -", [0]),
    (11, "N", "L - - - - - -", [0]),  # 07:00 to 14:00 are 7 h
    (11, "N", "- E - - - - -", []),
    (11, "", "N - E - - - -", []),
    (24, "", "N - E - - - -", []),  # exactly 24 h
    (25, "", "N - E - - - -", [2]),  # a day off between does not make them
    (25, "N -", "E - - - - - -", [0]),
    (25, "N", "- E - - - - -", [1]),
    (48, "", "L - E - - - -", [2]),
    (48, "", "E - - E - - -", []),
]


@pytest.mark.parametrize(("hours", "past", "row", "expected"), REST)
def test_rest_between_shifts(hours: float, past: str, row: str, expected: list[int]) -> None:
    rules = [rule("rest_between_shifts", hours=hours)]
    assert days_broken(rules, row, past=past) == expected


def test_the_night_that_the_clock_goes_forward_has_an_hour_less_of_rest() -> None:
    # A on Saturday ends at 23:00, E on Sunday begins at 07:00: 8 h on the clock, 7 h of rest.
    rules = [rule("rest_between_shifts", hours=8)]
    saturday = FORWARD - timedelta(days=1)
    shifts = (EARLY, AFTERNOON)
    assert days_broken(rules, "A E", first=saturday, shifts=shifts) == [1]
    assert days_broken(rules, "A E", first=saturday - timedelta(days=1), shifts=shifts) == []
    assert days_broken(rules, "E -", past="A", first=FORWARD, shifts=shifts) == [0]


def test_the_night_that_the_clock_goes_back_has_an_hour_more() -> None:
    rules = [rule("rest_between_shifts", hours=9)]
    shifts = (EARLY, AFTERNOON)
    saturday = BACK - timedelta(days=1)
    assert days_broken(rules, "A E", first=saturday, shifts=shifts) == []
    assert days_broken(rules, "A E", first=saturday - timedelta(days=1), shifts=shifts) == [1]


def test_a_ward_without_summer_time_has_the_same_rest_every_night() -> None:
    rules = [rule("rest_between_shifts", hours=8)]
    saturday = FORWARD - timedelta(days=1)
    assert (
        days_broken(
            rules, "A E", first=saturday, shifts=(EARLY, AFTERNOON), zone=ZoneInfo("Asia/Shanghai")
        )
        == []
    )


@pytest.mark.parametrize(
    ("how", "row", "expected"),
    [
        ("counted", "C E - - - - -", []),  # at home, no working time: it is rest
        ("counted", "W E - - - - -", [1]),
        ("work", "C E - - - - -", [1]),
        ("rest", "W E - - - - -", []),
        ("counted", "N C L - - - -", []),
        ("counted", "L C E - - - -", []),
    ],
)
def test_on_call_breaks_rest_as_the_rule_says(how: str, row: str, expected: list[int]) -> None:
    rules = [rule("rest_between_shifts", hours=11, on_call=how)]
    shifts = (EARLY, LATE, NIGHT, CALL, WORKED_CALL)
    assert days_broken(rules, row, shifts=shifts) == expected


def test_a_rest_after_long_shifts_binds_only_them() -> None:
    rules = [rule("rest_between_shifts", hours=30, after_length=24)]
    shifts = (EARLY, LATE, DAY)
    assert days_broken(rules, "D - E L E - -", shifts=shifts) == [2]
    assert days_broken(rules, "D - L L E - -", shifts=shifts) == []


WEEKLY = [
    # the days before, a week from Monday and some days more, the weeks that break 35 h
    ("", "E E E E E E E", [6]),
    ("", "E E E E E - -", []),
    ("", "E E E E E E -", []),  # from Saturday 15:00, and Monday is still open
    ("", "N N N N N N -", [6]),  # from Sunday 07:00 there are only 17 h of the week left
    ("", "L L L - L L L", []),  # 22:00 to 14:00: 40 h
    ("", "L L L - E E E", [6]),  # 22:00 to 07:00: 33 h
    ("", "N N - E E E E", [6]),  # 24 h
    ("", "N N - - E E E", []),
    ("", "N - E E L - E", [6]),
    ("", "N - E E L - L", []),
    ("L", "- E E E E E E", [6]),
    ("E", "- E E E E E E", []),  # from Sunday 20:00 on 24 h and more of it lie in the week
    ("E E E E L L -", "E E E E L - -", [0]),  # 33 h around that Sunday: Monday was too early
    ("E E E E L L -", "L L L L L - -", []),
    ("", "- E E E E E E", []),  # nothing is known of Sunday: it is taken as free
    ("", "E E E - - E E E E E E E E E", [13]),
]


@pytest.mark.parametrize(("past", "row", "expected"), WEEKLY)
def test_weekly_rest(past: str, row: str, expected: list[int]) -> None:
    assert days_broken([rule("weekly_rest", hours=35)], row, past=past) == expected


def test_weekly_rest_may_be_asked_of_any_seven_days() -> None:
    row = "- - E E E E E E E - - E E E"
    assert days_broken([rule("weekly_rest", hours=35)], row) == []
    assert days_broken([rule("weekly_rest", hours=35, rolling=True)], row) == [8]


SHIFTS: tuple[ShiftType, ...] = (EARLY, LATE, LONG_NIGHT, AFTERNOON)


def rested(codes: list[str], first: date, week: int, needed: int) -> bool:
    """Whether days ``week`` to ``week + 6`` hold the rest, tried quarter by quarter of an hour.

    Like the rule, only rests with a calendar day on which no shift begins count.
    """
    kinds = {item.code: item for item in SHIFTS}

    def at(day: int, clock: str) -> datetime:
        return datetime.fromisoformat(f"{first + timedelta(days=day)}T{clock}").replace(
            tzinfo=LONDON
        ).astimezone(UTC)  # fmt: skip

    work = []
    for day, code in enumerate(codes):
        if code != "-":
            kind = kinds[code]
            over = kind.end <= kind.start
            work.append((at(day, str(kind.start)), at(day + over, str(kind.end))))
    opens, closes = at(week, "00:00"), at(week + 7, "00:00")
    hours, within = timedelta(hours=needed), timedelta(hours=min(24, needed))
    start = opens - hours + within
    while start + within <= closes:
        if all(end <= start or begin >= start + hours for begin, end in work):
            before = max((end for _, end in work if end <= start), default=None)
            after = min((begin for begin, _ in work if begin >= start + hours), default=None)
            # A gap between shifts of consecutive days has no free calendar day in it.
            gap_days = [
                day
                for day in range(-1, len(codes) + 1)
                if (before is None or at(day, "23:59") > before)
                and (after is None or at(day, "00:00") < after)
                and (not 0 <= day < len(codes) or codes[day] == "-")
            ]
            if gap_days:
                return True
        start += timedelta(minutes=15)
    return False


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["-", "E", "L", "N", "A"]), min_size=9, max_size=9),
    st.sampled_from([24, 35, 36]),
    st.sampled_from([MONDAY, FORWARD - timedelta(days=6), BACK - timedelta(days=6)]),
)
@example(["L", "-", "E", "E", "E", "E", "E", "A", "-"], 35, MONDAY)
def test_weekly_rest_is_what_trying_every_start_finds(
    codes: list[str], needed: int, monday: date
) -> None:
    # Sunday before, the week, Monday after; other weeks are cut off by the period.
    sunday = monday - timedelta(days=1)
    found = days_broken(
        [rule("weekly_rest", hours=needed)], " ".join(codes), first=sunday, shifts=SHIFTS
    )
    whole_week = rested(codes, sunday, 1, needed)
    assert (found == []) == whole_week


def test_at_most_one_breach_for_each_week() -> None:
    row = "E E E E E E E"
    assert len(days_broken([rule("weekly_rest", hours=35)], f"{row} {row}")) == 2


def test_few_patterns_are_needed() -> None:
    from tests.roster.small_ward import planned

    plan = planned([rule("weekly_rest", hours=35)], 28)
    assert len(plan.problem.employees[0].rules) < 150
