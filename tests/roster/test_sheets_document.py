"""The JSON document: its pinned keys, its schema, and the way back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sheet_cases as cases
from hypothesis import given, settings
from jsonschema import Draft202012Validator, ValidationError
from sheet_cases import WORDS, samples

import cds as package
from cds.errors import InputError
from cds.roster.problem import Problem, Roster
from cds.roster.sheets.document import document
from cds.roster.sheets.read import read_roster, read_sheet
from cds.roster.view import RosterView

SCHEMA = json.loads(
    (Path(package.__file__).parent / "schemas" / "roster-1.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
PROBLEM = samples.problem_of(7)


def made(view: RosterView, language: str = "en") -> dict[str, Any]:
    return json.loads(json.dumps(document(view, WORDS[language]), allow_nan=False))


def test_the_pinned_keys_in_their_order() -> None:
    content = made(samples.view_of(7))
    assert list(content)[:8] == [
        "schema", "status", "cost", "bound", "gap", "runtime_s", "assignments", "costs",
    ]  # fmt: skip
    assert content["schema"] == "cds.roster/1"
    assert (content["status"], content["cost"], content["bound"]) == ("feasible", 230, 228)
    assert content["gap"] == pytest.approx(2 / 230)
    assert content["assignments"][0] == {
        "employee": "Chen Mei-ling",
        "day": 0,
        "date": "2027-01-04",
        "shift": "D",
        "skill": "CN",
    }
    assert content["costs"] == {"minimum": 200, "weekends": 20, "wish": 10}
    assert (content["ward"], content["from"], content["days"], content["seed"]) == (
        "Ward 5B 内科", "2027-01-04", 7, 7,
    )  # fmt: skip


def test_what_a_public_instance_cannot_tell_is_null() -> None:
    content = made(samples.public_view())
    assert content["assignments"][0] == {
        "employee": "A", "day": 0, "date": None, "shift": "E", "skill": None,
    }  # fmt: skip
    assert content["from"] is None and content["people"][0]["paid_hours"] is None


def test_breaches_are_told_with_their_article() -> None:
    breach = made(samples.view_of(7))["breaches"][0]
    assert breach["hard"] and breach["citation"] == "Directive 2003/88/EC, Article 3"
    assert breach["message"].startswith("Okoro, Adaeze, Fri 8 Jan: at least 11 h rest")


def test_codes_and_keys_do_not_change_with_the_language() -> None:
    english, chinese = made(samples.view_of(7)), made(samples.view_of(7), "zh")
    for content in (english, chinese):
        for breach in content["breaches"]:
            del breach["message"], breach["title"]
    assert english == chinese


@pytest.mark.parametrize(
    "view",
    [samples.view_of(7), samples.view_of(35), samples.public_view(), samples.empty_view()],
    ids=["week", "weeks", "public", "no roster"],
)
def test_the_schema_holds(view: RosterView) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(made(view))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["status"], "checked"),
        (["cost"], 1.5),
        (["cost"], None),
        (["gap"], -0.1),
        (["assignments", 0, "day"], -1),
        (["assignments", 0, "date"], "4 Jan"),
        (["assignments", 0, "shift"], ""),
        (["assignments", 0, "hours"], 8),
        (["costs", "rest"], None),
        (["people", 0, "nights"], "2"),
    ],
)
def test_the_schema_rejects(path: list[Any], value: object) -> None:
    content = made(samples.view_of(7))
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ValidationError):
        VALIDATOR.validate(content)


@pytest.mark.parametrize("broken", [True, False])
def test_a_checked_roster_claims_no_proof(broken: bool) -> None:
    from cds.roster.problem import Assessment
    from cds.roster.view import build_view

    assessment = samples.ASSESSMENT if broken else Assessment(())
    view = build_view(PROBLEM, samples.roster_of(PROBLEM), assessment)
    content = made(view)
    VALIDATOR.validate(content)
    assert content["status"] == ("infeasible" if broken else "feasible")
    assert content["bound"] is None and content["gap"] is None


def with_absences_of(*entries: object) -> dict[str, Any]:
    content = made(samples.view_of(7))
    return {**content, "absences": list(entries)}


def test_absences_are_kept_and_read_back(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    entry = {"employee": "Petra Novák", "from": "2027-01-08", "to": "2027-01-09"}
    target.write_text(json.dumps(with_absences_of(entry)), encoding="utf-8")
    assert read_sheet(target, PROBLEM).absent == {(5, 4), (5, 5)}
    # A document of an earlier version has none.
    old = {key: value for key, value in with_absences_of().items() if key != "absences"}
    target.write_text(json.dumps(old), encoding="utf-8")
    assert read_sheet(target, PROBLEM).absent == frozenset()


@pytest.mark.parametrize(
    ("entry", "pointer", "message"),
    [
        ("Petra", "/absences/0", "expected an object"),
        ({"employee": "Petra"}, "/absences/0/employee", "unknown person 'Petra'"),
        ({"employee": "Petra Novák", "from": "soon", "to": "2027-01-09"}, "/absences/0/from", '"soon" is no day of the roster; expected 2027-01-04 to 2027-01-10'),
        ({"employee": "Petra Novák", "from": "2027-01-09"}, "/absences/0/to", "null is no day"),
        ({"employee": "Petra Novák", "from": "2027-01-09", "to": "2027-01-08"}, "/absences/0/to", "ends before it begins"),
    ],
)  # fmt: skip
def test_absences_that_cannot_be_meant(
    tmp_path: Path, entry: object, pointer: str, message: str
) -> None:
    target = tmp_path / "r.json"
    target.write_text(json.dumps(with_absences_of(entry)), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_sheet(target, PROBLEM)
    assert caught.value.message.startswith(message)
    assert caught.value.place is not None and caught.value.place.pointer == pointer


@settings(max_examples=60, deadline=None)
@given(cases.rostered())
def test_what_is_written_reads_back(case: tuple[Problem, Roster]) -> None:
    problem, roster = case
    content = made(cases.view_of(problem, roster))
    VALIDATOR.validate(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        assert read_roster(path, problem) == roster


@pytest.mark.parametrize(
    ("path", "value", "pointer", "message"),
    [
        (["schema"], "cds.predict/1", "/schema", 'has schema "cds.predict/1"; expected "cds.roster/1"'),
        (["assignments"], {}, "/assignments", "expected a list of assignments"),
        (["assignments", 3, "employee"], "Ali Demri", "/assignments/3/employee", "unknown person 'Ali Demri'"),
        (["assignments", 3, "day"], 7, "/assignments/3/day", "7 is no day; expected 0 to 6"),
        (["assignments", 3, "day"], True, "/assignments/3/day", "true is no day"),
        (["assignments", 3, "date"], "2027-01-06", "/assignments/3/date", "2027-01-06 is not day 3; expected 2027-01-07"),
        (["assignments", 3, "shift"], "X", "/assignments/3/shift", "unknown shift 'X'; expected one of D, L, N"),
        (["assignments", 3, "skill"], "XX", "/assignments/3/skill", "unknown skill 'XX'"),
        (["assignments", 3, "skill"], "HCA", "/assignments/3", "Chen Mei-ling does not have the skill HCA; has CN, RN"),
        (["assignments", 3], None, "/assignments/3", "expected an object"),
        (["assignments", 1, "day"], 0, "/assignments/1/date", "2027-01-05 is not day 0"),
        (["from"], "2027-01-11", "/from", "the roster has 2027-01-11; expected 2027-01-04"),
        (["days"], 14, "/days", "the roster has 14; expected 7"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    tmp_path: Path, path: list[Any], value: object, pointer: str, message: str
) -> None:
    content = made(samples.view_of(7))
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    target = tmp_path / "r.json"
    target.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_roster(target, PROBLEM)
    assert caught.value.message.startswith(message)
    assert caught.value.place is not None and caught.value.place.pointer == pointer


def test_a_document_without_a_roster_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text(json.dumps(made(samples.empty_view())), encoding="utf-8")
    with pytest.raises(InputError, match="holds no roster: its status is infeasible"):
        read_roster(target, PROBLEM)
    target.write_text("{oops")
    with pytest.raises(InputError, match="is not JSON"):
        read_roster(target, PROBLEM)
