"""The view of a roster: what it adds up, what it compares, what it takes from ward or rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sheet_cases import samples

from cds.roster.outcome import Outcome
from cds.roster.problem import OFF, Assessment, Cover, Employee, Problem, Roster
from cds.roster.view import PersonRow, RosterView, build_view
from cds.roster.ward.description import Balance, Leave, Person, Wish

FIRST = samples.FIRST
WARD = samples.ward_of(7)
PROBLEM = samples.problem_of(7)
ROSTER = samples.roster_of(PROBLEM)


def view(**changes: object) -> RosterView:
    ward = replace(WARD, **changes)  # type: ignore[arg-type]
    return build_view(PROBLEM, ROSTER, Assessment(()), ward=ward)


def row(shown: RosterView, name: str) -> PersonRow:
    return next(person for person in shown.people if person.name == name)


@pytest.mark.parametrize(
    ("shift", "wanted", "day", "state"),
    [
        # Petra works D on Monday, L on Tuesday and Wednesday, N on Thursday and Friday.
        ("D", True, 0, "met"),
        ("D", True, 1, "refused"),
        ("D", False, 0, "refused"),
        ("D", False, 1, "met"),
        ("any", True, 0, "met"),
        ("any", True, 5, "refused"),
        ("any", False, 0, "refused"),
        ("off", True, 5, "met"),
        ("off", True, 0, "refused"),
        ("off", False, 0, "met"),
        ("L", True, 0, "refused"),
        ("D", True, 7, ""),  # after the period
    ],
)
def test_wishes(shift: str, wanted: bool, day: int, state: str) -> None:
    wish = Wish("Petra Novák", FIRST + timedelta(day), shift, wanted, 5, samples.HERE)
    petra = row(view(wishes=(wish,)), "Petra Novák")
    assert [cell.wish for cell in petra.cells if cell.wish] == ([state] if state else [])
    assert petra.totals.wishes == (state != "") and petra.totals.refused == (state == "refused")


def test_wishes_for_days_of_leave_are_not_open_those_for_published_days_count() -> None:
    wishes = tuple(
        Wish("Petra Novák", FIRST + timedelta(day), "D", True, 5, samples.HERE) for day in range(3)
    )
    leave = (Leave("Petra Novák", FIRST, FIRST, "annual", None, samples.HERE),)
    published = {("Petra Novák", FIRST + timedelta(1)): ("L", "HCA")}
    shown = view(
        wishes=wishes, leave=leave, published=published, published_until=FIRST + timedelta(1)
    )
    assert [cell.day for cell in row(shown, "Petra Novák").cells if cell.wish] == [1, 2]


def test_hours_worked_on_leave_and_owed() -> None:
    totals = row(view(), "Ali Demir").totals
    # Two nights of 9.5 h, two days of 7.5 h; three days of leave at 19 h a week.
    assert totals.paid_minutes == 34 * 60
    assert totals.leave_minutes == round(3 * 19 / 7 * 60)
    assert totals.contract_minutes == 19 * 60
    assert (totals.nights, totals.weekends, totals.holidays) == (2, 1, 0)


def test_who_comes_or_leaves_within_the_period_owes_less() -> None:
    people = (
        *WARD.people[:1],
        Person("Okoro, Adaeze", "full", ("RN",), samples.HERE, first_day=FIRST + timedelta(3)),
        Person("Ali Demir", "half", ("RN",), samples.HERE, last_day=FIRST),
        *WARD.people[3:],
    )
    shown = view(people=people)
    assert row(shown, "Okoro, Adaeze").totals.contract_minutes == round(38 * 60 * 4 / 7)
    assert row(shown, "Ali Demir").totals.contract_minutes == round(19 * 60 / 7)


def test_published_cells_stay_or_are_marked_as_changed() -> None:
    published = {
        ("王芳", FIRST): ("off", ""),
        ("王芳", FIRST + timedelta(3)): ("N", "RN"),
        ("王芳", FIRST + timedelta(4)): ("D", "RN"),
    }
    shown = row(view(published=published, published_until=FIRST + timedelta(3)), "王芳")
    assert [cell.was for cell in shown.cells] == ["", None, None, "N", "D", None, None]
    assert [cell.day for cell in shown.cells if cell.changed] == [3]
    assert [cell.day for cell in shown.cells if cell.fixed] == [0, 3]


def test_a_given_roster_is_what_changes_are_measured_against() -> None:
    before = Roster(((OFF,) * 7, *ROSTER.shifts[1:]), ((OFF,) * 7, *ROSTER.skills[1:]))
    shown = build_view(PROBLEM, ROSTER, Assessment(()), ward=WARD, previous=before)
    changed = [
        (person.name, cell.day) for person in shown.people for cell in person.cells if cell.changed
    ]
    assert changed == [("Chen Mei-ling", day) for day in range(6)]


def covered(*covers: Cover) -> list[tuple[int, int | None, int | None, int | None]]:
    problem = Problem("p", 1, ("D", "N"), ("RN", "HCA"), (Employee("A", (0,), ()),), covers)
    shown = build_view(problem, Roster(((0,),), ((0,),)), Assessment(()))
    return [(c.have, c.minimum, c.preferred, c.maximum) for r in shown.coverage for c in r.cells]


def need(minimum: int | None, maximum: int | None = None, under: int | None = 1) -> Cover:
    return Cover("c", 0, frozenset({0}), frozenset({0}), minimum, maximum, under, 1)


@pytest.mark.parametrize(
    ("covers", "cells"),
    [
        ((need(2),), [(1, 2, None, None)]),
        ((need(2, 3),), [(1, 2, None, 3)]),
        ((need(2, under=None), need(3)), [(1, 2, 3, None)]),
        ((need(1), need(3)), [(1, 1, 3, None)]),
        ((need(2), need(2)), [(1, 2, None, None)]),
        ((need(1), need(None, 4)), [(1, 1, None, 4)]),
        ((need(None, 0),), [(1, None, None, 0)]),
        ((need(0),), []),
    ],
)
def test_needs_of_one_day_come_together(
    covers: tuple[Cover, ...], cells: list[tuple[int, int | None, int | None, int | None]]
) -> None:
    assert covered(*covers) == cells


def test_cover_counts_the_skill_worked_in_and_leaves_named_people_out() -> None:
    covers = (
        Cover("c", 0, frozenset({0, 1}), frozenset({0, 1}), 1, None, 1),
        Cover("c", 0, frozenset({0}), frozenset({1}), 1, None, 1),
        Cover("c", 0, frozenset({0}), frozenset({0}), 1, None, 1, employees=frozenset({1})),
    )
    people = (Employee("A", (0, 1), ()), Employee("B", (0,), ()))
    problem = Problem("p", 1, ("D", "N"), ("RN", "HCA"), people, covers)
    shown = build_view(problem, Roster(((0,), (1,)), ((1,), (0,))), Assessment(())).coverage
    assert [(r.label, r.skills, r.cells[0].have) for r in shown] == [
        ("D, HCA", ("HCA",), 1),
        ("D/N", (), 2),
    ]


def test_fairness_counts_earlier_periods_and_only_those_who_share() -> None:
    balances = {"王芳": Balance(nights=3), "Petra Novák": Balance(refused_wishes=2)}
    lines = {line.measure: line for line in view(balances=balances).fairness}
    nights = lines["nights"]
    assert (nights.least, nights.most, nights.highest, nights.carried) == (2, 3, ("王芳",), True)
    # Sørensen works nights only by contract: no share of hers is compared.
    assert "Sørensen, Kirsten Margrethe" not in nights.lowest
    assert nights.mean == pytest.approx((2 + 2 + 2 + 3 + 2 + 2) / 6)
    # Who asked for nothing was refused nothing: they are told, and count in the mean.
    refused = lines["refused"]
    assert (refused.least, refused.most, refused.highest) == (0, 2, ("Petra Novák",))
    assert refused.lowest == tuple(name for name, *_ in samples.PEOPLE if name != "Petra Novák")
    assert refused.mean == pytest.approx(2 / 7)
    assert not lines["weekends"].carried


def test_nothing_to_share_is_not_told() -> None:
    shown = view(wishes=(), balances={}, holidays=frozenset())
    assert [line.measure for line in shown.fairness] == ["nights", "weekends"]


@pytest.mark.parametrize(
    ("weekend", "days"),
    [(("saturday", "sunday"), [5, 6]), (("friday", "saturday"), [4, 5]), (("sunday",), [6])],
)
def test_weekends_are_the_wards(weekend: tuple[str, ...], days: list[int]) -> None:
    assert [day.index for day in view(weekend=weekend).days if day.weekend] == days


def test_a_public_instance_tells_wishes_leave_and_weekends_by_its_rules() -> None:
    shown = samples.public_view()
    first = shown.people[0]
    assert [cell.day for cell in first.cells if cell.leave == "days off"] == [2]
    assert [person.cells[3].wish for person in shown.people] == ["met", "met", "refused"]
    assert [day.index for day in shown.days if day.weekend] == [5, 6, 12, 13]
    assert first.totals.paid_minutes is None and first.totals.weekends == 2
    assert shown.anonymous and {cell.skill for cell in first.cells} == {""}


def test_rules_carry_their_titles_and_articles() -> None:
    shown = build_view(PROBLEM, ROSTER, samples.ASSESSMENT, ward=WARD)
    assert [(cost.rule, cost.cost, cost.times) for cost in shown.costs] == [
        ("rest", None, 1),
        ("minimum", 200, 1),
        ("weekends", 20, 1),
        ("wish", 10, 1),
    ]
    assert shown.breaches[0].citation == "Directive 2003/88/EC, Article 3"
    assert shown.breaches[1].titles["zh"] == "四周内最多两个周末"
    assert [c.day for c in shown.people[1].cells if c.broken] == [4]


def test_status_is_the_outcomes_and_a_check_proves_nothing() -> None:
    outcome = Outcome("feasible", ROSTER, 200, 150, 1.0)
    made = build_view(PROBLEM, ROSTER, samples.ASSESSMENT, outcome)
    assert (made.status, made.cost, made.bound, made.gap) == ("feasible", 200, 150, 0.25)
    checked = build_view(PROBLEM, ROSTER, samples.ASSESSMENT)
    assert (checked.status, checked.cost, checked.bound, checked.gap) == (
        "checked",
        230,
        None,
        None,
    )


def test_a_ward_whose_period_starts_elsewhere_has_its_own_weekends() -> None:
    problem = samples.problem_of(7, date(2027, 1, 9))
    shown = build_view(problem, ROSTER, Assessment(()), ward=WARD)
    assert [day.index for day in shown.days if day.weekend] == [0, 1]
