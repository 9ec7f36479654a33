"""What it would cost to have something else in a cell, and how that is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.explain.conflict import find_conflict
from cds.roster.explain.phrases import PHRASES
from cds.roster.explain.why import why, why_each
from cds.roster.explain.words import Words
from cds.roster.outcome import Limits
from cds.roster.problem import OFF, Cover, Employee, Pattern, Problem, Roster, Unwanted
from tests.roster.every_roster import judged
from tests.roster.problems import problems

LIMITS = Limits(time_limit=10, workers=1)
D, N = 0, 1
REST = Pattern("rest", (frozenset({N}), frozenset({D})), (0,), None)
TITLES = {"rest": ("at least 11 h rest", "Directive 2003/88/EC, Article 3")}


def friday() -> Problem:
    """Fri 4 Dec needs two with ICU: Ali is on leave, Okoro is fixed on Saturday's day shift."""
    leave = Unwanted("leave", 0, frozenset({D, N}), None, "leave.csv: row 7")
    fixed = Unwanted("fixed", 1, frozenset({OFF, N}), None, "fixed.csv: row 2")
    people = (
        Employee("Chen", (0,), (REST,)),
        Employee("Ali", (0,), (leave, REST)),
        Employee("Okoro", (0,), (fixed, REST)),
    )
    cover = Cover("cover", 0, frozenset({N}), frozenset({0}), 2, label="N, ICU")
    return Problem(
        "Friday", 2, ("D", "N"), ("ICU",), people, (cover,), first_date=date(2026, 12, 4)
    )


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "These 4 rules cannot hold together; without any one of them the others can:",
                "Fri 4 Dec, N, ICU: 2 needed; 3 could by their skills; only Chen can work it; "
                "Ali: leave (off on Fri 4 Dec; leave.csv: row 7); "
                "Okoro: at least 11 h rest (Directive 2003/88/EC, Article 3) and "
                "fixed (D on Sat 5 Dec; fixed.csv: row 2).",
            ),
        ),
        (
            "zh",
            (
                "以下4条规则不能同时成立；去掉其中任何一条，其余即可成立：",
                "12月4日周五，N, ICU：需要2人；具备该技能者3人；只有Chen可以上该班；"
                "Ali：leave（12月4日周五休息；leave.csv: row 7）；"
                "Okoro：at least 11 h rest（Directive 2003/88/EC, Article 3），"
                "fixed（12月5日周六为D；fixed.csv: row 2）。",
            ),
        ),
    ],
)
def test_a_conflict_in_words(language: str, lines: tuple[str, ...]) -> None:
    problem = friday()
    conflict = find_conflict(problem, LIMITS)
    assert conflict is not None
    assert Words(problem, language, TITLES).conflict(conflict) == lines


def test_every_sentence_is_there_in_both_languages() -> None:
    assert PHRASES["en"].keys() == PHRASES["zh"].keys()


def two_nurses() -> tuple[Problem, Roster]:
    wish = Unwanted("wish", 0, frozenset({D}), 7)
    people = (Employee("Ali", (0,), (REST,)), Employee("Bo", (0,), (REST, wish)))
    cover = Cover("cover", 0, frozenset({D}), frozenset({0}), 1, 1, label="D")
    problem = Problem("a day", 1, ("D", "N"), ("nurse",), people, (cover,))
    return problem, Roster(((D,), (OFF,)), ((0,), (-1,)))


def test_alone_the_change_leaves_a_gap_and_with_all_planned_again_it_costs_a_wish() -> None:
    problem, roster = two_nurses()
    found = why(problem, roster, 0, 0, OFF, limits=LIMITS)
    assert [breach.rule for breach in found.immediate.broken] == ["cover"]
    assert (found.status, found.best_cost, found.at_least, found.changed) == ("optimal", 7, 7, 1)
    assert Words(problem).why(found) == (
        "Ali, day 0: off instead of D, nothing else changed: "
        "breaks day 0, D: 1 missing; costs the same",
        "planned again around it: costs 7 more, other cells changed: 1; "
        "that cost is proved the least, the changes are one way to it.",
    )


@pytest.mark.parametrize(
    ("least", "english", "chinese"),
    [
        (5, "proved: at least 5 more.", "已证明至少增加5。"),
        (-3, "proved: at most 3 less.", "已证明至多减少3。"),
    ],
)
def test_a_bound_that_is_not_reached_says_in_which_direction(
    least: int, english: str, chinese: str
) -> None:
    problem, roster = two_nurses()
    found = replace(why(problem, roster, 0, 0, OFF, limits=LIMITS), at_least=least)
    assert Words(problem).why(found)[1].endswith(english)
    assert Words(problem, "zh").why(found)[1].endswith(chinese)


def test_what_hard_rules_forbid_is_said_to_be_impossible() -> None:
    problem = friday()
    roster = Roster(((N, OFF), (OFF, OFF), (OFF, D)), ((0, -1), (-1, -1), (-1, 0)))
    found = why(problem, roster, 1, 0, N, limits=LIMITS)
    assert (found.status, found.best, found.best_cost) == ("infeasible", None, None)
    assert Words(problem).why(found)[1] == "no roster with it keeps all hard rules."


def test_all_alternatives_come_cheapest_first() -> None:
    problem, roster = two_nurses()
    found = why_each(problem, roster, 0, 0, limits=LIMITS)
    assert [(one.option, one.best_cost) for one in found] == [(OFF, 7), (N, 7)]


@pytest.mark.parametrize(("cell", "option"), [((2, 0), D), ((0, 1), D), ((0, 0), 5)])
def test_cells_and_options_the_problem_has_not_are_refused(cell, option) -> None:
    problem, roster = two_nurses()
    with pytest.raises(ValueError, match="not of this problem"):
        why(problem, roster, *cell, option, limits=LIMITS)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems(employees=(1, 2), days=(1, 2), shifts=(1, 2), skills=(1, 1), rules=3), st.data())
def test_it_agrees_with_an_exhaustive_search(problem: Problem, data: st.DataObject) -> None:
    rosters = judged(problem)
    legal = [one for one, found in rosters if not found.hard]
    assume(legal)
    before = data.draw(st.sampled_from(legal))
    option = data.draw(st.integers(-1, len(problem.shifts) - 1))
    found = why(problem, before, 0, 0, option, limits=LIMITS)
    costs = [a.cost for one, a in rosters if not a.hard and one.shifts[0][0] == option]
    if not costs:
        assert found.status == "infeasible"
        return
    cost = min(costs) - assess(problem, before).cost
    assert (found.status, found.best_cost, found.at_least) == ("optimal", cost, cost)
