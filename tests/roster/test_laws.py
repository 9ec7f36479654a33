"""Working-time packs: what they forbid, how a hospital changes them, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.errors import InputError
from cds.roster.ward.description import ShiftType
from cds.roster.ward.kinds import KINDS
from cds.roster.ward.laws import load_pack, pack_names
from tests.roster.small_ward import EARLY, LATE, NIGHT, broken, shift

OURS = Path(__file__).resolve().parents[2] / "rules" / "roster"
PACKS = ("acgme", "cn-labour-law", "eu-2003-88", "uk-wtr-1998")
TWELVE = shift("D", "07:00", "19:00")
RESIDENT: tuple[ShiftType, ...] = (
    EARLY, LATE, NIGHT, TWELVE,
    shift("C", "07:00", "07:00", on_call=True),
    shift("X", "08:00", "20:30"),
)  # fmt: skip


def test_there_are_these_packs() -> None:
    assert pack_names([OURS]) == PACKS


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_cites_its_article_in_both_languages(name: str) -> None:
    pack = load_pack(name, [OURS])
    assert pack.rules and pack.title["en"] and pack.title["zh"]
    for rule in pack.rules:
        assert rule.citation and rule.title["en"] and rule.title["zh"]
        assert rule.kind in KINDS
    assert len({rule.name for rule in pack.rules}) == len(pack.rules)


@pytest.mark.parametrize("name", PACKS)
def test_every_pack_says_when_it_was_reviewed_and_what_it_is_not(name: str) -> None:
    text = (OURS / f"{name}.toml").read_text(encoding="utf-8")
    assert load_pack(name, [OURS]).reviewed.isoformat() == "2026-11-24"
    assert "Not legal advice" in text
    assert "Not checked here" in text


FREE = "- - - - - - -"
FORBIDDEN = [
    ("eu-2003-88", "", "L E - - - - -", {"EU daily rest"}),
    ("eu-2003-88", FREE, "E E E E E E E", {"EU weekly rest"}),
    ("eu-2003-88", FREE, "D D D D D - -", set()),  # 60 h, but 30 on average
    ("eu-2003-88", "", "D D D D D - -", {"EU weekly hours", "EU night work"}),  # no more is known
    ("eu-2003-88", "D D D D D - -", "D D D D D - -", {"EU weekly hours", "EU night work"}),
    ("eu-2003-88", "", "E E E E E - -", set()),
    ("uk-wtr-1998", "", "L E - - - - -", {"UK daily rest"}),
    ("uk-wtr-1998", FREE, "E E E E E E E", {"UK weekly rest"}),
    ("acgme", "", "C E - - - - -", {"ACGME rest between shifts", "ACGME rest after 24 hours",
                                    "ACGME continuous hours"}),
    ("acgme", "", "C - E - - - -", set()),
    ("acgme", "", "E E E E E E E", {"ACGME one day in seven"}),
    ("acgme", FREE, "E E E E E E E", set()),  # on average: two of 14 days are free
    ("acgme", "", "N N N N N N N", {"ACGME one day in seven", "ACGME night float"}),
    ("acgme", "", "C - C - C - C", {"ACGME call frequency", "ACGME weekly hours"}),
    ("acgme", "", "L E - - - - -", set()),  # 9 h are more than the 8 that should be
    ("cn-labour-law", "", "X - - - - - -", {"CN longest day"}),
    ("cn-labour-law", "", "E E E E E E E", {"CN weekly day off", "CN average week"}),
    ("cn-labour-law", "", "E E E E E E -", {"CN average week"}),
    ("cn-labour-law", "", "E E E E E - -", set()),
]  # fmt: skip


@pytest.mark.parametrize(("pack", "past", "row", "expected"), FORBIDDEN)
def test_what_a_pack_objects_to(pack: str, past: str, row: str, expected: set[str]) -> None:
    rules = load_pack(pack, [OURS]).rules
    found = broken(rules, row, past=past, shifts=RESIDENT)
    assert {breach.rule for breach in found} == expected


OWN = """
extends = "eu-2003-88"
drop = ["EU night work"]
title = { en = "ours", zh = "本院" }
reviewed = 2026-01-01

[[rule]]
name = "EU daily rest"
kind = "rest_between_shifts"
hours = 12
hard = true
citation = "agreement"
title = { en = "12 hours", zh = "12 小时" }
"""


def folder_with(tmp_path: Path, **packs: str) -> Path:
    for name, text in packs.items():
        (tmp_path / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_pack_replaces_and_drops_rules_of_the_one_it_extends(tmp_path: Path) -> None:
    pack = load_pack("ours", [folder_with(tmp_path, ours=OWN), OURS])
    rules = {rule.name: rule for rule in pack.rules}
    assert set(rules) == {"EU daily rest", "EU weekly rest", "EU weekly hours"}
    assert rules["EU daily rest"].parameters["hours"] == 12


def test_a_hospitals_own_pack_wins_and_may_extend_ours_of_the_same_name(tmp_path: Path) -> None:
    own = folder_with(tmp_path, **{"eu-2003-88": OWN})
    pack = load_pack("eu-2003-88", [own, OURS])
    assert pack.title["en"] == "ours"
    assert "EU weekly rest" in {rule.name for rule in pack.rules}


REFUSED = [
    ("name = 1", "", "'name' is not a key of a pack"),
    (OWN.replace("eu-2003-88", "ours"), "extends", "extends itself"),
    (OWN.replace("eu-2003-88", "eu-2003-89"), "extends", "did you mean 'eu-2003-88'"),
    (OWN.replace("EU night work", "EU nite work"), "drop", "did you mean 'EU night work'"),
    (OWN.replace("2026-01-01", "'soon'"), "reviewed", "expected a date"),
    (OWN.replace("rest_between_shifts", "rest_betwen_shifts"), "rule 'EU daily rest'",
     "did you mean 'rest_between_shifts'"),
    (OWN.replace("hours = 12", "hour = 12"), "rule 'EU daily rest'", "did you mean 'hours'"),
    (OWN.replace("hours = 12", "hours = 'x'"), "rule 'EU daily rest'", "a number of hours"),
    (OWN.replace("hard = true", ""), "rule 'EU daily rest'", "hard = true or a whole weight"),
    (OWN.replace("hard = true", "hard = true\nweight = 3"), "rule 'EU daily rest'", "hard = true"),
    (OWN.replace("hard = true", "weight = 0"), "rule 'EU daily rest'", "at least 1"),
    (OWN.replace('citation = "agreement"', ""), "rule 'EU daily rest'", "lacks 'citation'"),
    (OWN.replace(', zh = "12 小时"', ""), "rule 'EU daily rest'", "expected texts in en and zh"),
    (OWN.replace("12", "{ a = 1 }", 1), "rule 'EU daily rest'", "hours is"),
    ("title = ", "", "cannot be read as TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "pointer", "message"), REFUSED)
def test_what_cannot_be_meant_is_named(
    tmp_path: Path, text: str, pointer: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_pack("ours", [folder_with(tmp_path, ours=text), OURS])
    assert message in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.source == str(tmp_path / "ours.toml")
    assert caught.value.place.pointer == pointer


def test_a_pack_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'acgme'"):
        load_pack("acgmee", [OURS])
