"""What a roster breaks, and what that costs: every case worked out by hand."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.roster.check import assess
from cds.roster.problem import (
    OFF,
    Breach,
    Count,
    Cover,
    Employee,
    Pairing,
    Pattern,
    Problem,
    Roster,
    Rule,
    Run,
    Unwanted,
    Weekends,
)

CODES = "EN"  # early and night; a dash is a day off
E, N = 0, 1
WORK = frozenset({E, N})
FREE = frozenset({OFF})
EVERY_SHIFT = ((E, 1), (N, 1))


def row(text: str) -> tuple[int, ...]:
    return tuple(CODES.find(letter) for letter in text)


def roster(*texts: str) -> Roster:
    rows = tuple(row(text) for text in texts)
    return Roster(rows, tuple(tuple(0 if shift != OFF else -1 for shift in r) for r in rows))


def ward(
    days: int,
    *rules: tuple[Rule, ...],
    covers: tuple[Cover, ...] = (),
    pairings: tuple[Pairing, ...] = (),
) -> Problem:
    people = tuple(Employee(f"P{place}", (0,), own) for place, own in enumerate(rules))
    return Problem("ward", days, tuple(CODES), ("nurse", "head"), people, covers, pairings)


def broken(rule: Rule, text: str) -> list[tuple[int | None, int, int | None]]:
    """(day, amount, cost) of each breach of one rule by one person."""
    found = assess(ward(len(text), (rule,)), roster(text))
    assert all(breach.rule == "r" and breach.employee == 0 for breach in found.breaches)
    return [(breach.day, breach.amount, breach.cost) for breach in found.breaches]


def count(**bounds: int | None) -> Count:
    return Count("r", (0, 1, 2, 3), EVERY_SHIFT, **bounds)  # type: ignore[arg-type]


COUNTS = {
    "within": (count(minimum=2, maximum=3, under=5, over=7), "EE--", []),
    "each short one": (count(minimum=3, under=5), "E---", [(3, 2, 10)]),
    "each one over": (count(maximum=1, over=7), "EENN", [(3, 3, 21)]),
    "hard": (count(maximum=1), "EE--", [(3, 1, None)]),
    "what was before counts": (count(maximum=3, over=7, start=2), "EE--", [(3, 1, 7)]),
    "days it does not name are free": (
        Count("r", (0, 2), EVERY_SHIFT, maximum=0, over=1),
        "EEEE",
        [(2, 2, 2)],
    ),
    "minutes": (
        Count("r", (0, 1), ((E, 480), (N, 600)), maximum=1000, over=1),
        "EN",
        [(1, 80, 80)],
    ),
    "days off": (Count("r", (0, 1, 2), ((OFF, 1),), minimum=2, under=4), "E-E", [(2, 1, 4)]),
    "no day at all": (Count("r", (), EVERY_SHIFT, minimum=1, under=3), "E", [(None, 1, 3)]),
}


@pytest.mark.parametrize(("rule", "text", "expected"), COUNTS.values(), ids=COUNTS)
def test_counts(rule: Count, text: str, expected: list[tuple[int, int, int]]) -> None:
    assert broken(rule, text) == expected


def run(**settings: int | None) -> Run:
    return Run("r", WORK, **settings)  # type: ignore[arg-type]


RUNS = {
    "as long as it may be": (run(minimum=2, maximum=3, before=0), "-EEE-EE-", []),
    "each day beyond": (run(maximum=2, over=10, before=0), "EEEEE", [(4, 3, 30)]),
    "each run by itself": (run(maximum=1, over=10, before=0), "EE-NN", [(1, 1, 10), (4, 1, 10)]),
    "each day it lacks": (run(minimum=3, under=10, before=0), "-E--", [(1, 2, 20)]),
    "open at the end": (run(minimum=3, under=10, before=0), "---E", []),
    "hard": (run(minimum=2), "-E-", [(1, 1, None)]),
    "past unknown: never too short": (run(minimum=3, under=10), "E--", []),
    "past unknown: but too long": (run(maximum=2, over=10), "EEE-", [(2, 1, 10)]),
    "no run before: too short": (run(minimum=3, under=10, before=0), "E--", [(0, 2, 20)]),
    "continues the past": (run(minimum=3, under=10, before=2), "E--", []),
    "ends the past on day 0": (run(minimum=3, under=10, before=2), "---", [(0, 1, 10)]),
    "ended long before": (run(minimum=3, under=10, before=0), "---", []),
    "beyond with the past": (run(maximum=3, over=10, before=2), "EEE-", [(2, 2, 20)]),
    "excess of the past is paid": (run(maximum=3, over=10, before=5), "EE-", [(1, 2, 20)]),
    "excess that ended": (run(maximum=3, over=10, before=5), "---", []),
    "short after a long past": (
        run(minimum=2, under=1, maximum=2, over=100, before=2),
        "E-E-",
        [(0, 1, 100), (2, 1, 1)],
    ),
    "days off": (Run("r", FREE, 2, 2, 1, 10, before=0), "E-E---", [(1, 1, 1), (5, 1, 10)]),
}


@pytest.mark.parametrize(("rule", "text", "expected"), RUNS.values(), ids=RUNS)
def test_runs(rule: Run, text: str, expected: list[tuple[int, int, int | None]]) -> None:
    assert broken(rule, text) == expected


NIGHT_EARLY = (frozenset({N}), frozenset({E}))
PATTERNS = {
    "each time": (Pattern("r", NIGHT_EARLY, (0, 1, 2, 3), 5), "NENE", [(1, 1, 5), (3, 1, 5)]),
    "only from its starts": (Pattern("r", NIGHT_EARLY, (1, 2), 5), "NENE", [(3, 1, 5)]),
    "overlapping": (Pattern("r", (WORK, WORK), (0, 1), 5), "EEE", [(1, 1, 5), (2, 1, 5)]),
    "not beyond the end": (Pattern("r", NIGHT_EARLY, (1, 2), 5), "EEN", []),
    "a shorter one for the past": (
        Pattern("r", (frozenset({E}),), (0,), None),
        "EE",
        [(0, 1, None)],
    ),
}


@pytest.mark.parametrize(("rule", "text", "expected"), PATTERNS.values(), ids=PATTERNS)
def test_patterns(rule: Pattern, text: str, expected: list[tuple[int, int, int | None]]) -> None:
    assert broken(rule, text) == expected


GROUPS = ((0, 1), (2, 3), (4, 5))


def weekends(**settings: int | None) -> Weekends:
    return Weekends("r", GROUPS, WORK, **settings)  # type: ignore[arg-type]


WEEKENDS = {
    "one day is enough": (weekends(maximum=1, over=30), "-EE---", [(5, 1, 30)]),
    "worked before": (weekends(maximum=1, over=30, start=1), "EE----", [(5, 1, 30)]),
    "too few": (weekends(minimum=2, under=4), "------", [(5, 2, 8)]),
    "hard": (weekends(maximum=0), "E-----", [(5, 1, None)]),
    "in a row": (weekends(maximum_in_row=1, over_in_row=6), "E-E-E-", [(3, 1, 6), (5, 1, 6)]),
    "in a row with the past": (
        weekends(maximum_in_row=2, over_in_row=6, in_row=2),
        "E-----",
        [(1, 1, 6)],
    ),
    "in a row of the past only": (
        weekends(maximum_in_row=1, over_in_row=6, in_row=3),
        "------",
        [],
    ),
    "too short a succession": (weekends(minimum_in_row=2, under_in_row=6), "E-----", [(3, 1, 6)]),
    "open at the end": (weekends(minimum_in_row=2, under_in_row=6), "----E-", []),
    "past cut short": (
        weekends(minimum_in_row=3, under_in_row=6, in_row=1),
        "------",
        [(1, 2, 12)],
    ),
}


@pytest.mark.parametrize(("rule", "text", "expected"), WEEKENDS.values(), ids=WEEKENDS)
def test_weekends(rule: Weekends, text: str, expected: list[tuple[int, int, int | None]]) -> None:
    assert broken(rule, text) == expected


def test_an_empty_group_ends_a_succession() -> None:
    rule = Weekends("r", ((0, 1), ()), WORK, minimum_in_row=2, under_in_row=6)
    assert broken(rule, "E-") == [(None, 1, 6)]


UNWANTED = {
    "a shift": (Unwanted("r", 1, frozenset({N}), 3), "EN", [(1, 1, 3)]),
    "another shift": (Unwanted("r", 1, frozenset({N}), 3), "NE", []),
    "a day off": (Unwanted("r", 0, FREE, 3), "-E", [(0, 1, 3)]),
    "forbidden": (Unwanted("r", 0, WORK, None), "E-", [(0, 1, None)]),
}


@pytest.mark.parametrize(("rule", "text", "expected"), UNWANTED.values(), ids=UNWANTED)
def test_unwanted(rule: Unwanted, text: str, expected: list[tuple[int, int, int | None]]) -> None:
    assert broken(rule, text) == expected


def cover(**settings: int | None) -> Cover:
    return Cover("c", 0, frozenset({E}), frozenset({0}), **settings)  # type: ignore[arg-type]


COVERS = {
    "enough": (cover(minimum=2, maximum=2), "EE-", []),
    "each one missing": (cover(minimum=3, under=100), "E-N", [(2, 200)]),
    "each one too many": (cover(maximum=1, over=1), "EEE", [(2, 2)]),
    "hard": (cover(minimum=1), "NN-", [(1, None)]),
    "only some people": (
        dataclasses.replace(cover(minimum=2, under=5), employees=frozenset({1, 2})),
        "EE-",
        [(1, 5)],
    ),
    "another skill": (
        dataclasses.replace(cover(minimum=1, under=5), skills=frozenset({1})),
        "EEE",
        [(1, 5)],
    ),
    "several shifts": (
        dataclasses.replace(cover(minimum=3, under=5), shifts=WORK),
        "EN-",
        [(1, 5)],
    ),
}


@pytest.mark.parametrize(("rule", "column", "expected"), COVERS.values(), ids=COVERS)
def test_cover(rule: Cover, column: str, expected: list[tuple[int, int | None]]) -> None:
    problem = ward(1, *((),) * len(column), covers=(rule,))
    found = assess(problem, roster(*column))
    assert [(breach.amount, breach.cost) for breach in found.breaches] == expected
    assert all(breach.employee is None and breach.day == 0 for breach in found.breaches)


PAIRINGS = {
    "beside a partner": ("EE-", []),
    "alone": ("E-E", [9]),
    "partner on another shift": ("EN-", [9]),
    "not on that shift": ("N--", []),
}


@pytest.mark.parametrize(("column", "expected"), PAIRINGS.values(), ids=PAIRINGS)
def test_pairing(column: str, expected: list[int]) -> None:
    pairing = Pairing("p", 0, E, 0, frozenset({0, 1}), 9)
    found = assess(ward(1, (), (), (), pairings=(pairing,)), roster(*column))
    assert [breach.cost for breach in found.breaches] == expected


def test_a_breach_says_where_it_was_written_and_what_was_found() -> None:
    leave = Unwanted("leave", 1, WORK, None, origin="leave.csv: line 7")
    night = Cover("cover", 1, frozenset({N}), frozenset({0}), 1, under=8, label="N, nurse")
    problem = ward(2, (leave, run(maximum=1, over=2)), covers=(night,))
    assert assess(problem, roster("EE")).breaches == (
        Breach("leave", 0, 1, 1, None, "leave.csv: line 7", "E"),
        Breach("r", 0, 1, 1, 2, "", "2 > 1"),
        Breach("cover", None, 1, 1, 8, "", "N, nurse"),
    )


def test_every_soft_rule_is_in_the_costs() -> None:
    rules = (
        Unwanted("wish", 0, WORK, 3),
        Unwanted("leave", 0, frozenset({N}), None),
        count(maximum=9, over=2),
        Count("minimum only", (0,), EVERY_SHIFT, minimum=0, under=1),
        Count("hard count", (0,), EVERY_SHIFT, minimum=0),
        Count("no bound", (0,), EVERY_SHIFT, over=1),
    )
    problem = ward(4, rules, covers=(cover(minimum=1), cover(maximum=1, over=1)))
    found = assess(problem, roster("E---"))
    assert found.costs == {"wish": 3, "r": 0, "minimum only": 0, "c": 0}
    assert found.cost == 3
    assert found.hard == ()


SKILLS = {
    "held": (0, 0, []),
    "held, at a price": (0, 1, [4]),
    "not held": (0, 2, [None]),
    "none": (0, -1, [None]),
    "a skill on a day off": (OFF, 0, [None]),
    "a day off": (OFF, -1, []),
}


@pytest.mark.parametrize(("shift", "skill", "expected"), SKILLS.values(), ids=SKILLS)
def test_skills(shift: int, skill: int, expected: list[int | None]) -> None:
    person = Employee("A", (0, 1), (), skill_costs=(0, 4))
    problem = Problem("ward", 1, tuple(CODES), ("nurse", "aide", "head"), (person,), ())
    found = assess(problem, Roster(((shift,),), ((skill,),)))
    assert [breach.cost for breach in found.breaches] == expected
    assert all(breach.rule == "skill" and breach.day == 0 for breach in found.breaches)
    assert found.costs == {"skill": sum(cost or 0 for cost in expected)}


SHAPES = {
    "too few people": (Roster(((0, 0),), ((0, 0),)), "1 rows; expected 2"),
    "too few days": (Roster(((0,), (0, 0)), ((0, 0), (0, 0))), "1 days; expected 2"),
    "too many skills": (Roster(((0, 0), (0, 0)), ((0, 0, 0), (0, 0))), "3 days; expected 2"),
    "no such shift": (Roster(((0, 2), (0, 0)), ((0, 0), (0, 0))), "is 2; expected -1 to 1"),
    "no such option": (Roster(((0, -2), (0, 0)), ((0, 0), (0, 0))), "is -2"),
    "no such skill": (Roster(((0, 0), (0, 0)), ((0, 0), (0, 2))), "is 2"),
}


@pytest.mark.parametrize(("wrong", "message"), SHAPES.values(), ids=SHAPES)
def test_a_roster_of_another_shape_is_refused(wrong: Roster, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assess(ward(2, (), ()), wrong)


# Invariants, on random small wards.

DAYS = 8
weights = st.one_of(st.none(), st.integers(0, 20))
bounds = st.one_of(st.none(), st.integers(0, 4))
some_options = st.frozensets(st.sampled_from((OFF, E, N)), min_size=1)
some_days = st.lists(st.integers(0, DAYS - 1), unique=True).map(lambda days: tuple(sorted(days)))
rows = st.text("EN-", min_size=DAYS, max_size=DAYS)
rules = st.one_of(
    st.builds(Unwanted, st.just("u"), st.integers(0, DAYS - 1), some_options, weights),
    st.builds(
        Count, st.just("n"), some_days, st.just(EVERY_SHIFT), bounds, bounds, weights, weights
    ),
    st.builds(Run, st.just("r"), some_options, bounds, bounds, weights, weights, bounds),
    st.builds(
        Pattern, st.just("p"), st.lists(some_options, min_size=1, max_size=3).map(tuple), some_days, weights
    ),
    st.builds(
        Weekends, st.just("w"), st.just(((1, 2), (4, 5), (7,))), some_options, bounds, bounds,
        weights, weights, st.integers(0, 3), bounds, bounds, weights, weights, st.integers(0, 3),
    ),
)  # fmt: skip
teams = st.lists(st.tuples(st.lists(rules, max_size=4).map(tuple), rows), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(teams, st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(
    team: list[tuple[tuple[Rule, ...], str]], random: object
) -> None:
    covers = tuple(
        Cover("c", day, WORK, frozenset({0}), minimum=2, maximum=2, under=3, over=1)
        for day in range(DAYS)
    )

    def cost(members: list[tuple[tuple[Rule, ...], str]]) -> tuple[int, dict[str, int], int]:
        problem = ward(DAYS, *(rules for rules, _ in members), covers=covers)
        found = assess(problem, roster(*(text for _, text in members)))
        return found.cost, found.costs, len(found.hard)

    shuffled = list(team)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert cost(team) == cost(shuffled)


@settings(max_examples=100, deadline=None)
@given(teams)
def test_costs_add_up_and_belong_to_people_and_rules(
    team: list[tuple[tuple[Rule, ...], str]],
) -> None:
    together = assess(ward(DAYS, *(own for own, _ in team)), roster(*(text for _, text in team)))
    assert together.cost == sum(together.costs.values())
    assert together.cost == sum(breach.cost or 0 for breach in together.breaches)
    alone = [assess(ward(DAYS, (rule,)), roster(text)) for own, text in team for rule in own]
    assert together.cost == sum(found.cost for found in alone)
    assert len(together.hard) == sum(len(found.hard) for found in alone)
    assert all(breach.amount > 0 for breach in together.breaches)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), st.integers(0, 6), st.text("EN-", min_size=1, max_size=6))
def test_cover_costs_in_proportion(minimum: int, weight: int, column: str) -> None:
    problem = ward(1, *((),) * len(column), covers=(cover(minimum=minimum, under=weight),))
    expected = weight * max(0, minimum - column.count("E"))
    assert assess(problem, roster(*column)).cost == expected


@settings(max_examples=200, deadline=None)
@given(rows, bounds, st.integers(0, 5), st.integers(1, 5))
def test_a_run_over_the_horizon_costs_what_its_parts_cost(
    text: str, before: int | None, cut: int, maximum: int
) -> None:
    """The excess is paid once: rostering week by week costs what rostering at once does."""
    rule = Run("r", WORK, maximum=maximum, over=1, before=before)
    whole = assess(ward(DAYS, (rule,)), roster(text)).cost
    first, second = text[: cut + 1], text[cut + 1 :]
    reached = len(first) - len(first.rstrip("EN"))
    carried = reached + (before or 0) if reached == len(first) else reached
    parts = assess(ward(len(first), (rule,)), roster(first)).cost
    later = Run("r", WORK, maximum=maximum, over=1, before=carried)
    parts += assess(ward(len(second), (later,)), roster(second)).cost
    assert whole == parts
