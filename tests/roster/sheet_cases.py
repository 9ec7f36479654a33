"""Rosters for the tests of sheets: the small ward of the presentation tests, and random ones."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from cds.roster.problem import OFF, Assessment, Employee, Problem, Roster
from cds.roster.view import RosterView, build_view
from cds.show.roster.words import RosterWords

sys.path.insert(0, str(Path(__file__).parent.parent / "show"))

import roster_samples as samples

__all__ = ["MADE", "WORDS", "rostered", "samples", "view_of"]

MADE = datetime(2026, 12, 20, 8, 30, tzinfo=UTC)
WORDS = {"en": RosterWords("en"), "zh": RosterWords("zh")}

# Codes that a spreadsheet likes to misread, or that resemble our own signs.
CODES = ["N", "n", "D1", "1", "07", "=1", "1/2", "E*", "早", "-", "off", "TRUE", "+A"]
SKILLS = ["RN", "护士", "H/C", "1"]
NAMES = ["Ali", "Ünal, Çınar", "王芳", "O'Neil", "=SUM(A1)", "Name", "1", "2027-01-04", 'Q "x"']


@st.composite
def rostered(draw: st.DrawFn) -> tuple[Problem, Roster]:
    """A problem with awkward names, and any roster of it in skills that people have."""
    shifts = tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True)))
    skills = tuple(draw(st.lists(st.sampled_from(SKILLS), min_size=1, max_size=3, unique=True)))
    anonymous = draw(st.booleans())
    if anonymous:
        skills = ("",)
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    every = list(range(len(skills)))
    people = []
    for name in names:
        able = tuple(draw(st.lists(st.sampled_from(every), min_size=1, unique=True)))
        costs = draw(st.sampled_from([(), tuple(range(len(able)))]))
        people.append(Employee(name, able, (), skill_costs=costs))
    days = draw(st.integers(1, 40))
    first = draw(st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    options = st.sampled_from([OFF, *range(len(shifts))])
    worked = tuple(tuple(draw(st.lists(options, min_size=days, max_size=days))) for _ in people)
    roles = tuple(
        tuple(
            OFF if o == OFF else person.skills[(day * 7 + o) % len(person.skills)]
            for day, o in enumerate(row)
        )
        for person, row in zip(people, worked, strict=True)
    )
    return Problem("random", days, shifts, skills, tuple(people), (), first_date=first), Roster(
        worked, roles
    )


def view_of(problem: Problem, roster: Roster) -> RosterView:
    return build_view(problem, roster, Assessment(()))


def dates(problem: Problem) -> list[str]:
    assert problem.first_date is not None
    return [(problem.first_date + timedelta(days=day)).isoformat() for day in range(problem.days)]
