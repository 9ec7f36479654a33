"""A ward and its dates become a problem: who may do what, what is needed, what is carried on."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cds.errors import InputError, Place
from cds.roster.check import assess
from cds.roster.problem import OFF, Cover, Problem
from cds.roster.ward.afterwards import balances_after, wishes_met
from cds.roster.ward.compile import Period, Plan, compile_ward
from cds.roster.ward.description import (
    Assigned,
    Balance,
    Leave,
    Need,
    Ratio,
    Skill,
    Together,
    Wish,
)
from cds.roster.ward.forecast_demand import read_forecast
from tests.roster.small_ward import (
    HERE,
    MONDAY,
    contract,
    history,
    person,
    planned,
    roster_of,
    rule,
    small_ward,
)

ROW = Place("table.csv", "row 7")
CN, RN, HCA = (
    Skill("CN", "charge nurse", (), HERE),
    Skill("RN", "nurse", (), HERE),
    Skill("HCA", "assistant", (("RN", 15),), HERE),
)


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def broken_rules(plan: Plan, *rows: str) -> set[tuple[str, int | None, str]]:
    """Rule, day and where it was written, of every hard breach."""
    found = assess(plan.problem, roster_of(plan, *rows)).hard
    return {(breach.rule, breach.day, breach.origin) for breach in found}


class TestWhatIsSettled:
    def test_who_is_on_leave_is_off(self) -> None:
        plan = planned([], 3, leave=(Leave("Ada", on(1), on(9), "", None, ROW),))
        assert broken_rules(plan, "E E E") == {
            ("leave", 1, "table.csv: row 7"),
            ("leave", 2, "table.csv: row 7"),
        }

    def test_who_is_not_yet_or_no_more_employed_is_off(self) -> None:
        plan = planned([], 4, people=(person(first_day=on(1), last_day=on(2)),))
        assert broken_rules(plan, "E E E E") == {
            ("employment", 0, "staff.csv: row 2"),
            ("employment", 3, "staff.csv: row 2"),
        }

    def test_a_contract_says_which_shifts(self) -> None:
        plan = planned([], 3, contracts=(contract(shifts=frozenset({"E", "L"})),))
        assert broken_rules(plan, "E L N") == {("contract", 2, "contracts.csv: row 2")}

    def test_fixed_and_forbidden_cells(self) -> None:
        cells = (
            Assigned("Ada", on(0), "E", "", False, ROW),
            Assigned("Ada", on(1), "N", "", True, ROW),
            Assigned("Ada", on(2), "off", "", False, ROW),
        )
        plan = planned([], 4, assigned=cells)
        assert broken_rules(plan, "E E - -") == set()
        assert {day for _, day, _ in broken_rules(plan, "L N E -")} == {0, 1, 2}

    def test_a_cell_fixed_in_a_skill(self) -> None:
        plan = planned(
            [], 1, skills=(CN, RN), people=(person(skills=("CN", "RN")),),
            assigned=(Assigned("Ada", on(0), "E", "RN", False, ROW),),
        )  # fmt: skip
        in_charge = roster_of(plan, "E")
        assert [breach.rule for breach in assess(plan.problem, in_charge).hard] == ["assigned"]

    def test_published_days_stay_up_to_the_notice(self) -> None:
        published = {
            ("Ada", on(0)): ("E", ""),
            ("Ada", on(1)): ("off", ""),
            ("Ada", on(2)): ("L", ""),
        }
        plan = planned([], 3, published=published, published_until=on(1))
        assert broken_rules(plan, "E - N") == set()
        assert {day for _, day, _ in broken_rules(plan, "L E N")} == {0, 1}

    def test_who_was_published_in_charge_stays_in_charge(self) -> None:
        plan = planned(
            [], 1, skills=(CN, RN), people=(person(skills=("CN", "RN")),),
            published={("Ada", on(0)): ("E", "RN")}, published_until=on(0),
        )  # fmt: skip
        in_charge = roster_of(plan, "E")
        assert [breach.rule for breach in assess(plan.problem, in_charge).hard] == ["published"]

    def test_a_published_skill_that_was_lost_since_binds_nobody(self) -> None:
        plan = planned(
            [], 1, skills=(CN, RN), people=(person(skills=("RN",)),),
            published={("Ada", on(0)): ("E", "CN")}, published_until=on(0),
        )  # fmt: skip
        assert broken_rules(plan, "E") == set()

    def test_a_wish_for_a_published_day_still_counts(self) -> None:
        wish = Wish("Ada", on(0), "off", True, 5, ROW)
        plan = planned(
            [], 1, wishes=(wish,), published={("Ada", on(0)): ("E", "")}, published_until=on(0)
        )
        assert assess(plan.problem, roster_of(plan, "E")).cost == 5

    def test_sickness_wins_over_a_published_shift(self) -> None:
        plan = planned(
            [], 1, published={("Ada", on(0)): ("E", "")}, published_until=on(0),
            leave=(Leave("Ada", on(0), on(0), "sick", None, ROW),),
        )  # fmt: skip
        assert broken_rules(plan, "-") == set()

    def test_published_days_before_the_period_are_its_past(self) -> None:
        settings = [rule("rest_between_shifts", hours=11)]
        plan = planned(settings, 1, published={("Ada", on(-1)): ("L", "")})
        assert {name for name, _, _ in broken_rules(plan, "E")} == {"rest_between_shifts"}

    def test_rules_bind_whom_they_name(self) -> None:
        import dataclasses

        nights = rule("consecutive_nights", maximum=1)
        staff = (person(), person("Bo", "half"), person("Cy", skills=("HCA",)))
        contracts, skills = (contract(), contract("half")), (RN, HCA)
        for filters, bound in (
            ({}, [0, 1, 2]),
            ({"contracts": frozenset({"half"})}, [1]),
            ({"skills": frozenset({"HCA"})}, [2]),
            ({"people": frozenset({"Ada", "Cy"})}, [0, 2]),
            ({"contracts": frozenset({"full"}), "skills": frozenset({"RN"})}, [0]),
        ):
            plan = planned(
                [dataclasses.replace(nights, **filters)], 3,
                people=staff, contracts=contracts, skills=skills,
            )  # fmt: skip
            found = [index for index, one in enumerate(plan.problem.employees) if one.rules]
            assert found == bound


class TestSkills:
    def test_who_may_stand_in_costs_more(self) -> None:
        plan = planned([], 1, skills=(CN, RN, HCA), people=(person(skills=("RN",)),))
        ada = plan.problem.employees[0]
        assert (ada.skills, ada.skill_costs) == ((1, 2), (0, 15))

    def test_own_skills_cost_nothing(self) -> None:
        plan = planned([], 1, skills=(CN, RN, HCA), people=(person(skills=("HCA",)),))
        assert (plan.problem.employees[0].skills, plan.problem.employees[0].skill_costs) == (
            (2,),
            (),
        )


def needed(problem: Problem) -> dict[tuple[int, str], tuple[int | None, int | None]]:
    return {
        (cover.day, f"{cover.rule.split()[1]} {cover.label}"): (cover.minimum, cover.maximum)
        for cover in problem.covers
    }


class TestNeeds:
    def test_a_date_wins_over_a_holiday_that_over_a_weekday_that_over_every_day(self) -> None:
        def need(day: date | str, count: int) -> Need:
            return Need(day, "E", "RN", count, None, None, HERE)

        needs = (need("daily", 4), need("tuesday", 3), need("holiday", 2), need(on(2), 1))
        plan = planned([], 4, needs=needs, holidays=frozenset({on(2), on(3)}))
        assert needed(plan.problem) == {
            (0, "minimum E · RN"): (4, None),
            (1, "minimum E · RN"): (3, None),
            (2, "minimum E · RN"): (1, None),
            (3, "minimum E · RN"): (2, None),
        }

    def test_preferred_and_maximum_are_rows_of_their_own(self) -> None:
        plan = planned(
            [], 1, needs=(Need("daily", "N", "", 1, 2, 3, HERE),), weights={"preferred": 20}
        )
        covers = {cover.rule: cover for cover in plan.problem.covers}
        assert needed(plan.problem) == {
            (0, "minimum N"): (1, None),
            (0, "preferred N"): (2, None),
            (0, "maximum N"): (None, 3),
        }
        assert covers["cover minimum"].under is None
        assert covers["cover preferred"].under == 20
        assert covers["cover maximum"].over is None

    def test_a_ward_may_weigh_what_it_lacks(self) -> None:
        plan = planned(
            [], 1, needs=(Need("daily", "N", "RN", 1, None, 1, HERE),),
            weights={"minimum": 1000, "maximum": 5},
        )  # fmt: skip
        assert [(cover.under, cover.over) for cover in plan.problem.covers] == [
            (1000, None),
            (None, 5),
        ]


class TestTogether:
    STAFF = (person("Trainee"), person("Mentor"), person("Other"))

    def test_beside_one_of_others(self) -> None:
        entry = Together("Trainee", ("Mentor", "Other"), False, None, ROW)
        plan = planned([], 1, people=self.STAFF, together=(entry,))
        assert broken_rules(plan, "E", "E", "-") == set()
        assert broken_rules(plan, "E", "L", "-") == {("together", 0, "table.csv: row 7")}

    def test_apart_from_each_of_others(self) -> None:
        entry = Together("Trainee", ("Mentor", "Other"), True, 9, ROW, frozenset({"N"}))
        plan = planned([], 1, people=self.STAFF, together=(entry,))

        def cost(*row: str) -> int:
            return assess(plan.problem, roster_of(plan, *row)).cost

        assert cost("-", "N", "N") == 0  # they may be together, only she may not
        assert (cost("N", "N", "-"), cost("N", "N", "N"), cost("E", "E", "E")) == (9, 18, 0)


class TestWishes:
    WISHES = (
        Wish("Ada", on(0), "E", True, 5, ROW),
        Wish("Ada", on(1), "N", False, 7, ROW),
        Wish("Ada", on(2), "off", True, 9, ROW),
        Wish("Ada", on(3), "any", False, 11, ROW),
        Wish("Ada", on(30), "E", True, 99, ROW),  # not in this period
    )

    @pytest.mark.parametrize(
        ("row", "cost", "met"),
        [("E E - -", 0, 4), ("L N E L", 32, 0), ("E - - N", 11, 3), ("- - - -", 5, 3)],
    )
    def test_a_refused_wish_costs_its_weight(self, row: str, cost: int, met: int) -> None:
        plan = planned([], 4, wishes=self.WISHES)
        roster = roster_of(plan, row)
        assert assess(plan.problem, roster).costs == {"wishes": cost}
        assert sum(granted for _, granted in wishes_met(plan, roster)) == met

    def test_what_is_settled_is_no_wish(self) -> None:
        away = (Leave("Ada", on(0), on(3), "", None, ROW),)
        assert planned([], 4, wishes=self.WISHES, leave=away).wishes == ()


class TestFromPeriodToPeriod:
    def test_what_is_left_to_the_next_period(self) -> None:
        plan = planned(
            [], 7,
            wishes=(Wish("Ada", on(2), "off", True, 1, ROW),),
            holidays=frozenset({on(4)}),
            balances={"Ada": Balance(nights=3, weekends=2, holidays=1, refused_wishes=1, periods=5)},
        )  # fmt: skip
        after = balances_after(plan, roster_of(plan, "N - N - E E E"))
        assert after["Ada"] == Balance(
            nights=5, weekends=3, holidays=2, refused_wishes=2, periods=6
        )

    def test_a_weekend_that_two_periods_share_counts_once(self) -> None:
        sunday = MONDAY - timedelta(days=1)
        for past, weekends in (("E", 0), ("-", 1)):
            plan = planned([], 2, past=past, first=sunday)
            assert balances_after(plan, roster_of(plan, "E -"))["Ada"].weekends == weekends

    def test_who_had_fewer_nights_owes_more_of_them(self) -> None:
        staff = (person("Ada"), person("Bo"))
        past = {"Ada": Balance(nights=2, periods=1), "Bo": Balance(nights=6, periods=1)}
        plan = planned(
            [rule("fair_share", of="nights", weight=5, bands=1)], 8,
            people=staff, balances=past, needs=(Need("daily", "N", "RN", 1, None, None, HERE),),
            weights={"minimum": 1},
        )  # fmt: skip
        bounds = [
            [(one.minimum, one.maximum) for one in employee.rules if one.rule == "fair_share"]
            for employee in plan.problem.employees
        ]
        assert bounds == [[(6, 6)], [(2, 2)]]  # eight nights: four each, and two to make up for


class TestForecast:
    def read(self, tmp_path: Path, text: str):  # type: ignore[no-untyped-def]
        path = tmp_path / "census.csv"
        path.write_text(text, encoding="utf-8")
        return read_forecast(path)

    RATIO = Ratio("RN", "E", "census", 6.0, "q0.5", 2, "q0.9", ROW)
    NEEDS = (
        Need("daily", "E", "RN", 9, None, 9, HERE),
        Need("daily", "L", "RN", 1, None, None, HERE),
    )

    def test_patients_by_ratio_replace_the_needs(self, tmp_path: Path) -> None:
        forecast = self.read(
            tmp_path,
            "unique_id,ds,mean,q0.5,q0.9\n"
            "census,2026-11-30,0,18,25\n"  # 3 and 5
            "census,2026-12-01T08:00,0,4,5\n"  # at least 2
            "census,2026-12-01T20:00,0,13,12\n",  # the day's highest: 3
        )
        ward = small_ward(ratios=(self.RATIO,), needs=self.NEEDS)
        plan = compile_ward(ward, Period(MONDAY, 2), forecast=forecast)
        assert needed(plan.problem) == {
            (0, "minimum E · RN"): (3, None),
            (0, "preferred E · RN"): (5, None),
            (0, "minimum L · RN"): (1, None),
            (1, "minimum E · RN"): (3, None),
            (1, "minimum L · RN"): (1, None),
        }

    def test_without_a_forecast_the_needs_hold(self) -> None:
        plan = planned([], 1, ratios=(self.RATIO,), needs=self.NEEDS)
        assert needed(plan.problem)[0, "minimum E · RN"] == (9, None)

    def test_a_parquet_forecast_is_read_alike(self, tmp_path: Path) -> None:
        import polars

        path = tmp_path / "census.parquet"
        polars.DataFrame(
            {"unique_id": ["census"], "ds": [MONDAY], "mean": [7.5], "y_hat": [1.0]}
        ).write_parquet(path)
        assert read_forecast(path) == {("census", MONDAY): {"mean": 7.5}}

    @pytest.mark.parametrize(
        ("text", "pointer", "message"),
        [
            ("unique_id,ds,mean\ncensus,soon,1\n", "row 2, column ds", "'soon'"),
            ("unique_id,ds,mean\ncensus,2026-11-30,many\n", "row 2, column mean", "'many'"),
            ("unique_id,ds,mean\ncensus,2026-11-30,-1\n", "row 2, column mean", "0 or more"),
            ("unique_id,ds,mean\n,2026-11-30,1\n", "row 2, column unique_id", "is empty"),
            ("unique_id,ds,mean\n", "", "no rows"),
            ("unique_id,date,mean\n", "", "no column 'ds'"),
            ("unique_id,ds,y\n", "", "expected mean or q0.5"),
            ("unique_id,ds,mean\na,2026-11-30,1,2\n", "row 2", "more cells"),
        ],
    )
    def test_a_bad_row_is_named(
        self, tmp_path: Path, text: str, pointer: str, message: str
    ) -> None:
        with pytest.raises(InputError) as caught:
            self.read(tmp_path, text)
        assert message in caught.value.message
        assert caught.value.place is not None and caught.value.place.pointer == pointer

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("gone.csv", "is not there; expected a forecast of patients"),
            ("gone.parquet", "is not there; expected a forecast of patients"),
            ("folder", "is a folder; expected a forecast of patients"),
            ("odd.parquet", "is not Parquet; expected a forecast of patients"),
            ("odd.csv", "is not UTF-8 text"),
        ],
    )
    def test_a_forecast_that_cannot_be_read(self, tmp_path: Path, name: str, message: str) -> None:
        (tmp_path / "folder").mkdir()
        for odd in ("odd.parquet", "odd.csv"):
            (tmp_path / odd).write_bytes(b"\xff\xfe")
        with pytest.raises(InputError) as caught:
            read_forecast(tmp_path / name)
        assert caught.value.message.startswith(message) and "Errno" not in caught.value.message
        assert caught.value.place is not None
        assert caught.value.place.source == str(tmp_path / name)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("unique_id,ds,q0.5,q0.9\ncensuss,2026-11-30,1,1\n", "did you mean 'censuss'"),
            ("unique_id,ds,q0.5,q0.9\ncensus,2026-12-01,1,1\n", "no row for 2026-11-30"),
            ("unique_id,ds,mean\ncensus,2026-11-30,1\n", "no column 'q0.5'"),
        ],
    )
    def test_a_forecast_that_does_not_fit_the_ratio_is_named(
        self, tmp_path: Path, text: str, message: str
    ) -> None:
        with pytest.raises(InputError, match=message) as caught:
            compile_ward(
                small_ward(ratios=(self.RATIO,)), Period(MONDAY, 1),
                forecast=self.read(tmp_path, text),
            )  # fmt: skip
        assert caught.value.place == ROW


REFUSED = [
    ({"contracts": (contract(hours=64, rules=(rule("contracted_hours"),)),)},
     "at least 64 h", HERE),
    ({"contracts": (contract(hours=30, rules=(rule("contracted_hours", tolerance=1),)),),
      "shifts_only": "E"},
     "more than 24 and less than 32 h", HERE),
    ({"contracts": (contract(rules=(rule("shifts_per_period", minimum=8),)),)},
     "at least 8 shifts", HERE),
    ({"rules": (rule("shift_length", maximum=4),)},
     "leaves no shift that may be worked", Place("contracts.csv", "row 2")),
    ({"contracts": (contract(shifts=frozenset({"Z"})),)}, "allows shift 'Z'",
     Place("contracts.csv", "row 2")),
    ({"people": (person(contract="fulll"),)}, "did you mean 'full'", Place("staff.csv", "row 2")),
    ({"people": (person(skills=("RX",)),)}, "skill 'RX' is not known", Place("staff.csv", "row 2")),
    ({"people": (person(skills=()),)}, "has no skill", Place("staff.csv", "row 2")),
    ({"needs": (Need("daily", "Z", "RN", 1, None, None, ROW),)}, "shift 'Z'", ROW),
    ({"needs": (Need("daily", "E", "RX", 1, None, None, ROW),)}, "skill 'RX'", ROW),
    ({"needs": (Need("dayly", "E", "RN", 1, None, None, ROW),)}, "did you mean 'daily'", ROW),
    ({"needs": (Need("daily", "E", "RN", 1, None, None, HERE),
                Need("daily", "E", "RN", 2, None, None, ROW))}, "expected one of them", ROW),
    ({"together": (Together("Ada", ("Bob",), False, None, ROW),)}, "'Bob' is nobody", ROW),
    ({"wishes": (Wish("Ada", MONDAY, "Z", True, 1, ROW),)}, "shift 'Z'", ROW),
    ({"assigned": (Assigned("Ada", MONDAY, "E", "", False, ROW),),
      "leave": (Leave("Ada", MONDAY, MONDAY, "", None, HERE),)}, "on leave that day", ROW),
    ({"assigned": (Assigned("Ada", MONDAY, "E", "", False, HERE),
                   Assigned("Ada", MONDAY, "L", "", False, ROW))}, "expected one of them", ROW),
    ({"rules": (rule("rest_between_shift", hours=11),)}, "did you mean 'rest_between_shifts'", HERE),
    ({"rules": (rule("consecutive_same_shift", shift="Z", maximum=1),)}, "'Z' is not a shift", HERE),
    ({"rules": (rule("fair_share", of="nights"),)}, "cannot be hard", HERE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message", "place"), REFUSED, ids=[case[1][:24] for case in REFUSED]
)
def test_what_cannot_be_is_refused_before_any_solving(
    changes: dict[str, object], message: str, place: Place
) -> None:
    changes = dict(changes)
    only = changes.pop("shifts_only", None)
    ward = small_ward(**changes)
    if only:
        ward = small_ward(**changes, shifts=tuple(s for s in ward.shifts if s.code == only))
    with pytest.raises(InputError) as caught:
        compile_ward(ward, Period(MONDAY, 7))
    assert message in caught.value.message
    assert caught.value.place == place


def test_the_problem_keeps_the_wards_order_and_dates() -> None:
    plan = planned([], 7, people=(person("Zoe"), person("Ada")), skills=(RN, CN))
    problem = plan.problem
    assert [one.name for one in problem.employees] == ["Zoe", "Ada"]
    assert (problem.shifts, problem.skills) == (("E", "L", "N"), ("RN", "CN"))
    assert (problem.first_date, problem.days) == (MONDAY, 7)
    assert dict(plan.employees) == {"Zoe": 0, "Ada": 1}


def test_planning_week_by_week_breaks_what_planning_both_weeks_breaks() -> None:
    """History is carried: the second week's breaches are those of the fortnight."""
    settings = [
        rule("rest_between_shifts", hours=11),
        rule("consecutive_shifts", maximum=5),
        rule("days_off_after_nights", days=2),
        rule("weekends_in_row", maximum=1),
        rule("rolling_hours", maximum=50, days=7),
        rule("weekly_rest", hours=35),
    ]
    first, second = "E - E E L L L", "E E N - L L -"
    past = "- " * 6 + "-"
    both = planned(settings, 14, past=past)
    later = planned(settings, 7, past=f"{past} {first}", first=on(7))
    whole = {
        (breach.rule, breach.day - 7)
        for breach in assess(both.problem, roster_of(both, f"{first} {second}")).breaches
        if breach.day is not None and breach.day >= 7
    }
    parts = {
        (breach.rule, breach.day)
        for breach in assess(later.problem, roster_of(later, second)).breaches
    }
    assert parts == whole
    assert {name for name, _ in parts} >= {"rest_between_shifts", "consecutive_shifts"}


def test_the_bundled_sample_compiles() -> None:
    from cds.roster.ward.read import read_ward

    root = Path(__file__).resolve().parents[2]
    ward = read_ward(root / "sample_data" / "ward", rule_folders=[root / "rules" / "roster"])
    plan = compile_ward(ward, Period(MONDAY, 28))
    assert len(plan.problem.employees) == len(ward.people)
    assert any(isinstance(cover, Cover) for cover in plan.problem.covers)
    assert all(OFF not in one.skills for one in plan.problem.employees)


def test_history_helper_reads_back_from_the_first_day() -> None:
    assert history("E -", MONDAY) == {("Ada", on(-2)): ("E", ""), ("Ada", on(-1)): ("off", "")}
