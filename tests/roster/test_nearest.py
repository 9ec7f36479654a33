"""Which name somebody may have meant: never one that is farther than another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.roster.ward.nearest import did_you_mean, nearest_names

SKILLS = ("CN", "RN", "HCA", "TR")
PEOPLE = ("Chen Wei", "Tan Siew Ling", "Priya Sharma", "Ahmed Hassan", "Adaeze Okoro")


@pytest.mark.parametrize(
    ("asked", "known", "meant"),
    [
        # TR has a letter of RM too, but RN is one slip away: TR had been told
        ("RM", ("TR", "CN", "HCA", "RN"), ("RN",)),
        ("RM", ("TR", "CN", "HCA"), ()),
        ("RN1", SKILLS, ("RN",)),
        # as near as each other: all of them
        ("XN", SKILLS, ("CN", "RN")),
        ("R", SKILLS, ("RN", "TR")),
        # letters that changed places are one slip
        ("HAC", SKILLS, ("HCA",)),
        ("Chen Wie", PEOPLE, ("Chen Wei",)),
        ("Ahmad Hasan", PEOPLE, ("Ahmed Hassan",)),
        ("chen we", PEOPLE, ("Chen Wei",)),
        ("Nobody", PEOPLE, ()),
        ("", PEOPLE, ()),
        ("x", (), ()),
        # so many that it would be no help
        ("X1", ("A1", "B1", "C1", "D1", "E1"), ()),
    ],
)
def test_what_may_be_meant(asked: str, known: tuple[str, ...], meant: tuple[str, ...]) -> None:
    assert nearest_names(asked, known) == meant


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("RM", "; did you mean 'RN'?"),
        ("XN", "; did you mean 'CN' or 'RN'?"),
        ("Q", ""),
    ],
)
def test_in_words(asked: str, said: str) -> None:
    assert did_you_mean(asked, SKILLS) == said


@given(st.lists(st.text("ABCR", min_size=1, max_size=4), unique=True, max_size=6))
def test_a_name_that_is_there_is_its_own_nearest(known: list[str]) -> None:
    for name in known:
        assert nearest_names(name, known) == (name,)
